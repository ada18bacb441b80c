"""Which column holds the text and which the label: by usual names, by what the user says, or by what the fields look like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.language import count_words
from neurostudio.data.numbers import is_number

# fmt: off
TEXT_NAMES = frozenset({
    "text", "texts", "sentence", "sentences", "review", "reviews", "content", "comment",
    "comments", "utterance", "tweet", "message", "document", "body", "phrase", "question",
    "prompt", "sentence1", "sentence2", "text1", "text2", "text_a", "text_b", "premise",
    "hypothesis", "文本", "句子", "评论", "内容", "正文", "短信",
})
LABEL_NAMES = frozenset({
    "label", "labels", "class", "classes", "polarity", "sentiment", "category", "categories",
    "target", "rating", "score", "stars", "intent", "emotion", "gold", "标签",
    "类别", "分类", "情感", "情感倾向", "评分",
})
# fmt: on
USUAL_NAMES = TEXT_NAMES | LABEL_NAMES
_FIRST_CHOICE = ("label", "labels", "标签")
_MAX_CLASSES_WITHOUT_HEADER = 100
_LONGEST_LABEL = 40
_MIN_WORDS = 3
_MOST = 0.9


@dataclass(frozen=True)
class Columns:
    """Positions (from 0) and names of the two columns."""

    text: int
    label: int
    text_name: str
    label_name: str


def choose_columns(header: Sequence[str], path: Path, text_column: object = None, label_column: object = None) -> Columns:
    """Find the two columns of a file with a header.

    Parameters
    ----------
    header : sequence of str
        Column names.
    text_column, label_column : str or int, optional
        What the user says: a name, or a number from 1.

    Raises
    ------
    RequestError
        Names the columns there are, and the option to set.
    """
    label = _named(header, label_column, "label_column", path) if label_column is not None else _find_label(header, path)
    text = _named(header, text_column, "text_column", path) if text_column is not None else _find_text(header, path, label)
    if text == label:
        raise RequestError(f"{path}: '{header[text]}' cannot be both text and label", fix="Set text_column and label_column")
    return Columns(text, label, header[text], header[label])


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds column names.

    It does when usual names stand there, words over a column of numbers, or short words that come back in no column, one
    of them over sentences.
    """
    if len(rows) < 2:
        return bool(rows) and sum(_plain(field) in USUAL_NAMES for field in rows[0]) > 1
    first, rest = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    names = [_plain(field) for field in first]
    known = {name for name in names if name in USUAL_NAMES}
    if known & TEXT_NAMES and known & LABEL_NAMES:
        return True
    if known and len(set(names)) == len(names) and all(0 < len(name) <= _LONGEST_LABEL and not is_number(name) for name in names):
        return True
    if not all(0 < len(name) <= _LONGEST_LABEL and not is_number(name) for name in names) or len(set(names)) < len(names):
        return False
    columns = [[row[column].strip() for row in rest if row[column].strip()] for column in range(len(names))]
    if any(below and sum(map(is_number, below)) >= _MOST * len(below) for below in columns):
        return True
    recurs = any(field.strip() in below for field, below in zip(first, columns, strict=True))
    titled = any(
        len(name.split()) <= 2 and mean_words(below) >= 2 * _MIN_WORDS for name, below in zip(names, columns, strict=True)
    )
    return titled and not recurs


def guess_columns(rows: Sequence[Sequence[str]], path: Path) -> Columns:
    """Find the two columns of a file without header from the fields: few short values are labels, words are text.

    Raises
    ------
    RequestError
        When not exactly one pair fits.
    """
    width = len(rows[0])
    fields = [[row[column].strip() for row in rows if len(row) == width] for column in range(width)]
    texts = [column for column in range(width) if _looks_like_text(fields[column])]
    labels = [column for column in range(width) if _looks_like_labels(fields[column])]
    if width == 2 and labels == [0, 1]:
        # Very short texts: the labels are the column with fewer different values, or else the shorter one.
        key = [(len(set(column)), sum(map(len, column))) for column in fields]
        labels, texts = ([0], [1]) if key[0] < key[1] else ([1], [0])
    elif width == 2 and len(labels) == 1:
        texts = [1 - labels[0]]
    elif len(labels) > 1:
        labels = [column for column in labels if all(is_number(field) for field in fields[column])]
    if len(texts) != 1 or len(labels) != 1 or texts == labels:
        shown = "; ".join(f"{number}: '{field[:30]}'" for number, field in enumerate(rows[0], 1))
        raise RequestError(
            f"{path} has no header, and its columns do not show which is the text and which the label (line 1 holds {shown})",
            fix="Say them by number with the options text_column and label_column, or add a header line with text and label",
        )
    return Columns(texts[0], labels[0], f"column {texts[0] + 1}", f"column {labels[0] + 1}")


