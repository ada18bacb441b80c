"""What is seen, and its numbers, go to the clipboard and to files."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.views.picture_menu import PictureMenu

TIMEOUT = 10_000


def red() -> QPixmap:
    """A small picture."""
    made = QPixmap(6, 4)
    made.fill(QColor("#FF0000"))
    return made


@pytest.fixture
def menu(qtbot: Any) -> PictureMenu:
    """The menu of a widget."""
    owner = QWidget()
    qtbot.addWidget(owner)
    return PictureMenu(owner, "carpet", red, lambda: "a\tb\n1\t2")


def test_the_menu_has_verbs_and_those_that_ask_end_in_dots(menu: PictureMenu) -> None:
    assert [action.text() for action in menu.entries] == ["Copy picture", "Copy data", "Save picture...", "Save data..."]
    assert [action.isSeparator() for action in menu.parent().actions()] == [False, False, True, False, False]  # type: ignore[attr-defined]


def test_picture_and_data_are_copied(menu: PictureMenu) -> None:
    menu.entries[0].trigger()
    assert QApplication.clipboard().image().pixelColor(2, 2).name() == "#ff0000"
    menu.entries[1].trigger()
    assert QApplication.clipboard().text() == "a\tb\n1\t2"


def test_picture_and_data_are_saved(menu: PictureMenu, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def chosen(dialog: Any) -> Path:
        asked.append(dialog.selectedFiles()[0])
        return tmp_path / Path(asked[-1]).name

    monkeypatch.setattr(tasks, "chosen_path", chosen)
    menu.entries[2].trigger()
    qtbot.waitUntil((tmp_path / "carpet.png").exists, timeout=TIMEOUT)
    assert QImage(str(tmp_path / "carpet.png")).pixelColor(5, 3).name() == "#ff0000"
    menu.entries[3].trigger()
    qtbot.waitUntil((tmp_path / "carpet.tsv").exists, timeout=TIMEOUT)
    assert (tmp_path / "carpet.tsv").read_text(encoding="utf-8") == "a\tb\n1\t2\n"
    assert [Path(path).name for path in asked] == ["carpet.png", "carpet.tsv"]


def test_a_folder_that_cannot_be_written_is_named(
    menu: PictureMenu, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")

    async def chosen(_dialog: Any) -> Path:
        return blocked / "carpet.tsv"

    errors: list[Exception] = []
    monkeypatch.setattr(tasks, "chosen_path", chosen)
    monkeypatch.setattr(tasks, "error_listeners", [errors.append])
    menu.entries[3].trigger()
    qtbot.waitUntil(lambda: bool(errors), timeout=TIMEOUT)
    assert isinstance(errors[0], NeuroError)
    assert "carpet.tsv" in str(errors[0])
