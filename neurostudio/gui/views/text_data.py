"""Texts of a run: read up to a limit, with the front matter of a model card apart."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.table_data import TableData, load_json_lines
from neurostudio.report.artifact_data import read_text
from neurostudio.report.wording import size_text, value_text

MOST_CHARACTERS = 2_000_000
_FENCE = "---"


@dataclass(frozen=True, eq=False)
class TextData:
    """A text, or the rows of a JSON lines file.

    Attributes
    ----------
    front : dict
        Front matter: name -> value in words, in the order of the file.
    note : str
        What was left out.
    """

    text: str = ""
    is_markdown: bool = False
    table: TableData | None = None
    front: dict[str, str] = field(default_factory=dict)
    note: str = ""


def load_text(source: ArtifactSource) -> TextData:
    """Read ``.md``, ``.txt`` or ``.jsonl``.

    Raises
    ------
    NeuroError
        When the file is missing or cannot be read; for ``.jsonl`` when a line is no JSON.
    """
    path = text_file(source.path)
    if path.suffix == ".jsonl":
        return TextData(table=load_json_lines(path))
    text, is_cut = read_text(path, MOST_CHARACTERS)
    is_markdown = path.suffix.lower() in (".md", ".markdown")
    front, body = split_front_matter(text) if is_markdown else ({}, text)
    note = f"The beginning of {path.name}, {size_text(source.artifact.size)}." if is_cut else ""
    return TextData(body, is_markdown, front=front, note=note)


def text_file(path: Path) -> Path:
    """The page of an artifact: the file, or the README of a folder."""
    return path / "README.md" if path.is_dir() else path


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """Front matter in YAML between two lines of dashes, and the text after it; text without any, or with a broken one, stays whole.

    >>> split_front_matter("---\\nlicense: mit\\n---\\n# Title")
    ({'license': 'mit'}, '# Title')
    """
    first, _, rest = text.removeprefix("\ufeff").partition("\n")
    if first.rstrip() != _FENCE:
        return {}, text
    lines = rest.split("\n")
    end = next((at for at, line in enumerate(lines) if line.rstrip() in (_FENCE, "...")), None)
    if end is None:
        return {}, text
    try:
        found: Any = yaml.safe_load("\n".join(lines[:end]))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    if not isinstance(found, dict):
        return {}, text
    return {str(name): value_text(value) for name, value in found.items()}, "\n".join(lines[end + 1 :]).lstrip("\n")
