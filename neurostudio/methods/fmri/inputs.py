"""From the inputs of a run to 4D images that a method may trust: whole, on one grid, with TR, events and confounds.

Every image is read once from its start to its end before it is used. That pass verifies the checksum inside a ``.nii.gz``, and
gives the mean image and the voxels that are finite and change in time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from neurostudio.core.context import Context
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.core.provenance import sha256_of
from neurostudio.data.fmri.confounds import Confounds, read_confounds
from neurostudio.data.fmri.events import Events, read_events
from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.header import Header, read_header
from neurostudio.data.fmri.image import open_image
from neurostudio.data.fmri.runs import FmriData, RunFiles
from neurostudio.data.registry import open_data
from neurostudio.methods.fmri.nifti import load_data, make_image
from neurostudio.methods.fmri.specs.selection import RunSelection

LEAST_VOLUMES = 20
LEAST_OVERLAP_S = 60.0
SAME_GRID_MM = 1e-2
_VERSION = re.compile(r"_(space|res|den|desc|cohort)-[^_]+")


@dataclass(frozen=True, eq=False)
class BoldRun:
    """One run, verified.

    Attributes
    ----------
    name : str
        Unique among the runs of one job.
    image : Nifti1Image
        4D, still on disk; its affine is the one that the data set's orientation option chose, its fourth zoom is the TR.
    tr_s : float or None
        Seconds between volumes, None only where a method can do without.
    mask : Path or None
        Brain mask of the derivatives.
    mean : ndarray, shape (X, Y, Z), float32
        Mean over time; 0 where a voxel is ever not finite.
    usable : ndarray of bool, shape (X, Y, Z)
        Finite in every volume and not constant.
    finite : ndarray of bool, shape (X, Y, Z)
        Finite in every volume.
    """

    name: str
    image: Nifti1Image
    header: Header
    grid: Grid
    tr_s: float | None
    tr_source: str
    events: Events | None
    confounds: Confounds | None
    mask: Path | None
    mean: NDArray[np.float32]
    usable: NDArray[np.bool_]
    finite: NDArray[np.bool_]
    n_volumes: int
    sha256: str
    files: RunFiles

    @property
    def repetition_s(self) -> float:
        """The TR where the method asked for it (``need_tr``)."""
        if self.tr_s is None:
            raise ValueError(f"the TR of {self.name} was not asked for")
        return self.tr_s

    def volumes(self, context: Context, phase: str = "") -> Iterator[NDArray[np.float32]]:
        """Yield each volume (X, Y, Z) in order, scaled; one is in memory at a time where the image is not compressed."""
        yield from _volumes(context, self.files.bold, self.n_volumes, phase or f"Read {self.name}")


def bold_runs(
    context: Context,
    selection: RunSelection,
    *,
    least_volumes: int = LEAST_VOLUMES,
    need_events: bool = False,
    need_tr: bool = True,
) -> list[BoldRun]:
    """Find, check and verify the runs of the role ``bold``, with their events and confounds.

    Parameters
    ----------
    least_volumes : int
        Shorter runs are refused.
    need_events, need_tr : bool
        Whether a run without events, or without a known TR, is refused.

    Returns
    -------
    list of BoldRun
        In the order of the inputs, and of the names within a folder.

    Raises
    ------
    RequestError
        Names the file, the cause and the next step: damaged or 3D images, an unknown TR, runs on different grids, tables of
        another length, events outside the run.
    """
    files = _selected(context, selection)
    events = _paired(context, "events", len(files), may_share=True)
    confounds = _paired(context, "confounds", len(files), may_share=False)
    headers = [read_header(one.bold) for one in files]
    for one, header in zip(files, headers, strict=True):
        _check_length(one.bold, header, least_volumes)
        _tell(context, one)
    grids = [header.grid(one.orientation) for one, header in zip(files, headers, strict=True)]
    _check_one_grid(files, grids)
    runs = []
    for number, (one, header, grid) in enumerate(zip(files, headers, grids, strict=True)):
        tr_s, source = _tr(one, selection, need_tr)
        run_events = _events(one, events[number], header.n_volumes, tr_s, need_events, context)
        run_confounds = _confounds(one, confounds[number], header.n_volumes)
        mean, usable, finite = _scan(context, one, header, grid)
        runs.append(
            BoldRun(
                name=one.name,
                image=_lazy_image(one.bold, grid, tr_s, header.sform_code),
                header=header,
                grid=grid,
                tr_s=tr_s,
                tr_source=source,
                events=run_events,
                confounds=run_confounds,
                mask=one.mask,
                mean=mean,
                usable=usable,
                finite=finite,
                n_volumes=header.n_volumes,
                sha256=sha256_of(one.bold),
                files=one,
            )
        )
    return runs


def mean_of_runs(runs: Sequence[BoldRun]) -> NDArray[np.float32]:
    """Mean over time and runs, each volume counted once. Shape (X, Y, Z)."""
    total = sum(run.n_volumes for run in runs)
    weighted = [run.mean.astype(np.float64) * (run.n_volumes / total) for run in runs]
    mean: NDArray[np.float32] = np.sum(weighted, axis=0).astype(np.float32)
    return mean


def write_runs_table(context: Context, runs: Sequence[BoldRun], kept: Sequence[int] | None = None) -> None:
    """Write the table ``runs``: what was used, and its checksum."""
    context.table(
        "runs",
        {
            "run": [run.name for run in runs],
            "volumes": [run.n_volumes for run in runs],
            "kept_volumes": list(kept) if kept is not None else [run.n_volumes for run in runs],
            "tr_s": ["" if run.tr_s is None else run.tr_s for run in runs],
            "tr_source": [run.tr_source for run in runs],
            "events": [0 if run.events is None else len(run.events.onset_s) for run in runs],
            "confounds": [0 if run.confounds is None else len(run.confounds.columns) for run in runs],
            "image": [run.files.bold.name for run in runs],
            "sha256": [run.sha256 for run in runs],
        },
        title="Runs",
    )


# --- which files ----------------------------------------------------------------------------------------------------------


def _selected(context: Context, selection: RunSelection) -> list[RunFiles]:
    given = context.inputs_of("bold")
    if not given:
        raise RequestError("No image was given", fix="Add an input of the role 'bold': a 4D NIfTI file or a BIDS folder")
    pairs = [
        (one.name, run)
        for one in given
        for run in (_runs_of_data(one, selection) if one.kind == "fmri" else [_run_of_artifact(one)])
    ]
    return [replace(run, name=name) for (_, run), name in zip(pairs, _names(pairs), strict=True)]


def _names(pairs: Sequence[tuple[str, RunFiles]]) -> list[str]:
    """The shortest names that tell the runs apart: without space and version, with them, with the data set's name, numbered."""
    short = [_VERSION.sub("", run.name) for _, run in pairs]
    owned = [f"{owner}-{run.name}" for owner, run in pairs]
    for names in (short, [run.name for _, run in pairs], owned):
        if len(set(names)) == len(names):
            return names
    return [f"{name}-{number}" for number, name in enumerate(owned, start=1)]


