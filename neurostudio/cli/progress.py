"""Progress of runs on standard error: a bar in a terminal, a line now and then elsewhere."""

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from neurostudio.cli.output import duration, errors
from neurostudio.core.events import Event
from neurostudio.jobs.follow import Progress as RunProgress
from neurostudio.jobs.follow import ProgressMeter

PLAIN_EVERY_S = 5.0
_LEVEL_STYLES = {"warning": "yellow", "error": "red"}


class RunDisplay:
    """Shows the progress, warnings and last metrics of one or several runs while they work.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._console = errors()
        self._quiet = quiet
        self._meters: dict[str, ProgressMeter] = {}
        self._tasks: dict[str, TaskID] = {}
        self._plain: dict[str, tuple[str, float]] = {}
        self._bars = Progress(
            TextColumn("{task.fields[name]}", style="bold"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            transient=True,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._bars.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        if self._bars.live.is_started:
            self._bars.stop()

    def take(self, name: str, events: list[Event]) -> None:
        """Show new events of the run called `name`."""
        if self._quiet:
            return
        last: RunProgress | None = None
        for event in events:
            if event["type"] == "progress":
                last = self._meters.setdefault(name, ProgressMeter()).update(event)
            elif event["type"] == "log" and event.get("level") in _LEVEL_STYLES:
                style = _LEVEL_STYLES[event["level"]]
                self._console.print(Text(f"{name}: {event['message']}", style=style), soft_wrap=True)
        if last is not None:
            self._show_bar(name, last) if self._console.is_terminal else self._show_line(name, last)

    def end(self, name: str) -> None:
        """Take the bar of a run away."""
        task = self._tasks.pop(name, None)
        if task is not None:
            self._bars.remove_task(task)

    def _show_bar(self, name: str, progress: RunProgress) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task("", name=name, count="", rate="", left="")
        self._bars.update(
            self._tasks[name],
            description=progress.phase,
            completed=progress.done,
            total=progress.total,
            count=_count(progress),
            rate=_rate(progress),
            left=f"{duration(progress.left_s)} left" if progress.left_s is not None else "",
        )

    def _show_line(self, name: str, progress: RunProgress) -> None:
        phase, shown = self._plain.get(name, ("", 0.0))
        if progress.phase == phase and time.monotonic() - shown < PLAIN_EVERY_S:
            return
        self._plain[name] = (progress.phase, time.monotonic())
        left = f", {duration(progress.left_s)} left" if progress.left_s is not None else ""
        self._console.print(Text(f"{name}: {progress.phase} {_count(progress)}{left}"), soft_wrap=True)


def _count(progress: RunProgress) -> str:
    total = f"/{progress.total:g}" if progress.total is not None else ""
    return f"{progress.done:g}{total} {progress.unit}".strip()


def _rate(progress: RunProgress) -> str:
    return f"{progress.rate:.3g} {progress.unit or 'steps'}/s" if progress.rate else ""
