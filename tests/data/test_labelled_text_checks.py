"""What is wrong with a labelled-text file is said, with its lines and what to do."""

from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.data import ImportReport, Problem, inspect, open_data

KIND = "labelled-text"
GOOD = "text\tlabel\nfine work\tpos\npoor work\tneg\nvery fine work\tpos\nvery poor work\tneg\n"


def write(folder: Path, text: str, name: str = "data.tsv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def problem(report: ImportReport, words: str) -> Problem:
    found = [problem for problem in report.problems if words in problem.message]
    assert len(found) == 1, report.problems
    return found[0]


def test_the_facts_of_a_small_file(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, GOOD))
    assert report.problems == ()
    assert report.facts == {
        "rows": 4,
        "classes": {"neg": 2, "pos": 2},
        "largest_class_share": 0.5,
        "words_per_sentence": {"min": 2, "median": 2.5, "mean": 2.5, "p95": 3, "max": 3},
        "characters_per_sentence": {"min": 9, "median": 11.5, "mean": 11.5, "p95": 14, "max": 14},
        "duplicates": {"same_label": 0, "conflicting_labels": 0},
        "empty_rows": [],
        "unlabelled_rows": [],
        "form": "tsv",
        "encoding": "utf-8",
        "columns": ["text", "label"],
        "language": "english",
    }
    assert report.sample[0] == {"line": 2, "label": "pos", "text": "fine work"}


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "10", "9"], ("9", "10")),
        (["1.0", "0.0", "1", "0"], ("0", "1")),
        (["-1", "+1", "-1", "1"], ("-1", "1")),
        (["b", "a", "b", "a"], ("a", "b")),
        (["10", "9", "x", "10", "9", "x"], ("10", "9", "x")),
        (["1.5", "2.5", "1.5", "2.5"], ("1.5", "2.5")),
    ],
)
def test_classes_are_ordered_by_value_when_all_are_integers_else_by_alphabet(
    tmp_path: Path, labels: list[str], classes: tuple[str, ...]
) -> None:
    rows = "".join(f"sentence number {place},{label}\n" for place, label in enumerate(labels))
    assert open_data(write(tmp_path, "text,label\n" + rows), KIND).classes == classes


def test_empty_rows_are_skipped_and_named(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, GOOD.replace("poor work\tneg\n", "\tneg\n\npoor work\tneg\n", 1) + "\n\n"))
    found = problem(report, "without text")
    assert (found.severity, found.lines) == ("warning", (3, 4))
    assert report.facts["rows"] == 4


def test_rows_without_a_label_are_skipped_and_named(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, GOOD + "what is this\t\n"))
    assert problem(report, "without a label").lines == (6,)
    assert report.facts["rows"] == 4


def test_a_column_that_is_mostly_empty_is_refused_as_label_column(tmp_path: Path) -> None:
    rows = "".join(f"sentence {place}\t{'x' if place == 3 else ''}\n" for place in range(9))
    with pytest.raises(RequestError, match=r"8 of 9 rows have no label in the column 'label' \(lines 2, 3, 4, 6, 7 and 3 more\)"):
        inspect(write(tmp_path, "text\tlabel\n" + rows))


def test_one_class_only_is_an_error_at_import_and_refused_at_use(tmp_path: Path) -> None:
    path = write(tmp_path, "text\tlabel\nfine work\tpos\nvery fine work\tpos\n")
    report = inspect(path)
    assert problem(report, "one class, 'pos'").severity == "error"
    with pytest.raises(RequestError, match="nothing can be learnt"):
        open_data(path, KIND, report.options)


def test_a_class_with_a_single_item_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "so so\tmixed\n")
    found = problem(inspect(path), "fewer than 2 rows")
    assert (found.severity, found.lines) == ("error", (6,))
    with pytest.raises(RequestError, match=r"'mixed' \(line 6\)"):
        open_data(path, KIND)


def test_unbalanced_classes_are_a_note_beyond_two_to_one(tmp_path: Path) -> None:
    assert inspect(write(tmp_path, GOOD + "a\tpos\nb\tpos\n")).problems == ()
    assert problem(inspect(write(tmp_path, GOOD + "a\tpos\nb\tpos\nc\tpos\n")), "5 rows of 'pos', 2 of 'neg'").severity == "note"


def test_repeated_texts_are_told_from_texts_under_two_labels(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, GOOD + "fine work\tpos\nvery poor work\tpos\n"))
    assert problem(report, "repeats an earlier text with the same label").lines == (6,)
    assert problem(report, "under different labels").lines == (5, 7)
    assert report.facts["duplicates"] == {"same_label": 1, "conflicting_labels": 2}


def test_rows_with_too_many_or_too_few_fields_are_named(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, "text,id,label\na b,1,x\nc d,2,y\ne, f,3,x\ng h,4\ni j,5,y\nk l,6,x\n", "data.csv"))
    assert problem(report, "more than 3 fields").lines == (4,)
    assert problem(report, "fewer than 3 fields").lines == (5,)
    assert report.facts["rows"] == 4


def test_empty_fields_at_the_end_of_rows_do_not_matter(tmp_path: Path) -> None:
    assert inspect(write(tmp_path, "text,label\na b,x,,\nc d,y,,\ne f,x,,\ng h,y,,\n", "data.csv")).problems == ()


