"""Each block of a report as what reportlab sets on paper."""

import io
from collections.abc import Callable, Iterator
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepTogether, PageBreak, Paragraph, Spacer, Table

from neurostudio.report import style
from neurostudio.report.blocks import (
    Citations,
    Facts,
    Grid,
    Heading,
    Passage,
    Picture,
    Pictures,
    Prose,
    Section,
    Sentence,
    Tiles,
)
from neurostudio.report.html import web_address
from neurostudio.report.pdf_fonts import BODY, marked_up
from neurostudio.report.pdf_text import code_paragraph, link_start, paragraph, prose, styles

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
FACTS_IN_A_ROW = 4
MAX_PASSAGE_LINES = 40
_HAIR = (0.5, HexColor(style.HAIRLINE))
_FLUSH = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 9), ("VALIGN", (0, 0), (-1, -1), "TOP")]


def section_flowables(section: Section) -> Iterator[Flowable]:
    """A heading with its anchor, and the blocks under it; each run starts a page."""
    heading = paragraph(section.title, "h2")
    heading.anchor, heading.plain_title = section.anchor, section.title
    if section.state:
        yield PageBreak()
    yield heading
    for block in section.blocks:
        yield from _SHOWN[type(block)](block)


def _heading(block: Heading) -> Iterator[Flowable]:
    yield paragraph(block.text, "h3")


def _prose(block: Prose) -> Iterator[Flowable]:
    yield from prose(block.markdown)


def _sentence(block: Sentence) -> Iterator[Flowable]:
    problem = block.tone == "problem"
    yield paragraph(f"✗ {block.text}" if problem else block.text, "problem" if problem else "body")


def facts_flowables(block: Facts) -> Iterator[Flowable]:
    """Names above values, four in a row."""
    cells = [[paragraph(name, "label"), paragraph(value, "value")] for name, value in block.pairs]
    cells += [[]] * (-len(cells) % FACTS_IN_A_ROW)
    rows = [cells[start : start + FACTS_IN_A_ROW] for start in range(0, len(cells), FACTS_IN_A_ROW)]
    yield Table(
        rows,
        colWidths=[WIDTH / FACTS_IN_A_ROW] * FACTS_IN_A_ROW,
        style=[*_FLUSH, ("TOPPADDING", (0, 0), (-1, -1), 0)],
        hAlign="LEFT",
    )
    yield Spacer(0, 6)


