"""Pairing by the rules of BIDS: which sidecars, events, confounds, masks and anatomy belong to which run.

A file of metadata applies to an image when it lies in the image's folder or above it in the same data set, and every entity of
its name stands in the image's name with the same value. Preprocessed images take events and repetition time from the raw data
set that their derivatives folder stands in.
"""

from collections import defaultdict
from collections.abc import Callable

from neurostudio.data.fmri.bids import (
    ANATOMIES,
    DESCRIPTION,
    IMAGE_EXTENSIONS,
    BidsName,
    folders_above,
    is_entity_subset,
)
from neurostudio.data.fmri.bids_index import FolderIndex
from neurostudio.data.fmri.found import Found, FoundRun, is_surface, is_volume, missing_of, named_only, names_of
from neurostudio.data.import_report import Problem

_ANY_VERSION = frozenset({"desc"})
_SAME_GRID = ("space", "res", "den", "cohort")
_FUNC = "func"
_TEXTS = (".json", ".tsv", ".tsv.gz")
_DERIVATIVES = "derivatives"

Places = dict[tuple[str, str], list[BidsName]]
"""Names by (data set, folder inside it)."""


def find_bids_runs(index: FolderIndex) -> Found:
    """Find and pair everything in a BIDS data set, without opening an image."""
    names = names_of(index)
    sets = _DataSets(index)
    groups: dict[str, Places] = {group: defaultdict(list) for group in _GROUPS}
    for path, name in names.items():
        for group, belongs in _GROUPS.items():
            if belongs(name):
                groups[group][sets.place(path)].append(name)
    found = Found()
    for path in index.files:
        if not (is_volume(path) or is_surface(path)):
            continue
        gone, parsed = missing_of(index, path), names.get(path)
        if gone is not None:
            found.missing.append(gone)
        elif is_surface(path):
            found.surfaces.append(path)
        elif parsed is not None and parsed.is_bold:
            found.runs.append(_run(parsed, sets, groups))
        else:
            found.images.append(path)
    _add_named_only(found, names)
    found.problems += _unpaired_events(found, groups["events"])
    return found


class _DataSets:
    """The data sets in a folder: the folder itself, and each derivatives folder with a description of its own."""

    def __init__(self, index: FolderIndex) -> None:
        described = {path.rpartition("/")[0] for path in index.files if path.rpartition("/")[2] == DESCRIPTION}
        under = {root for path in index.files if (root := derivatives_root(path.rpartition("/")[0]))}
        self._roots = {"", *described, *under}
        self._is_derivative = {root: bool(root) for root in self._roots}
        if DESCRIPTION in index.files:
            self._is_derivative[""] = index.sidecar(DESCRIPTION).get("DatasetType") == "derivative"
        self._known: dict[str, str] = {}

    def place(self, path: str) -> tuple[str, str]:
        """The data set of a file, and the folder of the file inside it."""
        folder = path.rpartition("/")[0]
        if folder not in self._known:
            self._known[folder] = max((above for above in folders_above(folder) if above in self._roots), key=len)
        root = self._known[folder]
        return root, folder[len(root) :].lstrip("/")

    def is_derivative(self, root: str) -> bool:
        """Whether a data set holds what was computed from another one."""
        return self._is_derivative[root]

    def source(self, root: str) -> str:
        """The data set from which one was computed: the nearest one above it; itself where there is none."""
        above = root.rpartition("/")[0]
        while root:
            if above in self._roots:
                return above
            if not above:
                return ""
            above = above.rpartition("/")[0]
        return root


def derivatives_root(folder: str) -> str:
    """The folder ``derivatives/PIPELINE`` that a folder is or stands in, ``derivatives`` where subjects stand in it; else empty.

    >>> derivatives_root("derivatives/fmriprep/sub-01/func"), derivatives_root("sub-01/func")
    ('derivatives/fmriprep', '')
    """
    folders = folder.split("/")
    if _DERIVATIVES not in folders:
        return ""
    place = folders.index(_DERIVATIVES)
    has_pipeline = len(folders) > place + 1 and not folders[place + 1].startswith("sub-")
    return "/".join(folders[: place + 1 + has_pipeline])


_GROUPS: dict[str, Callable[[BidsName], bool]] = {
    "sidecars": lambda name: name.suffix == "bold" and name.extension == ".json",
    "events": lambda name: name.suffix == "events" and name.extension == ".tsv",
    "confounds": lambda name: name.is_confounds,
    "masks": lambda name: name.is_brain_mask,
    "references": lambda name: name.suffix in ("boldref", "sbref") and name.is_image,
    "anatomies": lambda name: name.suffix in ANATOMIES and name.is_image,
}


