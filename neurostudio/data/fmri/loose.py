"""Pairing without BIDS: a folder of images, or one image, and the tables that lie beside it.

The tables of an image are those named after it, else the only one of its sort in the same folder.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from fnmatch import fnmatch

from neurostudio.data.fmri.bids_index import FolderIndex
from neurostudio.data.fmri.found import Found, FoundRun, is_surface, is_volume, missing_of, stem_of
from neurostudio.data.import_report import Problem

_EVENTS = re.compile(r"events[^/]*\.(tsv|csv|txt)$", re.IGNORECASE)
_CONFOUNDS = re.compile(
    r"(\.par|(^|[/_])rp_[^/]*\.txt|moest[^/]*|_mcf[^/]*\.(txt|par|1D)|motion[^/]*\.(txt|1D|tsv)|movement_regressors[^/]*\.txt"
    r"|confounds[^/]*\.(tsv|csv|txt))$",
    re.IGNORECASE,
)
_MASK = re.compile(r"(^|[/_.-])(brain_?)?mask([_.-][^/]*)?\.nii(\.gz)?$", re.IGNORECASE)
_ENTITY = re.compile(r"(sub|ses|task|run)-?(\d+)(?![\d])", re.IGNORECASE)
_ENTITY_WITH_LABEL = re.compile(r"(?:^|[/_])(sub|ses|task|run)-([A-Za-z0-9]+)")


def find_loose_runs(index: FolderIndex, n_volumes_of: Callable[[str], int], pattern: str = "") -> Found:
    """Find the runs among images with names of any kind.

    Parameters
    ----------
    n_volumes_of : callable
        Number of volumes of an image by its path; 0 where the header cannot be read.
    pattern : str
        Only images whose path or name fits are runs, such as ``bold_25mm.nii.gz``.
    """
    found = Found()
    folders: dict[str, list[str]] = defaultdict(list)
    for path in index.files:
        folders[path.rpartition("/")[0]].append(path)
    for path in index.files:
        if is_surface(path):
            found.surfaces.append(path)
        if not is_volume(path):
            continue
        if (gone := missing_of(index, path)) is not None:
            found.missing.append(gone)
        elif n_volumes_of(path) > 1 and fits(path, pattern):
            found.runs.append(_run(path, folders[path.rpartition("/")[0]]))
        else:
            found.images.append(path)
    found.problems += _shared_tables(found.runs)
    return found


def fits(path: str, pattern: str) -> bool:
    """Whether a path, or the name at its end, fits a pattern; everything fits an empty one."""
    return not pattern or fnmatch(path, pattern) or fnmatch(path.rpartition("/")[2], pattern)


def pair_loosely(path: str, beside: Sequence[str]) -> FoundRun:
    """One image with the tables among the files of its folder."""
    return _run(path, beside)


def entities_in(path: str) -> dict[str, str]:
    """Entities of a path that is not quite BIDS.

    >>> entities_in("sub001/BOLD/task001_run002/bold.nii.gz")
    {'sub': '001', 'task': '001', 'run': '002'}
    """
    found = {key.lower(): value for key, value in _ENTITY.findall(path)}
    return {**found, **dict(_ENTITY_WITH_LABEL.findall(path))}


def _run(path: str, beside: Sequence[str]) -> FoundRun:
    stem = stem_of(path)
    return FoundRun(
        path,
        entities_in(path),
        sidecars=[one for one in beside if one.rpartition("/")[2] == f"{stem}.json"],
        events=_one_of(stem, [one for one in beside if _EVENTS.search(one)]),
        confounds=_one_of(stem, [one for one in beside if _CONFOUNDS.search(one)]),
        mask=_one_of(stem, [one for one in beside if one != path and _MASK.search(one)]),
    )


def _one_of(stem: str, candidates: Sequence[str]) -> str:
    """The one that is named after the image, else the only one; empty where several could be meant."""
    named = [one for one in candidates if _is_named_after(one.rpartition("/")[2], stem)]
    for group in (named, candidates):
        if len(group) == 1:
            return group[0]
    return ""


def _is_named_after(name: str, stem: str) -> bool:
    """``run1_events.tsv``, ``rp_run1.txt`` and ``run1_mcf.par`` are named after ``run1``; so is the first after ``run1_bold``."""
    bare = stem.removesuffix("_bold")
    return re.match(rf"(rp_)?({re.escape(stem)}|{re.escape(bare)})(?![A-Za-z0-9])", name) is not None


def _shared_tables(runs: Sequence[FoundRun]) -> list[Problem]:
    """Say where several images of one folder take the same events."""
    users: dict[str, list[str]] = defaultdict(list)
    for run in runs:
        if run.events:
            users[run.events].append(run.path)
    shared = {events: paths for events, paths in users.items() if len(paths) > 1}
    if not shared:
        return []
    events, paths = next(iter(shared.items()))
    names = ", ".join(path.rpartition("/")[2] for path in paths[:4])
    where = f" (so in {len(shared):,} folders)" if len(shared) > 1 else ""
    return [Problem("note", f"{events.rpartition('/')[2]} is the only table of events beside {names}: all take it{where}")]
