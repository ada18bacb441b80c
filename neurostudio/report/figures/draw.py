"""From an artifact to its figure: the ``Plot`` record says the form, the kind says how the file is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.text import Text

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import Plot
from neurostudio.report import style
from neurostudio.report.artifact_data import are_numbers, numbers, read_arrays, read_columns, read_table
from neurostudio.report.content import ReportArtifact
from neurostudio.report.figures.canvas import sign
from neurostudio.report.figures.columns import draw_bars, draw_histogram, draw_line, draw_scatter
from neurostudio.report.figures.grids import draw_arrays, draw_table
from neurostudio.report.figures.signals import draw_raster, draw_traces
from neurostudio.report.figures.volumes import draw_look, draw_volume
from neurostudio.report.volume_look import VolumeLook

if TYPE_CHECKING:
    from neurostudio.data.fmri.image import Image

_OF_COLUMNS: dict[str, Callable[[Plot, Mapping[str, Any]], tuple[Figure, list[str]]]] = {
    "line": draw_line,
    "bars": draw_bars,
    "scatter": draw_scatter,
    "histogram": draw_histogram,
}


@dataclass(frozen=True)
class Drawing:
    """A figure, and the sentences under it: the plot's own caption and what was left out."""

    figure: Figure
    caption: str = ""


def draw(artifact: ReportArtifact, identity: Mapping[str, str] | None = None) -> Figure | None:
    """Draw an artifact.

    Parameters
    ----------
    artifact : ReportArtifact
        Its ``plot`` says how; without one there is nothing to draw.
    identity : mapping, optional
        Of the run (``report.content.identity``): the picture then carries its title and, small, where it comes from.

    Returns
    -------
    Figure or None
        None for an artifact without a plot.

    Raises
    ------
    NeuroError
        When the file is missing or damaged, or does not hold what the plot names.
    """
    drawing = draw_with_caption(artifact, identity)
    return drawing.figure if drawing else None


def draw_with_caption(artifact: ReportArtifact, identity: Mapping[str, str] | None = None) -> Drawing | None:
    """Like :func:`draw`, with the caption."""
    plot = artifact.plot
    if plot is None:
        return None
    with style.applied():
        figure, notes = _drawn(artifact, plot)
        if any(style.MISSING_GLYPH in text.get_text() for text in figure.findobj(Text)):
            notes = [*notes, f"{style.MISSING_GLYPH}: a character that no font of this machine can draw."]
        if identity:
            sign(figure, artifact.title, identity)
    return Drawing(figure, " ".join(part for part in (plot.caption, *notes) if part))


def draw_seen(look: VolumeLook, images: "Mapping[str, Image]", title: str, identity: Mapping[str, str]) -> Figure:
    """Draw what a viewer shows of volumes, signed with where it comes from.

    Raises
    ------
    NeuroError
        When nothing is seen, or the images lie in different places.
    """
    with style.applied():
        figure, _ = draw_look(look, images)
        sign(figure, title, identity)
    return figure


def _drawn(artifact: ReportArtifact, plot: Plot) -> tuple[Figure, list[str]]:
    if plot.form in _OF_COLUMNS:
        return _OF_COLUMNS[plot.form](plot, read_columns(artifact))
    if plot.form == "heatmap" and artifact.kind == "table":
        return draw_table(plot, read_table(artifact.path)), []
    if plot.form == "heatmap":
        return draw_arrays(plot, read_arrays(artifact.path)), []
    if plot.form == "raster":
        return draw_raster(plot, read_arrays(artifact.path))
    if plot.form == "traces":
        return draw_traces(plot, dict(_number_columns(artifact)))
    if plot.form in ("slices", "labels"):
        return draw_volume(plot, artifact.path)
    raise NeuroError(f"'{plot.form}' is not a form of figure that this program knows", fix="Update NeuroStudio")


def _number_columns(artifact: ReportArtifact) -> Mapping[str, Any]:
    columns = read_columns(artifact)
    return {name: numbers(column, name) for name, column in columns.items() if are_numbers(column)}
