"""Scenes: slices on the screen are slices of the array, sides stay true, other grids are met in millimetres."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.volume.frame import PLANES
from neurostudio.gui.views.volume.layers import Layer, make_layer
from neurostudio.gui.views.volume.sampling import cut
from neurostudio.gui.views.volume.scene import Scene

MakeLayer = Callable[..., Layer]

DATA = np.random.default_rng(5).normal(100, 20, (5, 6, 7)).astype(np.float32)
AFFINE = np.array([[-3.0, 0, 0, 20], [0, 2.0, 0, -30], [0, 0, 4.0, -9], [0, 0, 0, 1]])


def scene_of(*layers: Layer) -> Scene:
    """A scene with the crosshair in the middle."""
    made = Scene()
    for layer in layers:
        made.add(layer)
    made.mm = made.centre()
    return made


def screen(scene: Scene, layer: Layer, plane: Any) -> NDArray[np.uint32]:
    """Pixels of a layer in a plane."""
    picture = scene.picture(plane, layer)
    assert picture is not None
    return picture.pixels


def loaded(folder: Path, name: str, data: NDArray[Any], affine: NDArray[np.float64]) -> Image:
    """An array as an image that was read from a file."""
    path = folder / name
    nib.save(nib.Nifti1Image(data, affine), path)
    image = open_image(path)
    image.load()
    return image


@pytest.mark.parametrize("plane", sorted(PLANES))
def test_slices_on_the_screen_are_slices_of_the_array(make_made: MakeLayer, plane: Any) -> None:
    layer = make_made("t1", DATA, AFFINE)
    scene = scene_of(layer)
    canonical = DATA[::-1]  # the file runs to the left
    through, across, _ = PLANES[plane]
    for depth in range(canonical.shape[through]):
        found = cut(layer, scene.frame, plane, depth, 0)
        assert found is not None
        np.testing.assert_array_equal(found.values, np.take(canonical, depth, through).T[::-1])
    assert scene.box(plane)[2] - scene.box(plane)[0] == pytest.approx(canonical.shape[across] * (3, 2, 4)[across])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations([0, 1, 2]), st.tuples(*[st.booleans()] * 3))
def test_data_and_affine_turned_together_change_nothing(tmp_path: Path, order: Any, flips: Any) -> None:
    as_it_is = scene_of(make_layer(loaded(tmp_path, "a.nii", DATA, AFFINE)))
    data, affine = np.transpose(DATA, order), AFFINE[:, [*order, 3]]
    for axis, is_flipped in enumerate(flips):
        if is_flipped:
            data = np.flip(data, axis)
            affine = affine.copy()
            affine[:3, 3] += affine[:3, axis] * (data.shape[axis] - 1)
            affine[:3, axis] *= -1
    turned = scene_of(make_layer(loaded(tmp_path, "b.nii", np.ascontiguousarray(data), affine)))
    for scene in (as_it_is, turned):
        scene.mm = (11.0, -24.0, 3.0)
    for plane in PLANES:
        np.testing.assert_array_equal(screen(turned, turned.layers[0], plane), screen(as_it_is, as_it_is.layers[0], plane))
        assert turned.letters(plane) == as_it_is.letters(plane)
        assert turned.box(plane) == pytest.approx(as_it_is.box(plane))
    assert turned.readings()[0].value == as_it_is.readings()[0].value


def test_a_flipped_affine_alone_moves_the_sides(make_made: MakeLayer) -> None:
    flipped = AFFINE.copy()
    flipped[:3, 3] += flipped[:3, 0] * (DATA.shape[0] - 1)
    flipped[:3, 0] *= -1
    one, other = scene_of(make_made("a", DATA, AFFINE)), scene_of(make_made("b", DATA, flipped))
    np.testing.assert_array_equal(screen(other, other.layers[0], "axial"), screen(one, one.layers[0], "axial")[:, ::-1])
    assert one.letters("axial") == ("L", "R", "P", "A")


def test_radiological_sides_mirror_the_picture_the_letters_and_the_clicks(make_made: MakeLayer) -> None:
    scene = scene_of(make_made("t1", DATA, AFFINE))
    layer = scene.layers[0]
    before = {plane: screen(scene, layer, plane) for plane in PLANES}
    place = scene.place("axial", (14.0, -20.0, 3.0))
    scene.is_radiological = True
    for plane in ("axial", "coronal"):
        np.testing.assert_array_equal(screen(scene, layer, plane), before[plane][:, ::-1])
        assert scene.letters(plane)[:2] == ("R", "L")
    np.testing.assert_array_equal(screen(scene, layer, "sagittal"), before["sagittal"])
    assert scene.letters("sagittal") == ("P", "A", "I", "S")
    mirrored = scene.place("axial", (14.0, -20.0, 3.0))
    assert mirrored == pytest.approx((-place[0], place[1]))
    np.testing.assert_allclose(scene.mm_at("axial", *mirrored), (14.0, -20.0, scene.mm[2]))


def test_letters_are_question_marks_where_the_sides_are_not_known(make_made: MakeLayer) -> None:
    scene = scene_of(make_made("bold", DATA, np.eye(4), codes=0))
    assert not scene.has_orientation
    assert scene.letters("coronal") == ("?",) * 4
    assert scene.place_text("axial").startswith("slice")


def test_an_image_on_another_grid_is_met_in_millimetres(make_made: MakeLayer) -> None:
    base = make_made("t1", np.ones((10, 10, 10), np.float32), np.diag([2.0, 2.0, 2.0, 1.0]))
    other = np.zeros((4, 4, 4), np.float32)
    other[1, 2, 3] = 7.0
    affine = np.diag([-6.0, 6.0, 6.0, 1.0])
    affine[:3, 3] = (18.0, 0.0, 0.0)
    labels, smooth = make_made("atlas_dseg", other, affine, kind="labels"), make_made("zmap", other, affine, kind="map")
    scene = scene_of(base, labels, smooth)
    centre = labels.image.grid.mm_of((1, 2, 3))
    scene.mm = tuple(map(float, centre))
    assert [reading.value for reading in scene.readings()] == [7.0, 7.0, 1.0]
    for plane in PLANES:
        found = cut(labels, scene.frame, plane, scene.depth(plane), 0)
        assert found is not None
        assert set(np.unique(found.values[np.isfinite(found.values)])) <= {0.0, 7.0}
        # the block of 6 mm is 3 x 3 voxels of 2 mm
        assert np.count_nonzero(found.values == 7.0) == 9
    between = cut(smooth, scene.frame, "axial", scene.depth("axial"), 0)
    assert between is not None
    assert len(np.unique(between.values[np.isfinite(between.values)])) > 3


def test_fine_images_over_coarse_ones_keep_their_voxels(make_made: MakeLayer) -> None:
    base = make_made("zmap", np.ones((4, 4, 4), np.float32), np.diag([4.0, 4.0, 4.0, 1.0]))
    fine_affine = np.diag([1.0, 1.0, 1.0, 1.0])
    fine_affine[:3, 3] = -1.5
    fine = make_made("t1", np.random.default_rng(0).normal(size=(16, 16, 16)).astype(np.float32), fine_affine)
    scene = scene_of(base, fine)
    found = cut(fine, scene.frame, "axial", 1, 0)
    assert found is not None
    assert found.values.shape == (16, 16)


def test_oblique_data_are_sliced_along_voxels_or_along_the_body(make_made: MakeLayer) -> None:
    angle = 0.2
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    affine[:3, :3] *= 3.0
    scene = scene_of(make_made("bold", DATA, affine))
    layer = scene.layers[0]
    assert scene.is_oblique
    assert scene.letters("axial") == ("L", "R", "P", "A")
    assert screen(scene, layer, "axial").shape == (6, 5)
    value = scene.readings()[0].value
    scene.set_mode("world")
    assert scene.frame is not None
    assert not scene.frame.grid.is_oblique
    assert screen(scene, layer, "axial").shape != (6, 5)
    assert scene.readings()[0].value == value


def test_steps_stay_inside_and_follow_the_screen(make_made: MakeLayer) -> None:
    scene = scene_of(make_made("t1", DATA, AFFINE))
    at = scene.frame.nearest(scene.mm)
    scene.mm = scene.stepped("axial", right=1)
    assert scene.frame.nearest(scene.mm) == (at[0] + 1, at[1], at[2])
    scene.is_radiological = True
    scene.mm = scene.stepped("axial", right=1, up=1, away=-1)
    assert scene.frame.nearest(scene.mm) == (at[0], at[1] + 1, at[2] - 1)
    assert scene.frame.nearest(scene.stepped("sagittal", right=99, up=-99)) == (at[0], 5, 0)


def test_an_image_far_outside_is_said_with_both_boxes(make_made: MakeLayer) -> None:
    scene = scene_of(make_made("t1", DATA, AFFINE))
    far = AFFINE.copy()
    far[:3, 3] += 900
    grid = make_made("zmap", DATA, far).image.grid
    words = scene.trouble_with(grid)
    assert "t1" in words
    assert words.count("mm") >= 2
    assert "affine" in words
    assert scene.trouble_with(scene.layers[0].image.grid) == ""


def test_volumes_follow_the_time_or_stay(make_made: MakeLayer) -> None:
    data = np.stack([np.full((3, 3, 3), at, np.int16) for at in range(5)], -1)
    scene = scene_of(make_made("bold", data), make_made("zmap", data.astype(np.float32), kind="map"))
    scene.time = 3
    assert [reading.value for reading in scene.readings()] == [0.0, 3.0]
    assert scene.n_volumes == 5
    scene.time = 99
    assert scene.readings()[1].value == 4.0


def test_a_scene_comes_back_from_its_plain_form(make_made: MakeLayer) -> None:
    one, two = make_made("t1", DATA, AFFINE), make_made("zmap", DATA, AFFINE, kind="map", threshold=110.0)
    scene = scene_of(one, two)
    scene.order([two, one])
    kept = scene.state()
    again = scene_of(make_layer(one.image, "t1"), make_layer(two.image, "zmap", "map"))
    again.restore(kept)
    assert [layer.name for layer in again.layers] == ["zmap", "t1"]
    assert again.layers[0].look == two.look
    again.restore({"layers": ["nonsense", {"origin": 3}], "mode": 7})
    assert len(again.layers) == 2


def test_a_copy_draws_the_same(make_made: MakeLayer) -> None:
    scene = scene_of(make_made("t1", DATA, AFFINE))
    copy = scene.snapshot()
    np.testing.assert_array_equal(screen(copy, copy.layers[0], "axial"), screen(scene, scene.layers[0], "axial"))
    scene.remove(scene.layers[0])
    assert len(copy.layers) == 1
    assert scene.frame is None
    assert scene.readings() == []
