"""Any setting against any metric: one point a run, the compared runs in their colours."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from neurostudio.app import Project
from neurostudio.app.compare import Axes, Scatter, scatter_axes, scatter_points
from neurostudio.gui import theme
from neurostudio.gui.panels.compare.presenter import CompareView
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.tints import distinct
from neurostudio.gui.widgets import EmptyState, Row, Secondary, button, fill
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from neurostudio.gui.panels.compare.scatter_canvas import ScatterCanvas

Found = tuple[Axes, Scatter | None]


class ScatterSection(QWidget):
    """The picture::

        [method v] [setting v] against [metric v]  [x] all runs of the method   [Export PNG...] [Export CSV...]
        (points)
        Time steps 16   test/accuracy 0.742   mr-seed1

    Signals
    -------
    opened : id of the run whose point was clicked
    picture_wanted, numbers_wanted : nothing
    """

    opened = Signal(str)
    picture_wanted = Signal()
    numbers_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._view: CompareView | None = None
        self.scatter: Scatter | None = None
        self.method_box, self.setting_box, self.metric_box = (choice(name) for name in ("Method", "Setting", "Metric"))
        self.all_runs = QCheckBox("All runs of the method")
        self.all_runs.setChecked(True)
        self.export_picture = button("Export PNG...", "export", "Write the picture as it is seen to a file")
        self.export_numbers = button("Export CSV...", "export", "Write the points to a file")
        self.note = Secondary()
        self.none = EmptyState("picture", "Nothing to draw", "")
        self.canvas: ScatterCanvas | None = None
        self._place = QVBoxLayout()
        axes = Row(self.setting_box, QLabel("against"), self.metric_box, gap=0.8)
        bar = Flow(self.method_box, axes, self.all_runs, self.export_picture, self.export_numbers, gap=1)
        fill(QVBoxLayout(self), (bar, self._place, self.note, self.none), theme.unit(self))
        self.none.hide()
        for box in (self.method_box, self.setting_box, self.metric_box):
            box.currentIndexChanged.connect(self.on_choice)
        self.all_runs.toggled.connect(self.on_choice)
        self.export_picture.clicked.connect(self.picture_wanted)
        self.export_numbers.clicked.connect(self.numbers_wanted)
        self._refresher = Refresher(self, self._question, self._show, studio.report_error)

    def show_view(self, view: CompareView) -> None:
        """Take over the runs to compare."""
        self._view = view
        fill_choice(self.method_box, [(method, method) for method in view.methods])
        self.method_box.setVisible(len(view.methods) > 1)
        self._refresher.ask()

    def columns(self) -> dict[str, list[Any]]:
        """The points as columns, for a file."""
        shown = self.scatter
        if shown is None:
            return {}
        x = [shown.categories[int(point.x)] if shown.categories else point.x for point in shown.points]
        return {
            "run": [point.name for point in shown.points],
            "id": [point.run_id for point in shown.points],
            shown.setting.name: x,
            shown.metric.name: [point.y for point in shown.points],
        }

    @Slot()
    def on_choice(self) -> None:
        """Something else is to be drawn."""
        self._refresher.ask()

    def _question(self) -> Any:
        project, view = self._studio.project, self._view
        if project is None or view is None or not view.methods:
            return lambda: (Axes((), ()), None)
        method = self.method_box.currentData() or view.methods[0]
        ids = None if self.all_runs.isChecked() else [run.run_id for run in view.comparison.runs if run.method == method]
        return partial(_load, project.project, method, ids, self.setting_box.currentData(), self.metric_box.currentData())

    def _show(self, found: Found) -> None:
        axes, self.scatter = found
        for box in (self.setting_box, self.metric_box):
            box.blockSignals(True)
        fill_choice(self.setting_box, [(info.name, info.title) for info in axes.settings])
        fill_choice(self.metric_box, [(info.name, info.name) for info in axes.metrics])
        for box in (self.setting_box, self.metric_box):
            box.blockSignals(False)
        has_points = self.scatter is not None and bool(self.scatter.points)
        self.none.setVisible(not has_points)
        self.export_picture.setEnabled(has_points)
        self.export_numbers.setEnabled(has_points)
        if self.canvas is not None:
            self.canvas.setVisible(has_points)
        if self.scatter is not None and has_points:
            self._draw(self.scatter)
        self.note.setText(_note(axes, self.scatter))
        self.note.setVisible(bool(self.note.text()))

    def _draw(self, scatter: Scatter) -> None:
        if self.canvas is None:
            from neurostudio.gui.panels.compare.scatter_canvas import ScatterCanvas

            self.canvas = ScatterCanvas()
            self.canvas.opened.connect(self.opened)
            self._place.addWidget(self.canvas)
        compared = [run.run_id for run in self._view.comparison.runs] if self._view else []
        self.canvas.show_scatter(scatter, distinct(compared, self._studio.colour_index))


def _load(project: Project, method: str, ids: list[str] | None, setting: str | None, metric: str | None) -> Found:
    axes = scatter_axes(project, method, ids)
    settings = {info.name for info in axes.settings}
    metrics = {info.name for info in axes.metrics}
    x = setting if setting in settings else axes.settings[0].name if axes.settings else None
    y = metric if metric in metrics else axes.metrics[0].name if axes.metrics else None
    if x is None or y is None:
        return axes, None
    return axes, scatter_points(project, method, x, y, ids)


def _note(axes: Axes, scatter: Scatter | None) -> str:
    if not axes.settings:
        return "A setting can be drawn once it has more than one value over the runs."
    if not axes.metrics:
        return "These runs have written no metrics yet."
    if scatter is not None and scatter.left_out:
        if scatter.left_out == 1:
            return "1 run is left out: it lacks the setting or the metric."
        return f"{number_text(scatter.left_out)} runs are left out: they lack the setting or the metric."
    return ""
