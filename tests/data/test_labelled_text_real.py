"""The published sets, as they are found on disks."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data

KIND = "labelled-text"
Find = Callable[[str], Path]


@pytest.mark.parametrize(
    ("name", "form", "classes", "language"),
    [
        ("text_english/MR.part.gz", "digit-sentence", {"0": 3856, "1": 3849}, "english"),
        ("text_english/subj.part.gz", "digit-sentence", {"0": 3824, "1": 4999}, "english"),
        ("text_english/SST2.train.gz", "digit-sentence", {"0": 3308, "1": 3599}, "english"),
        ("text_english/SST5.train.gz", "digit-sentence", {"0": 1092, "1": 2216, "2": 1620, "3": 2316, "4": 1283}, "english"),
        ("text_chinese/waimai.part.csv.gz", "csv", {"0": 6998, "1": 3489}, "chinese"),
        ("glue/subjectivity/subjectivity.tsv", "tsv", {"objective": 4998, "subjective": 1725}, "english"),
        ("glue/CoLA/dev.tsv", "delimited-without-header", {"0": 322, "1": 721}, "english"),
    ],
)
def test_published_sets_are_read_whole(shared_data: Find, name: str, form: str, classes: dict[str, int], language: str) -> None:
    report = inspect(shared_data(name))
    assert (report.kind, report.form) == (KIND, form)
    assert report.facts["classes"] == classes
    assert report.facts["rows"] == sum(classes.values())
    assert report.facts["language"] == language
    assert report.errors == ()


def test_the_empty_review_of_chnsenti_is_named(shared_data: Find) -> None:
    path = shared_data("text_chinese/chnsenti.part.csv.gz")
    report = inspect(path)
    assert report.facts["rows"] == 6765
    (line,) = report.facts["empty_rows"]
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        assert stream.read().split("\n")[line - 1].strip() in ("0,", "1,")
    data = open_data(path, KIND, report.options)
    assert any("\n" in text or '"' in text for text in data.texts)
    assert len(data) == 6765


def test_the_contradictions_of_waimai_are_counted(shared_data: Find) -> None:
    report = inspect(shared_data("text_chinese/waimai.part.csv.gz"))
    assert report.facts["duplicates"] == {"same_label": 0, "conflicting_labels": 14}
    assert any(problem.severity == "note" and "unbalanced" in problem.message for problem in report.problems)


def test_the_original_bytes_of_mr_ask_for_their_encoding_and_then_are_read(shared_data: Find) -> None:
    path = shared_data("text_english/MR_windows1252_sample.txt")
    with pytest.raises(
        RequestError, match=r"MR_windows1252_sample\.txt, line 1: .*clichés just pile up.*--encoding windows-1252"
    ):
        inspect(path)
    report = inspect(path, options={"encoding": "windows-1252"})
    assert report.options["encoding"] == "windows-1252"
    data = open_data(path, KIND, report.options)
    assert len(data) == 300
    assert data.texts[0] == "the action clichés just pile up ."


def test_chinese_reviews_in_gb18030_ask_for_their_encoding_and_then_are_read(shared_data: Find, tmp_path: Path) -> None:
    source = shared_data("text_chinese/waimai.part.csv.gz")
    with gzip.open(source, "rt", encoding="utf-8", newline="") as stream:
        text = stream.read()
    path = tmp_path / "waimai.csv"
    path.write_bytes(text.encode("gb18030"))
    with pytest.raises(RequestError, match=r"line 2: .*很快，好吃.*--encoding gb18030"):
        inspect(path)
    data = open_data(path, KIND, inspect(path, options={"encoding": "gb18030"}).options)
    assert (data.texts, data.labels) == (open_data(source, KIND).texts, open_data(source, KIND).labels)


@pytest.mark.parametrize("name", ["glue/QNLI/dev.tsv", "glue/STS-B/dev.tsv"])
def test_sets_of_sentence_pairs_ask_for_the_text_column(shared_data: Find, name: str) -> None:
    with pytest.raises(RequestError, match=r"several columns that may hold the text: .*option text_column"):
        inspect(shared_data(name))


def test_mrpc_is_read_once_its_columns_are_said(shared_data: Find) -> None:
    path = shared_data("glue/MRPC/dev.tsv")
    with pytest.raises(RequestError, match="'Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'"):
        inspect(path, KIND)
    report = inspect(path, KIND, {"text_column": "#1 String", "label_column": "Quality"})
    assert report.facts["rows"] == 408


@pytest.mark.parametrize("pattern", ["{label}\t{text}", "{text}\t{label}", "__label__{label} {text}"])
def test_mr_in_other_layouts_is_recognised_as_the_same_set(shared_data: Find, tmp_path: Path, pattern: str) -> None:
    data = open_data(shared_data("text_english/MR.part.gz"), KIND)
    path = tmp_path / "mr.txt"
    rows = zip(data.texts, data.labels, strict=True)
    path.write_text("".join(pattern.format(text=text, label=label) + "\n" for text, label in rows), encoding="utf-8")
    report = inspect(path)
    again = open_data(path, report.kind, report.options)
    assert (again.texts, again.labels, again.classes) == (data.texts, data.labels, data.classes)
