"""What the header of an image says, as plain values that an index can keep."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.header import read_header


@dataclass(frozen=True)
class ImageFacts:
    """Facts of one header.

    Attributes
    ----------
    shape : tuple of int
        Voxels along the three axes of space; empty where the header cannot be read.
    n_volumes : int
        Number of volumes.
    zooms_mm : tuple of float
        Size of a voxel.
    tr_s : float or None
        Repetition time as the header has it.
    has_orientation, needs_orientation : bool
        Whether the header says where left and right are, and whether it says so twice and differently.
    affine : tuple of float
        The 16 numbers, row by row, rounded; two images of one grid have the same.
    raw_bytes : int
        Uncompressed size.
    what, why, fix : str
        Why the header cannot be read; empty where it can.
    """

    shape: tuple[int, ...] = ()
    n_volumes: int = 0
    zooms_mm: tuple[float, ...] = ()
    tr_s: float | None = None
    has_orientation: bool = False
    needs_orientation: bool = False
    affine: tuple[float, ...] = ()
    raw_bytes: int = 0
    what: str = ""
    why: str = ""
    fix: str = ""

    @property
    def error(self) -> RequestError | None:
        """Why the header cannot be read."""
        return RequestError(self.what, self.why, self.fix) if self.what else None

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "ImageFacts":
        """Build the record again from its stored form."""
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        return cls(**values)


def read_facts(path: Path) -> dict[str, object]:
    """Facts of an image in their stored form; an image that cannot be read gives its error."""
    try:
        header = read_header(path)
    except RequestError as error:
        return asdict(ImageFacts(what=error.what, why=error.why, fix=error.fix))
    grid = header.grid("sform" if header.needs_orientation else None)
    return asdict(
        ImageFacts(
            shape=tuple(int(size) for size in header.shape_3d),
            n_volumes=int(header.n_volumes),
            zooms_mm=tuple(round(float(zoom), 4) for zoom in header.zooms_mm),
            tr_s=None if header.tr_s is None else float(header.tr_s),
            has_orientation=bool(header.has_orientation),
            needs_orientation=bool(header.needs_orientation),
            affine=tuple(round(float(value), 3) for value in grid.affine.ravel()),
            raw_bytes=int(header.raw_bytes),
        )
    )
