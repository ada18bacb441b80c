"""How late the event loop of a window is: a timer that should come each 5 ms, and when it came."""

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

PERIOD_MS = 5


class Watch(QObject):
    """Takes the lateness of each tick, in ms: how much later than a period after the one before it came."""

    def __init__(self) -> None:
        super().__init__()
        self._late_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self, interval=PERIOD_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.on_tick)

    def begin(self) -> None:
        """Forget what was taken, and take from now on."""
        self._late_ms = []
        self._last = time.perf_counter()
        self._timer.start()

    def end(self) -> dict[str, float]:
        """Stop; returns ``p50``, ``p99`` and ``max`` in ms."""
        self.on_tick()
        self._timer.stop()
        p50, p99 = np.percentile(self._late_ms, [50, 99])
        return {"p50": float(p50), "p99": float(p99), "max": max(self._late_ms)}

    @Slot()
    def on_tick(self) -> None:
        """A tick has come."""
        now = time.perf_counter()
        self._late_ms.append(max(0.0, 1000 * (now - self._last) - PERIOD_MS))
        self._last = now