def _runs_of_data(given: Input, selection: RunSelection) -> list[RunFiles]:
    options: dict[str, Any] = dict(given.options)
    if selection.tr_s is not None:
        options["tr_s"] = selection.tr_s
    try:
        data: FmriData = open_data(given.path, "fmri", options)
    except RequestError as error:
        if selection.tr_s is None and "tr_s" in f"{error.why} {error.fix}":
            raise RequestError(
                error.what, error.why, "In a job: set selection.tr_s to the seconds between two volumes"
            ) from error
        raise
    if not data.runs and given.path.is_file() and len(data.images) == 1:
        _check_length(given.path, read_header(given.path), LEAST_VOLUMES)
    asked = {key: value for key in ("subject", "session", "task", "run", "space", "files") if (value := getattr(selection, key))}
    return list(data.select(**asked))


def _run_of_artifact(given: Input) -> RunFiles:
    """The volumes that another run left: all that is known of them stands in their header."""
    header = read_header(given.path)
    name = given.path.name.removesuffix(".gz").removesuffix(".nii")
    return RunFiles(name, given.path, header.tr_s, "header", n_volumes=header.n_volumes)


def _paired(context: Context, role: str, n_run: int, *, may_share: bool) -> list[Path | None]:
    """One table of a role for each run, None where none was given."""
    tables: list[Path | None] = [given.path for given in context.inputs_of(role)]
    if not tables:
        return [None] * n_run
    if len(tables) == n_run:
        return tables
    if len(tables) == 1 and may_share:
        return tables * n_run
    shared = ", or one for all of them" if may_share else ""
    raise RequestError(
        f"{len(tables)} tables were given for the role '{role}', and there are {n_run} runs",
        fix=f"Give one table a run, in the order of the runs{shared}",
    )


# --- checks ---------------------------------------------------------------------------------------------------------------


def _check_length(path: Path, header: Header, least: int) -> None:
    if header.n_volumes < least:
        volumes = f"{header.n_volumes} volume{'' if header.n_volumes == 1 else 's'}"
        fix = "It may serve as a mask or as anatomy; as 'bold' give" if header.n_volumes == 1 else "Give"
        raise RequestError(f"{path} has {volumes}, and this needs >= {least}", fix=f"{fix} a 4D run")


def _tell(context: Context, run: RunFiles) -> None:
    for problem in run.problems:
        context.log(f"{run.name}: {problem.message}", "info" if problem.severity == "note" else "warning")


