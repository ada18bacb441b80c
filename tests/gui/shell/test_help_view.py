"""The help inside the window."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.gui import theme
from neurostudio.gui.shell import help_pages
from neurostudio.gui.shell.help_view import HelpView, topic_of, topic_of_focus
from neurostudio.gui.studio import Studio

FILES = [topic for topic in help_pages.topics() if topic != help_pages.MACHINE]


class Opened(QObject):
    """Takes the links that would go to the browser of the system."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    @Slot(QUrl)
    def take(self, link: QUrl) -> None:
        self.links.append(link.toString())


@pytest.fixture
def opened() -> Iterator[Opened]:
    made = Opened()
    QDesktopServices.setUrlHandler("https", made, "take")
    yield made
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def view(qtbot: QtBot, studio: Studio) -> HelpView:
    made = HelpView(studio, "")
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def first_line(view: HelpView) -> str:
    return view.browser.document().begin().text()


# --- pages


def test_the_contents_are_first_and_every_file_is_there() -> None:
    files = {
        path.relative_to(help_pages.docs_folder()).with_suffix("").as_posix() for path in help_pages.docs_folder().rglob("*.md")
    }
    assert help_pages.topics()[0] == help_pages.CONTENTS
    assert set(FILES) == files


@pytest.mark.parametrize("topic", FILES)
def test_every_page_can_be_reached_from_the_contents(topic: str) -> None:
    reached, waiting = {help_pages.CONTENTS}, [help_pages.CONTENTS]
    while waiting:
        here = waiting.pop()
        links = re.findall(r"\]\(([^)\s]+)\)", help_pages.page(here).text)
        targets = {target[0] for link in links if (target := help_pages.target_of(link, here))}
        waiting += [one for one in targets - reached if help_pages.is_topic(one)]
        reached |= targets
    # decisions are reached through the tree at the left
    assert topic in reached or topic.startswith("decisions/")


