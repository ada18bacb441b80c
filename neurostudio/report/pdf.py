"""The report as a PDF: the same sections and blocks as the page, set with reportlab."""

import io

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, IndexingFlowable, PageTemplate, Spacer, TableStyle
from reportlab.platypus.tableofcontents import TableOfContents

from neurostudio.report import style
from neurostudio.report.content import ReportContent
from neurostudio.report.outline import report_facts, sections
from neurostudio.report.pdf_blocks import MARGIN, WIDTH, facts_flowables, section_flowables
from neurostudio.report.pdf_fonts import BODY, marked_up
from neurostudio.report.pdf_text import paragraph, styles
from neurostudio.report.wording import clean, shortened


def pdf_bytes(content: ReportContent) -> bytes:
    """The whole document; the same content gives the same bytes."""
    stream = io.BytesIO()
    document = _Document(stream, content)
    story: list[Flowable] = [
        document.total,
        paragraph(content.title or "Report", "title"),
        *facts_flowables(report_facts(content)),
    ]
    if len(content.runs) > 1:
        story += [paragraph("Contents", "h4"), _contents(), Spacer(0, 8)]
    for section in sections(content):
        story += section_flowables(section)
    document.multiBuild(story)
    return stream.getvalue()


# --- the document ---------------------------------------------------------------------------------------------------------


class _PageTotal(IndexingFlowable):  # type: ignore[misc]
    """Takes no room; keeps the number of pages of the last pass, and asks for another pass until it is right."""

    def __init__(self) -> None:
        super().__init__()
        self.known = 0
        self.counted = 0

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        """Nothing to see."""

    def isSatisfied(self) -> bool:  # noqa: N802 - named by reportlab
        satisfied = self.known == self.counted
        self.known = self.counted
        return satisfied


class _Document(BaseDocTemplate):  # type: ignore[misc]
    """A4 with the project's name above, and the page number below each page."""

    def __init__(self, stream: io.BytesIO, content: ReportContent) -> None:
        super().__init__(
            stream,
            pagesize=A4,
            title=clean(content.title),
            author="NeuroStudio",
            subject=", ".join(clean(run.id) for run in content.runs),
            creator=f"NeuroStudio {clean(content.program_version)}".strip(),
            lang="en",
            invariant=1,  # no date, no random id
        )
        self.total = _PageTotal()
        self._running_head = shortened(content.project_name, 80)
        frame = Frame(
            MARGIN, MARGIN, WIDTH, A4[1] - 2 * MARGIN - 4 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._draw_frame))
        self._anchored: set[str] = set()

    def beforeDocument(self) -> None:  # noqa: N802 - named by reportlab
        self._anchored = set()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - named by reportlab
        """Make each section's heading a bookmark and a line of the contents."""
        anchor = getattr(flowable, "anchor", "")
        if not anchor or anchor in self._anchored:
            return
        self._anchored.add(anchor)
        self.canv.bookmarkPage(anchor)
        self.canv.addOutlineEntry(clean(flowable.plain_title), anchor, 0, closed=False)
        self.notify("TOCEntry", (0, marked_up(shortened(flowable.plain_title, 90)), self.page, anchor))

    def _draw_frame(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        self.total.counted = document.page
        canvas.saveState()
        canvas.setFillColor(HexColor(style.SECONDARY))
        if document.page > 1:
            _draw_line(canvas, self._running_head, A4[1] - MARGIN + 1 * mm)
        _draw_line(canvas, "NeuroStudio report", MARGIN - 8 * mm)
        canvas.setFont(BODY, 7.5)
        of_total = f" of {self.total.known}" if self.total.known else ""
        canvas.drawRightString(A4[0] - MARGIN, MARGIN - 8 * mm, f"Page {document.page}{of_total}")
        canvas.restoreState()


def _draw_line(canvas: Canvas, text: str, y: float) -> None:
    line = paragraph(text, "label")
    line.wrapOn(canvas, WIDTH, 20)
    line.drawOn(canvas, MARGIN, y)


def _contents() -> TableOfContents:
    table = TableOfContents(levelStyles=[styles()["contents"]], dotsMinLevel=-1)
    table.tableStyle = TableStyle(
        [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]
    )
    return table
