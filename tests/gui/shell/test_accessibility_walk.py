"""The walk finds what a person would stumble over, and nothing else."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from neurostudio.gui.shell.accessibility import describe, name_of, walk
from neurostudio.gui.widgets import Elided, Secondary, tool_button

Shown = Callable[..., QWidget]


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    def make(*widgets: QWidget) -> QWidget:
        window = QWidget()
        window.resize(400, 300)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    return make


def problems(window: QWidget) -> list[str]:
    return [finding.problem for finding in walk(window)]


def named(widget: QWidget) -> QWidget:
    widget.setAccessibleName("A name")
    return widget


def test_a_sound_window_has_no_findings(shown: Shown) -> None:
    label, field = QLabel("Name"), QLineEdit()
    label.setBuddy(field)
    tabs = QTabWidget()
    tabs.tabBar().setAccessibleName("Pages")
    tabs.addTab(QLabel("one"), "One")
    area = QScrollArea()
    area.setWidget(named(QListWidget()))
    window = shown(label, field, QPushButton("Go"), QCheckBox("Yes"), named(QSpinBox()), tool_button("add", "Add"), tabs, area)
    assert walk(window) == []


def test_what_has_no_name_is_found(shown: Shown) -> None:
    window = shown(QLineEdit(), QToolButton(), QListWidget(), QSpinBox())
    assert problems(window).count("no name") == 4


def test_what_tab_does_not_reach_is_found_unless_another_widget_stands_for_it(shown: Shown) -> None:
    unreached, proxied, field = named(QListWidget()), named(QListWidget()), named(QLineEdit())
    unreached.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    proxied.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    proxied.setFocusProxy(field)
    disabled = QPushButton("Off")
    disabled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    disabled.setEnabled(False)
    assert problems(shown(unreached, proxied, field, disabled)) == ["not by Tab"]


def test_words_without_room_are_found_unless_they_are_shortened_on_purpose(shown: Shown) -> None:
    words = "a long line of words that does not fit into a small width"
    label, button, elided = QLabel(words), QPushButton(words), Elided(words)
    for widget in (label, button, elided):
        widget.setFixedWidth(60)
    wrapped = Secondary(words)
    wrapped.setFixedSize(60, 10)
    found = [finding for finding in walk(shown(label, button, elided, wrapped)) if finding.problem == "clipped"]
    assert len(found) == 3
    assert "px wide, has 60" in found[0].detail
    assert "px high, has 10" in found[2].detail


def test_what_reaches_out_of_the_window_is_found_and_what_can_be_scrolled_to_is_not(shown: Shown, qtbot: QtBot) -> None:
    window = shown()
    outside = QPushButton("Outside", window)
    outside.move(370, 10)
    outside.show()
    assert problems(window) == ["cut off"]
    outside.hide()
    area = QScrollArea(window)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    wide = QLabel("wide")
    wide.resize(900, 40)
    area.setWidget(wide)
    area.show()
    assert problems(window) == []
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    assert problems(window) == ["cut off"]


def test_what_is_hidden_is_not_looked_at(shown: Shown) -> None:
    field = QLineEdit()
    window = shown(field)
    field.hide()
    assert walk(window) == []


def test_a_finding_says_where_to_look(shown: Shown) -> None:
    field = QLineEdit()
    field.setObjectName("lr")
    inner = QWidget()
    inner.setObjectName("training")
    QVBoxLayout(inner).addWidget(field)
    window = shown(inner)
    assert window.isVisible()
    assert describe(field) == "QLineEdit lr in QWidget training"


def test_names_are_what_a_screen_reader_says(shown: Shown) -> None:
    button, field = QPushButton("&Go"), named(QLineEdit())
    window = shown(button, field)
    assert window.isVisible()
    assert (name_of(button), name_of(field)) == ("Go", "A name")
