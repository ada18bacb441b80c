"""The look of the layer that was chosen: colours, range, threshold, opacity, and which of its volumes is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.views.volume.colours import COLOUR_MAPS
from neurostudio.gui.views.volume.layer_list import colour_strip
from neurostudio.gui.views.volume.layers import KINDS, Facts, Layer
from neurostudio.gui.views.volume.number_edit import NumberEdit
from neurostudio.gui.widgets import Row, Secondary, button, fill

SLIDER_STEPS = 1_000
RANGE_STEP = 0.01  # of the range, for one press of an arrow key
NO_COLOURS = "None"


class LookEditor(QWidget):
    """How the current layer is drawn::

    Show as    [ Map           v]
    Colours    [▬▬ Warm        v]  below zero [▬▬ Cool v]
    Range      [ 0 ] to [ 5.2 ]   2–98 %   All
    [x] Threshold ----o-------- [ 2.3 ]
    Opacity    -----------o  80 %
    Volume     [x] follow the time   [ 0 ] of 300

    Signals
    -------
    changed : Look, str what, int go
        Another look is wanted; changes of one drag have the same `go`.
    kind_wanted : str
    """

    changed = Signal(object, str, int)
    kind_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layer: Layer | None = None
        self._is_filling = False
        self._go = 0
        u = theme.unit(self)
        self.kind = _combo("Show the layer as")
        for kind, title in KINDS.items():
            self.kind.addItem(title, kind)
        self.colour_map, self.negative_map = _combo("Colour map"), _combo("Colours below zero")
        self.low, self.high = NumberEdit("Lowest value of the colours"), NumberEdit("Highest value of the colours")
        self.robust = button("2–98 %", tooltip="Colours from 2 to 98 per cent of the values")
        self.whole = button("All", tooltip="Colours from the least to the greatest value")
        self.has_threshold = QCheckBox("Threshold")
        self.threshold = _slider("Threshold", SLIDER_STEPS)
        self.threshold_value = NumberEdit("Value of the threshold")
        self.opacity = _slider("Opacity", 100)
        self.opacity_words = QLabel()
        self.opacity_words.setFont(theme.number_font())
        self.opacity_words.setMinimumWidth(self.fontMetrics().horizontalAdvance("100 %"))
        self.follows = QCheckBox("Follow the time")
        self.volume = QSpinBox()
        self.volume.setAccessibleName("Volume of this layer")
        self.volume_name = _combo("Volume of this layer, by name")
        self.smooth = QCheckBox("Interpolate between voxels")
        self.smooth.setToolTip("Only where the image lies on another grid than the one that is sliced")
        self.note = Secondary("")

        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(u)
        grid.setVerticalSpacing(round(0.8 * u))
        grid.setColumnStretch(1, 1)
        self._below = Secondary("Below zero", wrap=False)
        self._volume_label = Secondary("Volume", wrap=False)
        range_row = Row(self.low, Secondary("to", wrap=False), self.high, gap=0.7)
        self._range_parts = (Secondary("Range", wrap=False), range_row, self.robust, self.whole)
        rows: tuple[tuple[QWidget, QWidget], ...] = (
            (Secondary("Show as", wrap=False), self.kind),
            (Secondary("Colours", wrap=False), self.colour_map),
            (self._below, self.negative_map),
            (self._range_parts[0], range_row),
            (QWidget(), Row(self.robust, self.whole, None, gap=0.7)),
            (self.has_threshold, Row(self.threshold, self.threshold_value, gap=0.7)),
            (Secondary("Opacity", wrap=False), Row(self.opacity, self.opacity_words, gap=0.7)),
            (self._volume_label, Row(self.volume, self.volume_name, gap=0.7)),
        )
        for row, (label, field) in enumerate(rows):
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        fill(QVBoxLayout(self), (grid, self.follows, self.smooth, self.note), u, 0.8)

        self.kind.activated.connect(self.on_kind)
        self.colour_map.activated.connect(self.on_colours)
        self.negative_map.activated.connect(self.on_colours)
        self.low.edited.connect(self.on_range)
        self.high.edited.connect(self.on_range)
        self.robust.clicked.connect(self.on_robust)
        self.whole.clicked.connect(self.on_whole)
        self.has_threshold.clicked.connect(self.on_threshold_switched)
        self.threshold.valueChanged.connect(self.on_threshold_dragged)
        self.threshold_value.edited.connect(self.on_threshold_typed)
        self.opacity.valueChanged.connect(self.on_opacity)
        for slider in (self.threshold, self.opacity):
            slider.sliderPressed.connect(self.on_new_go)
        self.follows.clicked.connect(self.on_volume)
        self.volume.valueChanged.connect(self.on_volume)
        self.volume_name.activated.connect(self.on_volume_named)
        self.smooth.clicked.connect(self.on_smooth)
        self.show_layer(None)

    def show_layer(self, layer: Layer | None) -> None:
        """Show the look of another layer, or of the same one anew."""
        if layer is not self._layer:
            self._go += 1
        self._layer = layer
        self.setEnabled(layer is not None)
        if layer is None:
            return
        look, facts = layer.look, layer.facts
        with self._filling():
            _choose(self.kind, layer.kind)
            self._fill_colours(layer)
            step = _span(facts) * RANGE_STEP
            self.low.show_value(look.low, step)
            self.high.show_value(look.high, step)
            self.has_threshold.setChecked(look.threshold is not None)
            self.threshold.setValue(self._slider_place(look.threshold or 0.0))
            self.threshold_value.show_value(look.threshold or 0.0, step)
            self.opacity.setValue(round(100 * look.opacity))
            self.opacity_words.setText(f"{round(100 * look.opacity)} %")
            self.smooth.setChecked(look.is_smooth)
            self._fill_volumes(layer)
            self.note.setText(layer.note)
        is_labels, is_map = layer.kind == "labels", layer.kind == "map"
        for widget in self._range_parts:
            widget.setVisible(not is_labels)
        for below in (self._below, self.negative_map):
            below.setVisible(is_map and COLOUR_MAPS[look.colour_map].sort == "ordered")
        for cut in (self.has_threshold, self.threshold, self.threshold_value):
            cut.setVisible(not is_labels)
        self.threshold.setEnabled(look.threshold is not None)
        self.threshold_value.setEnabled(look.threshold is not None)
        self.has_threshold.setToolTip(
            "Values nearer to zero are not drawn" if look.is_two_sided else "Smaller values are not drawn"
        )
        for which in (self._volume_label, self.volume, self.follows):
            which.setVisible(layer.n_volumes > 1)
        self.volume_name.setVisible(layer.n_volumes > 1 and bool(layer.volume_names))
        self.volume.setEnabled(look.time is not None)
        self.volume_name.setEnabled(look.time is not None)
        self.smooth.setVisible(not is_labels)
        self.note.setVisible(bool(layer.note))

    # --- what people do

    @Slot()
    def on_kind(self) -> None:
        """Show it as another kind."""
        self.kind_wanted.emit(str(self.kind.currentData()))

    @Slot()
    def on_colours(self) -> None:
        """Other colours."""
        self._change("colours", colour_map=str(self.colour_map.currentData()), negative_map=str(self.negative_map.currentData()))

    @Slot()
    def on_range(self) -> None:
        """Another range was typed."""
        self._change("range", low=self.low.value, high=self.high.value)

    @Slot()
    def on_robust(self) -> None:
        """The range without the ends."""
        self._fit_range("low", "high")

    @Slot()
    def on_whole(self) -> None:
        """The whole range."""
        self._fit_range("least", "most")

    @Slot(bool)
    def on_threshold_switched(self, is_on: bool) -> None:
        """With a threshold, or without."""
        self._change("threshold", threshold=self.threshold_value.value if is_on else None)

    @Slot(int)
    def on_threshold_dragged(self, place: int) -> None:
        """Another threshold."""
        low, high = self._threshold_ends()
        self._change("threshold", self._go, threshold=low + (high - low) * place / SLIDER_STEPS)

    @Slot(float)
    def on_threshold_typed(self, value: float) -> None:
        """A threshold was typed."""
        self._change("threshold", threshold=value)

    @Slot(int)
    def on_opacity(self, per_cent: int) -> None:
        """Another opacity."""
        self._change("opacity", self._go, opacity=per_cent / 100)

    @Slot()
    def on_new_go(self) -> None:
        """A drag begins: from here it is one step of undo."""
        self._go += 1

    @Slot()
    def on_volume(self) -> None:
        """Another volume, or the common time."""
        self._change("volume", time=None if self.follows.isChecked() else self.volume.value())

    @Slot(int)
    def on_volume_named(self, index: int) -> None:
        """A volume was chosen by its name."""
        self._change("volume", time=index)

    @Slot(bool)
    def on_smooth(self, is_on: bool) -> None:
        """Interpolate, or not."""
        self._change("interpolation", is_smooth=is_on)

    # --- inside

    def _change(self, what: str, go: int = -1, **fields: Any) -> None:
        if self._layer is not None and not self._is_filling:
            self.changed.emit(replace(self._layer.look, **fields), what, go)

    def _fit_range(self, low: str, high: str) -> None:
        facts = self._layer.facts if self._layer else None
        if facts is None or self._layer is None:
            return
        a, b = float(getattr(facts, low)), float(getattr(facts, high))
        if self._layer.look.is_two_sided:
            a, b = self._layer.look.threshold or 0.0, max(abs(a), abs(b))
        self._change("range", low=a, high=b if b > a else a + 1.0)

    def _fill_colours(self, layer: Layer) -> None:
        wanted = ("names",) if layer.kind == "labels" else ("ordered", "two-sided")
        maps = [one for one in COLOUR_MAPS.values() if one.sort in wanted]
        if [self.colour_map.itemData(at) for at in range(self.colour_map.count())] != [one.id for one in maps]:
            self.colour_map.clear()
            self.negative_map.clear()
            self.negative_map.addItem(NO_COLOURS, "")
            for one in maps:
                self.colour_map.addItem(self._swatch(one.id), one.title, one.id)
                if one.sort == "ordered":
                    self.negative_map.addItem(self._swatch(one.id), one.title, one.id)
        _choose(self.colour_map, layer.look.colour_map)
        _choose(self.negative_map, layer.look.negative_map)

    def _fill_volumes(self, layer: Layer) -> None:
        self.volume.setRange(0, max(0, layer.n_volumes - 1))
        self.volume.setSuffix(f" of {layer.n_volumes}")
        self.volume.setValue(layer.look.time or 0)
        self.follows.setChecked(layer.look.time is None)
        if [self.volume_name.itemText(at) for at in range(self.volume_name.count())] != list(layer.volume_names):
            self.volume_name.clear()
            self.volume_name.addItems(list(layer.volume_names))
        self.volume_name.setCurrentIndex(layer.look.time or 0)

    def _threshold_ends(self) -> tuple[float, float]:
        facts = self._layer.facts if self._layer else None
        if facts is None or self._layer is None:
            return 0.0, 1.0
        if self._layer.look.is_two_sided or self._layer.kind == "map":
            return 0.0, max(abs(facts.least), abs(facts.most)) or 1.0
        return facts.least, facts.most if facts.most > facts.least else facts.least + 1.0

    def _slider_place(self, threshold: float) -> int:
        low, high = self._threshold_ends()
        return round(SLIDER_STEPS * min(max((threshold - low) / (high - low), 0.0), 1.0))

    def _swatch(self, name: str) -> QIcon:
        u = theme.unit(self)
        icon = QIcon()
        icon.addPixmap(QPixmap.fromImage(colour_strip(name)).scaled(QSize(4 * u, u)))
        for box in (self.colour_map, self.negative_map):
            box.setIconSize(QSize(4 * u, u))
        return icon

    @contextmanager
    def _filling(self) -> Iterator[None]:
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False


def _combo(name: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(5)
    return made


def _slider(name: str, steps: int) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(0, steps)
    made.setPageStep(max(1, steps // 20))
    made.setAccessibleName(name)
    made.setMinimumWidth(6 * theme.unit(made))
    return made


def _choose(box: QComboBox, data: str) -> None:
    box.setCurrentIndex(max(0, box.findData(data)))


def _span(facts: Facts | None) -> float:
    return (facts.most - facts.least) if facts is not None and facts.most > facts.least else 1.0
