"""Values on the cortical surface or in parcels: what a GIFTI or CIFTI file holds, and its series.

A ``.ptseries.nii`` is no volume although its name ends in ``.nii``: its axes are time and parcels.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurostudio.core.errors import RequestError

GIFTI_ENDINGS = (".gii", ".gii.gz")

_CIFTI_INTENTS = range(3000, 3100)
_NIFTI2_MAGIC = b"n+2\0\r\n\032\n"
_INTENT_OFFSET = 504
_POINTS, _TRIANGLES, _LABELS, _SERIES = (
    "NIFTI_INTENT_POINTSET",
    "NIFTI_INTENT_TRIANGLE",
    "NIFTI_INTENT_LABEL",
    "NIFTI_INTENT_TIME_SERIES",
)
_ROWS = {"SeriesAxis": "series", "ScalarAxis": "maps", "LabelAxis": "labels"}
_COLUMNS = {"BrainModelAxis": "dense", "ParcelsAxis": "parcel"}
_SECONDS = {"SECOND": 1.0}


@dataclass(frozen=True, eq=False)
class SurfaceFile:
    """What one GIFTI or CIFTI file holds.

    Attributes
    ----------
    form : str
        ``gifti-mesh``, ``gifti-series``, ``gifti-maps``, ``gifti-labels``, ``cifti-dense-series``, ``cifti-parcel-series``,
        ``cifti-dense-maps`` and so on; ``cifti-connectivity`` for matrices.
    n_row, n_point : int
        Time points (or maps), and vertices, grayordinates or parcels; for a mesh, triangles and vertices.
    tr_s : float or None
        Seconds between time points, where the file says.
    names : tuple of str
        Of the parcels (parcel series), else of the maps.
    parts : dict of str to int
        Points by structure, such as ``{"CORTEX_LEFT": 29696}``.
    """

    path: Path
    form: str
    n_row: int
    n_point: int
    tr_s: float | None = None
    names: tuple[str, ...] = ()
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def is_series(self) -> bool:
        """Whether its rows are points in time."""
        return self.form.endswith("-series")

    @property
    def title(self) -> str:
        """What it holds, in words.

        >>> SurfaceFile(Path("a.ptseries.nii"), "cifti-parcel-series", 1200, 419, 0.72).title
        'CIFTI parcel series: 1,200 time points of 419 parcels, TR 0.72 s'
        """
        standard, _, rest = self.form.partition("-")
        name = f"{standard.upper()} {rest.replace('-', ' ')}"
        points = "parcels" if "parcel" in rest else "grayordinates" if standard == "cifti" else "vertices"
        if rest == "mesh":
            return f"{name}: {self.n_point:,} vertices, {self.n_row:,} triangles"
        if rest == "connectivity":
            return f"{name}: {self.n_row:,} x {self.n_point:,}"
        rows = "time points" if self.is_series else "maps" if self.n_row > 1 else "map"
        tr = f", TR {self.tr_s:g} s" if self.tr_s else ""
        return f"{name}: {self.n_row:,} {rows} of {self.n_point:,} {points}{tr}"

    def series(self) -> npt.NDArray[np.float32]:
        """Its values, shape ``(n_row, n_point)``.

        Raises
        ------
        RequestError
            It is a mesh, or the file is damaged.
        """
        if self.form == "gifti-mesh":
            raise RequestError(f"{self.path} is a mesh and holds no values", fix="Choose a .func.gii or .shape.gii file")
        image = _load(self.path)
        with _explained(self.path):
            if self.form.startswith("gifti"):
                rows = [np.asarray(one.data, dtype=np.float32) for one in image.darrays]
                return rows[0].T if len(rows) == 1 and rows[0].ndim == 2 else np.stack(rows)
            return np.asarray(image.dataobj, dtype=np.float32)

    def mesh(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """Vertices in mm, shape ``(n_point, 3)``, and triangles, shape ``(n_row, 3)``; RequestError for other files."""
        if self.form != "gifti-mesh":
            raise RequestError(f"{self.path} is no mesh: {self.title}", fix="Choose a .surf.gii file")
        image = _load(self.path)
        points, triangles = image.agg_data("pointset"), image.agg_data("triangle")
        return np.asarray(points, dtype=np.float32), np.asarray(triangles, dtype=np.int32)


def is_surface_file(path: Path) -> bool:
    """Whether a file is GIFTI (by its name) or CIFTI (by its name or its header)."""
    if path.name.lower().endswith(GIFTI_ENDINGS):
        return True
    if not path.name.lower().endswith(".nii"):
        return False
    with path.open("rb") as stream:
        head = stream.read(_INTENT_OFFSET + 4)
    if len(head) < _INTENT_OFFSET + 4 or head[4:12] != _NIFTI2_MAGIC:
        return False
    return any(struct.unpack_from(f"{order}i", head, _INTENT_OFFSET)[0] in _CIFTI_INTENTS for order in "<>")


def read_surface_file(path: Path) -> SurfaceFile:
    """Say what a GIFTI or CIFTI file holds; its values are read by `SurfaceFile.series`.

    Raises
    ------
    RequestError
        The file is damaged, or neither.
    """
    image = _load(path)
    with _explained(path):
        return _gifti(path, image) if path.name.lower().endswith(GIFTI_ENDINGS) else _cifti(path, image)


def _gifti(path: Path, image: Any) -> SurfaceFile:
    from nibabel.nifti1 import intent_codes

    if not image.darrays:
        raise RequestError(f"{path} is a GIFTI file without data")
    intents = [intent_codes.niistring[one.intent] for one in image.darrays]
    shapes = [one.data.shape for one in image.darrays]
    if _POINTS in intents and _TRIANGLES in intents:
        return SurfaceFile(path, "gifti-mesh", shapes[intents.index(_TRIANGLES)][0], shapes[intents.index(_POINTS)][0])
    n_row, n_point = (shapes[0][1], shapes[0][0]) if len(shapes) == 1 and len(shapes[0]) == 2 else (len(shapes), shapes[0][0])
    if len(set(shapes)) > 1:
        raise RequestError(f"{path} holds arrays of different sizes: {', '.join(map(str, shapes[:4]))}")
    kind = "labels" if intents[0] == _LABELS else "series" if intents[0] == _SERIES else "maps"
    if kind == "labels":
        names = tuple(str(label) for label in image.labeltable.get_labels_as_dict().values())
    else:
        names = tuple(str(one.meta.get("Name", "")) for one in image.darrays)
    structure = str(image.darrays[0].meta.get("AnatomicalStructurePrimary", image.meta.get("AnatomicalStructurePrimary", "")))
    return SurfaceFile(path, f"gifti-{kind}", n_row, n_point, None, names, {structure: n_point} if structure else {})


def _cifti(path: Path, image: Any) -> SurfaceFile:
    from nibabel.cifti2.cifti2 import Cifti2Image

    if not isinstance(image, Cifti2Image):
        raise RequestError(f"{path} is a NIfTI volume and no CIFTI file", fix="Give it a name that ends in .nii or .nii.gz alone")
    header: Any = image.header
    rows, columns = header.get_axis(0), header.get_axis(1)
    row_kind, column_kind = _ROWS.get(type(rows).__name__), _COLUMNS.get(type(columns).__name__)
    n_row, n_point = image.shape[:2]
    if row_kind is None or column_kind is None:
        return SurfaceFile(path, "cifti-connectivity", n_row, n_point)
    tr_s = float(rows.step) * _SECONDS[rows.unit] if row_kind == "series" and rows.unit in _SECONDS else None
    parts: dict[str, int] = {}
    if column_kind == "dense":
        for name, place, _ in columns.iter_structures():
            parts[str(name).removeprefix("CIFTI_STRUCTURE_")] = len(range(*place.indices(n_point)))
        names = tuple(map(str, rows.name)) if row_kind != "series" else ()
    else:
        names = tuple(map(str, columns.name))
    return SurfaceFile(path, f"cifti-{column_kind}-{row_kind}", n_row, n_point, tr_s, names, parts)


def _load(path: Path) -> Any:
    import nibabel as nib

    with _explained(path):
        return nib.load(path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what a damaged file raises into a RequestError."""
    from binascii import Error as Base64Error
    from xml.parsers.expat import ExpatError
    from zlib import error as ZlibError

    from nibabel.filebasedimages import ImageFileError
    from nibabel.spatialimages import HeaderDataError, ImageDataError

    damage = (ImageFileError, HeaderDataError, ImageDataError, ExpatError, Base64Error, ZlibError)
    try:
        yield
    except (*damage, OSError, EOFError, ValueError, KeyError, IndexError) as error:
        reason = str(error).split("\n")[0][:200]
        raise RequestError(f"{path} cannot be read as GIFTI or CIFTI", reason, "Copy or download it again") from error
