"""One metric of all compared runs over their steps: lines, and mean with range over the seeds of a group."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.compare.presenter import CompareView, CurvesFound, load_curves
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import EmptyState, button, fill

if TYPE_CHECKING:
    from neurostudio.gui.panels.compare.curves_view import ComparedCurvesView


class CurvesSection(QWidget):
    """The picture::

        [train/loss v] [x] pool seeds [No smoothing v] [ ] Logarithmic [Export PNG...] [Export CSV...]
        (lines; a band from the lowest to the highest seed)

    Signals
    -------
    picture_wanted, numbers_wanted : nothing
    """

    picture_wanted = Signal()
    numbers_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._view: CompareView | None = None
        self.shown = CurvesFound((), "", ())
        self.metric_box: QComboBox = choice("Metric")
        self.pool = QCheckBox("Pool runs that differ only by their seed")
        self.pool.setChecked(True)
        self.pool.setToolTip("Their mean as a line, and a band from the lowest to the highest value")
        self.export_picture = button("Export PNG...", "export", "Write the picture as it is seen to a file")
        self.export_numbers = button("Export CSV...", "export", "Write the points of all curves to a file")
        self.none = EmptyState("picture", "No curves yet", "A metric that a run writes again and again is drawn here.")
        self.curves: ComparedCurvesView | None = None
        self._place = QVBoxLayout()
        for control in (self.metric_box, self.pool, self.export_picture, self.export_numbers):
            control.setFont(theme.secondary_font())
        fill(QVBoxLayout(self), (self._place, self.none), theme.unit(self), 0)
        self.none.hide()
        self.metric_box.currentIndexChanged.connect(self.on_metric)
        self.pool.toggled.connect(self.on_pool)
        self.export_picture.clicked.connect(self.picture_wanted)
        self.export_numbers.clicked.connect(self.numbers_wanted)
        self._refresher = Refresher(self, self._question, self._show, studio.report_error)

    def show_view(self, view: CompareView) -> None:
        """Take over the runs to compare."""
        self._view = view
        self.pool.setVisible(view.has_groups)
        self._refresher.ask()

    @Slot()
    def on_metric(self) -> None:
        """Another metric was chosen."""
        self._refresher.ask()

    @Slot()
    def on_pool(self) -> None:
        """Pool seeds, or show each run."""
        self._draw()

    @Slot(str)
    def on_export_wanted(self, ending: str) -> None:
        """A kind of file was chosen in the menu of the picture."""
        (self.numbers_wanted if ending == ".csv" else self.picture_wanted).emit()

    def _question(self) -> Callable[[], Any]:
        project, view = self._studio.project, self._view
        if project is None or view is None:
            return lambda: CurvesFound((), "", ())
        return partial(load_curves, project.project, view, self.metric_box.currentData())

    def _show(self, found: CurvesFound) -> None:
        self.shown = found
        fill_choice(self.metric_box, [(name, name) for name in found.metrics])
        has_any = bool(found.curves)
        self.none.setVisible(not has_any)
        if self.curves is not None:
            self.curves.setVisible(has_any)
        if has_any:
            self._draw()

    def _draw(self) -> None:
        view, found = self._view, self.shown
        if view is None or not found.curves:
            return
        if self.curves is None:
            from neurostudio.gui.panels.compare.curves_view import ComparedCurvesView

            self.curves = ComparedCurvesView(self._studio.colour_index)
            self.curves.export_wanted.connect(self.on_export_wanted)
            controls = self.curves.controls
            ours = (self.metric_box, self.pool), (self.export_picture, self.export_numbers)
            controls.arrange([*ours[0], *controls.widgets(), *ours[1]])
            self.pool.setVisible(view.has_groups)
            self._place.addWidget(self.curves)
        is_pooled = view.has_groups and self.pool.isChecked()
        unit = next((one.info.unit for one in view.comparison.metrics if one.info.name == found.metric), "")
        self.curves.set_curves(
            {curve.name: (curve.steps, curve.values) for curve in found.curves},
            y_label=f"{found.metric} ({unit})" if unit else found.metric,
            keys={curve.name: curve.run_id for curve in found.curves},
            groups={curve.name: view.comparison.groups[curve.group].name for curve in found.curves} if is_pooled else None,
        )
