"""How each output of a run appears: a figure where it has a plot, else a table or a text; a sentence where a file is broken."""

import io
from collections.abc import Iterator, Mapping, Sequence

from neurostudio.core.errors import NeuroError
from neurostudio.report.artifact_data import PREVIEW_COLUMNS, PREVIEW_ROWS, Table, are_numbers, read_table, read_text
from neurostudio.report.blocks import Block, Grid, Passage, Picture, Sentence
from neurostudio.report.content import ReportArtifact
from neurostudio.report.wording import number_text, shortened, size_text

MAX_IMAGE_BYTES = 20_000_000
CELL_CHARACTERS = 80
_PNG_START = b"\x89PNG\r\n\x1a\n"


def artifact_blocks(artifact: ReportArtifact, identity: Mapping[str, str]) -> list[Block]:
    """What the report shows of one artifact; empty for kinds that are only listed by name.

    A missing or damaged file never stops a report: it becomes a sentence.
    """
    title = artifact.title or artifact.name
    try:
        if artifact.kind == "volume" and (n_volumes := _series_length(artifact)):
            return [Sentence(f"{title}: a series of {number_text(n_volumes)} volumes, which is looked at in the window.")]
        if artifact.plot is not None:
            return [_plotted(artifact, title, identity), *_numbers_behind(artifact, title)]
        if artifact.kind == "table":
            return [_table(artifact, title)]
        if artifact.kind == "figure":
            return [_image(artifact, title)]
        if artifact.kind in ("text", "model-card"):
            return [_text(artifact, title)]
    except NeuroError as error:
        return [Sentence(f"{title} is not shown. {error}", tone="problem")]
    return []


def _plotted(artifact: ReportArtifact, title: str, identity: Mapping[str, str]) -> Picture:
    from neurostudio.report.figures import draw_with_caption

    drawing = draw_with_caption(artifact)
    if drawing is None:
        raise ValueError(f"artifact {artifact.name!r} has no plot")
    return Picture(title, drawing.caption, figure=drawing.figure, identity=identity)


def _numbers_behind(artifact: ReportArtifact, title: str) -> list[Block]:
    """The figure's numbers, folded: a picture alone says nothing to a screen reader."""
    if artifact.kind == "volume":
        return _peaks(artifact, title)
    if artifact.kind != "table":
        return []
    grid = _table(artifact, title)
    return [Grid(**{**grid.__dict__, "title": f"Numbers: {title}", "folded": True, "on_paper": False})]


def _series_length(artifact: ReportArtifact) -> int:
    """Volumes of a series over time, told by its header; 0 for maps, whose volumes have names."""
    from neurostudio.report.volume_data import n_volumes

    plot = artifact.plot
    if plot is None or plot.form != "slices" or plot.y:
        return 0
    count = n_volumes(artifact.path)
    return count if count > 1 else 0


def _peaks(artifact: ReportArtifact, title: str) -> list[Block]:
    """Where a map is strongest, folded; nothing for pictures without a threshold."""
    from neurostudio.report.volume_data import peak_rows

    plot = artifact.plot
    if plot is None or plot.form != "slices" or "threshold" not in plot.baselines:
        return []
    header, rows, n_peak = peak_rows(artifact.path, plot, PREVIEW_ROWS)
    if not rows:
        return []
    note = f"The strongest {len(rows)} of {number_text(n_peak)} peaks." if n_peak > len(rows) else ""
    numeric = frozenset(at for at, name in enumerate(header) if name != "volume")
    return [Grid(header, rows, title=f"Peaks: {title}", note=note, numeric=numeric, folded=True, on_paper=False)]


def _table(artifact: ReportArtifact, title: str) -> Grid:
    table = read_table(artifact.path, limit=PREVIEW_ROWS)
    width = min(len(table.columns), PREVIEW_COLUMNS)
    numeric = frozenset(at for at in range(width) if are_numbers([row[at] for row in table.rows]))
    rows = tuple(tuple(_cell(row[at], number=at in numeric) for at in range(width)) for row in table.rows)
    left_out = []
    if table.n_rows > len(rows):
        left_out.append(f"the first {len(rows)} of {number_text(table.n_rows)} rows")
    if len(table.columns) > width:
        left_out.append(f"{width} of {len(table.columns)} columns")
    return Grid(
        header=tuple(shortened(name, CELL_CHARACTERS) for name in table.columns[:width]),
        rows=rows,
        title=title,
        note=f"Shown: {' and '.join(left_out)}." if left_out else "" if rows else "The table has no rows.",
        numeric=numeric,
        weights=tuple(float(min(max(len(text) for text in (name, *column)), 36) + 6) for name, *column in _columns(table, rows)),
    )


def _columns(table: Table, rows: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    return ([table.columns[at], *(row[at] for row in rows)] for at in range(min(len(table.columns), PREVIEW_COLUMNS)))


def _cell(text: str, *, number: bool) -> str:
    """Floats are shown with four digits; everything else stays as it is in the file."""
    if number and any(sign in text for sign in ".eE") and text.strip():
        return number_text(float(text))
    return shortened(text, CELL_CHARACTERS)


def _image(artifact: ReportArtifact, title: str) -> Picture:
    path = artifact.path
    try:
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise NeuroError(f"{path.name} is a picture of {size_text(path.stat().st_size)}", "That is too large for a report")
        image = path.read_bytes()
        beside = path.with_suffix(".png")
        for_paper = beside.read_bytes() if beside.is_file() else b""
    except FileNotFoundError:
        raise NeuroError(f"{path.name} is missing from the run's folder", fix="Restore it from a copy, or run again") from None
    except OSError as error:
        raise NeuroError(f"{path.name} cannot be read", error.strerror or "") from error
    if image.startswith(_PNG_START):
        _check_png(image, path.name)
        return Picture(title, image=image, mime="image/png", image_for_paper=image)
    if b"<svg" in image[:4_000]:
        return Picture(title, image=image, mime="image/svg+xml", image_for_paper=for_paper)
    raise NeuroError(f"{path.name} is neither an SVG nor a PNG picture", fix="Restore it from a copy, or run again")


def _check_png(image: bytes, name: str) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(image)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NeuroError(f"{name} is a damaged picture", fix="Restore it from a copy, or run again") from error


def _text(artifact: ReportArtifact, title: str) -> Passage:
    text, more = read_text(artifact.path)
    note = f"The beginning of {artifact.path.name}, {size_text(artifact.size)}." if more else ""
    return Passage(title, text.rstrip(), note if text.strip() else "The file is empty.")
