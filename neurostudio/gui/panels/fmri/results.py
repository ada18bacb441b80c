"""What a run of a brain-data method left, and the series that its maps were made from. Plain Python, called in threads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurostudio.app import Project, list_runs, show
from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.core.spec import flatten
from neurostudio.data.registry import open_data
from neurostudio.gui.panels.fmri.presenter import is_here, titles_of
from neurostudio.gui.panels.method.presenter import RunChoice, main_metrics, metric_text, when_text
from neurostudio.report.volume_data import TEMPLATE, region_names
from neurostudio.store.read import final_values
from neurostudio.store.rows import ArtifactRow, RunDetail

if TYPE_CHECKING:
    from neurostudio.core.method import Input, Method
    from neurostudio.data.fmri.runs import FmriData, RunFiles

BOLD = "bold"
FITTED, CLEANED = "fitted", "cleaned"
_NUMBER = re.compile(r"-(\d+)$")
_SELECTION = ("subject", "session", "task", "run", "space", "files")


@dataclass(frozen=True)
class Series:
    """A 4D image that a map was made from, or that a model gave for it.

    Attributes
    ----------
    run : RunFiles, optional
        With its events and confounds, where it comes from a data set.
    """

    name: str
    path: Path
    tr_s: float | None = None
    run: "RunFiles | None" = None
    orientation: str | None = None


@dataclass(frozen=True)
class MapChoice:
    """One map of a run.

    Attributes
    ----------
    under : Path, optional
        The picture under it.
    names : mapping
        Regions of a label image.
    """

    name: str
    title: str
    path: Path
    plot: Plot
    under: Path | None
    names: Mapping[int, str]


class BrainResults:
    """The outputs of one run, read when they are asked for."""

    def __init__(self, detail: RunDetail) -> None:
        self.row = detail.row
        self.detail = detail
        self.artifacts: Mapping[str, ArtifactRow] = {one.name: one for one in detail.artifacts}

    def maps(self) -> tuple[MapChoice, ...]:
        """The volumes with a map or labels, in the order of the run; series of volumes are none."""
        found = []
        for row in self.artifacts.values():
            plot = row.plot
            if row.kind != "volume" or plot is None or not row.path.is_file() or is_series(row.name):
                continue
            found.append(
                MapChoice(
                    row.name, row.title or row.name, row.path, plot, self.under(plot, row.path), region_names(plot, row.path)
                )
            )
        return tuple(found)

    def others(self) -> tuple[ArtifactRow, ...]:
        """What is shown beside the maps: tables, pictures, texts."""
        return tuple(row for row in self.artifacts.values() if row.kind != "volume")

    def series(self) -> tuple[Series, ...]:
        """The 4D images that the run worked on, in its order; empty where none is here any more.

        Raises
        ------
        NeuroError
            A data set cannot be read any more.
        """
        found: list[Series] = []
        for given in self.detail.inputs:
            if given.role == BOLD:
                found += self._of_input(given)
        return tuple(one for one in found if one.path.is_file() and is_here(one.path))

    def fitted(self, number: int) -> Path | None:
        """What the model of the run gave for its n-th series (from 0), or the series after cleaning."""
        names = (f"{FITTED}-{number + 1}", *((FITTED,) if number == 0 else ()), f"{CLEANED}-{number + 1}")
        rows = (self.artifacts.get(name) for name in names)
        return next((row.path for row in rows if row is not None and row.path.is_file()), None)

    def under(self, plot: Plot, path: Path) -> Path | None:
        """The picture that a map lies over."""
        if plot.x == TEMPLATE:
            from neurostudio.data.fmri.templates import mni152_t1

            try:
                return mni152_t1()
            except NeuroError:
                return None  # the map is shown on black
        row = self.artifacts.get(plot.x)
        return row.path if row is not None and row.path.is_file() and row.path != path else None

    def _of_input(self, given: "Input") -> list[Series]:
        if given.kind == "volume":
            return [Series(given.name, given.path)]
        data: FmriData = open_data(given.path, given.kind, given.options)
        settings = flatten(self.detail.settings)
        chosen = {name: str(settings.get(f"selection.{name}") or "") for name in _SELECTION}
        runs = data.select(**chosen)
        titles = titles_of(runs)
        return [Series(titles[run.name], run.bold, run.tr_s, run, data.orientation) for run in runs]


def is_series(name: str) -> bool:
    """Whether an artifact is a series over time, not a map.

    >>> is_series("fitted-2"), is_series("cleaned-1"), is_series("zmap-faces")
    (True, True, False)
    """
    return _NUMBER.sub("", name) in (FITTED, CLEANED)


def number_of(name: str) -> int | None:
    """Of which series of the run a map is, from 0: ``tsnr-2`` is of the second; None for maps of all.

    >>> number_of("tsnr-2"), number_of("zmap-faces")
    (1, None)
    """
    found = _NUMBER.search(name)
    return int(found[1]) - 1 if found else None


def choices(project: Project, method: "Method") -> tuple[RunChoice, ...]:
    """Runs of a method whose results can be looked at, newest first."""
    rows = [row for row in list_runs(project, method=method.id) if not row.serve and row.state not in ("queued", "running")]
    values = final_values(project.store, [row.run_id for row in rows])
    infos = main_metrics(method)[:1]
    found = []
    for row in rows:
        numbers = values.get(row.run_id, {})
        if row.state != "done" and not numbers:
            continue
        shown = [f"{info.name} {metric_text(numbers[info.name])} {info.unit}".strip() for info in infos if info.name in numbers]
        found.append(RunChoice(row.run_id, " · ".join((row.name, *(shown or [row.state]), when_text(row.created))), row.state))
    return tuple(found)


def open_results(project: Project, run_id: str) -> BrainResults:
    """The results of one run."""
    return BrainResults(show(project, run_id))
