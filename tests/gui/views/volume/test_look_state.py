"""A picture that is drawn from a look has the colours of the window, pixel by pixel."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.volume.layers import Look, make_layer, pixels
from neurostudio.gui.views.volume.layers import shown as window_shown
from neurostudio.report.volume_data import first_layer
from neurostudio.report.volume_look import LayerLook, VolumeLook, drawn, rgba

NAMES = ("grey", "viridis", "warm", "signed", "purple-green")


def packed(colours: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """RGBA from 0 to 1 as pixels of the window; what is transparent is 0."""
    red, green, blue, alpha = np.moveaxis((colours * 255).round().astype(np.uint32), -1, 0)
    return np.where(alpha > 0, np.uint32(0xFF000000) | red << 16 | green << 8 | blue, np.uint32(0))


@given(
    st.lists(st.floats(-10, 10, width=32) | st.sampled_from([0.0, float("nan"), float("inf")]), min_size=1, max_size=20),
    st.sampled_from(NAMES),
    st.sampled_from(["", "cool"]),
    st.floats(-5, 2),
    st.floats(0.1, 8),
    st.none() | st.floats(0.1, 6),
)
def test_the_figure_paints_what_the_window_paints(
    numbers: list[float], name: str, below: str, low: float, span: float, threshold: float | None
) -> None:
    values = np.array([numbers], np.float32)
    look = Look(name, below, low, low + span, threshold)
    layer = LayerLook.from_dict({"origin": "m", "kind": "map", "look": look.as_dict()})
    assert np.array_equal(drawn(values, layer), window_shown(values, look, hides_zero=True))
    assert np.array_equal(packed(rgba(values, layer)), pixels(values, look, hides_zero=True))


@pytest.fixture
def image(tmp_path: Path) -> Image:
    """A map with both signs in a wide empty space."""
    values = np.zeros((9, 9, 9), np.float32)
    values[2:7, 2:7, 2:7] = np.random.default_rng(0).normal(0, 2, (5, 5, 5))
    path = tmp_path / "map.nii.gz"
    nibabel.save(nibabel.Nifti1Image(values, np.diag([2.0, 2, 2, 1])), path)
    found = open_image(path)
    found.load()
    return found


@pytest.mark.parametrize("kind", ["map", "anatomy", "labels"])
@pytest.mark.parametrize("threshold", [None, 1.5])
def test_the_figure_begins_with_the_look_that_the_window_begins_with(image: Image, kind: Any, threshold: float | None) -> None:
    if kind == "labels":
        image = _rounded(image)
    ours = first_layer(image, "m", kind, threshold)
    theirs = make_layer(image, "m", kind, threshold=threshold).look
    for name in ("colour_map", "negative_map", "low", "high", "threshold", "opacity"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name)), name


def test_the_state_of_a_viewer_is_a_look_itself() -> None:
    scene = {"mm": [1.0, 2.0, 3.0], "time": 4, "layers": [{"origin": "a.nii", "kind": "map", "look": Look("warm").as_dict()}]}
    look = VolumeLook.from_state({"scene": scene, "sheet": "lightbox", "crosshair": False})
    assert (look.form, look.cursor_mm, look.time, look.has_crosshair) == ("mosaic", (1.0, 2.0, 3.0), 4, False)
    assert look.layers[0].name == "a.nii"


def _rounded(image: Image) -> Image:
    path = image.path.with_name("labels.nii.gz")
    nibabel.save(nibabel.Nifti1Image(np.abs(image.volume(0)).astype(np.int16), image.grid.affine), path)
    found = open_image(path)
    found.load()
    return found
