import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.affines import voxel_sizes
from nibabel.orientations import aff2axcodes, apply_orientation, inv_ornt_aff, io_orientation
from numpy.typing import NDArray

from neurostudio.data.fmri.grid import Grid

Affine = NDArray[np.float64]

shapes = st.tuples(*[st.integers(1, 40)] * 3)
points = st.tuples(*[st.floats(-60, 60)] * 3)


@st.composite
def affines(draw: st.DrawFn, most_degrees: float = 180.0, sheared: bool = False) -> Affine:
    """Any axis order, flips, voxel sizes from 0.3 to 8 mm, a rotation, and an origin within a metre."""
    axes = np.eye(3)[list(draw(st.permutations(range(3))))]
    axes = axes * draw(st.tuples(*[st.sampled_from((-1.0, 1.0))] * 3))
    angles = np.radians(draw(st.tuples(*[st.floats(-most_degrees, most_degrees)] * 3)))
    for axis, angle in enumerate(angles):
        turn = np.eye(3)
        first, second = [other for other in range(3) if other != axis]
        turn[[first, first, second, second], [first, second, first, second]] = (
            np.cos(angle),
            -np.sin(angle),
            np.sin(angle),
            np.cos(angle),
        )
        axes = turn @ axes
    shear = np.eye(3)
    if sheared:
        shear[0, 1], shear[0, 2], shear[1, 2] = draw(st.tuples(*[st.floats(-0.4, 0.4)] * 3))
    affine = np.eye(4)
    affine[:3, :3] = axes @ shear @ np.diag(draw(st.tuples(*[st.floats(0.3, 8.0)] * 3)))
    affine[:3, 3] = draw(st.tuples(*[st.floats(-1000, 1000)] * 3))
    return affine


@settings(max_examples=60, deadline=None)
@given(affines(sheared=True), shapes, points)
def test_voxel_to_mm_to_voxel_comes_back(affine: Affine, shape: tuple[int, int, int], voxel: tuple[float, float, float]) -> None:
    grid = Grid(affine, shape)
    assert np.abs(grid.voxel_of(grid.mm_of(voxel)) - voxel).max() < 1e-4
    assert np.allclose(grid.mm_of(voxel), affine[:3, :3] @ voxel + affine[:3, 3], atol=1e-8)


@settings(max_examples=60, deadline=None)
@given(affines(), shapes, st.data())
def test_the_nearest_voxel_holds_the_point_and_there_is_none_outside(
    affine: Affine, shape: tuple[int, int, int], data: st.DataObject
) -> None:
    grid = Grid(affine, shape)
    voxel = tuple(data.draw(st.integers(-3, size + 2)) for size in shape)
    within = np.array(data.draw(st.tuples(*[st.floats(-0.49, 0.49)] * 3)))
    is_inside = all(0 <= index < size for index, size in zip(voxel, shape, strict=True))
    assert grid.nearest(grid.mm_of(voxel + within)) == (voxel if is_inside else None)


@settings(max_examples=60, deadline=None)
@given(affines(sheared=True), shapes)
def test_codes_order_flips_and_zooms_are_those_of_nibabel(affine: Affine, shape: tuple[int, int, int]) -> None:
    grid = Grid(affine, shape)
    orientation = io_orientation(affine)
    assert grid.axis_codes == aff2axcodes(affine)
    assert np.allclose(grid.zooms_mm, voxel_sizes(affine))
    assert [orientation[axis, 0] for axis in grid.ras_order] == [0, 1, 2]
    assert list(grid.ras_flips) == [orientation[axis, 1] < 0 for axis in grid.ras_order]


