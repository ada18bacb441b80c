"""What can be shown over an image: volumes that runs left, fMRI data sets of the project, the MNI template. No Qt."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.volume.layers import Kind
from neurostudio.gui.views.volume.template import t1_path

if TYPE_CHECKING:
    from neurostudio.app.project import Project

SUFFIXES = (".nii", ".nii.gz", ".mgz", ".mgh", ".img", ".hdr", ".mnc", ".par", ".rec")
MOST_OUTPUTS = 60
MOST_FILES = 200  # of one data set


@dataclass(frozen=True)
class Offer:
    """One image that can be added.

    Attributes
    ----------
    title, group : str
        As it stands in the menu, and under which heading.
    kind : str or None
        What it is, where that is known.
    plot : Plot or None
        How its method wants it drawn.
    """

    title: str
    group: str
    path: Path
    kind: Kind | None = None
    plot: Plot | None = None


def offers(project: "Project | None") -> list[Offer]:
    """All of them; reads the index and may walk through folders: call it in a thread."""
    found = [] if project is None else [*_outputs(project), *_data_sets(project)]
    template = t1_path()
    if template is not None:
        found.append(Offer("MNI152 brain (T1)", "Templates", template, "anatomy"))
    return found


def layer_options(plot: Plot | None) -> tuple[Kind | None, float | None, tuple[str, ...], str]:
    """Kind, threshold, names of volumes and unit that a plot asks for."""
    if plot is None:
        return None, None, (), ""
    if plot.form == "labels":
        return "labels", None, (), ""
    threshold = plot.baselines.get("threshold")
    is_map = bool(plot.x or threshold is not None)
    return ("map" if is_map else None), threshold, plot.y, plot.y_label


def is_image(path: Path) -> bool:
    """Whether a file looks like an image by its name."""
    return path.is_file() and path.name.lower().endswith(SUFFIXES)


def _outputs(project: "Project") -> list[Offer]:
    from neurostudio.store import read

    found = []
    for run, row in read.artifacts_of_kinds(project.store, ("volume",), MOST_OUTPUTS):
        title = f"{row.title or row.name} – {run.name or run.run_id}"
        found.append(Offer(title, "Outputs of runs", row.path, layer_options(row.plot)[0], row.plot))
    return found


def _data_sets(project: "Project") -> list[Offer]:
    from neurostudio.store import read

    found = []
    for row in read.datasets(project.store):
        if row.kind != "fmri":
            continue
        if row.path.is_file():
            found.append(Offer(row.name, "Data", row.path))
            continue
        found += [Offer(f"{row.name}: {path.relative_to(row.path)}", "Data", path) for path in _images_in(row.path)]
    return found


def _images_in(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in folder.rglob("*.nii*") if is_image(path))
    except OSError as error:
        raise NeuroError(f"{folder} cannot be listed", str(error)) from error
    return found[:MOST_FILES]
