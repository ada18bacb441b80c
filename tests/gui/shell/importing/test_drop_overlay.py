"""Files dropped anywhere on the window: said before, done after."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.core.run_folder import run_folders
from neurostudio.gui.shell.importing import DropOverlay, ImportDialog
from neurostudio.gui.studio import FormRequest, Notice, Studio

NO_KEY, LEFT, COPY = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction


class Window(QMainWindow):
    """As much of the main window as the overlay knows."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.opened: list[Path] = []
        self.resize(700, 500)
        self.overlay = DropOverlay(self)  # type: ignore[arg-type]

    def open_project(self, path: Path) -> None:
        self.opened.append(path)


@pytest.fixture
def window(open_sample: Studio, qtbot: QtBot) -> Iterator[Window]:
    made = Window(open_sample)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def bare_window(studio: Studio, qtbot: QtBot) -> Window:
    made = Window(studio)
    qtbot.addWidget(made)
    made.show()
    return made


def files(*paths: Path) -> QMimeData:
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return carried


def hover(window: Window, carried: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(50, 50), COPY, carried, LEFT, NO_KEY)
    QApplication.sendEvent(window, event)
    return event


def drop(window: Window, carried: QMimeData) -> None:
    hover(window, carried)
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), COPY, carried, LEFT, NO_KEY))


def test_the_window_says_what_will_happen_and_forgets_it_when_the_files_leave(
    window: Window, sample_project: Path, qtbot: QtBot
) -> None:
    assert hover(window, files(sample_project)).isAccepted()
    assert window.overlay.isVisible()
    assert window.overlay.geometry() == window.rect()
    qtbot.waitUntil(lambda: window.overlay.sentence == "Open the project “sample-study”")
    window.resize(500, 400)
    assert window.overlay.geometry() == window.rect()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()
    assert window.opened == []


def test_a_dropped_project_is_opened(window: Window, sample_project: Path, qtbot: QtBot) -> None:
    drop(window, files(sample_project))
    qtbot.waitUntil(lambda: window.opened == [sample_project])
    assert not window.overlay.isVisible()


def test_dropped_data_are_shown_before_they_are_imported(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text('text,label\n"never closed,1\nfine,2\n' * 30)
    drop(window, files(broken))
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ImportDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: dialog.detail.error.isVisible())
    dialog.reject()


def test_data_without_a_project_lead_to_the_welcome_page(bare_window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    told: list[Notice] = []
    bare_window.studio.noticed.connect(told.append)
    (tmp_path / "a.txt").write_text("words")
    drop(bare_window, files(tmp_path / "a.txt"))
    qtbot.waitUntil(lambda: bool(told))
    assert (told[0].title, told[0].action_key) == ("Data need a project", "welcome")


def test_a_dropped_request_fills_the_form(window: Window, sample_project: Path, qtbot: QtBot) -> None:
    folder = next(one for one in run_folders(sample_project) if one.request().name == "second")

    def is_second(asked: FormRequest) -> bool:
        return asked.name == "second" and asked.seed == 2

    with qtbot.waitSignal(window.studio.form_requested, check_params_cb=is_second):
        drop(window, files(folder.request_file))


def test_a_batch_is_run_only_after_a_question(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    batch = tmp_path / "batch.yaml"
    batch.write_text("runs:\n  - {name: one, method: spiking.text, inputs: {train: no-such-data}}\n")
    told: list[Notice] = []
    window.studio.noticed.connect(told.append)
    drop(window, files(batch))
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    assert "1 run in the project" in box.informativeText()
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), LEFT)
    qtbot.wait(50)
    assert told == []
    drop(window, files(batch))
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Ok), LEFT)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=30_000)
    assert [notice.level for notice in told] == ["info", "error"]
    assert "no-such-data" in told[1].text


def test_a_file_that_is_no_batch_is_told_with_its_reason(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    batch = tmp_path / "batch.yaml"
    batch.write_text("runs:\n  - [not, a, run]\n")
    told: list[Exception] = []
    from neurostudio.gui import tasks

    tasks.error_listeners.append(told.append)
    drop(window, files(batch))
    qtbot.waitUntil(lambda: bool(told))
    tasks.error_listeners.remove(told.append)
    assert "batch.yaml" in str(told[0])


def test_text_and_what_comes_from_the_window_itself_are_left_alone(window: Window) -> None:
    words = QMimeData()
    words.setText("only words")
    event = QDragEnterEvent(QPoint(50, 50), COPY, words, LEFT, NO_KEY)
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not window.overlay.isVisible()
    assert not window.overlay.eventFilter(window, QEvent(QEvent.Type.DragMove))


def test_files_that_come_in_over_a_text_field_are_seen_by_the_native_window(window: Window, sample_project: Path) -> None:
    handle = window.windowHandle()
    assert handle is not None
    carried = files(sample_project)
    event = QDragEnterEvent(QPoint(50, 50), COPY, carried, LEFT, NO_KEY)
    assert not window.overlay.eventFilter(handle, event), "Qt goes on and finds the sheet under the pointer"
    assert window.overlay.isVisible()
    window.overlay.hide()


class Canvas(QWidget):
    """Takes pictures itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.taken: list[Path] = []
        self.setGeometry(0, 0, 200, 200)
        self.show()

    def drop_sentence(self, paths: list[Path]) -> str:
        return "Show it here" if all(path.suffix == ".png" for path in paths) else ""

    def take_files(self, paths: list[Path]) -> None:
        self.taken += paths


def test_a_widget_that_takes_the_files_itself_gets_them(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    canvas = Canvas(window)
    picture = tmp_path / "a.png"
    picture.write_bytes(b"")
    hover(window, files(picture))
    assert window.overlay.sentence == "Show it here"
    beside = QDragMoveEvent(QPoint(400, 400), COPY, files(picture), LEFT, NO_KEY)
    QApplication.sendEvent(window, beside)
    qtbot.waitUntil(lambda: window.overlay.sentence != "Show it here")
    drop(window, files(picture))
    assert canvas.taken == [picture]
    assert not window.overlay.isVisible()
    drop(window, files(tmp_path / "notes.txt"))
    assert canvas.taken == [picture]
