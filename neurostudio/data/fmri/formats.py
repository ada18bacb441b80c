"""The formats of images that are read: what their headers say, with nibabel's own header classes, as one record."""

import logging
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.header_time import TimeUnit, time_unit
from neurostudio.data.fmri.layout import Axes, axes_of
from neurostudio.data.fmri.orientation import Orientation, orientation_of, orientation_of_sizes
from neurostudio.data.fmri.signature import Signature

logger = logging.getLogger(__name__)

_MM_PER_UNIT = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_SPACE_UNITS = {0: "", 1: "m", 2: "mm", 3: "µm"}
_CIFTI_INTENTS = range(3000, 3100)
_SINGLE_FILE_OFFSET = {"NIfTI-1": 352, "NIfTI-2": 544}
_AGAIN = "Download or copy it again"


@dataclass(frozen=True, eq=False)
class Parsed:
    """What a header says, whatever its format.

    Attributes
    ----------
    shape : tuple of int
        As stored; `axes` tells space, time and components apart.
    stored : numpy dtype
        With the byte order of the file.
    zooms_mm : float array, shape (3,)
    time_zoom, time_units
        Distance of two volumes, and its unit.
    scaling : tuple of float
        Slope and intercept; 1 and 0 where values are not scaled.
    offset : int
        Where the values begin, in the uncompressed file.
    """

    shape: tuple[int, ...]
    axes: Axes
    stored: np.dtype[Any]
    placed: Orientation
    zooms_mm: NDArray[np.float64]
    time_zoom: float
    offset: int
    time_units: TimeUnit = ""
    space_units: str = "mm"
    scaling: tuple[float, float] = (1.0, 0.0)
    intent: str = "none"
    notes: tuple[str, ...] = field(default=())


def parse(path: Path, signature: Signature) -> Parsed:
    """Read the header of a recognised image.

    Raises
    ------
    RequestError
        It makes no sense, or the file is CIFTI.
    """
    try:
        if signature.format == "MGH":
            return _of_mgh(path)
        return _of_analyze(path, signature) if signature.format == "Analyze" else _of_nifti(path, signature)
    except RequestError:
        raise
    except EOFError as error:  # the footer of MGH lies behind its values
        raise RequestError(f"{path} is truncated: its end is missing", str(error), _AGAIN) from error
    except Exception as error:  # nibabel's own errors, KeyError and ValueError: all say that the header is nonsense
        logger.info("header not read path=%s error=%r", path, error)
        raise RequestError(f"The header of {path} is damaged", str(error).strip("'\""), _AGAIN) from error


def _of_nifti(path: Path, signature: Signature) -> Parsed:
    from nibabel import nifti1, nifti2

    kinds: dict[str, Any] = {
        "NIfTI-1": nifti1.Nifti1Header,
        "NIfTI-1 pair": nifti1.Nifti1PairHeader,
        "NIfTI-2": nifti2.Nifti2Header,
        "NIfTI-2 pair": nifti2.Nifti2PairHeader,
    }
    kind = kinds[signature.format]
    head = kind(signature.head[: kind.sizeof_hdr], ">" if signature.is_big_endian else "<", check=False)
    intent_code = int(head["intent_code"])
    known: Any = nifti1.intent_codes
    intent = str(known.label[intent_code]) if intent_code in known else f"code {intent_code}"
    if intent_code in _CIFTI_INTENTS:
        raise RequestError(
            f"{path} is a CIFTI-2 file ({intent}): values of parcels or surface vertices, not a volume",
            fix="Use it as a table of series; a volume of the same run opens here",
        )
    if abs(head["pixdim"][0]) != 1:  # the side of the qform; the standard reads anything else as 1
        head["pixdim"][0] = 1
    n_dim = int(head["dim"][0])
    if not 1 <= n_dim <= 7:
        raise RequestError(f"The header of {path} is damaged: it has {n_dim} axes", fix=_AGAIN)
    units = int(head["xyzt_units"])
    mm_per_unit = _MM_PER_UNIT.get(units & 0b111, 1.0)
    space_units = _SPACE_UNITS.get(units & 0b111, "")
    shape = tuple(int(size) for size in head.get_data_shape())
    axes = _checked_axes(path, shape, intent_code)
    slope, inter, notes = _scaling(head)
    if mm_per_unit != 1.0:
        notes.append(f"Space is in {space_units} in the header; it is shown in mm.")
    offset = int(head["vox_offset"]) if math.isfinite(head["vox_offset"]) else -1
    pixdim = _pixdim_of(head)
    return Parsed(
        shape=shape,
        axes=axes,
        stored=_stored_dtype(path, head),
        placed=orientation_of(head, axes.shape_3d, mm_per_unit),
        zooms_mm=np.abs(pixdim[1:4]) * mm_per_unit,
        time_zoom=_time_zoom(pixdim, axes.time_axis),
        offset=offset or _SINGLE_FILE_OFFSET.get(signature.format, 0),
        time_units=time_unit(units),
        space_units=space_units,
        scaling=(slope, inter),
        intent=intent,
        notes=tuple(notes),
    )


