"""Preview of a report: the simple HTML of the report command, in the colours of the window."""

import re
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QFont, QImage, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser

from neurostudio.gui import theme

TEXT_U, MARGIN_U, SETTLE_MS = 118, 3, 120
SLACK_PX = 4  # a page as wide as its window would get a scroll bar
SMALL_PX, PAIR_GAP_PX = 400, 32
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_IMAGE = re.compile(r'(<img [^>]*?)width="(\d+)" height="(\d+)"')


class ReportPreview(QTextBrowser):
    """The report as it reads; links inside it jump, others open in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self._html = ""
        self._folder = Path()
        self._widest = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setAccessibleName("Preview of the report")
        self.document().setDocumentMargin(MARGIN_U * theme.unit(self))
        self.setUndoRedoEnabled(False)
        self.anchorClicked.connect(self.on_link)
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self.on_settled)

    def show_html(self, html: str, folder: Path) -> None:
        """Show a page whose pictures lie in `folder`; the place that is read stays where it is."""
        self._html, self._folder = html, folder
        self._render()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures come from the folder of the page alone, scaled smoothly to the pixels of the screen."""
        name = QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value or not name.isRelative():
            return None
        path = (self._folder / name.path()).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            return None
        image = QImage(str(path))
        if image.isNull():
            return None
        ratio = self.devicePixelRatioF()
        shown = self._shown_width(name.path())
        width = min(shown, self._room_for(shown))
        scaled = image.scaledToWidth(max(1, round(width * ratio)), Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(ratio)
        return scaled

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_html") and self._html:
            self._render()

    @Slot(QUrl)
    def on_link(self, url: QUrl) -> None:
        """Jump inside the report, or open the web page."""
        if url.hasFragment() and not url.host():
            self.scrollToAnchor(url.fragment())
        elif url.scheme() in ("https", "http"):
            QDesktopServices.openUrl(url)

    @Slot()
    def on_settled(self) -> None:
        """The page has another width: pictures fit into it."""
        if self._html and self._room() != self._widest:
            self._render()

    def _room(self) -> int:
        u = theme.unit(self)
        return max(160, min(self.viewport().width(), TEXT_U * u) - 2 * MARGIN_U * u - SLACK_PX)

    def _render(self) -> None:
        u = theme.unit(self)
        bar = self.verticalScrollBar()
        place = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._widest = self._room()
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.setLineWrapColumnOrWidth(self._widest + 2 * MARGIN_U * u - SLACK_PX)
        self.document().clear()
        self.document().setDefaultFont(QFont(theme.body_font()))
        self.setHtml(_IMAGE.sub(self._fitted, _STYLE.sub(f"<style>{_css()}</style>", self._html)))
        bar.setValue(round(place * bar.maximum()))

    def _fitted(self, match: re.Match[str]) -> str:
        """The tag of a picture, no wider than there is room."""
        before, width, height = match.group(1), int(match.group(2)), int(match.group(3))
        scale = min(1.0, self._room_for(width) / max(width, 1))
        return f'{before}width="{round(width * scale)}" height="{round(height * scale)}"'

    def _room_for(self, width: int) -> int:
        """How wide a picture may be: small ones stand two in a row."""
        return self._widest if width > SMALL_PX else (self._widest - PAIR_GAP_PX) // 2

    def _shown_width(self, source: str) -> int:
        """Width that the page gives a picture, in pixels of 1/96 inch."""
        found = re.search(rf'src="{re.escape(source)}" width="(\d+)"', self._html)
        return int(found.group(1)) if found else self._widest


def _css() -> str:
    """Style of the page in the current theme; only what rich text of Qt knows."""
    colours, size = theme.current(), theme.body_font().pointSizeF()
    return f"""
body {{ color: {colours.text}; background-color: {colours.surface}; }}
h1 {{ font-size: {size * 1.7:.1f}pt; font-weight: 600; margin-top: 0px; margin-bottom: 8px; }}
h2 {{ font-size: {size * 1.35:.1f}pt; font-weight: 600; margin-top: 14px; margin-bottom: 6px; }}
h3 {{ font-size: {size * 1.1:.1f}pt; font-weight: 600; margin-top: 18px; margin-bottom: 6px; }}
h4, h5 {{ font-size: {size:.1f}pt; font-weight: 600; margin-top: 12px; margin-bottom: 4px; }}
p {{ margin-top: 0px; margin-bottom: 6px; }}
a {{ color: {colours.accent}; }}
hr {{ color: {colours.hairline}; background-color: {colours.hairline}; }}
.secondary, th {{ color: {colours.secondary}; font-weight: 400; }}
.caption {{ color: {colours.secondary}; margin-bottom: 14px; }}
.problem {{ color: {colours.problem}; }}
.entry {{ margin-bottom: 1px; }}
td, th {{ padding: 3px 14px 3px 0px; }}
.tile {{ padding: 4px 28px 8px 0px; }}
.small-picture {{ padding: 0px 14px 6px 0px; }}
.grid td, .grid th {{ border-bottom: 1px solid {colours.hairline}; }}
.tile-value {{ font-size: {size * 1.35:.1f}pt; font-weight: 600; }}
pre {{ background-color: {colours.frame}; white-space: pre-wrap; }}
"""
