"""Reading bytes and text: gzip, encodings, and refusals that say what to do."""

import contextlib
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.detection import guess_encoding
from neurostudio.data.encoding import check_readable, head_text, iter_lines, read_bytes, read_text

FRENCH = "0 l'été dernier, à Orléans, un garçon naïf\n1 déjà vu — c’est la fin\n" * 3
CHINESE = "这家酒店的早餐很丰富，房间也干净，下次还会再来。\n服务员态度冷冰冰的，等了一个小时。\n"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_or_without_a_mark_is_read_silently(tmp_path: Path, codec: str) -> None:
    read = read_text(written(tmp_path / "a.txt", FRENCH.encode(codec)))
    assert read.text == FRENCH
    assert read.encoding == codec.removesuffix("-sig")
    assert read.problems == ()


@pytest.mark.parametrize(
    ("codec", "name", "text"),
    [
        ("cp1252", "windows-1252", FRENCH),
        ("gb18030", "gb18030", CHINESE),
        ("gb18030", "gb18030", "1 很快，好吃\n0 too slow, 难吃\n"),
        ("big5", "big5", "這家飯店的早餐很豐富，房間也乾淨，下次還會再來。服務員態度很好，我們等了一個小時。\n" * 3),
        ("cp1251", "windows-1251", "Это был очень хороший фильм, который я бы посмотрел ещё раз с удовольствием.\n" * 3),
        ("euc_kr", "euc-kr", "이 영화는 정말 재미있었고 다시 보고 싶은 작품입니다. 배우들의 연기도 훌륭했습니다.\n" * 3),
        ("shift_jis", "shift_jis", "この映画はとても面白かったので、もう一度見たいと思います。俳優も素晴らしかった。\n" * 3),
        ("utf-16-le", "utf-16-le", FRENCH),
        ("utf-16-be", "utf-16-be", FRENCH),
    ],
)
def test_other_encodings_are_refused_with_their_name_and_then_read_when_named(
    tmp_path: Path, codec: str, name: str, text: str
) -> None:
    path = written(tmp_path / "a.txt", text.encode(codec))
    with pytest.raises(RequestError, match=f"--encoding {name}"):
        read_text(path)
    with pytest.raises(RequestError, match=f"--encoding {name}"):
        list(iter_lines(path))
    assert read_text(path, name).text == text
    assert "\n".join(iter_lines(path, name)) + "\n" == text


def test_a_refusal_names_the_first_line_at_fault_and_shows_how_it_would_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", b"plain\r\nplain\rstill plain\n" + "a cliché of a film\n".encode("cp1252"))
    for read in (read_text, lambda path: list(iter_lines(path))):
        with pytest.raises(RequestError, match=r"a\.txt, line 4: .*'a cliché of a film'"):
            read(path)


def test_the_line_at_fault_is_right_far_into_a_streamed_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", b"twelve bytes\n" * 5000 + "voilà le café\n".encode("cp1252") + b"end\n" * 500)
    with pytest.raises(RequestError, match="line 5001"):
        list(iter_lines(path))


def test_good_utf8_that_is_forced_into_another_encoding_is_warned_about(tmp_path: Path) -> None:
    read = read_text(written(tmp_path / "a.txt", FRENCH.encode()), "windows-1252")
    assert [problem.severity for problem in read.problems] == ["warning"]
    assert "good UTF-8" in read.problems[0].message


@pytest.mark.parametrize("name", ["no-such-code", "hex", "idna", "undefined", "unicode_escape", "utf-8\0"])
def test_what_is_no_encoding_of_files_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError, match="is not an encoding of text"):
        read_text(written(tmp_path / "a.txt", b"abc"), name)


def test_zero_bytes_become_blanks_and_are_reported_with_their_lines(tmp_path: Path) -> None:
    read = read_text(written(tmp_path / "a.txt", b"a good day for all of us here\n" * 20 + b"one\0two\n"))
    assert read.text.endswith("one two\n")
    assert read.problems[0].lines == (21,)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x14\0\0\0", "Excel"),
        (b"%PDF-1.7 abc", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (bytes(range(256)) * 4, "no text in any encoding"),
        (b"\0\1\2\3" * 50, "not a text file"),
    ],
)
def test_binary_files_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = written(tmp_path / "a.txt", data)
    with pytest.raises(RequestError, match=said):
        read_text(path)


