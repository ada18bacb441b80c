"""What the command line prints: results on standard output, everything else on standard error."""

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from neurostudio.core.errors import NeuroError

STATE_MARKS = {"queued": "○", "running": "◔", "done": "✓", "failed": "✗", "cancelled": "–", "interrupted": "◐"}
_ASCII_MARKS = {"queued": "o", "running": "~", "done": "v", "failed": "x", "cancelled": "-", "interrupted": "("}
_STATE_COLOURS = {"done": "green", "failed": "red", "running": "blue", "interrupted": "yellow"}


def errors() -> Console:
    """Console for progress, warnings and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def results() -> Console:
    """Console for results; as wide as its content where it is not a terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


def print_json(document: Any) -> None:
    """One JSON document on standard output and nothing else there."""
    json.dump(plain(document), sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def plain(value: Any) -> Any:
    """Dataclasses, paths, tuples and numbers -> JSON types; not-a-number becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [plain(inner) for inner in value]
    return str(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """A plain table; columns named in `right` hold numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    results().print(table)


def print_line(text: str) -> None:
    """One line on standard output."""
    results().print(Text(text), soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """One line on standard error."""
    errors().print(Text(text, style=style), soft_wrap=True)


def print_error(error: NeuroError) -> None:
    """What is wrong and what to do, in one or two sentences on standard error."""
    console = errors()
    text = Text("Error: ", style="bold red")
    text.append(str(error), style="not bold default")
    console.print(text, soft_wrap=True)


def state_text(state: str) -> Text:
    """State with its mark: never colour alone."""
    marks = STATE_MARKS if (sys.stdout.encoding or "").lower().startswith("utf") else _ASCII_MARKS
    return Text(f"{marks.get(state, '?')} {state}", style=_STATE_COLOURS.get(state, ""))


def duration(seconds: float | None) -> str:
    """``0:24``, ``1:03:20``; a dash when not known."""
    if seconds is None or not math.isfinite(seconds):
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(n_bytes: float) -> str:
    """``0.4 GB``, ``12 kB``."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= scale or (unit == "GB" and n_bytes >= 1e8):
            return f"{n_bytes / scale:.1f} {unit}"
    return f"{n_bytes:.0f} B"


def number(value: float | None) -> str:
    """Four significant digits; whole numbers as they are."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.4g}"
