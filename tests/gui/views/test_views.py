"""Every view: real artifacts load, broken ones end in a card, themes recolour, and what is seen is told in words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from neurostudio.core.kinds import ARTIFACT_KINDS, Plot
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.accessibility import walk
from neurostudio.gui.views.array import ArrayView
from neurostudio.gui.views.columns import ColumnsView
from neurostudio.gui.views.confusion import ConfusionView
from neurostudio.gui.views.figure import FigureView
from neurostudio.gui.views.file import FileView
from neurostudio.gui.views.marks import Line
from neurostudio.gui.views.model_card import ModelCardView
from neurostudio.gui.views.raster import crowded
from neurostudio.gui.views.registry import numbers_view_for, view_for
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.spikes import SpikesView, Unit
from neurostudio.gui.views.table import TableView
from neurostudio.gui.views.text import TextView
from neurostudio.gui.views.view import Selected
from neurostudio.gui.views.volume.view import VolumeView
from neurostudio.gui.views.weights import WeightsView

MakeSource = Callable[..., ArtifactSource]
ShowView = Callable[..., Any]
SPIKES = {
    "times": [1, 2, 2, 3, 4],
    "units": [0, 1, 4, 3, 0],
    "groups": [0, 0, 1, 1, 0],
    "group_names": ["conv", "pool"],
    "thresholds": [1.5, 0.5],
    "membrane_conv": np.arange(12.0).reshape(4, 3),
    "membrane_pool": np.zeros((4, 2)),
    "input_raster": np.arange(8).reshape(2, 4),
    "input_words": ["not", "good"],
}
BARS = Plot("bars", x="layer", y=("MAC", "AC"), x_label="Layer", y_label="Energy (mJ)", stacked=True)
ENERGY = "layer,MAC,AC\nconv,2,0.5\npool,1,0.25\n"


def png() -> bytes:
    """A small picture."""
    from PySide6.QtCore import QBuffer, QByteArray

    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#0072B2"))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return content.data()


@pytest.mark.parametrize(
    ("kind", "plot", "view", "numbers"),
    [
        ("table", None, TableView, None),
        ("table", Plot("line"), ColumnsView, TableView),
        ("table", Plot("histogram"), ColumnsView, TableView),
        ("table", Plot("heatmap"), ConfusionView, TableView),
        ("array", None, ArrayView, None),
        ("array", Plot("traces"), ArrayView, None),
        ("array", Plot("histogram"), ColumnsView, ArrayView),
        ("spikes", Plot("raster"), SpikesView, None),
        ("weights", None, WeightsView, None),
        ("text", None, TextView, None),
        ("figure", None, FigureView, None),
        ("model-card", None, ModelCardView, None),
        ("volume", None, VolumeView, None),
        ("tissue", None, FileView, None),
        ("kind of tomorrow", None, FileView, None),
    ],
)
def test_a_view_is_found_by_kind_and_plot(
    kind: str, plot: Plot | None, view: type, numbers: type, make_source: MakeSource
) -> None:
    artifact = make_source(kind, "x.csv", "", plot).artifact
    assert view_for(artifact) is view
    assert numbers_view_for(artifact) is numbers


@pytest.mark.parametrize(
    ("kind", "file", "plot"),
    [
        ("table", "t.csv", None),
        ("table", "t.csv", BARS),
        ("table", "t.csv", Plot("heatmap")),
        ("array", "a.npz", None),
        ("array", "a.npy", None),
        ("array", "a.npz", Plot("histogram")),
        ("spikes", "s.npz", Plot("raster")),
        ("weights", "w.safetensors", None),
        ("text", "l.jsonl", None),
        ("figure", "f.png", None),
        ("figure", "f.svg", None),
    ],
)
@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n broken", b"PK\x03\x04 cut off", b"<svg", b"{\n"])
def test_a_broken_or_missing_file_ends_in_a_card_that_says_what_to_do(
    kind: str, file: str, plot: Plot | None, content: bytes | None, make_source: MakeSource, show: ShowView
) -> None:
    source = make_source(kind, file, content, plot)
    view = show(view_for(source.artifact), source)
    if view.state == "done":  # a table with one column, or an empty list of rows
        assert content in (b"", b"<svg", b"{\n", b"PK\x03\x04 cut off", b"\x89PNG\r\n\x1a\n broken")
        assert kind in ("table", "text")
        return
    card = view._error
    assert card.isVisible()
    assert file in card.accessibleName() or "There" in card.accessibleName() or "heat map" in card.accessibleName()
    assert "Traceback" not in card.accessibleName()
    assert view.readout.text() == ""


def test_every_artifact_of_a_real_run_is_shown_told_in_words_and_painted_in_both_themes(
    open_sample: Any, show: ShowView, qtbot: Any
) -> None:
    from neurostudio.store.read import find_run, run_detail

    project = open_sample.project
    store = project.project.store
    detail = run_detail(store, find_run(store, "first").run_id)
    assert {artifact.kind for artifact in detail.artifacts} >= {"table", "array", "spikes", "weights", "text", "model-card"}
    for artifact in detail.artifacts:
        source = ArtifactSource(project.path, detail.row.run_id, detail.row.name, artifact)
        view = show(view_for(artifact), source)
        assert view.state == "done", f"{artifact.name}: {view._error.accessibleName()}"
        assert view.data_text(), artifact.name
        assert walk(view) == [], artifact.name
        light = view.grab().toImage()
        theme.use("dark")
        QApplication.processEvents()
        assert view.grab().toImage() != light, artifact.name
        theme.use("light")
        view.close()


def test_the_latest_wish_counts_when_sources_come_quickly(make_source: MakeSource, qtbot: Any) -> None:
    view = TableView()
    qtbot.addWidget(view)
    for number in range(5):
        view.show_source(make_source("table", f"t{number}.csv", f"column {number}\n1\n"))
    qtbot.waitUntil(lambda: view.state == "done")
    qtbot.wait(50)
    assert view.model.table.columns == ("column 4",)
    view.clear()
    assert view.state == "empty"


def test_a_view_that_is_closed_while_it_loads_leaves_nothing_behind(make_source: MakeSource, qtbot: Any) -> None:
    told: list[Exception] = []
    tasks.error_listeners.append(told.append)
    try:
        view = TableView()
        view.show_source(make_source("table", "t.csv", "a\n1\n"))
        view.deleteLater()
        qtbot.waitUntil(lambda: not isValid(view))
        qtbot.wait(50)
    finally:
        tasks.error_listeners.remove(told.append)
    assert told == []


# --- columns


def test_bars_close_ranks_when_one_is_switched_off(make_source: MakeSource, show: ShowView, qtbot: Any) -> None:
    view = show(ColumnsView, make_source("table", "energy.csv", ENERGY, BARS))
    mac, ac = view.panel.marks
    assert ac.bottom.tolist() == [2, 1]
    key = view.legend._keys[0]
    qtbot.mouseClick(key, Qt.MouseButton.LeftButton)
    (left,) = [mark for mark in view.panel.marks if mark.is_visible]
    assert (left.name, left.bottom.tolist()) == ("AC", [0, 0])
    qtbot.keyClick(key, Qt.Key.Key_Space)
    assert len(view.panel.marks) == 2
    qtbot.mouseDClick(view.legend._keys[1], Qt.MouseButton.LeftButton)
    assert view.legend.hidden() == {"MAC"}
    assert mac.tint != ac.tint


def test_the_values_of_bars_are_read_with_their_unit(make_source: MakeSource, show: ShowView, qtbot: Any) -> None:
    view = show(ColumnsView, make_source("table", "energy.csv", ENERGY, BARS))
    place = view.canvas.graphics.mapFromScene(view.panel.view.mapViewToScene(QPointF(1.1, 0.5)))
    qtbot.mouseMove(view.canvas.graphics.viewport(), place)
    QApplication.processEvents()
    assert view.readout.text() == "pool   MAC 1 mJ   AC 0.25 mJ"
    with qtbot.waitSignal(view.selected) as caught:
        qtbot.mouseClick(view.canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [Selected((1,), ("pool",))]
    assert view.data_text() == "layer\tMAC\tAC\nconv\t2.0\t0.5\npool\t1.0\t0.25"
    assert view.canvas.accessibleDescription().startswith("2 categories from conv to pool.")


def test_lines_have_bands_names_and_baselines(make_source: MakeSource, show: ShowView) -> None:
    plot = Plot("line", x="t", y=("a", "b"), error={"a": "s"}, baselines={"chance": 0.5}, x_label="Step", y_label="Accuracy")
    view = show(ColumnsView, make_source("table", "t.csv", "t,a,b,s\n1,0.6,0.7,0.1\n2,0.7,0.8,0.1\n", plot))
    assert [mark.name for mark in view.panel.marks] == ["a band", "a", "b", "chance"]
    assert {label.text for label in view.panel.names.labels} == {"a", "b", "chance"}
    assert not view.legend.isVisible()
    view.resize(34 * theme.unit(view), 300)
    for _ in range(4):
        QApplication.processEvents()
    assert view.legend.isVisible()


def test_clouds_and_histograms_are_drawn(make_source: MakeSource, show: ShowView) -> None:
    cloud = show(ColumnsView, make_source("table", "c.csv", "x,y\n1,2\n2,\n3,4\n", Plot("scatter", x="x", y=("y",), x_label="X")))
    assert cloud.panel.marks[0].x.tolist() == [1, 3]
    assert cloud.panel.read(3.0, 4.0) == "y: X 3, 4"
    counts = show(ColumnsView, make_source("array", "r.npz", {"rates": np.linspace(0, 1, 50)}, Plot("histogram", y=("rates",))))
    assert counts.panel.marks[0].counts.sum() == 50
    assert counts.panel.reader(0.01, 1).startswith("0 to ")


# --- spikes


def test_a_raster_shows_each_spike_by_group_with_rates_input_and_membrane(
    make_source: MakeSource, show: ShowView, qtbot: Any
) -> None:
    view = show(SpikesView, make_source("spikes", "s.npz", SPIKES, Plot("raster", x_label="Time step", y_label="Neuron")))
    assert list(view.panels) == ["raster", "rate", "input", "membrane"]
    conv, pool = view.panels["raster"].marks
    assert (conv.times.tolist(), conv.units.tolist()) == ([1, 2, 4], [0, 1, 0])
    assert (pool.times.tolist(), pool.units.tolist()) == ([2, 3], [4, 3])
    assert view.unit == Unit("conv", 0)
    line, spikes, threshold = view.panels["membrane"].marks
    assert line.y.tolist() == [0, 3, 6, 9]
    assert spikes.x.tolist() == [1, 4]
    assert threshold.value == 1.5
    assert len({panel.view.viewRange()[0][0] for panel in view.panels.values()}) == 1
    assert view._read_input(2.0, 1.0) == "Time step 2   good   5 input spikes"
    assert (
        view.canvas.accessibleDescription() == "5 spikes, Time step 1 to 4. conv: 3 spikes of 3 units; pool: 2 spikes of 2 units."
    )


def test_a_click_on_a_spike_chooses_its_unit_and_switches_take_panels_away(
    make_source: MakeSource, show: ShowView, qtbot: Any
) -> None:
    view = show(SpikesView, make_source("spikes", "s.npz", SPIKES, Plot("raster")))
    raster = view.panels["raster"]
    place = view.canvas.graphics.mapFromScene(raster.view.mapViewToScene(QPointF(3, 3)))
    with qtbot.waitSignal(view.selected) as caught:
        qtbot.mouseClick(view.canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [Selected((3,), ("pool",))]
    assert (view.unit, view.group.currentText(), view.number.maximum()) == (Unit("pool", 0), "pool", 1)
    qtbot.mouseClick(view.parts["input"], Qt.MouseButton.LeftButton, pos=QPoint(8, view.parts["input"].height() // 2))
    assert list(view.panels) == ["raster", "rate", "membrane"]
    view.parts["membrane"].setChecked(False)
    assert not view.unit_bar.isVisible()
    qtbot.mouseClick(view.legend._keys[0], Qt.MouseButton.LeftButton)
    assert [mark.is_visible for mark in view.panels["raster"].marks] == [False, True]
    view.show_selection(Selected((1,)))
    assert view.unit == Unit("conv", 1)


def test_spikes_without_anything_else_are_one_raster_with_its_rate(make_source: MakeSource, show: ShowView) -> None:
    view = show(SpikesView, make_source("spikes", "s.npz", {"times": [0.25, 0.5, 1.75], "units": [0, 2, 1]}, Plot("raster")))
    assert list(view.panels) == ["raster", "rate"]
    assert not view.legend.isVisible()
    assert view._read_raster(0.5, 2).startswith("Time 0.5   Unit 2")
    silent = show(SpikesView, make_source("spikes", "e.npz", {"times": np.empty(0), "units": np.empty(0)}))
    assert silent.notes == ("No unit fired.",)


def test_where_units_crowd_the_strength_tells_how_many_fired() -> None:
    times, units, share = crowded(np.array([1.0, 1, 1, 2]), np.array([0.0, 1, 7, 8]), 1.0, 4.0)
    assert (times.tolist(), units.tolist(), share.tolist()) == ([1, 1, 2], [2, 6, 10], [0.5, 0.25, 0.25])


# --- arrays


def test_an_image_is_read_cell_by_cell_and_sliders_move_through_the_other_axes(
    make_source: MakeSource, show: ShowView, qtbot: Any
) -> None:
    stack = np.arange(24.0).reshape(4, 2, 3)
    view = show(ArrayView, make_source("array", "a.npz", {"stack": stack, "field": stack[0] - 2}))
    assert view.choice.currentText() == "stack"
    assert np.array_equal(view._part, stack[2])
    assert view.panel.reader(2, 1) == "Row 1   column 2   17"
    _, slider, _ = view.axes._sliders[0]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert np.array_equal(view._part, stack[3])
    view.axes.columns.setCurrentIndex(0)
    view.axes.columns.activated.emit(0)
    assert view._part.shape == (2, 4)
    view.choice.setCurrentText("field")
    view.on_chosen()
    assert view.image.scale.map_name == "signed"
    assert not view.axes.isVisible()
    assert view.canvas.accessibleDescription() == "Image of field: 2 rows, 3 columns, colours from −3 to 3."


def test_traces_lie_over_each_other_and_baselines_between_them(make_source: MakeSource, show: ShowView) -> None:
    plot = Plot("traces", y=("yes", "no"), x_label="Time step", y_label="Score", baselines={"zero": 0.0})
    view = show(ArrayView, make_source("array", "d.npz", {"yes": [1.0, 2.0], "no": [0.0, -1.0]}, plot))
    assert [mark.name for mark in view.panel.marks] == ["yes", "no", "zero"]
    assert view.panel.marks[0].x.tolist() == [1, 2]
    assert view.data_text() == "yes\tno\n1\t0\n2\t-1"
    long = show(ArrayView, make_source("array", "l.npz", {"a": np.arange(3.0)}))
    assert [type(mark) for mark in long.panel.marks] == [Line]


# --- confusion, text, figures, files


def test_the_cells_of_a_confusion_matrix_are_said_in_sentences_with_mouse_and_keys(
    make_source: MakeSource, show: ShowView, qtbot: Any
) -> None:
    view = show(ConfusionView, make_source("table", "c.csv", "true,a,b\na,3,1\nb,0,4\n", Plot("heatmap")))
    qtbot.mouseMove(view.grid, view.grid.rect_of(0, 1).center().toPoint())
    qtbot.waitUntil(lambda: view.readout.text() == "1 of 4 (25.0 %) of true class a taken for b")
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key.Key_Down)
    assert view.readout.text() == "4 of 4 (100.0 %) of true class b rightly taken for b"
    with qtbot.waitSignal(view.selected) as caught:
        qtbot.keyClick(view.grid, Qt.Key.Key_Return)
    assert caught.args == [Selected((1,), ("b", "b"))]
    assert view.data_text() == "\ta\tb\na\t3\t1\nb\t0\t4"
    assert view.grid.accessibleDescription() == "Confusion matrix of 2 classes, 8 in all, 87.5 % rightly."


def test_a_text_is_searched_from_hit_to_hit(make_source: MakeSource, show: ShowView, qtbot: Any) -> None:
    view = show(TextView, make_source("text", "note.txt", "spike one\nno\nSpike two\n"))
    view.browser.setFocus()
    qtbot.keyClick(view.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.find_bar.words.hasFocus())
    qtbot.keyClicks(view.find_bar.words, "spike")
    assert view.find_bar.count.text() == "1 of 2"
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Return)
    assert view.find_bar.count.text() == "2 of 2"
    assert view.browser.textCursor().blockNumber() == 2
    qtbot.keyClicks(view.find_bar.words, "zzz")
    assert view.find_bar.count.text() == "No hits"
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Escape)
    assert not view.find_bar.isVisible()


def test_a_page_loads_nothing_from_anywhere(make_source: MakeSource, show: ShowView, tmp_path: Any) -> None:
    (tmp_path / "near.png").write_bytes(png())
    text = f"# Page\n![far](http://localhost:1/x.png) ![near]({(tmp_path / 'near.png').as_uri()})\n\n[link](file:///etc/passwd)"
    view = show(TextView, make_source("text", "page.md", text))
    assert view.browser.loadResource(2, QUrl("http://localhost:1/x.png")) is None
    assert view.browser.loadResource(2, QUrl.fromLocalFile(str(tmp_path / "near.png"))) is None
    view.browser.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert view.browser.toPlainText().startswith("Page")
    rows = show(TextView, make_source("text", "log.jsonl", '{"a": 1}\n{"a": 2}\n'))
    assert rows.table.model.rowCount() == 2
    assert rows.data_text() == "a\n1\n2"


def test_a_model_card_has_its_front_matter_above_the_page(make_source: MakeSource, show: ShowView) -> None:
    view = show(ModelCardView, make_source("model-card", "README.md", "---\nlicense: mit\n---\n# Card\n"))
    assert view.front.isVisible()
    assert view.front._form.rowCount() == 1
    assert view.browser.toPlainText().strip() == "Card"
    plain = show(ModelCardView, make_source("model-card", "plain.md", "# Card\n"))
    assert not plain.front.isVisible()


def test_a_picture_is_fitted_zoomed_and_fitted_again(make_source: MakeSource, show: ShowView, qtbot: Any, tmp_path: Any) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "f.svg"))
    generator.setSize(QSize(200, 100))
    painter = QPainter(generator)
    painter.drawLine(0, 0, 200, 100)
    painter.end()
    for file, content in (("f.svg", None), ("f.png", png())):
        view = show(FigureView, make_source("figure", file, content))
        fitted = view.paper.zoom
        view.paper.setFocus()
        qtbot.keyClick(view.paper, Qt.Key.Key_Plus)
        assert view.paper.zoom > fitted
        qtbot.keyClick(view.paper, Qt.Key.Key_0)
        assert view.paper.zoom == pytest.approx(fitted)
        assert view.exports() == [(f"Export {file[2:].upper()}...", file[1:])]


def test_kinds_without_a_picture_list_their_files(make_source: MakeSource, show: ShowView) -> None:
    make_source("volume", "maps/a.nii.gz", b"123")
    view = show(FileView, make_source("volume", "maps/b/c.txt", b"12").__class__(*_folder(make_source("volume", "maps"))))
    assert view.heading.text() == f"{ARTIFACT_KINDS['volume'].title}, 2 files, 5 bytes"
    assert view.data_text().splitlines() == ["maps/a.nii.gz", "maps/b/c.txt"]


def _folder(source: ArtifactSource) -> tuple[Any, ...]:
    return source.project, source.run_id, source.run_name, source.artifact
