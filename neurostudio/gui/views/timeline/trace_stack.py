"""Traces of motion and signal change in panels over each other, with their limits and the volumes beyond them."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.marks import Baseline, Line
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.readout import Readout
from neurostudio.gui.views.shapes import Points
from neurostudio.gui.views.timeline.spans import align_left
from neurostudio.gui.views.timeline.time_canvas import HINT, TimeCanvas
from neurostudio.gui.views.timeline.traces import TraceGroup, Traces
from neurostudio.gui.widgets import fill
from neurostudio.report.wording import number_text

TRACE_LINES = 3.4  # lines of text that a panel of one trace takes at most
TRACE_SHARE = 2
PADDING_Y = 0.14  # of the values: marks of outliers stand free of the edge
_FIRST_TINT = 2  # the series of a voxel have the colours before it


class TraceStack(QWidget):
    """::

        FD (mm)      __/\\____•_______    - - - 0.5
        DVARS        __/\\____•____|__    - - - 1.5
        Shift (mm)   ____-----~~~~|~~    x y z
        Rotation (°) _____________|__    pitch roll yaw

    Signals
    -------
    time_wanted : int
        Number of a volume.
    """

    time_wanted = Signal(int)

    def __init__(self, readout: Readout | None = None) -> None:
        super().__init__()
        self.groups: tuple[TraceGroup, ...] = ()
        self.canvas = TimeCanvas(readout)
        self.canvas.describe("Motion and signal change", HINT)
        fill(QVBoxLayout(self), (self.canvas,), theme.unit(self), 0)
        self.setFocusProxy(self.canvas)
        self.canvas.time_wanted.connect(self.time_wanted)

    def show_traces(self, traces: Traces, tr_s: float | None = None) -> None:
        """Draw these; on an axis of seconds where the TR is known."""
        self.groups = traces.groups()
        canvas = self.canvas
        canvas.drop_panels()
        n_volumes = max((len(values) for group in self.groups for values in group.traces.values()), default=0)
        canvas.set_length(n_volumes, tr_s or 1.0)
        canvas.set_loaded(n_volumes)
        add_traces(canvas, self.groups, 0, are_low=False)
        for panel in canvas.panels:
            panel.reader = self._read
        canvas.name_axis("Time (s)" if tr_s else "Volume")
        align_left(canvas.panels, ())
        canvas.reset()
        canvas.describe("Motion and signal change", words_of(self.groups))

    def set_time(self, time: int) -> None:
        """Stand at a volume."""
        self.canvas.set_time(time)

    def picture(self) -> QPixmap:
        """What is seen."""
        return self.canvas.picture()

    def data_text(self) -> str:
        """The traces as lines with tabulators."""
        return table_text(self.groups)

    def _read(self, x: float, _y: float) -> str:
        canvas = self.canvas
        t = canvas.volume_at(x)
        at = f"Volume {t + 1} of {canvas.n_volumes}" + (f", {number_text(t * canvas.step)} s" if canvas.step != 1.0 else "")
        return "   ".join([at, *values_at(self.groups, t)])


def add_traces(canvas: TimeCanvas, groups: Iterable[TraceGroup], row: int, *, are_low: bool = True) -> list[Panel]:
    """Add a panel for each group, from a row on; low ones leave the room to what stands beside them."""
    most = TRACE_LINES * canvas.fontMetrics().height() if are_low else 0.0
    found = []
    for number, group in enumerate(groups):
        panel = canvas.add_time_panel(row + number, height=TRACE_SHARE, most_height=most)
        fill_traces(panel, group, canvas.step)
        found.append(panel)
    return found


def fill_traces(panel: Panel, group: TraceGroup, step: float) -> None:
    """Draw one group: a line for each trace, its limit dashed, what lies above it as points."""
    panel.set_axes("", group.caption, grid="")
    panel.padding = (0.0, PADDING_Y)
    is_alone = len(group.traces) == 1
    for number, (name, values) in enumerate(group.traces.items()):
        x = np.arange(len(values), dtype=np.float64) * step
        tint = "secondary" if is_alone else _FIRST_TINT + number
        panel.add(Line("" if is_alone else name, tint, x, values, width=1.2, has_dots=False, is_quick=True))
        if group.limit is not None:
            with np.errstate(invalid="ignore"):
                beyond = np.asarray(values) > group.limit
            if beyond.any():
                panel.add(Points("", "problem", x[beyond], np.asarray(values)[beyond]))
    if group.limit is not None:
        panel.add(Baseline(number_text(group.limit), group.limit))


def values_at(groups: Iterable[TraceGroup], t: int) -> list[str]:
    """The values of one volume in words."""
    words = []
    for group in groups:
        for name, values in group.traces.items():
            if t < len(values) and np.isfinite(values[t]):
                words.append(f"{name} {number_text(float(values[t]))} {group.unit}".strip())
    return words


def words_of(groups: Iterable[TraceGroup]) -> str:
    """What the panels show, for people who do not see them."""
    words = []
    for group in groups:
        found = group.outliers()
        beyond = f", {len(found)} volumes above {number_text(group.limit)}" if group.limit is not None else ""
        words.append(f"{group.label}: {', '.join(group.traces)}{beyond}")
    return ". ".join(words)


def table_text(groups: Iterable[TraceGroup]) -> str:
    """The traces as lines with tabulators, a column each."""
    columns = {name: values for group in groups for name, values in group.traces.items()}
    if not columns:
        return ""
    lines = ["\t".join(["volume", *columns])]
    n_volumes = max(len(values) for values in columns.values())
    for t in range(n_volumes):
        cells = [f"{values[t]:.6g}" if t < len(values) and np.isfinite(values[t]) else "n/a" for values in columns.values()]
        lines.append("\t".join([str(t), *cells]))
    return "\n".join(lines)
