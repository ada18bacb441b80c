"""The form on the screen, used with keys and mouse."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QToolTip, QWidget
from pytestqt.qtbot import QtBot
from specs_of_forms import Everything

from neurostudio.core.registry import registry
from neurostudio.core.spec import Spec
from neurostudio.gui.form.dict_field import DictEditor
from neurostudio.gui.form.fields import ChoiceEditor, LineEditor, LinesEditor, SwitchEditor
from neurostudio.gui.form.model import FormModel
from neurostudio.gui.form.spec_form import SpecForm
from neurostudio.methods.spiking.specs import SpikingTextSpec

Shown = Callable[..., SpecForm]


def line(form: SpecForm, name: str) -> QLineEdit:
    editor = form.row(name).editor
    assert isinstance(editor, LineEditor)
    return editor.line


def write(qtbot: QtBot, form: SpecForm, name: str, text: str) -> None:
    """Type a text in place of what stands there."""
    field = line(form, name)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text) if text else qtbot.keyClick(field, Qt.Key.Key_Delete)


def test_a_learning_rate_stays_as_typed_and_reaches_the_settings(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    write(qtbot, form, "training.lr", "3e-5")
    assert line(form, "training.lr").text() == "3e-5"
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Tab)
    assert line(form, "training.lr").text() == "3e-5"
    assert form.model.settings()["training"]["lr"] == 3e-5
    write(qtbot, form, "training.lr", "0.00003")
    assert line(form, "training.lr").text() == "0.00003"
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Return)
    assert line(form, "training.lr").text() == "3e-5"


def test_an_error_is_shown_beside_the_field_and_nothing_moves(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    row = form.row("time_steps")
    before = [(other.geometry().y(), other.height()) for other in (row, form.row("encoder"))]
    with qtbot.waitSignal(form.validity_changed) as caught:
        write(qtbot, form, "time_steps", "0")
    assert caught.args == [False]
    assert row.problem.text() == "Must be from 1 to 1000"
    assert "Must be from 1 to 1000" in row.editor.target().accessibleDescription()
    QApplication.processEvents()
    assert [(other.geometry().y(), other.height()) for other in (row, form.row("encoder"))] == before
    with qtbot.waitSignal(form.validity_changed) as caught:
        write(qtbot, form, "time_steps", "8")
    assert caught.args == [True]
    assert row.problem.text() == ""


def test_a_rule_of_a_nested_spec_is_shown_under_its_heading(shown: Shown, qtbot: QtBot) -> None:
    form = shown(Everything)
    write(qtbot, form, "inner.low", "9")
    labels = [label for label in form.findChildren(QLabel) if label.text() == "Low must not be above high"]
    assert [label.isVisible() for label in labels] == [True]
    form.focus_setting("inner")
    assert form.row("inner.on").editor.target().hasFocus()


def test_a_setting_that_differs_is_marked_for_eye_and_ear(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    row = form.row("time_steps")
    assert row.label is not None
    assert not row.reset.isVisible()
    assert not row.label.font().bold()
    write(qtbot, form, "time_steps", "8")
    assert row.label.font().weight() > 500
    assert "changed, default 16 steps" in row.editor.target().accessibleDescription()
    assert form.count.text() == "1 differs from the default"
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert line(form, "time_steps").text() == "16"
    assert not row.reset.isVisible()
    assert form.model.changed() == []


def test_the_context_menu_resets_and_names(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    write(qtbot, form, "time_steps", "8")
    row = form.row("time_steps")
    centre = row.rect().center()
    QApplication.sendEvent(row, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, centre, row.mapToGlobal(centre)))
    menu = row.findChild(QMenu)
    assert menu is not None
    actions: dict[str, QAction] = {action.text(): action for action in menu.actions()}
    assert list(actions) == ["Reset to 16 steps", "Copy name for the command line"]
    actions["Reset to 16 steps"].trigger()
    actions["Copy name for the command line"].trigger()
    menu.close()
    assert form.model.changed() == []
    assert QApplication.clipboard().text() == "time_steps"


def test_arrow_keys_step_and_the_wheel_asks_for_the_keyboard_first(
    shown: Shown, qtbot: QtBot, wheel: Callable[[QWidget, int], bool]
) -> None:
    form = shown(SpikingTextSpec)
    steps, rate = line(form, "time_steps"), line(form, "training.lr")
    rate.setFocus()
    assert not wheel(steps, 1), "the wheel scrolls the form"
    assert steps.text() == "16"
    steps.setFocus()
    assert wheel(steps, 1)
    assert steps.text() == "17"
    qtbot.keyClick(steps, Qt.Key.Key_Down)
    qtbot.keyClick(steps, Qt.Key.Key_PageUp)
    assert steps.text() == "32"
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    assert rate.text() == "0.005"
    assert form.model.settings()["training"]["lr"] == 5e-3
    encoder = form.row("encoder").editor
    assert isinstance(encoder, ChoiceEditor)
    assert not wheel(encoder.combo, -1)
    assert encoder.combo.currentText() == "bernoulli"


def test_another_member_of_a_union_shows_its_settings_and_back_keeps_what_was_typed(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    write(qtbot, form, "vectors.dimensions", "100")
    union = form.row("vectors").editor
    assert isinstance(union, ChoiceEditor)
    union.combo.setFocus()
    qtbot.keyClick(union.combo, Qt.Key.Key_End)
    assert union.combo.currentText() == "file"
    assert not form.row("vectors[ppmi].dimensions").isVisible()
    assert form.row("vectors[file].trained").isVisible()
    assert form.model.settings()["vectors"] == {"kind": "file", "trained": False, "clip": 3.0}
    qtbot.keyClick(union.combo, Qt.Key.Key_Home)
    assert form.row("vectors[ppmi].dimensions").isVisible()
    assert line(form, "vectors.dimensions").text() == "100"
    assert form.model.settings()["vectors"]["dimensions"] == 100


def test_undo_takes_back_what_was_typed_in_one_go(shown: Shown, qtbot: QtBot, stack: QUndoStack) -> None:
    form = shown(SpikingTextSpec)
    write(qtbot, form, "time_steps", "128")
    qtbot.keyClick(line(form, "time_steps"), Qt.Key.Key_Tab)
    write(qtbot, form, "training.lr", "3e-5")
    assert stack.count() == 2
    assert stack.undoText() == "change learning rate"
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line(form, "training.lr").text() == "0.003"
    assert line(form, "time_steps").text() == "128"
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.model.changed() == []
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Z, both)
    qtbot.keyClick(line(form, "training.lr"), Qt.Key.Key_Z, both)
    assert form.model.changed() == ["time_steps", "training.lr"]
    assert line(form, "training.lr").text() == "3e-5"


def test_typing_again_in_the_same_field_after_leaving_it_is_a_step_of_its_own(
    shown: Shown, qtbot: QtBot, stack: QUndoStack
) -> None:
    form = shown(SpikingTextSpec)
    for text in ("8", "32"):
        write(qtbot, form, "time_steps", text)
        qtbot.keyClick(line(form, "time_steps"), Qt.Key.Key_Return)
    stack.undo()
    assert line(form, "time_steps").text() == "8"


def test_reset_all_is_one_step(shown: Shown, qtbot: QtBot, stack: QUndoStack) -> None:
    form = shown(SpikingTextSpec)
    write(qtbot, form, "time_steps", "8")
    write(qtbot, form, "training.epochs", "x")
    qtbot.mouseClick(form.reset_all, Qt.MouseButton.LeftButton)
    assert form.model.state() == {}
    assert not form.reset_all.isEnabled()
    stack.undo()
    assert line(form, "training.epochs").text() == "x"
    assert form.model.changed() == ["time_steps", "training.epochs"]


def test_search_finds_what_is_folded_away(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    qtbot.keyClicks(form.search, "weight decay")
    assert form.row("training.weight_decay").isVisible()
    assert not form.row("training.epochs").isVisible()
    assert not form.row("time_steps").isVisible()
    qtbot.keyClicks(form.search, " nonsense")
    texts = [label.text() for label in form.findChildren(QLabel) if label.isVisible()]
    assert "No setting fits this search." in texts
    form.search.clear()
    assert form.row("time_steps").isVisible()
    assert not form.row("training.weight_decay").isVisible()


def test_advanced_settings_are_folded_away_and_counted(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    form.focus_setting("network.dropout")
    assert form.row("network.dropout").editor.target().hasFocus()
    assert form.unfolded() == ["Network"]
    write(qtbot, form, "network.dropout", "2")
    part = next(
        part for part in form.findChildren(QWidget) if getattr(part, "section", None) and part.section.heading == "Network"
    )
    assert part.fold.text() == "Advanced (2, 1 to correct)"
    qtbot.keyClick(part.fold, Qt.Key.Key_Space)
    assert not form.row("network.dropout").isVisible()
    assert form.unfolded() == []
    form.unfold(["Training"])
    assert form.row("training.weight_decay").isVisible()


def test_titles_stand_left_of_wide_fields_and_above_narrow_ones(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec, 700)
    row = form.row("time_steps")
    assert row.label is not None
    assert row.label.geometry().right() < row.editor.x()
    assert abs(row.label.geometry().center().y() - row.editor.geometry().center().y()) < row.editor.height()
    form.resize(260, 600)
    QApplication.processEvents()
    assert row.label.geometry().bottom() <= row.editor.y()
    assert row.editor.width() > 0.85 * form.width()
    right = max(row.mapTo(form, row.rect().topRight()).x() for row in (form.row("time_steps"), form.row("explain.sentences")))
    assert right <= form.width(), "nothing is cut off"


def test_every_form_of_field_can_be_filled_in(shown: Shown, qtbot: QtBot) -> None:
    form = shown(Everything)
    switch = form.row("inner.on").editor
    assert isinstance(switch, SwitchEditor)
    switch.box.setFocus()
    qtbot.keyClick(switch.box, Qt.Key.Key_Space)
    lines = form.row("sentences").editor
    assert isinstance(lines, LinesEditor)
    lines.lines.setFocus()
    qtbot.keyClicks(lines.lines, "one")
    qtbot.keyClick(lines.lines, Qt.Key.Key_Return)
    qtbot.keyClicks(lines.lines, "two")
    qtbot.keyClick(lines.lines, Qt.Key.Key_Tab)
    assert not lines.lines.hasFocus(), "Tab goes on"
    write(qtbot, form, "widths", "5, 7")
    write(qtbot, form, "offset", "")
    costs = form.row("costs").editor
    assert isinstance(costs, DictEditor)
    costs.add.setFocus()
    qtbot.keyClick(costs.add, Qt.Key.Key_Space)
    name = QApplication.focusWidget()
    assert isinstance(name, QLineEdit)
    qtbot.keyClicks(name, "mac")
    qtbot.keyClick(name, Qt.Key.Key_Tab)
    value = QApplication.focusWidget()
    assert isinstance(value, QLineEdit)
    qtbot.keyClicks(value, "4.6")
    level = form.row("level").editor
    assert isinstance(level, ChoiceEditor)
    assert level.combo.itemText(0) == "the lowest"
    level.combo.setFocus()
    qtbot.keyClick(level.combo, Qt.Key.Key_End)
    settings = form.model.settings()
    assert settings["inner"]["on"] is True
    assert settings["sentences"] == ["one", "two"]
    assert settings["widths"] == [5, 7]
    assert settings["offset"] is None
    assert settings["costs"] == {"mac": 4.6}
    assert settings["level"] == 2


def test_rows_of_names_and_values_can_be_removed_and_come_back(shown: Shown, qtbot: QtBot, stack: QUndoStack) -> None:
    form = shown(Everything)
    form.unfold(["Lists"])
    notes = form.row("notes").editor
    assert isinstance(notes, DictEditor)
    remove = next(child for child in notes.findChildren(QWidget) if child.accessibleName().startswith("Remove row 1"))
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert form.model.settings()["notes"] == {}
    stack.undo()
    assert notes.rows() == [["a", "b"]]
    assert form.model.changed() == []


def test_f1_explains_the_field(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    field = line(form, "training.lr")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_F1)
    for words in ("Learning rate", "training.lr", "Of AdamW.", "above 0 and at most 1", "Default: 0.003"):
        assert words in QToolTip.text()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_a_click_on_the_title_goes_to_the_field(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    label = form.row("training.lr").label
    assert label is not None
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton)
    assert line(form, "training.lr").hasFocus()


def test_edits_from_elsewhere_are_shown_and_told(shown: Shown, qtbot: QtBot) -> None:
    form = shown(SpikingTextSpec)
    names: list[str] = []
    form.edited.connect(names.append)
    form.model.put("training.lr", 0.5)
    form.model.load({"vectors.kind": "random", "time_steps": 4})
    assert names == ["training.lr", ""]
    assert line(form, "time_steps").text() == "4"
    assert form.row("vectors[random].dimensions").isVisible()


def test_a_form_repaints_itself_for_another_theme(shown: Shown, qapp: QApplication) -> None:
    from neurostudio.gui import theme

    form = shown(SpikingTextSpec)
    form.model.put("time_steps", "0")
    pictures = []
    for name in ("light", "dark", "contrast"):
        theme.use(name)  # type: ignore[arg-type]
        qapp.processEvents()
        pictures.append(form.grab().toImage())
    theme.use("light")
    assert len({picture.pixelColor(form.width() // 2, 1).name() for picture in pictures}) == 3


def _specs() -> list[tuple[str, Any]]:
    return [("everything", Everything), *((name, method.load_spec()) for name, method in registry().methods.items())]


@pytest.mark.parametrize(("name", "spec"), _specs(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_form_is_reached_by_tab_from_top_to_bottom_and_named(
    name: str, spec: type[Spec], shown: Shown, qtbot: QtBot
) -> None:
    form = shown(spec)
    form.unfold([part.section.heading for part in form.findChildren(QWidget) if getattr(part, "section", None)])
    form.resize(form.width(), form.sizeHint().height())
    QApplication.processEvents()
    form.search.setFocus()
    tops: list[int] = []
    reached: set[int] = set()
    while True:
        widget = QApplication.focusWidget()
        assert widget is not None
        if id(widget) in reached:
            break
        reached.add(id(widget))
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget
        tops.append(widget.mapTo(form, widget.rect().center()).y())
        form.focusNextChild()
    assert tops == sorted(tops)
    shown_rows = [place for place in form.model.fields() if form.row(place.key).isVisible()]
    assert len(shown_rows) == len(form.model.fields())
    for place in shown_rows:
        assert id(form.row(place.key).editor.target()) in reached, place.key


def test_the_plugin_gets_a_form_without_code_of_its_own(counting_environment: dict[str, str], shown: Shown, qtbot: QtBot) -> None:
    form = shown(registry().get("counting.sum").load_spec())
    write(qtbot, form, "n", "5")
    write(qtbot, form, "pause_ms", "1.5")
    assert form.model.settings() == {
        "spec_version": 1,
        "n": 5,
        "pause_ms": 1.5,
        "checkpoint_every": 5,
        "fail_at": None,
        "deaf": False,
        "ballast_kb": 0,
    }


def test_a_form_without_a_stack_still_edits(qtbot: QtBot) -> None:
    form = SpecForm(FormModel(Everything), has_search=False)
    qtbot.addWidget(form)
    form.show()
    write(qtbot, form, "steps", "3")
    form.on_undo()
    form.on_redo()
    assert form.model.settings()["steps"] == 3
    assert not form.search.isVisible()
    QApplication.sendEvent(form, QEvent(QEvent.Type.PaletteChange))
    form.detach()
