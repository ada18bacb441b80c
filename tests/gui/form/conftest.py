"""Forms on the screen: made, shown and taken down again."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QUndoStack, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, import_data
from neurostudio.core.spec import Spec
from neurostudio.data.samples import write_sample_reviews
from neurostudio.gui.form.model import FormModel
from neurostudio.gui.form.settings_panel import SettingsPanel
from neurostudio.gui.form.spec_form import SpecForm
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.studio import Studio

WIDTH = 700


def _make_importable(name: str) -> None:
    """Modules beside the tests have no package to be imported from."""
    found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert found is not None
    assert found.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(found)
    found.loader.exec_module(sys.modules[name])


if "specs_of_forms" not in sys.modules:
    _make_importable("specs_of_forms")


def bring_up(widget: QWidget, qtbot: QtBot) -> None:
    """Show a window, and give it the keyboard."""
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    QApplication.processEvents()


@pytest.fixture
def stack() -> QUndoStack:
    """Where edits go."""
    return QUndoStack()


@pytest.fixture
def shown(qtbot: QtBot, stack: QUndoStack) -> Iterator[Callable[..., SpecForm]]:
    """Show the form of a Spec, wide."""
    forms: list[SpecForm] = []

    def show(spec: type[Spec], width: int = WIDTH) -> SpecForm:
        form = SpecForm(FormModel(spec), stack)
        forms.append(form)
        qtbot.addWidget(form)
        form.resize(width, 600)
        bring_up(form, qtbot)
        return form

    yield show
    for form in forms:
        form.detach()


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Project]:
    """A project with one data set, ``reviews``."""
    project = Project.create(tmp_path / "study")
    source = write_sample_reviews(project.path / "data")
    import_data(project, [source], kind="labelled-text", name="reviews")
    yield project
    project.close()


@pytest.fixture
def open_study(studio: Studio, study: Project) -> Studio:
    """A studio with that project open."""
    studio.set_project(OpenProject(study))
    return studio


@pytest.fixture
def panel(open_study: Studio, qtbot: QtBot) -> Iterator[SettingsPanel]:
    """The settings panel on that project."""
    made = SettingsPanel(open_study)
    qtbot.addWidget(made)
    made.resize(360, 700)
    bring_up(made, qtbot)
    yield made
    made.hide()


@pytest.fixture
def wheel(qapp: QApplication) -> Callable[[QWidget, int], bool]:
    """Turn the wheel over a widget; tells whether somebody took it."""

    def turn(widget: QWidget, notches: int) -> bool:
        centre = widget.rect().center()
        event = QWheelEvent(
            QPointF(centre),
            QPointF(widget.mapToGlobal(centre)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(widget, event)
        return event.isAccepted()

    return turn
