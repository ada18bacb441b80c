"""How far a run is, in one line whose parts keep their places while the numbers change."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from neurostudio.gui import theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.widgets import Elided, fill
from neurostudio.report.wording import duration_text, number_text

SCALE = 1000
_WIDEST = {"count": "88,888/88,888 sentences", "rate": "8,888 sentences/s", "left": "8:88:88 left"}


class ProgressStrip(QWidget):
    """The line::

    fine-tuning   ########--------   2/3 epochs   0.21 epochs/s   0:24 left
    """

    def __init__(self) -> None:
        super().__init__()
        self.phase = Elided(mode=Qt.TextElideMode.ElideRight)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the run")
        self.count, self.rate, self.left = QLabel(), QLabel(), QLabel()
        u = theme.unit(self)
        self.phase.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.phase.setFixedWidth(18 * u)
        self.bar.setFixedHeight(u)
        self.bar.setMinimumWidth(8 * u)
        for label, widest in ((self.count, _WIDEST["count"]), (self.rate, _WIDEST["rate"]), (self.left, _WIDEST["left"])):
            label.setFont(theme.number_font())
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setMaximumWidth(label.fontMetrics().horizontalAdvance(widest) + u)
        fill(QHBoxLayout(self), (self.phase, self.bar, self.count, self.rate, self.left), u, 1.5)
        box = self.layout()
        if isinstance(box, QHBoxLayout):
            for place, share in enumerate((0, 4, 3, 3, 2)):
                box.setStretch(place, share)

    def show_job(self, job: JobLine) -> None:
        """Show where the run stands."""
        self.phase.setText(_phase(job))
        is_known = bool(job.total) and job.state != "queued"
        self.bar.setRange(0, SCALE if is_known or job.state == "queued" else 0)
        self.bar.setValue(round(SCALE * min(1.0, job.done / job.total)) if is_known and job.total else 0)
        self.count.setText(count_text(job))
        self.rate.setText(f"{number_text(job.rate, 2)} {job.unit}/s" if job.rate else "")
        self.left.setText(f"{clock_text(job.left_s)} left" if job.left_s is not None else "")
        parts = (label.text() for label in (self.phase, self.count, self.left))
        self.setAccessibleName(", ".join(part for part in parts if part))


def count_text(job: JobLine) -> str:
    """``2/3 epochs``; empty before there is anything to count."""
    if job.state == "queued" or not (job.done or job.total):
        return ""
    total = f"/{number_text(job.total)}" if job.total is not None else ""
    return f"{number_text(job.done)}{total} {job.unit}".strip()


def clock_text(seconds: float) -> str:
    """Time left on a clock, whole seconds: ``0:24``, ``1:05:09``."""
    return duration_text(max(10.0, seconds)) if seconds >= 10 else f"0:{max(0, round(seconds)):02d}"


def _phase(job: JobLine) -> str:
    if job.state == "queued":
        return "Next in line" if job.position == 0 else f"Waiting, place {job.position + 1} in line"
    if job.state == "stopping":
        return "Stopping"
    return job.phase[:1].upper() + job.phase[1:] or "Starting"
