"""What a look into the data tells, without a window."""

from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data.import_report import ImportReport
from neurostudio.gui.panels.data.contents import length_histogram, lines_around
from neurostudio.gui.panels.data.presenter import class_shares, fact_lines, sample_table
from neurostudio.store.rows import DatasetRow


def corpus(tmp_path: Path, lines: list[str]) -> DatasetRow:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return DatasetRow("corpus", "corpus", path)


def test_every_line_stands_in_the_histogram(tmp_path: Path) -> None:
    histogram = length_histogram(corpus(tmp_path, ["one"] * 5 + ["one two three"] * 7 + [""]))
    assert histogram is not None
    assert (histogram.lows, histogram.counts, histogram.beyond) == ((1, 2, 3), (5, 0, 7), 0)


def test_a_long_tail_is_counted_but_does_not_hide_the_rest(tmp_path: Path) -> None:
    histogram = length_histogram(corpus(tmp_path, ["a b"] * 400 + ["a b c"] * 400 + ["word " * 5000]))
    assert histogram is not None
    assert (len(histogram.counts), sum(histogram.counts), histogram.beyond) == (2, 800, 1)


def test_word_vectors_have_no_lengths(tmp_path: Path) -> None:
    assert length_histogram(DatasetRow("v", "word-vectors", tmp_path / "v.vec")) is None


@pytest.mark.parametrize(("number", "shown"), [(1, [1, 2, 3]), (3, [1, 2, 3, 4, 5]), (9, [7, 8, 9])])
def test_a_line_is_shown_with_those_around_it(tmp_path: Path, number: int, shown: list[int]) -> None:
    path = corpus(tmp_path, [f"line {place}" for place in range(1, 10)]).path
    found = lines_around(path, number)
    assert [line.number for line in found] == shown
    assert found[shown.index(number)].text == f"line {number}"


def test_a_line_beyond_the_end_is_none(tmp_path: Path) -> None:
    assert lines_around(corpus(tmp_path, ["only"]).path, 7) == ()


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_bytes(b"caf\xe9\n" * 9)
    with pytest.raises(RequestError, match="line 1"):
        lines_around(path, 3)


def test_classes_are_shares_of_all_rows() -> None:
    shares = class_shares({"classes": {"no": 1, "yes": 3}})
    assert [(one.name, one.share) for one in shares] == [("no", 0.25), ("yes", 0.75)]
    assert class_shares({"classes": {}}) == ()


def test_columns_of_numbers_stand_at_the_right() -> None:
    report = ImportReport("labelled-text", "tsv", sample=({"line": 2, "text": "a\tb"}, {"line": 3, "text": "c"}))
    table = sample_table(report)
    assert (table.headers, table.numbers) == (("Line", "Text"), frozenset({0}))
    assert table.rows == (("2", "a b"), ("3", "c"))


def test_facts_of_a_newer_reader_are_shown_as_they_are() -> None:
    facts = dict(fact_lines(ImportReport("table", "csv", {"rows": 3, "is_sorted": True, "nested": {"a": 1}})))
    assert facts == {"Rows": "3", "Is sorted": "yes"}
