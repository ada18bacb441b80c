"""The settings panel: from what is filled in to the request that is handed on."""

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, make_request, run
from neurostudio.app.presets import list_presets, read_preset
from neurostudio.app.requests import LOCAL, SEED_BITS
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Paper
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request
from neurostudio.gui.form.fields import LineEditor
from neurostudio.gui.form.method_form import citation_text
from neurostudio.gui.form.method_page import MethodPage
from neurostudio.gui.form.preset_bar import SavePreset
from neurostudio.gui.form.run_options import Cluster, RunOptions
from neurostudio.gui.form.settings_panel import SettingsPanel
from neurostudio.gui.studio import FormRequest, Notice, Studio

METHOD = "spiking.text"


def show(panel: SettingsPanel, qtbot: QtBot, **given: Any) -> MethodPage:
    panel.show_method(FormRequest(given.pop("method", METHOD), **given))
    assert panel.page is not None
    form = panel.page.form
    qtbot.waitUntil(lambda: form.inputs.is_known)
    return panel.page


def line(page: MethodPage, name: str) -> QLineEdit:
    editor = page.settings.row(name).editor
    assert isinstance(editor, LineEditor)
    return editor.line


def write(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def same(request: Request) -> dict[str, Any]:
    """A request without what differs each time."""
    return {key: value for key, value in request.__dict__.items() if key not in ("id", "created", "seed")}


def test_what_is_typed_reaches_the_request_as_from_the_command_line(panel: SettingsPanel, study: Project, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    assert page.inputs.pickers("train")[0].currentText() == "reviews", "the only data set that fits"
    write(qtbot, line(page, "training.lr"), "3e-5")
    write(qtbot, page.name, "mine")
    assert panel.can_run
    with qtbot.waitSignal(panel.run_requested) as caught:
        qtbot.mouseClick(panel.footer.run, Qt.MouseButton.LeftButton)
    (request,) = caught.args
    assert request.settings["training"]["lr"] == 3e-5
    assert line(page, "training.lr").text() == "3e-5"
    by_hand = make_request(study, METHOD, inputs={"train": ["reviews"]}, settings={"training.lr": 3e-5}, name="mine")
    assert same(request) == same(by_hand)
    assert 0 <= request.seed < 2**SEED_BITS


def test_ctrl_return_runs_from_any_field(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    field = line(page, "time_steps")
    write(qtbot, field, "8")
    with qtbot.waitSignal(panel.run_requested) as caught:
        qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert caught.args[0].settings["time_steps"] == 8


def test_run_is_off_while_something_is_wrong_and_a_link_leads_there(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    told: list[bool] = []
    panel.can_run_changed.connect(told.append)
    write(qtbot, line(page, "network.widths"), "3, 3")
    assert not panel.can_run
    assert not panel.footer.run.isEnabled()
    words = "Filter widths are different whole numbers of at least 1"
    assert panel.footer.run.toolTip() == words
    assert page.settings.row("network.widths").problem.text() == words
    page.settings.row("time_steps").editor.target().setFocus()
    panel.footer.problem.setFocus()
    panel.footer.problem.linkActivated.emit("field")
    assert line(page, "network.widths").hasFocus()
    qtbot.keyClick(line(page, "network.widths"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    write(qtbot, line(page, "network.widths"), "3, 5")
    assert panel.can_run
    assert told == [False, True]
    assert panel.footer.run.toolTip().startswith("Start this run (")


def test_the_link_unfolds_what_hides_the_error(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    page.form.options.put("cores", "0")
    assert "Cores: must be from 1 to 4096" in panel.footer.problem.text()
    panel.footer.problem.linkActivated.emit("field")
    assert page.options.row("cores").editor.target().hasFocus()
    page.form.options.reset("cores")
    page.form.settings.put("network.dropout", "2")
    panel.footer.problem.linkActivated.emit("field")
    assert line(page, "network.dropout").hasFocus()


def test_a_missing_input_is_asked_for_without_alarm(panel: SettingsPanel, study: Project, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    page.form.inputs.choose("train", 0, "")
    page.inputs.refresh()
    page.inputs.changed.emit()
    assert panel.footer.run.toolTip() == "Train: choose a data set"
    assert "color" not in panel.footer.problem.text(), "a link in the colour of links"
    panel.footer.problem.linkActivated.emit("field")
    assert page.inputs.pickers("train")[0].hasFocus()


def test_run_options_reach_the_request(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot, seed=7)
    qtbot.keyClick(page.fold, Qt.Key.Key_Space)
    page.options.focus_setting("cores")
    field = page.options.row("cores").editor.target()
    qtbot.keyClicks(field, "1")
    page.form.options.put("device", "cpu")
    page.form.options.put("place", "dask")
    page.form.options.put("place.address", "node1:8786")
    with qtbot.waitSignal(panel.run_requested) as caught:
        panel.run()
    request = caught.args[0]
    assert (request.seed, request.device, request.cores, request.where) == (7, "cpu", 1, "dask://node1:8786")
    page.form.options.put("place.address", "node1")
    assert "Write HOST:PORT, for example node1:8786" in page.options.row("place.address").problem.text()
    assert not panel.can_run


def test_run_options_are_what_requests_take() -> None:
    assert RunOptions().where() == LOCAL
    assert RunOptions(place=Cluster(address="h:1")).where() == "dask://h:1"


def test_an_estimate_is_shown_when_typing_pauses(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    qtbot.waitUntil(lambda: panel.footer.estimate.text().startswith("est. "))
    before = panel.footer.estimate.text()
    assert before.endswith(" GB")
    assert "estimate" in panel.footer.estimate.toolTip()
    assert page.name.placeholderText() == "spiking-text-reviews"
    write(qtbot, line(page, "training.epochs"), "6000")
    assert panel.footer.estimate.text() == "", "nothing old while it is not known"
    qtbot.waitUntil(lambda: panel.footer.estimate.text() != "")
    assert panel.footer.estimate.text() != before


def test_presets_are_loaded_saved_and_removed(panel: SettingsPanel, qtbot: QtBot, open_study: Studio) -> None:
    page = show(panel, qtbot)
    combo = page.presets.combo
    assert [combo.itemText(index) for index in range(combo.count())] == ["Default", "paper"]
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_End)
    assert page.form.settings.settings() == read_preset(list_presets(METHOD)[0])
    assert not page.presets.remove.isEnabled()
    open_study.undo.undo()
    assert page.form.settings.changed() == []
    assert combo.currentText() == "Default"
    write(qtbot, line(page, "training.lr"), "3e-5")
    assert combo.currentText() == "Own settings"
    told: list[Notice] = []
    open_study.noticed.connect(told.append)
    qtbot.mouseClick(page.presets.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(SavePreset) is not None and page.findChild(SavePreset).isVisible())
    dialog = page.findChild(SavePreset)
    save = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save)
    assert not save.isEnabled()
    qtbot.keyClicks(dialog.name, "paper")
    assert not save.isEnabled()
    assert dialog.note.text() == "This name belongs to a preset of the program"
    write(qtbot, dialog.name, "slow")
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(told))
    assert combo.currentText() == "slow"
    own = list_presets(METHOD)[1]
    assert read_preset(own)["training"]["lr"] == 3e-5
    assert told[0].title == "Preset 'slow' saved"
    qtbot.mouseClick(page.presets.remove, Qt.MouseButton.LeftButton)
    assert [preset.name for preset in list_presets(METHOD)] == ["paper"]
    assert page.form.settings.settings()["training"]["lr"] == 3e-5
    qtbot.waitUntil(lambda: page.findChild(SavePreset) is None)


def test_a_preset_that_cannot_be_read_is_told_and_changes_nothing(
    panel: SettingsPanel, qtbot: QtBot, open_study: Studio, own_settings: Any
) -> None:
    folder = own_settings / "presets" / METHOD
    folder.mkdir(parents=True)
    (folder / "odd.yaml").write_text("settings: {time_steps: 0}", encoding="utf-8")
    page = show(panel, qtbot)
    told: list[Notice] = []
    open_study.noticed.connect(told.append)
    page.presets.combo.setFocus()
    qtbot.keyClick(page.presets.combo, Qt.Key.Key_End)
    assert told[0].title == "The preset 'odd' cannot be used"
    assert page.presets.combo.currentText() == "Default"
    assert page.form.settings.changed() == []


def test_undo_comes_back_to_the_method_that_it_changes(
    counting_environment: dict[str, str], panel: SettingsPanel, qtbot: QtBot, open_study: Studio
) -> None:
    page = show(panel, qtbot)
    write(qtbot, line(page, "time_steps"), "8")
    show(panel, qtbot, method="counting.sum")
    assert panel.form is not None
    assert panel.form.method.id == "counting.sum"
    field = line(panel.page, "n")  # type: ignore[arg-type]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert panel.form.method.id == METHOD
    assert panel.form.settings.changed() == []
    open_study.undo.redo()
    assert panel.form.settings.changed() == ["time_steps"]


def test_a_draft_survives(counting_environment: dict[str, str], panel: SettingsPanel, qtbot: QtBot, open_study: Studio) -> None:
    page = show(panel, qtbot, method="counting.sum", settings={"n": 3})
    page = show(panel, qtbot, name="mine", seed=4)
    page.settings.unfold(["Network"])
    with qtbot.waitSignal(panel.draft_changed):
        write(qtbot, line(page, "time_steps"), "x")
    kept = json.loads(json.dumps(panel.draft()))
    again = SettingsPanel(open_study)
    qtbot.addWidget(again)
    again.restore({**kept, "forms": {**kept["forms"], "gone.method": {"version": 1}}})
    assert again.form is not None
    assert again.form.method.id == METHOD
    assert again.form.settings.raw("time_steps") == "x"
    assert again.form.options.raw("seed") == 4
    assert again.form.name == "mine"
    assert again.page is not None
    assert again.page.settings.unfolded() == ["Network"]
    assert again.draft()["forms"] == kept["forms"]
    again.restore({"method": "gone.method"})
    assert again.form.method.id == METHOD


def test_a_form_can_be_filled_in_from_a_run(panel: SettingsPanel, study: Project, qtbot: QtBot) -> None:
    request = make_request(study, METHOD, inputs={"train": ["reviews"]}, settings={"vectors.kind": "random", "time_steps": 4})
    page = show(panel, qtbot, settings=request.settings, inputs={"train": ["reviews"]}, seed=request.seed, name="again")
    assert page.form.settings.settings() == request.settings
    assert page.name.text() == "again"
    with qtbot.waitSignal(panel.run_requested) as caught:
        panel.run()
    assert caught.args[0].seed == request.seed
    with pytest.raises(RequestError, match="no_such"):
        panel.show_method(FormRequest(METHOD, settings={"no_such": 1}))
    with pytest.raises(RequestError, match="no method"):
        panel.show_method(FormRequest("spiking.txt"))
    assert panel.form is page.form


def test_outputs_of_runs_are_offered_once_the_run_has_ended(
    counting_environment: dict[str, str], panel: SettingsPanel, study: Project, qtbot: QtBot
) -> None:
    page = show(panel, qtbot, method="counting.sum")
    picker = page.inputs.pickers("table")[0]
    assert picker.findText("counted: steps") == -1
    run(study, make_request(study, "counting.sum", settings={"n": 2}, seed=1, name="counted"))
    qtbot.waitUntil(lambda: page.inputs.pickers("table")[0].findText("counted: steps") > 0, timeout=10_000)
    page.form.inputs.load({"table": ["counted:steps"]})
    page.inputs.refresh()
    assert page.inputs.pickers("table")[0].currentText() == "counted: steps"
    with qtbot.waitSignal(panel.run_requested) as caught:
        panel.run()
    assert caught.args[0].inputs[0].source["artifact"] == "steps"


def test_a_refused_request_is_told(panel: SettingsPanel, study: Project, qtbot: QtBot, open_study: Studio) -> None:
    show(panel, qtbot)
    told: list[Notice] = []
    open_study.noticed.connect(told.append)
    next((study.path / "data").iterdir()).unlink()
    panel.run()
    assert not panel.can_run, "one press, one run"
    qtbot.waitUntil(lambda: bool(told))
    assert "missing" in told[0].title
    assert "missing" in panel.footer.problem.text()
    assert panel.can_run


def test_without_a_project_nothing_runs(studio: Studio, study: Project, qtbot: QtBot) -> None:
    from neurostudio.gui.open_project import OpenProject

    panel = SettingsPanel(studio)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.empty.isVisible()
    panel.run()
    panel.show_method(FormRequest(METHOD))
    assert panel.footer.run.toolTip() == "Open a project to run this in"
    studio.set_project(OpenProject(study))
    qtbot.waitUntil(lambda: panel.can_run)
    assert panel.form is not None
    assert panel.form.inputs.inputs() == {"train": ["reviews"]}
    panel.hide()


def test_choices_of_another_project_are_not_kept(panel: SettingsPanel, qtbot: QtBot, open_study: Studio, tmp_path: Any) -> None:
    from neurostudio.gui.open_project import OpenProject

    page = show(panel, qtbot)
    assert page.form.inputs.inputs() == {"train": ["reviews"]}
    first = open_study.project
    with Project.create(tmp_path / "other") as other:
        second = OpenProject(other)
        open_study.set_project(second)
        qtbot.waitUntil(lambda: page.form.inputs.is_known)
        assert page.form.inputs.inputs() == {}
        assert not panel.can_run
        open_study.set_project(first)
        qtbot.waitUntil(lambda: panel.can_run)
        second.close()


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("Copy as command", "neurostudio run"), ("Copy as batch entry", "method:"), ("Copy as Python", "import")],
)
def test_the_request_is_copied_as_words(chosen: str, words: str, panel: SettingsPanel, qtbot: QtBot, open_study: Studio) -> None:
    pytest.importorskip("neurostudio.app.recipes")
    show(panel, qtbot)
    told: list[Notice] = []
    open_study.noticed.connect(told.append)
    menu = panel.footer.copy.menu()
    next(action for action in menu.actions() if action.text() == chosen).trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert words in QApplication.clipboard().text()
    assert "reviews" in QApplication.clipboard().text()


@pytest.mark.parametrize("method_id", list(registry().methods))
def test_every_method_builds_a_panel_wide_and_narrow(method_id: str, panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot, method=method_id)
    page.settings.unfold([place.heading for place in page.form.settings.places])
    page.fold.open()
    for place in page.form.settings.fields():
        if place.info.form == "dict":
            page.form.settings.put(place.key, [["one", "x"]])
    for width in (280, 700):
        panel.resize(width, 600)
        QApplication.processEvents()
        room = page.parentWidget()
        assert room is not None
        assert page.width() <= room.width() < width, "nothing is cut off"


@pytest.mark.parametrize(
    ("authors", "short"),
    [
        ("Lv, C., Xu, J., Zheng, X.", "Lv, Xu & Zheng 2023"),
        ("Hodgkin, A. L., Huxley, A. F.", "Hodgkin & Huxley 2023"),
        ("Doe, J.", "Doe 2023"),
        ("A, B., Cee, D., Dee, E., Eff, G., Gee, H.", "Cee et al. 2023"),
    ],
)
def test_papers_are_cited_in_short(authors: str, short: str) -> None:
    assert citation_text((Paper(authors, "Title", "Venue", 2023),)) == short


def test_larger_text_makes_a_larger_form(panel: SettingsPanel, qtbot: QtBot) -> None:
    page = show(panel, qtbot)
    write(qtbot, line(page, "time_steps"), "8")
    before = QApplication.font()
    larger = QApplication.font()
    larger.setPointSizeF(2 * before.pointSizeF())
    try:
        QApplication.setFont(larger)
        qtbot.waitUntil(lambda: panel.page is not page)
        assert panel.page is not None
        assert panel.page.settings.row("time_steps").height() > 1.5 * 40
        assert line(panel.page, "time_steps").text() == "8"
        assert panel.page.minimumSizeHint().width() <= 2 * 280
    finally:
        QApplication.setFont(before)


def test_shown_again_it_looks_ahead_again(panel: SettingsPanel, qtbot: QtBot) -> None:
    show(panel, qtbot)
    qtbot.waitUntil(lambda: panel.footer.estimate.text() != "")
    panel.hide()
    panel.on_changed()
    assert panel.footer.estimate.text() == ""
    panel.show()
    qtbot.waitUntil(lambda: panel.footer.estimate.text() != "")
