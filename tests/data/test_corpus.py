"""Text corpora: counted and streamed."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data

KIND = "corpus"


def test_a_file_is_counted_and_streamed(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("One day,\n\nit rained.\n")
    report = inspect(path)
    assert report.kind == KIND
    assert report.facts == {
        "files": 1,
        "lines": 3,
        "words": 4,
        "characters": 21,
        "longest_line": 10,
        "size_bytes": 21,
        "encoding": "utf-8",
        "language": "english",
    }
    assert list(open_data(path, KIND, report.options).iter_lines()) == ["One day,", "", "it rained."]


def test_a_folder_is_read_in_order_with_each_file_in_the_encoding_of_its_mark(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.md").write_bytes("é\n".encode("utf-16"))
    (tmp_path / "a.txt").write_text("ä\n", encoding="utf-8")
    (tmp_path / "deep" / "c.txt.gz").write_bytes(gzip.compress("ö\n".encode()))
    (tmp_path / "empty.txt").touch()
    (tmp_path / ".hidden.txt").write_text("hidden")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    report = inspect(tmp_path)
    assert (report.kind, report.form, report.facts["files"]) == (KIND, "folder", 3)
    corpus = open_data(tmp_path, KIND, report.options)
    assert list(corpus.iter_lines()) == ["ä", "é", "ö"]
    assert [file.name for file in corpus.files] == ["a.txt", "b.md", "c.txt.gz"]


def test_another_encoding_is_refused_with_its_name_until_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_bytes("话说天下大势，分久必合，合久必分。\n".encode("gb18030"))
    with pytest.raises(RequestError, match="--encoding gb18030"):
        inspect(path)
    report = inspect(path, options={"encoding": "gb18030"})
    assert report.facts["language"] == "chinese"
    assert next(open_data(path, KIND, report.options).iter_lines()).startswith("话说")


@pytest.mark.parametrize("content", [b"\n\n \n", b"%PDF-1.7 something"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(RequestError, match=r"a\.txt"):
        inspect(tmp_path / "a.txt", KIND)


def test_a_folder_without_text_names_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(RequestError, match=r"holds no text\. Files that are read: \.txt"):
        inspect(tmp_path, KIND)


def test_a_damaged_file_is_refused_when_its_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("".join(f"line {number * 7919}\n" for number in range(5000)).encode())[:-40])
    with pytest.raises(RequestError, match="damaged gzip"):
        inspect(path, KIND)
    with pytest.raises(RequestError, match="damaged gzip"):
        list(open_data(path, KIND).iter_lines())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])), min_size=1, max_size=20))
def test_lines_come_back_as_they_were_written(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join([*lines, "end"]), encoding="utf-8", newline="")
    kept = [lines[0].removeprefix("\ufeff"), *lines[1:], "end"]
    assert list(open_data(path, KIND).iter_lines()) == kept


def test_the_real_corpora_are_counted(shared_data: Callable[[str], Path]) -> None:
    shakespeare = inspect(shared_data("corpora/tinyshakespeare/input.txt.gz"))
    assert (shakespeare.facts["lines"], shakespeare.facts["characters"]) == (40_000, 1_115_394)
    assert shakespeare.facts["language"] == "english"
    assert inspect(shared_data("corpora/chinese_songci/classics.txt.gz")).facts["language"] == "chinese"
