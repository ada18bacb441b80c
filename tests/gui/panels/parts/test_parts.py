"""Small parts that the pages share: tables, flowing rows, names that are edited in place, readings in the background."""

import time
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.parts.name_edit import NameEdit
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.parts.state_mark import STATES, StateMark, state_icon


def shown(qtbot: Any, widget: QWidget, width: int = 400, height: int = 300) -> Any:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    return widget


def numbered(count: int) -> list[Line]:
    return [Line((Cell(f"row {place}"), Cell(str(place), is_number=True)), str(place)) for place in range(count)]


# --- tables


def test_a_table_keeps_cursor_and_place_when_rows_come(qtbot: Any) -> None:
    table = shown(qtbot, LineTable("numbers"))
    table.show_lines(("Name", "Number"), numbered(100))
    table.select_key("60")
    table.verticalScrollBar().setValue(50)
    table.show_lines(("Name", "Number"), numbered(101))
    assert table.current_key() == "60"
    assert table.verticalScrollBar().value() == 50


def test_a_table_whose_texts_change_keeps_its_selection(qtbot: Any) -> None:
    table = shown(qtbot, LineTable("numbers"))
    table.show_lines(("Name", "Number"), numbered(5))
    table.selectRow(2)
    table.show_lines(("Name", "Number"), [Line((Cell("new"), Cell("0")), line.key) for line in numbered(5)])
    assert [index.row() for index in table.selectionModel().selectedRows()] == [2]


def test_sections_are_neither_chosen_nor_copied(qtbot: Any) -> None:
    table = shown(qtbot, LineTable("numbers"))
    section = Line((Cell("Section"),), "section", is_section=True)
    table.show_lines(("Name", "Number"), [section, *numbered(2)])
    assert not table.select_key("section")
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Name\tNumber\nrow 0\t0\nrow 1\t1"


def test_tabs_and_line_ends_in_a_field_do_not_break_the_copied_table(qtbot: Any) -> None:
    table = shown(qtbot, LineTable("texts"))
    table.show_lines(("Text",), [Line((Cell("a\tb\nc"),), "1")])
    assert table.as_tsv() == "Text\na b c"


def test_enter_tells_the_row(qtbot: Any) -> None:
    table = shown(qtbot, LineTable("numbers"))
    table.show_lines(("Name", "Number"), numbered(3))
    table.select_key("1")
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert told.args == ["1"]


# --- flow


def test_a_flow_breaks_into_lines_and_needs_their_height(qtbot: Any) -> None:
    buttons = [QPushButton(f"button {place}") for place in range(6)]
    flow = Flow(*buttons)
    page = QWidget()
    QVBoxLayout(page).addWidget(flow)
    shown(qtbot, page, 1000)
    assert len({button.y() for button in buttons}) == 1
    page.resize(240, 400)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) > 2)
    assert flow.heightForWidth(200) > flow.heightForWidth(1000)
    places = [QRect(button.geometry()) for button in buttons]
    assert not any(one.intersects(other) for place, one in enumerate(places) for other in places[:place])


def test_a_flow_is_put_into_another_order(qtbot: Any) -> None:
    one, two, three = (QPushButton(text) for text in ("one", "two", "three"))
    flow = shown(qtbot, Flow(one, two))
    flow.arrange([three, two, one])
    assert flow.widgets() == [three, two, one]
    flow.settle()
    assert three.x() < two.x() < one.x()


def test_hidden_widgets_take_no_room_in_a_flow(qtbot: Any) -> None:
    one, two = QPushButton("one"), QPushButton("two")
    flow = shown(qtbot, Flow(one, two))
    one.hide()
    flow.settle()
    qtbot.waitUntil(lambda: two.x() == 0)


# --- names, choices, states


def test_a_name_that_is_being_typed_is_not_replaced(qtbot: Any) -> None:
    field = shown(qtbot, NameEdit("Name"))
    field.show_name("old")
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, "er")
    field.show_name("from elsewhere")
    assert field.text() == "older"
    with qtbot.waitSignal(field.renamed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args == ["older"]
    field.show_name("from elsewhere")
    assert field.text() == "from elsewhere"


def test_a_choice_stays_while_it_is_offered(qtbot: Any) -> None:
    box = shown(qtbot, choice("Metric"))
    fill_choice(box, [("a", "A"), ("b", "B")])
    box.setCurrentIndex(1)
    fill_choice(box, [("c", "C"), ("b", "B"), ("a", "A")])
    assert box.currentData() == "b"
    fill_choice(box, [("c", "C")])
    assert box.currentData() == "c"


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_mark_and_a_word(qtbot: Any, state: str) -> None:
    mark = shown(qtbot, StateMark(state))
    assert mark.accessibleName() == state.capitalize()
    assert not mark.grab().toImage().isNull()


def test_a_state_of_a_newer_program_has_a_mark_too() -> None:
    assert state_icon("hibernating") == ("state-queued", "secondary")


# --- refreshing


class Reading:
    """Counts how often it is read."""

    def __init__(self, owner: QWidget) -> None:
        self.count = 0
        self.found: list[int] = []
        self.errors: list[NeuroError] = []
        self.fails = False
        self.refresher = Refresher(owner, lambda: self.read, self.found.append, self.errors.append, 0.05)

    def read(self) -> int:
        self.count += 1
        time.sleep(0.02)
        if self.fails:
            raise NeuroError("It cannot be read")
        return self.count


def test_many_asks_are_few_readings_and_the_last_one_counts(qtbot: Any) -> None:
    owner = shown(qtbot, QLineEdit())
    reading = Reading(owner)
    for _ in range(50):
        reading.refresher.ask()
    qtbot.waitUntil(lambda: bool(reading.found))
    reading.refresher.ask()
    qtbot.waitUntil(lambda: len(reading.found) == 2)
    qtbot.wait(150)
    assert reading.count == 2


def test_a_hidden_page_is_read_when_it_is_shown(qtbot: Any) -> None:
    owner = QLineEdit()
    qtbot.addWidget(owner)
    reading = Reading(owner)
    reading.refresher.ask()
    qtbot.wait(100)
    assert reading.count == 0
    owner.show()
    qtbot.waitUntil(lambda: reading.found == [1])


def test_an_error_is_told_and_the_next_ask_works(qtbot: Any) -> None:
    owner = shown(qtbot, QLineEdit())
    reading = Reading(owner)
    reading.fails = True
    reading.refresher.ask()
    qtbot.waitUntil(lambda: len(reading.errors) == 1)
    reading.fails = False
    reading.refresher.ask()
    qtbot.waitUntil(lambda: bool(reading.found))


def test_a_page_that_is_closed_while_it_reads_gets_nothing(qtbot: Any) -> None:
    owner = QLineEdit()
    owner.show()
    reading = Reading(owner)
    reading.fails = True
    reading.refresher.ask()
    qtbot.waitUntil(lambda: reading.count == 1)
    owner.close()
    owner.deleteLater()
    qtbot.wait(100)
    assert (reading.found, reading.errors) == ([], [])
