"""What was found in a folder before any image is opened: runs with their companions, other images, missing ones."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from neurostudio.data.fmri.bids import BidsName, parse_name
from neurostudio.data.fmri.bids_index import FolderIndex
from neurostudio.data.fmri.missing import Absence
from neurostudio.data.fmri.runs import MissingImage
from neurostudio.data.import_report import Problem

SURFACE_ENDINGS = (".gii", ".dtseries.nii", ".ptseries.nii", ".dscalar.nii", ".pscalar.nii", ".dlabel.nii", ".plabel.nii")
VOLUME_ENDINGS = (".nii", ".nii.gz")


@dataclass
class FoundRun:
    """One run by the names of its files; all paths are relative to the data set.

    Attributes
    ----------
    sidecars : list of str
        Those that apply, the farthest first: later ones win.
    source_sidecars : list of str
        For a preprocessed run, those of the raw run that it was made from.
    """

    path: str
    entities: dict[str, str] = field(default_factory=dict)
    is_preprocessed: bool = False
    sidecars: list[str] = field(default_factory=list)
    source_sidecars: list[str] = field(default_factory=list)
    events: str = ""
    confounds: str = ""
    mask: str = ""
    anatomy: str = ""
    reference: str = ""


@dataclass
class Found:
    """Everything that the names in a folder tell."""

    runs: list[FoundRun] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    surfaces: list[str] = field(default_factory=list)
    missing: list[MissingImage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_surface(path: str) -> bool:
    """Whether a file is called GIFTI or CIFTI."""
    return path.lower().endswith(SURFACE_ENDINGS)


def is_volume(path: str) -> bool:
    """Whether a file is called a NIfTI volume."""
    return path.lower().endswith(VOLUME_ENDINGS) and not is_surface(path)


def stem_of(path: str) -> str:
    """Name of an image without its endings.

    >>> stem_of("sub-01/anat/sub-01_T1w.nii.gz")
    'sub-01_T1w'
    """
    name = PurePosixPath(path).name
    return name[: -len(".nii.gz")] if name.lower().endswith(".nii.gz") else name.rpartition(".")[0] or name


def missing_of(index: FolderIndex, path: str) -> MissingImage | None:
    """The image as a missing one; None where its content is here."""
    absence = index.files[path].absence
    return MissingImage(path, absence) if absence else None


def named_only(path: str, by: str) -> MissingImage:
    """An image of which only another file, such as its sidecar, is here."""
    return MissingImage(path, Absence(f"only {PurePosixPath(by).name} is here", fix="Download the images of the data set"))


def names_of(index: FolderIndex) -> dict[str, BidsName]:
    """The files whose names are built as BIDS builds them."""
    parsed = ((path, parse_name(path)) for path in index.files)
    return {path: name for path, name in parsed if name is not None}