def _check_one_grid(files: Sequence[RunFiles], grids: Sequence[Grid]) -> None:
    first = grids[0]
    for run, grid in zip(files[1:], grids[1:], strict=True):
        if grid.shape != first.shape or not grid.close_to(first, SAME_GRID_MM):
            raise RequestError(
                f"The runs are on different grids: {files[0].bold.name} and {run.bold.name}",
                f"{grid_text(first)} against {grid_text(grid)}",
                "Select the runs of one space (selection.space), or resample them to one grid first",
            )


def grid_text(grid: Grid) -> str:
    """Shape and affine in one line, for messages."""
    rows = "; ".join(" ".join(f"{value:.4g}" for value in row) for row in grid.affine[:3])
    return f"{'x'.join(str(size) for size in grid.shape)} with affine [{rows}]"


def _tr(run: RunFiles, selection: RunSelection, needed: bool) -> tuple[float | None, str]:
    if selection.tr_s is not None:
        return selection.tr_s, "selection.tr_s"
    if run.tr_s is None and needed:
        why = " ".join(problem.message for problem in run.problems if "TR" in problem.message)
        raise RequestError(f"The TR of {run.bold} is not known", why, "Set selection.tr_s to the seconds between two volumes")
    return run.tr_s, run.tr_source


def _events(
    run: RunFiles, given: Path | None, n_volumes: int, tr_s: float | None, needed: bool, context: Context
) -> Events | None:
    path = given or run.events
    if path is None:
        if needed:
            raise RequestError(
                f"There are no events for {run.name}",
                fix="Put its _events.tsv beside the image, or add an input of the role 'events'",
            )
        return None
    events = read_events(path)
    if tr_s is not None:
        _check_overlap(path, events, n_volumes * tr_s, run.name, context)
    return events


def _check_overlap(path: Path, events: Events, length_s: float, name: str, context: Context) -> None:
    """What is odd about the events is told; with next to no overlap they belong to another run."""
    past = int((events.onset_s >= length_s).sum())
    if past:
        overlap_s = min(float(events.end_s.max()), length_s) - max(float(events.onset_s.min()), 0.0)
        if past == len(events) or overlap_s < min(LEAST_OVERLAP_S, length_s / 2):
            raise RequestError(
                f"The events in {path} do not fit {name}: {past} of {len(events)} begin after its end",
                f"The run lasts {length_s:g} s, and the events go from {events.onset_s.min():g} s to {events.end_s.max():g} s",
                "Give the events of this run, or correct selection.tr_s",
            )
    for problem in (*events.problems, *events.beside_run(length_s)):
        context.log(f"{name}: {problem.message}", "info" if problem.severity == "note" else "warning")


def _confounds(run: RunFiles, given: Path | None, n_volumes: int) -> Confounds | None:
    path = given or run.confounds
    if path is None:
        return None
    confounds = read_confounds(path)
    if confounds.n_volumes != n_volumes:
        raise RequestError(
            f"{path} has {confounds.n_volumes} rows, and {run.bold} has {n_volumes} volumes",
            fix="Give the confounds of this run, or cut both to the same volumes",
        )
    return confounds


# --- reading --------------------------------------------------------------------------------------------------------------


def _volumes(context: Context, path: Path, n_volumes: int, phase: str) -> Iterator[NDArray[np.float32]]:
    image = open_image(path)
    try:
        image.load(lambda done, total: context.progress(done, total, phase, "volumes"), context.should_stop)
        for time in range(n_volumes):
            context.check_stop()
            yield image.volume(time)
    finally:
        image.close()


def _scan(
    context: Context, run: RunFiles, header: Header, grid: Grid
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Read the image once to its end: mean, voxels that are finite and change, voxels that are finite."""
    total = np.zeros(grid.shape, np.float64)
    finite = np.ones(grid.shape, np.bool_)
    varies = np.zeros(grid.shape, np.bool_)
    first: NDArray[np.float32] | None = None
    for volume in _volumes(context, run.bold, header.n_volumes, f"Verify {run.name}"):
        is_finite = np.isfinite(volume)
        finite &= is_finite
        total += np.where(is_finite, volume, 0)
        if first is None:
            first = volume.copy()
        varies |= volume != first
    mean = np.where(finite, total / header.n_volumes, 0).astype(np.float32)
    return mean, finite & varies, finite


def _lazy_image(path: Path, grid: Grid, tr_s: float | None, sform_code: int) -> Nifti1Image:
    """The image on disk as nibabel has it, 4D, with the chosen affine and the TR in its header."""
    data = load_data(path)
    if len(data.shape) != 4:  # ITK stores time as a fifth axis
        data = np.asanyarray(data).reshape(*grid.shape, -1, order="F")
    return make_image(data, grid.affine, sform_code=sform_code, tr_s=tr_s)
