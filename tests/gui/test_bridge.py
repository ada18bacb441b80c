"""Messages from threads: merged, on the window's thread, never a flood."""

import threading
import time
from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from neurostudio.gui.bridge import PERIOD_MS, Bridge


def test_a_flood_of_messages_is_merged_and_delivered_on_the_thread_of_the_window(qapp: QApplication, qtbot: QtBot) -> None:
    batches: list[dict[Hashable, Any]] = []
    threads: set[QThread] = set()

    def deliver(messages: dict[Hashable, Any]) -> None:
        batches.append(messages)
        threads.add(QThread.currentThread())

    bridge = Bridge(deliver)

    def flood() -> None:
        for _ in range(20_000):
            bridge.post("sum", 1, lambda old, new: old + new)

    started = time.monotonic()
    workers = [threading.Thread(target=flood) for _ in range(3)]
    for worker in workers:
        worker.start()
    qtbot.waitUntil(lambda: sum(batch["sum"] for batch in batches) == 60_000, timeout=20_000)
    for worker in workers:
        worker.join()
    assert threads == {qapp.thread()}
    assert len(batches) <= (time.monotonic() - started) * 1000 / PERIOD_MS + 2


def test_the_first_message_after_a_quiet_time_comes_without_waiting_for_the_period(qapp: QApplication) -> None:
    got: list[Any] = []
    bridge = Bridge(lambda messages: got.append(messages["a"]))
    bridge.post("a", 1)
    qapp.processEvents()
    assert got == [1]
    bridge.post("a", 2)
    bridge.post("a", 3)
    qapp.processEvents()
    assert got == [1], "within the period messages wait and are merged"


def test_a_newer_message_replaces_an_older_one_of_the_same_key(qapp: QApplication, qtbot: QtBot) -> None:
    got: list[dict[Hashable, Any]] = []
    bridge = Bridge(got.append)
    for value in (1, 2, 3):
        bridge.post("value", value)
    bridge.post("other", 0)
    qapp.processEvents()
    assert got == [{"value": 3, "other": 0}]


class _Emitter(QObject):
    happened = Signal(object)


def test_five_thousand_signals_are_emitted_without_harm(qapp: QApplication) -> None:
    """PySide6 6.12.0 lost a reference to True at each emission and ended the process after some 570 (Python 3.11)."""
    count = 0

    def on_happened(_value: object) -> None:
        nonlocal count
        count += 1

    emitter = _Emitter()
    emitter.happened.connect(on_happened)
    for _ in range(5000):
        emitter.happened.emit(True)
    assert count == 5000