@settings(max_examples=60, deadline=None)
@given(affines(most_degrees=20), st.tuples(*[st.integers(2, 6)] * 3))
def test_order_and_flips_alone_show_what_the_canonical_image_shows(affine: Affine, shape: tuple[int, int, int]) -> None:
    """Oracle 2: display in RAS order by index flips only; flipping data and affine together changes nothing."""
    values = np.arange(np.prod(shape)).reshape(shape)

    def shown(values: NDArray[np.int64], grid: Grid) -> NDArray[np.int64]:
        ordered = values.transpose(grid.ras_order)
        return ordered[tuple(slice(None, None, -1 if is_flipped else 1) for is_flipped in grid.ras_flips)]

    grid = Grid(affine, shape)
    orientation = io_orientation(affine)
    canonical = apply_orientation(values, orientation)
    assert np.array_equal(shown(values, grid), canonical)
    for axis in range(3):
        flip = np.column_stack([np.arange(3), np.where(np.arange(3) == axis, -1, 1)])
        flipped = apply_orientation(values, flip)
        flipped_grid = Grid(affine @ inv_ornt_aff(flip, shape), shape)
        assert np.array_equal(shown(flipped, flipped_grid), canonical)
        place = tuple(size - 1 if other == axis else 0 for other, size in enumerate(shape))
        assert np.allclose(flipped_grid.mm_of(place), grid.mm_of((0, 0, 0)))
        only_the_affine = Grid(affine @ inv_ornt_aff(flip, shape), shape).axis_codes
        assert [new == old for new, old in zip(only_the_affine, grid.axis_codes, strict=True)] == [
            other != axis for other in range(3)
        ]


@settings(max_examples=60, deadline=None)
@given(affines(sheared=True), shapes)
def test_the_box_holds_every_corner_and_the_centre(affine: Affine, shape: tuple[int, int, int]) -> None:
    grid = Grid(affine, shape)
    low, high = grid.box_mm
    assert ((grid.corners_mm >= low) & (grid.corners_mm <= high)).all()
    assert ((grid.centre_mm >= low) & (grid.centre_mm <= high)).all()
    assert np.allclose(grid.centre_mm, (low + high) / 2, atol=1e-6)


def test_points_keep_the_shape_they_come_in() -> None:
    grid = Grid(np.diag([2.0, 3.0, 4.0, 1.0]), (4, 5, 6))
    for shape in ((3,), (1, 3), (7, 3), (2, 5, 3), (0, 3)):
        assert grid.mm_of(np.zeros(shape)).shape == grid.voxel_of(np.zeros(shape)).shape == shape


def test_a_small_lean_is_not_oblique_and_a_degree_is() -> None:
    def turned(degrees: float) -> Grid:
        angle = np.radians(degrees)
        affine = np.eye(4)
        affine[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        return Grid(affine * [2, 3, 4, 1], (8, 8, 8))

    assert [turned(degrees).is_oblique for degrees in (0, 0.001, 1, 20, 90, 180)] == [False, False, True, True, False, False]


def test_handedness_follows_the_determinant() -> None:
    assert not Grid(np.eye(4), (2, 2, 2)).is_left_handed
    assert Grid(np.diag([-1.0, 1.0, 1.0, 1.0]), (2, 2, 2)).is_left_handed
    assert not Grid(np.diag([-1.0, -1.0, 1.0, 1.0]), (2, 2, 2)).is_left_handed


def test_grids_are_close_by_their_farthest_voxel_and_only_with_the_same_shape() -> None:
    grid = Grid(np.diag([2.0, 2.0, 2.0, 1.0]), (10, 10, 10))
    moved = np.diag([2.0, 2.0, 2.0, 1.0])
    moved[0, 3] = 0.4
    assert grid.close_to(Grid(moved, (10, 10, 10)), 0.41)
    assert not grid.close_to(Grid(moved, (10, 10, 10)), 0.39)
    assert not grid.close_to(Grid(moved, (10, 10, 11)), 10)
    grown = Grid(np.diag([2.1, 2.0, 2.0, 1.0]), (10, 10, 10))
    assert grid.distance_mm(grown) == pytest.approx(0.95)


@pytest.mark.parametrize(
    "affine",
    [np.eye(3), np.diag([1.0, 1.0, 0.0, 1.0]), np.full((4, 4), np.nan), np.ones((4, 4)), np.diag([1.0, 1.0, 1.0, 2.0])],
)
def test_what_is_no_affine_makes_no_grid(affine: Affine) -> None:
    with pytest.raises(ValueError, match=r"affine|span"):
        Grid(affine, (2, 2, 2))


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 0), (2, 2, 2, 2)])
def test_a_grid_has_three_axes_of_voxels(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="three axes"):
        Grid(np.eye(4), shape)


def test_the_affine_cannot_be_changed_from_outside() -> None:
    affine = np.eye(4)
    grid = Grid(affine, (2, 2, 2))
    affine[0, 0] = 5
    assert grid.affine[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        grid.affine[0, 0] = 3
