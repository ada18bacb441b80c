"""The carpet with the traces above it: what moves all voxels at once is a band, and a peak of motion stands over it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.axis import NAME_CHARACTERS
from neurostudio.gui.views.colour_maps import Scale
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.picture_menu import PictureMenu
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.shapes import Image
from neurostudio.gui.views.timeline.carpet_data import UNITS, Carpet
from neurostudio.gui.views.timeline.spans import GroupLines, RowLine, align_left
from neurostudio.gui.views.timeline.time_canvas import TimeCanvas
from neurostudio.gui.views.timeline.trace_stack import add_traces, values_at, words_of
from neurostudio.gui.views.timeline.traces import TraceGroup
from neurostudio.gui.widgets import fill
from neurostudio.report.wording import number_text, shortened

GREYS_TO = {"z": 2.5, "percent": 3.0}  # what is black and white, in units of the spread or in per cent
LEAST_GROUP_SHARE = 0.02  # of the rows that a group needs for its name
CARPET_SHARE = 14
HINT = "Click: go to that voxel and volume.   Drag: through time.   Shift and drag: pan.   Wheel: zoom.   Double click: all."

Point = tuple[float, float, float]


class CarpetPlot(QWidget):
    """::

        FD (mm)   ____/\\_______________
        DVARS     __/\\__/\\____|________
        visual   |░▒▓█▒░▒▓▒░▒▓|▒░▒▓▒░▒|    rows are voxels, the line stands at the current volume
        motor    |▒▓░▒▓▒░▒▓▒░▒|░▒▓▒░▒▓|
                  0    50   100   Volume

    Signals
    -------
    time_wanted : int
        Number of a volume.
    voxel_wanted : tuple of float
        Place of a voxel in mm.
    part_changed : float, float
        Someone zoomed or panned: the first and the last volume that are seen.
    """

    time_wanted = Signal(int)
    voxel_wanted = Signal(object)
    part_changed = Signal(float, float)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.carpet: Carpet | None = None
        self.groups: tuple[TraceGroup, ...] = ()
        self._tr_s: float | None = None
        self._mm: Point | None = None
        self.row_line = RowLine()
        self.canvas = TimeCanvas(readout)
        self.canvas.describe("Carpet", HINT)
        fill(QVBoxLayout(self), (self.canvas,), theme.unit(self), 0)
        self.setFocusProxy(self.canvas)
        self.menu = PictureMenu(self, "carpet", self.picture, self.data_text)
        self.canvas.time_wanted.connect(self.time_wanted)
        self.canvas.part_changed.connect(self.part_changed)

    @property
    def time(self) -> int:
        """The current volume."""
        return self.canvas.time

    def set_tr(self, tr_s: float | None) -> None:
        """Seconds between two volumes, for the readout."""
        self._tr_s = tr_s

    def show_carpet(self, carpet: Carpet) -> None:
        """Draw a carpet and its traces."""
        is_same_time = self.carpet is not None and self.carpet.values.shape[1] == carpet.values.shape[1]
        part = self.canvas.part() if is_same_time else None
        self.carpet = carpet
        self.groups = carpet.traces().groups()
        canvas = self.canvas
        canvas.drop_panels()
        canvas.set_length(carpet.values.shape[1], 1.0)
        canvas.set_loaded(carpet.values.shape[1])
        main = canvas.add_time_panel(len(self.groups), height=CARPET_SHARE, zooms_y=True)
        self._fill_carpet(main, carpet)
        panels = add_traces(canvas, self.groups, 0)
        for panel in panels:
            panel.reader = self._read_trace
        canvas.name_axis("Volume")
        main.view.on_click = self.click
        align_left([*panels, main], [group.name for group in carpet.groups])
        canvas.describe(
            "Carpet", f"{len(carpet.values)} voxels over {carpet.values.shape[1]} volumes. {words_of(self.groups)}. {HINT}"
        )
        canvas.reset()
        if part is not None:
            canvas.show_part(*part)
        if self._mm is not None:
            self.set_voxel(self._mm)

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.canvas.set_time(time)

    def set_voxel(self, mm: Point) -> None:
        """Mark the row nearest to a place."""
        self._mm = mm
        if self.carpet is not None and len(self.carpet.mm):
            self.row_line.go_to(self.carpet.row_of(mm))

    def show_part(self, low: float, high: float) -> None:
        """Show these volumes, as another view of the same time does."""
        self.canvas.show_part(low, high)

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
        for mm, row in zip(carpet.mm.tolist(), carpet.values.tolist(), strict=True):
            lines.append("\t".join([*(f"{value:.4g}" for value in mm), *(f"{value:.4g}" for value in row)]))
        return "\n".join(lines)

    def click(self, place: QPointF) -> None:
        """Go to a voxel and a volume."""
        row = self._row_at(place.y())
        if self.carpet is not None and row is not None:
            x, y, z = self.carpet.mm[row].tolist()
            self.voxel_wanted.emit((x, y, z))
        self.canvas.go(place)

    # --- inside

    def _row_at(self, y: float) -> int | None:
        """The first row is drawn at the top."""
        n_row = 0 if self.carpet is None else len(self.carpet.values)
        row = n_row - 1 - int(np.floor(y + 0.5))
        return row if 0 <= row < n_row else None

    def _fill_carpet(self, panel: Panel, carpet: Carpet) -> None:
        n_row = len(carpet.values)
        panel.padding = (0.0, 0.0)
        panel.set_axes("", "" if carpet.groups else "Voxels", whole_x=True, grid="")
        least = LEAST_GROUP_SHARE * n_row
        shown = [group for group in carpet.groups if group.end - group.start >= least]
        panel.left.setTicks(
            [[(n_row - 1 - (group.start + group.end - 1) / 2, shortened(group.name, NAME_CHARACTERS)) for group in shown]]
        )
        panel.has_names = False
        most = GREYS_TO[carpet.scale]
        panel.add(Image("Carpet", np.ascontiguousarray(carpet.values[::-1]), Scale(-most, most, "grey")))
        panel.add(GroupLines([n_row - group.start - 0.5 for group in carpet.groups[1:]]))
        self.row_line = panel.add(RowLine())
        self.row_line.n_row = n_row
        panel.reader = self._read_carpet

    def _when(self, x: float) -> list[str]:
        carpet = self.carpet
        if carpet is None:
            return []
        t = self.canvas.volume_at(x)
        at = f"Volume {t + 1} of {carpet.values.shape[1]}" + (f", {number_text(t * self._tr_s)} s" if self._tr_s else "")
        return [at, *values_at(self.groups, t)]

    def _read_trace(self, x: float, _y: float) -> str:
        return "   ".join([*self._when(x), "Click: go there"])

    def _read_carpet(self, x: float, y: float) -> str:
        carpet, row = self.carpet, self._row_at(y)
        if carpet is None or row is None:
            return ""
        value = float(carpet.values[row, self.canvas.volume_at(x)])
        parts = [f"{place_text(carpet.mm[row])} mm", carpet.group_of(row), f"{number_text(value, 3)} {UNITS[carpet.scale]}"]
        return "   ".join([*self._when(x), *(part for part in parts if part), "Click: go there"])


def place_text(mm: NDArray[np.floating]) -> str:
    """A place in mm, to a tenth.

    >>> place_text(np.array([1.0, -2.5, 30.25]))
    '1, −2.5, 30.2'
    """
    return ", ".join(number_text(round(float(value), 1)) for value in mm)
