"""Copying a run's outputs out of the project as ordinary files, and drawing one of them as a picture."""

import difflib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import neurostudio
from neurostudio.app.project import Project
from neurostudio.core.errors import RequestError
from neurostudio.core.files import replaced
from neurostudio.core.registry import registry
from neurostudio.report.content import ReportArtifact, ReportCurve, RunContent, identity
from neurostudio.report.plotted import plotted_numbers, with_shown_plot, write_csv
from neurostudio.store.read import curve, curve_names, run_detail
from neurostudio.store.rows import ArtifactRow, RunDetail

if TYPE_CHECKING:
    from neurostudio.app.seen import Seen

PICTURES = (".png", ".svg", ".pdf")
NUMBERS = ".csv"
READING = ".json"
HAVE_NUMBERS = ("table", "array", "spikes", "volume")


def export_run(project: Project, key: str, target: Path | str) -> list[Path]:
    """Copy every artifact of a run, its metrics and its request to a folder; existing files of these names are replaced.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    RequestError
        When the run has nothing to export, or an artifact is missing.
    """
    row = project.find_run(key)
    detail = run_detail(project.store, row.run_id)
    folder = project.run_folder(row.run_id)
    if not detail.artifacts and not detail.metrics:
        raise RequestError(f"Run '{row.name}' has no artifacts and no metrics yet", fix="Wait for it, or resume it")
    destination = Path(target).absolute()
    written: list[Path] = []
    for artifact in detail.artifacts:
        source = artifact.path
        if not source.exists():
            raise RequestError(f"The artifact '{artifact.name}' of run '{row.name}' is missing: {source}")
        with replaced(destination / source.name) as partial:
            shutil.copytree(source, partial) if source.is_dir() else shutil.copyfile(source, partial)
        written.append(destination / source.name)
    with replaced(destination / "metrics.json") as partial:
        partial.write_text(json.dumps(detail.metrics, indent=2) + "\n", encoding="utf-8")
    with replaced(destination / "request.json") as partial:
        shutil.copyfile(folder.request_file, partial)
    return [*written, destination / "metrics.json", destination / "request.json"]


def export_figure(project: Project, key: str, artifact: str, target: Path | str, look: Mapping[str, Any] | None = None) -> Path:
    """Draw one artifact of a run as the report does, or write the numbers behind the picture.

    Parameters
    ----------
    project : Project
        An open project.
    key : str
        The run: id, name, start of its id, or ``latest``.
    artifact : str
        Name of the artifact.
    target : Path or str
        File that ends in ``.png``, ``.svg`` or ``.pdf`` (the picture, with the run's identity in its metadata) or in
        ``.csv`` (the numbers that it shows). An existing file is replaced.
    look : mapping, optional
        For volumes: what a viewer has set (crosshair, thresholds, colours ...; see :mod:`neurostudio.app.seen`). The picture
        then shows what was seen, the table holds the series at the crosshair, and a ``.json`` what stands there.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    RequestError
        Unknown run or artifact, another file ending, or an artifact of a kind that has no picture.
    NeuroError
        When the artifact's file is missing or damaged.
    """
    path = _checked(target, *((READING,) if look is not None else ()))
    detail = run_detail(project.store, project.find_run(key).run_id)
    row = _named(detail, artifact)
    if look is not None:
        from neurostudio.app.seen import seen_of_run

        if row.kind != "volume":
            raise RequestError(f"The artifact '{row.name}' is of the kind {row.kind}", "Only volumes have a look")
        _write_seen(seen_of_run({one.name: one for one in detail.artifacts}, artifact, look), path, _identity(detail), row.title)
        return path
    shown = ReportArtifact(row.name, row.kind, row.path, row.title, row.size, row.sha256, row.plot)
    if path.suffix == NUMBERS and row.kind in HAVE_NUMBERS:
        write_csv(plotted_numbers(shown), path)
        return path
    if row.kind == "figure" and path.suffix == row.path.suffix and row.path.is_file():
        with replaced(path) as partial:
            shutil.copyfile(row.path, partial)
        return path
    shown = with_shown_plot(shown)
    if shown.plot is None or path.suffix == NUMBERS:
        raise RequestError(
            f"The artifact '{row.name}' has no {'numbers' if path.suffix == NUMBERS else 'picture'}: it is of the kind {row.kind}",
            fix=_instead(row),
        )
    from neurostudio.report.figures import draw, save

    run = _identity(detail)
    figure = draw(shown, run)
    if figure is None:
        raise ValueError(f"artifact {row.name!r} has a plot and gave no figure")
    save(figure, path, run, row.title or row.name)
    return path


