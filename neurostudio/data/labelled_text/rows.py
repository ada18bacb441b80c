"""What the parsers of all layouts give: rows as they stand in the file, before anything is checked."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from neurostudio.data.import_report import Problem

Form = Literal[
    "digit-sentence",
    "fasttext",
    "label-tab-sentence",
    "sentence-tab-label",
    "delimited-without-header",
    "csv",
    "tsv",
    "jsonl",
    "json",
    "class-folders",
    "pos-neg-files",
]


class Row(NamedTuple):
    """One row: `text` or `label` is empty where it is missing; `file` only where a folder was read."""

    line: int
    text: str
    label: str
    file: str = ""


@dataclass(frozen=True)
class Parsed:
    """Rows of one file or folder in their order.

    Attributes
    ----------
    columns : tuple of str
        Names of the text column and the label column, where the layout has columns.
    options : dict
        What was resolved, so that the same reading can be repeated.
    """

    form: Form
    rows: list[Row]
    encoding: str = ""
    columns: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
