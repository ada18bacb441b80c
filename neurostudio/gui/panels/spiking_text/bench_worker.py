"""Asking the live worker from the window: states, one question at a time, parts as they come."""

from collections.abc import Callable, Hashable
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks
from neurostudio.gui.bridge import Bridge
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.spiking_text.bench_presenter import Answer, History
from neurostudio.gui.panels.spiking_text.live_bench import LiveBench
from neurostudio.gui.tasks import in_background
from neurostudio.jobs.live import SessionEndedError

WATCH_MS = 1_000

State = Literal["closed", "starting", "ready", "answering", "stopped"]


class BenchWorker(QObject):
    """One live session and the questions to it.

    Signals
    -------
    state_changed : one of :data:`State`
    answer_changed : Answer
        The answer under way, with one part more, or complete.
    refused : NeuroError
        The question was bad; the session goes on.
    failed : NeuroError
        The session did not start, or has ended.
    """

    state_changed = Signal(str)
    answer_changed = Signal(object)
    refused = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state: State = "closed"
        self.history = History()
        self._bench: LiveBench | None = None
        self._at_end: Callable[[], None] = lambda: None
        self._answer: Answer | None = None
        self._next: tuple[str, int] | None = None
        self._bridge = Bridge(self._take_parts, self)
        self._watch = QTimer(self, interval=WATCH_MS)
        self._watch.timeout.connect(self.on_watch)

    @property
    def bench(self) -> LiveBench | None:
        """The session, for whoever wants to know its worker."""
        return self._bench

    @property
    def run_id(self) -> str:
        """The run whose network answers; empty while there is none."""
        return self._bench.run_id if self._bench and self.state != "closed" else ""

    async def open(self, project: OpenProject, run_id: str) -> None:
        """Start a session with the network of a run; the session before is closed."""
        await self.close()
        bench = LiveBench(project.project, run_id)
        self._bench = bench
        self._at_end = lambda: bench.close_soon()  # a bound method would be held weakly
        self.destroyed.connect(self._at_end)
        self._enter("starting")
        try:
            await in_background(bench.start)
        except NeuroError as error:
            if self._bench is bench:
                self._enter("stopped")
                self.failed.emit(error)
            return
        if self._bench is bench:
            self._watch.start()
            self._enter("ready")
            self._ask_next()

    async def close(self) -> None:
        """End the session and wait until its worker is gone."""
        bench, self._bench = self._bench, None
        self._watch.stop()
        self._next = None
        self._answer = None
        if self.state != "closed":
            self._enter("closed")
        if bench is not None:
            self.destroyed.disconnect(self._at_end)
            await in_background(bench.close)

    def ask(self, text: str, seed: int) -> None:
        """Ask now, or as soon as the session is ready; of questions that wait only the last is asked."""
        self._next = (text, seed)
        if self.state == "ready":
            self._ask_next()

    @Slot()
    def on_watch(self) -> None:
        """Notice a worker that died while nobody asked."""
        if self.state == "ready" and self._bench is not None and not self._bench.is_alive:
            self._end(SessionEndedError("The live session has ended", "Its worker is gone", "Start it again"))

    def _ask_next(self) -> None:
        if self._next is not None and self._bench is not None:
            (text, seed), self._next = self._next, None
            self._answer = self.history.begin(text, seed)
            self._enter("answering")
            tasks.start(self._work(self._bench, self._answer), self)

    async def _work(self, bench: LiveBench, empty: Answer) -> None:
        parts: list[tuple[str, Any]] = []

        def on_part(name: str, content: Any) -> None:
            parts.append((name, content))
            self._bridge.post((empty.number, name), (empty.number, name, content))

        try:
            latency_ms = await in_background(bench.ask, empty.text, empty.seed, on_part)
        except SessionEndedError as error:
            if self._bench is bench:
                self._end(error)
            return
        except NeuroError as error:
            if self._bench is bench:
                self._answer = None
                self._enter("ready")
                self.refused.emit(error)
                self._ask_next()
            return
        if self._bench is bench:
            self._finish(empty, parts, latency_ms)

    def _finish(self, empty: Answer, parts: list[tuple[str, Any]], latency_ms: float) -> None:
        answer = empty
        for name, content in parts:
            answer = answer.with_part(name, content)
        answer = Answer(**{**answer.__dict__, "latency_ms": latency_ms})
        self._answer = None  # parts that the bridge still holds are in it
        self.history.put(answer)
        self._enter("ready")
        self.answer_changed.emit(answer)
        self._ask_next()

    def _take_parts(self, messages: dict[Hashable, Any]) -> None:
        answer = self._answer
        if answer is None:
            return
        for number, name, content in messages.values():  # in the order of posting
            if number == answer.number:
                answer = answer.with_part(name, content)
        if answer is not self._answer:
            self._answer = answer
            self.answer_changed.emit(answer)

    def _end(self, error: NeuroError) -> None:
        self._watch.stop()
        self._answer = None
        self._enter("stopped")
        self.failed.emit(error)

    def _enter(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)
