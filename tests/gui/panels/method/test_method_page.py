"""The page of any method: what it says, what it asks for, and that a plugin needs no code for it."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, list_datasets, list_runs
from neurostudio.core.method import InputRole, Method
from neurostudio.core.registry import registry
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.method import MethodPage, presenter
from neurostudio.gui.panels.method.needs import NeedsView
from neurostudio.gui.panels.method.runs_table import RunsTable
from neurostudio.gui.studio import FormRequest, Studio

SPIKING = "spiking.text"


@pytest.fixture
def page(qtbot: QtBot, open_sample: Studio) -> MethodPage:
    """The generic page, for a method that has a panel of its own, too."""
    made = MethodPage(open_sample, SPIKING)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitUntil(lambda: made.view is not None, timeout=5_000)
    return made


def buttons(page: Any) -> dict[str, QPushButton]:
    return {one.accessibleName() or one.text(): one for one in page.findChildren(QPushButton) if one.isVisibleTo(page)}


def test_runs_stand_newest_first_with_state_and_main_metrics(page: MethodPage) -> None:
    lines = page.overview.runs.table.lines
    assert [line.cells[0].text for line in lines] == ["broken", "second", "first"]
    assert [line.cells[1].text for line in lines] == ["Failed", "Done", "Done"]
    project = page.studio.project.project
    done = next(row for row in list_runs(project) if row.name == "first")
    accuracy = presenter.show(project, done.run_id).metrics["test/accuracy"]
    assert lines[2].cells[3].text == presenter.metric_text(accuracy)
    assert lines[0].cells[3].text == "–"


def test_a_double_click_opens_a_run_and_several_are_compared(qtbot: QtBot, page: MethodPage) -> None:
    table, asked = page.overview.runs.table, []
    page.studio.page_requested.connect(asked.append)
    where = table.visualRect(table.model().index(1, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    second = table.lines[1].key
    assert asked == [f"run:{second}"]
    assert not page.overview.runs.compare_button.isEnabled()
    qtbot.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        table.visualRect(table.model().index(2, 0)).center(),
    )
    qtbot.mouseClick(page.overview.runs.compare_button, Qt.MouseButton.LeftButton)
    assert asked[-1] == f"compare:{second},{table.lines[2].key}"
    assert page.run_ids() == (second, table.lines[2].key)


def test_the_first_pictures_of_the_newest_finished_run_are_shown(qtbot: QtBot, page: MethodPage) -> None:
    grid = page.overview.pictures
    assert grid is not None
    assert [one.name for one in grid._shown] == ["accuracy-by-time", "accuracy-by-steps", "confusion", "classes"]
    qtbot.waitUntil(lambda: all(panel.view is not None and panel.view.state == "done" for panel in grid.panels), timeout=10_000)


def test_set_up_shows_the_form_with_data_that_fit(qtbot: QtBot, page: MethodPage) -> None:
    with qtbot.waitSignal(page.studio.form_requested) as caught:
        qtbot.mouseClick(page.overview.set_up, Qt.MouseButton.LeftButton)
    assert caught.args == [FormRequest(SPIKING, None, {"train": ["reviews"]})]


def test_the_citation_is_copied(qtbot: QtBot, page: MethodPage) -> None:
    copy = next(one for one in page.findChildren(object) if getattr(one, "accessibleName", str)() == "Copy the citation")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == registry().get(SPIKING).papers[0].citation()


def test_without_data_the_sample_is_one_click_away(qtbot: QtBot, studio: Studio, tmp_path: Any) -> None:
    studio.set_project(OpenProject(Project.create(tmp_path / "empty")))
    page = MethodPage(studio, SPIKING)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.view is not None, timeout=5_000)
    asked: list[str] = []
    studio.import_requested.connect(asked.append)
    qtbot.mouseClick(buttons(page)["Import Labelled text for train"], Qt.MouseButton.LeftButton)
    assert asked == ["labelled-text"]
    with qtbot.waitSignal(studio.form_requested, timeout=10_000) as caught:
        qtbot.mouseClick(buttons(page)["Use sample"], Qt.MouseButton.LeftButton)
    assert caught.args[0].inputs == {"train": ["sample-reviews"]}
    assert [row.name for row in list_datasets(studio.project.project)] == ["sample-reviews"]
    qtbot.waitUntil(lambda: "Use sample" not in buttons(page), timeout=5_000)


def test_a_method_of_a_missing_plugin_says_so_and_cannot_be_set_up(qtbot: QtBot, studio: Studio) -> None:
    page = MethodPage(studio, "ghost.method")
    qtbot.addWidget(page)
    page.show()
    assert page.overview.problem.isVisible()
    assert "not installed" in page.overview.problem.accessibleName()
    assert not page.overview.set_up.isEnabled()


def test_a_method_whose_packages_are_missing_names_them_and_the_command() -> None:
    method = replace(registry().get(SPIKING), packages=("torch", "surely-not-there"))
    error = presenter.problem(method)
    assert error is not None
    assert "'surely-not-there'" in str(error)
    assert "pip install 'neurostudio[spiking]'" in str(error)
    assert presenter.problem(registry().get(SPIKING)) is None


def test_a_method_in_another_python_names_the_missing_interpreter() -> None:
    error = presenter.problem(replace(registry().get(SPIKING), interpreter="/nowhere/python", packages=("surely-not-there",)))
    assert error is not None
    assert "/nowhere/python" in str(error)


def test_a_bare_record_is_enough_for_the_parts_of_a_page(qtbot: QtBot) -> None:
    method = Method("lab.count", "Counting", "Counts.", "", "", inputs=(InputRole("source", ("weights",), "Any weights."),))
    view = presenter.load(None, method)
    needs, runs = NeedsView(), RunsTable(presenter.main_metrics(method))
    for widget in (needs, runs):
        qtbot.addWidget(widget)
    needs.show_needs(view.needs)
    runs.show_runs(view.runs)
    assert view.needs[0].data_kind == ""
    assert buttons(needs) == {}
    assert runs.selected() == ()


def test_days_are_left_out_only_today() -> None:
    noon = 1_795_521_600.0
    assert len(presenter.when_text(noon, noon)) == 5
    assert presenter.when_text(noon - 86_400 * 2, noon).count(" ") == 2
    assert "202" in presenter.when_text(noon - 86_400 * 400, noon)
