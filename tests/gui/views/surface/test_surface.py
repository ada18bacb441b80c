"""A map on the cortex: sampling, the z-buffer, and clicks that lead to the brain."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.surface.mesh import SIDES, hemisphere
from neurostudio.gui.views.surface.raster import DIRECTIONS, raster
from neurostudio.gui.views.surface.view import SurfaceView, sampled

pytest.importorskip("nilearn")
SIZE = (120, 90)


@pytest.fixture
def heights(tmp_path: Path) -> Image:
    """A map in MNI space whose value is the height above the commissures, in mm."""
    shape = (50, 60, 50)
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = [-98, -134, -72]
    k = np.arange(shape[2]) * 4.0 - 72
    data = np.broadcast_to(k, shape).astype(np.float32)
    path = tmp_path / "heights.nii.gz"
    nib.save(nib.Nifti1Image(data, affine), path)
    image = open_image(path)
    image.load()
    return image


def test_vertices_have_the_values_of_their_places(heights: Image) -> None:
    from nilearn.surface import vol_to_surf

    values = sampled(heights, 0)
    for side in SIDES:
        half = hemisphere(side)
        assert np.allclose(values[side], half.mm[:, 2], atol=1e-3)
        theirs = vol_to_surf(
            nib.load(heights.path), (half.shapes["pial"], half.faces), inner_mesh=(half.shapes["white"], half.faces), depth=[0.5]
        )
        assert np.allclose(values[side], theirs, atol=1e-2)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_nearest_triangle_lies_under_each_pixel(direction: str) -> None:
    found = raster("left", "inflated", direction, *SIZE)  # type: ignore[arg-type]
    assert found.is_there.shape == SIZE[::-1]
    rows, columns = np.nonzero(found.is_there)
    assert max(np.ptp(rows) / SIZE[1], np.ptp(columns) / SIZE[0]) == pytest.approx(0.92, abs=0.04), "it fills the picture"
    assert np.allclose(found.weights.sum(axis=1), 1, atol=1e-5)
    assert (found.weights >= -1e-6).all()
    assert (found.grey > 0).all()
    assert (found.grey <= 1).all()
    # the eye sees the near half: the vertices under the pixels lie on its side of the middle
    half = hemisphere("left")
    axis, sign = {
        "lateral": (0, -1), "medial": (0, 1), "dorsal": (2, 1), "ventral": (2, -1), "anterior": (1, 1), "posterior": (1, -1),
    }[direction]  # fmt: skip
    depth = sign * half.shapes["inflated"][:, axis]
    assert depth[found.vertices].mean() > np.median(depth)


def test_left_and_right_front_and_back_are_where_they_belong() -> None:
    half = hemisphere("left")
    outside = raster("left", "inflated", "lateral", *SIZE)
    _, columns = np.nonzero(outside.is_there)
    y = half.shapes["inflated"][outside.vertices[:, 0], 1]
    assert np.corrcoef(columns, y)[0, 1] < -0.95, "seen from the left the front is on the left"
    above = raster("right", "inflated", "dorsal", *SIZE)
    rows, columns = np.nonzero(above.is_there)
    places = hemisphere("right").shapes["inflated"][above.vertices[:, 0]]
    assert np.corrcoef(columns, places[:, 0])[0, 1] > 0.9
    assert np.corrcoef(rows, places[:, 1])[0, 1] < -0.95


def test_a_click_on_the_cortex_leads_to_that_place(heights: Image, qtbot: QtBot) -> None:
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show_map(heights, 0, 0.0, 60.0, 10.0)
    view.show()
    qtbot.waitUntil(lambda: view.canvas.is_ready and view.shown is not None, timeout=60_000)
    wanted: list[tuple[float, float, float]] = []
    view.moved.connect(wanted.append)
    half = hemisphere("left")
    seen = [vertex for vertex in range(0, 10_242, 997) if view.canvas.place_of(0, vertex) is not None]
    assert seen
    for vertex in seen:
        place = view.canvas.place_of(0, vertex)
        assert place is not None
        QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place.toPoint())
        if wanted:
            assert np.linalg.norm(np.asarray(wanted[-1]) - half.mm[vertex]) < 15
        QTest.mouseMove(view.canvas, place.toPoint())
    assert len(wanted) >= len(seen) - 1
    before = view.picture().toImage()
    view.set_cursor(tuple(half.mm[seen[0]]))
    assert view.picture().toImage() != before
    view.sides.setCurrentText("Above and below")
    turn = view.canvas._turn
    qtbot.waitUntil(lambda: view.canvas._turn > turn and view.canvas.is_ready, timeout=60_000)
    view.clear()
