"""From parsed rows to a handle, its facts and its problems."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from neurostudio.core.errors import RequestError
from neurostudio.data.import_report import ImportReport, Problem, kept_lines, lines_in_words, worst_first
from neurostudio.data.labelled_text.handle import LabelledText
from neurostudio.data.labelled_text.rows import Parsed, Row
from neurostudio.data.language import count_words, guess_language, spread

KIND = "labelled-text"
LEAST_IN_CLASS = 2
UNBALANCED = 2.0
_INTEGER = re.compile(r"([+-]?[0-9]{1,15})(?:\.0+)?")
_MANY_DUPLICATES = 0.01
_MANY_CLASSES = 50
_SAMPLE_ITEMS = 8
_SAMPLE_CHARACTERS = 300
_SHOWN_CLASSES = 10


class Checked(NamedTuple):
    """A data set and what was found in it."""

    data: LabelledText
    report: ImportReport


def check(parsed: Parsed, path: Path) -> Checked:
    """Leave out what has no text or no label, number the classes, and look for problems.

    Raises
    ------
    RequestError
        More than half of the rows have no label (the wrong column, most likely), or no row is left.
    """
    rows, empty = _split(_without_blank_end(parsed.rows), lambda row: bool(row.text))
    rows, unlabelled = _split(rows, lambda row: bool(row.label))
    if 2 * len(unlabelled) > len(rows) + len(unlabelled):
        where = f" in the column '{parsed.columns[1]}'" if parsed.columns else ""
        raise RequestError(
            f"{path}: {len(unlabelled):,} of {len(rows) + len(unlabelled):,} rows have no label{where} ({_named(unlabelled)})",
            fix="Say the right columns with the options label_column and text_column, or fill in the labels",
        )
    if not rows:
        raise RequestError(f"{path} holds no row with a text and a label", fix="Check the file, and which columns are used")
    rows, classes = _numbered_classes(rows)
    place = {name: index for index, name in enumerate(classes)}
    data = LabelledText(
        texts=tuple(row.text for row in rows),
        labels=tuple(place[row.label] for row in rows),
        classes=classes,
        lines=tuple(row.line for row in rows),
        source=path,
    )
    counts = Counter(row.label for row in rows)
    same, conflicting = _duplicates(rows)
    facts: dict[str, Any] = {
        "rows": len(rows),
        "classes": {name: counts[name] for name in classes},
        "largest_class_share": round(max(counts.values()) / len(rows), 4),
        "words_per_sentence": spread([count_words(text) for text in data.texts]),
        "characters_per_sentence": spread([len(text) for text in data.texts]),
        "duplicates": {"same_label": len(same), "conflicting_labels": len(conflicting)},
        "empty_rows": list(kept_lines([row.line for row in empty])),
        "unlabelled_rows": list(kept_lines([row.line for row in unlabelled])),
        "form": parsed.form,
        "encoding": parsed.encoding,
        "columns": list(parsed.columns),
        "language": guess_language(data.texts),
    }
    problems = [
        *parsed.problems,
        *_missing(empty, unlabelled),
        *_class_problems(rows, counts),
        *_duplicate_problems(same, conflicting, len(rows)),
    ]
    report = ImportReport(KIND, parsed.form, facts, worst_first(problems), _sample(rows), dict(parsed.options))
    return Checked(data, report)


def _without_blank_end(rows: Iterable[Row]) -> list[Row]:
    """Strip the fields; blank lines at the end of a file are no rows."""
    kept = [row._replace(text=row.text.strip(), label=row.label.strip()) for row in rows]
    while kept and not kept[-1].text and not kept[-1].label:
        kept.pop()
    return kept


def _split(rows: Iterable[Row], has: Callable[[Row], bool]) -> tuple[list[Row], list[Row]]:
    """Rows that have something, and those that lack it."""
    having: list[Row] = []
    lacking: list[Row] = []
    for row in rows:
        (having if has(row) else lacking).append(row)
    return having, lacking


def _numbered_classes(rows: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """Rows with tidy labels (``+1`` and ``1.0`` are ``1`` where all are integers) and the classes in their order."""
    tidy: dict[str, int] = {}
    for label in {row.label for row in rows}:
        match = _INTEGER.fullmatch(label)
        if match is None:
            return rows, tuple(sorted({row.label for row in rows}))
        tidy[label] = int(match[1])
    return [row._replace(label=str(tidy[row.label])) for row in rows], tuple(map(str, sorted(set(tidy.values()))))


def _duplicates(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Rows whose text came before with the same label, and all rows of texts that stand under several labels."""
    by_text: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_text[row.text].append(row)
    same: list[Row] = []
    conflicting: list[Row] = []
    for group in by_text.values():
        labels: set[str] = set()
        for row in group:
            if row.label in labels:
                same.append(row)
            labels.add(row.label)
        if len(labels) > 1:
            conflicting += group
    return sorted(same, key=_place), sorted(conflicting, key=_place)


