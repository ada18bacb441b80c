"""Colours: categories stay what they are in the project and never look alike, maps are centred where data have two sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.colour_maps import lookup_table, scale_of
from neurostudio.gui.views.tints import distinct, in_order


@given(st.lists(st.text(max_size=4), unique=True, max_size=8), st.randoms())
def test_up_to_eight_names_never_share_a_colour(names: list[str], random: object) -> None:
    indexes = {name: random.randrange(100) for name in names}  # type: ignore[attr-defined]
    found = distinct(names, indexes.__getitem__)
    assert list(found) == names
    assert len(set(found.values())) == len(names)


@given(st.lists(st.integers(0, 7), unique=True, max_size=8))
def test_names_that_do_not_clash_keep_the_colour_of_the_project(indexes: list[int]) -> None:
    assert distinct([str(index) for index in indexes], int) == {str(index): index for index in indexes}


def test_more_than_eight_names_repeat_colours() -> None:
    found = distinct([str(number) for number in range(20)], in_order())
    assert set(found.values()) == set(range(8))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[-1.0, 3.0]]), (-3, 3, "signed")),
        (np.array([[2.0, 3.0]]), (2, 3, "viridis")),
        (np.array([[2, 3]]), (0, 3, "viridis")),
        (np.array([[5.0, 5.0]]), (5, 6, "viridis")),
        (np.array([[np.nan, np.inf]]), (0, 1, "viridis")),
    ],
)
def test_a_scale_fits_its_data(values: np.ndarray, expected: tuple[float, float, str]) -> None:
    scale = scale_of(values)
    assert (scale.low, scale.high, scale.map_name) == expected


def test_the_signed_map_is_palest_in_its_middle_and_no_map_is_a_rainbow() -> None:
    table = lookup_table("signed").astype(int)
    assert table[127].min() > 240
    assert table[0][2] > table[0][0]
    assert table[-1][0] > table[-1][2]
    order = lookup_table("viridis").astype(float) @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(order) > -1)
    assert lookup_table("share", is_dark=True)[0].tolist() != lookup_table("share", is_dark=False)[0].tolist()
    with pytest.raises(NeuroError, match="no colour map 'jet'"):
        lookup_table("jet")
