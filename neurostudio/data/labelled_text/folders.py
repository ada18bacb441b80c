"""Labelled text spread over a folder: class folders of text files, or a pair of ``.pos`` and ``.neg`` files."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from neurostudio.core.errors import RequestError
from neurostudio.data.encoding import explained, read_text
from neurostudio.data.import_report import Problem
from neurostudio.data.labelled_text.rows import Form, Parsed, Row

TEXT_SUFFIXES = (".txt", ".txt.gz")
_POLARITIES = ("neg", "pos")
_UNLABELLED = "unsup"
_MAX_LOOKED = 1000


class FolderLayout(NamedTuple):
    """What was found: for each class its files."""

    form: Form
    classes: dict[str, list[Path]]


def folder_layout(folder: Path, quick: bool = False) -> FolderLayout | None:
    """The layout of a folder, None when it is neither; `quick` looks only far enough to tell."""
    with explained(folder):
        entries = sorted(islice(_visible(folder), _MAX_LOOKED if quick else None))
        pair = {name: [entry for entry in entries if _ends_with(entry, (f".{name}", f".{name}.gz"))] for name in _POLARITIES}
        if all(len(files) == 1 and files[0].is_file() for files in pair.values()):
            return FolderLayout("pos-neg-files", pair)
        classes: dict[str, list[Path]] = {}
        for entry in entries:
            if entry.is_dir():
                files = (file for file in _visible(entry) if _ends_with(file, TEXT_SUFFIXES))
                classes[entry.name] = sorted(islice(files, 1 if quick else None))
    classes = {name: files for name, files in classes.items() if files}
    return FolderLayout("class-folders", classes) if len(classes) > 1 else None


def parse_folder(folder: Path, options: Mapping[str, Any]) -> Parsed:
    """Read a folder; line numbers are those in the file for a pair of files, else the number of the item.

    Raises
    ------
    RequestError
        The folder has neither layout, or one of its files cannot be read.
    """
    layout = folder_layout(folder)
    if layout is None:
        raise RequestError(
            f"The folder {folder} does not hold labelled text",
            _what_is_there(folder),
            "Give a folder with one folder of .txt files for each class, or with one .pos and one .neg file, or a single file",
        )
    encoding = options.get("encoding")
    rows: list[Row] = []
    problems: list[Problem] = []
    encodings: set[str] = set()
    item = 0
    for name, files in layout.classes.items():
        if layout.form == "class-folders" and name == _UNLABELLED:
            problems.append(Problem("note", f"The folder '{name}' has no labels and was left out"))
            continue
        for file in files:
            item += 1
            if layout.form == "class-folders" and file.stat().st_size == 0:
                rows.append(Row(item, "", name, f"{name}/{file.name}"))
                continue
            decoded = read_text(file, encoding)
            encodings.add(decoded.encoding)
            problems += [Problem(found.severity, f"{file.name}: {found.message}", found.lines) for found in decoded.problems]
            if layout.form == "class-folders":
                rows.append(Row(item, decoded.text, name, f"{name}/{file.name}"))
            else:
                lines = decoded.text.removesuffix("\n").split("\n")
                rows += [Row(number, line, name, file.name) for number, line in enumerate(lines, 1)]
    resolved = {"form": layout.form, **({"encoding": encoding} if encoding else {})}
    return Parsed(layout.form, rows, " and ".join(sorted(encodings)), problems=tuple(problems), options=resolved)


def _what_is_there(folder: Path) -> str:
    with explained(folder):
        names = sorted(entry.name + ("/" if entry.is_dir() else "") for entry in islice(_visible(folder), _MAX_LOOKED))
        parts = [name for name in ("train", "test") if folder_layout(folder / name, quick=True)] if "train/" in names else []
    if parts:
        return f"Its folders {' and '.join(parts)} do; import each by itself"
    return f"It holds {', '.join(names[:8])}{' ...' if len(names) > 8 else ''}"


def _visible(folder: Path) -> Iterator[Path]:
    return (entry for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.is_dir() else iter(())


def _ends_with(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes)
