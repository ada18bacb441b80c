"""What an import report says of an fMRI data set: facts, and whether tables and masks fit their runs."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.assemble import Assembled, grouped
from neurostudio.data.fmri.events import Events, read_events
from neurostudio.data.fmri.header import Header, read_header
from neurostudio.data.fmri.runs import RunFiles
from neurostudio.data.import_report import Problem
from neurostudio.data.numbers import is_number

MOST_RUNS_CHECKED = 2000
MOST_IN_SAMPLE = 8
_MOST_LISTED = 12
_LEAST_VOLUMES = 20


def folder_facts(assembled: Assembled) -> dict[str, Any]:
    """Facts of a folder; JSON types only."""
    data = assembled.data
    volumes = [run.n_volumes for run in data.runs if run.n_volumes]
    missing_bytes = sum(one.absence.size_bytes or 0 for one in data.missing)
    known_tr_s = sorted({round(run.tr_s, 4) for run in data.runs if run.tr_s is not None})
    facts: dict[str, Any] = {
        "subjects": len(_labels(assembled, "sub")),
        "sessions": len(_labels(assembled, "ses")),
        "tasks": _few(_labels(assembled, "task")),
        "runs": len(data.runs),
        "volumes": sum(volumes),
        "tr_s": _few([f"{value:g}" for value in known_tr_s]),
        "grids": _few(_grids(assembled)),
        "spaces": _few(data.values("space")) if data.is_bids and data.runs else "",
        "runs_with_events": sum(run.events is not None for run in data.runs),
        "runs_with_confounds": sum(run.confounds is not None for run in data.runs),
        "other_images": len(data.images),
        "surface_files": len(data.surfaces),
        "missing_images": data.n_missing,
        "missing_bytes": missing_bytes,
        "size_bytes": assembled.total_bytes,
        "subject_labels": _labels(assembled, "sub")[:MOST_RUNS_CHECKED],
        "file_patterns": {} if data.is_bids else _patterns(data.runs),
        "tr_candidates_s": list(assembled.candidates_s),
    }
    kept = ("runs", "volumes", "size_bytes")
    return {name: value for name, value in facts.items() if value or name in kept}


def header_facts(header: Header, orientation: str | None = None) -> dict[str, Any]:
    """Facts of one image, placed as a person chose where that was asked; JSON types only."""
    is_open = header.needs_orientation and orientation is None
    chosen: Literal["sform", "qform"] | None = None
    if header.needs_orientation:
        chosen = "qform" if orientation == "qform" else "sform"
    grid = header.grid(chosen)
    return {
        "format": header.format,
        "volumes": header.n_volumes,
        "shape": list(header.shape_3d),
        "zooms_mm": [round(zoom, 4) for zoom in header.zooms_mm],
        "tr_s": header.tr_s,
        "axes": "".join(grid.axis_codes) if header.has_orientation and not is_open else "",
        "affine_source": "unclear" if is_open else chosen or header.affine_source,
        "sform_code": header.sform_code,
        "qform_code": header.qform_code,
        "affine": [[round(float(value), 6) for value in row] for row in grid.affine],
        "space_units": header.space_units,
        "time_units": header.time_units,
        "data_type": header.dtype.name,
        "big_endian": header.is_big_endian,
        "slope": header.slope,
        "inter": header.inter,
        "intent": header.intent,
        "raw_bytes": header.raw_bytes,
        "size_bytes": header.size_bytes,
    }


def run_facts(run: RunFiles) -> dict[str, Any]:
    """What belongs to one run; JSON types only."""
    facts = {
        "tr_s": run.tr_s,
        "tr_from": run.tr_source,
        "events": run.events.name if run.events else "",
        "confounds": run.confounds.name if run.confounds else "",
        "mask": run.mask.name if run.mask else "",
        "anatomy": run.anatomy.name if run.anatomy else "",
        "discarded_volumes": run.n_discarded,
    }
    return {name: value for name, value in facts.items() if value}


def sample_of(assembled: Assembled) -> tuple[dict[str, Any], ...]:
    """A few runs to look at, or images that are missing."""
    runs = assembled.data.runs[:MOST_IN_SAMPLE]
    if not runs:
        missing = assembled.data.missing[:MOST_IN_SAMPLE]
        return tuple({"image": one.path, "state": "not downloaded", "why": one.absence.reason} for one in missing)
    return tuple(
        {
            "run": run.name,
            "volumes": run.n_volumes or 0,
            "TR (s)": f"{run.tr_s:g}" if run.tr_s else "?",
            "events": run.events.name if run.events else "none",
            "confounds": run.confounds.name if run.confounds else "none",
        }
        for run in runs
    )


def table_problems(assembled: Assembled) -> list[Problem]:
    """Read the events and count the rows of the confounds of every run, and compare them with the runs."""
    return grouped(_of_runs(assembled))


def _of_runs(assembled: Assembled) -> Iterator[tuple[str, Problem]]:
    known: dict[Path, Events | RequestError] = {}
    masks: dict[Path, tuple[int, ...] | RequestError] = {}
    for run in islice(assembled.data.runs, MOST_RUNS_CHECKED):
        if run.events is not None:
            if run.events not in known:
                known[run.events] = _events(run.events)
            yield from ((run.name, problem) for problem in _of_events(known[run.events], run))
        if run.confounds is not None and (problem := _of_confounds(run.confounds, run.n_volumes)) is not None:
            yield run.name, problem
        if run.mask is not None:
            if run.mask not in masks:
                masks[run.mask] = _shape(run.mask)
            yield from ((run.name, problem) for problem in _of_mask(run.mask, masks[run.mask], assembled.facts[run.path].shape))
        if run.n_discarded:
            message = f"{run.n_discarded:,} volumes were discarded before the first stored one; onsets of events count from the stored one"
            yield run.name, Problem("note", message)
        if run.n_volumes and run.n_volumes < _LEAST_VOLUMES:
            yield run.name, Problem("note", f"only {run.n_volumes} volumes; most methods need at least {_LEAST_VOLUMES}")


def _events(path: Path) -> Events | RequestError:
    try:
        return read_events(path)
    except RequestError as error:
        return error


def _of_events(events: Events | RequestError, run: RunFiles) -> Iterator[Problem]:
    if isinstance(events, RequestError):
        yield Problem("warning", f"The events cannot be used: {events}".rstrip("."))
        return
    yield from events.problems
    if run.duration_s is not None:
        yield from events.beside_run(run.duration_s)


def _of_confounds(path: Path, n_volumes: int | None) -> Problem | None:
    try:
        n_row = _count_rows(path)
    except OSError as error:
        return Problem("warning", f"{path.name} cannot be read: {error.strerror or error}")
    if n_volumes and n_row != n_volumes:
        return Problem("warning", f"{path.name} has {n_row:,} rows, but the image has {n_volumes:,} volumes; it cannot be used")
    return None


def _shape(path: Path) -> tuple[int, ...] | RequestError:
    try:
        return read_header(path).shape_3d
    except RequestError as error:
        return error


def _of_mask(path: Path, found: tuple[int, ...] | RequestError, wanted: tuple[int, ...]) -> Iterator[Problem]:
    if isinstance(found, RequestError):
        yield Problem("warning", f"The mask cannot be used: {found}".rstrip("."))
    elif found != wanted:
        sizes = " and the image ".join(" x ".join(map(str, shape)) for shape in (found, wanted))
        yield Problem("warning", f"The mask {path.name} has another shape than its run: it has {sizes} voxels")


def _count_rows(path: Path) -> int:
    """Rows of a table of confounds, without its line of names; its numbers are not looked at."""
    with path.open("rb") as stream:
        lines = [line for line in stream if line.strip()]
    fields = lines[0].replace(b",", b"\t").split() if lines else []
    has_names = bool(fields) and not any(is_number(field.decode("utf-8", "replace")) for field in fields)
    return len(lines) - has_names


def _labels(assembled: Assembled, entity: str) -> list[str]:
    """Values of an entity among runs and missing images."""
    from neurostudio.data.fmri.loose import entities_in

    labels = {run.entities[entity] for run in assembled.data.runs if entity in run.entities}
    labels |= {found[entity] for one in assembled.data.missing if entity in (found := entities_in(one.path))}
    return sorted(labels)


def _grids(assembled: Assembled) -> list[str]:
    shapes = [assembled.facts[run.path] for run in assembled.data.runs]
    texts = [f"{' x '.join(map(str, one.shape))} of {' x '.join(f'{zoom:g}' for zoom in one.zooms_mm)} mm" for one in shapes]
    return list(dict.fromkeys(texts))


def _patterns(runs: tuple[RunFiles, ...]) -> dict[str, int]:
    """Names of images that occur in several folders, with how often: what the option ``files`` may say."""
    counts: dict[str, int] = {}
    for run in runs:
        counts[run.bold.name] = counts.get(run.bold.name, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1])[:_MOST_LISTED]) if len(counts) > 1 else {}


def _few(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_LISTED:,} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more
