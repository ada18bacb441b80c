"""Choosing data: what fits, what is remembered, what is gone."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app.outputs import RunOutput
from neurostudio.core.method import InputRole
from neurostudio.gui.form.input_picker import FACTS_ROLE, IMPORT, InputPicker
from neurostudio.gui.form.inputs_form import InputsForm
from neurostudio.gui.form.inputs_model import InputsModel, facts_text
from neurostudio.store.rows import DatasetRow

ROLES = (
    InputRole("train", ("labelled-text",), "Sentences to learn from."),
    InputRole("vectors", ("word-vectors",), "Word vectors.", required=False),
    InputRole("model", ("weights",), "An earlier network.", required=False),
    InputRole("bold", ("table", "series"), "Series of all subjects.", required=False, many=True),
)


def data(name: str, kind: str, **facts: Any) -> DatasetRow:
    return DatasetRow(name, kind, Path("/data") / name, size=1234, report={"facts": facts} if facts else {})


def output(run: str, artifact: str, kind: str) -> RunOutput:
    return RunOutput(f"id-{run}:{artifact}", f"id-{run}", run, "spiking.text", artifact, kind, 2_000_000, 0.0)


REVIEWS = data("reviews", "labelled-text", rows=2400, classes={"0": 1200, "1": 1200}, language="english")
HELD_OUT = data("held-out", "labelled-text", rows=100)
SUBJECTS = [data(f"sub-{number}", "series", steps=200, channels=9) for number in (1, 2, 3)]
ANN = output("first", "ann", "weights")


@pytest.fixture
def model() -> InputsModel:
    made = InputsModel(ROLES)
    made.update([HELD_OUT, REVIEWS, *SUBJECTS], [ANN, output("first", "steps", "table")])
    return made


@pytest.fixture
def form(model: InputsModel, qtbot: QtBot) -> InputsForm:
    made = InputsForm(model)
    qtbot.addWidget(made)
    made.resize(300, 500)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def texts(picker: InputPicker) -> list[str]:
    return [picker.itemText(index) for index in range(picker.count()) if picker.itemText(index)]


def choose(qtbot: QtBot, picker: InputPicker, text: str) -> None:
    """Open the list with the keyboard, and take a line with the mouse."""
    picker.setFocus()
    qtbot.keyClick(picker, Qt.Key.Key_Space)
    qtbot.waitUntil(picker.view().isVisible)
    index = picker.model().index(picker.findText(text), 0)
    picker.view().scrollTo(index)
    qtbot.mouseClick(picker.view().viewport(), Qt.MouseButton.LeftButton, pos=picker.view().visualRect(index).center())
    qtbot.waitUntil(lambda: not picker.view().isVisible())


def test_facts_are_few_and_in_words() -> None:
    assert facts_text(REVIEWS).replace("\N{NO-BREAK SPACE}", " ") == "2,400 rows · 2 classes · english"
    assert facts_text(data("x", "corpus")) == "1.23 KB"


def test_what_fits_is_data_of_the_kind_and_outputs_of_runs(model: InputsModel) -> None:
    assert [candidate.title for candidate in model.candidates("train")] == ["held-out", "reviews"]
    assert [candidate.title for candidate in model.candidates("model")] == ["first: ann"]
    assert [candidate.title for candidate in model.candidates("bold")] == ["sub-1", "sub-2", "sub-3", "first: steps"]
    assert model.candidates("vectors") == []
    assert model.hint("model") == "Weights of an earlier run"
    assert model.kinds_of_outputs() == ("weights", "table")


def test_a_required_input_that_goes_without_saying_is_chosen() -> None:
    one = InputsModel(ROLES)
    one.update([REVIEWS])
    assert one.inputs() == {"train": ["reviews"]}
    named = InputsModel(ROLES)
    named.update([HELD_OUT, data("mr.train", "labelled-text"), data("mr.test", "labelled-text")])
    assert named.inputs() == {"train": ["mr.train"]}
    open_choice = InputsModel(ROLES)
    open_choice.update([HELD_OUT, REVIEWS])
    assert open_choice.inputs() == {}
    assert open_choice.problems() == {"train": "Choose a data set"}


def test_a_choice_is_remembered_while_the_data_change(model: InputsModel) -> None:
    model.choose("train", 0, "held-out")
    model.update([REVIEWS, HELD_OUT, data("more", "labelled-text")])
    assert model.inputs() == {"train": ["held-out"]}
    model.update([REVIEWS])
    assert model.problems() == {"train": "'held-out' is not in this project"}
    model.update([REVIEWS, HELD_OUT])
    assert model.problems() == {}


def test_an_output_named_by_its_run_is_found(model: InputsModel) -> None:
    model.load({"model": ["first:ann"], "train": ["reviews"], "unheard_of": ["x"]})
    assert model.inputs() == {"train": ["reviews"], "model": ["id-first:ann"]}
    later = InputsModel(ROLES)
    later.load({"model": ["first:ann"]})
    later.update([], [ANN])
    assert later.chosen("model") == ["id-first:ann"]
    later.load({"model": ["old-run:ann"]})
    assert "model" not in later.problems(), "a run of long ago is looked up when the request is made"


def test_a_list_shows_what_fits_with_facts_and_import(form: InputsForm) -> None:
    (picker,) = form.pickers("train")
    assert texts(picker) == ["Choose...", "held-out", "reviews", "Import..."]
    assert "2,400" in picker.itemData(picker.findText("reviews"), FACTS_ROLE)
    (of_model,) = form.pickers("model")
    assert texts(of_model) == ["none", "first: ann"], "weights are made by runs, not imported"
    labels = [label.text() for label in form.findChildren(QLabel)]
    assert "Train (required)" in labels
    assert "Model" in labels


def test_choosing_with_the_mouse(form: InputsForm, model: InputsModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed):
        choose(qtbot, form.pickers("train")[0], "reviews")
    assert model.inputs() == {"train": ["reviews"]}
    assert texts(form.pickers("train")[0]) == ["held-out", "reviews", "Import..."]
    with qtbot.waitSignal(form.changed):
        choose(qtbot, form.pickers("model")[0], "first: ann")
    assert model.inputs()["model"] == ["id-first:ann"]
    with qtbot.waitSignal(form.changed):
        choose(qtbot, form.pickers("model")[0], "none")
    assert "model" not in model.inputs()


def test_import_asks_for_the_kinds_that_fit_and_keeps_the_choice(form: InputsForm, model: InputsModel, qtbot: QtBot) -> None:
    model.choose("train", 0, "reviews")
    form.refresh()
    picker = form.pickers("train")[0]
    with qtbot.waitSignal(form.import_requested) as caught:
        choose(qtbot, picker, "Import...")
    assert caught.args == ["train", ("labelled-text",)]
    assert picker.currentText() == "reviews"
    assert model.inputs() == {"train": ["reviews"]}
    assert picker.itemData(picker.count() - 1) == IMPORT


def test_a_role_that_takes_many_has_a_list(form: InputsForm, model: InputsModel, qtbot: QtBot) -> None:
    add = next(one for one in form.findChildren(QPushButton) if one.accessibleName() == "Add another to bold")
    assert not add.isEnabled()
    choose(qtbot, form.pickers("bold")[0], "sub-1")
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    choose(qtbot, form.pickers("bold")[1], "sub-3")
    assert model.inputs() == {"bold": ["sub-1", "sub-3"]}
    remove = [child for child in form.findChildren(QWidget) if child.accessibleName() == "Remove this bold"]
    qtbot.mouseClick(remove[0], Qt.MouseButton.LeftButton)
    assert model.inputs() == {"bold": ["sub-3"]}
    assert [picker.currentText() for picker in form.pickers("bold")] == ["sub-3"]


def test_what_is_gone_is_named(form: InputsForm, model: InputsModel) -> None:
    model.choose("train", 0, "reviews")
    model.update([HELD_OUT])
    form.refresh()
    picker = form.pickers("train")[0]
    assert picker.currentText() == "reviews"
    assert picker.itemData(picker.currentIndex(), FACTS_ROLE) == "Not in this project"
    assert "'reviews' is not in this project" in [label.text() for label in form.findChildren(QLabel) if label.isVisible()]
    assert "not in this project" in picker.accessibleDescription()


def test_an_empty_project_says_what_fits(qtbot: QtBot) -> None:
    model = InputsModel(ROLES)
    form = InputsForm(model)
    qtbot.addWidget(form)
    form.resize(900, 400)
    form.show()
    model.update([])
    form.refresh()
    assert texts(form.pickers("train")[0]) == ["Nothing here fits yet", "Import..."]
    notes = [label.toolTip() for label in form.findChildren(QLabel)]
    assert any(note.startswith("Fits: Labelled text (tsv, csv or jsonl") for note in notes)


def test_titles_stand_left_where_there_is_room(form: InputsForm) -> None:
    label = next(label for label in form.findChildren(QLabel) if label.text() == "Train (required)")
    picker = form.pickers("train")[0]

    def position() -> tuple[bool, bool]:
        picker_at, label_at = picker.mapTo(form, picker.rect().topLeft()), label.mapTo(form, label.rect().bottomRight())
        return label_at.x() <= picker_at.x(), label_at.y() <= picker_at.y()

    assert position() == (False, True)
    form.resize(700, 500)
    QApplication.processEvents()
    assert position() == (True, False)


def test_lists_of_data_are_reached_by_tab_and_named(form: InputsForm) -> None:
    form.pickers("train")[0].setFocus()
    names = []
    for _ in range(4):
        names.append(QApplication.focusWidget().accessibleName())
        form.focusNextChild()
    assert names == ["Train, required", "Vectors", "Model", "Bold 1"]
