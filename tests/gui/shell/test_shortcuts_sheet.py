"""The sheet of shortcuts, its help page, and the table that both are views of."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from neurostudio.gui.commands import COMMANDS, Actions
from neurostudio.gui.shell.help_pages import docs_folder
from neurostudio.gui.shell.shortcuts_sheet import GESTURES, KeyCaps, ShortcutsSheet, caps, page_text, sections


@pytest.fixture
def sheet(qtbot: QtBot) -> Iterator[ShortcutsSheet]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ShortcutsSheet(Actions(parent), parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.open()
    qtbot.waitExposed(made)
    yield made
    made.hide()


def test_each_shortcut_belongs_to_one_command() -> None:
    used = Counter(QKeySequence(one.keys).toString() for one in COMMANDS if one.keys)
    assert [keys for keys, count in used.items() if count > 1] == []


@pytest.mark.parametrize("one", [one for one in COMMANDS if one.keys], ids=lambda one: one.id)
def test_each_shortcut_is_one_that_qt_understands(one: object) -> None:
    keys = one.keys  # type: ignore[attr-defined]
    assert not QKeySequence(keys).isEmpty()
    assert QKeySequence(keys)[0].key() != Qt.Key.Key_unknown


def test_the_help_page_is_what_the_table_says() -> None:
    page = docs_folder() / "shortcuts.md"
    assert page.read_text(encoding="utf-8") == page_text(), f"write what page_text() gives into {page}"


def test_every_command_with_keys_stands_on_the_sheet(sheet: ShortcutsSheet) -> None:
    shown = {line.title for line in sheet.lines_shown()}
    assert {one.title.removesuffix("...") for one in COMMANDS if one.keys} <= shown
    assert {title for _, pairs in GESTURES for title, _ in pairs} <= shown


def test_typing_leaves_what_fits(sheet: ShortcutsSheet, qtbot: QtBot) -> None:
    QTest.keyClicks(sheet.field, "undo")
    assert [line.title for line in sheet.lines_shown()] == ["Undo"]
    sheet.field.clear()
    QTest.keyClicks(sheet.field, "ctrl+k")
    assert sheet.lines_shown()[0].title == "Search or command"
    sheet.field.clear()
    QTest.keyClicks(sheet.field, "window")
    assert {"Next page", "Close page"} <= {line.title for line in sheet.lines_shown()}


def test_where_nothing_fits_it_says_so(sheet: ShortcutsSheet) -> None:
    QTest.keyClicks(sheet.field, "zzzz")
    assert sheet.lines_shown() == []
    assert "No shortcut fits 'zzzz'" in sheet._nothing.text()


def test_escape_closes_it(sheet: ShortcutsSheet) -> None:
    QTest.keyClick(sheet.field, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


@pytest.mark.parametrize("width", [300, 700, 1200])
def test_no_shortcut_is_cut_off(sheet: ShortcutsSheet, width: int, qtbot: QtBot) -> None:
    sheet.resize(width, 500)
    qtbot.wait(1)
    for keys in sheet.findChildren(KeyCaps):
        assert keys.width() >= keys.sizeHint().width()


@given(
    st.lists(st.sampled_from(["Ctrl", "Shift", "Alt", "K", "F1", "PgUp", ","]), min_size=1, max_size=4, unique=True),
    st.booleans(),
)
def test_a_shortcut_falls_into_its_keys(keys: list[str], ends_with_plus: bool) -> None:
    parts = [*keys, "+"] if ends_with_plus else keys
    assert caps("+".join(parts)) == parts


def test_every_section_has_lines() -> None:
    assert all(section.lines for section in sections())
