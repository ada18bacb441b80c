"""File names of BIDS: entities, suffix and extension, and which metadata apply to which file.

Source: Brain Imaging Data Structure 1.9, "File name structure" and "The Inheritance Principle". Names of old fMRIPrep releases
(``..._bold_space-T1w_preproc.nii.gz``) are read as their successors.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

IMAGE_EXTENSIONS = (".nii.gz", ".nii")
DESCRIPTION = "dataset_description.json"

_EXTENSIONS = (
    *(".tsv.gz", ".nii.gz"),
    *(".dtseries.nii", ".ptseries.nii", ".dscalar.nii", ".pscalar.nii", ".dlabel.nii"),
    *(".func.gii", ".surf.gii", ".shape.gii", ".label.gii"),
)
_PART = re.compile(r"([A-Za-z]+)-(.+)", re.DOTALL)
_NUMBERED = ("run", "echo")
_OLD_SUFFIXES = {"preproc": ("bold", "preproc"), "brainmask": ("mask", "brain"), "confounds": ("timeseries", "confounds")}

ANATOMIES = ("T1w", "T2w", "UNIT1", "inplaneT2", "inplaneT1", "FLAIR", "PDw", "T2starw")


@dataclass(frozen=True)
class BidsName:
    """One file name, taken apart.

    Attributes
    ----------
    path : str
        Relative to the data set, with slashes.
    entities : dict of str to str
        In the order of the name, such as ``{"sub": "01", "task": "rest"}``.
    suffix, extension : str
        ``bold`` and ``.nii.gz``; the extension begins with a dot.
    """

    path: str
    entities: dict[str, str]
    suffix: str
    extension: str

    @property
    def folder(self) -> str:
        """Folder of the file, relative to the data set; empty for the data set itself."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Name of the file without its extension."""
        return self.name.removesuffix(self.extension)

    @property
    def is_image(self) -> bool:
        """Whether it is called a NIfTI volume (CIFTI files end so too, but are none)."""
        return self.extension in IMAGE_EXTENSIONS

    @property
    def is_bold(self) -> bool:
        """Whether it is called a functional run."""
        return self.suffix == "bold" and self.is_image and self.entities.get("part", "mag") == "mag"

    @property
    def is_confounds(self) -> bool:
        """Whether it is called a table of confounds, by the old names or the new."""
        return self.extension == ".tsv" and (
            self.entities.get("desc") == "confounds"
            or (self.suffix in ("regressors", "timeseries") and "_confounds_" in self.name)
        )

    @property
    def is_brain_mask(self) -> bool:
        """Whether it is called a mask of the brain."""
        described = self.entities.get("desc", self.entities.get("label", "brain"))
        return self.suffix == "mask" and self.is_image and described == "brain"


def parse_name(path: str) -> BidsName | None:
    """Take a file name apart; None for a name that is not built as BIDS builds them.

    >>> parse_name("sub-01/func/sub-01_task-rest_run-2_bold.nii.gz").entities
    {'sub': '01', 'task': 'rest', 'run': '2'}
    """
    name = path.rpartition("/")[2]
    extension = next((ending for ending in _EXTENSIONS if name.endswith(ending)), "") or PurePosixPath(name).suffix
    *parts, suffix = name.removesuffix(extension).split("_")
    entities: dict[str, str] = {}
    words: list[str] = []
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None:
            words.append(part)
        elif match[1] in entities:
            return None
        else:
            entities[match[1]] = match[2]
    if not suffix or "-" in suffix or not extension:
        return None
    if words == ["bold"] and suffix in _OLD_SUFFIXES:
        suffix, entities["desc"] = _OLD_SUFFIXES[suffix]
    elif words not in ([], ["confounds"]) or not (entities or suffix):
        return None
    return BidsName(path, entities, suffix, extension)


def is_entity_subset(few: Mapping[str, str], many: Mapping[str, str], ignored: frozenset[str] = frozenset()) -> bool:
    """Whether every entity of `few` stands in `many` with the same value; numbers are compared as numbers."""
    return all(same_value(key, value, many.get(key)) for key, value in few.items() if key not in ignored)


def same_value(key: str, one: str, other: str | None) -> bool:
    """Whether two values of an entity mean the same: ``run-1`` is ``run-01``."""
    if one == other or other is None:
        return one == other
    return key in _NUMBERED and one.isdecimal() and other.isdecimal() and int(one) == int(other)


def folders_above(folder: str) -> Iterator[str]:
    """The data set, then each folder on the way down to `folder`, itself too.

    >>> list(folders_above("sub-01/func"))
    ['', 'sub-01', 'sub-01/func']
    """
    yield ""
    parts = folder.split("/") if folder else []
    for number in range(1, len(parts) + 1):
        yield "/".join(parts[:number])