def mean_words(fields: Iterable[str]) -> float:
    """Mean number of words in the fields that hold any."""
    counts = [count_words(field) for field in fields if field.strip()]
    return sum(counts) / len(counts) if counts else 0.0


def settings_of(columns: Columns, named: bool) -> dict[str, Any]:
    """The options that choose the same columns again, by name or by number."""
    if named:
        return {"text_column": columns.text_name, "label_column": columns.label_name}
    return {"text_column": columns.text + 1, "label_column": columns.label + 1}


def column_by_number(width: int, number: object, option: str, path: Path) -> int:
    """Position (from 0) of a column given by its number from 1."""
    if isinstance(number, str) and number.strip().isdecimal() and len(number) < 6:
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= width:
        raise RequestError(f"{path} has no column '{number}' for {option}", fix=f"Give a number from 1 to {width}")
    return number - 1


def _named(header: Sequence[str], wanted: object, option: str, path: Path) -> int:
    places = [place for place, name in enumerate(header) if name == wanted] or [
        place for place, name in enumerate(header) if isinstance(wanted, str) and _plain(name) == _plain(wanted)
    ]
    if len(places) == 1:
        return places[0]
    if places:
        raise RequestError(f"{path} has {len(places)} columns '{wanted}'", fix=f"Give the number of one in {option}")
    try:
        return column_by_number(len(header), wanted, option, path)
    except RequestError as error:
        raise RequestError(
            f"{path} has no column '{wanted}'", fix=f"Set {option} to one of the columns it has: {_listed(header)}"
        ) from error


def _find_label(header: Sequence[str], path: Path) -> int:
    found = [place for place, name in enumerate(header) if _plain(name) in LABEL_NAMES]
    first = [place for place in found if _plain(header[place]) in _FIRST_CHOICE]
    if len(first) == 1:
        return first[0]
    if len(found) == 1:
        return found[0]
    if found:
        raise RequestError(
            f"{path} has several columns that may hold the label: {_listed([header[place] for place in found])}",
            fix="Say which with the option label_column",
        )
    raise RequestError(
        f"{path} has no column that is known to hold labels; its columns are: {_listed(header)}",
        fix="Say which with the option label_column, or name it 'label'",
    )


def _find_text(header: Sequence[str], path: Path, label: int) -> int:
    found = [place for place, name in enumerate(header) if _plain(name) in TEXT_NAMES and place != label]
    if len(found) == 1:
        return found[0]
    if found:
        raise RequestError(
            f"{path} has several columns that may hold the text: {_listed([header[place] for place in found])}",
            fix="Say which with the option text_column",
        )
    raise RequestError(
        f"{path} has no column that is known to hold text; its columns are: {_listed(header)}",
        fix="Say which with the option text_column, or name it 'text'",
    )


def _looks_like_labels(fields: list[str]) -> bool:
    """Few different values, each short and of at most three words."""
    values = {field for field in fields if field}
    few = len(values) <= min(_MAX_CLASSES_WITHOUT_HEADER, max(2, len(fields) // 2))
    return bool(values) and few and all(len(value) <= _LONGEST_LABEL and len(value.split()) <= 3 for value in values)


def _looks_like_text(fields: list[str]) -> bool:
    return mean_words(fields) >= _MIN_WORDS


def _plain(name: str) -> str:
    return name.strip().lower()


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 3] + "..." for name in names[:20]]
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return ", ".join(f"'{name}'" for name in shown) + more
