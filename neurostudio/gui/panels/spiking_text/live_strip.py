"""A run of this method that is at work: how far it is, and its curves."""

from functools import partial

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy

from neurostudio.app import Project
from neurostudio.gui import theme
from neurostudio.gui.follower import JobLine
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.run.progress_strip import ProgressStrip
from neurostudio.gui.panels.spiking_text.canvas import PageCanvas
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.marks import Line
from neurostudio.gui.widgets import Card, Elided, Heading, Row, button
from neurostudio.store.read import curve
from neurostudio.store.rows import Curve

CANVAS_U = 24
PANELS = (
    ("Loss", (("train/loss", "ordinary"), ("finetune/loss", "spiking"))),
    ("Validation accuracy", (("validation/accuracy", "ordinary"), ("finetune/validation_accuracy", "spiking"))),
)


class LiveStrip(Card):
    """::

        At work: mr-seed2                          [Open] [Stop]
        fine-tuning  ####----  2/3 epochs   0:24 left
        (loss)                (validation accuracy)

    Signals
    -------
    opened, stopped : id of the run
    """

    opened = Signal(str)
    stopped = Signal(str)

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.job: JobLine | None = None
        self.name = Elided()
        self.open_button = button("Open", "open", "Open the page of this run")
        self.stop_button = button("Stop", "stop", "Stop the run; it can be resumed")
        self.progress = ProgressStrip()
        self.canvas = PageCanvas()
        self.panels = [self.canvas.add_panel(0, column) for column in range(len(PANELS))]
        super().__init__(
            Row(Heading("At work"), self.name, self.open_button, self.stop_button), self.progress, self.canvas, gap=1, margin=1.5
        )
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.canvas.setMinimumHeight(CANVAS_U * theme.unit(self))
        self.canvas.describe("Curves of the run at work", "Loss and validation accuracy of both networks so far.")
        self._lines: dict[str, Line] = {}
        for (title, names), panel in zip(PANELS, self.panels, strict=True):
            panel.set_axes("Step", title)
            for tint, (metric, name) in enumerate(names):
                self._lines[metric] = panel.add(Line(name, tint))
        self._refresher = Refresher(self, self._question, self.show_curves, studio.report_error)
        self.open_button.clicked.connect(self.on_open)
        self.stop_button.clicked.connect(self.on_stop)
        self.hide()

    def show_job(self, job: JobLine | None) -> None:
        """Show a run at work; None when there is none."""
        if job is not None and (self.job is None or self.job.run_id != job.run_id):
            for line in self._lines.values():
                line.set_data(np.empty(0), np.empty(0))
            self.canvas.hide()
        self.job = job
        self.setVisible(job is not None)
        if job is not None:
            self.name.setText(job.name)
            self.progress.show_job(job)
            self.stop_button.setEnabled(job.state != "stopping")
            self._refresher.ask()

    def show_curves(self, curves: dict[str, Curve]) -> None:
        """Show the curves as far as they are."""
        for name, found in curves.items():
            self._lines[name].set_data(found.steps.astype(float), found.values)
        self.canvas.setVisible(any(len(found.values) for found in curves.values()))
        self.canvas.refresh()

    @Slot()
    def on_open(self) -> None:
        """Open the page of the run."""
        if self.job is not None:
            self.opened.emit(self.job.run_id)

    @Slot()
    def on_stop(self) -> None:
        """Stop the run."""
        if self.job is not None:
            self.stopped.emit(self.job.run_id)

    def _question(self) -> "partial[dict[str, Curve]]":
        project = self._studio.project
        return partial(_curves, project.project if project else None, self.job.run_id if self.job else "")


def _curves(project: Project | None, run_id: str) -> dict[str, Curve]:
    names = [metric for _, lines in PANELS for metric, _ in lines]
    return {name: curve(project.store, run_id, name) for name in names} if project is not None and run_id else {}
