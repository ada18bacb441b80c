"""The one way from threads to the window: messages are merged and delivered on the window's thread, at most 20 times a second."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot

PERIOD_MS = 50


class Bridge(QObject):
    """Collects messages by key: a newer one replaces an older one, or is merged with it.

    Posting costs one lock and at most one Qt event for each period, however many messages come (one Qt signal for each
    metric froze the window when it was tried).
    """

    def __init__(self, deliver: Callable[[dict[Hashable, Any]], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._messages: dict[Hashable, Any] = {}
        self._lock = threading.Lock()
        self._is_woken = False
        self._timer = QTimer(self, interval=PERIOD_MS, singleShot=True)
        self._timer.timeout.connect(self.on_period_over)

    def post(self, key: Hashable, message: Any, merge: Callable[[Any, Any], Any] | None = None) -> None:
        """Leave a message, from any thread; `merge(old, new)` joins it with one of the same key that waits."""
        with self._lock:
            if merge is not None and key in self._messages:
                message = merge(self._messages[key], message)
            self._messages[key] = message
            wake, self._is_woken = not self._is_woken, True
        if wake:
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def event(self, event: QEvent) -> bool:
        """Deliver at once after a quiet time; otherwise when the period is over."""
        if event.type() != QEvent.Type.User:
            return super().event(event)
        if not self._timer.isActive():
            self._flush()
        return True

    @Slot()
    def on_period_over(self) -> None:
        """Deliver what came meanwhile."""
        if self._is_woken:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            messages, self._messages, self._is_woken = self._messages, {}, False
        self._timer.start()
        if messages:
            self._deliver(messages)
