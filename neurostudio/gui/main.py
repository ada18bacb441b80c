"""Start of the window: paint first, load then."""

import asyncio
import gc
import json
import logging
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from neurostudio.core.errors import RequestError

SWITCH_INTERVAL_S = 0.0005
TIMING = "NEUROSTUDIO_TIMING"
QUIT_WHEN_IDLE = "NEUROSTUDIO_QUIT_WHEN_IDLE"
IDLE_MS = 1500
_QT_NEEDS = ("libEGL.so.1", "libxcb-cursor.so.0", "libxkbcommon-x11.so.0")

logger = logging.getLogger(__name__)


def run(project: Path | None = None, reset_layout: bool = False) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    Raises
    ------
    RequestError
        When this machine cannot show a window, or `project` is no project.
    """
    _require_display()
    try:
        from PySide6.QtCore import Qt
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise RequestError("The window needs PySide6, which is not installed", fix="pip install 'neurostudio[gui]'") from error
    if project is not None:
        from neurostudio.app.project import require_project_folder

        project = require_project_folder(project)

    import qasync

    from neurostudio.gui.shell.start import make_window
    from neurostudio.gui.style import FlatStyle

    # background threads give the interpreter back sooner, so that the window gets its turn
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("NeuroStudio")
    application.setDesktopFileName("neurostudio")
    application.setStyle(FlatStyle())
    application.setQuitOnLastWindowClosed(False)  # the loop ends when the last tasks have ended
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    window = make_window(project, reset_layout)
    sys.excepthook = _told_to(window)
    window.warmed_up.connect(calm_the_collector)
    _measure_start(window)
    done = asyncio.Event()
    window.closed.connect(done.set)
    window.show()
    with loop:
        loop.run_until_complete(_until(done))
    return 0


async def _until(done: asyncio.Event) -> None:
    from neurostudio.gui import tasks

    await done.wait()
    await tasks.shut_down()


def calm_the_collector() -> None:
    """Take what the start made out of the garbage collector's sight: a look through it holds the window up for 70 ms."""
    gc.freeze()


def _require_display() -> None:
    """Qt ends the process where it finds no display: say it in a sentence before."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise RequestError(
            "There is no display to open the window on",
            fix="Every job runs from the command line, too: `neurostudio --help`",
        )
    import ctypes

    for library in _QT_NEEDS:
        try:
            ctypes.CDLL(library)
        except OSError:
            from neurostudio.core.system import missing_qt_packages

            packages = " ".join(missing_qt_packages()) or library
            raise RequestError(
                f"The window needs system libraries that are missing here ({packages})", fix=f"sudo apt-get install {packages}"
            ) from None


def _told_to(window: Any) -> Any:
    """A hook for errors that nobody caught: the log gets the traceback, people get a sentence."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logger.error("uncaught", exc_info=(kind, error, trace))
        if isinstance(error, Exception):
            window.on_task_error(error)

    return hook


def _measure_start(window: Any) -> None:
    """Write how long the start took, for the benchmark; does nothing unless asked to."""
    file = os.environ.get(TIMING, "")
    if not file:
        return
    import psutil
    from PySide6.QtCore import Qt, QTimer

    process = psutil.Process()
    found: dict[str, float] = {}

    def age_s() -> float:
        return time.time() - process.create_time()

    def on_painted() -> None:
        found.update(first_paint_s=age_s(), first_paint_cpu_s=time.process_time())

    def on_furnished() -> None:
        found.update(furnished_s=age_s())
        QTimer.singleShot(IDLE_MS, on_idle)

    def on_idle() -> None:
        found.update(idle_s=age_s(), cpu_s=time.process_time(), rss_mb=process.memory_info().rss / 1e6)
        Path(file).write_text(json.dumps(found), encoding="utf-8")
        if os.environ.get(QUIT_WHEN_IDLE):
            window.close()

    # queued: when the parts of the window are painted, too
    window.painted.connect(on_painted, Qt.ConnectionType.QueuedConnection)
    window.furnished.connect(on_furnished)
