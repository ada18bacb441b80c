"""The look of the standard widgets: flat, one hairline, slightly round corners. Fusion does the rest.

Only what is painted differs; sizes, behaviour and accessibility are Fusion's. Each method handles what it names and leaves
everything else to Fusion.
"""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionMenuItem,
    QStyleOptionTab,
    QWidget,
)

from neurostudio.gui import theme

Primitive, Control, Complex, Contents, State = (
    QStyle.PrimitiveElement,
    QStyle.ControlElement,
    QStyle.ComplexControl,
    QStyle.ContentsType,
    QStyle.StateFlag,
)
CORNER = 0.2  # of the height of a line of text
FIELD_PADDING = 0.2
BUTTON_PADDING = 0.8, 0.25  # of the height of a line of text, at the sides and above and below


class FlatStyle(QProxyStyle):
    """Fusion without gradients and bevels, in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element == Primitive.PE_PanelButtonCommand:
            _draw_button(option, painter)
        elif element == Primitive.PE_PanelButtonTool:
            _draw_tool_button(option, painter)
        elif element in (Primitive.PE_PanelLineEdit, Primitive.PE_FrameLineEdit):
            if widget is not None and not _is_framed(widget):
                painter.fillRect(option.rect, option.palette.base())
            else:
                _draw_field(option, painter)
        elif element in (Primitive.PE_IndicatorCheckBox, Primitive.PE_IndicatorItemViewItemCheck):
            _draw_check_box(option, painter)
        elif element == Primitive.PE_IndicatorTabClose:
            _draw_tab_close(option, painter)
        elif element == Primitive.PE_FrameFocusRect:
            _draw_focus(option, painter)
        elif element in (Primitive.PE_FrameDockWidget, Primitive.PE_FrameTabWidget, Primitive.PE_FrameStatusBarItem):
            pass
        elif element == Primitive.PE_Frame:
            _draw_frame(option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if element == Control.CE_TabBarTabShape:
            _draw_tab(option, painter)
        elif element == Control.CE_Splitter:
            _draw_splitter(option, painter)
        elif element == Control.CE_HeaderSection:
            _draw_header(option, painter)
        elif element == Control.CE_MenuBarEmptyArea:
            painter.fillRect(option.rect, option.palette.window())
        elif element == Control.CE_MenuBarItem:
            self._draw_menu_bar_item(option, painter)
        else:
            super().drawControl(element, option, painter, widget)

    def _draw_menu_bar_item(self, option: QStyleOption, painter: QPainter) -> None:
        painter.fillRect(option.rect, option.palette.window())
        if option.state & State.State_Selected:
            fill = _towards_text(option.palette.color(QPalette.ColorRole.Window), 0.1)
            _rounded(painter, option.rect.adjusted(0, 2, 0, -2), fill, _outline() if _is_contrast() else fill, _line(option))
        if isinstance(option, QStyleOptionMenuItem):
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextSingleLine
            is_enabled = bool(option.state & State.State_Enabled)
            self.drawItemText(painter, option.rect, flags, option.palette, is_enabled, option.text, QPalette.ColorRole.WindowText)

    def drawComplexControl(
        self, control: QStyle.ComplexControl, option: QStyleOptionComplex, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        if control == Complex.CC_ComboBox:
            _draw_combo_box(option, painter, is_editable=bool(getattr(option, "editable", False)))
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        rect = super().subElementRect(element, option, widget)  # type: ignore[arg-type]
        if element == QStyle.SubElement.SE_LineEditContents and (widget is None or _is_framed(widget)):
            inset = round(FIELD_PADDING * _line(option))
            return rect.adjusted(inset, 0, -inset, 0)
        return rect

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        found = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        if kind == Contents.CT_PushButton:
            line = _line(option)
            return QSize(size.width() + round(2 * BUTTON_PADDING[0] * line), round(line * (1 + 2 * BUTTON_PADDING[1])) + 4)
        if kind in (Contents.CT_LineEdit, Contents.CT_ComboBox):
            line = _line(option)
            return QSize(found.width(), max(found.height(), round(line * (1 + 2 * BUTTON_PADDING[1])) + 4))
        if kind == Contents.CT_TabBarTab:
            return QSize(found.width() + _line(option) // 2, found.height() + _line(option) // 3)
        return found


# --- what is drawn --------------------------------------------------------------------------------------------------------


def _draw_button(option: QStyleOption, painter: QPainter) -> None:
    fill = option.palette.color(QPalette.ColorRole.Button)
    is_plain = fill == QColor(theme.current().surface) or fill == QColor(theme.current().frame)
    if not option.state & State.State_Enabled:
        fill = option.palette.color(QPalette.ColorRole.Window)
        is_plain = True
    elif option.state & (State.State_Sunken | State.State_On):
        fill = _towards_text(fill, 0.14)
    elif option.state & State.State_MouseOver:
        fill = _towards_text(fill, 0.06)
    _rounded(painter, option.rect, fill, _outline() if is_plain else fill, _line(option))


def _draw_tool_button(option: QStyleOption, painter: QPainter) -> None:
    if not option.state & State.State_Enabled:
        return
    is_pressed = bool(option.state & (State.State_Sunken | State.State_On))
    is_hovered = bool(option.state & State.State_MouseOver)
    if is_pressed or is_hovered:
        fill = _towards_text(option.palette.color(QPalette.ColorRole.Window), 0.16 if is_pressed else 0.08)
        outline = _outline() if _is_contrast() else fill
        _rounded(painter, option.rect, fill, outline, _line(option))


def _draw_field(option: QStyleOption, painter: QPainter) -> None:
    is_enabled = bool(option.state & State.State_Enabled)
    fill = option.palette.color(QPalette.ColorRole.Base if is_enabled else QPalette.ColorRole.Window)
    outline = theme.current().focus if option.state & State.State_HasFocus else _outline()
    _rounded(painter, option.rect, fill, outline, _line(option), 2.0 if option.state & State.State_HasFocus else 1.0)


def _draw_combo_box(option: QStyleOptionComplex, painter: QPainter, *, is_editable: bool) -> None:
    if is_editable:
        _draw_field(option, painter)
    else:
        is_enabled = bool(option.state & State.State_Enabled)
        fill = option.palette.color(QPalette.ColorRole.Base if is_enabled else QPalette.ColorRole.Window)
        if is_enabled and option.state & State.State_MouseOver:
            fill = _towards_text(fill, 0.05)
        has_focus = bool(option.state & State.State_HasFocus)
        outline = theme.current().focus if has_focus else _outline()
        _rounded(painter, option.rect, fill, outline, _line(option), 2.0 if has_focus else 1.0)
    line = _line(option)
    middle = QPointF(option.rect.right() - 0.75 * line, option.rect.center().y() + 0.5)
    if option.direction == Qt.LayoutDirection.RightToLeft:
        middle.setX(option.rect.left() + 0.75 * line)
    arm = 0.22 * line
    colours = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(colours.secondary if option.state & State.State_Enabled else colours.baseline, 0.1 * line))
    painter.drawPolyline([middle + QPointF(-arm, -arm / 2), middle + QPointF(0, arm / 2), middle + QPointF(arm, -arm / 2)])
    painter.restore()


def _draw_check_box(option: QStyleOption, painter: QPainter) -> None:
    colours = theme.current()
    is_on = bool(option.state & State.State_On)
    is_partly = bool(option.state & State.State_NoChange)
    is_enabled = bool(option.state & State.State_Enabled)
    accent = QColor(colours.accent if is_enabled else colours.baseline)
    fill = accent if is_on or is_partly else option.palette.color(QPalette.ColorRole.Base)
    side = min(option.rect.width(), option.rect.height())
    rect = QRect(0, 0, side, side)
    rect.moveCenter(option.rect.center())
    has_focus = bool(option.state & State.State_HasFocus)
    outline = colours.focus if has_focus else accent if is_on or is_partly else _outline(strong=True)
    _rounded(painter, rect, fill, outline, _line(option))
    if not (is_on or is_partly):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(colours.on_accent, side * 0.13))
    box = QRectF(rect)
    points = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.3)) if is_on else ((0.25, 0.5), (0.75, 0.5))
    painter.drawPolyline([QPointF(box.x() + x * side, box.y() + y * side) for x, y in points])
    painter.restore()


def _draw_focus(option: QStyleOption, painter: QPainter) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(theme.current().focus, 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = CORNER * _line(option)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


def _draw_frame(option: QStyleOption, painter: QPainter) -> None:
    painter.save()
    painter.setPen(_pen(_outline(), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()


def _draw_tab(option: QStyleOption, painter: QPainter) -> None:
    colours = theme.current()
    rect = option.rect
    is_selected = bool(option.state & State.State_Selected)
    is_below = isinstance(option, QStyleOptionTab) and "South" in option.shape.name
    if is_selected:
        painter.fillRect(rect, QColor(colours.surface))
        height = max(2, round(0.12 * _line(option)))
        top = rect.top() if is_below else rect.bottom() - height + 1
        painter.fillRect(rect.left(), top, rect.width(), height, QColor(colours.accent))
    elif option.state & State.State_MouseOver:
        painter.fillRect(rect, _towards_text(QColor(colours.frame), 0.06))
    if option.state & State.State_HasFocus:
        _draw_focus(option, painter)


def _draw_tab_close(option: QStyleOption, painter: QPainter) -> None:
    if option.state & (State.State_MouseOver | State.State_Sunken):
        fill = _towards_text(option.palette.color(QPalette.ColorRole.Window), 0.12)
        _rounded(painter, option.rect, fill, fill, _line(option))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(theme.current().secondary, 1.4))
    arm = 0.18 * min(option.rect.width(), option.rect.height())
    middle = QRectF(option.rect).center()
    for x in (-arm, arm):
        painter.drawLine(middle + QPointF(x, -arm), middle + QPointF(-x, arm))
    painter.restore()


def _draw_splitter(option: QStyleOption, painter: QPainter) -> None:
    middle = option.rect.center()
    colour = QColor(theme.current().accent if option.state & State.State_MouseOver else theme.current().hairline)
    if option.rect.width() < option.rect.height():
        painter.fillRect(middle.x(), option.rect.top(), 1, option.rect.height(), colour)
    else:
        painter.fillRect(option.rect.left(), middle.y(), option.rect.width(), 1, colour)


def _draw_header(option: QStyleOption, painter: QPainter) -> None:
    colours = theme.current()
    painter.fillRect(option.rect, QColor(colours.frame))
    painter.fillRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1, QColor(colours.hairline))


# --- with what ------------------------------------------------------------------------------------------------------------


def _rounded(painter: QPainter, rect: QRect, fill: QColor, outline: str | QColor, line: int, width: float = 1.0) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(outline, width))
    painter.setBrush(fill)
    inset = width / 2
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), CORNER * line, CORNER * line)
    painter.restore()


def _outline(*, strong: bool = False) -> str:
    colours = theme.current()
    if _is_contrast() or strong:
        return colours.secondary
    return theme.mixed(colours.hairline, colours.secondary, 0.35)


def _is_contrast() -> bool:
    return theme.current().name == "contrast"


def _towards_text(colour: QColor, share: float) -> QColor:
    return QColor(theme.mixed(colour.name(), theme.current().text, share))


def _pen(colour: str | QColor, width: float) -> QPen:
    return QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _line(option: QStyleOption) -> int:
    metrics: QFontMetrics = option.fontMetrics
    return metrics.height()


def _is_framed(widget: QWidget) -> bool:
    has_frame = getattr(widget, "hasFrame", None)
    return bool(has_frame()) if callable(has_frame) else True
