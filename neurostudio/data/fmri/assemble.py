"""From names to a data set: the headers are read, repetition times resolved, and what is odd is said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.bids import DESCRIPTION, folders_above, parse_name
from neurostudio.data.fmri.bids_index import FolderIndex
from neurostudio.data.fmri.found import Found, FoundRun, is_surface, stem_of
from neurostudio.data.fmri.image_facts import ImageFacts, read_facts
from neurostudio.data.fmri.loose import find_loose_runs, fits, pair_loosely
from neurostudio.data.fmri.missing import check_here, size_words
from neurostudio.data.fmri.options import FmriOptions
from neurostudio.data.fmri.pairing import derivatives_root, find_bids_runs
from neurostudio.data.fmri.runs import FmriData, MissingImage, RunFiles
from neurostudio.data.fmri.sidecars import OF_SOURCE, RepetitionTime, repetition_time, slice_timing_problem
from neurostudio.data.import_report import Problem, worst_first

MOST_FOLDERS_UP = 6
_MOST_NAMED = 3


@dataclass(frozen=True)
class Assembled:
    """A data set, with what a report says of it.

    Attributes
    ----------
    facts : dict of str to ImageFacts
        Of each run's image, by its path relative to the data set.
    candidates_s : tuple of float
        Repetition times to choose from where there is a question.
    total_bytes : int
        Size of all files.
    """

    data: FmriData
    facts: dict[str, ImageFacts]
    problems: tuple[Problem, ...]
    candidates_s: tuple[float, ...] = ()
    total_bytes: int = 0

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid the use of the data set."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def is_bids(folder: Path) -> bool:
    """Whether a folder is built as a BIDS data set or as derivatives of one; looks at its own entries only."""
    if (folder / DESCRIPTION).is_file():
        return True
    return any(entry.name.startswith("sub-") and entry.is_dir() for entry in folder.iterdir())


def assemble_folder(folder: Path, options: FmriOptions) -> Assembled:
    """Read a folder.

    Raises
    ------
    RequestError
        The folder cannot be read, or a file that was chosen is not there.
    """
    if not is_bids(folder):
        with FolderIndex(folder) as index:
            found = find_loose_runs(index, lambda path: _facts(index, path).n_volumes, options.files)
            return _assemble(folder, index, found, options, False, folder)
    source = source_of(folder)
    with FolderIndex(source or folder) as index:
        found = find_bids_runs(index)
        if source is not None:
            _keep_only(found, f"{folder.relative_to(source).as_posix()}/")
            if any(run.events or run.source_sidecars for run in found.runs):
                found.problems.append(Problem("note", f"Events and repetition times of the raw data set are used: {source}"))
        if options.files:
            found.runs = [run for run in found.runs if fits(run.path, options.files)]
        return _assemble(folder, index, found, options, True, source or folder)


def source_of(folder: Path) -> Path | None:
    """The raw data set in whose folder ``derivatives`` a folder stands; None where it stands in none."""
    above = folder.parent
    return above.parent if above.name == "derivatives" and is_bids(above.parent) else None


def assemble_file(path: Path, options: FmriOptions) -> Assembled:
    """Read one NIfTI image, with the files beside it, and above it where it stands in a BIDS data set.

    Raises
    ------
    RequestError
        The image cannot be read, its content is not here, or a file that was chosen is not there.
    """
    root = _data_set_of(path)
    relative = path.relative_to(root).as_posix() if root else path.name
    folder = relative.rpartition("/")[0]
    base = root or path.parent
    places = _folders_of(folder) if root else [""]
    with FolderIndex(base, places) as index:
        if relative not in index.files:
            raise RequestError(f"There is no file {path}", fix="Check the name")
        check_here(path)
        facts = _facts(index, relative)
        if facts.error is not None:
            raise facts.error
        found = _of_file(index, relative, bool(root), facts.n_volumes)
        return _assemble(path, index, found, options, bool(root), base)


def _of_file(index: FolderIndex, path: str, in_data_set: bool, n_volumes: int) -> Found:
    if n_volumes == 1:
        return Found(images=[path])
    name = parse_name(path)
    if name is not None and name.is_bold:
        runs = [run for run in find_bids_runs(index).runs if run.path == path]
        if runs and (in_data_set or runs[0].events or runs[0].confounds):
            return Found(runs=runs)
    folder = path.rpartition("/")[0]
    return Found(runs=[pair_loosely(path, [one for one in index.files if one.rpartition("/")[0] == folder])])


def _keep_only(found: Found, prefix: str) -> None:
    """Leave out what does not stand in one folder."""
    found.runs = [run for run in found.runs if run.path.startswith(prefix)]
    found.images = [path for path in found.images if path.startswith(prefix)]
    found.surfaces = [path for path in found.surfaces if path.startswith(prefix)]
    found.missing = [one for one in found.missing if one.path.startswith(prefix)]
    found.problems = []


def _assemble(path: Path, index: FolderIndex, found: Found, options: FmriOptions, is_by_names: bool, base: Path) -> Assembled:
    """Put together what stands at `path`; the paths in `index` and `found` are relative to `base`."""
    folder = path if path.is_dir() else path.parent
    companions = {name: options.companion(name, folder) for name in ("events", "confounds", "mask")}
    facts = {run.path: _facts(index, run.path) for run in found.runs}
    problems = [*found.problems, *_missing_problems(found.missing)]
    problems += _set_aside(found, facts)
    names = _names(found.runs, is_by_names)
    runs: list[RunFiles] = []
    times: dict[str, RepetitionTime] = {}
    for run in found.runs:
        sidecar, broken = _metadata(index, run)
        problems += broken
        time = times[run.path] = repetition_time(sidecar, facts[run.path].tr_s, options.tr_s)
        timing = slice_timing_problem(sidecar, facts[run.path].shape, time.tr_s)
        own = [one for one in (time.problem, timing) if one is not None]
        runs.append(_run_files(base, run, names[run.path], time, sidecar, facts[run.path], companions, own, options))
    problems += grouped((run.name, problem) for run in runs for problem in run.problems)
    placed = [(run.name, facts[run.path]) for run in runs]
    if not path.is_dir():
        placed += [(stem_of(one), _facts(index, one)) for one in found.images]
    problems += _orientation_problems(placed, options)
    problems += _grid_problems(runs, facts, is_by_names)
    data = FmriData(
        path,
        is_by_names,
        tuple(runs),
        tuple(base / one for one in found.images),
        tuple(base / one for one in found.surfaces),
        tuple(found.missing),
        options.orientation,
    )
    candidates = tuple(dict.fromkeys(value for time in times.values() for value in time.candidates_s))
    inside = path.relative_to(base).as_posix() if path != base else ""
    total = sum(max(one.size, 0) for one in index.files.values() if not inside or f"{one.path}/".startswith(f"{inside}/"))
    return Assembled(data, facts, worst_first(dict.fromkeys(problems)), candidates, total)


def _run_files(
    base: Path,
    run: FoundRun,
    name: str,
    time: RepetitionTime,
    sidecar: dict[str, Any],
    facts: ImageFacts,
    companions: Mapping[str, Path | None],
    problems: Sequence[Problem],
    options: FmriOptions,
) -> RunFiles:
    def place(relative: str) -> Path | None:
        return base / relative if relative else None

    return RunFiles(
        name=name,
        bold=base / run.path,
        tr_s=time.tr_s,
        tr_source=time.source,
        entities=run.entities,
        events=companions["events"] or place(run.events),
        confounds=companions["confounds"] or place(run.confounds),
        mask=companions["mask"] or place(run.mask),
        anatomy=place(run.anatomy),
        sidecar=sidecar,
        problems=tuple(problems),
        reference=place(run.reference),
        path=run.path,
        is_preprocessed=run.is_preprocessed,
        n_volumes=facts.n_volumes,
        orientation=options.orientation if facts.needs_orientation else None,
    )


def _facts(index: FolderIndex, path: str) -> ImageFacts:
    if index.files[path].absence is not None or is_surface(path):
        return ImageFacts()
    return ImageFacts.from_dict(index.facts(path, read_facts))


def _metadata(index: FolderIndex, run: FoundRun) -> tuple[dict[str, Any], list[Problem]]:
    """Sidecars merged, the nearest last; a broken one is left out and named."""
    merged: dict[str, Any] = {}
    problems = []
    for path in (*run.source_sidecars, *run.sidecars):
        try:
            found = index.sidecar(path)
        except RequestError as error:
            problems.append(Problem("warning", f"{error.what}; the sidecar was left out"))
            continue
        merged |= {key: value for key, value in found.items() if path not in run.source_sidecars or key in OF_SOURCE}
    return merged, problems


def _set_aside(found: Found, facts: dict[str, ImageFacts]) -> list[Problem]:
    """Take out what is called a run but cannot be read, or holds one volume."""
    unreadable = [run for run in found.runs if facts[run.path].error is not None]
    problems = [Problem("warning", f"Left out: {facts[run.path].error}") for run in unreadable[:_MOST_NAMED]]
    if len(unreadable) > _MOST_NAMED:
        problems.append(Problem("warning", f"{len(unreadable) - _MOST_NAMED:,} more images cannot be read and were left out"))
    single = [run for run in found.runs if facts[run.path].n_volumes == 1]
    if single:
        message = f"{len(single):,} images are called runs but hold one volume: {_few([run.path for run in single])}"
        problems.append(Problem("warning", message))
    found.images += [run.path for run in single]
    dropped = {run.path for run in (*unreadable, *single)}
    found.runs = [run for run in found.runs if run.path not in dropped]
    for path in dropped:
        del facts[path]
    return problems


def _missing_problems(missing: Sequence[MissingImage]) -> list[Problem]:
    if not missing:
        return []
    told = [one.absence.size_bytes for one in missing if one.absence.size_bytes is not None]
    total = f", {size_words(sum(told))} in all" if told else ""
    partly = f" ({len(missing) - len(told):,} of unknown size)" if told and len(told) < len(missing) else ""
    if len(missing) == 1:
        return [Problem("warning", f"{missing[0].words}. {missing[0].absence.fix}".rstrip(". "))]
    first = missing[0]
    message = f"{len(missing):,} images not downloaded{total}{partly}, such as {first.path} ({first.absence.reason})"
    return [Problem("warning", f"{message}. {missing[0].absence.fix}".rstrip(". "))]


def grouped(problems: Iterable[tuple[str, Problem]]) -> list[Problem]:
    """One problem for what many runs have in common."""
    runs: dict[Problem, list[str]] = defaultdict(list)
    for name, problem in problems:
        runs[problem].append(name)
    return [Problem(one.severity, f"{_few(names)}: {one.message}") for one, names in runs.items()]


def _orientation_problems(placed: Sequence[tuple[str, ImageFacts]], options: FmriOptions) -> list[Problem]:
    problems = []
    torn = [name for name, facts in placed if facts.needs_orientation]
    if torn and options.orientation is None:
        message = (
            f"{_few(torn)}: sform and qform of the header place the image differently, by more than 0.5 mm; choose the right one "
            "with the option orientation (--option orientation=sform)"
        )
        problems.append(Problem("error", message))
    elif torn:
        message = f"{_few(torn)}: sform and qform disagree; the {options.orientation} is used as chosen with orientation"
        problems.append(Problem("note", message))
    bare = [name for name, facts in placed if not facts.has_orientation]
    if bare:
        problems.append(Problem("warning", f"{_few(bare)}: no orientation in the header; left and right are unknown"))
    return problems


def _grid_problems(runs: Sequence[RunFiles], facts: Mapping[str, ImageFacts], is_by_names: bool) -> list[Problem]:
    """In a folder without BIDS names, images of several grids need a pattern."""
    if is_by_names:
        return []
    grids: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for run in runs:
        grids[(facts[run.path].shape, facts[run.path].affine)].append(run.path)
    if len(grids) < 2:
        return []
    parts = [f"{' x '.join(map(str, grid[0]))} ({len(paths):,}, such as {paths[0]})" for grid, paths in grids.items()]  # type: ignore[call-overload]
    more = f" and {len(parts) - _MOST_NAMED:,} more" if len(parts) > _MOST_NAMED else ""
    message = f"The runs are on {len(grids)} grids: {', '.join(parts[:_MOST_NAMED])}{more}; choose with the option files"
    return [Problem("warning", message)]


def _names(runs: Sequence[FoundRun], is_by_names: bool) -> dict[str, str]:
    """A short name for each run, unique, usable in file names."""
    short = {run.path: stem_of(run.path).removesuffix("_bold") for run in runs}
    folders = {run.path: run.path.rpartition("/")[0].replace("/", "_") for run in runs}
    if not is_by_names and len(set(folders.values())) == len(runs) and all(folders.values()):
        return folders
    if len(set(short.values())) == len(runs):
        return short
    return {path: f"{folders[path]}_{name}" if folders[path] else name for path, name in short.items()}


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _data_set_of(path: Path) -> Path | None:
    """The outermost BIDS data set that a file stands in; None where there is none."""
    return next((above for above in list(path.parents)[MOST_FOLDERS_UP - 1 :: -1] if (above / DESCRIPTION).is_file()), None)


def _folders_of(folder: str) -> list[str]:
    """Folders in which what belongs to the images of a folder may lie: above it, beside it, and in the raw data set."""
    root = derivatives_root(folder)
    above = [*folders_above(folder), *folders_above(folder[len(root) :].lstrip("/"))]
    return [*above, *(f"{one}/anat" for one in above if one)]
