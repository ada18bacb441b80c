"""What a person with a keyboard, a screen reader or large text would stumble over: a walk through the widgets.

The tests walk through every page, dock and dialog; a plugin may do so with its own widgets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSizeGrip,
    QSplitterHandle,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from neurostudio.gui.widgets import Elided

Problem = Literal["no name", "not by Tab", "clipped", "cut off"]

SLACK_PX = 1
_INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
_PARTS_OF_QT = (QScrollBar, QSizeGrip, QSplitterHandle, QHeaderView, QMenuBar)
_WITH_WORDS = (QLabel, QPushButton, QToolButton, QCheckBox, QRadioButton)


@dataclass(frozen=True)
class Finding:
    """One thing to mend.

    Attributes
    ----------
    problem : str
        ``no name``: a screen reader has nothing to say. ``not by Tab``: the keyboard does not get there. ``clipped``: its
        words need more room than it has. ``cut off``: it reaches out of what holds it.
    widget : str
        Class, name and words of the widget, and what it stands in.
    """

    problem: Problem
    widget: str
    detail: str = ""


def walk(widget: QWidget) -> list[Finding]:
    """Everything that is wrong with the visible widgets in `widget`, itself included."""
    return [finding for one in _visible(widget) for finding in _findings(one)]


def name_of(widget: QWidget) -> str:
    """What a screen reader calls a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return str(interface.text(QAccessible.Text.Name)).strip() if interface is not None else widget.accessibleName()


def describe(widget: QWidget) -> str:
    """Where a widget is, so that a person finds it in the source."""
    return " in ".join(_short(one) for one in [widget, *_named_ancestors(widget)][:4])


def _findings(widget: QWidget) -> Iterator[Finding]:
    if isinstance(widget, _INTERACTIVE):
        if not name_of(widget):
            yield Finding("no name", describe(widget))
        if widget.isEnabled() and not _is_reachable(widget):
            yield Finding("not by Tab", describe(widget))
    if isinstance(widget, _WITH_WORDS) and not isinstance(widget, Elided) and (detail := _clipping(widget)):
        yield Finding("clipped", describe(widget), detail)
    if detail := _overhang(widget):
        yield Finding("cut off", describe(widget), detail)


def _visible(widget: QWidget) -> Iterator[QWidget]:
    """The widget and those inside it that are shown and are not parts that Qt makes of its own widgets."""
    for one in [widget, *widget.findChildren(QWidget)]:
        if one.isVisible() and not isinstance(one, _PARTS_OF_QT) and not _is_inner(one):
            yield one


def _is_inner(widget: QWidget) -> bool:
    """Whether Qt made it as a part of another widget: the field of a spin box, the clear button of a field ..."""
    parent = widget.parentWidget()
    if widget.objectName().startswith("qt_") and not isinstance(parent, QDockWidget):
        return True
    if isinstance(parent, QLineEdit | QAbstractSpinBox | QComboBox | QHeaderView):
        return True
    if isinstance(parent, QTabBar):  # arrows; the close buttons have a key of their own
        return not widget.accessibleName()
    return isinstance(parent, QAbstractScrollArea) and widget is not parent.viewport() and isinstance(widget, QAbstractButton)


def _is_reachable(widget: QWidget) -> bool:
    """Whether Tab, or the widget that stands for it, gets the keyboard there."""
    target = widget
    while (proxy := target.focusProxy()) is not None:
        target = proxy
    if target.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return True
    parent = widget.parentWidget()
    if isinstance(parent, QDockWidget | QTabBar):  # the docks have commands in the menus; a close button of a tab is Ctrl+W
        return True
    # a small button inside something that takes the keyboard itself, and has a key for it
    return isinstance(widget, QAbstractButton) and parent is not None and bool(parent.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _clipping(widget: QWidget) -> str:
    if isinstance(widget, QLabel):
        if not widget.text() or widget.textFormat() == Qt.TextFormat.RichText or not widget.pixmap().isNull():
            return ""
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            return f"{needed} px high, has {widget.height()}" if needed > widget.height() + SLACK_PX else ""
        needed = widget.minimumSizeHint().width()
    elif isinstance(widget, QAbstractButton) and widget.text() and not _shows_icon_only(widget):
        needed = widget.sizeHint().width()
    else:
        return ""
    return f"{needed} px wide, has {widget.width()}" if needed > widget.width() + SLACK_PX else ""


def _shows_icon_only(widget: QAbstractButton) -> bool:
    return isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly


def _overhang(widget: QWidget) -> str:
    """How far a widget reaches out of what holds it; not where it can be scrolled into view."""
    parent = widget.parentWidget()
    if widget.isWindow() or parent is None or not isinstance(widget, (*_INTERACTIVE, QLabel)):
        return ""
    around = QRect(QPoint(0, 0), parent.size()).adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX)
    rect = widget.geometry()
    scrolls_x, scrolls_y = _scrolls(parent)
    if not scrolls_x and (rect.left() < around.left() or rect.right() > around.right()):
        return f"x {rect.left()} to {rect.right()} in a width of {parent.width()}"
    if not scrolls_y and (rect.top() < around.top() or rect.bottom() > around.bottom()):
        return f"y {rect.top()} to {rect.bottom()} in a height of {parent.height()}"
    return ""


def _scrolls(parent: QWidget) -> tuple[bool, bool]:
    area = parent.parentWidget()
    if not isinstance(area, QAbstractScrollArea) or area.viewport() is not parent:
        return isinstance(parent, QTabBar), False
    off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return area.horizontalScrollBarPolicy() != off, area.verticalScrollBarPolicy() != off


def _named_ancestors(widget: QWidget) -> Iterator[QWidget]:
    around = widget.parentWidget()
    while around is not None:
        if around.objectName() or type(around).__module__.startswith("neurostudio"):
            yield around
        around = around.parentWidget()


def _short(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    words = text() if callable(text) else ""
    parts = [type(widget).__name__, widget.objectName(), repr(words[:40]) if words else "", widget.accessibleName()[:40]]
    return " ".join(dict.fromkeys(part for part in parts if part))