def test_a_wrong_delimiter_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "text;label\n" + "a, b, c;x\nd, e, f;y\n" * 3, "data.csv")
    assert inspect(path).options["delimiter"] == "semicolon"
    with pytest.raises(RequestError, match="no column"):
        inspect(path, KIND, {"delimiter": "comma", "text_column": "text", "label_column": "label", "header": True})


def test_a_quote_that_is_never_closed_names_the_line_where_it_began(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"data\.csv, line 4: the quoted field that begins here is never closed"):
        inspect(write(tmp_path, 'text,label\nfine,1\n"good, too",1\n"oh no,0\npoor,0\n', "data.csv"), KIND)


def test_zero_bytes_are_reported(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, GOOD.replace("poor work", "poor\0work", 1)), KIND)
    assert problem(report, "Zero bytes").lines == (3,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text\nfine\npoor\n", "only column is 'text'"),
        ("text,id\nfine,1\npoor,2\n", "no column that is known to hold labels; its columns are: 'text', 'id'"),
        (
            "id,label\nfine words here,1\npoor words here,0\n",
            "no column that is known to hold text; its columns are: 'id', 'label'",
        ),
        ("question,sentence,label\na,b,1\nc,d,0\n", "several columns that may hold the text: 'question', 'sentence'"),
        ("text,rating,sentiment\na,b,1\nc,d,0\n", "several columns that may hold the label: 'rating', 'sentiment'"),
        ("text,text,label\na,b,1\nc,d,0\n", "several columns that may hold the text"),
        ('{"text": "a"}\n{"text": "b"}\n', "no column that is known to hold labels; its columns are: 'text'"),
        ("one line of prose\nand another\n", "no labels that can be told from the text"),
        ('{"text": "a", "label": 1}\n{"text": "b", \n', "line 2: not a JSON object"),
        ('{"text": "a", "label": 1}\n[1]\n', "line 2: not a JSON object but list"),
        ('[\n{"text": "a", "label": 1},\n{"text": "b"', "line 3: not JSON"),
        ('[\n{"text": "a", "label": 1},\n7]', "line 3: not a JSON object but int"),
        ('[\n{"text": "a", "label": 1}\n', "broken off"),
        ("[" * 100_000, "data.csv"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_was_found(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RequestError) as refusal:
        inspect(write(tmp_path, text, "data.csv"), KIND)
    assert said in str(refusal.value)
    assert "data.csv" in str(refusal.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"colour": "red"}, "no option 'colour'"),
        ({"text_column": "words"}, "no column 'words'. Set text_column to one of the columns it has: 'text', 'label'"),
        ({"label_column": 7}, "no column '7'"),
        ({"text_column": "label"}, "cannot be both text and label"),
        ({"form": "poem"}, "cannot be read in the form 'poem'"),
        ({"delimiter": "dash"}, "'dash' is no delimiter"),
        ({"quoting": "single"}, "'single' is no way of quoting"),
        ({"header": "perhaps"}, "option header is 'perhaps'"),
        ({"header": False, "text_column": 1}, "both columns must be said"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as refusal:
        inspect(write(tmp_path, GOOD), KIND, options)
    assert said in str(refusal.value)


def test_columns_can_be_said_by_name_or_number(tmp_path: Path) -> None:
    path = write(tmp_path, "a\tb\tc\n" + "one two\t1\tx y\nthree four\t2\tz w\n" * 2)
    for text, label in (("c", "b"), (3, 2), ("3", "2"), (" C ", "B")):
        data = open_data(path, KIND, {"text_column": text, "label_column": label})
        assert (data.texts[0], data.classes) == ("x y", ("1", "2"))


def test_a_file_without_header_is_read_by_what_its_columns_look_like(tmp_path: Path) -> None:
    rows = "".join(f"src{place % 3},{place % 2},,this is sentence number {place}\n" for place in range(12))
    report = inspect(write(tmp_path, rows, "data.csv"))
    assert report.form == "delimited-without-header"
    assert (report.options["text_column"], report.options["label_column"]) == (4, 2)
    assert problem(report, "no header").severity == "note"


def test_columns_that_show_nothing_ask_for_their_numbers(tmp_path: Path) -> None:
    rows = "".join(f"first sentence of {place}\tsecond sentence of {place}\tx\n" for place in range(6))
    with pytest.raises(RequestError, match="Say them by number"):
        inspect(write(tmp_path, rows), KIND)


def test_several_fasttext_labels_keep_the_first_and_are_named(tmp_path: Path) -> None:
    report = inspect(write(tmp_path, "__label__a __label__b one\n__label__a two\n__label__b three\n__label__b four\n"))
    assert problem(report, "several labels").lines == (1,)
    assert report.facts["classes"] == {"a": 2, "b": 2}


def test_json_values_of_all_kinds_become_labels_and_texts(tmp_path: Path) -> None:
    text = (
        '{"text": ["two", "words"], "label": true}\n{"text": "\\ud800 lone", "label": false}\n'
        '{"text": "c", "label": true}\n{"text": "d", "label": false}\n{"text": "e", "label": null}\n\n{"text": null, "label": true}\n'
    )
    data = open_data(write(tmp_path, text), KIND)
    assert data.classes == ("false", "true")
    assert data.texts == ("two words", "\ufffd lone", "c", "d")


def test_labels_on_a_scale_are_questioned(tmp_path: Path) -> None:
    rows = "".join(f"pair of sentences {place},{place / 50:.2f}\n" * 2 for place in range(60))
    report = inspect(write(tmp_path, "text,score\n" + rows, "data.csv"))
    assert problem(report, "is this the label column?").severity == "warning"
