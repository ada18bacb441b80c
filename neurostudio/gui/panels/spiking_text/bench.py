"""The bench: a sentence is typed, and the network of the chosen run shows at once what it does with it."""

import time
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.spiking_text.answer_view import AnswerView
from neurostudio.gui.panels.spiking_text.bench_presenter import (
    LARGEST_SEED,
    Answer,
    checked_text,
    difference,
    latency_text,
    next_seed,
)
from neurostudio.gui.panels.spiking_text.bench_worker import BenchWorker
from neurostudio.gui.panels.spiking_text.first_try import FirstTry
from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.panels.spiking_text.tab import NO_RUN
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Column, Elided, EmptyState, ErrorCard, Hairline, Heading, Row, Secondary, button, fill

TYPING_MS, TICK_MS = 400, 1_000
HISTORY_U, HISTORY_MIN_U, NARROW_U = 30, 16, 130
NO_MODEL = ("No network to ask", "This run left no spiking network. Choose a run that came to its end.")


class Bench(QWidget):
    """::

        [ Type a sentence ...                                  ] [Examples] [Classify]
        Seed [0] [Next seed]                         Ready, last answer in 24 ms
        Sentences   |  the answer, or two answers beside each other

    Signals
    -------
    first_run_wanted : there is no run, and somebody wants one
    """

    first_run_wanted = Signal()

    title = "Bench"

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.results: RunResults | None = None
        self.worker = BenchWorker(self)
        self._asked = ("", -1)
        self._started = 0.0
        self._build()
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.on_pause)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.on_tick)
        self.worker.state_changed.connect(self.on_state)
        self.worker.answer_changed.connect(self.on_answer)
        self.worker.refused.connect(self.on_refused)
        self.worker.failed.connect(self.on_failed)
        self.on_state("closed")

    # --- for the page

    def show_results(self, results: RunResults | None) -> None:
        """Take the network of another run; the session with the one before ends."""
        if results is not None and self.results is not None and results.row.run_id == self.results.row.run_id:
            self.results = results
            return
        self.results = results
        self._typing.stop()
        self.worker.history.clear()
        self.history.clear()
        self._show_answers()
        tasks.start(self._begin(), self)

    async def close_session(self) -> None:
        """End the live worker and wait until it is gone."""
        self._typing.stop()
        self._tick.stop()
        await self.worker.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.worker.state == "closed" and self.results is not None:
            tasks.start(self._begin(), self)

    # --- slots

    @Slot()
    def on_enter(self) -> None:
        """Classify what is in the field."""
        self._typing.stop()
        try:
            text = checked_text(self.field.text())
        except NeuroError as error:
            self.on_refused(error)
            return
        self.problem.hide()
        self._asked = (text, self.seed.value())
        if self.worker.state == "stopped":
            tasks.start(self._restart(), self)
        self.worker.ask(text, self.seed.value())

    @Slot(str)
    def on_typed(self, _text: str) -> None:
        """Classify after a short pause, where answers come quickly."""
        self.problem.hide()
        answers = self.worker.history.answers
        if answers and answers[0].is_quick and self.field.text().strip():
            self._typing.start()

    @Slot()
    def on_pause(self) -> None:
        """Nobody has typed for a moment."""
        text = " ".join(self.field.text().split())
        if text and (text, self.seed.value()) != self._asked and self.worker.state in ("ready", "answering"):
            self.on_enter()

    @Slot()
    def on_next_seed(self) -> None:
        """Encode the same sentence anew."""
        self.seed.setValue(next_seed(self.seed.value()))

    @Slot(int)
    def on_seed(self, _seed: int) -> None:
        """Another seed: ask again."""
        if self.field.text().strip() and self.worker.history.answers:
            self._typing.start(0)

    @Slot()
    def on_restart(self) -> None:
        """Start the worker again."""
        tasks.start(self._restart(), self)

    @Slot(str)
    def on_state(self, state: str) -> None:
        """The session is in another state."""
        if state == "starting":
            self._started = time.monotonic()
            self._tick.start()
        elif state != "starting":
            self._tick.stop()
        self.busy.setVisible(state == "starting")
        is_usable = state in ("starting", "ready", "answering")
        for widget in (self.ask_button, self.next_button, self.seed):
            widget.setEnabled(is_usable)
        if is_usable:
            self.failure.hide()
        self.status.setText(self._status())

    @Slot(object)
    def on_answer(self, answer: Answer) -> None:
        """An answer has come, or a part of it."""
        if answer.latency_ms is not None:
            self._show_history(answer)
            self.status.setText(self._status())
        self._show_answers(answer)

    @Slot(object)
    def on_refused(self, error: NeuroError) -> None:
        """The question was bad."""
        self.problem.setText(f"{error.what}. {error.fix}." if error.fix else f"{error.what}.")
        self.problem.show()
        self.field.setFocus()

    @Slot(object)
    def on_failed(self, error: NeuroError) -> None:
        """The worker did not start, or is gone."""
        self.failure.show_error(NeuroError(error.what, error.why), "Start again")
        self.pages.setCurrentWidget(self.failure_page if not self.worker.history.answers else self.answers_page)

    @Slot()
    def on_tick(self) -> None:
        """The worker is still starting."""
        self.status.setText(self._status())

    @Slot()
    def on_chosen(self) -> None:
        """One or two sentences of the history are chosen."""
        self._show_answers()

    @Slot()
    def on_examples(self) -> None:
        """Offer sentences of the test set."""
        if self.results is not None:
            tasks.start(self._offer(self.results), self)

    @Slot(str)
    def on_try(self, text: str, _checked: bool = False) -> None:
        """Classify an example."""
        self.field.setText(text)
        self.on_enter()

    # --- inside

    async def _begin(self) -> None:
        results, project = self.results, self._studio.project
        if results is None or project is None or not results.has_model:
            await self.worker.close()
            self.pages.setCurrentWidget(self.no_run if results is None else self.empty_page)
            return
        if self.worker.run_id == results.row.run_id:
            return
        if not self.isVisible():
            await self.worker.close()
            return
        self.pages.setCurrentWidget(self.waiting_page)
        await self.worker.open(project, results.row.run_id)
        if self.worker.state == "ready" and not self.worker.history.answers:
            self.ready_page.show_sentences(await in_background(self.results.test_sentences) if self.results else ())
            self.pages.setCurrentWidget(self.ready_page)

    async def _restart(self) -> None:
        if self.results is not None and self._studio.project is not None:
            await self.worker.open(self._studio.project, self.results.row.run_id)
            if self._asked[0]:
                self.worker.ask(*self._asked)

    async def _offer(self, results: RunResults) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text in await in_background(results.test_sentences):
            action = menu.addAction(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 60 * theme.unit(self)))
            action.triggered.connect(partial(self.on_try, text))
        menu.popup(self.examples.mapToGlobal(QPoint(0, self.examples.height())))

    def _show_history(self, answer: Answer) -> None:
        self.history.blockSignals(True)
        for row in reversed(range(self.history.count())):
            known = self.worker.history.find(int(self.history.item(row).data(Qt.ItemDataRole.UserRole)))
            if known is None:
                self.history.takeItem(row)
        item = QListWidgetItem(f"{answer.text}\n{answer.summary()}")
        item.setData(Qt.ItemDataRole.UserRole, answer.number)
        item.setToolTip(f"{answer.text}\n{answer.summary()}, {latency_text(answer)}")
        self.history.insertItem(0, item)
        self.history.clearSelection()
        self.history.setCurrentItem(item)
        self.history.blockSignals(False)

    def _show_answers(self, newest: Answer | None = None) -> None:
        """Show the newest answer, or what is chosen in the history: two of them beside each other."""
        chosen = [item.data(Qt.ItemDataRole.UserRole) for item in self.history.selectedItems()]
        answers = [newest] if newest else [found for number in chosen[:2] if (found := self.worker.history.find(int(number)))]
        if not answers:
            return
        self.first.show_answer(answers[0])
        self._make_room(is_compared=len(answers) == 2)
        self.second.setVisible(len(answers) == 2)
        if len(answers) == 2:
            self.second.show_answer(answers[1])
        self.compared.setText(difference(*answers) if len(answers) == 2 else "")
        self.compared.setVisible(len(answers) == 2)
        self.pages.setCurrentWidget(self.answers_page)

    def _make_room(self, *, is_compared: bool) -> None:
        """Where two answers stand in a narrow page, the list of sentences gives them its room."""
        u = theme.unit(self)
        if is_compared and not self.second.isVisibleTo(self) and self.width() < NARROW_U * u:
            self.answers_page.setSizes([HISTORY_MIN_U * u, self.width()])

    def _status(self) -> str:
        state = self.worker.state
        if state == "starting":
            seconds = round(time.monotonic() - self._started)
            return f"Starting: the network and its words are loaded, {seconds} s"
        if state == "answering":
            return "Answering"
        answers = self.worker.history.answers
        if state == "ready":
            return f"Ready, last answer in {latency_text(answers[0])}" if answers else "Ready"
        return "Stopped" if state == "stopped" else ""

    def _build(self) -> None:
        u = theme.unit(self)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type a sentence and press Enter")
        self.field.setAccessibleName("Sentence to classify")
        self.field.setClearButtonEnabled(True)
        self.examples = button("Examples", "down", "Sentences of the test set")
        self.ask_button = button("Classify", "run", "Classify the sentence (Enter)", primary=True)
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setMinimumWidth(12 * u)
        self.seed.setAccessibleName("Seed of the encoder")
        self.seed.setToolTip("Seed of the random input spikes: the same seed gives the same spikes")
        self.next_button = button("Next seed", "refresh", "Draw other input spikes for the same sentence")
        self.status = Elided(mode=Qt.TextElideMode.ElideRight)
        self.status.setFont(theme.secondary_font())
        self.status.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.status.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.status.setMinimumWidth(8 * u)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedSize(QSize(14 * u, u))
        self.busy.setAccessibleName("The live worker is starting")
        self.problem = Secondary()
        self.problem.setForegroundRole(self.problem.foregroundRole().BrightText)
        self.problem.hide()
        self.failure = ErrorCard()
        self.failure.hide()
        self.history = QListWidget()
        self.history.setAccessibleName("Sentences so far; choose two to compare them")
        self.history.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.history.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.history.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.history.setSpacing(round(0.3 * u))
        self.history.setMinimumWidth(HISTORY_MIN_U * u)
        self.first, self.second = AnswerView(self._studio), AnswerView(self._studio)
        self.second.hide()
        self.compared = Secondary()
        self.compared.hide()
        self._build_pages()
        seed_row = Row(Secondary("Seed", wrap=False), self.seed, self.next_button, self.busy, self.status)
        fill(
            QVBoxLayout(self),
            (Row(self.field, self.examples, self.ask_button), self.problem, seed_row, self.failure, Hairline(), self.pages),
            u,
            1,
            2,
        )
        self.field.returnPressed.connect(self.on_enter)
        self.field.textEdited.connect(self.on_typed)
        self.ask_button.clicked.connect(self.on_enter)
        self.examples.clicked.connect(self.on_examples)
        self.next_button.clicked.connect(self.on_next_seed)
        self.seed.valueChanged.connect(self.on_seed)
        self.failure.wanted.connect(self.on_restart)
        self.history.itemSelectionChanged.connect(self.on_chosen)

    def _build_pages(self) -> None:
        u = theme.unit(self)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.first)
        both.addWidget(self.second)
        self.answers_page = QSplitter(Qt.Orientation.Horizontal)
        self.answers_page.setChildrenCollapsible(False)
        hint = Secondary("Choose two with Ctrl to compare them.")
        self.answers_page.addWidget(Column(Heading("Sentences"), self.history, hint))
        right = Column(self.compared, both)
        right.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.answers_page.addWidget(right)
        self.answers_page.setStretchFactor(1, 1)
        self.answers_page.setSizes([HISTORY_U * u, 200 * u])
        self.no_run = EmptyState("spikes", *NO_RUN)
        self.no_run.wanted.connect(self.first_run_wanted)
        self.empty_page = EmptyState("spikes", *NO_MODEL)
        self.waiting_page = EmptyState(
            "spikes", "Starting the network", "A worker loads it once and keeps it in memory; answers then take milliseconds."
        )
        self.ready_page = FirstTry()
        self.ready_page.chosen.connect(self.on_try)
        self.failure_page = QWidget()
        self.pages = QStackedWidget()
        for page in (self.no_run, self.empty_page, self.waiting_page, self.ready_page, self.failure_page, self.answers_page):
            self.pages.addWidget(page)
