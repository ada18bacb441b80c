"""``import``: the report it shows, what it recognises, and one clear sentence for each thing that can be wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REVIEWS = "text\tlabel\n" + "".join(f"sentence number {i} is {word}\t{word}\n" for i, word in enumerate(["good", "bad"] * 5))


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.tsv"
    path.write_text(REVIEWS, encoding="utf-8")
    return path


def names(cli: Callable[..., Any]) -> list[str]:
    return [row["name"] for row in cli("datasets", "empty", "--json").document]


def test_the_report_of_an_import_is_shown(cli: Callable[..., Any], empty: Path, reviews: Path) -> None:
    answer = cli("import", "empty", reviews)
    assert (answer.code, answer.err) == (0, "Imported 'reviews' as labelled-text\n")
    facts = dict(line.strip().split("  ", 1) for line in answer.out.splitlines())
    assert facts["rows"].strip() == "10"
    assert facts["classes"].strip() == "bad 5, good 5"
    assert facts["columns"].strip() == "text, label"
    assert "empty rows" not in facts, "a fact without content is left out"


def test_json_gives_one_document_for_all_files(cli: Callable[..., Any], empty: Path, reviews: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("text,label\nfine,1\npoor,0\nnice,1\nugly,0\n", encoding="utf-8")
    answer = cli("import", "empty", reviews, "more.csv", "--json")
    assert [(one["name"], one["kind"]) for one in answer.document] == [("reviews", "labelled-text"), ("more", "labelled-text")]
    assert answer.document[0]["report"]["facts"]["rows"] == 10


def test_a_copy_lies_in_the_project_and_the_rest_stays_where_it_is(cli: Callable[..., Any], empty: Path, reviews: Path) -> None:
    cli("import", "empty", reviews, "--copy", "--name", "inside")
    cli("import", "empty", reviews, "--name", "outside")
    paths = {row["name"]: Path(row["path"]) for row in cli("datasets", "empty", "--json").document}
    assert paths == {"inside": empty / "data" / "inside.tsv", "outside": reviews}
    assert paths["inside"].read_text(encoding="utf-8") == REVIEWS


def test_the_same_content_elsewhere_is_found_again(cli: Callable[..., Any], empty: Path, reviews: Path, tmp_path: Path) -> None:
    cli("import", "empty", reviews)
    moved = reviews.rename(tmp_path / "moved.tsv")
    answer = cli("import", "empty", moved)
    assert "Imported 'reviews' as labelled-text, known already: found again" in answer.err
    (row,) = cli("datasets", "empty", "--json").document
    assert Path(row["path"]) == moved


def test_a_copy_stays_a_copy_when_its_source_is_imported_again(cli: Callable[..., Any], empty: Path, reviews: Path) -> None:
    cli("import", "empty", reviews, "--copy")
    cli("import", "empty", reviews)
    (row,) = cli("datasets", "empty", "--json").document
    assert row["copied"]
    assert Path(row["path"]) == empty / "data" / "reviews.tsv"


def test_a_name_that_other_content_has_is_refused_and_a_free_one_is_found(
    cli: Callable[..., Any], empty: Path, reviews: Path, tmp_path: Path
) -> None:
    cli("import", "empty", reviews)
    other = tmp_path / "other" / "reviews.tsv"
    other.parent.mkdir()
    other.write_text(REVIEWS.replace("number", "no."), encoding="utf-8")
    clash = cli("import", "empty", other, "--name", "reviews")
    assert clash.code == 2
    assert "There is a data set 'reviews' with other content already. Choose another --name." in clash.err
    assert cli("import", "empty", other, "--json").document[0]["name"] == "reviews-2"


def test_columns_can_be_named(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    table = tmp_path / "survey.csv"
    table.write_text("id,answer,remark,mood\n" + "".join(f"{i},yes {i},it was {i},{i % 2}\n" for i in range(8)), encoding="utf-8")
    answer = cli(
        "import", "empty", table, "--kind", "labelled-text", "--text-column", "remark", "--label-column", "mood", "--json"
    )
    assert answer.code == 0, answer.err
    assert answer.document[0]["report"]["facts"]["columns"] == ["remark", "mood"]
    missing = cli("import", "empty", table, "--kind", "labelled-text", "--text-column", "remark", "--label-column", "stars")
    assert missing.code == 2
    assert "has no column 'stars'" in missing.err
    assert names(cli) == ["survey"]


def test_other_options_of_a_reader_can_be_given(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    quotes = tmp_path / "quotes.csv"
    quotes.write_text('text,label\n"unclosed,1\nplain,0\nfine,1\nnice,0\n', encoding="utf-8")
    refused = cli("import", "empty", quotes, "--kind", "labelled-text")
    assert refused.code == 2
    assert "line 2" in refused.err
    assert "quoting=none" in refused.err
    assert cli("import", "empty", quotes, "--kind", "labelled-text", "--option", "quoting=none").code == 0
    assert "no option 'quotes'" in cli("import", "empty", quotes, "--kind", "labelled-text", "--option", "quotes=x").err
    assert "Write KEY=VALUE" in cli("import", "empty", quotes, "--option", "quoting").err


@pytest.mark.parametrize(
    ("name", "content", "options", "words"),
    [
        ("empty.tsv", b"", (), ["empty.tsv is empty"]),
        ("one.tsv", b"text\tlabel\nyes\t1\nno\t1\n", (), ["one.tsv cannot be used as labelled-text", "one class, '1'"]),
        ("rare.tsv", b"text\tlabel\nyes\t1\nno\t1\nnever\t2\n", (), ["cannot be used", "fewer than"]),
        ("none.csv", b"text,label\nyes,\nno,\nwell,1\n", (), ["rows have no label in the column 'label'"]),
        ("nolabel.csv", b"alpha,beta\nyes no,well then\nno yes,so what\n", ("--kind", "labelled-text"), ["label_column"]),
        ("open.csv", b'text,label\n"yes,1\nno,0\n', ("--kind", "labelled-text"), ["line 2", "never closed"]),
        ("latin.txt", b"1 un caf\xe9 noir\n0 une th\xe9i\xe8re vide\n", (), ["line 1", "not UTF-8"]),
        ("zeros.bin", bytes(200), (), ["zeros.bin"]),
        ("plain.csv", b"a,b\n1,2\n", ("--kind", "poems"), ["Unknown data kind 'poems'", "labelled-text"]),
        ("plain.csv", b"a,b\n1,2\n", ("--kind", "spatial"), ["no reader for data of the kind 'spatial'"]),
        ("plain.csv", b"a,b\n1,2\n", ("--kind", "fmri"), ["plain.csv is no brain image"]),
        ("plain.csv", b"a,b\n1,2\n", ("--name", "a b"), ["'a b' cannot be the name of a data set"]),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    name: str, content: bytes, options: tuple[str, ...], words: list[str], cli: Callable[..., Any], empty: Path, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = cli("import", "empty", name, *options, "--json")
    assert answer.code == 2
    assert answer.out == ""
    for part in words:
        assert part in answer.err
    assert "Traceback" not in answer.err
    assert answer.err.count("\n") == 1
    assert names(cli) == []


def test_nothing_is_added_when_one_of_several_files_is_wrong(
    cli: Callable[..., Any], empty: Path, reviews: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.tsv").touch()
    assert cli("import", "empty", reviews, "empty.tsv").code == 2
    assert cli("import", "empty", reviews, reviews, "--name", "twice").code == 2
    assert names(cli) == []


def test_a_folder_that_holds_the_project_is_refused(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    for source in (empty, tmp_path):
        answer = cli("import", "empty", source)
        assert answer.code == 2
        assert "holds this project itself" in answer.err


def test_a_wrong_encoding_is_named_with_the_likely_one(
    cli: Callable[..., Any], empty: Path, shared_data: Callable[[str], Path]
) -> None:
    sample = shared_data("text_english/MR_windows1252_sample.txt")
    refused = cli("import", "empty", sample)
    assert refused.code == 2
    assert "--encoding windows-1252" in refused.err
    assert names(cli) == []
    answer = cli("import", "empty", sample, "--encoding", "windows-1252", "--json")
    assert answer.document[0]["report"]["facts"]["encoding"] == "windows-1252"
    assert "No such" not in answer.err
    assert cli("import", "empty", sample, "--encoding", "klingon").code == 2
