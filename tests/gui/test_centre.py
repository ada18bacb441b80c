"""Tabs of the centre: one page a key, two columns, closing and bringing back."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from neurostudio.gui.panels.page import Page
from neurostudio.gui.shell.centre import Centre
from neurostudio.gui.studio import Studio


@pytest.fixture
def centre(studio: Studio, qtbot: QtBot) -> Centre:
    made = Centre(lambda key: Page(studio, key, key.title(), "home"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_key_is_open_once(centre: Centre) -> None:
    first = centre.open("run:a")
    centre.open("run:b")
    assert centre.open("run:a") is first
    assert centre.keys() == [["run:a", "run:b"], []]
    assert centre.current() is first


def test_a_page_is_closed_by_its_button_by_the_middle_button_and_brought_back(centre: Centre, qtbot: QtBot) -> None:
    for key in ("a", "b", "c"):
        centre.open(key)
    group = centre._groups[0]
    bar = group.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(1).center())
    assert centre.keys()[0] == ["a", "c"]
    close = bar.tabButton(1, bar.ButtonPosition.RightSide)
    assert close is not None
    assert close.accessibleName() == "Close C"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert centre.keys()[0] == ["a"]
    centre.reopen()
    centre.reopen()
    assert centre.keys()[0] == ["a", "c", "b"]


def test_a_closed_page_ends_what_it_keeps_at_work(centre: Centre, qtbot: QtBot) -> None:
    page = centre.open("a")
    left: list[str] = []

    async def leave() -> None:
        left.append("left")

    page.leave = leave  # type: ignore[method-assign]
    with qtbot.waitSignal(page.destroyed):
        centre.close_page(page)
    assert left == ["left"]


def test_two_columns_share_the_pages_and_become_one_again(centre: Centre) -> None:
    for key in ("a", "b"):
        centre.open(key)
    centre.set_columns(2)
    assert centre.keys() == [["a"], ["b"]]
    centre.close_page(centre.open("a"))
    assert centre.keys() == [["b"], []], "an empty column is no column"
    centre.open("c")
    centre.set_columns(2)
    centre.set_columns(1)
    assert sorted(centre.keys()[0]) == ["b", "c"]


def test_another_title_stands_on_its_tab(centre: Centre) -> None:
    page = centre.open("run:a")
    page.set_title("first & best")
    assert centre._groups[0].tabText(0) == "first && best"
    assert centre._groups[0].tabToolTip(0) == "first & best"
