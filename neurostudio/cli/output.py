"""What the command line prints: results on standard output, everything else on standard error."""

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from neurostudio.core.errors import NeuroError

STATE_MARKS = {
    "queued": "○",
    "running": "◔",
    "done": "✓",
    "failed": "✗",
    "cancelled": "–",
    "interrupted": "◐",
    "skipped": "✓",  # the last two are outcomes of batch entries
    "not started": "○",
}
_ASCII_MARKS = {
    "queued": "o",
    "running": "~",
    "done": "v",
    "failed": "x",
    "cancelled": "-",
    "interrupted": "(",
    "skipped": "v",
    "not started": "o",
}
_STATE_COLOURS = {"done": "green", "failed": "red", "running": "blue", "interrupted": "yellow"}
_LEVEL_COLOURS = {"warning": "yellow", "error": "red"}

_UNFOLDED = 1000  # columns where the output is no terminal: one row, one line
_GAP = 2
_INDENT = 2
_LEAST_PROSE = 24


@cache
def errors() -> Console:
    """Console for progress, warnings and errors; one for all, so that what is said stands above the progress bars."""
    return Console(stderr=True, highlight=False)


def print_json(document: Any) -> None:
    """One JSON document on standard output and nothing else there."""
    json.dump(plain(document), sys.stdout, indent=2, ensure_ascii=not _prints_unicode(), allow_nan=False)
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
    """A plain table with headings; columns named in `right` hold numbers, a column without any entry is left out.

    Where it is too wide, the last column is folded first.
    """
    _print_columns(list(columns), _cells(rows), [column in right for column in columns], indent=0)


def print_facts(rows: Iterable[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Indented rows without headings, under a title; columns (from 0) in `right` hold numbers."""
    cells = _cells(rows)
    n_column = len(cells[0]) if cells else 0
    _print_columns([], cells, [column in right for column in range(n_column)], indent=_INDENT)


def print_title(text: str) -> None:
    """The title of what follows, after an empty line."""
    _results().print()
    _results().print(Text(text, style="bold"), soft_wrap=True)


def print_line(text: str | Text) -> None:
    """One line, or a paragraph, on standard output."""
    console = _results()
    console.print(text if isinstance(text, Text) else Text(text), soft_wrap=not console.is_terminal)


def say(text: str, level: str = "") -> None:
    """One line on standard error; `level` is ``warning``, ``error`` or empty."""
    console = errors()
    console.print(Text(text, style=_LEVEL_COLOURS.get(level, "")), soft_wrap=not console.is_terminal)


def print_error(error: NeuroError) -> None:
    """What is wrong and what to do, in one or two sentences on standard error."""
    console = errors()
    console.print(
        Text("Error: ", style="bold red").append(str(error), style="not bold default"), soft_wrap=not console.is_terminal
    )


def state_text(state: str) -> Text:
    """State with its mark: never colour alone."""
    marks = STATE_MARKS if _prints_unicode() else _ASCII_MARKS
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


def value_text(value: Any) -> str:
    """A plain setting as people write it: ``true``, ``none``, ``3, 4, 5``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(value_text(item) for item in value)
    return str(value)


def counted(count: int, word: str) -> str:
    """``1 run``, ``3 runs``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _prints_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def _results() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_UNFOLDED)


def _cells(rows: Iterable[Sequence[Any]]) -> list[list[Text]]:
    return [[cell if isinstance(cell, Text) else Text(str(cell)) for cell in row] for row in rows]


def _print_columns(titles: list[str], rows: list[list[Text]], right: list[bool], indent: int) -> None:
    console = _results()
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=bool(titles), header_style="bold")
    shown = [column for column in range(len(right)) if any(row[column].plain for row in rows)]
    widths = [max(row[column].cell_len for row in rows) + _GAP for column in shown]
    folds_last_only = sum(widths[:-1]) + indent + _LEAST_PROSE <= console.width
    for column in shown:
        table.add_column(
            titles[column] if titles else "",
            justify="right" if right[column] else "left",
            overflow="fold",
            no_wrap=folds_last_only and column != shown[-1],
        )
    for row in rows:
        table.add_row(*(row[column] for column in shown))
    with console.capture() as capture:
        console.print(table, width=console.width - indent)
    for line in capture.get().splitlines():
        sys.stdout.write(f"{' ' * indent}{line.rstrip()}\n")
