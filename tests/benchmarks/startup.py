"""Time until the window is painted, and its memory at rest, beside a bare window with an empty plot.

Both are fresh processes, taken in turn; both count from the start of the process until the first frame stands, by the clock
and by the processor. Target: at most 1.5 times the bare window (a ratio of at least 0.67), at most 200 MB at rest.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks._measure import Row

REPEATS = 7
TARGET_TIMES = 1.5
TARGET_MB = 200
PEER = "bare PySide6 + pyqtgraph window"

BARE = """
import json, os, time
import pyqtgraph
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

found = {}

class Plot(pyqtgraph.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        if not found:
            import psutil
            found["first_paint_s"] = time.time() - psutil.Process().create_time()
            found["first_paint_cpu_s"] = time.process_time()
            QTimer.singleShot(1500, on_idle)

def on_idle():
    import psutil
    found["rss_mb"] = psutil.Process().memory_info().rss / 1e6
    with open(os.environ["NEUROSTUDIO_TIMING"], "w") as stream:
        json.dump(found, stream)
    application.quit()

application = QApplication([])
window = QMainWindow()
window.setCentralWidget(Plot())
window.resize(1600, 1000)
window.show()
application.exec()
"""


def run() -> list[Row]:
    """Measure; returns medians."""
    commands = {"ours": ["-m", "neurostudio"], "peer": ["-c", BARE]}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as scratch:
        for turn in range(REPEATS + 1):
            for name, words in commands.items():
                taken = _start(words, Path(scratch))
                if turn:  # the first of each only warms the disk
                    found[name].append(taken)
    rows = []
    for case, unit, key in (
        (f"first painted window (target: ratio at least {1 / TARGET_TIMES:.2f})", "s", "first_paint_s"),
        ("first painted window", "CPU s", "first_paint_cpu_s"),
        (f"memory at rest (target: at most {TARGET_MB} MB)", "MB", "rss_mb"),
    ):
        middle = {name: statistics.median(one[key] for one in taken) for name, taken in found.items()}
        rows.append(Row(case, unit, middle["ours"], middle["peer"], PEER, better="lower"))
    furnished = statistics.median(one["furnished_s"] for one in found["ours"])
    return [*rows, Row("every dock and command there", "s", furnished, None, "-", better="lower")]


def _start(words: list[str], scratch: Path) -> dict[str, float]:
    """Start a window in a fresh process, wait until it has come to rest and closed itself, and return what it measured."""
    timing = scratch / "timing.json"
    timing.unlink(missing_ok=True)
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "NEUROSTUDIO_CONFIG": str(scratch / "config"),
        "NEUROSTUDIO_TIMING": str(timing),
        "NEUROSTUDIO_QUIT_WHEN_IDLE": "1",
    }
    answer = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False, timeout=120)
    if not timing.exists():
        raise RuntimeError(f"The window did not come to rest: {answer.stderr.strip()}")
    return dict(json.loads(timing.read_text(encoding="utf-8")))