def _of_analyze(path: Path, signature: Signature) -> Parsed:
    """Analyze has no orientation; SPM kept a scale factor in it."""
    from nibabel import spm99analyze

    kind: Any = spm99analyze.Spm99AnalyzeHeader
    head = kind(signature.head[: kind.sizeof_hdr], ">" if signature.is_big_endian else "<", check=False)
    shape = tuple(int(size) for size in head.get_data_shape())
    axes = _checked_axes(path, shape, 0)
    slope, inter, notes = _scaling(head)
    pixdim = _pixdim_of(head)
    return Parsed(
        shape=shape,
        axes=axes,
        stored=_stored_dtype(path, head),
        placed=orientation_of_sizes(np.abs(pixdim[1:4]), axes.shape_3d),
        zooms_mm=np.abs(pixdim[1:4]),
        time_zoom=_time_zoom(pixdim, axes.time_axis),
        offset=int(head["vox_offset"]),
        scaling=(slope, inter),
        notes=tuple(notes),
    )


def _of_mgh(path: Path) -> Parsed:
    """MGH holds one affine, which plays the part of the sform; the repetition time stands in its footer, in milliseconds."""
    from nibabel.freesurfer import mghformat

    kind: Any = mghformat.MGHImage
    image = kind.from_filename(path)
    head = image.header
    shape = tuple(int(size) for size in head.get_data_shape())
    axes = _checked_axes(path, shape, 0)
    zooms = np.array([_shortest(size) for size in head.get_zooms()[:3]])
    affine = np.asarray(image.affine, dtype=np.float64)
    placed = (
        Orientation(affine, "sform", affine, None, sform_code=1, qform_code=0)
        if head["goodRASFlag"]
        else orientation_of_sizes(zooms, axes.shape_3d)
    )
    return Parsed(
        shape=shape,
        axes=axes,
        stored=head.get_data_dtype().newbyteorder(">"),
        placed=placed,
        zooms_mm=zooms,
        time_zoom=_shortest(head["tr"]),
        time_units="ms",
        offset=head.get_data_offset(),
    )


def _checked_axes(path: Path, shape: tuple[int, ...], intent_code: int) -> Axes:
    if not shape or min(shape) < 1:
        raise RequestError(
            f"The header of {path} is damaged: its shape is {' × '.join(map(str, shape)) or 'empty'}",
            fix=_AGAIN,
        )
    return axes_of(shape, intent_code)


def _stored_dtype(path: Path, head: Any) -> np.dtype[Any]:
    try:
        dtype: np.dtype[Any] = head.get_data_dtype()
    except KeyError as error:
        raise RequestError(
            f"{path} holds values of the unknown data type {error}", "Its header may be damaged", _AGAIN
        ) from error
    if not dtype.itemsize:
        raise RequestError(f"{path} holds values of a data type that has no size, such as single bits", fix="Convert it to uint8")
    return dtype


def _scaling(head: Any) -> tuple[float, float, list[str]]:
    """Slope and intercept, as nibabel applies them."""
    try:
        slope, inter = head.get_slope_inter()
    except Exception as error:  # noqa: BLE001 - nibabel's HeaderDataError: a slope that is not finite
        logger.info("scaling left out error=%s", error)
        return 1.0, 0.0, ["The scale factor in the header is not a number and is left out."]
    return 1.0 if slope is None else float(slope), 0.0 if inter is None else float(inter), []


def _pixdim_of(head: Any) -> NDArray[np.float64]:
    return np.array([_shortest(size) for size in head["pixdim"]])


def _shortest(number: Any) -> float:
    """What was meant by a number of single precision: 2.3, not 2.299999952316284."""
    return float(str(np.asarray(number)[()]))


def _time_zoom(pixdim: NDArray[np.float64], time_axis: int) -> float:
    """Distance of two volumes: of the time axis, or of the fourth where a program wrote it there."""
    own = float(pixdim[time_axis + 1])
    return own if own > 0 or time_axis == 3 else float(pixdim[4])
