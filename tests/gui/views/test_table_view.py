"""Tables: a click on a column sorts by value, words filter, Ctrl+C copies what is chosen with all its digits."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.table import TableView
from neurostudio.gui.views.view import Selected

CSV = "word,count,share\ngood,10,0.123456789\nbad,9,0.5\nfair,100,\n"


@pytest.fixture
def view(make_source: Callable[..., ArtifactSource], show: Callable[..., Any]) -> TableView:
    """Three rows with words and numbers."""
    shown: TableView = show(TableView, make_source("table", "words.csv", CSV))
    return shown


def column(view: TableView, at: int) -> list[str]:
    """What stands in a column from top to bottom."""
    return [str(view.model.index(row, at).data()) for row in range(view.model.rowCount())]


def click_header(view: TableView, at: int, qtbot: Any) -> None:
    """Click on the name of a column."""
    header = view.grid.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(at) + header.sectionSize(at) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_a_column_sorts_numbers_by_value_and_a_third_one_gives_the_order_of_the_file(
    view: TableView, qtbot: Any
) -> None:
    click_header(view, 1, qtbot)
    assert column(view, 1) == ["9", "10", "100"]
    click_header(view, 1, qtbot)
    assert column(view, 1) == ["100", "10", "9"]
    click_header(view, 1, qtbot)
    assert column(view, 0) == ["good", "bad", "fair"]
    click_header(view, 2, qtbot)
    assert column(view, 0) == ["good", "bad", "fair"]
    assert view.model.headerData(1, Qt.Orientation.Vertical) == "2"


def test_typing_filters_rows_and_counts_them(view: TableView, qtbot: Any) -> None:
    view.grid.setFocus()
    qtbot.keyClick(view.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.filter.hasFocus())
    qtbot.keyClicks(view.filter, "BAD")
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    assert column(view, 0) == ["bad"]
    assert view.count.text() == "1 of 3 rows, 3 columns"
    view.filter.clear()
    qtbot.waitUntil(lambda: view.model.rowCount() == 3)
    assert view.count.text() == "3 rows, 3 columns"


def test_what_is_chosen_is_copied_as_cells_of_other_programs(view: TableView, qtbot: Any, clipboard: Callable[[], str]) -> None:
    view.grid.setFocus()
    view.grid.setCurrentIndex(view.model.index(0, 0))
    qtbot.keyClick(view.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "word\tcount\tshare\ngood\t10\t0.123456789"
    assert view.readout.text() == "1 row copied"
    qtbot.keyClick(view.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard().splitlines() == ["word\tcount\tshare", "good\t10\t0.123456789", "bad\t9\t0.5", "fair\t100\t"]


def test_numbers_stand_to_the_right_and_whole_cells_are_in_the_tooltip(view: TableView) -> None:
    assert view.model.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert view.model.index(0, 0).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
    assert view.model.index(0, 2).data() == "0.1235"
    assert view.model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole) == "0.123456789"
    assert view.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_rows_chosen_here_are_told_as_rows_of_the_file_and_come_back(view: TableView, qtbot: Any) -> None:
    click_header(view, 1, qtbot)
    with qtbot.waitSignal(view.selected) as caught:
        view.grid.selectRow(0)
    assert caught.args == [Selected((1,))]
    view.show_selection(Selected((2,)))
    assert {index.row() for index in view.grid.selectionModel().selectedIndexes()} == {2}
    view.model.sort(0)
    assert {index.row() for index in view.grid.selectionModel().selectedIndexes()} == {1}


def test_the_readout_adds_up_the_numbers_that_are_chosen(view: TableView) -> None:
    view.grid.selectColumn(1)
    assert view.readout.text() == "3 numbers   mean 39.67   sum 119"
    view.grid.setCurrentIndex(view.model.index(0, 2))
    assert view.readout.text() == "share: 0.123456789"


def test_a_long_table_is_read_in_part_and_says_so(
    make_source: Callable[..., ArtifactSource], show: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neurostudio.gui.views.table_data.ROW_LIMIT", 5)
    view = show(TableView, make_source("table", "long.csv", "x\n" + "1\n" * 9))
    assert view.model.rowCount() == 5
    assert view.notes == ("The first 5 of 9 rows are read.",)


def test_a_hundred_thousand_rows_are_shown_without_a_widget_each(
    make_source: Callable[..., ArtifactSource], show: Callable[..., Any], qtbot: Any
) -> None:
    text = "n,word\n" + "".join(f"{number},word {number % 7}\n" for number in range(100_000))
    view = show(TableView, make_source("table", "large.csv", text))
    view.model.sort(0, Qt.SortOrder.DescendingOrder)
    assert view.model.index(0, 0).data() == "99999"
    view.model.set_filter("99999")
    assert view.model.rowCount() == 1
    QApplication.processEvents()
    assert len(view.grid.findChildren(object)) < 100
