"""Meshes, sampling and the z-buffer of the cortex."""

from typing import Any

import nibabel as nib
import numpy as np
import pytest

from neurostudio.gui.views.surface.mesh import SHAPES, cortex
from neurostudio.gui.views.surface.painting import Overlay, painted
from neurostudio.gui.views.surface.panes import (
    ANTERIOR,
    DORSAL,
    LEFT_LATERAL,
    LEFT_MEDIAL,
    POSTERIOR,
    RIGHT_LATERAL,
    RIGHT_MEDIAL,
    SHEETS,
    VENTRAL,
    Pane,
    seen,
)
from neurostudio.gui.views.surface.raster import Raster, fitting_scale, raster
from neurostudio.gui.views.surface.sampling import DEPTHS, Sampler
from neurostudio.gui.views.surface.space import is_mni, space_note
from neurostudio.gui.views.volume.layers import Look

from .conftest import MakeMap

pytest.importorskip("nilearn")

SIZE = (150, 110)
ALL = SHEETS["All sides"]


def raster_of(pane: Pane, shape: Any = "inflated") -> Raster:
    """A small picture of a pane that fits into it."""
    return raster(pane, shape, *SIZE, fitting_scale(pane, shape, *SIZE))


def test_the_cortex_has_both_hemispheres_where_they_belong() -> None:
    brain = cortex()
    assert brain.mm.shape == (2 * 10_242, 3)
    assert brain.n_left == 10_242
    assert brain.mm[: brain.n_left, 0].max() < 5
    assert brain.mm[brain.n_left :, 0].min() > -5
    assert brain.shapes["inflated"][: brain.n_left, 0].max() < 0 < brain.shapes["inflated"][brain.n_left :, 0].min()
    thickness = np.linalg.norm(brain.pial - brain.white, axis=1)
    assert 1.5 < np.median(thickness) < 4
    for vertex in (0, 5_000, 15_000):
        assert brain.nearest(brain.point_of(vertex)) == (vertex, 0.0)
    assert brain.side_of(10_241) == "left"
    assert brain.side_of(10_242) == "right"


def test_a_linear_map_gives_the_places_themselves(make_map: MakeMap) -> None:
    for axis in range(3):
        values = Sampler.of(make_map(lambda *mm, axis=axis: mm[axis], name=f"{axis}.nii")).values(0)
        assert np.allclose(values, cortex().mm[:, axis], atol=1e-2)


def test_sampling_equals_that_of_nilearn(make_map: MakeMap) -> None:
    from nilearn.surface import vol_to_surf

    rng = np.random.default_rng(4)
    image = make_map(rng.normal(size=(50, 60, 50)))
    values = Sampler.of(image).values(0)
    brain = cortex()
    sides = ((slice(0, brain.n_left), 0), (slice(brain.n_left, None), brain.n_left))
    for part, offset in sides:
        faces = brain.faces[(brain.faces[:, 0] >= offset) & (brain.faces[:, 0] < offset + brain.n_left)] - offset
        theirs = vol_to_surf(
            nib.load(image.path),
            (brain.pial[part], faces),
            inner_mesh=(brain.white[part], faces),
            depth=list(DEPTHS),
            interpolation="linear",
        )
        assert np.allclose(values[part], theirs, atol=1e-4)


def test_labels_are_asked_in_the_middle_and_never_mixed(make_map: MakeMap) -> None:
    image = make_map(lambda x, y, z: np.where(x < 0, 3, 8) * (z > 0), dtype=np.int16)
    values = Sampler.of(image, is_labels=True).values(0)
    assert set(np.unique(values)) == {0.0, 3.0, 8.0}


def test_outside_of_the_image_there_is_no_value(make_map: MakeMap) -> None:
    image = make_map(np.ones((20, 60, 50)))  # its right part is cut off
    values = Sampler.of(image).values(0)
    assert np.isnan(values[cortex().mm[:, 0] > 0]).all()
    assert np.isfinite(values[cortex().mm[:, 0] < -30]).all()


@pytest.mark.parametrize("pane", ALL, ids=[pane.title for pane in ALL])
def test_the_nearest_triangle_lies_under_each_pixel(pane: Pane) -> None:
    found = raster_of(pane)
    assert found.index.shape == SIZE[::-1]
    rows, columns = np.nonzero(found.index >= 0)
    assert max(np.ptp(rows) / SIZE[1], np.ptp(columns) / SIZE[0]) == pytest.approx(0.98, abs=0.03), "it fills the picture"
    assert np.allclose(found.weights.sum(axis=1), 1, atol=1e-5)
    assert (found.weights >= -1e-6).all()
    faces = seen(pane, "inflated")[1]
    assert np.isin(found.vertices, np.unique(faces)).all()
    # a ray through a pixel: of all triangles around it none is nearer to the eye
    rng = np.random.default_rng(0)
    for at in rng.choice(len(rows), 40, replace=False):
        x, y = float(columns[at]), float(rows[at])
        corners = found.places[faces]
        a, b, c = (corners[:, corner, :2] for corner in range(3))
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            share_b = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (y - a[:, 1])) / area
            share_c = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (x - a[:, 0]) * (b[:, 1] - a[:, 1])) / area
            depth = corners[:, 0, 2] * (1 - share_b - share_c) + corners[:, 1, 2] * share_b + corners[:, 2, 2] * share_c
            hit = (share_b >= 0) & (share_c >= 0) & (share_b + share_c <= 1)
        assert float(found.depth[found.index[rows[at], columns[at]]]) == pytest.approx(depth[hit].max(), abs=1e-3)


