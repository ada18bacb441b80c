"""The preferences: they hold at once, are written, and can be taken back."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from neurostudio.app.settings import UserSettings, load
from neurostudio.gui.shell.preference_table import GROUPS, defaults, preferences
from neurostudio.gui.shell.preferences import PreferencesDialog
from neurostudio.gui.studio import Studio

NOT_IN_THE_DIALOG = {"recent_projects", "layout_preset"}  # both follow from what is done in the window


@pytest.fixture
def dialog(qtbot: QtBot, studio: Studio) -> PreferencesDialog:
    made = PreferencesDialog(studio)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitExposed(made)
    return made


def choose(dialog: PreferencesDialog, name: str, words: str) -> None:
    """Choose in a combo box with the keyboard."""
    box = dialog.editor(name).field
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, words[0])
    while box.currentText() != words:
        QTest.keyClick(box, Qt.Key.Key_Down)


def test_every_preference_stands_in_the_dialog() -> None:
    names = [one.name for one in preferences()]
    assert len(names) == len(set(names))
    assert set(names) == set(UserSettings.model_fields) - NOT_IN_THE_DIALOG
    assert all(one.help.endswith(".") for one in preferences())
    assert len(GROUPS) == 4


def test_a_choice_holds_at_once_and_is_written(dialog: PreferencesDialog, studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.settings_changed):
        choose(dialog, "appearance", "Dark")
    assert studio.settings.appearance == "dark"
    qtbot.waitUntil(lambda: load().settings.appearance == "dark")


def test_numbers_and_switches_hold_at_once(dialog: PreferencesDialog, studio: Studio, qtbot: QtBot) -> None:
    size, runs, tour = (dialog.editor(name).field for name in ("text_scale", "runs_at_once", "show_tour"))
    assert isinstance(size, QSpinBox)
    assert isinstance(runs, QSpinBox)
    assert isinstance(tour, QCheckBox)
    QTest.keyClick(size, Qt.Key.Key_Up)
    assert studio.settings.text_scale == pytest.approx(1.1)
    assert runs.text() == "What fits"
    QTest.keyClick(runs, Qt.Key.Key_Up)
    assert (studio.settings.runs_at_once, runs.text()) == (1, "1 runs")
    QTest.mouseClick(tour, Qt.MouseButton.LeftButton, pos=QPoint(8, tour.height() // 2))
    assert not studio.settings.show_tour
    qtbot.waitUntil(lambda: load().settings == studio.settings)


def test_reset_takes_one_back_and_reset_all_takes_all_back(dialog: PreferencesDialog, studio: Studio, qtbot: QtBot) -> None:
    studio.change_settings(UserSettings(appearance="dark", default_cores=3, recent_projects=("/a",)))
    one = dialog.editor("appearance").reset
    assert one.isVisible()
    QTest.mouseClick(one, Qt.MouseButton.LeftButton)
    assert studio.settings.appearance == "system"
    assert not one.isVisible()
    assert dialog.reset_all.isEnabled()
    QTest.mouseClick(dialog.reset_all, Qt.MouseButton.LeftButton)
    assert studio.settings == UserSettings(recent_projects=("/a",))
    assert not dialog.reset_all.isEnabled()
    qtbot.waitUntil(lambda: load().settings.recent_projects == ("/a",))


def test_changes_from_a_menu_are_shown(dialog: PreferencesDialog, studio: Studio) -> None:
    studio.change_settings(UserSettings(appearance="contrast", default_device="cuda:1"))
    colours, device = dialog.editor("appearance").field, dialog.editor("default_device").field
    assert isinstance(colours, QComboBox)
    assert isinstance(device, QComboBox)
    assert colours.currentText() == "High contrast"
    assert device.currentText() == "cuda:1"


def test_problems_of_the_file_are_shown(qtbot: QtBot, studio: Studio, own_settings: Path) -> None:
    own_settings.mkdir()
    (own_settings / "settings.toml").write_text("text_scale = 7\n", encoding="utf-8")
    dialog = PreferencesDialog(studio)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(dialog.problems.isVisible)
    assert "text_scale" in dialog.problems.accessibleName()


def test_without_problems_there_is_no_card(dialog: PreferencesDialog, qtbot: QtBot) -> None:
    qtbot.wait(50)
    assert not dialog.problems.isVisible()


def test_several_changes_at_once_leave_the_last_in_the_file(dialog: PreferencesDialog, studio: Studio, qtbot: QtBot) -> None:
    field = dialog.editor("runs_at_once").field
    assert isinstance(field, QSpinBox)
    for _ in range(9):
        QTest.keyClick(field, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: load().settings.runs_at_once == 9)
    qtbot.wait(50)
    assert load().settings.runs_at_once == 9


def test_defaults_keep_what_was_opened_lately() -> None:
    changed = UserSettings(text_scale=2.0, recent_projects=("/a", "/b"))
    assert defaults(changed) == UserSettings(recent_projects=("/a", "/b"))
