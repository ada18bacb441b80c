"""The import dialog with real files, good and broken, keys, mouse and drops."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from neurostudio.app import list_datasets
from neurostudio.core.errors import NeuroError
from neurostudio.data.samples import write_sample_reviews_chinese
from neurostudio.gui import tasks
from neurostudio.gui.shell.importing import ImportDialog, import_paths
from neurostudio.gui.studio import Notice, Studio

Make = Callable[..., ImportDialog]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "incoming"
    folder.mkdir()
    write_sample_reviews_chinese(folder, rows=40).rename(folder / "good.csv")
    (folder / "more.tsv").write_text("text\tlabel\n" + "a fine film\tgood\na dull film\tbad\n" * 5 + "\tbad\n", encoding="utf-8")
    (folder / "broken.csv").write_text('text,label\n"never closed,1\nfine,2\n' * 30)
    (folder / "odd.png").write_bytes(bytes(range(256)) * 20)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture
def make(open_sample: Studio, qtbot: QtBot) -> Make:
    def made(*paths: Path, kinds: tuple[str, ...] = ()) -> ImportDialog:
        dialog = ImportDialog(open_sample, paths, kinds)
        qtbot.addWidget(dialog)
        dialog.open()
        if paths:
            wait_until_read(dialog, qtbot)
        return dialog

    return made


def wait_until_read(dialog: ImportDialog, qtbot: QtBot) -> None:
    def is_read() -> bool:
        return bool(dialog.plan.items) and all(item.state not in ("waiting", "reading") for item in dialog.plan.items)

    qtbot.waitUntil(is_read, timeout=15_000)


def names(dialog: ImportDialog) -> list[str]:
    project = dialog.studio.project
    assert project is not None
    return [row.name for row in list_datasets(project.project)]


def choose(dialog: ImportDialog, path: Path) -> None:
    dialog.files.select_key(str(path))


def test_one_good_file_is_shown_named_and_imported(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"])
    told: list[Notice] = []
    dialog.studio.noticed.connect(told.append)
    assert dialog.detail.title.text() == "good.csv"
    assert dialog.detail.kind.currentText() == "recognised: Labelled text"
    assert not dialog.skip.isVisible()
    assert len(dialog.detail.sample.lines) > 0
    dialog.detail.name.setFocus()
    dialog.detail.name.selectAll()
    qtbot.keyClicks(dialog.detail.name, "chinese")
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert dialog.imported() == ["chinese"]
    assert "chinese" in names(dialog)
    assert (told[0].title, told[0].action_key) == ("Imported “chinese”", "data:chinese")


def test_a_broken_file_does_not_stop_the_others(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(*files.values())
    states = {item.path.name: item.state for item in dialog.plan.items}
    assert states == {"good.csv": "ready", "more.tsv": "ready", "broken.csv": "unusable", "odd.png": "unusable"}
    assert dialog.all.text() == "Import all (2)"
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sorted(dialog.imported()) == ["good", "more"])
    qtbot.waitUntil(lambda: not dialog.all.isEnabled())
    assert dialog.isVisible(), "what cannot be imported is still to be decided"
    assert dialog.cancel.text() == "Close"
    for name in ("broken.csv", "odd.png"):
        choose(dialog, files[name])
        qtbot.mouseClick(dialog.skip, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_an_error_stands_beside_the_file_with_a_button_that_mends_it(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["broken.csv"])
    assert dialog.detail.error.isVisible()
    assert "line 5" in dialog.detail.error.accessibleName()
    assert not dialog.all.isEnabled()
    qtbot.mouseClick(dialog.detail.error._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.plan.items[0].options == {"quoting": "none"})
    wait_until_read(dialog, qtbot)
    assert dialog.plan.items[0].report is not None


def test_problems_are_shown_worst_first_with_their_lines(make: Make, files: dict[str, Path]) -> None:
    from neurostudio.gui.panels.data.problem_list import ProblemCard

    dialog = make(files["more.tsv"])
    cards = [card.accessibleName() for card in dialog.detail.findChildren(ProblemCard) if card.isVisible()]
    assert any("1 row without text was skipped (line 12)" in words for words in cards)


def test_another_kind_reads_the_file_again(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["more.tsv"])
    kind = dialog.detail.kind
    kind.setFocus()
    kind.setCurrentIndex(kind.findData("table"))
    kind.activated.emit(kind.currentIndex())
    wait_until_read(dialog, qtbot)
    assert dialog.plan.items[0].summary().startswith("Table")
    assert "label_column" not in dialog.detail.options.boxes


def test_other_options_read_the_file_again(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"])
    qtbot.mouseClick(dialog.detail.fold, Qt.MouseButton.LeftButton)
    box = dialog.detail.options.boxes["label_column"]
    assert box.isVisible()
    box.setCurrentIndex(box.findData("text"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: dialog.plan.items[0].options == {"label_column": "text"})
    wait_until_read(dialog, qtbot)
    assert dialog.plan.items[0].error is not None, "the text cannot be its own label"
    assert "label_column" in dialog.detail.options.boxes, "the choice can be taken back"


def test_a_name_that_is_taken_is_refused_while_it_is_typed(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"])
    dialog.detail.name.selectAll()
    qtbot.keyClicks(dialog.detail.name, "reviews")
    assert dialog.detail.name_problem.isVisible()
    assert not dialog.all.isEnabled()
    qtbot.keyClicks(dialog.detail.name, "-2")
    assert dialog.all.isEnabled()


def test_a_copy_lies_in_the_project(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"])
    assert "KB" in dialog.detail.copy.text() or "bytes" in dialog.detail.copy.text()
    dialog.detail.copy.click()
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.imported() == ["good"])
    project = dialog.studio.project
    assert project is not None
    row = next(row for row in list_datasets(project.project) if row.name == "good")
    assert row.copied
    assert row.path.is_relative_to(project.path)


def test_a_file_that_vanishes_before_the_import_is_told_beside_it(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"], files["more.tsv"])
    files["good.csv"].unlink()
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.imported() == ["more"])
    qtbot.waitUntil(lambda: dialog.files.current_key() == str(files["good.csv"]))
    assert "There is no file" in dialog.detail.error.accessibleName()


def test_files_are_dropped_onto_the_dialog(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(kinds=("labelled-text",))
    assert dialog._empty.isVisible()
    assert "Labelled text" in dialog._empty.accessibleName()
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(files["good.csv"].parent))])
    enter = QDragEnterEvent(
        QPoint(20, 20), Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(dialog, enter)
    assert enter.isAccepted()
    drop = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(dialog, drop)
    wait_until_read(dialog, qtbot)
    assert [item.path.name for item in dialog.plan.items] == sorted(files)


def test_another_kind_than_the_form_asked_for_is_said(make: Make, files: dict[str, Path]) -> None:
    dialog = make(files["good.csv"], kinds=("word-vectors",))
    assert dialog.detail.note.text() == "This is Labelled text; wanted here is Word vectors."


def test_everything_can_be_done_with_keys(make: Make, files: dict[str, Path], qtbot: QtBot) -> None:
    dialog = make(files["good.csv"], files["more.tsv"])
    dialog.files.setFocus()
    qtbot.keyClick(dialog.files, Qt.Key.Key_Down)
    assert dialog.detail.title.text() == "more.tsv"
    seen = set()
    for _ in range(40):
        focus = QApplication.focusWidget()
        seen.add(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert {dialog.all, dialog.one, dialog.skip, dialog.cancel, dialog.detail.name, dialog.detail.kind, dialog.files} <= seen
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_import_paths_returns_the_names(open_sample: Studio, files: dict[str, Path], qtbot: QtBot) -> None:
    got: list[str] = []

    async def ask() -> None:
        got.extend(await import_paths(open_sample, [files["good.csv"]]))

    tasks.start(ask())
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ImportDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ImportDialog)
    wait_until_read(dialog, qtbot)
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: got == ["good"])


def test_without_a_project_it_says_what_to_do(studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Exception] = []
    monkeypatch.setattr(tasks, "error_listeners", [told.append])

    async def ask() -> None:
        await import_paths(studio, [])

    tasks.start(ask())
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], NeuroError)
    assert "welcome page" in str(told[0])


@pytest.mark.parametrize(
    ("name", "kind", "rows", "classes"),
    [
        ("text_english/MR.part.gz", "Labelled text", 7705, 2),
        ("text_english/SST5.train.gz", "Labelled text", 8527, 5),
        ("text_chinese/waimai.part.csv.gz", "Labelled text", 10487, 2),
    ],
)
def test_real_data_are_recognised_shown_and_imported(
    name: str, kind: str, rows: int, classes: int, make: Make, shared_data: Callable[[str], Path], qtbot: QtBot
) -> None:
    path = shared_data(name)
    dialog = make(path)
    assert dialog.detail.kind.currentText() == f"recognised: {kind}"
    assert len(dialog.detail.sample.lines) > 0
    before = set(names(dialog))
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=30_000)
    (added,) = set(names(dialog)) - before
    project = dialog.studio.project
    assert project is not None
    (row,) = [one for one in list_datasets(project.project) if one.name == added]
    facts = row.report["facts"]
    assert (facts["rows"], len(facts["classes"])) == (rows, classes)


def test_a_real_file_in_another_encoding_is_read_after_one_click(
    make: Make, shared_data: Callable[[str], Path], qtbot: QtBot
) -> None:
    dialog = make(shared_data("text_english/MR_windows1252_sample.txt"))
    assert not dialog.all.isEnabled()
    card = dialog.detail.error
    assert "windows-1252" in card.accessibleName()
    card.wanted.emit()
    wait_until_read(dialog, qtbot)
    qtbot.waitUntil(dialog.all.isEnabled)
    assert len(dialog.detail.sample.lines) > 0
