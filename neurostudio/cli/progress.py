"""Progress of runs on standard error: a bar in a terminal, a line now and then elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from neurostudio.cli.output import duration, errors, say
from neurostudio.core.events import Event
from neurostudio.jobs.follow import Progress as RunProgress
from neurostudio.jobs.follow import ProgressMeter

PLAIN_EVERY_S = 5.0
_BAR_WIDTH = 20
_NAME_WIDTH = 28


class RunDisplay:
    """Shows the progress and the warnings of one or several runs while they work."""

    def __init__(self) -> None:
        self._meters: dict[str, ProgressMeter] = {}
        self._tasks: dict[str, TaskID] = {}
        self._plain: dict[str, tuple[str, float]] = {}
        self._bars = Progress(
            _ShrinkingColumn("name", "bold"),
            _ShrinkingColumn("phase"),
            BarColumn(bar_width=_BAR_WIDTH),
            TextColumn("{task.fields[count]}", markup=False),
            TextColumn("{task.fields[rate]}", markup=False),
            TextColumn("{task.fields[left]}", markup=False),
            console=errors(),
            transient=True,
        )

    def __enter__(self) -> Self:
        if errors().is_terminal:
            self._bars.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        if self._bars.live.is_started:
            self._bars.stop()

    def take(self, name: str, events: list[Event]) -> None:
        """Show new events of the run called `name`."""
        last: RunProgress | None = None
        for event in events:
            if event["type"] == "progress":
                last = self._meters.setdefault(name, ProgressMeter()).update(event)
            elif event["type"] == "log" and event.get("level") in ("warning", "error"):
                say(f"{name}: {event['message']}", event["level"])
        if last is not None:
            self._show_bar(name, last) if errors().is_terminal else self._show_line(name, last)

    def end(self, name: str) -> None:
        """Take the bar of a run away."""
        task = self._tasks.pop(name, None)
        if task is not None:
            self._bars.remove_task(task)

    def _show_bar(self, name: str, progress: RunProgress) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task("", name=name, phase="", count="", rate="", left="")
        self._bars.update(
            self._tasks[name],
            completed=progress.done,
            total=progress.total,
            phase=progress.phase,
            count=_count(progress),
            rate=_rate(progress),
            left=_left(progress),
        )

    def _show_line(self, name: str, progress: RunProgress) -> None:
        phase, shown = self._plain.get(name, ("", 0.0))
        if progress.phase == phase and time.monotonic() - shown < PLAIN_EVERY_S:
            return
        self._plain[name] = (progress.phase, time.monotonic())
        left = _left(progress)
        say(f"{name}: {progress.phase} {_count(progress)}{', ' if left else ''}{left}")


class _ShrinkingColumn(TextColumn):
    """A text on one line that gives way to the numbers where the terminal is narrow."""

    def __init__(self, field: str, style: str = "none") -> None:
        super().__init__("", table_column=Column(no_wrap=False, overflow="ellipsis", max_width=_NAME_WIDTH))
        self._field = field
        self._style = style

    def render(self, task: Task) -> Text:
        return Text(task.fields[self._field], style=self._style, no_wrap=True, overflow="ellipsis")


def _count(progress: RunProgress) -> str:
    total = f"/{progress.total:g}" if progress.total is not None else ""
    return f"{progress.done:g}{total} {progress.unit}".strip()


def _rate(progress: RunProgress) -> str:
    return f"{progress.rate:.3g} {progress.unit or 'steps'}/s" if progress.rate else ""


def _left(progress: RunProgress) -> str:
    return f"{duration(progress.left_s)} left" if progress.left_s else ""