def _missing(empty: Sequence[Row], unlabelled: Sequence[Row]) -> list[Problem]:
    problems = []
    if empty:
        message = f"{_rows(len(empty))} without text {_was(len(empty))} skipped ({_named(empty)})"
        problems.append(Problem("warning", message, _lines(empty)))
    if unlabelled:
        message = f"{_rows(len(unlabelled))} without a label {_was(len(unlabelled))} skipped ({_named(unlabelled)})"
        problems.append(Problem("warning", message, _lines(unlabelled)))
    return problems


def _class_problems(rows: Sequence[Row], counts: Counter[str]) -> list[Problem]:
    problems: list[Problem] = []
    if len(counts) == 1:
        message = (
            f"All {len(rows):,} rows are of one class, '{rows[0].label}', so nothing can be learnt; add rows of another class"
        )
        return [Problem("error", message, (rows[0].line,))]
    rare = [row for row in rows if counts[row.label] < LEAST_IN_CLASS]
    if rare:
        names = ", ".join(f"'{row.label[:40]}'" for row in rare[:_SHOWN_CLASSES]) + (" ..." if len(rare) > _SHOWN_CLASSES else "")
        message = (
            f"{_classes(len(rare))} fewer than {LEAST_IN_CLASS} rows: {names} ({_named(rare)}); "
            "add rows, remove these, or check which column holds the label"
        )
        problems.append(Problem("error", message, _lines(rare)))
    most, least = max(counts.values()), min(counts.values())
    if most > UNBALANCED * least:
        big, small = max(counts, key=lambda name: counts[name]), min(counts, key=lambda name: counts[name])
        message = f"The classes are unbalanced: {most:,} rows of '{big}', {least:,} of '{small}'; look at F1 beside accuracy"
        problems.append(Problem("note", message))
    if len(counts) > _MANY_CLASSES and len(counts) > len(rows) / 10:
        message = f"There are {len(counts):,} classes in {len(rows):,} rows; is this the label column?"
        problems.append(Problem("warning", message))
    return problems


def _duplicate_problems(same: Sequence[Row], conflicting: Sequence[Row], n_row: int) -> list[Problem]:
    problems: list[Problem] = []
    if same:
        message = (
            f"{_rows(len(same))} {'repeats' if len(same) == 1 else 'repeat'} an earlier text with the same label ({_named(same)})"
        )
        problems.append(Problem("warning" if len(same) > _MANY_DUPLICATES * n_row else "note", message, _lines(same)))
    if conflicting:
        message = f"The same text stands under different labels in {_rows(len(conflicting))} ({_named(conflicting)})"
        problems.append(Problem("warning", message, _lines(conflicting)))
    return problems


def _sample(rows: Sequence[Row]) -> tuple[dict[str, Any], ...]:
    """The first rows of each class, in the order of the file."""
    n_class = len({row.label for row in rows})
    seen: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    for row in rows:
        if seen[row.label] < max(1, _SAMPLE_ITEMS // n_class):
            seen[row.label] += 1
            shown.append({"line": row.line, "label": row.label, "text": row.text[:_SAMPLE_CHARACTERS]})
        if len(shown) == _SAMPLE_ITEMS:
            break
    return tuple(shown)


def _lines(rows: Sequence[Row]) -> tuple[int, ...]:
    return kept_lines([row.line for row in rows])


def _named(rows: Sequence[Row]) -> str:
    """The lines of rows, or the files where a folder was read."""
    if not rows[0].file:
        return lines_in_words([row.line for row in rows])
    places = list(dict.fromkeys(row.file for row in rows))
    if len(places) == len(rows) and "/" in rows[0].file:
        return ", ".join(places[:3]) + (f" and {len(places) - 3:,} more" if len(places) > 3 else "")
    by_file = [(place, [row.line for row in rows if row.file == place]) for place in places]
    return "; ".join(f"{place} {lines_in_words(lines)}" for place, lines in by_file)


def _place(row: Row) -> tuple[str, int]:
    return row.file, row.line


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _classes(count: int) -> str:
    return "1 class has" if count == 1 else f"{count:,} classes have"