@pytest.mark.parametrize(
    ("pane", "letters", "axis", "sign"),
    [
        (LEFT_LATERAL, ("A", "P"), 1, -1),
        (RIGHT_LATERAL, ("P", "A"), 1, 1),
        (LEFT_MEDIAL, ("P", "A"), 1, 1),
        (RIGHT_MEDIAL, ("A", "P"), 1, -1),
        (DORSAL, ("L", "R"), 0, 1),
        (VENTRAL, ("R", "L"), 0, -1),
        (ANTERIOR, ("R", "L"), 0, -1),
        (POSTERIOR, ("L", "R"), 0, 1),
    ],
)
def test_letters_tell_what_lies_at_the_sides(pane: Pane, letters: tuple[str, str], axis: int, sign: int) -> None:
    assert pane.letters == letters
    found = raster_of(pane)
    columns = np.nonzero(found.index >= 0)[1]
    numbers = found.index[found.index >= 0]
    along = cortex().shapes["inflated"][found.vertices[numbers, 0], axis]
    assert sign * np.corrcoef(columns, along)[0, 1] > 0.95
    up = 1 if pane in (DORSAL, VENTRAL) else 2
    rows = np.nonzero(found.index >= 0)[0]
    assert np.corrcoef(rows, cortex().shapes["inflated"][found.vertices[numbers, 0], up])[0, 1] < -0.9


@pytest.mark.parametrize("shape", list(SHAPES))
def test_what_is_seen_is_found_again_and_what_is_hidden_is_not(shape: Any) -> None:
    found = raster_of(LEFT_LATERAL, shape)
    rows, columns = np.nonzero(found.index >= 0)
    for at in range(0, len(rows), 211):
        vertex = found.vertex_at(int(rows[at]), int(columns[at]))
        assert vertex is not None
        place = found.pixel_of(vertex)
        assert place is not None
        assert np.hypot(place[0] - rows[at], place[1] - columns[at]) < 4
    assert found.pixel_of(int(cortex().n_left + 5)) is None, "the other hemisphere"
    far = int(cortex().shapes[shape][: cortex().n_left, 0].argmax())
    assert found.pixel_of(far) is None, "the side that looks away"
    assert found.vertex_at(0, 0) is None
    assert found.vertex_at(-1, 10_000) is None


def test_only_what_passes_the_threshold_has_a_colour() -> None:
    found = raster_of(LEFT_LATERAL)
    values = cortex().mm[:, 2].astype(np.float32)
    bare = painted(found, None)
    shown = painted(found, Overlay(values, Look("warm", "cool", 20.0, 60.0, 20.0)))
    at = found.values(values)
    is_changed = (shown != bare).ravel()[found.pixel]
    is_solid = found.cover >= 1
    assert is_changed[is_solid & (np.abs(at) >= 21)].all()
    assert not is_changed[np.abs(at) < 20].any()
    one_sided = painted(found, Overlay(values, Look("warm", "", 20.0, 60.0, 20.0)))
    assert not (one_sided != bare).ravel()[found.pixel][at < 0].any()


def test_warm_is_above_zero_and_cool_below() -> None:
    found = raster_of(LEFT_LATERAL)
    values = cortex().mm[:, 2].astype(np.float32)
    shown = painted(found, Overlay(values, Look("warm", "cool", 10.0, 60.0, 10.0))).ravel()[found.pixel]
    red, blue = (shown >> 16) & 255, shown & 255
    at = found.values(values)
    assert (red[at > 15] > blue[at > 15]).all()
    assert (blue[at < -15] > red[at < -15]).all()


def test_pixels_are_premultiplied_and_their_edge_is_soft() -> None:
    found = raster_of(DORSAL)
    shown = painted(found, Overlay(np.full(len(cortex().mm), 5.0, np.float32), Look("warm", "cool", 0.0, 9.0, 1.0, 0.6)))
    alpha = shown >> 24
    for shift in (16, 8, 0):
        assert (((shown >> shift) & 255) <= alpha).all()
    assert {0, 255} < set(np.unique(alpha).tolist())


def test_values_that_are_no_numbers_leave_the_cortex_bare() -> None:
    found = raster_of(LEFT_LATERAL)
    nothing = np.full(len(cortex().mm), np.nan, np.float32)
    assert np.array_equal(painted(found, Overlay(nothing, Look("warm", "cool", 0.0, 1.0))), painted(found, None))


def test_an_image_is_asked_whether_it_is_in_mni_space(make_map: MakeMap) -> None:
    values = np.zeros((50, 60, 50))
    assert is_mni(make_map(values))
    assert is_mni(make_map(values, code=1, name="sub-01_space-MNI152NLin2009cAsym_bold.nii"))
    plain = make_map(values, code=1, name="sub-01_bold.nii")
    assert not is_mni(plain)
    assert "does not say" in space_note(plain)
    lost = make_map(values, code=0, name="space-MNI_lost.nii")
    assert not is_mni(lost)
    assert "no orientation" in space_note(lost)
    assert "assumes MNI space" in space_note(None)
