"""Lightbox and glass brain: many slices at once, and a map through the head."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from neurostudio.gui.views.volume.frame import PLANES
from neurostudio.gui.views.volume.glass import n_beyond, outline_of, project
from neurostudio.gui.views.volume.layers import Layer
from neurostudio.gui.views.volume.lightbox import spread, tiles
from neurostudio.gui.views.volume.scene import Scene
from neurostudio.gui.views.volume.viewer import VolumeViewer
from tests.gui.views.volume.conftest import ISOTROPIC, settle

MakeLayer = Callable[..., Layer]

ANATOMY = np.random.default_rng(0).integers(100, 900, (8, 9, 10)).astype(np.int16)
NO_KEY = Qt.KeyboardModifier.NoModifier


def test_slices_are_spread_evenly_inside_the_ends() -> None:
    assert spread(0, 9, 10) == list(range(10))
    assert spread(-3, 3, 3) == [-2, 0, 2]
    assert spread(5, 5, 9) == [5]
    for n in range(1, 12):
        found = spread(2, 40, n)
        assert len(found) == n
        assert len(set(found)) == n
        assert 2 <= found[0] <= found[-1] <= 40


@pytest.mark.parametrize("plane", sorted(PLANES))
def test_tiles_are_the_slices_of_the_plane(make_made: MakeLayer, plane: Any) -> None:
    scene = Scene()
    scene.add(make_made("t1", ANATOMY))
    scene.mm = scene.centre()
    for tile in tiles(scene, plane, 0, 7, 8):
        ((picture, opacity),) = tile.pictures
        wanted = scene.layers[0].pixels(np.take(ANATOMY, tile.depth, PLANES[plane][0]).T[::-1].astype(np.float32))
        np.testing.assert_array_equal(picture.pixels, wanted)
        assert opacity == 1.0
        assert tile.words.startswith("xyz"[PLANES[plane][0]])


def test_a_click_in_the_lightbox_moves_the_crosshair_there(viewer: VolumeViewer, make_made: MakeLayer, qtbot: Any) -> None:
    viewer.add_layer(make_made("t1", ANATOMY))
    viewer.show_sheet("lightbox")
    sheet = viewer.lightbox.sheet
    viewer.lightbox.number.setValue(10)
    qtbot.waitUntil(lambda: len(sheet.cells()) == 10, timeout=20_000)
    cell = sheet.cells()[7]
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, NO_KEY, cell.center().toPoint())
    settle()
    voxel = viewer.scene.voxel()
    assert voxel is not None
    assert voxel[2] == 7
    assert abs(voxel[0] - 3.5) <= 0.5
    assert abs(voxel[1] - 4) <= 1
    viewer.lightbox.plane.setCurrentIndex(viewer.lightbox.plane.findData("sagittal"))
    viewer.lightbox.plane.activated.emit(2)
    qtbot.waitUntil(lambda: len(sheet.cells()) == 8, timeout=20_000)
    assert sheet.accessibleName() == "8 sagittal slices"
    assert viewer.picture().width() > 50


def test_the_glass_brain_keeps_the_farthest_value_along_each_line(make_made: MakeLayer) -> None:
    data = np.zeros((6, 7, 8), np.float32)
    data[1, 2, 3], data[4, 2, 3], data[2, 5, 6] = 5.0, -7.0, 2.0
    layer = make_made("zmap", data, kind="map", threshold=1.0)
    box = np.asarray(layer.image.grid.box_mm)
    seen = project(layer, 0, box[0], box[1])
    assert seen.n_beyond == 3
    for plane, (_, across, up) in PLANES.items():
        drawn = seen.pixels[plane] >> 24 > 0
        beyond = np.abs(data).max(axis=PLANES[plane][0]) >= 1.0
        beyond = beyond.T if across < up else beyond
        ratio = drawn.shape[0] // beyond.shape[0]
        np.testing.assert_array_equal(drawn[::-1][::ratio, ::ratio], beyond)
    sagittal = seen.pixels["sagittal"][::-1]
    cool = layer.pixels(np.array([[-7.0]]))[0, 0]
    assert cool in sagittal, "of 5 and -7 on one line, -7 is farther from zero"


@pytest.mark.parametrize(("two_sided", "wanted"), [(True, 3), (False, 2)])
def test_voxels_beyond_a_threshold_are_counted(make_made: MakeLayer, two_sided: bool, wanted: int) -> None:
    data = np.zeros((6, 6, 6), np.float32)
    data[0, 0] = -3.0, 0, 2, 5, np.nan, np.inf
    image = make_made("zmap", data, kind="map").image
    assert n_beyond(image, 0, 2.0, is_two_sided=two_sided) == wanted


def test_an_outline_runs_around_the_brain_and_not_through_it(make_made: MakeLayer) -> None:
    x, y, z = np.meshgrid(*(np.arange(24) - 11.5,) * 3, indexing="ij")
    ball = (x**2 + y**2 + z**2 < 64).astype(np.int16)
    found = outline_of(make_made("mask", ball, kind="labels").image)
    for plane in PLANES:
        line = found.strength[plane]
        middle = line.shape[0] // 2
        assert line[middle, middle] == 0
        assert 0.5 < line[middle].max() <= 1
        inked = np.flatnonzero(line[middle] > 0.3)
        assert inked.max() - inked.min() == pytest.approx(16 * 4, abs=8)
    np.testing.assert_allclose(found.high - found.low, 16 * 3)


def test_the_glass_brain_shows_the_map_that_was_chosen(viewer: VolumeViewer, make_made: MakeLayer, qtbot: Any) -> None:
    viewer.show_sheet("glass")
    qtbot.waitUntil(lambda: "through the head" in viewer.glass.words.text(), timeout=20_000)
    data = np.zeros((8, 9, 10), np.float32)
    data[3, 3, 3] = 4.0
    viewer.add_layer(make_made("t1", ANATOMY))
    viewer.add_layer(make_made("faces", data, ISOTROPIC, kind="map", threshold=2.0))
    qtbot.waitUntil(lambda: "faces: 1 voxel" in viewer.glass.words.text(), timeout=60_000)
    image = viewer.glass.canvas.grab().toImage()
    colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    warm = [colour for colour in map(QColor, colours) if colour.red() > 150 and colour.red() > colour.blue() + 50]
    assert warm, "the voxel is seen, and it is warm"