def export_dataset(project: Project, name: str, target: Path | str, look: Mapping[str, Any] | None = None) -> Path:
    """Draw what is seen of a data set of brain images, or write the series at the crosshair.

    Parameters
    ----------
    name : str
        The data set.
    target : Path or str
        As for :func:`export_figure`; a ``.json`` holds what stands at the crosshair: place, voxel and value of each layer.
    look : mapping, optional
        What a viewer has set; the first run of the data set unless it names layers.

    Raises
    ------
    RequestError
        Unknown data set, one of another kind, another file ending, or a look that names an image that is not there.
    NeuroError
        When an image is damaged.
    """
    from neurostudio.app.seen import seen_of_dataset

    path = _checked(target, READING)
    _write_seen(seen_of_dataset(project, name, look or {}), path, {"data": name, "program": _program()}, name)
    return path


def export_curve(project: Project, key: str, metric: str, target: Path | str) -> Path:
    """Draw one metric of a run over its steps, or write its points; otherwise like :func:`export_figure`.

    The ``.csv`` has the columns ``step``, ``value`` and ``time`` (Unix seconds).

    Raises
    ------
    RequestError
        Unknown run or metric, or another file ending.
    """
    path = _checked(target)
    detail = run_detail(project.store, project.find_run(key).run_id)
    names = curve_names(project.store, detail.row.run_id)
    if metric not in names:
        raise _unknown("metric", metric, names, detail)
    found = curve(project.store, detail.row.run_id, metric)
    if path.suffix == NUMBERS:
        write_csv({"step": found.steps, "value": found.values, "time": found.times}, path)
        return path
    from neurostudio.report.figures import draw_curves, save

    units = {info.name: info.unit for info in registry().find(detail.row.method).metrics}
    run = _identity(detail)
    drawn = ReportCurve(metric, units.get(metric, ""), list(found.steps), list(found.values))
    save(draw_curves({metric: drawn}, identity=run).figure, path, run, metric)
    return path


def _write_seen(seen: "Seen", path: Path, where: Mapping[str, str], title: str) -> None:
    if path.suffix == READING:
        with replaced(path) as partial:
            partial.write_text(json.dumps({**where, **asdict(seen.reading())}, indent=2) + "\n", encoding="utf-8")
        return
    if path.suffix == NUMBERS:
        write_csv(seen.series(), path)
        return
    from neurostudio.report.figures import draw_seen, save

    save(draw_seen(seen.look, seen.images, title, where), path, where, title)


def _program() -> str:
    return f"NeuroStudio {neurostudio.__version__}"


def _checked(target: Path | str, *also: str) -> Path:
    path = Path(target).absolute()
    suffix = path.suffix.lower()
    endings = (*PICTURES, NUMBERS, *also)
    if suffix not in endings:
        raise RequestError(
            f"A figure cannot be written as '{path.name}'",
            fix=f"Give a file that ends in {', '.join(endings[:-1])} or {endings[-1]}",
        )
    return path.with_suffix(suffix)


def _identity(detail: RunDetail) -> dict[str, str]:
    row = detail.row
    versions = detail.request.get("versions", {})
    return identity(RunContent(row.run_id, row.name, registry().find(row.method), row.state, row.seed, versions=versions))


def _named(detail: RunDetail, name: str) -> ArtifactRow:
    there = {row.name: row for row in detail.artifacts}
    if name not in there:
        raise _unknown("artifact", name, there, detail)
    return there[name]


def _unknown(what: str, name: str, known: Iterable[str], detail: RunDetail) -> RequestError:
    names = list(known)
    problem = f"Run '{detail.row.name}' has no {what} '{name}'"
    if not names:
        return RequestError(problem, f"It has no {what}s")
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return RequestError(problem, fix=f"Did you mean {' or '.join(close)}?" if close else f"It has: {', '.join(names)}")


def _instead(row: ArtifactRow) -> str:
    return "Export it as .csv" if row.kind == "table" else "Copy its file: leave --artifact away and give a folder"
