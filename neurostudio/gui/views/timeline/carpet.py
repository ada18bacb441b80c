"""The carpet with the traces above it: what moves all voxels at once is a band, and a peak of motion stands over it."""

import numpy as np
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.colour_maps import Scale
from neurostudio.gui.views.marks import Baseline, Line
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.plot import Canvas
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.shapes import Image, Points
from neurostudio.gui.views.timeline.carpet_data import OUTLIER_DVARS, OUTLIER_FD_MM, Carpet, Floats, Group
from neurostudio.gui.views.timeline.spans import RowLine, TimeLine, align_left
from neurostudio.gui.widgets import fill
from neurostudio.report.wording import number_text

GREYS_TO = 2.5  # units of the spread that are black and white
MOST_GROUP_NAMES = 12
SHARES = {"trace": 2, "carpet": 9}
HINT = "Click: go to that voxel and volume.   Drag: through time.   Shift and drag: pan.   Wheel: zoom."


class CarpetPlot(QWidget):
    """::

        FD (mm)   ____/\\_______________
        DVARS     __/\\__/\\____|________
        visual   |░▒▓█▒░▒▓▒░▒▓|▒░▒▓▒░▒|    rows are voxels, the line stands at the current volume
        motor    |▒▓░▒▓▒░▒▓▒░▒|░▒▓▒░▒▓|
                  0    50   100   Volume

    Signals
    -------
    time_wanted : number of a volume.
    voxel_wanted : place of a voxel, tuple of mm.
    """

    time_wanted = Signal(int)
    voxel_wanted = Signal(object)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.carpet: Carpet | None = None
        self.time = 0
        self._tr_s: float | None = None
        self._mm: tuple[float, float, float] | None = None
        self._lines: list[TimeLine] = []
        self.row_line = RowLine()
        self.canvas = Canvas(readout)
        self.canvas.graphics.setToolTip(HINT)
        self.canvas.describe("Carpet", HINT)
        fill(QVBoxLayout(self), (self.canvas,), theme.unit(self), 0)
        self.setFocusProxy(self.canvas)

    def set_tr(self, tr_s: float | None) -> None:
        """Seconds between two volumes, for the readout."""
        self._tr_s = tr_s

    def show_carpet(self, carpet: Carpet) -> None:
        """Draw a carpet and its traces."""
        self.carpet = carpet
        self._lines = []
        self.canvas.drop_panels()
        traces: list[tuple[str, Floats, float]] = []
        if carpet.fd_mm is not None:
            traces.append(("FD (mm)", carpet.fd_mm, OUTLIER_FD_MM))
        if np.isfinite(carpet.dvars.standardised).any():
            traces.append(("DVARS", carpet.dvars.standardised, OUTLIER_DVARS))
        carpet_row = len(traces)
        main = self.canvas.add_panel(carpet_row, height=SHARES["carpet"])
        for row, (name, values, limit) in enumerate(traces):
            self._fill_trace(self.canvas.add_panel(row, linked_x=main, height=SHARES["trace"]), name, values, limit)
        self._fill_carpet(main, carpet)
        for panel in self.canvas.panels:
            self._lines.append(panel.add(TimeLine()))
            panel.view.on_scrub = self.scrub
            panel.view.on_click = self.click if panel is main else self.scrub
        align_left(self.canvas.panels, [group.name for group in self._named_groups()])
        self.canvas.reset()
        self.set_time(self.time)
        if self._mm is not None:
            self.set_voxel(self._mm)

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.time = time
        for line in self._lines:
            line.go_to(time)

    def set_voxel(self, mm: tuple[float, float, float]) -> None:
        """Mark the row nearest to a place."""
        self._mm = mm
        if self.carpet is not None:
            self.row_line.go_to(self.carpet.row_of(mm))

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.canvas.picture()

    def data_text(self) -> str:
        """The rows with their voxels, as lines with tabulators."""
        if self.carpet is None:
            return ""
        carpet = self.carpet
        heads = ["x_mm", "y_mm", "z_mm", *(f"volume_{t}" for t in range(carpet.values.shape[1]))]
        lines = ["\t".join(heads)]
        for mm, row in zip(carpet.mm, carpet.values, strict=True):
            lines.append("\t".join([*(f"{value:.4g}" for value in mm), *(f"{value:.4g}" for value in row)]))
        return "\n".join(lines)

    def scrub(self, place: QPointF) -> None:
        """Go through time."""
        if self.carpet is not None:
            n_time = self.carpet.values.shape[1]
            self.time_wanted.emit(int(np.clip(round(place.x()), 0, n_time - 1)))

    def click(self, place: QPointF) -> None:
        """Go to a voxel and a volume."""
        if self.carpet is None:
            return
        row = self._row_at(place.y())
        if row is not None:
            x, y, z = self.carpet.mm[row].tolist()
            self.voxel_wanted.emit((x, y, z))
        self.scrub(place)

    # --- inside

    def _row_at(self, y: float) -> int | None:
        """The first row is drawn at the top."""
        n_row = 0 if self.carpet is None else len(self.carpet.values)
        row = n_row - 1 - round(y)
        return row if 0 <= row < n_row else None

    def _named_groups(self) -> tuple[Group, ...]:
        """Groups whose names have room beside the rows."""
        groups = self.carpet.groups if self.carpet is not None else ()
        return groups if len(groups) <= MOST_GROUP_NAMES else ()

    def _fill_trace(self, panel: Panel, name: str, values: Floats, limit: float) -> None:
        panel.set_axes("", name)
        panel.bottom.setVisible(False)
        panel.has_names = False
        x = np.arange(len(values), dtype=np.float64)
        title = name.partition(" (")[0]
        panel.add(Line(title, "text", x, values, width=1.1, has_dots=False))
        panel.add(Baseline("limit", limit))
        with np.errstate(invalid="ignore"):
            beyond = values > limit
        if beyond.any():
            panel.add(Points("Outliers", "problem", x[beyond], values[beyond]))
        panel.reader = self._read

    def _fill_carpet(self, panel: Panel, carpet: Carpet) -> None:
        n_row = len(carpet.values)
        panel.padding = (0.0, 0.0)
        panel.set_axes("Volume", "", whole_x=True, grid="")
        ticks = [(n_row - 1 - (group.start + group.end - 1) / 2, group.name) for group in self._named_groups()]
        panel.left.setTicks([ticks])
        panel.has_names = False
        panel.add(Image("Carpet", np.ascontiguousarray(carpet.values[::-1]), Scale(-GREYS_TO, GREYS_TO, "grey")))
        self.row_line = panel.add(RowLine())
        self.row_line.n_row = n_row
        panel.reader = self._read_carpet

    def _read(self, x: float, _y: float) -> str:
        carpet = self.carpet
        if carpet is None:
            return ""
        t = int(np.clip(round(x), 0, carpet.values.shape[1] - 1))
        parts = [f"Volume {t + 1}" + (f", {number_text(t * self._tr_s)} s" if self._tr_s else "")]
        if carpet.fd_mm is not None and np.isfinite(carpet.fd_mm[t]):
            parts.append(f"FD {number_text(float(carpet.fd_mm[t]))} mm")
        if np.isfinite(carpet.dvars.standardised[t]):
            parts.append(f"DVARS {number_text(float(carpet.dvars.standardised[t]))}")
        return "   ".join(parts)

    def _read_carpet(self, x: float, y: float) -> str:
        carpet, row = self.carpet, self._row_at(y)
        if carpet is None or row is None:
            return ""
        t = int(np.clip(round(x), 0, carpet.values.shape[1] - 1))
        place = ", ".join(number_text(float(value), 3) for value in carpet.mm[row])
        group = next((group.name for group in carpet.groups if group.start <= row < group.end), "")
        value = f"z {number_text(float(carpet.values[row, t]))}"
        return "   ".join(part for part in (self._read(x, y), f"{place} mm", group, value) if part)
