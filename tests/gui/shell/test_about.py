"""About the program."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import neurostudio
from neurostudio.gui.shell.about import AboutDialog, licences, versions


def test_it_lists_what_it_is_made_with_and_copies_it(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = AboutDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 5)
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"NeuroStudio {neurostudio.__version__}, Python ")
    assert "PySide6-Essentials" in copied
    QTest.mouseClick(dialog.shut, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_every_part_that_is_installed_states_its_licence() -> None:
    found = licences()
    assert len(found) > 5
    assert all(name and version and licence != "see its page" for name, version, licence in found)
    assert licences(["a-package-that-is-not-there"]) == []


def test_the_line_for_an_issue_names_program_python_and_qt() -> None:
    assert all(word in versions() for word in ("NeuroStudio", "Python", "Qt"))
