"""Fonts of the PDF: DejaVu, which matplotlib brings, and a Chinese one of this machine, else the reader program's own."""

import logging
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from neurostudio.report import style
from neurostudio.report.wording import clean

BODY, BOLD, ITALIC, CODE = "NeuroStudio", "NeuroStudio-Bold", "NeuroStudio-Italic", "NeuroStudio-Code"
_CHINESE_EMBEDDED = "NeuroStudio-Chinese"
_CHINESE_OF_READER = "STSong-Light"  # not embedded: PDF readers bring it
_FILES = {BODY: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", ITALIC: "DejaVuSans-Oblique.ttf", CODE: "DejaVuSansMono.ttf"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fonts:
    """What can be drawn: code points of each DejaVu font and of the Chinese one (None: all Chinese writing)."""

    chinese: str
    chinese_glyphs: frozenset[int] | None
    glyphs: dict[str, frozenset[int]]

    def font_of(self, char: str, font: str) -> str | None:
        """The font that draws a character where `font` is wanted; None where none does."""
        if ord(char) in self.glyphs[font]:
            return font
        if ord(char) in self.glyphs[BODY]:
            return BODY
        if self.chinese_glyphs is None:
            return self.chinese if style.is_cjk(char) else None
        return self.chinese if ord(char) in self.chinese_glyphs else None


def marked_up(text: object, font: str = BODY) -> str:
    """Text as reportlab's paragraph markup: escaped, and each stretch in a font that holds its characters.

    What no font holds becomes a square.
    """
    fonts = registered()
    stretches = groupby(clean(text), key=lambda char: font if char == "\n" else fonts.font_of(char, font) or font)
    parts = []
    for name, characters in stretches:
        shown = "".join(
            char if char == "\n" or fonts.font_of(char, font) is not None else style.MISSING_GLYPH for char in characters
        )
        safe = escape(shown).replace("\n", "<br/>")
        parts.append(safe if name == BODY == font else f'<font name="{name}">{safe}</font>')
    return "".join(parts)


@cache
def registered() -> Fonts:
    """Register the fonts with reportlab, once per process."""
    glyphs = {}
    for name, file in _FILES.items():
        font = TTFont(name, str(style.dejavu_file(file)))
        pdfmetrics.registerFont(font)
        glyphs[name] = frozenset(font.face.charToGlyph)
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=BOLD, italic=ITALIC, boldItalic=BOLD)
    chinese = style.cjk_font_file()
    if chinese is not None:
        try:
            font = TTFont(_CHINESE_EMBEDDED, str(chinese), subfontIndex=0)
            pdfmetrics.registerFont(font)
            return Fonts(_CHINESE_EMBEDDED, frozenset(font.face.charToGlyph), glyphs)
        except (TTFError, OSError) as error:  # OpenType with PostScript outlines cannot be embedded by reportlab
            logger.info("font cannot be embedded file=%s error=%s", chinese, error)
    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE_OF_READER))
    return Fonts(_CHINESE_OF_READER, None, glyphs)
