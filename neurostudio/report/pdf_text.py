"""Paragraph styles of the PDF, and the small Markdown as paragraphs."""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape

from markdown_it.token import Token
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph

from neurostudio.report import style
from neurostudio.report.markdown import to_tokens
from neurostudio.report.pdf_fonts import BODY, BOLD, CODE, ITALIC, marked_up, registered

_INDENT_POINTS = 12


@cache
def styles() -> dict[str, ParagraphStyle]:
    """Every paragraph style by name."""
    registered()
    base = ParagraphStyle("body", fontName=BODY, fontSize=9, leading=13, textColor=HexColor(style.TEXT), spaceAfter=5)
    small = ParagraphStyle("small", base, fontSize=8, leading=11, textColor=HexColor(style.SECONDARY), spaceAfter=6)
    cell = ParagraphStyle("cell", base, fontSize=7.8, leading=10.5, spaceAfter=0)
    made = [
        base,
        small,
        ParagraphStyle("title", base, fontName=BOLD, fontSize=19, leading=24, spaceAfter=8),
        ParagraphStyle("h2", base, fontName=BOLD, fontSize=13.5, leading=18, spaceBefore=16, spaceAfter=6, keepWithNext=True),
        ParagraphStyle("h3", base, fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=12, spaceAfter=4, keepWithNext=True),
        ParagraphStyle("h4", base, fontName=BOLD, spaceBefore=7, spaceAfter=3, keepWithNext=True),
        ParagraphStyle("label", small, fontSize=7.2, leading=9, spaceAfter=0),
        ParagraphStyle("value", base, fontSize=8.5, leading=11, spaceAfter=0),
        ParagraphStyle("tile", base, fontName=BOLD, fontSize=13.5, leading=18, spaceAfter=0),
        cell,
        ParagraphStyle("cell-number", cell, alignment=TA_RIGHT),
        ParagraphStyle("cell-code", cell, fontName=CODE, fontSize=7, leading=9.5),
        ParagraphStyle("head", cell, textColor=HexColor(style.SECONDARY)),
        ParagraphStyle("head-number", cell, textColor=HexColor(style.SECONDARY), alignment=TA_RIGHT),
        ParagraphStyle(
            "code",
            base,
            fontName=CODE,
            fontSize=7.2,
            leading=10,
            backColor=HexColor(style.FRAME),
            borderPadding=5,
            leftIndent=5,
            rightIndent=5,
            spaceBefore=9,
            spaceAfter=14,
        ),
        ParagraphStyle(
            "problem",
            base,
            textColor=HexColor(style.PROBLEM),
            backColor=HexColor(style.PROBLEM_SURFACE),
            borderPadding=6,
            leftIndent=6,
            rightIndent=6,
            spaceBefore=10,
            spaceAfter=17,
        ),
        ParagraphStyle("contents", base, leading=14, spaceAfter=0),
    ]
    return {one.name: one for one in made}


def paragraph(text: object, style_name: str = "body") -> Paragraph:
    """A paragraph of plain text in one of the styles."""
    chosen = styles()[style_name]
    return Paragraph(marked_up(text, chosen.fontName), chosen)


def code_paragraph(text: str) -> Paragraph:
    """Text as it stands in its file: line ends and indents are kept, long lines are broken."""
    return paragraph(text.replace("  ", "\N{NO-BREAK SPACE} "), "code")


def prose(markdown: str) -> Iterator[Flowable]:
    """The small Markdown as paragraphs; items of lists are indented by their depth."""
    lists: list[int] = []  # next number of each open list, 0 for a list with dots
    pending = ""
    for token in to_tokens(markdown):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            pending = f"{lists[-1]}." if lists[-1] else "•"
            lists[-1] += 1 if lists[-1] else 0
        elif token.type == "heading_open":
            pending = "h4"
        elif token.type == "inline":
            yield _inline_paragraph(token.children or [], pending, len(lists))
            pending = ""
        elif token.type in ("fence", "code_block"):
            yield code_paragraph(token.content.rstrip("\n"))


def _inline_paragraph(children: Sequence[Token], mark: str, depth: int) -> Paragraph:
    markup = _inline(children)
    if mark == "h4":
        return Paragraph(markup, styles()["h4"])
    if not depth:
        return Paragraph(markup, styles()["body"])
    indent = depth * _INDENT_POINTS
    return Paragraph(
        markup,
        ParagraphStyle("item", styles()["body"], leftIndent=indent, bulletIndent=indent - _INDENT_POINTS, spaceAfter=2),
        bulletText=mark or None,
    )


def _inline(children: Sequence[Token]) -> str:
    parts: list[str] = []
    fonts = [BODY]
    linked: list[bool] = []
    for token in children:
        if token.type in ("strong_open", "em_open"):
            fonts.append(BOLD if token.type == "strong_open" else ITALIC)
        elif token.type in ("strong_close", "em_close"):
            fonts.pop()
        elif token.type == "code_inline":
            parts.append(marked_up(token.content, CODE))
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
            linked.append(bool(address))
            parts.append(link_start(address) if address else "")
        elif token.type == "link_close":
            parts.append("</a>" if linked.pop() else "")
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("<br/>" if token.type == "hardbreak" else " ")
        else:
            parts.append(marked_up(token.content, fonts[-1]))
    return "".join(parts)


def link_start(address: str) -> str:
    """Opening tag of a link; the caller has checked that it leads to the web."""
    return f'<a href="{escape(address, quote=True)}" color="{style.ACCENT}">'
