"""One artifact with its tools: picture and numbers, copies, and exports that are the report's own figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton

from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.views import ArtifactPanel, ArtifactSource
from neurostudio.gui.views.artifact_panel import LargerWindow
from neurostudio.gui.views.columns import ColumnsView
from neurostudio.gui.views.exporting import export
from neurostudio.gui.views.table import TableView
from neurostudio.gui.views.view import Selected
from neurostudio.report.content import RunContent, identity
from neurostudio.report.figures import as_bytes, draw
from neurostudio.store.read import find_run, run_detail


@pytest.fixture
def panel(open_sample: Studio, qtbot: Any) -> ArtifactPanel:
    """A panel in a window with a real project."""
    made = ArtifactPanel(open_sample)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    return made


@pytest.fixture
def artifact(open_sample: Studio) -> Callable[[str], ArtifactSource]:
    """An artifact of the run ``first`` by name."""
    assert open_sample.project is not None
    store = open_sample.project.project.store
    detail = run_detail(store, find_run(store, "first").run_id)
    there = {
        row.name: ArtifactSource(open_sample.project.path, detail.row.run_id, detail.row.name, row) for row in detail.artifacts
    }
    return there.__getitem__


@pytest.fixture
def noticed(open_sample: Studio) -> list[Notice]:
    """What people were told."""
    told: list[Notice] = []
    open_sample.noticed.connect(told.append)
    return told


def shown(panel: ArtifactPanel, source: ArtifactSource, qtbot: Any) -> None:
    """Show an artifact and wait for it."""
    panel.show_source(source)
    qtbot.waitUntil(lambda: panel.view is not None and panel.view.state in ("done", "error"))


def test_title_caption_and_tools_belong_to_the_artifact(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    shown(panel, artifact("accuracy-by-time"), qtbot)
    assert panel.title.text() == "The decision forming: accuracy after t steps"
    assert panel.caption.text().startswith("Accuracy when the decision is taken after t steps")
    assert isinstance(panel.view, ColumnsView)
    tools = [panel.numbers, panel.copy, panel.export, panel.larger, panel.folder]
    assert all(tool.isVisible() and tool.toolTip() and tool.accessibleName() for tool in tools)
    assert [action.text() for action in panel.export.menu().actions()] == [
        "Export PNG...",
        "Export SVG...",
        "Export PDF...",
        "Export CSV...",
    ]
    shown(panel, artifact("predictions"), qtbot)
    assert isinstance(panel.view, TableView)
    assert not panel.numbers.isVisible()
    assert [action.text() for action in panel.export.menu().actions()] == ["Export CSV..."]
    panel.clear()
    assert not panel.export.isVisible()


def test_the_picture_and_its_numbers_are_switched_and_what_is_chosen_stays(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    panel.show_selection(Selected((1,)))
    qtbot.mouseClick(panel.numbers, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(panel.view, TableView) and panel.view.state == "done")
    assert isinstance(panel.view, TableView)
    assert {index.row() for index in panel.view.grid.selectionModel().selectedIndexes()} == {1}
    assert panel.numbers.toolTip() == "Show the picture"
    qtbot.mouseClick(panel.numbers, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(panel.view, ColumnsView) and panel.view.state == "done")


def test_picture_and_data_are_copied(panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any) -> None:
    shown(panel, artifact("classes"), qtbot)
    picture, data = panel.copy.menu().actions()
    picture.trigger()
    assert not QApplication.clipboard().pixmap().isNull()
    data.trigger()
    assert QApplication.clipboard().text().startswith("class\tprecision\trecall\tf1")


@pytest.mark.parametrize(("name", "suffix"), [("accuracy-by-time", ".svg"), ("spikes-1", ".png")])
def test_an_exported_picture_is_the_figure_of_the_report(
    name: str,
    suffix: str,
    panel: ArtifactPanel,
    artifact: Callable[[str], ArtifactSource],
    noticed: list[Notice],
    tmp_path: Path,
    qtbot: Any,
) -> None:
    source = artifact(name)
    shown(panel, source, qtbot)
    panel.export_to(tmp_path / f"out{suffix}")
    qtbot.waitUntil(lambda: bool(noticed), timeout=60_000)
    assert (noticed[0].level, noticed[0].title, noticed[0].action_text) == ("done", f"Exported out{suffix}", "Show in folder")
    run = _identity(source)
    figure = draw(source.for_report(), run)
    assert figure is not None
    assert (tmp_path / f"out{suffix}").read_bytes() == as_bytes(figure, suffix, run, source.title)


def test_a_file_is_asked_for_and_written(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], noticed: list[Notice], tmp_path: Path, qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    csv = next(action for action in panel.export.menu().actions() if action.data() == ".csv")
    csv.trigger()
    qtbot.waitUntil(lambda: bool(panel.findChildren(QFileDialog)))
    (dialog,) = panel.findChildren(QFileDialog)
    dialog.setDirectory(str(tmp_path))
    dialog.accept()
    qtbot.waitUntil(lambda: bool(noticed), timeout=60_000)
    assert (tmp_path / "first-classes.csv").read_text(encoding="utf-8").startswith("class,precision,recall,f1\n")


def test_an_export_that_fails_is_told(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], noticed: list[Notice], tmp_path: Path, qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    panel.export_to(tmp_path / "classes.gif")
    qtbot.waitUntil(lambda: bool(noticed), timeout=60_000)
    assert noticed[0].level == "error"
    assert ".png" in noticed[0].title + noticed[0].fix


def test_a_metric_is_exported_like_an_artifact(open_sample: Studio, noticed: list[Notice], tmp_path: Path, qtbot: Any) -> None:
    from neurostudio.gui import tasks

    assert open_sample.project is not None
    project = open_sample.project.path
    run_id = find_run(open_sample.project.project.store, "first").run_id
    written: list[bool] = []

    async def write() -> None:
        written.append(await export(open_sample, project, run_id, tmp_path / "loss.csv", curve="train/loss"))

    tasks.start(write(), open_sample)
    qtbot.waitUntil(lambda: bool(written), timeout=60_000)
    assert written == [True]
    assert (tmp_path / "loss.csv").read_text(encoding="utf-8").startswith("step,value,time\n")


def test_a_missing_file_is_a_card_without_tools_for_it(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    source = artifact("classes")
    source.path.unlink()
    shown(panel, source, qtbot)
    assert panel.view is not None
    assert panel.view.state == "error"
    assert not panel.export.isEnabled()
    assert "classes.csv is missing" in panel.view._error.accessibleName()


def test_a_window_of_its_own_shows_it_larger_and_escape_closes_it(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    qtbot.mouseClick(panel.larger, Qt.MouseButton.LeftButton)
    (window,) = panel.findChildren(LargerWindow)
    qtbot.waitUntil(lambda: window.panel.view is not None and window.panel.view.state == "done")
    assert window.windowTitle() == "Scores of each class, first encoder seed – first"
    assert not window.panel.larger.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not panel.findChildren(LargerWindow))


def test_the_menu_of_the_right_button_offers_the_same_exports(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    assert isinstance(panel.view, ColumnsView)
    texts = [action.text() for action in panel.view.canvas.actions() if isinstance(action, QAction)]
    assert texts == ["Copy picture", "Copy data", "", "Export PNG...", "Export SVG...", "Export PDF...", "Export CSV..."]
    with qtbot.waitSignal(panel.view.export_wanted) as caught:
        panel.view.export_wanted.disconnect(panel.on_export)
        panel.view.canvas.actions()[4].trigger()
    assert caught.args == [".svg"]


def test_every_tool_can_be_reached_with_the_keyboard(
    panel: ArtifactPanel, artifact: Callable[[str], ArtifactSource], qtbot: Any
) -> None:
    shown(panel, artifact("classes"), qtbot)
    for tool in panel.findChildren(QToolButton):
        assert tool.focusPolicy() & Qt.FocusPolicy.TabFocus or not tool.isVisible()


def _identity(source: ArtifactSource) -> dict[str, str]:
    from neurostudio.app import Project
    from neurostudio.core.registry import registry

    with Project.open(source.project) as project:
        detail = run_detail(project.store, source.run_id)
    row = detail.row
    versions = detail.request["versions"]
    return identity(RunContent(row.run_id, row.name, registry().find(row.method), row.state, row.seed, versions=versions))
