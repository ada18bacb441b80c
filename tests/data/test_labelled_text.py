"""Labelled text in every layout: written, recognised, read back."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data, recognise
from neurostudio.data.delimited import to_delimited
from neurostudio.data.labelled_text.handle import LabelledText
from neurostudio.data.registry import readers

KIND = "labelled-text"
Items = list[tuple[str, str]]

ITEMS: Items = [
    ("a quiet , funny film", "pos"),
    ("dull and far too long", "neg"),
    ("the best hour of the week", "pos"),
    ("nobody laughed , not even once", "neg"),
    ("很好吃，味道足", "pos"),
]
NUMBERED: Items = [(text, "1" if label == "pos" else "0") for text, label in ITEMS]


def lines(items: Items, pattern: str) -> str:
    return "".join(pattern.format(text=text, label=label) + "\n" for text, label in items)


def objects(items: Items) -> list[dict[str, str]]:
    return [{"id": str(number), "label": label, "text": text} for number, (text, label) in enumerate(items)]


def table(items: Items, delimiter: str) -> str:
    return to_delimited([["review", "Label"], *map(list, items)], delimiter)


WRITERS: dict[str, Callable[[Items], str]] = {
    "digit-sentence": lambda items: lines(items, "{label} {text}"),
    "fasttext": lambda items: lines(items, "__label__{label} {text}"),
    "label-tab-sentence": lambda items: lines(items, "{label}\t{text}"),
    "sentence-tab-label": lambda items: lines(items, "{text}\t{label}"),
    "csv": lambda items: table(items, ","),
    "tsv": lambda items: table(items, "\t"),
    "jsonl": lambda items: "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects(items)),
    "json": lambda items: json.dumps(objects(items), indent=1),
}
"""How each form of a file is written."""


def write(folder: Path, text: str, name: str = "data.txt") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def pairs(data: LabelledText) -> Items:
    return [(text, data.classes[label]) for text, label in zip(data.texts, data.labels, strict=True)]


@pytest.mark.parametrize("name", ["data.txt", "data.gz"])
@pytest.mark.parametrize("form", WRITERS)
def test_each_form_is_recognised_and_read(tmp_path: Path, form: str, name: str) -> None:
    items = NUMBERED if form == "digit-sentence" else ITEMS
    path = write(tmp_path, WRITERS[form](items), name)
    report = inspect(path)
    assert (report.kind, report.form) == (KIND, form)
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()
    data = open_data(path, KIND, report.options)
    assert pairs(data) == items
    assert data.source == path


@pytest.mark.parametrize("form", WRITERS)
def test_reading_with_the_options_of_a_report_gives_the_same_report(tmp_path: Path, form: str) -> None:
    path = write(tmp_path, WRITERS[form](NUMBERED))
    report = inspect(path)
    assert inspect(path, KIND, report.options) == report
    assert pairs(open_data(path, KIND, report.options)) == NUMBERED


@pytest.mark.parametrize("form", WRITERS)
def test_the_lines_of_items_are_those_of_the_file(tmp_path: Path, form: str) -> None:
    text = WRITERS[form](NUMBERED)
    data = open_data(write(tmp_path, text), KIND)
    in_file = text.split("\n")
    for line, item in zip(data.lines, data.texts, strict=True):
        found = "\n".join(in_file[line - 1 : line + 4]) if form == "json" else in_file[line - 1]
        assert item in found or json.dumps(item) in found


NASTY = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"]) | st.sampled_from(list("\"',;|\\{}[]:_ ")),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()) and not text.startswith(("\ufeff", '"')))
MULTILINE = st.lists(NASTY, min_size=1, max_size=3).map("\n".join) | NASTY.map('"{}'.format)
TAB_OPTIONS = {"quoting": "none", "header": False}
FORCED: dict[str, dict[str, Any]] = {
    "label-tab-sentence": {"form": "label-tab-sentence", "text_column": 2, "label_column": 1, **TAB_OPTIONS},
    "sentence-tab-label": {"form": "sentence-tab-label", "text_column": 1, "label_column": 2, **TAB_OPTIONS},
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@pytest.mark.parametrize("form", WRITERS)
@given(given_data=st.data())
def test_nasty_texts_survive_writing_and_reading(tmp_path: Path, form: str, given_data: st.DataObject) -> None:
    kinds = MULTILINE if form in ("csv", "tsv", "json", "jsonl") else NASTY
    texts = given_data.draw(st.lists(kinds, min_size=4, max_size=8))
    items = [(text, str(place % 2)) for place, text in enumerate(texts)]
    options = FORCED.get(form, {"quoting": "csv"} if form == "tsv" else {})
    path = write(tmp_path, WRITERS[form](items))
    data = open_data(path, KIND, options)
    assert pairs(data) == [(text.strip(), label) for text, label in items]


def test_a_folder_of_class_folders_is_read(tmp_path: Path) -> None:
    for place, (text, label) in enumerate(ITEMS):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / f"{place}_7.txt").write_text(text + "\n", encoding="utf-8")
    (tmp_path / "unsup").mkdir()
    (tmp_path / "unsup" / "0_0.txt").write_text("nobody said what this is")
    (tmp_path / "neg" / "9_1.txt").write_text("")
    (tmp_path / "urls.txt").write_text("http://localhost\n")
    report = inspect(tmp_path)
    assert (report.kind, report.form) == (KIND, "class-folders")
    assert sorted(pairs(open_data(tmp_path, KIND, report.options))) == sorted(ITEMS)
    assert any("'unsup'" in problem.message for problem in report.problems)
    assert any("neg/9_1.txt" in problem.message for problem in report.problems)


def test_a_pair_of_pos_and_neg_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "rt-polarity.pos").write_text("good\n\nvery good\n")
    (tmp_path / "rt-polarity.neg").write_bytes("bad\nvery bad — cliché\n".encode("cp1252"))
    with pytest.raises(RequestError, match=r"rt-polarity\.neg, line 2: .*windows-1252"):
        inspect(tmp_path)
    report = inspect(tmp_path, options={"encoding": "windows-1252"})
    assert report.form == "pos-neg-files"
    assert report.facts["classes"] == {"neg": 2, "pos": 2}
    assert any("rt-polarity.pos line 2" in problem.message for problem in report.problems)
    data = open_data(tmp_path, KIND, report.options)
    assert pairs(data) == [("bad", "neg"), ("very bad — cliché", "neg"), ("good", "pos"), ("very good", "pos")]
    assert data.lines == (1, 2, 1, 3)


def test_a_folder_with_train_and_test_inside_says_to_import_each(tmp_path: Path) -> None:
    for part in ("train", "test"):
        for label in ("pos", "neg"):
            (tmp_path / part / label).mkdir(parents=True)
            (tmp_path / part / label / "0.txt").write_text("words")
    with pytest.raises(RequestError, match="folders train and test do; import each by itself"):
        inspect(tmp_path, KIND)
    assert recognise(tmp_path / "train") == KIND


def test_a_folder_of_something_else_says_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("x")
    with pytest.raises(RequestError, match=r"does not hold labelled text. It holds a\.dat"):
        inspect(tmp_path, KIND)


FRAGMENTS = st.text(
    st.sampled_from('01\t ,;|"{}[]:\n\rabe-é.') | st.sampled_from(["text", "label", "__label__"]).map(lambda s: s[0]), max_size=80
)
WORDS = st.lists(
    st.sampled_from(
        ["text", "label", "0", "1", "\t", "\t", ",", '"', "\n", "\n", " ", "__label__", "{", "}", "[", "]", ":", "a b c", "\0"]
    ),
    max_size=40,
).map("".join)
ANY_BYTES = (
    st.binary(max_size=120) | FRAGMENTS.map(str.encode) | WORDS.map(str.encode) | WORDS.map(lambda text: text.encode("utf-16"))
)
ANY_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "encoding": st.sampled_from(["utf-8", "windows-1252", "gb18030", "utf-16", "nonsense"]),
        "form": st.sampled_from([*WRITERS, "delimited-without-header", "class-folders", "nonsense"]),
        "text_column": st.sampled_from(["text", "1", 1, 2, 0, True, "nonsense"]),
        "label_column": st.sampled_from(["label", "2", 2, 1, -1, "nonsense"]),
        "delimiter": st.sampled_from(["tab", "comma", ",", "nonsense"]),
        "quoting": st.sampled_from(["csv", "none", "nonsense"]),
        "header": st.sampled_from([True, False, "nonsense"]),
    },
)


def outcome(use: Callable[[], Any]) -> Any:
    """What a call gives, or its refusal."""
    try:
        return use()
    except RequestError as error:
        return error


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(data=ANY_BYTES, name=st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.json", "a.gz"]), options=ANY_OPTIONS)
def test_any_bytes_give_a_handle_or_a_clear_refusal(tmp_path: Path, data: bytes, name: str, options: dict[str, Any]) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = outcome(lambda: open_data(path, KIND, options))
    if isinstance(found, RequestError):
        assert str(path) in str(found) or "option" in str(found) or "nonsense" in str(found)
    else:
        assert len(found.texts) == len(found.labels) == len(found.lines) >= 4
        assert set(found.labels) == set(range(len(found.classes)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=ANY_BYTES)
def test_recognising_any_bytes_gives_a_kind_or_a_clear_refusal(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    found = outcome(lambda: recognise(path))
    assert str(path) in str(found) if isinstance(found, RequestError) else found in readers()
