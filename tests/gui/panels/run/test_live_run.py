"""A run that works while its page is open: real workers of the counting plugin."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.panels.run.curves_section import CurvesSection
from neurostudio.gui.panels.run.log_presenter import ERROR_KEY
from neurostudio.gui.panels.run.log_section import LogSection
from neurostudio.gui.studio import Studio

OpenRun = Callable[[Studio, str], RunPage]
LONG_MS = 30_000


def state_of(page: RunPage) -> str:
    return page.header.mark.state


def n_points(section: CurvesSection) -> int:
    return len(section.curves.data_text().splitlines()) - 1 if section.curves is not None else 0


def test_the_page_follows_a_run_to_its_end(counting: Studio, count: Callable[..., str], open_run: OpenRun, qtbot: Any) -> None:
    page = open_run(counting, count(n=150, pause_ms=20))
    section = page.open_section("Curves")
    assert isinstance(section, CurvesSection)
    qtbot.waitUntil(lambda: state_of(page) == "running", timeout=LONG_MS)
    qtbot.waitUntil(page.progress.isVisible, timeout=LONG_MS)
    qtbot.waitUntil(lambda: page.progress.count.text().endswith("/150 steps"), timeout=LONG_MS)
    assert page.header.buttons["stop"].isVisible()
    assert not page.header.buttons["again"].isVisible()
    qtbot.waitUntil(lambda: n_points(section) > 1, timeout=LONG_MS)
    first = n_points(section)
    qtbot.waitUntil(lambda: n_points(section) > first, timeout=LONG_MS)
    qtbot.waitUntil(lambda: state_of(page) == "done", timeout=LONG_MS)
    qtbot.waitUntil(lambda: n_points(section) == 150, timeout=LONG_MS)
    assert not page.progress.isVisible()
    assert page.header.buttons["again"].isVisible()
    assert page.tabs.tabText(2) == "Outputs (3)"


@pytest.mark.slow
def test_a_run_is_stopped_and_resumed_from_its_page(
    counting: Studio, count: Callable[..., str], open_run: OpenRun, qtbot: Any
) -> None:
    page = open_run(counting, count(n=60, pause_ms=40))
    section = page.open_section("Curves")
    assert isinstance(section, CurvesSection)
    qtbot.waitUntil(lambda: state_of(page) == "running", timeout=LONG_MS)
    qtbot.waitUntil(lambda: page._view is not None and bool(page._view.row.checkpoint), timeout=LONG_MS)
    qtbot.mouseClick(page.header.buttons["stop"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state_of(page) == "cancelled", timeout=LONG_MS)
    qtbot.waitUntil(page.header.buttons["resume"].isVisible, timeout=LONG_MS)
    assert not page.card.isVisible()
    qtbot.mouseClick(page.header.buttons["resume"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state_of(page) == "done", timeout=LONG_MS)
    assert "attempt 2" in page.header.facts.text()
    qtbot.waitUntil(lambda: n_points(section) == 60, timeout=LONG_MS)  # each step once, though some were counted twice


def test_a_run_that_stumbles_shows_where_and_its_log(
    counting: Studio, count: Callable[..., str], open_run: OpenRun, qtbot: Any
) -> None:
    page = open_run(counting, count(n=10, fail_at=4))
    qtbot.waitUntil(page.card.isVisible, timeout=LONG_MS)
    assert "stumbled at step 4" in page.card.accessibleName()
    assert "Program: sum.py, line" in page.card.accessibleName()
    assert not page.card._details.isVisible()
    qtbot.mouseClick(page.card._fold, Qt.MouseButton.LeftButton)
    assert "Traceback" in page.card._details.text()
    qtbot.mouseClick(page.card._action, Qt.MouseButton.LeftButton)
    assert page.section() == "Log"
    log = page.open_section("Log")
    assert isinstance(log, LogSection)
    qtbot.waitUntil(lambda: any(line.key == ERROR_KEY for line in log.table.lines), timeout=LONG_MS)
    qtbot.mouseClick(log.to_error, Qt.MouseButton.LeftButton)
    assert log.table.current_key() == ERROR_KEY
    assert "stumbled at step 4" in log.whole.text()


def test_the_log_is_searched_and_shows_what_was_printed(
    counting: Studio, count: Callable[..., str], open_run: OpenRun, qtbot: Any
) -> None:
    page = open_run(counting, count(n=10, fail_at=4))
    log = page.open_section("Log")
    assert isinstance(log, LogSection)
    qtbot.waitUntil(lambda: len(log.table.lines) == 2, timeout=LONG_MS)
    qtbot.keyClicks(log.filter, "counting n=10")
    assert [line.cells[2].text for line in log.table.lines] == ["counting  first=0  n=10"]
    log.filter.clear()
    qtbot.keyClick(log.source, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in log.printed.toPlainText(), timeout=LONG_MS)


def test_a_waiting_run_says_its_place_in_the_line(
    counting: Studio, count: Callable[..., str], open_run: OpenRun, qtbot: Any
) -> None:
    assert counting.project is not None
    counting.project.set_at_once(1)
    first = count("first", n=400, pause_ms=20)
    second = count("second", n=2)
    page = open_run(counting, second)
    qtbot.waitUntil(lambda: page.progress.phase.text() == "Next in line", timeout=LONG_MS)
    assert state_of(page) == "queued"
    counting.project.stop(first)
    qtbot.waitUntil(lambda: state_of(page) == "done", timeout=LONG_MS)
