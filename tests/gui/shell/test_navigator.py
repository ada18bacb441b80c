"""The navigator with real keys and mouse on a real project, and its model against trees that change at random."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, label
from neurostudio.core.run_folder import RunFolder, run_folders
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.shell.label_dialogs import NotesDialog, TagsDialog
from neurostudio.gui.shell.navigator import Navigator
from neurostudio.gui.shell.navigator_model import DATASET_MIME, RUN_MIME, NavigatorModel
from neurostudio.gui.shell.navigator_tree import Contents, Node
from neurostudio.gui.studio import FormRequest, Studio


@pytest.fixture
def navigator(open_sample: Studio, qtbot: QtBot) -> Navigator:
    made = Navigator(open_sample)
    qtbot.addWidget(made)
    made.resize(260, 700)
    made.show()
    qtbot.waitUntil(lambda: titles(made, "runs") == ["broken", "second", "first"])
    return made


def group(navigator: Navigator, key: str) -> QModelIndex:
    return navigator.model.index_of(f"group:{key}")


def titles(navigator: Navigator, key: str) -> list[str]:
    """Titles of all lines below the subgroups of a group."""
    model, top = navigator.model, group(navigator, key)
    below = [model.index(row, 0, top) for row in range(model.rowCount(top))]
    return [str(model.index(row, 0, one).data()) for one in below for row in range(model.rowCount(one))]


def line(navigator: Navigator, title: str) -> QModelIndex:
    def look(parent: QModelIndex) -> QModelIndex:
        for row in range(navigator.model.rowCount(parent)):
            index = navigator.model.index(row, 0, parent)
            if index.data() == title:
                return index
            if (found := look(index)).isValid():
                return found
        return QModelIndex()

    return look(QModelIndex())


def run_id(navigator: Navigator, title: str) -> str:
    return str(line(navigator, title).data(Qt.ItemDataRole.UserRole).ref)


def click(navigator: Navigator, qtbot: QtBot, title: str, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = navigator.tree.visualRect(line(navigator, title)).center()
    qtbot.mouseClick(navigator.tree.viewport(), Qt.MouseButton.LeftButton, keys, place)


def menu_of(navigator: Navigator, qtbot: QtBot) -> dict[str, Callable[[], None]]:
    """The context menu of what is selected: words -> trigger."""
    menu = navigator.actions_.menu(navigator.tree.nodes())
    assert menu is not None
    found = {
        action.text().partition("\t")[0]: action.trigger for action in menu.actions() if action.isEnabled() and action.text()
    }
    qtbot.addWidget(menu)
    return found


# --- what is shown


def test_it_shows_data_by_kind_and_runs_by_method(navigator: Navigator) -> None:
    assert sorted(titles(navigator, "data")) == ["reviews", "small-vectors"]
    assert group(navigator, "runs").data(Qt.ItemDataRole.UserRole).secondary == "3"
    assert navigator.tree.isExpanded(group(navigator, "runs"))


def test_without_a_project_it_leads_to_the_welcome_page(studio: Studio, qtbot: QtBot) -> None:
    navigator = Navigator(studio)
    qtbot.addWidget(navigator)
    navigator.resize(260, 500)
    navigator.show()
    with qtbot.waitSignal(studio.page_requested, check_params_cb=lambda key: key == "welcome"):
        qtbot.mouseClick(navigator._no_project.button, Qt.MouseButton.LeftButton)


def test_an_empty_project_offers_an_import_by_key(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.set_project(OpenProject(Project.create(tmp_path / "empty")))
    navigator = Navigator(studio)
    qtbot.addWidget(navigator)
    navigator.show()
    qtbot.waitUntil(lambda: line(navigator, "Import data...").isValid())
    navigator.tree.setFocus()
    navigator.tree.setCurrentIndex(line(navigator, "Import data..."))
    with qtbot.waitSignal(navigator.import_wanted):
        qtbot.keyClick(navigator.tree, Qt.Key.Key_Return)


# --- search and filter


def test_search_finds_words_in_notes_and_unfolds_then_folds_as_before(navigator: Navigator, qtbot: QtBot) -> None:
    project = navigator.studio.project
    assert project is not None
    label(project.project, "second", notes="the run with the storm")
    methods = group(navigator, "methods")
    navigator.tree.collapse(methods)
    navigator.focus_search()
    qtbot.keyClicks(navigator.search, "storm")
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["second"])
    assert not group(navigator, "data").isValid()
    qtbot.keyClick(navigator.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(navigator, "runs")) == 3)
    assert not navigator.tree.isExpanded(group(navigator, "methods"))
    assert navigator.tree.isExpanded(group(navigator, "runs"))


def test_down_in_the_search_field_goes_to_the_first_hit(navigator: Navigator, qtbot: QtBot) -> None:
    qtbot.keyClicks(navigator.search, "first")
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["first"])
    qtbot.keyClick(navigator.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(
        navigator.studio.page_requested, check_params_cb=lambda key: key == f"run:{run_id(navigator, 'first')}"
    ):
        qtbot.keyClick(navigator.tree, Qt.Key.Key_Return)


def test_a_search_without_a_hit_says_so_and_can_be_cleared(navigator: Navigator, qtbot: QtBot) -> None:
    qtbot.keyClicks(navigator.search, "zzz")
    qtbot.waitUntil(lambda: navigator._nothing.isVisible())
    qtbot.mouseClick(navigator._nothing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(titles(navigator, "runs")) == 3)
    assert navigator.search.text() == ""


def test_the_filter_by_state_and_tag(navigator: Navigator, qtbot: QtBot) -> None:
    project = navigator.studio.project
    assert project is not None
    label(project.project, "first", tags=["pilot"])
    project.runs_changed.emit(frozenset())
    qtbot.waitUntil(lambda: "pilot" in {tag for row in navigator.contents.runs.values() for tag in row.tags})
    navigator.on_filter_menu()
    actions = {action.text(): action for action in navigator._filter_menu.actions()}
    actions["Failed (1)"].trigger()
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["broken"])
    assert "failed" in navigator.filter.toolTip()
    actions["Failed (1)"].trigger()
    actions["pilot"].trigger()
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["first"])
    qtbot.mouseClick(navigator._clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(titles(navigator, "runs")) == 3)


# --- acting on runs


def test_a_run_is_renamed_in_place_with_f2(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "first")
    qtbot.keyClick(navigator.tree, Qt.Key.Key_F2)
    editor = navigator.tree.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName() == "New name of first"
    editor.selectAll()
    qtbot.keyClicks(editor, "better")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["broken", "second", "better"])
    navigator.studio.undo.undo()
    qtbot.waitUntil(lambda: titles(navigator, "runs") == ["broken", "second", "first"])


def test_delete_moves_to_the_trash_and_undo_brings_back(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "second")
    qtbot.keyClick(navigator.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: navigator.model.index_of("runs/trash").isValid())
    navigator.studio.undo.undo()
    qtbot.waitUntil(lambda: not navigator.model.index_of("runs/trash").isValid())


def test_the_menu_of_one_run_offers_what_fits_its_state(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "broken")
    failed = menu_of(navigator, qtbot)
    click(navigator, qtbot, "first")
    done = menu_of(navigator, qtbot)
    assert "Resume" in failed
    assert "Resume" not in done
    assert {"Open", "Run again", "Duplicate with changes", "Rename", "Tags...", "Notes...", "Copy as command"} < set(done)
    assert "Stop" not in done


def test_duplicate_fills_the_form(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "first")

    def is_first(request: FormRequest) -> bool:
        return request.name == "first" and request.inputs == {"train": ["reviews"]}

    with qtbot.waitSignal(navigator.studio.form_requested, check_params_cb=is_first):
        menu_of(navigator, qtbot)["Duplicate with changes"]()


def test_two_chosen_runs_can_be_compared_and_pinned(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "second")
    click(navigator, qtbot, "first", Qt.KeyboardModifier.ControlModifier)
    ids = [run_id(navigator, "second"), run_id(navigator, "first")]
    offered = menu_of(navigator, qtbot)
    assert "Rename" not in offered
    with qtbot.waitSignal(navigator.studio.page_requested, check_params_cb=lambda key: key == f"compare:{','.join(ids)}"):
        offered["Compare 2 runs"]()
    offered["Pin for comparison"]()
    assert navigator.studio.pinned == tuple(ids)
    qtbot.waitUntil(lambda: line(navigator, "first").data(Qt.ItemDataRole.UserRole).is_pinned)
    menu_of(navigator, qtbot)["Unpin"]()
    assert navigator.studio.pinned == ()


def test_tags_are_typed_in_a_dialog(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "first")
    menu_of(navigator, qtbot)["Tags..."]()
    qtbot.waitUntil(lambda: navigator.findChild(TagsDialog) is not None)
    dialog = navigator.findChild(TagsDialog)
    edit = dialog.findChild(QLineEdit)
    qtbot.keyClicks(edit, "pilot, paper")
    qtbot.mouseClick(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: navigator.contents.runs[run_id(navigator, "first")].tags == ("pilot", "paper"))


def test_notes_are_kept_with_ctrl_enter(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "first")
    menu_of(navigator, qtbot)["Notes..."]()
    qtbot.waitUntil(lambda: navigator.findChild(NotesDialog) is not None)
    edit = navigator.findChild(NotesDialog)._edit
    qtbot.keyClicks(edit, "good seed")
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: navigator.contents.runs[run_id(navigator, "first")].notes == "good seed")


def test_a_right_click_opens_the_menu(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "first")
    navigator.tree.customContextMenuRequested.emit(navigator.tree.visualRect(line(navigator, "first")).center())
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    qtbot.keyClick(popup, Qt.Key.Key_Escape)


# --- data


def test_data_can_be_used_in_a_run_and_forgotten(navigator: Navigator, qtbot: QtBot) -> None:
    click(navigator, qtbot, "reviews")
    menu = navigator.actions_.menu(navigator.tree.nodes())
    assert menu is not None
    qtbot.addWidget(menu)
    use = next(action.menu() for action in menu.actions() if action.text() == "Use in a run")
    train = next(action for action in use.actions() if action.text().endswith(": train"))
    with qtbot.waitSignal(navigator.studio.form_requested, check_params_cb=lambda asked: asked.inputs == {"train": ["reviews"]}):
        train.trigger()
    qtbot.keyClick(navigator.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(navigator, "data") == ["small-vectors"])
    navigator.studio.undo.undo()
    qtbot.waitUntil(lambda: len(titles(navigator, "data")) == 2)


def test_runs_and_data_are_dragged_out_by_name(navigator: Navigator) -> None:
    carried = navigator.model.mimeData([line(navigator, "first"), line(navigator, "reviews")])
    assert bytes(carried.data(RUN_MIME).data()).decode() == run_id(navigator, "first")
    assert bytes(carried.data(DATASET_MIME).data()).decode() == "reviews"
    assert carried.text() == "first\nreviews"


# --- live


def test_selection_expansion_and_scroll_stay_while_runs_come(navigator: Navigator, qtbot: QtBot, sample_project: Path) -> None:
    click(navigator, qtbot, "first")
    navigator.tree.collapse(group(navigator, "data"))
    base = run_folders(sample_project)[0].request()
    for number in range(3):
        folder = RunFolder(sample_project / "runs" / f"99990101-00000{number}-spiking-text-00000{number}")
        folder.create(replace(base, id=folder.id, name=f"late {number}", created=base.created + 1000 + number))
    qtbot.waitUntil(lambda: titles(navigator, "runs")[:3] == ["late 2", "late 1", "late 0"], timeout=8000)
    assert navigator.selected_runs() == (run_id(navigator, "first"),)
    assert not navigator.tree.isExpanded(group(navigator, "data"))


def test_a_thousand_runs_come_in_one_piece_and_stay_in_order(navigator: Navigator) -> None:
    (real,) = [row for row in navigator.contents.runs.values() if row.name == "first"]
    rows = {f"r{n:04d}": replace(real, run_id=f"r{n:04d}", name=f"name {n}") for n in range(1000)}
    from neurostudio.gui.shell.navigator_tree import Wanted, tree

    model = navigator.model
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    model.show(tree(Contents(rows), Wanted()), Contents(rows))
    assert (0, 999) in inserted
    half = {key: row for number, (key, row) in enumerate(rows.items()) if number % 2}
    model.show(tree(Contents(half), Wanted()), Contents(half))
    assert titles(navigator, "runs") == [row.name for row in half.values()]


LEAVES = st.lists(st.integers(0, 8), unique=True, max_size=6)
TREES = st.lists(st.tuples(st.integers(0, 5), LEAVES), unique_by=lambda pair: pair[0], max_size=4)


def nodes_of(spec: list[tuple[int, list[int]]], words: str) -> tuple[Node, ...]:
    def leaves_of(key: int, leaves: list[int]) -> tuple[Node, ...]:
        return tuple(Node(f"g{key}/{leaf}", "run", f"{leaf} {words}") for leaf in leaves)

    return tuple(Node(f"g{key}", "group", f"g{key}", secondary=words, children=leaves_of(key, leaves)) for key, leaves in spec)


def shown(model: NavigatorModel, parent: QModelIndex) -> list[tuple[str, list[str]]]:
    rows = [model.index(row, 0, parent) for row in range(model.rowCount(parent))]
    return [(str(one.data()), [str(model.index(row, 0, one).data()) for row in range(model.rowCount(one))]) for one in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TREES, min_size=2, max_size=4))
def test_the_model_follows_any_change_and_keeps_the_rules_of_qt(
    qapp: QApplication, specs: list[list[tuple[int, list[int]]]]
) -> None:
    model = NavigatorModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for turn, spec in enumerate(specs):
        nodes = nodes_of(spec, f"turn {turn}")
        model.show(nodes, Contents())
        assert shown(model, QModelIndex()) == [(node.title, [child.title for child in node.children]) for node in nodes]
    tester.deleteLater()
    model.deleteLater()


def test_selected_lines_come_from_top_to_bottom(navigator: Navigator) -> None:
    choose = navigator.tree.selectionModel()
    for title in ("first", "broken"):
        choose.select(line(navigator, title), QItemSelectionModel.SelectionFlag.Select)
    assert [node.title for node in navigator.tree.nodes()] == ["broken", "first"]
    assert navigator.tree.indexAt(QPoint(5, 5)).isValid()
