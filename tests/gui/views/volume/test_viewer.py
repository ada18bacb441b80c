"""The viewer with a real mouse and keyboard: slices, crosshair, brightness, layers, sides, undo."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from neurostudio.gui import theme
from neurostudio.gui.shell.accessibility import walk
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views.volume.frame import PLANES
from neurostudio.gui.views.volume.keys import BINDINGS, HelpSheet
from neurostudio.gui.views.volume.layers import Layer, make_layer
from neurostudio.gui.views.volume.scene import NO_ORIENTATION
from neurostudio.gui.views.volume.slice_view import HAIR, SliceView
from neurostudio.gui.views.volume.viewer import VolumeViewer
from tests.gui.views.volume.conftest import ISOTROPIC, pixel_of, settle, write_image

MakeFile = Callable[..., Path]
MakeLayer = Callable[..., Layer]

ANATOMY = np.random.default_rng(0).integers(100, 900, (9, 11, 7)).astype(np.int16)
RUN = np.random.default_rng(1).integers(100, 900, (9, 11, 7, 6)).astype(np.int16)
MAP = np.random.default_rng(2).normal(0, 2, (9, 11, 7)).astype(np.float32)
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NO_KEY, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def shown(viewer: VolumeViewer, make_made: MakeLayer) -> VolumeViewer:
    """A viewer with an anatomy."""
    viewer.add_layer(make_made("t1", ANATOMY))
    settle()
    return viewer


def drag(view: SliceView, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, modifier: Any = NO_KEY) -> None:
    """Press, move in steps, release."""
    QTest.mousePress(view, button, modifier, start)
    for at in (0.34, 0.67, 1.0):
        point = QPointF(start) + (QPointF(end) - QPointF(start)) * at
        event_type = point.toPoint()
        _move(view, event_type, button, modifier)
    QTest.mouseRelease(view, button, modifier, end)
    settle()


def _move(view: SliceView, point: QPoint, button: Qt.MouseButton, modifier: Any) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    place = QPointF(point)
    QApplication.sendEvent(
        view,
        QMouseEvent(QEvent.Type.MouseMove, place, QPointF(view.mapToGlobal(point)), Qt.MouseButton.NoButton, button, modifier),
    )


def wheel(view: SliceView, turned: int, modifier: Any = NO_KEY, at: QPoint | None = None) -> None:
    """Turn the wheel over a slice."""
    point = at or view.rect().center()
    event = QWheelEvent(
        QPointF(point),
        QPointF(view.mapToGlobal(point)),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)
    settle()


def popup() -> QMenu:
    """The menu that is open."""
    made = QApplication.activePopupWidget()
    assert isinstance(made, QMenu)
    return made


# --- crosshair and slices


@pytest.mark.parametrize("plane", sorted(PLANES))
def test_the_voxel_that_is_clicked_is_the_voxel_that_is_read(shown: VolumeViewer, plane: Any) -> None:
    view = shown.slices.views[plane]
    voxel = (2, 7, 4)
    mm = shown.scene.voxel_mm(voxel)
    QTest.mouseClick(view, LEFT, NO_KEY, pixel_of(view, mm))
    settle()
    kept = PLANES[plane][0]
    found = shown.scene.voxel()
    assert found is not None
    assert [at for axis, at in enumerate(found) if axis != kept] == [at for axis, at in enumerate(voxel) if axis != kept]
    assert shown.scene.readings()[0].value == ANATOMY[found]
    assert shown.toolbar.voxel.text().split() == [str(at) for at in found]
    assert f"t1 {ANATOMY[found]}" in shown.readout.text()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from([-1, 1])] * 3),
    st.floats(-0.2, 0.2),
    st.tuples(st.integers(0, 8), st.integers(0, 10), st.integers(0, 6)),
    st.booleans(),
)
def test_a_click_reads_the_voxel_whatever_the_affine(
    viewer: VolumeViewer, make_made: MakeLayer, order: Any, signs: Any, angle: float, voxel: Any, is_radiological: bool
) -> None:
    turn = np.eye(3)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix = np.zeros((3, 3))
    for axis, body in enumerate(order):
        matrix[body, axis] = signs[axis] * (2.0, 3.0, 4.0)[axis]
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn @ matrix, (5.0, -7.0, 11.0)
    viewer.clear()
    viewer.add_layer(make_made("t1", ANATOMY, affine))
    viewer.show_sides(is_radiological=is_radiological)
    mm = viewer.scene.voxel_mm(voxel)
    settle()
    for plane in ("axial", "coronal"):  # the second click moves along the axis that the first one left alone
        view = viewer.slices.views[plane]
        QTest.mouseClick(view, LEFT, NO_KEY, pixel_of(view, mm))
        settle()
    assert viewer.scene.voxel() == voxel
    assert viewer.scene.readings()[0].value == ANATOMY[voxel]


def test_the_wheel_turns_slices_and_a_drag_moves_the_crosshair(shown: VolumeViewer) -> None:
    view = shown.slices.views["axial"]
    before = shown.scene.voxel()
    wheel(view, 120)
    assert shown.scene.voxel() == (before[0], before[1], before[2] + 1)
    wheel(view, -60)
    assert shown.scene.voxel()[2] == before[2] + 1, "half a notch turns nothing"
    wheel(view, -60)
    assert shown.scene.voxel()[2] == before[2]
    drag(view, pixel_of(view, shown.scene.voxel_mm((1, 1, before[2]))), pixel_of(view, shown.scene.voxel_mm((7, 9, before[2]))))
    assert shown.scene.voxel() == (7, 9, before[2])


def test_keys_move_the_crosshair_in_the_slice_that_has_the_keyboard(shown: VolumeViewer) -> None:
    view = shown.slices.views["coronal"]
    view.setFocus()
    start = shown.scene.voxel()
    for key, moved in (
        (Qt.Key.Key_Right, (1, 0, 0)),
        (Qt.Key.Key_Up, (1, 0, 1)),
        (Qt.Key.Key_PageDown, (1, -1, 1)),
        (Qt.Key.Key_Left, (0, -1, 1)),
        (Qt.Key.Key_Down, (0, -1, 0)),
        (Qt.Key.Key_PageUp, (0, 0, 0)),
    ):
        QTest.keyClick(view, key)
        assert shown.scene.voxel() == tuple(np.add(start, moved))
    QTest.keyClick(view, Qt.Key.Key_Left, SHIFT)
    assert shown.scene.voxel()[0] == max(0, start[0] - 5)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert shown.scene.voxel() == (4, 5, 3)


def test_a_place_is_typed_in_mm_or_as_a_voxel(shown: VolumeViewer) -> None:
    QTest.keyClick(shown.slices.views["axial"], Qt.Key.Key_G)
    assert shown.toolbar.mm.hasFocus()
    QTest.keyClicks(shown.toolbar.mm, "0, 3, -6")
    QTest.keyClick(shown.toolbar.mm, Qt.Key.Key_Return)
    settle()
    assert shown.scene.mm == (0.0, 3.0, -6.0)
    assert shown.toolbar.voxel.text().split() == ["4", "6", "1"]
    shown.toolbar.voxel.selectAll()
    QTest.keyClicks(shown.toolbar.voxel, "8 10 6")
    QTest.keyClick(shown.toolbar.voxel, Qt.Key.Key_Return)
    assert shown.scene.voxel() == (8, 10, 6)
    shown.toolbar.mm.selectAll()
    QTest.keyClicks(shown.toolbar.mm, "here")
    QTest.keyClick(shown.toolbar.mm, Qt.Key.Key_Return)
    assert "not three numbers" in shown.readout.text()
    assert shown.scene.voxel() == (8, 10, 6)


def test_the_crosshair_outside_of_the_image_is_said(shown: VolumeViewer) -> None:
    shown.cursor.move_to((500.0, 0.0, 0.0))
    settle()
    assert shown.toolbar.voxel.text() == "outside"
    assert "outside" in shown.readout.text()
    assert not shown.scene.is_inside()


def test_the_pointer_reads_values_without_moving_the_crosshair(shown: VolumeViewer) -> None:
    view = shown.slices.views["axial"]
    z = shown.scene.voxel()[2]
    _move(view, pixel_of(view, shown.scene.voxel_mm((3, 2, z))), Qt.MouseButton.NoButton, NO_KEY)
    assert f"t1 {ANATOMY[3, 2, z]}" in shown.readout.text()
    assert shown.scene.voxel() == (4, 5, z)


def test_without_images_it_says_what_to_do(viewer: VolumeViewer, make_made: MakeLayer) -> None:
    settle()
    assert "drop a brain image" in viewer.slices.accessibleName()
    assert viewer.toolbar.mm.text() == ""
    assert not viewer.side.look.isVisible()
    assert walk(viewer) == []
    viewer.add_layer(make_made("t1", ANATOMY))
    settle()
    assert viewer.slices.views["axial"].isVisible()
    viewer.clear()
    settle()
    assert not viewer.slices.views["axial"].isVisible()


# --- what is seen


def test_zooming_keeps_what_lies_under_the_pointer_and_a_double_click_shows_all(shown: VolumeViewer) -> None:
    view = shown.slices.views["axial"]
    at = pixel_of(view, shown.scene.voxel_mm((6, 8, 3)))
    before = view.mm_at(QPointF(at))
    wheel(view, 240, CTRL, at)
    assert view.eye.zoom > 1.3
    assert view.mm_at(QPointF(at)) == before
    assert shown.slices.views["coronal"].eye.zoom == view.eye.zoom
    drag(view, QPoint(50, 50), QPoint(90, 70), MIDDLE)
    assert view.mm_at(QPointF(at)) != before
    QTest.mouseDClick(view, LEFT, NO_KEY, at)
    assert (view.eye.zoom, view.eye.centre) == (1.0, None)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.eye.zoom > 1
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.eye.zoom == 1


def test_one_slice_is_seen_alone_and_the_others_come_back(shown: VolumeViewer) -> None:
    QTest.keyClick(shown.slices.views["axial"], Qt.Key.Key_2)
    assert [view.plane for view in shown.slices.shown()] == ["sagittal"]
    assert shown.slices.views["sagittal"].hasFocus()
    QTest.keyClick(shown.slices.views["sagittal"], Qt.Key.Key_2)
    assert len(shown.slices.shown()) == 3


def test_slices_have_one_scale_in_each_arrangement(shown: VolumeViewer) -> None:
    found = set()
    for size in ((1100, 800), (1600, 420), (420, 1100)):
        shown.resize(*size)
        settle()
        found.add(shown.slices.arrangement)
        assert len({round(view.eye.scale, 6) for view in shown.slices.views.values()}) == 1
        for view in shown.slices.views.values():
            left, bottom, right, top = shown.scene.box(view.plane)
            assert view.rect().contains(view.to_screen(left, top).toPoint())
            assert view.rect().contains(view.to_screen(right, bottom).toPoint())
    assert found == {"square", "row", "column"}


def test_the_crosshair_goes_and_comes(shown: VolumeViewer) -> None:
    view = shown.slices.views["axial"]

    def hairs() -> int:
        image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        row = view.height() // 3
        return sum(image.pixelColor(x, row).green() - image.pixelColor(x, row).red() > 60 for x in range(image.width()))

    assert hairs() == 1, HAIR
    QTest.keyClick(view, Qt.Key.Key_C)
    settle()
    assert hairs() == 0
    assert not shown.toolbar.crosshair.isChecked()


def test_the_letters_are_question_marks_and_it_is_said_for_good(viewer: VolumeViewer, make_made: MakeLayer) -> None:
    viewer.add_layer(make_made("bold", RUN, np.eye(4), codes=0))
    settle()
    assert viewer.scene.letters("axial") == ("?",) * 4
    assert viewer.warning.isVisible()
    assert viewer.warning.text() == NO_ORIENTATION


def test_oblique_data_are_said_and_can_be_resampled(viewer: VolumeViewer, make_made: MakeLayer) -> None:
    affine = ISOTROPIC.copy()
    affine[:2, :2] = 3 * np.array([[0.98, -0.2], [0.2, 0.98]])
    viewer.add_layer(make_made("t1", ANATOMY, affine))
    settle()
    assert "Oblique" in viewer.warning.text()
    assert viewer.toolbar.mode.isVisible()
    QTest.keyClick(viewer.slices.views["axial"], Qt.Key.Key_W)
    settle()
    assert viewer.scene.mode == "world"
    assert "resampled" in viewer.warning.text()


def test_pixels_on_the_screen_are_the_voxels(shown: VolumeViewer) -> None:
    shown.commands.switch_crosshair()
    view = shown.slices.views["axial"]
    settle()
    image = view.grab().toImage()
    layer = shown.scene.layers[0]
    z = shown.scene.voxel()[2]
    ratio = image.width() / view.width()
    for x in range(9):
        for y in range(11):
            at = pixel_of(view, shown.scene.voxel_mm((x, y, z)))
            wanted = int(layer.pixels(ANATOMY[x : x + 1, y : y + 1, z].astype(np.float32))[0, 0]) & 0xFF
            assert image.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).red() == wanted


# --- sides


def test_sides_are_switched_shown_and_kept(shared_viewer: VolumeViewer, make_made: MakeLayer, qtbot: Any) -> None:
    from neurostudio.app.settings import load

    shared_viewer.add_layer(make_made("t1", ANATOMY))
    settle()
    view = shared_viewer.slices.views["axial"]
    mm = shared_viewer.scene.voxel_mm((1, 5, 3))
    before = pixel_of(view, mm)
    assert before.x() < view.width() / 2
    assert "Neurological" in shared_viewer.toolbar.sides.text()
    QTest.keyClick(view, Qt.Key.Key_R)
    settle()
    assert pixel_of(view, mm).x() > view.width() / 2
    assert shared_viewer.toolbar.sides.text() == "Radiological"
    qtbot.waitUntil(lambda: load().settings.radiological, timeout=10_000)


def test_another_image_follows_the_crosshair_until_it_is_unlinked(studio: Studio, qtbot: Any, make_made: MakeLayer) -> None:
    viewers = [VolumeViewer(studio), VolumeViewer(studio)]
    for at, one in enumerate(viewers):
        qtbot.addWidget(one)
        one.add_layer(make_made(f"bold{at}", RUN))
    viewers[0].cursor.move_to((3.0, 6.0, 0.0))
    viewers[0].cursor.go_to(2)
    assert (viewers[1].scene.mm, viewers[1].scene.time) == ((3.0, 6.0, 0.0), 2)
    viewers[1].set_linked(False)
    viewers[0].cursor.move_to((0.0, 0.0, 0.0))
    assert viewers[1].scene.mm == (3.0, 6.0, 0.0)
    viewers[1].set_linked(True)
    assert viewers[1].scene.mm == (0.0, 0.0, 0.0)


# --- layers


def test_dragging_the_right_button_changes_brightness_and_contrast_as_one_step(shown: VolumeViewer) -> None:
    view, layer = shown.slices.views["axial"], shown.scene.layers[0]
    before = layer.look
    drag(view, QPoint(60, 100), QPoint(160, 100), RIGHT)
    narrower = layer.look
    assert narrower.high - narrower.low < before.high - before.low
    assert narrower.high + narrower.low == pytest.approx(before.high + before.low)
    drag(view, QPoint(60, 100), QPoint(60, 60), RIGHT)
    assert layer.look.low < narrower.low, "brighter"
    assert QApplication.activePopupWidget() is None
    shown.stack.undo.undo()
    assert layer.look == narrower
    shown.stack.undo.undo()
    assert layer.look == before


def test_a_right_click_opens_the_menu(shown: VolumeViewer, qtbot: Any) -> None:
    wanted = []
    shown.picture_wanted.connect(wanted.append)
    QTest.mouseClick(shown.slices.views["axial"], RIGHT)
    actions = {action.text(): action for action in popup().actions()}
    actions["Copy coordinates"].trigger()
    place = [float(part) for part in QApplication.clipboard().text().split()]
    assert place == pytest.approx(shown.scene.mm, abs=0.01)
    actions["Export SVG..."].trigger()
    assert wanted == [".svg"]
    popup().close()
    shown.commands.copy_picture()
    assert not QApplication.clipboard().pixmap().isNull()


def test_the_threshold_slider_shows_exactly_the_voxels_from_it_on(shown: VolumeViewer, make_made: MakeLayer) -> None:
    layer = make_made("zmap", MAP, kind="map", threshold=1.0)
    shown.add_layer(layer)
    settle()
    editor = shown.side.look
    assert shown.side.current() is layer
    editor.negative_map.setCurrentIndex(editor.negative_map.findData(""))
    editor.on_colours()
    editor.threshold.setFocus()
    for _ in range(3):
        QTest.keyClick(editor.threshold, Qt.Key.Key_PageUp)
        threshold = layer.look.threshold
        assert threshold > 1.0
        for depth in range(7):
            picture = shown.scene.picture_at("axial", layer, depth)
            drawn = (picture.pixels >> 24 > 0)[::-1].T
            np.testing.assert_array_equal(drawn, MAP[:, :, depth] >= threshold)
    QTest.keyClick(editor.threshold, Qt.Key.Key_Home)
    assert layer.look.threshold == 0.0
    editor.has_threshold.click()
    assert layer.look.threshold is None
    assert not editor.threshold.isEnabled()


def test_looks_are_typed_and_undone(shown: VolumeViewer) -> None:
    layer, editor = shown.scene.layers[0], shown.side.look
    before = layer.look
    editor.low.setFocus()
    editor.low.selectAll()
    QTest.keyClicks(editor.low, "250")
    QTest.keyClick(editor.low, Qt.Key.Key_Return)
    assert layer.look.low == 250
    editor.whole.click()
    assert (layer.look.low, layer.look.high) == (ANATOMY.min(), ANATOMY.max())
    editor.robust.click()
    assert layer.look.low == pytest.approx(layer.facts.low)
    editor.colour_map.setCurrentIndex(editor.colour_map.findData("cividis"))
    editor.colour_map.activated.emit(editor.colour_map.currentIndex())
    assert layer.look.colour_map == "cividis"
    while shown.stack.undo.canUndo():
        shown.stack.undo.undo()
    assert layer.look == before
    assert editor.colour_map.currentData() == "grey"


def test_layers_are_hidden_moved_and_taken_away(shown: VolumeViewer, make_made: MakeLayer) -> None:
    anatomy = shown.scene.layers[0]
    shown.add_layer(make_made("zmap", MAP, kind="map"))
    settle()
    top, view = shown.scene.layers[1], shown.slices.views["axial"]
    assert [shown.side.list.item(row).text() for row in range(2)] == ["zmap", "t1"]
    QTest.keyClick(view, Qt.Key.Key_V)
    assert not top.look.is_visible
    assert [reading.name for reading in shown.scene.readings()] == ["t1"]
    shown.side.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert top.look.is_visible
    shown.side.list.setFocus()
    QTest.keyClick(shown.side.list, Qt.Key.Key_Down, ALT)
    assert shown.scene.layers == [top, anatomy]
    shown.side.list.model().moveRow(shown.side.list.rootIndex(), 1, shown.side.list.rootIndex(), 0)
    assert shown.scene.layers == [anatomy, top], "as a drag does"
    QTest.keyClick(shown.side.list, Qt.Key.Key_Delete)
    settle()
    assert shown.scene.layers == [anatomy]
    assert shown.side.current() is anatomy
    shown.stack.undo.undo()
    assert shown.scene.layers == [anatomy, top]


def test_a_dropped_file_becomes_a_layer(shown: VolumeViewer, make_file: MakeFile, qtbot: Any) -> None:
    path = make_file("zmap.nii.gz", MAP)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert shown.drop_sentence([path]) == "Show “zmap.nii.gz” over these images"
    assert shown.drop_sentence([path, path.with_name("notes.txt")]) == ""
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(shown, QDragEnterEvent(QPoint(20, 20), copy, mime, LEFT, NO_KEY))
    QApplication.sendEvent(shown, QDropEvent(QPointF(20, 20), copy, mime, LEFT, NO_KEY))
    qtbot.waitUntil(lambda: len(shown.scene.layers) == 2, timeout=20_000)
    assert shown.scene.layers[1].kind == "map"


def test_a_file_that_is_no_image_is_said_and_changes_nothing(
    shared_viewer: VolumeViewer, studio: Studio, tmp_path: Path, qtbot: Any
) -> None:
    notices: list[Notice] = []
    studio.noticed.connect(notices.append)
    path = tmp_path / "broken.nii.gz"
    path.write_bytes(b"nothing of the kind")
    shared_viewer.adding.add_files([path])
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert notices[0].level == "error"
    assert "broken.nii.gz" in f"{notices[0].title} {notices[0].text}"
    assert shared_viewer.scene.layers == []


def test_an_image_far_outside_is_shown_with_a_warning(shared_viewer: VolumeViewer, studio: Studio, make_made: MakeLayer) -> None:
    notices: list[Notice] = []
    studio.noticed.connect(notices.append)
    shared_viewer.add_layer(make_made("t1", ANATOMY))
    far = ISOTROPIC.copy()
    far[:3, 3] += 800
    shared_viewer.add_layer(make_made("zmap", MAP, far))
    settle()
    assert notices[-1].level == "warning"
    assert notices[-1].text.count("mm") >= 2
    assert "outside" in shared_viewer.side.look.note.text()


def test_time_is_stepped_and_held(viewer: VolumeViewer, make_made: MakeLayer) -> None:
    viewer.add_layer(make_made("bold", RUN))
    view = viewer.slices.views["axial"]
    voxel = viewer.scene.voxel()
    for _ in range(9):
        QTest.keyClick(view, Qt.Key.Key_BracketRight)
    assert viewer.cursor.time == 5
    assert viewer.scene.readings()[0].value == RUN[(*voxel, 5)]
    QTest.keyClick(view, Qt.Key.Key_BracketLeft)
    assert viewer.scene.readings()[0].value == RUN[(*voxel, 4)]
    viewer.side.look.follows.click()
    viewer.side.look.volume.setValue(2)
    viewer.cursor.go_to(0)
    assert viewer.scene.readings()[0].value == RUN[(*voxel, 2)]


# --- the whole


def test_a_look_of_the_viewer_comes_back(viewer: VolumeViewer, make_file: MakeFile, qtbot: Any) -> None:
    from neurostudio.gui import tasks

    async def fill() -> None:
        await viewer.open_layer(make_file("t1.nii.gz", ANATOMY))
        await viewer.open_layer(make_file("zmap.nii.gz", MAP), threshold=1.25)

    tasks.start(fill(), viewer)
    qtbot.waitUntil(lambda: len(viewer.scene.layers) == 2, timeout=20_000)
    viewer.show_sheet("lightbox")
    viewer.commands.switch_crosshair()
    kept = viewer.state()
    other = VolumeViewer()
    qtbot.addWidget(other)
    other.restore(kept)
    qtbot.waitUntil(
        lambda: [layer.look for layer in other.scene.layers] == [layer.look for layer in viewer.scene.layers], timeout=20_000
    )
    assert other.sheet_name == "lightbox"
    assert not other.toolbar.crosshair.isChecked()
    other.restore({})
    other.clear()


def test_every_key_of_the_table_does_something_and_stands_on_the_sheet(
    shown: VolumeViewer, make_made: MakeLayer, qtbot: Any
) -> None:
    shown.add_layer(make_made("bold", RUN))
    keys = [key for _, bindings in BINDINGS for binding in bindings for key in binding.keys if binding.act]
    assert len(keys) == len(set(keys)), "no key does two things"
    for key in keys:
        if key == Qt.Key.Key_O:
            continue  # its menu comes later, from a thread
        QTest.keyClick(shown.slices.views["axial"], key)
        settle()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, HelpSheet) and widget.isVisible():
                assert "Move the crosshair" in " ".join(label.text() for label in widget.findChildren(type(shown.warning)))
                widget.close()
    QTest.keyClick(shown.slices.views["axial"], Qt.Key.Key_O)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=10_000)
    assert [action.text() for action in popup().actions()] == ["From a file...", "Templates"]
    popup().close()


@pytest.mark.parametrize(
    ("look", "size", "scale"), [("light", (1100, 700), 1.0), ("dark", (520, 420), 1.0), ("contrast", (1100, 700), 2.0)]
)
def test_everything_has_a_name_and_fits(
    qtbot: Any, make_made: MakeLayer, look: Any, size: Any, scale: float, qapp: QApplication
) -> None:
    font = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(font.pointSizeF() * scale)
    qapp.setFont(larger)
    try:
        theme.use(look)
        viewer = VolumeViewer()
        qtbot.addWidget(viewer)
        viewer.resize(*size)
        viewer.show()
        viewer.add_layer(make_made("t1", ANATOMY))
        viewer.add_layer(make_made("bold", RUN))
        viewer.add_layer(make_made("zmap", MAP, kind="map", threshold=1.0))
        for sheet in ("slices", "lightbox", "glass"):
            viewer.show_sheet(sheet)
            settle()
            assert walk(viewer) == []
        assert viewer.slices.bars.accessibleName().startswith("zmap")
    finally:
        qapp.setFont(font)


def is_inside_after_clicks(viewer: VolumeViewer, n: int) -> bool:
    """Do `n` things at random; whether the crosshair is still in the images."""
    chance = random.Random(4)
    views = list(viewer.slices.views.values())
    for _ in range(n):
        view = chance.choice(views)
        point = QPoint(chance.randrange(-4, view.width() + 4), chance.randrange(-4, view.height() + 4))
        act = chance.randrange(8)
        if act < 4:
            QTest.mouseClick(view, LEFT, NO_KEY, point)
        elif act == 4:
            wheel(view, chance.choice((-240, -120, 50, 120)), chance.choice((NO_KEY, CTRL)), point)
        elif act == 5:
            QTest.mouseClick(view, MIDDLE, NO_KEY, point)
        elif act == 6:
            viewer.cursor.go_to(chance.randrange(-2, 12))
        else:
            key = chance.choice([Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_R, Qt.Key.Key_V, Qt.Key.Key_C, Qt.Key.Key_1])
            QTest.keyClick(view, key)
    settle()
    frame = viewer.scene.frame
    return frame is not None and frame.holds(viewer.scene.mm)


def test_500_random_clicks_raise_nothing(shown: VolumeViewer, make_made: MakeLayer) -> None:
    shown.add_layer(make_made("bold", RUN))
    assert is_inside_after_clicks(shown, 500)


@pytest.mark.slow
def test_10_000_random_clicks_raise_nothing(shown: VolumeViewer, make_made: MakeLayer) -> None:
    shown.add_layer(make_made("bold", RUN))
    assert is_inside_after_clicks(shown, 10_000)


@pytest.mark.slow
def test_5_000_repaints_of_all_slices_survive(shown: VolumeViewer, make_made: MakeLayer) -> None:
    shown.add_layer(make_made("bold", RUN))
    for turn in range(5_000):
        shown.cursor.go_to(turn % 6)
        shown.slices.repaint()
        QApplication.processEvents()
    assert shown.cursor.time == 4_999 % 6


def test_the_file_of_the_helper_is_an_image(tmp_path: Path) -> None:
    from neurostudio.data.fmri.image import open_image

    image = open_image(write_image(tmp_path / "t1.nii", ANATOMY))
    image.load()
    assert make_layer(image).facts.most == ANATOMY.max()
    image.close()
