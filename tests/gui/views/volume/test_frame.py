"""Frames: which voxel lies where on the screen, for any order and direction of the axes of a file."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid
from neurostudio.gui.views.volume.frame import PLANES, Frame, box_text, boxes_meet, world_grid

SHAPE = (4, 5, 6)


@st.composite
def affines(draw: Any, *, is_oblique: bool | None = None) -> NDArray[np.float64]:
    """Affines with any order and direction of the axes, turned a little or not."""
    order = draw(st.permutations([0, 1, 2]))
    signs = [draw(st.sampled_from([-1.0, 1.0])) for _ in range(3)]
    zooms = [draw(st.floats(0.5, 6.0)) for _ in range(3)]
    turn = np.eye(3)
    if is_oblique or (is_oblique is None and draw(st.booleans())):
        for axis in range(3):
            turn = turn @ _rotation(axis, draw(st.floats(0.03, 0.25)) * draw(st.sampled_from([-1, 1])))
    matrix = np.zeros((3, 3))
    for body, (axis, sign, zoom) in enumerate(zip(order, signs, zooms, strict=True)):
        matrix[body, axis] = sign * zoom
    affine = np.eye(4)
    affine[:3, :3] = turn @ matrix
    affine[:3, 3] = [draw(st.floats(-100, 100)) for _ in range(3)]
    return affine


def _rotation(axis: int, angle: float) -> NDArray[np.float64]:
    made = np.eye(3)
    one, other = [at for at in range(3) if at != axis]
    made[one, one] = made[other, other] = np.cos(angle)
    made[one, other], made[other, one] = -np.sin(angle), np.sin(angle)
    return made


@given(affines())
def test_voxels_and_frame_indexes_name_the_same_places(affine: NDArray[np.float64]) -> None:
    grid = Grid(affine, SHAPE)
    frame = Frame.of(grid)
    for index in ((0, 0, 0), tuple(np.array(frame.shape) - 1), (1, 2, 1)):
        voxel = frame.voxel_of(index)
        assert voxel is not None
        np.testing.assert_allclose(frame.mm_of(index), grid.mm_of(voxel), atol=1e-6)
        assert frame.nearest(frame.mm_of(index)) == index
        np.testing.assert_allclose(frame.index_of(frame.mm_of(index)), index, atol=1e-4)


@given(affines())
def test_an_index_grows_to_the_right_to_the_front_and_up(affine: NDArray[np.float64]) -> None:
    frame = Frame.of(Grid(affine, SHAPE))
    assert (np.diag(frame.to_mm[:3, :3]) > 0).all()


@given(affines(is_oblique=False), st.sampled_from(sorted(PLANES)), st.tuples(*[st.integers(0, 3)] * 3))
def test_a_place_of_a_plane_leads_back_to_its_index(affine: NDArray[np.float64], plane: Any, index: Any) -> None:
    frame = Frame.of(Grid(affine, SHAPE))
    x, y = frame.place(plane, index)
    assert frame.index_at(plane, x, y, index[PLANES[plane][0]]) == index
    left, bottom, right, top = frame.box(plane)
    assert left < x < right
    assert bottom < y < top


def test_all_orders_of_axes_make_the_same_frame() -> None:
    sizes = {0: 4, 1: 5, 2: 6}
    for order in permutations(range(3)):
        affine = np.zeros((4, 4))
        affine[3, 3] = 1
        for axis, body in enumerate(order):
            affine[body, axis] = 2.0
        frame = Frame.of(Grid(affine, tuple(sizes[body] for body in order)))
        assert frame.shape == (4, 5, 6)


def test_a_frame_grows_for_what_lies_beside_it_but_not_for_what_lies_far_away() -> None:
    base = Grid(np.diag([2.0, 2.0, 2.0, 1.0]), (10, 10, 10))
    beside = np.diag([2.0, 2.0, 2.0, 1.0])
    beside[0, 3] = 10.0
    far = beside.copy()
    far[0, 3] = 500.0
    frame = Frame.of(base, (Grid(beside, (10, 10, 10)), Grid(far, (10, 10, 10))))
    assert (frame.lows, frame.highs) == ((0, 0, 0), (14, 9, 9))
    assert frame.voxel_of((12, 0, 0)) is None
    assert boxes_meet(base, Grid(beside, (10, 10, 10)))
    assert not boxes_meet(base, Grid(far, (10, 10, 10)))
    assert box_text(base) == "x -1 to 19, y -1 to 19, z -1 to 19"


@given(affines(is_oblique=True))
def test_the_world_grid_holds_every_corner_of_an_oblique_one(affine: NDArray[np.float64]) -> None:
    own = Grid(affine, SHAPE)
    world = world_grid(own)
    low, high = np.asarray(world.box_mm)
    own_low, own_high = np.asarray(own.box_mm)
    assert (low <= own_low + 1e-4).all()
    assert (high >= own_high - 1e-4).all()
    assert len(set(np.round(world.zooms_mm, 6))) == 1
    assert not world.is_oblique


@pytest.mark.parametrize("n", [1, 3])
def test_a_grid_of_one_slice_has_a_frame(n: int) -> None:
    frame = Frame.of(Grid(np.diag([3.0, 3.0, 3.0, 1.0]), (5, 6, n)))
    assert frame.shape == (5, 6, n)
    assert frame.nearest((0.0, 0.0, 99.0)) == (0, 0, n - 1)