def _tiles(block: Tiles) -> Iterator[Flowable]:
    cells = []
    for tile in block.tiles:
        unit = f' <font name="{BODY}" size="8.5">{marked_up(tile.unit)}</font>' if tile.unit else ""
        value = Paragraph(marked_up(tile.value, styles()["tile"].fontName) + unit, styles()["tile"])
        cells.append([value, paragraph(tile.name, "label")])
    lines: list[Any] = [("BOX", (at, 0), (at, 0), *_HAIR) for at in range(len(cells))]
    lines += [("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
    yield Table([cells], colWidths=[WIDTH / 4] * len(cells), style=lines, hAlign="LEFT")
    yield Spacer(0, 8)


def _citations(block: Citations) -> Iterator[Flowable]:
    for text, url in block.papers:
        address = web_address(url)
        link = f" {link_start(address)}{marked_up(address)}</a>" if address else ""
        yield Paragraph(marked_up(text) + link, styles()["body"])


def _grid(block: Grid) -> Iterator[Flowable]:
    if not block.on_paper:
        return
    if block.title:
        yield paragraph(block.title, "h4")
    if block.rows:
        yield _table(block)
    if block.note:
        yield paragraph(block.note, "small")
    yield Spacer(0, 5)


def _table(block: Grid) -> Table:
    def cell(text: str, row: int, at: int) -> Paragraph:
        name = "cell-number" if at in block.numeric else "cell-code" if at in block.code | block.breakable else "cell"
        if (row, at) in block.strong:
            return Paragraph(f"<b>{marked_up(text)}</b>", styles()[name])
        return paragraph(text, name)

    n_column = len(block.header)
    weights = block.weights or (1.0,) * n_column
    widths = [WIDTH * weight / sum(weights) for weight in weights]
    head = [paragraph(name, "head-number" if at in block.numeric else "head") for at, name in enumerate(block.header)]
    has_head = any(block.header)
    rows = [[cell(text, row, at) for at, text in enumerate(texts)] for row, texts in enumerate(block.rows)]
    lines: list[Any] = [
        *_FLUSH,
        ("TOPPADDING", (0, 0), (-1, -1), 2.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ("LINEBELOW", (0, 0), (-1, -2), *_HAIR),
    ]
    cells = [head, *rows] if has_head else rows
    return Table(cells, colWidths=widths, repeatRows=int(has_head), style=lines, hAlign="LEFT", splitInRow=1)


def _picture(block: Picture) -> Iterator[Flowable]:
    yield KeepTogether([*_picture_parts(block, WIDTH), Spacer(0, 10)])


def _picture_parts(block: Picture, width: float) -> list[Flowable]:
    caption = Paragraph(f"<b>{marked_up(block.title)}</b> {marked_up(block.caption)}", styles()["small"])
    pixels, inch = _pixels(block)
    if not pixels:
        return [caption, paragraph("This picture is an SVG file: it is in the HTML report and among the run's files.", "small")]
    image = Image(io.BytesIO(pixels))
    wanted = min(inch * 72 if inch else image.imageWidth * 72 / 150, width)
    tall = 0.75 * A4[1]
    scale = min(wanted / image.imageWidth, tall / image.imageHeight)
    image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
    image.hAlign = "LEFT"
    return [image, Spacer(0, 2), caption]


def _pixels(block: Picture) -> tuple[bytes, float]:
    """The picture as opaque PNG, and its width in inches where it was drawn here."""
    from PIL import Image as Pixels

    if block.figure is not None:
        from neurostudio.report.figures import as_bytes

        drawn, inch = as_bytes(block.figure, ".png", block.identity, block.title), float(block.figure.get_size_inches()[0])
    else:
        drawn, inch = block.image_for_paper, 0.0
    if not drawn:
        return b"", 0.0
    with Pixels.open(io.BytesIO(drawn)) as picture:
        sheet = Pixels.new("RGB", picture.size, style.PAPER)
        layer = picture.convert("RGBA")
        sheet.paste(layer, mask=layer)
    stream = io.BytesIO()
    sheet.save(stream, "PNG", optimize=False)
    return stream.getvalue(), inch


def _pictures(block: Pictures) -> Iterator[Flowable]:
    half = WIDTH / 2
    cells = [_picture_parts(picture, half - 6) for picture in block.pictures]
    for start in range(0, len(cells), 2):
        row = [*cells[start : start + 2], *([[]] if start + 1 == len(cells) else [])]
        yield Table([row], colWidths=[half, half], style=[*_FLUSH, ("RIGHTPADDING", (0, 0), (-1, -1), 0)], hAlign="LEFT")


def _passage(block: Passage) -> Iterator[Flowable]:
    yield paragraph(block.title, "h4")
    lines = block.text.splitlines()
    if lines:
        yield code_paragraph("\n".join(lines[:MAX_PASSAGE_LINES]))
    left_out = f"The first {MAX_PASSAGE_LINES} lines. " if len(lines) > MAX_PASSAGE_LINES else ""
    if left_out or block.note:
        yield paragraph(f"{left_out}{block.note}".strip(), "small")


_SHOWN: dict[type, Callable[[Any], Iterator[Flowable]]] = {
    Heading: _heading,
    Prose: _prose,
    Sentence: _sentence,
    Facts: facts_flowables,
    Tiles: _tiles,
    Citations: _citations,
    Grid: _grid,
    Picture: _picture,
    Pictures: _pictures,
    Passage: _passage,
}
