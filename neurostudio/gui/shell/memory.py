"""What the window remembers: its look for this user, and what was open in each project. Written while one works, so that a
crash loses little; what cannot be read is left out.
"""

import json
import logging
import os
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import write_json

VERSION = 1
DELAY_MS = 700

logger = logging.getLogger(__name__)


def window_file() -> Path:
    """Where the look of the window is kept."""
    folder = os.environ.get("NEUROSTUDIO_CONFIG")
    return (Path(folder) if folder else platformdirs.user_state_path("neurostudio")) / "window.json"


def read_window() -> dict[str, Any]:
    """The look of the window as it was kept; empty where there is none that this version reads."""
    try:
        document = json.loads(window_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) and document.get("version") == VERSION else {}


def write_window(look: dict[str, Any]) -> None:
    """Keep the look of the window; where it cannot be written, it is lost and nothing else."""
    try:
        window_file().parent.mkdir(parents=True, exist_ok=True)
        write_json(window_file(), {"version": VERSION, **look})
    except (OSError, NeuroError) as error:
        logger.warning("the look of the window was not kept file=%s error=%s", window_file(), error)


class Saver(QObject):
    """Tells when to save: a moment after the last of several changes.

    Signals
    -------
    due : now
    """

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self.due)

    @Slot()
    def touch(self) -> None:
        """Something changed."""
        self._timer.start()

    def stop(self) -> None:
        """Forget it."""
        self._timer.stop()