def test_nothing_there_a_folder_an_empty_file_and_blank_text_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="There is no file"):
        read_bytes(tmp_path / "missing.txt")
    with pytest.raises(RequestError, match="There is no file or folder"):
        check_readable(tmp_path / "missing.txt")
    with pytest.raises(RequestError, match="is a folder, but a file is needed"):
        read_bytes(tmp_path)
    with pytest.raises(RequestError, match=r"folder .* is empty"):
        check_readable(tmp_path)
    with pytest.raises(RequestError, match="is empty"):
        read_bytes(written(tmp_path / "empty.txt", b""))
    with pytest.raises(RequestError, match="is empty"):
        check_readable(tmp_path / "empty.txt")
    with pytest.raises(RequestError, match="holds no text"):
        read_text(written(tmp_path / "blank.txt", b" \n\n\t"))


@given(cut=st.integers(1, 200))
def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    data = gzip.compress(FRENCH.encode(), mtime=0)
    path = written(tmp_path_factory.mktemp("gz") / "a.txt.gz", data[: -min(cut, len(data) - 2)])
    with pytest.raises(RequestError, match="gzip"):
        read_text(path)
    with pytest.raises(RequestError, match="gzip"):
        list(iter_lines(path))


@given(place=st.integers(10, 10_000), flip=st.integers(1, 255))
def test_a_flipped_byte_in_a_gzip_file_never_changes_the_text(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int
) -> None:
    data = bytearray(gzip.compress(FRENCH.encode(), mtime=0))
    data[10 + place % (len(data) - 10)] ^= flip
    path = written(tmp_path_factory.mktemp("gz") / "a.txt.gz", bytes(data))
    # The last bits before the checksum pad a byte and mean nothing; every other flip must be noticed.
    with contextlib.suppress(RequestError):
        assert read_text(path).text == FRENCH


def test_gzip_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    assert read_text(written(tmp_path / "a.txt", gzip.compress(b"hello\n"))).text == "hello\n"
    with pytest.raises(RequestError, match=r"is called \.gz but is not a gzip file"):
        read_text(written(tmp_path / "a.txt.gz", b"hello\n"))


def test_only_line_ends_end_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "a\u2028b\x0bc\x85d\r\ne\rf\n".encode())
    assert read_text(path).text == "a\u2028b\x0bc\x85d\ne\nf\n"
    assert list(iter_lines(path)) == ["a\u2028b\x0bc\x85d", "e", "f"]


def test_the_head_of_a_file_ends_with_a_whole_line_and_reads_little(tmp_path: Path) -> None:
    text = "".join(f"{number} é line\n" for number in range(50_000))
    for name, data in (("a.txt", text.encode()), ("a.txt.gz", gzip.compress(text.encode()))):
        head = head_text(written(tmp_path / name, data))
        assert text.startswith(head)
        assert head.endswith("line\n")
        assert len(head) <= 65_536


@given(st.binary(max_size=400))
def test_guessing_an_encoding_never_fails(data: bytes) -> None:
    guess = guess_encoding(data)
    assert guess is None or data.decode(guess, errors="replace") is not None


def test_the_real_windows_1252_file_is_recognised(shared_data: Callable[[str], Path]) -> None:
    with pytest.raises(RequestError, match=r"line 1: .*windows-1252.*clichés"):
        read_text(shared_data("text_english/MR_windows1252_sample.txt"))


def test_the_real_chinese_novel_in_gb18030_is_recognised_and_reads_like_its_utf8_version(
    shared_data: Callable[[str], Path],
) -> None:
    path = shared_data("text_zh_lm/hong_lou_meng_gb18030.txt")
    with pytest.raises(RequestError, match="gb18030"):
        read_text(path)
    assert read_text(path, "gb18030").text.strip() == read_text(shared_data("text_zh_lm/hong_lou_meng_utf8.txt")).text.strip()
