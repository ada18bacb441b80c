"""What the program itself logs, brought to the window: from any thread, merged, and never more than a cap."""

import logging
import threading
from collections import deque
from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QObject, Signal

from neurostudio.gui.bridge import Bridge
from neurostudio.gui.shell.log_lines import MOST_LINES, LogLine, line_of

PACKAGE = "neurostudio"


class ProgramLog(QObject):
    """Listens to Python's logging from its making until :meth:`close`, or until it is destroyed.

    Signals
    -------
    arrived : list of LogLine
    """

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = Bridge(self._deliver, self)
        self._handler = _Handler(self._bridge)
        package = logging.getLogger(PACKAGE)
        if package.level == logging.NOTSET:
            package.setLevel(logging.INFO)
        logging.getLogger().addHandler(self._handler)
        self.destroyed.connect(self._handler.close)

    def close(self) -> None:
        """Listen no more."""
        self._handler.close()

    def _deliver(self, _messages: dict[Hashable, Any]) -> None:
        lines = self._handler.take()
        if lines:
            self.arrived.emit(lines)


class _Handler(logging.Handler):
    """Keeps lines until the window's thread takes them."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(logging.INFO)
        self._bridge: Bridge | None = bridge
        self._lines: deque[LogLine] = deque(maxlen=MOST_LINES)
        self._guard = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; called in the thread that logs."""
        line = line_of(record)
        with self._guard:
            self._lines.append(line)
            if self._bridge is not None:
                self._bridge.post("lines", None)

    def take(self) -> list[LogLine]:
        """The lines that came since."""
        with self._guard:
            lines = list(self._lines)
            self._lines.clear()
        return lines

    def close(self) -> None:
        """Take no more records."""
        with self._guard:
            self._bridge = None
        logging.getLogger().removeHandler(self)
        super().close()
