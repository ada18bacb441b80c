"""A tour of five steps: a card beside the part that it speaks of, which is left bright while the rest is dimmed a little."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QRegion, QShortcut
from PySide6.QtWidgets import QDockWidget, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.focus import visible_rect
from neurostudio.gui.shell.popup import Popup
from neurostudio.gui.shell.preferences import write
from neurostudio.gui.shell.tour_steps import STEPS, Deed, Step, deed_of_page
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Column, Heading, Row, Secondary, button

if TYPE_CHECKING:
    from neurostudio.gui.follower import JobLine
    from neurostudio.gui.open_project import OpenProject

CARD_U, GAP_U, RING_U = 46, 1, 0.35
DIM = 70

Reveal = Callable[[str], object]


def is_due(studio: Studio) -> bool:
    """Whether the tour is to be shown by itself: once, with the first project that is opened."""
    return studio.settings.show_tour and studio.project is not None


class Tour(QObject):
    """Leads through the window; it goes on when the person presses Next or does what the card says.

    Parameters
    ----------
    reveal : function, optional
        Brings the part of that object name into view, before the step points at it.

    Signals
    -------
    ended : by its last step, or skipped
    """

    ended = Signal()

    def __init__(self, studio: Studio, window: QWidget, reveal: Reveal | None = None) -> None:
        super().__init__(window)
        self._studio, self._window, self._reveal = studio, window, reveal
        self._place = 0
        self._watched: list[QWidget] = []
        self.veil = Veil(window)
        self.card = Card(window)
        self.card.next.clicked.connect(self.on_next)
        self.card.back.clicked.connect(self.on_back)
        self.card.skip.clicked.connect(self.end)
        for keys, slot in (("Esc", self.end), ("Right", self.on_next), ("Left", self.on_back)):
            QShortcut(QKeySequence(keys), self.card, slot, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._undo_index = 0
        self._project: OpenProject | None = None
        self._jobs: frozenset[str] = frozenset()

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return STEPS[self._place]

    @property
    def is_running(self) -> bool:
        """Whether it is shown."""
        return self.card.isVisible()

    @Slot()
    def start(self) -> None:
        """Show the first step; it does not come up by itself again."""
        if self.is_running:
            return
        self._listen(True)
        self._remember()
        self._go(0)
        self.card.next.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def end(self) -> None:
        """Put it away."""
        if not self.is_running:
            return
        self._listen(False)
        self.card.hide()
        self.veil.hide()
        self.ended.emit()

    # --- slots

    @Slot()
    def on_next(self) -> None:
        """The next step; after the last one the end."""
        if self._place + 1 < len(STEPS):
            self._go(self._place + 1)
        else:
            self.end()

    @Slot()
    def on_back(self) -> None:
        """The step before."""
        if self._place:
            self._go(self._place - 1)

    @Slot(str)
    def on_page(self, key: str) -> None:
        """A page was asked for."""
        self._did(deed_of_page(key))

    @Slot(object)
    def on_queue(self, jobs: "tuple[JobLine, ...]") -> None:
        """A run is at work or waits that was not there before."""
        ids = frozenset(job.run_id for job in jobs)
        is_new, self._jobs = not ids <= self._jobs, ids
        if is_new:
            self._did("run")

    @Slot(int)
    def on_undo(self, index: int) -> None:
        """Something was changed that can be taken back: a setting among others."""
        if index > self._undo_index:
            self._did("form")
        self._undo_index = index

    @Slot(object)
    def on_run_ended(self, _row: object) -> None:
        """A run came to its end."""
        self._did("end")

    # --- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window or the part that is pointed at has another size or place."""
        kinds = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.PaletteChange)
        if event.type() in kinds and self.is_running:
            self._lay_out()
        return False

    # --- inside

    def _did(self, deed: Deed) -> None:
        if self.is_running and deed == self.step.deed:
            self.on_next()

    def _go(self, place: int) -> None:
        self._place = place
        self._watch()
        self.card.show_step(self.step, place, len(STEPS))
        self._lay_out()
        self.veil.show()
        self.card.show()
        self.veil.raise_()
        self.card.raise_()

    def _watch(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._bring_into_view()
        target = self._target()
        self._watched = [self._window, *([target] if target is not None else [])]
        for widget in self._watched:
            widget.installEventFilter(self)

    def _bring_into_view(self) -> None:
        if self._reveal is not None:
            self._reveal(self.step.target)
        around = self._target()
        while around is not None and not isinstance(around, QDockWidget):
            around = around.parentWidget()
        if isinstance(around, QDockWidget):
            around.show()
            around.raise_()

    def _target(self) -> QWidget | None:
        named: list[QWidget] = self._window.findChildren(QWidget, self.step.target)
        shown = [widget for widget in named if widget.isVisible()]
        return next(iter(shown or named), None)

    def _lay_out(self) -> None:
        target = self._target()
        bright = visible_rect(target) if target is not None else QRect()
        u = theme.unit(self._window)
        self.veil.spare(bright.adjusted(-u // 2, -u // 2, u // 2, u // 2) if not bright.isEmpty() else QRect())
        self.card.setFixedWidth(min(CARD_U * u, self._window.width() - 2 * u))
        self.card.adjustSize()
        self.card.move(place_beside(bright, self.card.rect(), self._window.rect(), GAP_U * u))

    def _listen(self, is_on: bool) -> None:
        studio = self._studio
        if is_on:
            self._project = studio.project
            self._undo_index = studio.undo.index()
        pairs: list[tuple[SignalInstance, Callable[..., None]]] = [
            (studio.page_requested, self.on_page),
            (studio.undo.indexChanged, self.on_undo),
            (studio.project_changed, self.end),
        ]
        if self._project is not None:
            self._jobs = frozenset(job.run_id for job in self._project.jobs())
            pairs += [(self._project.queue_changed, self.on_queue), (self._project.run_ended, self.on_run_ended)]
        for signal, slot in pairs:
            if is_on:
                signal.connect(slot)
            else:
                signal.disconnect(slot)
        if not is_on:
            self._project = None
            for widget in self._watched:
                widget.removeEventFilter(self)
            self._watched = []

    def _remember(self) -> None:
        if self._studio.settings.show_tour:
            settings = self._studio.settings.model_copy(update={"show_tour": False})
            self._studio.change_settings(settings)
            tasks.start(write(self._studio))


def place_beside(bright: QRect, card: QRect, window: QRect, gap: int) -> QPoint:
    """Where the card goes: right of the bright part, left, below, above, or in the middle of it; always in the window."""
    if bright.isEmpty():
        return QPoint((window.width() - card.width()) // 2, (window.height() - card.height()) // 2)
    middle = bright.center()
    across, down = middle.x() - card.width() // 2, middle.y() - card.height() // 2
    places = (
        QPoint(bright.right() + gap, down),
        QPoint(bright.left() - gap - card.width(), down),
        QPoint(across, bright.bottom() + gap),
        QPoint(across, bright.top() - gap - card.height()),
    )
    for place in places:
        moved = _inside(place, card, window)
        if not QRect(moved, card.size()).intersects(bright):
            return moved
    # no room beside it: in its lower right corner, where least is hidden
    corner = QPoint(bright.right() - card.width() - gap, bright.bottom() - card.height() - gap)
    return _inside(corner, card, window)


def _inside(place: QPoint, card: QRect, window: QRect) -> QPoint:
    return QPoint(
        max(0, min(place.x(), window.width() - card.width())),
        max(0, min(place.y(), window.height() - card.height())),
    )


class Card(Popup):
    """One step::

    The project                      1 of 5
    Your data sets, runs and reports. ...
    Click a data set or a run to look at it.
    [Skip]                    [Back] [Next]
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour_card")
        self._title, self._count = Heading(), Secondary(wrap=False)
        self._text, self._hint = Secondary(), Secondary()
        self._text.setFont(theme.body_font())
        self._text.setForegroundRole(self.palette().ColorRole.WindowText)
        self.skip, self.back = button("Skip"), button("Back")
        self.next = button("Next", primary=True)
        head = Row(self._title, None, self._count)
        self.column.addWidget(Column(head, self._text, self._hint, Row(self.skip, None, self.back, self.next), margin=2))
        self.hide()

    def show_step(self, step: Step, place: int, count: int) -> None:
        """Show another step."""
        self._title.setText(step.title)
        self._count.setText(f"{place + 1} of {count}")
        self._text.setText(step.text)
        self._hint.setText(step.hint)
        self.back.setEnabled(place > 0)
        is_last = place + 1 == count
        self.next.setText("Done" if is_last else "Next")
        self.skip.setVisible(not is_last)
        self.setAccessibleName(f"Tour, step {place + 1} of {count}: {step.title}")
        self.setAccessibleDescription(f"{step.text} {step.hint}")


class Veil(QWidget):
    """Dims the window a little, but for one part, and draws a ring around that; clicks go through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = window
        self.bright = QRect()
        self.hide()

    def spare(self, bright: QRect) -> None:
        """Leave this part of the window bright."""
        self.bright = bright.intersected(self._window.rect())
        self.setGeometry(self._window.rect())
        width = self._width()
        inner = self.bright.adjusted(width, width, -width, -width)
        # a hole, so that what is painted in the bright part does not paint the veil again
        self.setMask(QRegion(self.rect()) - QRegion(inner) if not inner.isEmpty() else QRegion(self.rect()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, DIM))
        if self.bright.isEmpty():
            return
        colours, width = theme.current(), self._width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.focus), width))
        half = width / 2
        painter.drawRect(QRectF(self.bright).adjusted(half, half, -half, -half))

    def _width(self) -> int:
        return max(2, round(RING_U * theme.unit(self)))
