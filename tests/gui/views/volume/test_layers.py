"""Layers: which values are drawn, in which colours, and what an image is taken for."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.volume.colours import COLOUR_MAPS, LEVELS, colour_map, levels_of, packed, region_pixels, region_table
from neurostudio.gui.views.volume.layers import Layer, Look, as_kind, pixels, shown

MakeLayer = Callable[..., Layer]

VALUES = hnp.arrays(np.float32, (5, 7), elements=st.floats(-8, 8, width=32) | st.sampled_from([0.0, np.nan, np.inf, -np.inf]))
MAP = Look("warm", "", 0.0, 5.0, 2.0)


@given(VALUES, st.floats(-5, 5, width=32))
def test_a_threshold_draws_exactly_the_values_from_it_on(values: NDArray[np.float32], threshold: float) -> None:
    drawn = pixels(values, replace(MAP, threshold=threshold)) >> 24
    np.testing.assert_array_equal(drawn == 255, np.isfinite(values) & (values >= threshold))
    assert set(np.unique(drawn)) <= {0, 255}


@given(VALUES, st.floats(0, 5, width=32), st.sampled_from([("warm", "cool"), ("signed", ""), ("purple-green", "")]))
def test_a_threshold_of_two_sides_draws_both_ends(values: NDArray[np.float32], threshold: float, maps: tuple[str, str]) -> None:
    look = Look(*maps, 0.0, 5.0, threshold)
    drawn = pixels(values, look) >> 24 == 255
    np.testing.assert_array_equal(drawn, np.isfinite(values) & (np.abs(values) >= threshold))


@given(VALUES)
def test_without_a_threshold_maps_leave_out_zeros_and_all_leave_out_what_is_no_number(values: NDArray[np.float32]) -> None:
    look = replace(MAP, threshold=None)
    np.testing.assert_array_equal(shown(values, look), np.isfinite(values))
    np.testing.assert_array_equal(shown(values, look, hides_zero=True), np.isfinite(values) & (values != 0))


def test_signs_have_the_colours_of_their_sides() -> None:
    values = np.array([[-5.0, -2.0, 2.0, 5.0]], dtype=np.float32)
    drawn = pixels(values, Look("warm", "cool", 2.0, 5.0, 1.0))
    warm, cool = packed("warm"), packed("cool")
    assert drawn[0].tolist() == [cool[-1], cool[0], warm[0], warm[-1]]


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_levels_run_from_the_first_to_the_last_and_never_beyond(low: float, span: float) -> None:
    values = np.array([low - 1, low, low + span / 2, low + span, low + span + 1, np.nan, np.inf, -np.inf])
    found = levels_of(values, low, low + span)
    assert found.min() >= 0
    assert found.max() <= LEVELS - 1
    assert found[5] == 0
    assert found[6] == LEVELS - 1
    assert found[7] == 0
    assert (np.diff(found[:5]) >= 0).all()


@pytest.mark.parametrize("name", [name for name, one in COLOUR_MAPS.items() if one.sort == "ordered"])
def test_ordered_maps_grow_brighter_so_that_they_are_read_without_colours(name: str) -> None:
    table = packed(name)
    red, green, blue = table >> 16 & 255, table >> 8 & 255, table & 255
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert (np.diff(brightness[:: LEVELS // 16]) > 0).all()


def test_an_unknown_colour_map_names_the_known_ones() -> None:
    with pytest.raises(NeuroError, match="viridis"):
        colour_map("jet")


def test_labels_have_a_colour_each_and_zero_has_none() -> None:
    table = region_table({2: (1, 2, 3)}, 3)
    drawn = region_pixels(np.array([[0, 1, 2, 3, 900, np.nan, -4]]), table)[0]
    assert drawn[0] == 0
    assert drawn[5] == 0
    assert drawn[2] == 0xFF010203
    assert len({int(pixel) for pixel in drawn[1:4]}) == 3
    assert all(int(pixel) >> 24 == 255 for pixel in drawn[[1, 2, 3, 4, 6]])


def test_labels_that_are_no_whole_numbers_become_a_map_and_it_is_said(make_made: MakeLayer) -> None:
    data = np.zeros((6, 6, 6), np.float32)
    data[1, 1, 1] = 1.5
    layer = make_made("atlas_dseg", data, kind="labels")
    assert layer.kind == "map"
    assert "not whole numbers" in layer.note
    assert as_kind(layer, "labels")[0] == "map"


def test_bad_voxels_are_counted(make_made: MakeLayer) -> None:
    data = np.ones((6, 6, 6), np.float32)
    data[0, 0, 0], data[1, 1, 1] = np.nan, np.inf
    assert "2 voxels are no numbers" in make_made("t1", data).note
    nothing = np.full((6, 6, 6), np.nan, np.float32)
    assert make_made("empty", nothing).look.high > make_made("empty2", nothing).look.low


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "kind"),
    [
        ("sub-01_T1w", (6, 6, 6), np.int16, "anatomy"),
        ("sub-01_task-rest_bold", (6, 6, 6, 5), np.int16, "bold"),
        ("zmap_faces", (6, 6, 6), np.float32, "map"),
        ("space-MNI_dseg", (6, 6, 6), np.int16, "labels"),
    ],
)
def test_an_image_is_taken_for_what_it_most_likely_is(
    make_made: MakeLayer, name: str, shape: tuple[int, ...], dtype: type, kind: str
) -> None:
    layer = make_made(name, np.arange(np.prod(shape)).reshape(shape).astype(dtype))
    assert layer.kind == kind
    assert (layer.look.time is None) == (kind == "bold" or len(shape) == 3)


def test_colours_cover_what_lies_beyond_the_threshold(make_made: MakeLayer) -> None:
    data = np.linspace(-1, 1, 125, dtype=np.float32).reshape(5, 5, 5)
    data[2, 2, 2] = 9.0
    look = make_made("zmap", data, kind="map", threshold=0.5).look
    assert (look.threshold, look.negative_map) == (0.5, "cool")
    assert 0.9 < look.high <= 9


@given(
    st.builds(
        Look,
        st.sampled_from(sorted(COLOUR_MAPS)),
        st.sampled_from(["", "cool"]),
        st.floats(-5, 5),
        st.floats(5, 9),
        st.none() | st.floats(0, 3),
        st.floats(0, 1),
        st.booleans(),
        st.none() | st.integers(0, 9),
    )
)
def test_a_look_comes_back_from_its_plain_form(look: Look) -> None:
    assert Look.from_dict({**look.as_dict(), "of tomorrow": 1}) == look
    assert Look.from_dict({**look.as_dict(), "colour_map": "of tomorrow"}).colour_map in COLOUR_MAPS
