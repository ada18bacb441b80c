"""The question before the window closes while runs are at work."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.widgets import Elided, Heading, Secondary, button, fill

Choice = Literal["leave", "stop", "stay"]
_CODES: dict[int, Choice] = {2: "leave", 3: "stop"}
MOST_LINES = 5
WIDTH_U = 64

LEAVE_HELP = "Runs that are left go on without the window; the next start finds them again."
STOP_HELP = "Stopped runs can be resumed from their last checkpoint."
WAIT_HELP = "Runs that wait start again when the project is opened."


async def ask(window: QWidget, jobs: Sequence[JobLine]) -> Choice:
    """What is to become of runs that wait or work; ``leave`` without a question where there are none."""
    if not jobs:
        return "leave"
    dialog = ClosingDialog(jobs, window)
    code = await tasks.answer(dialog)
    dialog.deleteLater()
    return _CODES.get(code, "stay")


def summary(jobs: Sequence[JobLine]) -> str:
    """One sentence about the runs.

    >>> summary([JobLine("1", "a", "spiking.text", "running"), JobLine("2", "b", "spiking.text", "queued")])
    '1 run is at work, 1 waits'
    """
    waiting = sum(job.state == "queued" for job in jobs)
    working = len(jobs) - waiting
    if not working:
        return f"{waiting} {'run waits' if waiting == 1 else 'runs wait'}"
    words = f"{working} {'run is' if working == 1 else 'runs are'} at work"
    return f"{words}, {waiting} {'waits' if waiting == 1 else 'wait'}" if waiting else words


def line(job: JobLine) -> str:
    """How far a run is.

    >>> line(JobLine("1", "mr-seed1", "spiking.text", "running", "training", 3, 10, "epoch", left_s=24.0))
    'mr-seed1: training, 30 %, about 0:24 left in this phase'
    """
    if job.state == "queued":
        return f"{job.name}: waiting"
    parts = [job.phase or job.state]
    if job.total:
        parts.append(f"{100 * job.done / job.total:.0f} %")
    if job.left_s is not None:
        minutes, seconds = divmod(round(job.left_s), 60)
        parts.append(f"about {minutes}:{seconds:02d} left in this phase")
    return f"{job.name}: {', '.join(parts)}"


class ClosingDialog(QDialog):
    """Asks once, with three verbs::

    2 runs are at work
    mr-seed1: training, 30 %, about 0:24 left in this phase
    mr-seed2: waiting
    Runs that are left go on without the window ...
    [ Stay ]                 [ Stop them ] [ Leave running ]
    """

    def __init__(self, jobs: Sequence[JobLine], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Close NeuroStudio")
        u = theme.unit(self)
        lines: list[QWidget] = [Elided(line(job)) for job in jobs[:MOST_LINES]]
        if len(jobs) > MOST_LINES:
            lines.append(QLabel(f"and {len(jobs) - MOST_LINES} more"))
        is_one = len(jobs) == 1
        self.stay = button("Stay", tooltip="Keep the window open")
        self.stop = button("Stop it" if is_one else "Stop them", "stop", STOP_HELP)
        self.leave = button("Leave running", tooltip=LEAVE_HELP, primary=True)
        has_waiting = any(job.state == "queued" for job in jobs)
        help_text = Secondary(" ".join((LEAVE_HELP, STOP_HELP, WAIT_HELP if has_waiting else "")).strip())
        row = QHBoxLayout()
        fill(row, (self.stay, None, self.stop, self.leave), u)
        column = QVBoxLayout(self)
        fill(column, (Heading(summary(jobs)), *lines, help_text, row), u, 1, 3)
        column.insertSpacing(column.count() - 2, u)
        column.insertSpacing(column.count() - 1, u)
        self.setMinimumWidth(WIDTH_U * u)
        self.stay.clicked.connect(self.reject)
        self.stop.clicked.connect(lambda: self.done(3))
        self.leave.clicked.connect(lambda: self.done(2))
        self.leave.setDefault(True)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)
