"""How a Markdown document looks in the window: our sizes, quiet tables, code on the colour of the frame."""

from collections.abc import Iterator

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)

from neurostudio.gui import theme

LINE_HEIGHT_PERCENT = 130.0
MARGIN_U = 3
SECOND_SIZE = 1.12


def dress(document: QTextDocument, u: int) -> None:
    """Give a document that was read from Markdown the type and the colours of the window."""
    document.setDefaultFont(theme.body_font())
    document.setDocumentMargin(MARGIN_U * u)
    for block in _blocks(document):
        level = block.blockFormat().headingLevel()
        if level:
            _dress_heading(block, level, u)
        elif _is_code(block):
            _dress_code(block, u)
        else:
            _dress_text(block, u)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, u)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _is_code(block: QTextBlock) -> bool:
    form = block.blockFormat()
    return form.hasProperty(QTextFormat.Property.BlockCodeFence.value) or form.nonBreakableLines()


def _dress_heading(block: QTextBlock, level: int, u: int) -> None:
    share = theme.TITLE_SIZE if level == 1 else SECOND_SIZE if level == 2 else 1
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    type_ = QTextCharFormat(cursor.charFormat())
    type_.clearProperty(QTextFormat.Property.FontSizeAdjustment.value)  # it would go before the size in points
    type_.setFontPointSize(theme.body_font().pointSizeF() * share)
    type_.setFontWeight(QFont.Weight.DemiBold)
    cursor.setCharFormat(type_)
    form = QTextBlockFormat()
    form.setTopMargin(0 if level == 1 else 2.5 * u)
    form.setBottomMargin(u)
    cursor.mergeBlockFormat(form)


def _dress_code(block: QTextBlock, u: int) -> None:
    type_ = QTextCharFormat()
    type_.setFont(theme.mono_font())
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(type_)
    form = QTextBlockFormat()
    form.setBackground(QBrush(QColor(theme.current().frame)))
    form.setNonBreakableLines(False)
    form.setLeftMargin(u)
    form.setTopMargin(0)
    form.setBottomMargin(0 if _is_code(block.next()) else 1.5 * u)
    form.setLineHeight(LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.mergeBlockFormat(form)


def _dress_text(block: QTextBlock, u: int) -> None:
    form = QTextBlockFormat()
    form.setLineHeight(LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    is_in_table = QTextCursor(block).currentTable() is not None
    form.setTopMargin(0)
    form.setBottomMargin(0 if is_in_table else 0.5 * u if block.textList() else u)
    QTextCursor(block).mergeBlockFormat(form)


def _dress_table(table: QTextTable, u: int) -> None:
    form = table.format()
    form.setBorder(1)
    form.setBorderBrush(QBrush(QColor(theme.current().hairline)))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setCellSpacing(0)
    form.setCellPadding(0.7 * u)
    form.setBottomMargin(1.5 * u)
    table.setFormat(form)
