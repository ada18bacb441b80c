"""The points of a scatter on the program's own canvas."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Signal

from neurostudio.app.compare import Scatter
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.shapes import Points
from neurostudio.report.wording import number_text

CATCH_PX = 16.0


class ScatterCanvas(Canvas):
    """One point a run; a click on it opens the run.

    Signals
    -------
    opened : run id
    """

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.panel = self.add_panel()
        self.panel.reader = self._read
        self.panel.clicked.connect(self._open)
        self._shown: Scatter | None = None

    def show_scatter(self, scatter: Scatter, colours: Mapping[str, int]) -> None:
        """Show points; those in `colours` have their colour, the others are grey."""
        is_same = self._shown is not None and (
            (self._shown.setting.name, self._shown.metric.name) == (scatter.setting.name, scatter.metric.name)
        )
        self._shown = scatter
        zoomed = self.panel.is_zoomed and is_same
        self.panel.clear()
        self.panel.is_zoomed = zoomed
        self.panel.reader = self._read
        setting, metric = scatter.setting, scatter.metric
        x_label = f"{setting.title} ({setting.unit})" if setting.unit else setting.title
        y_label = f"{metric.name} ({metric.unit})" if metric.unit else metric.name
        self.panel.set_axes(x_label, y_label, whole_x=setting.form == "int", x_names=scatter.categories, grid="xy")
        n_place = len(scatter.categories)
        self.panel.padding = (0.5 / max(1, n_place - 1) if n_place else 0.04, 0.07)
        others = [point for point in scatter.points if point.run_id not in colours]
        if others:
            self.panel.add(
                Points("other runs", "baseline", np.array([one.x for one in others]), np.array([one.y for one in others]))
            )
        for point in scatter.points:
            if point.run_id in colours:
                self.panel.add(Points(point.name, colours[point.run_id], np.array([point.x]), np.array([point.y])))
        self.refresh()
        self.describe(
            f"{metric.name} against {setting.title}", f"{len(scatter.points)} runs, one point each; a click opens the run"
        )

    def _nearest(self, x: float, y: float) -> int | None:
        """Index of the point under the cursor."""
        if self._shown is None or not self._shown.points:
            return None
        x_scale, y_scale = self.panel.pixels_per_unit()
        points = np.array([(one.x, one.y) for one in self._shown.points])
        distance = np.hypot((points[:, 0] - x) * x_scale, (points[:, 1] - y) * y_scale)
        at = int(distance.argmin())
        return at if distance[at] <= CATCH_PX else None

    def _read(self, x: float, y: float) -> str:
        at = self._nearest(x, y)
        if at is None or self._shown is None:
            return ""
        shown, point = self._shown, self._shown.points[at]
        value = shown.categories[int(point.x)] if shown.categories else number_text(point.x)
        units = (f" {text}" if text else "" for text in (shown.setting.unit, shown.metric.unit))
        return (
            f"{point.name}   {shown.setting.title} {value}{next(units)}   {shown.metric.name} {number_text(point.y)}{next(units)}"
        )

    def _open(self, x: float, y: float) -> None:
        at = self._nearest(x, y)
        if at is not None and self._shown is not None:
            self.opened.emit(self._shown.points[at].run_id)