def _run(name: BidsName, sets: _DataSets, groups: dict[str, Places]) -> FoundRun:
    root, folder = sets.place(name.path)
    source = sets.source(root)
    is_preprocessed = sets.is_derivative(root) or name.entities.get("desc", "") == "preproc"

    def above(group: str, data_set: str, ignored: frozenset[str] = frozenset()) -> list[BidsName]:
        return _applying(name, groups[group], data_set, folder, ignored)

    sidecars = above("sidecars", root)
    of_source = above("sidecars", source) if source != root else []
    events = above("events", root) or above("events", source)
    confounds = above("confounds", root, _ANY_VERSION)
    masks = [one for one in above("masks", root, _ANY_VERSION | {"label"}) if _is_same_grid(one, name)]
    references = [one for one in above("references", root, _ANY_VERSION) if _is_same_grid(one, name)]
    return FoundRun(
        name.path,
        name.entities,
        is_preprocessed,
        [one.path for one in sidecars],
        [one.path for one in of_source],
        events[-1].path if events else "",
        confounds[-1].path if confounds else "",
        masks[-1].path if masks else "",
        _anatomy(name, groups["anatomies"], root, is_preprocessed),
        references[-1].path if references else "",
    )


def _applying(name: BidsName, places: Places, root: str, folder: str, ignored: frozenset[str]) -> list[BidsName]:
    """The files of a group that apply to an image: from the data set down, and from few entities to many."""
    found: list[BidsName] = []
    for place in folders_above(folder):
        here = [one for one in places.get((root, place), ()) if is_entity_subset(one.entities, name.entities, ignored)]
        found += sorted(here, key=lambda one: len(one.entities))
    return found


def _is_same_grid(one: BidsName, name: BidsName) -> bool:
    return all(one.entities.get(key) == name.entities.get(key) for key in _SAME_GRID)


def _anatomy(name: BidsName, places: Places, root: str, is_preprocessed: bool) -> str:
    """An anatomical image of the same subject in the space of a run; the same session and T1w first."""
    subject, session = name.entities.get("sub"), name.entities.get("ses")
    folders = [f"sub-{subject}/ses-{session}/anat"] if session else []
    folders.append(f"sub-{subject}/anat")
    candidates = [one for folder in folders for one in places.get((root, folder), ())]
    space = name.entities.get("space")
    if is_preprocessed:
        wanted = None if space == "T1w" else space or ""
        candidates = [one for one in candidates if one.entities.get("space") == wanted]
    fitting = [one for one in candidates if one.entities.get("desc", "preproc") == "preproc"]
    fitting.sort(key=lambda one: (one.entities.get("ses") != session, ANATOMIES.index(one.suffix)))
    return fitting[0].path if fitting else ""


def _add_named_only(found: Found, names: dict[str, BidsName]) -> None:
    """Add the runs of which only the sidecar or the events are here."""
    bold: dict[str, list[BidsName]] = defaultdict(list)
    for name in names.values():
        if name.suffix == "bold" and name.extension not in _TEXTS:  # surfaces and phase images have sidecars too
            bold[name.folder].append(name)
    there = {(name.folder, name.stem) for group in bold.values() for name in group}
    for name in names.values():
        if "sub" not in name.entities:
            continue
        if name.suffix == "bold" and name.extension == ".json":
            stem = name.stem
        elif name.suffix == "events" and name.extension == ".tsv" and name.folder.rpartition("/")[2] == _FUNC:
            if any(is_entity_subset(name.entities, one.entities) for one in bold[name.folder]):
                continue
            stem = f"{name.stem.removesuffix('events')}bold"
        else:
            continue
        if (name.folder, stem) not in there:
            there.add((name.folder, stem))
            path = f"{stem}{IMAGE_EXTENSIONS[0]}"
            found.missing.append(named_only(f"{name.folder}/{path}" if name.folder else path, name.path))
    found.missing.sort(key=lambda one: one.path)


def _unpaired_events(found: Found, places: Places) -> list[Problem]:
    """Say which runs have no events where others have some."""
    without = [run.path for run in found.runs if not run.events and run.entities.get("task", "") != "rest"]
    if not any(places.values()) or not without:
        return []
    shown = ", ".join(path.rpartition("/")[2] for path in without[:3]) + (" and others" if len(without) > 3 else "")
    return [Problem("note", f"{len(without):,} of {len(found.runs):,} runs have no events: {shown}")]
