"""The page that sets runs side by side, with real mouse and key events on the sample project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QWidget

from neurostudio.gui.panels.compare import ComparePage
from neurostudio.gui.panels.compare.picker import RunPicker
from neurostudio.gui.studio import Studio
from neurostudio.store import read

OpenPage = Callable[..., ComparePage]


def ids(studio: Studio) -> dict[str, str]:
    assert studio.project is not None
    return {row.name: row.run_id for row in read.runs(studio.project.project.store)}


@pytest.fixture
def open_page(open_sample: Studio, qtbot: Any) -> OpenPage:
    """The page for runs by name, shown and filled."""

    def make(*names: str) -> ComparePage:
        by_name = ids(open_sample)
        page = ComparePage(open_sample, ",".join(by_name[name] for name in names))
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        qtbot.waitUntil(lambda: page.empty.isVisible() or len(page.chips.ids()) == len(names) > 0)
        return page

    return make


def open_section(page: ComparePage, name: str, qtbot: Any) -> None:
    titles = [page.tabs.tabText(place) for place in range(page.tabs.count())]
    rect = page.tabs.tabBar().tabRect(titles.index(name))
    qtbot.mouseClick(page.tabs.tabBar(), Qt.MouseButton.LeftButton, pos=rect.center())


def answer_file_dialog(qtbot: Any, path: Path) -> None:
    found: list[QFileDialog] = []

    def is_open() -> bool:
        found[:] = [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]
        return bool(found)

    qtbot.waitUntil(is_open)
    found[0].findChild(QLineEdit).setText(str(path))  # as one types it
    found[0].accept()


def drag(widget: QWidget, to: QPoint) -> None:
    """Move the mouse with its left button held; `to` is a place of the screen."""
    left = Qt.MouseButton.LeftButton
    here, there = QPointF(widget.mapFromGlobal(to)), QPointF(to)
    event = QMouseEvent(QEvent.Type.MouseMove, here, there, left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def test_without_runs_the_page_says_how_to_choose_some(open_page: OpenPage) -> None:
    page = open_page()
    assert "Pin runs" in page.empty.accessibleName()


def test_runs_are_moved_with_alt_and_the_arrows_and_removed_with_delete(
    open_page: OpenPage, open_sample: Studio, qtbot: Any
) -> None:
    page = open_page("first", "second", "broken")
    first, second, broken = (ids(open_sample)[name] for name in ("first", "second", "broken"))
    chip = page.chips.chip(first)
    qtbot.keyClick(chip, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.run_ids() == (second, first, broken)
    qtbot.waitUntil(lambda: page.settings.table.lines == () or page._view is not None)
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert page.run_ids() == (second, broken)
    qtbot.waitUntil(lambda: page.title == "Compare 2 runs")


def test_a_chip_is_dragged_to_another_place(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first", "second")
    first, second = (ids(open_sample)[name] for name in ("first", "second"))
    chip, target = page.chips.chip(first), page.chips.chip(second)
    here = chip.label.geometry().center()
    qtbot.mousePress(chip, Qt.MouseButton.LeftButton, pos=here)
    goal = target.mapToGlobal(target.rect().center() + QPoint(9, 0))
    start = chip.mapToGlobal(here)
    for share in (0.3, 0.6, 1.0):
        drag(chip, start + (goal - start) * share)
    qtbot.mouseRelease(chip, Qt.MouseButton.LeftButton, pos=chip.mapFromGlobal(goal))
    assert page.run_ids() == (second, first)


def test_the_cross_of_a_chip_removes_it(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first", "second")
    first, second = (ids(open_sample)[name] for name in ("first", "second"))
    qtbot.mouseClick(page.chips.chip(first).remove, Qt.MouseButton.LeftButton)
    assert page.run_ids() == (second,)


def test_a_run_is_added_from_the_list(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first")
    qtbot.mouseClick(page.chips.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(RunPicker) is not None)
    picker = page.findChild(RunPicker)
    qtbot.waitUntil(lambda: len(picker.table.lines) == 2)
    qtbot.keyClicks(picker.filter, "seco")
    qtbot.waitUntil(lambda: len(picker.table.lines) == 1)
    add = picker.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not add.isEnabled()
    qtbot.keyClick(picker.filter, Qt.Key.Key_Down)
    assert add.isEnabled()
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    by_name = ids(open_sample)
    qtbot.waitUntil(lambda: page.run_ids() == (by_name["first"], by_name["second"]))


def test_the_page_follows_the_pins_it_was_opened_on(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    by_name = ids(open_sample)
    open_sample.pin([by_name["first"]])
    page = open_page("first")
    open_sample.pin([by_name["first"], by_name["second"]])
    qtbot.waitUntil(lambda: len(page.chips.ids()) == 2)
    qtbot.keyClick(page.chips.chip(by_name["first"]), Qt.Key.Key_Delete)
    assert open_sample.pinned == (by_name["second"],)


def test_other_runs_are_not_pinned_by_a_page_of_its_own(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    by_name = ids(open_sample)
    page = open_page("first", "second")
    open_sample.pin([by_name["broken"]])
    assert page.run_ids() == (by_name["first"], by_name["second"])
    qtbot.keyClick(page.chips.chip(by_name["first"]), Qt.Key.Key_Delete)
    assert open_sample.pinned == (by_name["broken"],)


def test_seeds_are_pooled_with_their_range_and_shown_alone(open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("first", "second")
    table = page.metrics.table
    qtbot.waitUntil(lambda: bool(table.lines))
    assert page.metrics.pool.isVisible()
    pooled = next(line for line in table.lines if line.key == "test/accuracy")
    assert len(pooled.cells) == 2
    qtbot.mouseClick(page.metrics.pool, Qt.MouseButton.LeftButton, pos=QPoint(8, page.metrics.pool.height() // 2))
    alone = next(line for line in table.lines if line.key == "train/loss")
    assert len(alone.cells) == 3
    best = [cell for cell in alone.cells[1:] if cell.is_strong]
    assert len(best) == 1
    assert (best[0].icon, best[0].text.split()[0]) == ("best", "best")


def test_only_what_differs_is_listed_and_what_differs_from_the_first_is_strong(open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("first", "broken")
    open_section(page, "Settings", qtbot)
    lines = {line.key: line for line in page.settings.table.lines}
    assert {"vectors.kind", "section data", "input vectors"} <= set(lines)
    assert all(key.startswith(("vectors.", "section ", "input ")) for key in lines)
    kind = lines["vectors.kind"].cells
    assert not kind[1].is_strong
    assert (kind[2].text, kind[2].is_strong) == ("file", True)
    qtbot.mouseClick(page.settings.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("Setting\tfirst\tbroken\tName\n")


def test_runs_that_differ_by_nothing_but_their_seed_say_so(open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("first", "second")
    open_section(page, "Settings", qtbot)
    assert [line.key for line in page.settings.table.lines] == ["seed"]


def test_curves_are_overlaid_and_pooled(open_page: OpenPage, qtbot: Any) -> None:
    page = open_page("first", "second")
    open_section(page, "Curves", qtbot)
    qtbot.waitUntil(lambda: page.curves.curves is not None)
    section = page.curves
    assert section.metric_box.currentText() == "train/loss"
    assert "test/accuracy" not in [section.metric_box.itemText(place) for place in range(section.metric_box.count())]
    assert section.curves is not None
    described = section.curves.canvas.accessibleDescription()
    assert described.startswith("2 lines")
    assert [mark.name for mark in section.curves.panel.marks if mark.name.endswith("band")] == ["Group 1 band"]
    qtbot.keyClick(section.pool, Qt.Key.Key_Space)
    assert {mark.name for mark in section.curves.panel.marks} == {"first", "second"}


def test_a_click_on_a_point_of_the_scatter_opens_its_run(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first", "broken")
    open_section(page, "Scatter", qtbot)
    qtbot.waitUntil(lambda: page.scatter.scatter is not None)
    page.scatter.metric_box.setCurrentIndex(page.scatter.metric_box.findData("data/unknown_words"))
    qtbot.waitUntil(lambda: page.scatter.scatter is not None and page.scatter.scatter.metric.name == "data/unknown_words")
    qtbot.waitUntil(lambda: page.scatter.canvas is not None and page.scatter.canvas.isVisible())
    qtbot.wait(50)  # the canvas takes its place
    canvas, scatter = page.scatter.canvas, page.scatter.scatter
    assert canvas is not None
    assert scatter is not None
    point = next(one for one in scatter.points if one.name == "broken")
    scene = canvas.panel.view.mapViewToScene(QPointF(point.x, point.y))
    place = canvas.graphics.mapFromScene(scene)
    with qtbot.waitSignal(open_sample.page_requested) as opened:
        qtbot.mouseMove(canvas.graphics.viewport(), place)
        qtbot.mouseClick(canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [f"run:{ids(open_sample)['broken']}"]


def test_numbers_and_pictures_are_written_to_files(open_page: OpenPage, tmp_path: Path, qtbot: Any) -> None:
    page = open_page("first", "second")
    qtbot.waitUntil(lambda: bool(page.metrics.table.lines))
    qtbot.mouseClick(page.metrics.export, Qt.MouseButton.LeftButton)
    answer_file_dialog(qtbot, tmp_path / "metrics.csv")
    qtbot.waitUntil((tmp_path / "metrics.csv").exists)
    header, *lines = (tmp_path / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("metric,unit,Group 1 n,Group 1 mean")
    assert any(line.startswith("test/accuracy,,2,") for line in lines)
    open_section(page, "Curves", qtbot)
    qtbot.waitUntil(lambda: page.curves.curves is not None and page.curves.export_picture.isVisible())
    for button, name in ((page.curves.export_picture, "curves.png"), (page.curves.export_numbers, "curves.csv")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        answer_file_dialog(qtbot, tmp_path / name)
        qtbot.waitUntil((tmp_path / name).exists)
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "curves.csv").read_text(encoding="utf-8").startswith("run,step,value\nfirst,1.0,")


def test_the_runs_and_the_section_are_kept(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first", "second")
    open_section(page, "Scatter", qtbot)
    other = ComparePage(open_sample, "")
    qtbot.addWidget(other)
    other.restore(page.state())
    other.show()
    qtbot.waitUntil(lambda: other.state() == page.state())


def test_the_report_takes_the_compared_runs(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first", "second")
    with qtbot.waitSignal(open_sample.page_requested) as opened:
        qtbot.mouseClick(page.report, Qt.MouseButton.LeftButton)
    assert opened.args == [f"report:new:{','.join(page.run_ids())}"]


def test_a_run_that_was_removed_is_left_out(open_page: OpenPage, open_sample: Studio, qtbot: Any) -> None:
    page = open_page("first")
    page.restore({"runs": ["20200101-000000-nothing-abcdef", ids(open_sample)["second"]]})
    qtbot.waitUntil(lambda: page.chips.ids() == (ids(open_sample)["second"],))
