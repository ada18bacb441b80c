"""Volumes for pictures and tables: cuts in millimetres, where a map is strongest, and its voxels above a threshold.

Everything is asked of ``data.fmri.image.Image``, which the window asks, too: a picture cannot differ from what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report.artifact_data import read_table
from neurostudio.report.volume_look import LayerKind, LayerLook
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from neurostudio.data.fmri.image import Image

    Floats = NDArray[np.float32]
    Points = NDArray[np.float64]

TEMPLATE = "mni152"
"""Name of the template in plots and looks."""

SIDES = (("L", "R"), ("P", "A"), ("I", "S"))
"""Letters at the low and the high end of x, y and z."""

MOST_ROWS = 200_000
ROBUST = (2.0, 98.0)  # per cent
_SAMPLED = 200_000  # voxels that a range is taken from
_FINEST_MM, _COARSEST_MM = 0.4, 6.0
_MOST_STEPS = 420
_EMPTY_BELOW = 0.05  # of the range of an image: what is darker at the edge is background
_MARGIN_MM = 4.0


@dataclass(frozen=True, eq=False)
class Cut:
    """One sheet through a volume: ``values[up, across]``, and its edges in millimetres (left, right, bottom, top)."""

    values: Floats
    edges: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class VoxelTable:
    """Voxels that reach a threshold, the strongest first.

    Attributes
    ----------
    mm : float array, ``[voxel, 3]``
        Centres of the voxels.
    values : float array, ``[voxel]``
    is_peak : bool array, ``[voxel]``
        Whether none of the 26 neighbours of the same sign is stronger.
    n_known : int
        Voxels of the volume that hold a number and are not exactly 0.
    """

    mm: Points
    values: Floats
    is_peak: NDArray[np.bool_]
    n_known: int


def read_image(path: Path) -> Image:
    """Read a volume to its end, checksums included.

    Raises
    ------
    NeuroError
        When it is missing, damaged, or no image.
    """
    from neurostudio.data.fmri.image import open_image

    if not path.exists():
        raise NeuroError(f"{path.name} is missing from the run's folder", fix="Restore it from a copy, or run again")
    image = open_image(path)
    image.load()
    return image


def n_volumes(path: Path) -> int:
    """How many volumes an image has, from its header alone.

    Raises
    ------
    NeuroError
        When it is missing, or no image.
    """
    from neurostudio.data.fmri.header import read_header

    if not path.exists():
        raise NeuroError(f"{path.name} is missing from the run's folder", fix="Restore it from a copy, or run again")
    return read_header(path).n_volumes


def template_path() -> Path:
    """The MNI152 T1 picture.

    Raises
    ------
    NeuroError
        Where nilearn, which brings it, is not installed.
    """
    from neurostudio.data.fmri import templates

    return templates.mni152_t1()


def first_layer(
    image: Image, name: str, kind: LayerKind, threshold: float | None = None, *, unit: str = "", t: int = 0
) -> LayerLook:
    """How an image is drawn until someone changes it; the viewer in the window begins with the same."""
    import numpy as np

    values = image.volume(t)
    finite = values[np.isfinite(values)]
    filled = finite[finite != 0]  # the empty space around a head says nothing of it
    taken = filled if filled.size else finite if finite.size else np.array([0.0, 1.0], dtype=np.float32)
    low, high = (float(bound) for bound in np.percentile(taken[:: max(1, taken.size // _SAMPLED)], ROBUST))
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if kind == "labels":
        return LayerLook(name, "labels", "regions", low=least, high=most, opacity=0.6, is_smooth=False)
    if kind == "map":
        top = max(abs(low), abs(high)) or max(abs(least), abs(most)) or 1.0
        if threshold is not None:  # the colours go as far as what is seen of them
            seen = np.abs(filled[np.abs(filled) >= threshold])
            top = max(float(np.percentile(seen, ROBUST[1])) if seen.size else 0.0, threshold * 1.2, 1e-12)
        warm = "warm" if least < 0 or threshold is not None else "inferno"
        return LayerLook(name, "map", warm, "cool" if least < 0 else "", threshold or 0.0, top, threshold, unit=unit)
    top = high if high > low else most
    return LayerLook(name, kind, low=low, high=top if top > low else low + 1.0, unit=unit)


def shown_box(image: Image, t: int = 0) -> Points:
    """Corners ``[low or high, x y z]`` in millimetres of the part of an image that is not empty, with a small margin."""
    import numpy as np

    values = image.volume(t)
    finite = values[np.isfinite(values)]
    whole = image.grid.box_mm
    if not finite.size:
        return whole
    low, high = (float(bound) for bound in np.percentile(finite[:: max(1, finite.size // 200_000)], (2, 98)))
    filled = np.isfinite(values) & (np.abs(values - low) > _EMPTY_BELOW * max(high - low, 1e-12))
    found = np.argwhere(filled)
    if not len(found):
        return whole
    first, last = found.min(0) - 0.5, found.max(0) + 0.5
    corners = np.array(
        [[pair[bit] for pair, bit in zip(zip(first, last, strict=True), _bits(number), strict=True)] for number in range(8)]
    )
    mm = image.grid.mm_of(corners)
    box = np.stack([mm.min(0) - _MARGIN_MM, mm.max(0) + _MARGIN_MM])
    return np.stack([np.maximum(box[0], whole[0]), np.minimum(box[1], whole[1])])


def step_of(images: Iterable[Image], box: Points) -> float:
    """Distance of two samples in millimetres: the finest voxels shown, as far as the sheet can show them."""
    finest = min(min(image.grid.zooms_mm) for image in images)
    longest = float((box[1] - box[0]).max())
    return float(max(min(max(finest, _FINEST_MM), _COARSEST_MM), longest / _MOST_STEPS))


def cut(image: Image, axis: int, at_mm: float, box: Points, step_mm: float, t: int = 0, *, linear: bool = True) -> Cut:
    """The values of an image on one sheet across `axis` (0 sagittal, 1 coronal, 2 axial) at `at_mm`; NaN outside of it."""
    import numpy as np

    across, up = (other for other in range(3) if other != axis)
    places = [_places(box[0][one], box[1][one], step_mm) for one in (across, up)]
    mm = np.empty((len(places[1]), len(places[0]), 3))
    mm[..., axis] = at_mm
    mm[..., across], mm[..., up] = np.meshgrid(places[0], places[1])
    half = step_mm / 2
    edges = (places[0][0] - half, places[0][-1] + half, places[1][0] - half, places[1][-1] + half)
    return Cut(image.sample(mm, min(t, image.n_volumes - 1), linear=linear), tuple(float(edge) for edge in edges))  # type: ignore[arg-type]


def solid(image: Image, box: Points, step_mm: float, t: int = 0, *, linear: bool = True) -> Floats:
    """The values on a regular grid of the whole box, ``[x, y, z]``."""
    import numpy as np

    places = [_places(box[0][axis], box[1][axis], step_mm) for axis in range(3)]
    mm = np.stack(np.meshgrid(*places, indexing="ij"), -1)
    return image.sample(mm, min(t, image.n_volumes - 1), linear=linear)


def strongest_mm(image: Image, t: int = 0) -> Points:
    """Where the value of a map is farthest from 0; the centre where it is 0 everywhere."""
    import numpy as np

    size = np.abs(np.nan_to_num(image.volume(t), nan=0.0, posinf=0.0, neginf=0.0))
    if not size.any():
        return np.asarray(image.grid.centre_mm, dtype=np.float64)
    return image.grid.mm_of(np.array(np.unravel_index(int(size.argmax()), size.shape), dtype=np.float64))


def balance_mm(image: Image, t: int = 0) -> Points:
    """Centre of mass of what is bright: a good place to cut through a head."""
    import numpy as np

    values = np.nan_to_num(image.volume(t), nan=0.0, posinf=0.0, neginf=0.0)
    weight = np.clip(values - np.percentile(values, 60), 0, None).astype(np.float64)
    total = weight.sum()
    if total <= 0:
        return np.asarray(image.grid.centre_mm, dtype=np.float64)
    places = np.indices(weight.shape, sparse=True)
    centre = [float((weight * place).sum() / total) for place in places]
    return image.grid.mm_of(np.round(centre))


def voxels_above(image: Image, t: int = 0, threshold: float | None = None) -> VoxelTable:
    """The voxels whose value is at least `threshold` away from 0; all that are not 0 where there is none."""
    import numpy as np

    values = image.volume(t)
    size = np.abs(np.where(np.isfinite(values), values, 0))
    n_known = int(np.count_nonzero(size))
    kept = (size > 0) if threshold is None else (size > 0) & (size >= threshold)
    voxels = np.argwhere(kept)
    found = values[kept]
    order = np.argsort(-np.abs(found), kind="stable")
    voxels, found = voxels[order], found[order]
    mm = image.grid.mm_of(voxels.astype(np.float64)) if len(voxels) else np.zeros((0, 3))
    return VoxelTable(mm, found, _peaks(np.where(kept, values, 0))[tuple(voxels.T)], n_known)


def voxel_columns(image: Image, names: tuple[str, ...], threshold: float | None, times: Iterable[int]) -> Mapping[str, Any]:
    """The numbers behind a map as columns: place in millimetres, value, whether it is a peak; `volume` where there are several.

    Raises
    ------
    NeuroError
        When more voxels reach the threshold than a table can be read of.
    """
    import numpy as np

    shown = list(times)
    tables = {t: voxels_above(image, t, threshold) for t in shown}
    n_row = sum(len(table.values) for table in tables.values())
    if n_row > MOST_ROWS:
        raise NeuroError(
            f"{n_row:,} voxels would be written, and a table can hold {MOST_ROWS:,}",
            fix="Raise the threshold in the look, or copy the image: leave --artifact away and give a folder",
        )
    mm = np.concatenate([table.mm for table in tables.values()] or [np.zeros((0, 3))])
    columns: dict[str, Any] = {}
    if len(shown) > 1:
        columns["volume"] = [names[t] if t < len(names) else str(t) for t, table in tables.items() for _ in table.values]
    columns |= {f"{axis} (mm)": np.round(mm[:, place], 4) for place, axis in enumerate("xyz")}
    columns["value"] = np.concatenate([np.zeros(0, np.float32), *(table.values for table in tables.values())])
    columns["peak"] = np.concatenate([table.is_peak for table in tables.values()] or [np.zeros(0, dtype=bool)]).astype(int)
    return columns


def peak_rows(path: Path, plot: Plot, most: int) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
    """The strongest peaks of a map as texts: header, at most `most` rows, and how many peaks there are."""
    image = read_image(path)
    times = range(min(image.n_volumes, len(plot.y)) if plot.y else 1)
    columns = voxel_columns(image, plot.y, plot.baselines.get("threshold"), times)
    names = tuple(name for name in columns if name != "peak")
    at = [row for row, is_peak in enumerate(columns["peak"]) if is_peak]
    rows = [tuple(_text(columns[name][row]) for name in names) for row in at[:most]]
    return names, tuple(rows), len(at)


def region_names(plot: Plot, path: Path) -> dict[int, str]:
    """Names of regions from the table artifact beside the image; empty where the plot names none."""
    if plot.form != "labels" or not plot.y:
        return {}
    table = read_table(path.with_name(f"{plot.y[0]}.csv"))
    return {int(float(index)): name for index, name in zip(table.column("index"), table.column("name"), strict=True) if index}


def region_columns(image: Image, names: Mapping[int, str], t: int = 0) -> Mapping[str, Any]:
    """Each region of a label image: number, name, voxels, and its centre in millimetres."""
    import numpy as np

    values = np.where(np.isfinite(image.volume(t)), image.volume(t), 0).astype(np.int64)
    regions = [int(region) for region in np.unique(values) if region]
    centres = [np.argwhere(values == region).mean(0) for region in regions]
    mm = image.grid.mm_of(np.array(centres)) if centres else np.zeros((0, 3))
    return {
        "index": regions,
        "name": [names.get(region, "") for region in regions],
        "voxels": [int((values == region).sum()) for region in regions],
        **{f"{axis} (mm)": np.round(mm[:, place], 2) for place, axis in enumerate("xyz")},
    }


def _peaks(kept: Floats) -> NDArray[np.bool_]:
    """Voxels that are stronger than each neighbour of their sign; of equal neighbours only the first in memory."""
    import numpy as np

    size = np.abs(kept)
    padded = np.pad(kept, 1)
    is_peak = kept != 0
    for number in range(27):
        shift = (number // 9 - 1, number // 3 % 3 - 1, number % 3 - 1)
        if shift == (0, 0, 0):
            continue
        there = padded[tuple(slice(1 + step, padded.shape[axis] - 1 + step) for axis, step in enumerate(shift))]
        same_sign = np.sign(there) == np.sign(kept)
        beaten = np.abs(there) > size if shift > (0, 0, 0) else np.abs(there) >= size
        is_peak &= ~(same_sign & beaten)
    return np.asarray(is_peak)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else number_text(float(value))


def _places(low: float, high: float, step: float) -> Points:
    import numpy as np

    count = max(1, int(np.floor((high - low) / step)))
    return np.asarray(low + (high - low - (count - 1) * step) / 2 + step * np.arange(count), dtype=np.float64)


def _bits(number: int) -> tuple[int, int, int]:
    return number & 1, number >> 1 & 1, number >> 2 & 1