@pytest.mark.parametrize("topic", FILES)
def test_every_link_between_pages_leads_to_a_page_and_a_heading(topic: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", help_pages.page(topic).text):
        target = help_pages.target_of(link, topic)
        if target is not None:
            page = help_pages.page(target[0])
            assert not target[1] or target[1] in {heading.anchor for heading in page.headings}, link


@pytest.mark.parametrize(
    ("link", "topic", "target"),
    [
        ("data-sets.md", "index", ("data-sets", "")),
        ("../index.md", "decisions/001-a", ("index", "")),
        ("002-b.md#context", "decisions/001-a", ("decisions/002-b", "context")),
        ("#here", "batch-files", ("batch-files", "here")),
        ("../../secret.md", "decisions/001-a", None),
        ("https://example.org/a.md", "index", None),
        ("mailto:lab@example.org", "index", None),
        ("decisions/", "index", None),
    ],
)
def test_links_lead_to_pages_of_the_help_or_out_of_it(link: str, topic: str, target: tuple[str, str] | None) -> None:
    assert help_pages.target_of(link, topic) == target


@pytest.mark.parametrize("topic", ["", "nothing", "../README", "/etc/passwd", "../../etc/hostname"])
def test_what_is_no_page_of_the_help_is_not_read(topic: str) -> None:
    assert not help_pages.is_topic(topic)
    with pytest.raises(ValueError, match="no help page"):
        help_pages.page(topic)


# --- the view


def test_it_opens_at_the_contents_and_its_key_follows(view: HelpView) -> None:
    assert (view.topic(), view.key, view.title) == ("index", "help:index", "Help")
    view.show_topic("batch-files")
    assert (view.topic(), view.key, view.title) == ("batch-files", "help:batch-files", "Help: Batch files")
    assert first_line(view) == "Batch files"
    assert view.contents.currentItem().text(0) == "Batch files"


def test_an_unknown_topic_shows_the_contents(view: HelpView) -> None:
    view.show_topic("data-sets")
    view.show_topic("nothing-like-it")
    assert view.topic() == "index"


def test_back_and_forward_go_through_what_was_read(view: HelpView) -> None:
    assert not view.back.isEnabled()
    view.show_topic("batch-files")
    view.show_topic("data-sets")
    QTest.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert (view.topic(), first_line(view)) == ("batch-files", "Batch files")
    QTest.keyClick(view.browser, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert view.topic() == "index"
    QTest.mouseClick(view.forward, Qt.MouseButton.LeftButton)
    assert view.topic() == "batch-files"
    assert view.contents.currentItem().text(0) == "Batch files"


def test_links_between_pages_are_followed_with_the_mouse(view: HelpView, qtbot: QtBot) -> None:
    cursor = view.browser.document().find("Batch files")
    cursor.setPosition(cursor.selectionStart() + 2)
    place = view.browser.cursorRect(cursor).center()
    QTest.mouseMove(view.browser.viewport(), place)
    QTest.mouseClick(view.browser.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert view.topic() == "batch-files"


def test_links_out_of_the_help_go_to_the_browser_of_the_system(view: HelpView, opened: Opened) -> None:
    view.browser.on_link(QUrl("https://example.org/paper"))
    assert opened.links == ["https://example.org/paper"]
    assert view.topic() == "index"


def test_nothing_is_loaded_from_elsewhere(view: HelpView) -> None:
    for url in ("https://example.org/a.png", "file:///etc/passwd", "help:../README.md"):
        assert view.browser.loadResource(2, QUrl(url)) is None


def test_a_heading_of_the_contents_scrolls_to_it(view: HelpView) -> None:
    view.resize(900, 260)
    view.show_topic("data-sets")
    item = view.contents.currentItem().child(0)
    assert item.text(0) == "When a file is refused"
    view.contents.setCurrentItem(item)
    assert view.topic() == "data-sets"
    assert view.browser.verticalScrollBar().value() > 0


def test_search_marks_every_place_and_enter_goes_to_the_next(view: HelpView) -> None:
    view.show_topic("spiking-text")
    QTest.keyClick(view.browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.field.hasFocus()
    QTest.keyClicks(view.field, "spik")
    count = len(view.browser.extraSelections())
    assert count > 3
    assert view.count.text() == f"1 of {count}"
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert view.count.text() == f"2 of {count}"
    for _ in range(count - 1):
        QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert view.count.text() == f"1 of {count}"
    view.field.setText("zebra")
    assert view.count.text() == "Not on this page"
    view.field.clear()
    assert view.browser.extraSelections() == []


def test_another_theme_repaints_the_page_at_its_place(view: HelpView, qtbot: QtBot) -> None:
    view.resize(900, 260)
    view.show_topic("spiking-text")
    view.browser.verticalScrollBar().setValue(120)
    theme.use("dark")
    qtbot.wait(1)
    assert view.browser.verticalScrollBar().value() == 120
    frames = view.browser.document().rootFrame().childFrames()
    assert frames[0].frameFormat().borderBrush().color().name().upper() == theme.DARK.hairline


def test_the_page_about_this_machine_says_what_doctor_finds(view: HelpView, qtbot: QtBot) -> None:
    view.show_topic("machine")
    assert view.title == "Help: About this machine"
    qtbot.waitUntil(lambda: "PySide6-Essentials" in view.browser.toPlainText(), timeout=30_000)


def test_missing_parts_stand_under_their_own_heading() -> None:
    text = help_pages.machine_text([{"what": "Torch device", "found": "none", "note": "pip install it"}])
    assert "## What is missing\n\n- Torch device: pip install it" in text


# --- help for what has the keyboard


def test_the_topic_is_that_of_the_closest_part(qtbot: QtBot) -> None:
    outer, inner, field = QWidget(), QWidget(), QLineEdit()
    qtbot.addWidget(outer)
    QVBoxLayout(outer).addWidget(inner)
    QVBoxLayout(inner).addWidget(field)
    assert topic_of(field) == "index"
    outer.setProperty("help_topic", "data-sets")
    assert topic_of(field) == "data-sets"
    inner.setProperty("help_topic", "batch-files")
    assert topic_of(field) == "batch-files"
    inner.setProperty("help_topic", "a-page-that-is-not-there")
    assert topic_of(field) == "data-sets"
    assert topic_of(None) == "index"
    outer.show()
    field.setFocus()
    assert topic_of_focus(outer) == "data-sets"


def test_in_a_narrow_window_the_text_has_the_room_and_the_contents_come_when_asked_for(view: HelpView) -> None:
    assert view.contents.isVisible()
    view.resize(400, 600)
    assert not view.contents.isVisible()
    QTest.mouseClick(view.fold, Qt.MouseButton.LeftButton)
    assert view.contents.isVisible()
    view.resize(1200, 600)
    assert view.contents.isVisible()
