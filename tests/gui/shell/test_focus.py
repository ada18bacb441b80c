"""The ring around what has the keyboard, with keys and clicks that pass through the window."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QMainWindow, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.gui import theme
from neurostudio.gui.shell.focus import FocusRing, visible_rect


class Window(QMainWindow):
    """Twenty fields in a scroll area that shows a few of them."""

    def __init__(self) -> None:
        super().__init__()
        content = QWidget()
        column = QVBoxLayout(content)
        self.fields = [QLineEdit() for _ in range(20)]
        for field in self.fields:
            column.addWidget(field)
        self.area = QScrollArea()
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCentralWidget(self.area)
        self.resize(400, 200)
        self.ring = FocusRing(self)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    made.fields[0].setFocus()
    return made


def tab(window: QWidget) -> None:
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)


def click(window: QWidget, widget: QWidget) -> None:
    QTest.mouseClick(
        window.windowHandle(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        widget.mapTo(window, widget.rect().center()),
    )


def rect_in(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def test_it_is_drawn_after_a_key_and_not_after_a_click(window: Window) -> None:
    assert window.ring.ring is None
    tab(window)
    assert window.fields[1].hasFocus()
    assert window.ring.ring is not None
    assert window.ring.ring.geometry().contains(rect_in(window, window.fields[1]))
    click(window, window.fields[0])
    assert window.fields[0].hasFocus()
    assert window.ring.ring is None
    tab(window)
    assert window.ring.ring is not None


def test_in_high_contrast_it_is_always_there(window: Window, qtbot: QtBot) -> None:
    theme.use("contrast")
    qtbot.waitUntil(lambda: window.ring.ring is not None)
    click(window, window.fields[1])
    assert window.ring.ring is not None
    assert window.ring.ring.geometry().contains(rect_in(window, window.fields[1]))
    theme.use("light")
    qtbot.waitUntil(lambda: window.ring.ring is None)


def test_it_follows_scrolling_and_goes_when_the_widget_is_out_of_sight(window: Window, qtbot: QtBot) -> None:
    tab(window)
    assert window.ring.ring is not None
    before = window.ring.ring.y()
    bar = window.area.verticalScrollBar()
    bar.setValue(10)
    qtbot.waitUntil(lambda: window.ring.ring is not None and window.ring.ring.y() == before - 10)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: window.ring.ring is None)
    bar.setValue(0)
    qtbot.waitUntil(lambda: window.ring.ring is not None)


def test_it_follows_the_size_of_the_window(window: Window, qtbot: QtBot) -> None:
    tab(window)
    window.resize(600, 260)
    qtbot.waitUntil(lambda: window.ring.ring is not None and window.ring.ring.width() > 400)


def test_it_does_not_swallow_clicks(window: Window) -> None:
    tab(window)
    assert window.ring.ring is not None
    assert window.childAt(rect_in(window, window.fields[1]).center()) is window.fields[1]


def test_it_moves_into_a_dialog_and_back(window: Window, qtbot: QtBot) -> None:
    tab(window)
    dialog = QDialog(window)
    field = QLineEdit()
    QVBoxLayout(dialog).addWidget(field)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    dialog.activateWindow()
    field.setFocus()
    qtbot.waitUntil(lambda: window.ring.ring is not None and window.ring.ring.window() is dialog)
    dialog.close()
    qtbot.wait(10)
    window.activateWindow()
    window.fields[2].setFocus()
    qtbot.waitUntil(lambda: window.ring.ring is not None and window.ring.ring.window() is window)


def test_nothing_is_left_of_widgets_that_are_gone(window: Window, qtbot: QtBot) -> None:
    tab(window)
    window.fields[1].deleteLater()
    qtbot.wait(10)
    assert window.ring.ring is None or window.ring.ring.isVisible()
    tab(window)


def test_what_is_hidden_has_no_visible_part(window: Window) -> None:
    assert not visible_rect(window.fields[0]).isEmpty()
    assert visible_rect(window.fields[19]).isEmpty()
    window.fields[0].hide()
    assert visible_rect(window.fields[0]).isEmpty()
