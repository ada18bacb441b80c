"""Notes and tags of a run."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt

from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.panels.run.notes_section import NotesSection
from neurostudio.gui.studio import Studio

OpenRun = Callable[[Studio, str], RunPage]


def notes_of(page: RunPage) -> NotesSection:
    section = page.open_section("Notes")
    assert isinstance(section, NotesSection)
    return section


def kept(studio: Studio, page: RunPage) -> Any:
    assert studio.project is not None
    return studio.project.project.find_run(page.run_ids()[0])


def test_notes_are_kept_when_the_keyboard_goes_elsewhere_and_undone(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    section = notes_of(page)
    qtbot.mouseClick(section.notes.viewport(), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(section.notes, "saw a dip")
    section.tags.setFocus()
    qtbot.waitUntil(lambda: kept(open_sample, page).notes == "saw a dip")
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: kept(open_sample, page).notes == "")
    qtbot.waitUntil(lambda: section.notes.toPlainText() == "")
    open_sample.undo.redo()
    qtbot.waitUntil(lambda: section.notes.toPlainText() == "saw a dip")


def test_notes_are_kept_after_a_pause(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    section = notes_of(page)
    qtbot.keyClicks(section.notes, "typed and left")
    qtbot.waitUntil(lambda: kept(open_sample, page).notes == "typed and left")
    assert section.notes.toPlainText() == "typed and left"


def test_what_is_being_typed_survives_a_new_reading(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    section = notes_of(page)
    qtbot.keyClicks(section.notes, "half a sen")
    qtbot.keyClicks(section.tags, "pilot, pa")
    assert open_sample.project is not None
    open_sample.project.runs_changed.emit(frozenset(page.run_ids()))
    qtbot.wait(400)
    assert section.notes.toPlainText() == "half a sen"
    assert section.tags.text() == "pilot, pa"


def test_tags_are_kept_with_enter_and_undone(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    section = notes_of(page)
    qtbot.mouseClick(section.tags, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(section.tags, " baseline,  for the   paper,, baseline ")
    qtbot.keyClick(section.tags, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept(open_sample, page).tags == ("baseline", "for the paper"))
    assert section.tags.text() == "baseline, for the paper"
    qtbot.waitUntil(open_sample.undo.canUndo)
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: kept(open_sample, page).tags == ())
    qtbot.waitUntil(lambda: section.tags.text() == "")
