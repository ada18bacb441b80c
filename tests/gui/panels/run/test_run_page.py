"""The page of a finished, a failed and a missing run, with real mouse and key events."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.studio import FormRequest, Notice, Studio

OpenRun = Callable[[Studio, str], RunPage]


def kept(studio: Studio, page: RunPage) -> Any:
    assert studio.project is not None
    return studio.project.project.find_run(page.run_ids()[0])


def type_name(qtbot: Any, page: RunPage, name: str) -> None:
    field = page.header.name
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field, name)


def test_the_header_says_how_the_run_stands(open_sample: Studio, open_run: OpenRun) -> None:
    page = open_run(open_sample, "first")
    assert page.header.name.text() == page.title == "first"
    assert page.header.mark.accessibleName() == "Done"
    assert "Spiking text classification" in page.header.facts.text()
    assert "seed 1" in page.header.facts.text()
    shown = {key for key, button in page.header.buttons.items() if button.isVisible()}
    assert shown == {"again", "duplicate", "report", "folder"}


def test_a_new_name_is_kept_and_can_be_taken_back(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    type_name(qtbot, page, "better name")
    qtbot.keyClick(page.header.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kept(open_sample, page).name == "better name")
    qtbot.waitUntil(lambda: page.title == "better name")
    qtbot.waitUntil(open_sample.undo.canUndo)
    open_sample.undo.undo()
    qtbot.waitUntil(lambda: kept(open_sample, page).name == "first")
    qtbot.waitUntil(lambda: page.header.name.text() == "first")
    open_sample.undo.redo()
    qtbot.waitUntil(lambda: page.header.name.text() == "better name")


def test_escape_leaves_the_name_as_it_was(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    type_name(qtbot, page, "nonsense")
    qtbot.keyClick(page.header.name, Qt.Key.Key_Escape)
    assert page.header.name.text() == "first"
    qtbot.keyClick(page.header.name, Qt.Key.Key_Return)
    assert not open_sample.undo.canUndo()


def test_an_empty_name_is_no_name(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    type_name(qtbot, page, "   ")
    qtbot.keyClick(page.header.name, Qt.Key.Key_Return)
    assert page.header.name.text() == "first"


def test_a_failed_run_names_the_setting_and_offers_to_change_it(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "broken")
    qtbot.waitUntil(page.card.isVisible)
    assert "test words" in page.card.accessibleName()
    assert "text.most_unknown" in page.card.accessibleName()
    with qtbot.waitSignal(open_sample.form_requested) as asked:
        qtbot.mouseClick(page.card._action, Qt.MouseButton.LeftButton)
    request: FormRequest = asked.args[0]
    assert request.method_id == "spiking.text"
    assert request.inputs == {"train": ["reviews"], "vectors": ["small-vectors"]}
    assert request.settings is not None
    assert request.settings["vectors"]["kind"] == "file"


def test_a_run_that_is_not_there_says_so(open_sample: Studio, open_run: OpenRun) -> None:
    page = open_run(open_sample, "20200101-000000-nothing-abcdef")
    assert page.gone.isVisible()
    assert not page.header.isVisible()


def test_what_differs_from_the_default_comes_first_and_the_filter_narrows(
    open_sample: Studio, open_run: OpenRun, qtbot: Any
) -> None:
    page = open_run(open_sample, "first")
    section = page.open_section("Settings")
    lines = section.table.lines
    assert lines[0].is_section
    assert lines[0].cells[0].text == "Differ from the default (6)"
    assert {line.cells[3].text for line in lines[1:7]} >= {"time_steps", "training.epochs"}
    assert all(line.cells[1].is_strong for line in lines[1:7])
    qtbot.keyClicks(section.filter, "conversion steps")
    assert {line.cells[3].text for line in section.table.lines if not line.is_section} == {"conversion.steps"}


def test_a_line_of_the_settings_is_copied_with_tabs(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    table = page.open_section("Settings").table
    assert table.select_key("changed time_steps")
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    header, line = QGuiApplication.clipboard().text().splitlines()
    assert header.split("\t") == ["Setting", "Value", "Default", "Name"]
    assert line.split("\t")[3] == "time_steps"


def test_the_outputs_are_walked_with_the_arrow_keys(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    section = page.open_section("Outputs")
    assert section.chosen() == "accuracy-by-time"
    qtbot.keyClick(section.list, Qt.Key.Key_Down)
    assert section.chosen() == "accuracy-by-steps"
    qtbot.keyClick(section.list, Qt.Key.Key_Up)
    assert section.chosen() == "accuracy-by-time"


def test_the_place_on_the_page_is_kept(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    page.open_section("Outputs").choose("confusion")
    state = page.state()
    assert state == {"section": "Outputs", "output": "confusion"}
    other = RunPage(open_sample, page.run_ids()[0])
    qtbot.addWidget(other)
    other.restore(state)
    other.show()
    qtbot.waitUntil(lambda: other.state() == state)


def test_numbers_are_compared_with_the_pinned_run(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "second")
    overview = page.open_section("Overview")
    qtbot.waitUntil(lambda: overview.compared.text() == "Change against first, the run before")
    open_sample.pin([kept(open_sample, open_run(open_sample, "broken")).run_id])
    qtbot.waitUntil(lambda: overview.compared.text() == "Change against broken (pinned)")


def test_run_again_starts_the_same_request(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "broken")
    project = open_sample.project
    assert project is not None
    with qtbot.waitSignal(open_sample.page_requested) as opened:
        qtbot.mouseClick(page.header.buttons["again"], Qt.MouseButton.LeftButton)
    new_id = opened.args[0].removeprefix("run:")
    project.stop(new_id)
    old, new = (project.project.run_folder(run_id).request() for run_id in (page.run_ids()[0], new_id))
    assert new_id != page.run_ids()[0]
    same = ("settings", "seed", "name", "method", "cores", "device")
    assert [getattr(new, key) for key in same] == [getattr(old, key) for key in same]
    assert [given.sha256 for given in new.inputs] == [given.sha256 for given in old.inputs]
    folder = project.project.run_folder(new_id)
    qtbot.waitUntil(lambda: not folder.is_alive() and folder.status().state in ("cancelled", "failed"), timeout=20_000)


def test_duplicate_fills_the_form(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    with qtbot.waitSignal(open_sample.form_requested) as asked:
        qtbot.mouseClick(page.header.buttons["duplicate"], Qt.MouseButton.LeftButton)
    assert asked.args[0].seed == 1
    assert asked.args[0].name == "first"


def test_the_run_is_copied_as_command_batch_entry_and_python(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    notices: list[Notice] = []
    open_sample.noticed.connect(notices.append)
    for key, start in (("command", "neurostudio run "), ("batch", "- "), ("python", ""), ("id", page.run_ids()[0])):
        page.header.actions_of_menu[key].trigger()
        qtbot.waitUntil(lambda: bool(notices))
        assert QGuiApplication.clipboard().text().startswith(start)
        notices.clear()


def test_the_trash_is_undone(open_sample: Studio, open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(open_sample, "first")
    page.header.actions_of_menu["trash"].trigger()
    qtbot.waitUntil(lambda: kept(open_sample, page).trashed)
    qtbot.waitUntil(page.header.buttons["restore"].isVisible)
    qtbot.mouseClick(page.header.buttons["restore"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not kept(open_sample, page).trashed)
    qtbot.waitUntil(lambda: not page.header.buttons["restore"].isVisible())
