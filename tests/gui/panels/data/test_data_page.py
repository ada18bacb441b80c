"""The page of a data set, with real mouse and key events: whole, broken, changed, missing and forgotten data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from neurostudio.app import import_data
from neurostudio.gui import tasks
from neurostudio.gui.panels.data import DataPage
from neurostudio.gui.panels.data.problem_list import LinePeek, ProblemCard
from neurostudio.gui.studio import Notice, Studio
from neurostudio.store import read

OpenPage = Callable[[str], DataPage]

BROKEN = "text\tlabel\na good film\t1\na bad film\t0\na good film\t1\na dull film\t0\n\t1\na fine film\t1\n"


@pytest.fixture
def open_page(open_sample: Studio, qtbot: Any) -> OpenPage:
    """The page of a data set by name, shown and filled."""

    def make(name: str) -> DataPage:
        page = DataPage(open_sample, name)
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        qtbot.waitUntil(lambda: page.header.isVisible() or page.gone.isVisible())
        return page

    return make


def add(studio: Studio, path: Path, text: str, name: str, **options: Any) -> Path:
    assert studio.project is not None
    path.write_text(text, encoding="utf-8")
    import_data(studio.project.project, [path], name=name, **options)
    return path


def row_of(studio: Studio, name: str) -> Any:
    assert studio.project is not None
    return read.dataset(studio.project.project.store, name)


def facts(page: DataPage) -> dict[str, str]:
    return dict(page.facts.facts._facts)


def test_labelled_text_shows_counts_classes_lengths_and_rows(open_sample: Studio, open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("reviews")
    assert page.header.name.text() == "reviews"
    assert "Labelled text · tsv" in page.header.facts.text()
    assert facts(page)["Rows"] == "2,400"
    assert "positive: 1200 rows, 50.0 %" in page.facts.bars.accessibleDescription()
    assert page.sample.table.lines[0].cells[2].text
    qtbot.waitUntil(lambda: page.contents._plot is not None and page.contents._plot.isVisible())
    assert page.contents._plot is not None
    assert page.contents._plot.accessibleDescription().startswith("2,393 sentences")
    qtbot.waitUntil(lambda: not page.contents.busy.isVisible())


def test_the_runs_that_used_it_are_opened_with_enter(open_sample: Studio, open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("small-vectors")
    assert [line.cells[0].text for line in page.runs.table.lines] == ["broken"]
    table = page.runs.table
    table.select_key(table.lines[0].key)
    with qtbot.waitSignal(open_sample.page_requested) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [f"run:{table.lines[0].key}"]


def test_problems_show_their_lines_in_the_file(open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    add(open_sample, tmp_path / "films.tsv", BROKEN, "films")
    page = open_page("films")
    cards = page.problems.findChildren(ProblemCard)
    assert next(card.problem.severity for card in cards) == "warning"
    empty = next(card for card in cards if "without text" in card.problem.message)
    qtbot.mouseClick(empty.show_button, Qt.MouseButton.LeftButton)
    peek = empty.findChild(LinePeek)
    qtbot.waitUntil(lambda: "Line 6" in peek.accessibleName())
    assert peek.accessibleName().startswith("Line 4: a bad film") or "a dull film" in peek.accessibleName()
    qtbot.mouseClick(empty.show_button, Qt.MouseButton.LeftButton)
    assert not peek.isVisible()


def test_sentences_shared_with_another_set_are_counted(
    open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any
) -> None:
    add(open_sample, tmp_path / "films.tsv", BROKEN, "films")
    add(
        open_sample,
        tmp_path / "again.tsv",
        "text\tlabel\nA good film!\t1\nnew words\t0\nother words\t0\nmore words\t1\n",
        "again",
    )
    page = open_page("again")
    qtbot.waitUntil(lambda: len(page.contents.shared.lines) == 2)
    shared = {line.key: line.cells[1].text for line in page.contents.shared.lines}
    assert shared == {"films": "1", "reviews": "0"}


def test_use_in_a_run_fills_the_form(open_sample: Studio, open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("small-vectors")
    with qtbot.waitSignal(open_sample.form_requested) as asked:
        qtbot.mouseClick(page.header.use, Qt.MouseButton.LeftButton)
    assert (asked.args[0].method_id, asked.args[0].inputs) == ("spiking.text", {"vectors": ["small-vectors"]})


def test_of_several_uses_one_is_chosen(open_sample: Studio, open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("reviews")
    actions = page.header._menu.actions()
    assert [action.text().rpartition(": ")[2] for action in actions] == ["train", "test", "validation"]
    with qtbot.waitSignal(open_sample.form_requested) as asked:
        actions[1].trigger()
    assert asked.args[0].inputs == {"test": ["reviews"]}


def test_missing_data_are_found_again(open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    path = add(open_sample, tmp_path / "films.tsv", BROKEN, "films")
    moved = tmp_path / "elsewhere" / "films.tsv"
    moved.parent.mkdir()
    path.rename(moved)
    page = open_page("films")
    qtbot.waitUntil(page.card.isVisible)
    assert "missing" in page.card.accessibleName()
    assert not page.header.use.isEnabled()
    qtbot.mouseClick(page.card._action, Qt.MouseButton.LeftButton)
    found: list[QFileDialog] = []

    def is_open() -> bool:
        found[:] = [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]
        return bool(found)

    qtbot.waitUntil(is_open)
    found[0].findChild(QLineEdit).setText(str(moved))  # as one types it
    found[0].accept()
    qtbot.waitUntil(lambda: row_of(open_sample, "films").path == moved)
    qtbot.waitUntil(lambda: not page.card.isVisible())
    assert page.header.use.isEnabled()


def test_another_file_is_not_taken_for_the_missing_one(
    open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any
) -> None:
    add(open_sample, tmp_path / "films.tsv", BROKEN, "films").unlink()
    other = tmp_path / "other.tsv"
    other.write_text(BROKEN.replace("good", "great"), encoding="utf-8")
    page = open_page("films")
    qtbot.waitUntil(page.card.isVisible)
    tasks.start(page.find_at(other), page)
    qtbot.waitUntil(lambda: "other content" in page.card.accessibleName())


def test_a_changed_file_is_checked_again(open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    path = add(open_sample, tmp_path / "films.tsv", BROKEN, "films")
    path.write_text(BROKEN + "one more film\t0\n", encoding="utf-8")
    notices: list[Notice] = []
    open_sample.noticed.connect(notices.append)
    page = open_page("films")
    qtbot.waitUntil(page.card.isVisible)
    assert "written to" in page.card.accessibleName()
    qtbot.mouseClick(page.card._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: facts(page)["Rows"] == "6")
    qtbot.waitUntil(lambda: not page.card.isVisible())
    assert notices[0].title.startswith("Checked films")


def test_a_copy_stays_a_copy_when_it_is_checked(open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    add(open_sample, tmp_path / "films.tsv", BROKEN, "films", copy=True)
    row = row_of(open_sample, "films")
    row.path.write_text(BROKEN + "one more film\t0\n", encoding="utf-8")
    page = open_page("films")
    assert "copied into the project" in page.header.facts.text()
    qtbot.mouseClick(page.header.check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row_of(open_sample, "films").sha256 != row.sha256)
    assert row_of(open_sample, "films").copied


def test_data_that_cannot_be_read_any_more_say_why(open_sample: Studio, open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    path = add(open_sample, tmp_path / "films.tsv", BROKEN, "films")
    path.write_text("text\tlabel\nonly one row\t1\n", encoding="utf-8")
    page = open_page("films")
    qtbot.mouseClick(page.header.check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "cannot be used" in page.card.accessibleName())
    assert page.header.check.isEnabled()


def test_forgotten_data_are_put_back_with_undo(open_sample: Studio, open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("small-vectors")
    path = row_of(open_sample, "small-vectors").path
    qtbot.mouseClick(page.header.forget, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.gone.isVisible)
    assert path.exists()
    open_sample.undo.undo()
    qtbot.waitUntil(page.header.isVisible)
    assert page.header.name.text() == "small-vectors"


@pytest.mark.parametrize(
    ("name", "text", "kind", "fact"),
    [
        ("vectors.vec", "2 2\nnothing 0.5 0.25\nfits 0.25 0.5\n", "word-vectors", ("Dimensions", "2")),
        ("subjects.csv", "subject,age\ns1,20\ns2,30\n", "table", ("Columns", "subject, age")),
        ("story.txt", "the cat sat\non the mat\n", "corpus", ("Words", "6")),
    ],
)
def test_every_kind_shows_its_facts_and_a_sample(
    open_sample: Studio, open_page: OpenPage, tmp_path: Path, name: str, text: str, kind: str, fact: tuple[str, str]
) -> None:
    add(open_sample, tmp_path / name, text, "thing", kind=kind)
    page = open_page("thing")
    assert facts(page)[fact[0]] == fact[1]
    assert page.sample.table.lines
