import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.places import Places

SHEARED = np.array([[2.0, 0.3, 0, -7], [0, -1.5, 0.2, 4], [0.1, 0, 3.0, 9], [0, 0, 0, 1]])


def linear(grid: Grid, volume: NDArray[np.generic], voxels: NDArray[np.float64]) -> NDArray[np.float32]:
    places = Places.of(grid, grid.mm_of(voxels))
    return places.spread(places.linear(volume))


@settings(deadline=None)
@given(
    st.tuples(*[st.integers(1, 7)] * 3),
    st.integers(0, 10_000),
    st.sampled_from(("i2", "u1", "f4", "f8")),
    st.sampled_from(("C", "F")),
)
def test_values_between_voxels_are_those_of_scipy(shape: tuple[int, int, int], seed: int, dtype: str, order: str) -> None:
    random = np.random.default_rng(seed)
    volume = np.asarray(random.normal(100, 40, shape).astype(dtype), order=order)  # type: ignore[call-overload]
    voxels = random.uniform(-1.5, 8.0, (200, 3))
    found = linear(Grid(SHEARED, shape), volume, voxels)
    last = np.array(shape) - 1
    is_inside = ((voxels >= -0.5) & (voxels <= last + 0.5)).all(axis=1)
    assert np.array_equal(np.isfinite(found), is_inside)
    expected = map_coordinates(volume.astype(np.float64), np.clip(voxels, 0, last).T, order=1, mode="nearest")
    assert np.allclose(found[is_inside], expected[is_inside], rtol=1e-5, atol=1e-3)


def test_the_value_at_a_voxel_is_exactly_its_own_whatever_lies_beside() -> None:
    volume = np.random.default_rng(0).normal(size=(5, 6, 7)).astype(np.float32)
    volume[2, 3, 4] = np.nan
    volume[0, 0, 1] = np.inf
    volume[4, 5, 5] = -np.inf
    voxels = np.argwhere(np.ones(volume.shape, bool)).astype(np.float64)
    assert np.array_equal(linear(Grid(np.diag([2.0, 2.0, 2.0, 1.0]), (5, 6, 7)), volume, voxels), volume.ravel(), equal_nan=True)


def test_what_is_not_a_number_reaches_as_far_as_its_weight() -> None:
    volume = np.ones((4, 4, 4), np.float32)
    volume[1, 1, 1] = np.nan
    found = linear(
        Grid(np.eye(4), (4, 4, 4)), volume, np.array([[1.0, 1, 0], [1, 1, 0.5], [1, 1, 2], [2.5, 1, 1], [0.5, 0.5, 0.5]])
    )
    assert np.array_equal(np.isnan(found), [False, True, False, False, True])


def test_the_nearest_voxel_is_the_one_that_holds_the_point() -> None:
    grid = Grid(SHEARED, (5, 6, 7))
    volume = np.arange(210).reshape(5, 6, 7)
    voxels = np.random.default_rng(1).uniform(-1, 7, (500, 3))
    places = Places.of(grid, grid.mm_of(voxels))
    found = places.spread(places.nearest(volume))
    for voxel, value in zip(grid.mm_of(voxels), found, strict=True):
        held = grid.nearest(voxel)
        assert np.isnan(value) if held is None else value == volume[held]


def test_points_without_a_number_are_outside() -> None:
    places = Places.of(Grid(np.eye(4), (3, 3, 3)), [[np.nan, 1, 1], [1, 1, 1], [np.inf, 0, 0]])
    assert places.is_inside.tolist() == [False, True, False]


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 4, 3)])
def test_the_answer_has_the_shape_of_the_points(shape: tuple[int, ...]) -> None:
    places = Places.of(Grid(np.eye(4), (3, 3, 3)), np.ones(shape))
    assert places.spread(places.linear(np.ones((3, 3, 3)))).shape == shape[:-1]
    assert places.spread(places.nearest(np.ones((3, 3, 3)))).shape == shape[:-1]
