"""The bench with a real worker: typing, answers in parts, comparing, a killed worker, another run, the end."""

import os
import signal
from collections.abc import Callable

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from neurostudio.gui.panels.spiking_text.bench import Bench
from neurostudio.gui.panels.spiking_text.page import SpikingTextPage
from neurostudio.gui.shell.accessibility import walk

pytestmark = pytest.mark.slow  # live workers are started

START_MS, ANSWER_MS = 60_000, 20_000
Workers = Callable[[], list[psutil.Process]]
SENTENCE = "The bread tastes of zanzibar, and the waiter was a pleasure."


@pytest.fixture
def bench(qtbot: QtBot, page: SpikingTextPage, show_tab: Callable[[str], None]) -> Bench:
    """The bench, ready to answer."""
    show_tab("Bench")
    qtbot.waitUntil(lambda: page.bench.worker.state == "ready", timeout=START_MS)
    return page.bench


def ask(qtbot: QtBot, bench: Bench, text: str) -> None:
    count = len(bench.worker.history.answers)
    bench.field.clear()
    qtbot.keyClicks(bench.field, text)
    qtbot.keyClick(bench.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.worker.state == "ready" and len(bench.worker.history.answers) > count, timeout=ANSWER_MS)


def test_a_typed_sentence_is_answered_with_words_classes_spikes_and_energy(qtbot: QtBot, bench: Bench) -> None:
    seen: list[tuple[str, int]] = []
    bench.worker.answer_changed.connect(lambda answer: seen.append((answer.sentence.said, len(answer.sentence.layers))))
    ask(qtbot, bench, SENTENCE)
    answer = bench.worker.history.answers[0]
    assert answer.text == SENTENCE
    assert answer.sentence.said in ("positive", "negative")
    assert "zanzibar" in answer.sentence.unknown_words
    assert len(answer.sentence.layers) == 4
    assert set(answer.millijoule) == {"ANN", "SNN"}
    assert answer.latency_ms is not None
    view = bench.first
    assert view.answer is answer
    chip = next(chip for chip in view.chips.chips() if chip.text() == "zanzibar")
    assert not chip.is_known
    assert "not in the vocabulary" in chip.accessibleName()
    assert "“zanzibar”" in view.note.text()
    assert view.said.text().startswith(answer.sentence.said)
    assert len(view.classes.shares) == 2
    assert "ms" in view.how.text()
    assert bench.history.count() == 1
    assert "last answer in" in bench.status.text()
    assert walk(bench) == []


def test_seeds_history_and_comparison(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, SENTENCE)
    before = bench.worker.history.answers[0]
    qtbot.mouseClick(bench.next_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(bench.worker.history.answers) == 2, timeout=ANSWER_MS)
    answer = bench.worker.history.answers[0]
    assert answer.seed == 1
    assert [len(one.times) for one in answer.sentence.layers] != [len(one.times) for one in before.sentence.layers]
    qtbot.mouseClick(
        bench.history.viewport(), Qt.MouseButton.LeftButton, pos=bench.history.visualItemRect(bench.history.item(1)).center()
    )
    assert bench.first.answer is before
    qtbot.mouseClick(
        bench.history.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        bench.history.visualItemRect(bench.history.item(0)).center(),
    )
    assert bench.second.isVisibleTo(bench)
    assert {bench.first.answer, bench.second.answer} == {before, answer}
    assert "Decided after" in bench.compared.text()


def test_a_pause_while_typing_is_enough_where_answers_are_quick(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, "bad")
    assert bench.worker.history.answers[0].is_quick
    bench.field.clear()
    qtbot.keyClicks(bench.field, "a pleasure")
    qtbot.waitUntil(lambda: bench.worker.history.answers[0].text == "a pleasure", timeout=ANSWER_MS)


def test_an_empty_sentence_is_refused_in_words(qtbot: QtBot, bench: Bench) -> None:
    bench.field.setText("   ")
    qtbot.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.problem.isVisibleTo(bench)
    assert "no sentence" in bench.problem.text()
    assert bench.worker.state == "ready"
    qtbot.keyClicks(bench.field, "x")
    assert not bench.problem.isVisibleTo(bench)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_killed_worker_is_noticed_and_started_again(qtbot: QtBot, bench: Bench, workers: Workers) -> None:
    ask(qtbot, bench, SENTENCE)
    (worker,) = workers()
    os.kill(worker.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bench.worker.state == "stopped", timeout=10_000)
    assert bench.failure.isVisibleTo(bench)
    assert "live session has ended" in bench.failure.accessibleName()
    assert not bench.ask_button.isEnabled()
    bench.failure.wanted.emit()
    qtbot.waitUntil(lambda: bench.worker.state == "ready", timeout=START_MS)
    assert not bench.failure.isVisibleTo(bench)
    assert len(workers()) == 1


def test_a_worker_that_dies_under_a_question_is_told_too(qtbot: QtBot, bench: Bench, workers: Workers) -> None:
    (worker,) = workers()
    worker.suspend()
    bench.on_try(SENTENCE)
    worker.kill()
    qtbot.waitUntil(lambda: bench.worker.state == "stopped", timeout=10_000)
    assert bench.failure.isVisibleTo(bench)


def test_another_run_brings_another_worker_and_the_end_leaves_none(
    qtbot: QtBot, page: SpikingTextPage, bench: Bench, workers: Workers
) -> None:
    (before,) = workers()
    first = page._choices[1].run_id
    page.show_run(first)
    qtbot.waitUntil(lambda: bench.worker.run_id == first and bench.worker.state == "ready", timeout=START_MS)
    (after,) = workers()
    assert after.pid != before.pid
    assert not before.is_running()
    from neurostudio.gui import tasks

    tasks.start(page.leave())
    qtbot.waitUntil(lambda: workers() == [], timeout=10_000)
    assert bench.worker.state == "closed"


def test_examples_of_the_test_set_are_one_click_away(qtbot: QtBot, bench: Bench) -> None:
    qtbot.waitUntil(lambda: bench.ready_page._sentences.count() > 0, timeout=5_000)
    button = bench.ready_page._sentences.itemAt(0).widget()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(bench.worker.history.answers) == 1, timeout=ANSWER_MS)
    assert bench.field.text() == button.toolTip()
