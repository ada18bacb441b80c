"""How fast the viewer of volumes scrubs through time, with one overlay and a live plot over time, and follows a click.

A real viewer of 1600 x 1000 pixels, drawn by software, in a fresh process: 96 x 96 x 60 voxels, 300 volumes. A volume counts as
seen once all three slices and the plot have been painted. Targets are printed, not asserted: they mean a machine of its own.
"""

import json
import os
import subprocess
import sys
import tempfile

from tests.benchmarks._measure import Row

LIMIT_S = 600
CASES = {
    "first": "open: first volume on the screen (target 1,000)",
    "scrub_p50": "another volume, with overlay and plot: median (target 50, that is 20 a second)",
    "scrub_p99": "another volume, with overlay and plot: p99",
    "click_p50": "click to plot: median (target 50)",
    "click_p99": "click to plot: p99",
}


def run() -> list[Row]:
    """Measure; returns ms."""
    with tempfile.TemporaryDirectory() as config:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "NEUROSTUDIO_CONFIG": config}
        words = [sys.executable, "-m", "tests.benchmarks._scrub"]
        answer = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    if answer.returncode != 0:
        raise RuntimeError(f"The viewer failed: {answer.stderr.strip()}")
    numbers = json.loads(answer.stdout.splitlines()[-1])
    return [Row(case, "ms", float(numbers[name]), None, "-", better="lower") for name, case in CASES.items()]
