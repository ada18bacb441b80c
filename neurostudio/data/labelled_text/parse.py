"""Parsing one labelled-text file: a function for each layout, all giving rows with their lines."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from neurostudio.core.errors import RequestError
from neurostudio.data.delimited import DELIMITER_NAMES, delimiter_named, find_delimiter, parse_delimited, usual_width
from neurostudio.data.encoding import read_text
from neurostudio.data.import_report import Problem, kept_lines, lines_in_words
from neurostudio.data.labelled_text.columns import (
    USUAL_NAMES,
    Columns,
    choose_columns,
    column_by_number,
    guess_columns,
    has_header,
    settings_of,
)
from neurostudio.data.labelled_text.forms import DIGIT_SENTENCE, FASTTEXT_PREFIX, Layout, layout_of
from neurostudio.data.labelled_text.objects import Objects, json_array, json_lines, plain_text
from neurostudio.data.labelled_text.rows import Form, Parsed, Row

_TAB_FORMS = ("tsv", "label-tab-sentence", "sentence-tab-label")
_FOLDER_FORMS = ("class-folders", "pos-neg-files")


def parse_file(path: Path, options: Mapping[str, Any]) -> Parsed:
    """Read and parse one file; `options` may say the encoding, form, delimiter, quoting, header and columns.

    Raises
    ------
    RequestError
        The file is unreadable, damaged, or holds nothing that looks like texts with labels.
    """
    decoded = read_text(path, options.get("encoding"))
    layout = _layout(decoded.text, path, options)
    parsed = _parse(decoded.text, path, layout, options)
    resolved = {"encoding": decoded.encoding, "form": parsed.form, **parsed.options}
    return replace(parsed, encoding=decoded.encoding, problems=(*decoded.problems, *parsed.problems), options=resolved)


def _parse(text: str, path: Path, layout: Layout, options: Mapping[str, Any]) -> Parsed:
    if layout.form == "digit-sentence":
        return _digit_sentences(text)
    if layout.form == "fasttext":
        return _fasttext(text)
    if layout.form in ("jsonl", "json"):
        return _json(text, path, layout, options)
    return _delimited(text, path, layout, options)


def _layout(text: str, path: Path, options: Mapping[str, Any]) -> Layout:
    form, delimiter = options.get("form"), options.get("delimiter")
    delimiter = None if delimiter is None else delimiter_named(delimiter)
    if form is not None:
        known: dict[str, Form] = {name: name for name in get_args(Form) if name not in _FOLDER_FORMS}
        if str(form) not in known:
            raise RequestError(f"{path} cannot be read in the form '{form}'", fix=f"Forms of a file: {', '.join(known)}")
        default = "\t" if form in _TAB_FORMS else find_delimiter(text[:100_000], USUAL_NAMES) or ","
        return Layout(known[str(form)], delimiter or default)
    if delimiter:
        rows = [row for row in parse_delimited(text, path, delimiter, options.get("quoting")).rows if row]
        named: Form = "tsv" if delimiter == "\t" else "csv"
        return Layout(named if has_header(rows) else "delimited-without-header", delimiter)
    layout = layout_of(text, path)
    if layout is None:
        first = text.strip().split("\n", 1)[0]
        only = f"Its only column is '{first}'" if first.strip().lower() in USUAL_NAMES else f"Its first line is '{first[:60]}'"
        raise RequestError(
            f"{path} holds no labels that can be told from the text",
            only,
            "Use a CSV or TSV with the columns text and label, JSON lines with these keys, or one 'label sentence' a line",
        )
    return layout


def _digit_sentences(text: str) -> Parsed:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        match = DIGIT_SENTENCE.fullmatch(line.rstrip("\n"))
        rows.append(Row(number, match[2] or "", match[1]) if match else Row(number, line, ""))
    return Parsed("digit-sentence", rows)


def _fasttext(text: str) -> Parsed:
    rows: list[Row] = []
    several: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        label, sentence = "", line.lstrip()
        while sentence.startswith(FASTTEXT_PREFIX):
            word, _, sentence = sentence.partition(" ")
            sentence = sentence.lstrip()
            if not label:
                label = word.removeprefix(FASTTEXT_PREFIX)
            elif number not in several[-1:]:
                several.append(number)
        rows.append(Row(number, sentence, label))
    problems = []
    if several:
        message = f"{len(several):,} rows carry several labels; only the first was kept ({lines_in_words(several)})"
        problems.append(Problem("warning", message, kept_lines(several)))
    return Parsed("fasttext", rows, problems=tuple(problems))


def _json(text: str, path: Path, layout: Layout, options: Mapping[str, Any]) -> Parsed:
    objects: Objects = json_lines(text, path) if layout.form == "jsonl" else json_array(text, path)
    header = list(dict.fromkeys(key for _, fields in objects[:1000] for key in fields))
    columns = choose_columns(header, path, options.get("text_column"), options.get("label_column"))
    rows = [
        Row(line, plain_text(fields.get(columns.text_name), joined=True), plain_text(fields.get(columns.label_name)))
        for line, fields in objects
    ]
    return Parsed(layout.form, rows, columns=_names(columns), options=settings_of(columns, named=True))


def _delimited(text: str, path: Path, layout: Layout, options: Mapping[str, Any]) -> Parsed:
    table = parse_delimited(text, path, layout.delimiter, options.get("quoting"))
    filled = [(line, row) for line, row in zip(table.lines, table.rows, strict=True) if any(field.strip() for field in row)]
    named = options.get("header", layout.form in ("csv", "tsv"))
    if not isinstance(named, bool):
        raise RequestError(f"The option header is '{named}'", fix="Use true or false")
    if not filled:
        raise RequestError(f"{path} holds no rows")
    columns, width = _columns([row for _, row in filled], named, path, options)
    first = filled[0][0] if named else 0
    rows: list[Row] = []
    many: list[int] = []
    few: list[int] = []
    for line, row in zip(table.lines, table.rows, strict=True):
        if line == first:
            continue
        if not row:
            rows.append(Row(line, "", ""))
            continue
        if any(row[width:]):
            many.append(line)
            continue
        if len(row) < width and any(row):
            few.append(line)
        rows.append(Row(line, *(row[place] if place < len(row) else "" for place in (columns.text, columns.label))))
    _refuse_uneven(path, len(filled), len(many) + len(few), width, layout.delimiter)
    form = layout.form if named else _form_without_header(columns, width, layout.delimiter)
    resolved = {
        **settings_of(columns, named and columns.text_name != columns.label_name),
        "delimiter": DELIMITER_NAMES[table.delimiter],
        "quoting": table.quoting,
        "header": named,
    }
    problems = _uneven_problems(many, few, width)
    if not named and width > 2:
        message = f"There is no header; {columns.text_name} was read as the text and {columns.label_name} as the label"
        problems.append(Problem("note", message))
    return Parsed(form, rows, columns=_names(columns), problems=tuple(problems), options=resolved)


def _columns(rows: list[list[str]], named: bool, path: Path, options: Mapping[str, Any]) -> tuple[Columns, int]:
    """The two columns, and the number of fields that a row should have."""
    text, label = options.get("text_column"), options.get("label_column")
    if named:
        header = [name.strip() for name in rows[0]]
        return choose_columns(header, path, text, label), len(header)
    width = usual_width(rows)
    if text is None and label is None:
        return guess_columns([row for row in rows if len(row) == width], path), width
    if text is None or label is None:
        raise RequestError(f"{path} has no header, so both columns must be said", fix="Set text_column and label_column")
    places = [column_by_number(width, value, name, path) for name, value in (("text_column", text), ("label_column", label))]
    if places[0] == places[1]:
        raise RequestError(f"{path}: one column cannot be both text and label", fix="Set text_column and label_column")
    return Columns(places[0], places[1], f"column {places[0] + 1}", f"column {places[1] + 1}"), width


def _form_without_header(columns: Columns, width: int, delimiter: str) -> Form:
    if width != 2 or delimiter != "\t":
        return "delimited-without-header"
    return "label-tab-sentence" if columns.label == 0 else "sentence-tab-label"


def _refuse_uneven(path: Path, n_row: int, n_uneven: int, width: int, delimiter: str) -> None:
    if 2 * n_uneven > n_row:
        raise RequestError(
            f"{path}: {n_uneven:,} of {n_row:,} rows do not have {width} fields",
            f"The {DELIMITER_NAMES[delimiter]} was taken as the delimiter",
            "Say the right one with the option delimiter (tab, comma, semicolon, bar)",
        )


def _uneven_problems(many: list[int], few: list[int], width: int) -> list[Problem]:
    problems = []
    if many:
        message = f"{len(many):,} rows have more than {width} fields and were skipped ({lines_in_words(many)})"
        problems.append(Problem("warning", message, kept_lines(many)))
    if few:
        message = f"{len(few):,} rows have fewer than {width} fields ({lines_in_words(few)})"
        problems.append(Problem("warning", message, kept_lines(few)))
    return problems


def _names(columns: Columns) -> tuple[str, str]:
    return columns.text_name, columns.label_name
