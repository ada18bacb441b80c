"""The header of an image: everything that is known before a voxel is read, with remarks in words where it is odd."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.formats import Parsed, parse
from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.header_time import TimeUnit, repetition_in_header
from neurostudio.data.fmri.layout import component_of
from neurostudio.data.fmri.missing import size_words
from neurostudio.data.fmri.orientation import DISAGREE_MM, AffineSource
from neurostudio.data.fmri.signature import Format, Signature, recognise

MOST_DEFLATED = 1032
"""A byte of a gzip stream unpacks to this many bytes at most."""


@dataclass(frozen=True, eq=False)
class Header:
    """Facts of one image, from its header alone.

    Attributes
    ----------
    shape : tuple of int
        As stored.
    shape_3d, n_volumes
        Voxels along the three axes of space, and volumes.
    zooms_mm : tuple of float
        Voxel sizes as the header has them, without those of the affine.
    tr_s : float or None
        Repetition time in seconds, implausible ones too; None where the header does not tell it. `tr_note` has what is odd.
    space_units, time_units : str
        Units as stored; empty where they are not given.
    sform, qform : float array, shape (4, 4), or None
        What the header holds, in millimetres; it counts where its code is above 0.
    affine : float array, shape (4, 4)
        By the source that counts (`affine_source`): sform, else qform, else the voxel sizes alone.
    disagreement_mm : float
        How far apart sform and qform place a voxel, at most, where both have a code.
    dtype : numpy dtype
        Of the values that are shown, in the byte order of this machine; `stored_dtype` as in the file.
    slope, inter : float
        A value is ``stored * slope + inter``; 1 and 0 where the header does not scale.
    intent : str
        What the values are meant as, by nibabel's name: ``none``, ``z score``, ``label`` ...
    size_bytes, raw_bytes, ram_bytes : int
        Size on disk, size of all values uncompressed, size of what is held in memory once it is loaded.
    data_path, data_offset
        Where the values begin (in the uncompressed stream).
    first_component_only : bool
        Whether a voxel has several numbers, of which the first is shown.
    notes : tuple of str
        Sentences for people.
    """

    path: Path
    format: Format
    shape: tuple[int, ...]
    shape_3d: tuple[int, int, int]
    n_volumes: int
    zooms_mm: tuple[float, float, float]
    tr_s: float | None
    tr_note: str
    space_units: str
    time_units: TimeUnit
    sform_code: int
    qform_code: int
    sform: NDArray[np.float64] | None
    qform: NDArray[np.float64] | None
    affine: NDArray[np.float64]
    affine_source: AffineSource
    disagreement_mm: float
    dtype: np.dtype[Any]
    stored_dtype: np.dtype[Any]
    component: str
    is_big_endian: bool
    slope: float
    inter: float
    intent: str
    size_bytes: int
    raw_bytes: int
    ram_bytes: int
    is_compressed: bool
    data_path: Path
    data_offset: int
    first_component_only: bool
    notes: tuple[str, ...] = field(default=())

    @property
    def has_orientation(self) -> bool:
        """Whether the header tells where left and right are."""
        return self.affine_source != "none"

    @property
    def needs_orientation(self) -> bool:
        """Whether sform and qform contradict each other, so that a person has to choose."""
        return self.disagreement_mm > DISAGREE_MM

    @property
    def axis_codes(self) -> tuple[str, str, str]:
        """Where each data axis runs to, by `affine`."""
        return Grid(self.affine, self.shape_3d).axis_codes

    @property
    def is_scaled(self) -> bool:
        """Whether stored values have to be scaled."""
        return (self.slope, self.inter) != (1.0, 0.0)

    @property
    def volume_bytes(self) -> int:
        """Size of one stored volume."""
        return math.prod(self.shape_3d) * self.stored_dtype.itemsize

    def grid(self, orientation: str | None = None) -> Grid:
        """The voxel grid.

        Parameters
        ----------
        orientation : str, optional
            ``sform`` or ``qform``: which of the two to use; needed where they contradict each other.

        Raises
        ------
        RequestError
            They contradict each other and none was chosen, or the header lacks the chosen one.
        """
        if orientation is None:
            if self.needs_orientation:
                raise RequestError(
                    f"sform and qform of {self.path} place it differently, up to {self.disagreement_mm:.3g} mm apart",
                    fix="Choose one with the option orientation: sform or qform",
                )
            return Grid(self.affine, self.shape_3d)
        chosen = {"sform": self.sform, "qform": self.qform}.get(orientation)
        if chosen is None:
            why = "" if orientation in ("sform", "qform") else "Only 'sform' and 'qform' can be chosen"
            raise RequestError(
                f"{self.path} has no usable {orientation}", why, "Leave the option orientation out, or choose the other"
            )
        return Grid(chosen, self.shape_3d)

    def as_facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "path": str(self.path),
            "format": self.format,
            "shape": list(self.shape),
            "shape_3d": list(self.shape_3d),
            "n_volumes": self.n_volumes,
            "zooms_mm": list(self.zooms_mm),
            "tr_s": self.tr_s,
            "tr_note": self.tr_note,
            "space_units": self.space_units,
            "time_units": self.time_units,
            "sform_code": self.sform_code,
            "qform_code": self.qform_code,
            "sform": None if self.sform is None else self.sform.tolist(),
            "qform": None if self.qform is None else self.qform.tolist(),
            "affine": self.affine.tolist(),
            "affine_source": self.affine_source,
            "has_orientation": self.has_orientation,
            "needs_orientation": self.needs_orientation,
            "axis_codes": "".join(self.axis_codes),
            "dtype": str(self.dtype),
            "is_big_endian": self.is_big_endian,
            "slope": self.slope,
            "inter": self.inter,
            "intent": self.intent,
            "size_bytes": self.size_bytes,
            "is_compressed": self.is_compressed,
            "raw_bytes": self.raw_bytes,
            "ram_bytes": self.ram_bytes,
            "first_component_only": self.first_component_only,
            "notes": list(self.notes),
        }


def read_header(path: Path) -> Header:
    """Read the header of an image; no voxel is read.

    NIfTI-1 and NIfTI-2 (``.nii``, ``.nii.gz``, pairs), Analyze and MGH are read.

    Raises
    ------
    RequestError
        The content is not here, the file is damaged or shorter than its header says, or it is something else. The message says
        which, and what to do.
    """
    path = Path(path)
    signature = recognise(path)
    header = _assembled(path, signature, parse(path, signature))
    _check_size(header)
    return header


def _assembled(path: Path, signature: Signature, parsed: Parsed) -> Header:
    axes, placed = parsed.axes, parsed.placed
    component = component_of(parsed.stored)
    tr_s, tr_note = repetition_in_header(parsed.time_zoom, parsed.time_units, axes.n_volumes)
    is_known = np.isfinite(parsed.zooms_mm) & (parsed.zooms_mm > 0)
    x, y, z = (float(size) for size in np.where(is_known, parsed.zooms_mm, np.linalg.norm(placed.affine[:3, :3], axis=0)))
    volume_bytes = math.prod(axes.shape_3d) * parsed.stored.itemsize
    return Header(
        path=path,
        format=signature.format,
        shape=parsed.shape,
        shape_3d=axes.shape_3d,
        n_volumes=axes.n_volumes,
        zooms_mm=(x, y, z),
        tr_s=tr_s,
        tr_note=tr_note,
        space_units=parsed.space_units,
        time_units=parsed.time_units,
        sform_code=placed.sform_code,
        qform_code=placed.qform_code,
        sform=placed.sform,
        qform=placed.qform,
        affine=placed.affine,
        affine_source=placed.source,
        disagreement_mm=placed.disagreement_mm,
        dtype=component.dtype,
        stored_dtype=parsed.stored,
        component=component.field,
        is_big_endian=signature.is_big_endian,
        slope=parsed.scaling[0],
        inter=parsed.scaling[1],
        intent=parsed.intent,
        size_bytes=signature.data_path.stat().st_size,
        raw_bytes=volume_bytes * axes.n_volumes * axes.n_components,
        ram_bytes=volume_bytes * axes.n_volumes,
        is_compressed=signature.is_compressed,
        data_path=signature.data_path,
        data_offset=parsed.offset,
        first_component_only=bool(component.field) or axes.n_components > 1,
        notes=(*parsed.notes, *axes.notes, *component.notes, *placed.notes, *([tr_note] if tr_note else [])),
    )


def _check_size(header: Header) -> None:
    """Refuse what cannot be true of a file of this size."""
    wanted = header.data_offset + header.raw_bytes
    if header.data_offset < 0:
        raise RequestError(
            f"The header of {header.path} is damaged: it says that its values begin before the file", fix="Copy it again"
        )
    if not header.is_compressed and header.size_bytes < wanted:
        raise RequestError(
            f"{header.data_path} is truncated: it has {header.size_bytes:,} of {wanted:,} bytes",
            f"{_volumes_in(header, header.size_bytes - header.data_offset)} of {header.n_volumes:,} volumes are there",
            "Download or copy it again",
        )
    if header.is_compressed and wanted > header.size_bytes * MOST_DEFLATED + MOST_DEFLATED:
        raise RequestError(
            f"{header.path} cannot hold what its header says",
            f"{' × '.join(map(str, header.shape))} values of {header.stored_dtype.itemsize} bytes are {size_words(wanted)}, and "
            f"{size_words(header.size_bytes)} of gzip unpack to {size_words(header.size_bytes * MOST_DEFLATED)} at most",
            "It is truncated, or its header is wrong: download or copy it again",
        )


def _volumes_in(header: Header, n_bytes: int) -> str:
    return f"{max(0, n_bytes // header.volume_bytes):,}"
