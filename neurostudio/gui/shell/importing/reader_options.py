"""The options of a reader as fields to choose from. Plain Python."""

import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from neurostudio.core.errors import NeuroError
from neurostudio.data.delimited import DELIMITER_NAMES, Quoting, find_delimiter
from neurostudio.data.encoding import head_text
from neurostudio.data.import_report import ImportReport
from neurostudio.data.labelled_text.rows import Form
from neurostudio.data.registry import readers
from neurostudio.gui.shell.importing.brain_options import OF_FOLDERS, brain_choices, brain_found

ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "gb18030", "big5", "shift_jis", "euc-kr", "utf-16")
MOST_COLUMNS = 200


@dataclass(frozen=True)
class OptionField:
    """One option.

    Attributes
    ----------
    found : str
        What the reader found by itself; empty where it found nothing.
    choices : tuple of (value, words)
        What can be chosen beside "automatic".
    is_free : bool
        Whether something else may be typed.
    """

    name: str
    title: str
    help: str
    choices: tuple[tuple[Any, str], ...]
    found: str = ""
    is_free: bool = False


_WORDS: dict[str, tuple[str, str]] = {
    "encoding": ("Encoding", "How bytes become letters; right where accents and Chinese read well below."),
    "form": ("Layout", "How rows and labels stand in the file."),
    "text_column": ("Text column", "The column that holds the sentences."),
    "label_column": ("Label column", "The column that holds the class of each sentence."),
    "delimiter": ("Delimiter", "What stands between the fields of a row."),
    "quoting": ("Quotes", "Whether quotes enclose fields that hold the delimiter."),
    "header": ("Header", "Whether the first row holds the names of the columns."),
    "tr_s": ("TR", "Repetition time: seconds from one volume to the next. It wins over sidecars and headers."),
    "orientation": ("Orientation", "Which of the two affines of the header places the image, where they disagree."),
    "files": ("Run images", "Pattern of the images that are runs, in a folder that is not BIDS."),
    "events": ("Events", "Table of what was shown or done when."),
    "confounds": ("Confounds", "Table of motion and other nuisance series, one row a volume."),
    "mask": ("Mask", "Image of the voxels that belong to the brain."),
}
_QUOTING_WORDS = {"csv": "enclose fields", "none": "are plain characters"}
_FOLDER_FORMS = ("class-folders", "pos-neg-files")
_BRAIN = "fmri"


def option_fields(kind: str, path: Path, report: ImportReport | None) -> tuple[OptionField, ...]:
    """What can be said about the reading of data of a kind; reads the head of the file for the names of its columns."""
    if not kind or kind not in readers():
        return ()
    if kind == _BRAIN:
        return _brain_fields(path, report)
    if path.is_dir():
        return ()
    found = dict(report.options) if report else {}
    fields = []
    for name in _names(kind):
        title, help_ = option_title(name), _WORDS[name][1] if name in _WORDS else ""
        choices = _choices(name, path, found)
        fields.append(
            OptionField(name, title, help_, choices, _in_words(found.get(name)), is_free=name == "encoding" or not choices)
        )
    return tuple(fields)


def _brain_fields(path: Path, report: ImportReport | None) -> tuple[OptionField, ...]:
    names = (name for name in _names(_BRAIN) if path.is_dir() or name not in OF_FOLDERS)
    return tuple(
        OptionField(
            name,
            *_WORDS[name],
            brain_choices(name, path, report),
            brain_found(name, report),
            is_free=name != "orientation",
        )
        for name in names
    )


def option_title(name: str) -> str:
    """Title of an option, as its field has it."""
    return _WORDS[name][0] if name in _WORDS else name.replace("_", " ").capitalize()


def columns_of(path: Path, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the columns of a delimited file, or of the fields of the first JSON object; empty where there are none."""
    try:
        head = head_text(path)
    except NeuroError:  # the preview says what is wrong with the file
        return ()
    first = next((line for line in head.splitlines() if line.strip()), "")
    if first.lstrip().startswith(("{", "[")):
        return _keys(first)
    names = {name: character for character, name in DELIMITER_NAMES.items()}
    delimiter = names.get(str(options.get("delimiter", "")), "") or find_delimiter(head)
    fields = next(csv.reader([first], delimiter=delimiter), []) if delimiter else []
    return tuple(field.strip() for field in fields if field.strip())[:MOST_COLUMNS]


def _names(kind: str) -> tuple[str, ...]:
    """The options that the reader takes: the table ``OPTIONS`` of its module."""
    module = sys.modules[type(readers()[kind]).__module__]
    return tuple(getattr(module, "OPTIONS", ()))


def _choices(name: str, path: Path, found: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
    if name == "encoding":
        return tuple((encoding, encoding) for encoding in ENCODINGS)
    if name in ("text_column", "label_column"):
        return tuple((column, column) for column in columns_of(path, found))
    if name == "delimiter":
        return tuple((word, word) for word in DELIMITER_NAMES.values())
    if name == "quoting":
        return tuple((value, _QUOTING_WORDS.get(value, value)) for value in get_args(Quoting))
    if name == "header":
        return ((True, "yes"), (False, "no"))
    if name == "form":
        return tuple((form, form.replace("-", " ")) for form in get_args(Form) if form not in _FOLDER_FORMS)
    return ()


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _keys(line: str) -> tuple[str, ...]:
    try:
        item, _ = json.JSONDecoder().raw_decode(line.lstrip().lstrip("[").lstrip())
    except ValueError:
        return ()
    return tuple(str(key) for key in item)[:MOST_COLUMNS] if isinstance(item, dict) else ()
