"""Names, tags, notes, trash and forgetting, with undo, on a real project."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from neurostudio.app import list_datasets
from neurostudio.gui import labels
from neurostudio.gui.studio import Notice, Studio
from neurostudio.store.rows import RunRow


@pytest.fixture
def run(open_sample: Studio) -> Callable[[str], RunRow]:
    project = open_sample.project
    assert project is not None
    ids = {row.name: row.run_id for row in (project.project.find_run(name) for name in ("first", "second", "broken"))}
    return lambda name: project.project.find_run(ids[name])


def test_a_name_can_be_taken_back_and_made_again(open_sample: Studio, run: Callable[[str], RunRow], qtbot: QtBot) -> None:
    labels.rename_run(open_sample, run("first").run_id, "  better   name ")
    qtbot.waitUntil(lambda: run("first").name == "better name")
    assert open_sample.undo.undoText() == "rename first"
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: run("first").name == "first")
    open_sample.undo.redo()
    qtbot.waitUntil(lambda: run("first").name == "better name")


def test_quick_changes_are_written_in_the_order_in_which_they_were_made(
    open_sample: Studio, run: Callable[[str], RunRow], qtbot: QtBot
) -> None:
    run_id = run("first").run_id
    for number in range(6):
        labels.rename_run(open_sample, run_id, f"name {number}")
    labels.tag_run(open_sample, run_id, ["b", " a  b ", "b", ""])
    labels.note_run(open_sample, run_id, " noted ")
    qtbot.waitUntil(lambda: run("first").notes == "noted")
    assert (run("first").name, run("first").tags) == ("name 5", ("b", "a b"))
    assert open_sample.undo.count() == 8


def test_several_runs_go_to_the_trash_in_one_step(open_sample: Studio, run: Callable[[str], RunRow], qtbot: QtBot) -> None:
    ids = [run("first").run_id, run("second").run_id]
    labels.trash_runs(open_sample, ids)
    qtbot.waitUntil(lambda: run("first").trashed and run("second").trashed)
    assert open_sample.undo.undoText() == "move 2 runs to the trash"
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: not run("first").trashed and not run("second").trashed)
    labels.restore_runs(open_sample, ids)
    qtbot.wait(50)
    assert open_sample.undo.count() == 1, "nothing changed, so there is nothing to take back"


def test_views_hear_of_a_change(open_sample: Studio, run: Callable[[str], RunRow], qtbot: QtBot) -> None:
    assert open_sample.project is not None
    run_id = run("first").run_id
    with qtbot.waitSignal(open_sample.project.runs_changed, check_params_cb=lambda ids: run_id in ids):
        labels.rename_run(open_sample, run_id, "heard")


def test_an_unknown_run_is_told_and_leaves_nothing_to_undo(open_sample: Studio, qtbot: QtBot) -> None:
    told: list[Notice] = []
    open_sample.noticed.connect(told.append)
    labels.rename_run(open_sample, "no-such-run", "x")
    qtbot.waitUntil(lambda: bool(told))
    assert "no-such-run" in told[0].title
    assert open_sample.undo.count() == 0


def test_a_forgotten_data_set_comes_back_with_its_report(open_sample: Studio, qtbot: QtBot) -> None:
    assert open_sample.project is not None
    project = open_sample.project.project
    before = {row.name: row for row in list_datasets(project)}
    labels.forget_dataset(open_sample, "reviews")
    qtbot.waitUntil(lambda: [row.name for row in list_datasets(project)] == ["small-vectors"])
    assert before["reviews"].path.exists()
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: len(list_datasets(project)) == 2)
    assert {row.name: row for row in list_datasets(project)} == before


def test_without_a_project_nothing_happens(studio: Studio) -> None:
    labels.rename_run(studio, "x", "y")
    labels.forget_dataset(studio, "x")
    assert studio.undo.count() == 0
