"""A real window in a process of its own, doing one thing while its event loop is watched.

``python -m tests.benchmarks._window SCENARIO [ARGUMENT...]`` prints a JSON object of numbers in ms.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import qasync
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from neurostudio.gui import tasks
from neurostudio.gui.main import SWITCH_INTERVAL_S, calm_the_collector
from neurostudio.gui.shell.start import make_window
from neurostudio.gui.shell.window import MainWindow
from neurostudio.gui.style import FlatStyle
from tests.benchmarks._watch import Watch

SETTLE_S = 2.0
N_POINTS = 1_000_000
N_FRAMES = 60
N_COMPARED = 20
LONGEST_WAIT_S = 30.0

Numbers = dict[str, float]


async def bare(arguments: list[str]) -> Numbers:
    """An empty window: what the machine itself does to an event loop."""
    window = QMainWindow()
    window.resize(1600, 1000)
    window.show()
    numbers = await _watched(float(arguments[0]))
    window.close()
    return numbers


async def run_page(arguments: list[str]) -> Numbers:
    """The page of a run, with its curves."""
    seconds, project, run_id = arguments
    window = await _opened(Path(project))
    page: Any = window.open_page(f"run:{run_id}")
    page.open_section("Curves")
    await asyncio.sleep(SETTLE_S)
    numbers = await _watched(float(seconds))
    await _closed(window)
    return numbers


async def large_project(arguments: list[str]) -> Numbers:
    """Open a project of many runs, look for some of them letter by letter, and set some side by side."""
    watch, numbers = Watch(), {}
    window = await _furnished()
    watch.begin()
    window.open_project(Path(arguments[0]))
    navigator = window.furniture.navigator if window.furniture else None
    assert navigator is not None
    await _until(lambda: navigator.model.rowCount() > 0)
    await asyncio.sleep(SETTLE_S)
    numbers["open"] = watch.end()["max"]

    watch.begin()
    navigator.focus_search()
    for letter in "T16 seed3":
        QTest.keyClicks(navigator.search, letter)
        await asyncio.sleep(0.15)
    await asyncio.sleep(SETTLE_S)
    numbers["search"] = watch.end()["max"]
    navigator.search.clear()
    await asyncio.sleep(SETTLE_S)

    project = window.studio.project
    assert project is not None
    ids = [row.run_id for row in await tasks.in_background(_some_runs, project.project)]
    watch.begin()
    window.open_page(f"compare:{','.join(ids)}")
    await asyncio.sleep(2 * SETTLE_S)
    numbers["compare"] = watch.end()["max"]
    await _closed(window)
    return numbers


async def long_curve(_arguments: list[str]) -> Numbers:
    """Drag a curve of a million points through the window, zoomed out and zoomed in; ms a frame."""
    from neurostudio.gui.views.curves import CurvesView

    view = CurvesView()
    view.set_curves({"train/loss": _curve()})
    panel = view.canvas.panels[0]

    def drag(turn: int) -> None:
        panel.pan(0.01 if turn % 2 else -0.012, 0.0)

    return await _frames(view, lambda: panel.zoom(0.9), drag, view.canvas.graphics.viewport())


async def long_curve_peer(_arguments: list[str]) -> Numbers:
    """The same in a plot of pyqtgraph, with the settings that it recommends for long curves."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget()
    steps, values = _curve()
    item = plot.plot(steps, values, pen=pyqtgraph.mkPen("b", width=1))
    item.setDownsampling(auto=True, method="peak")
    item.setClipToView(True)
    view = plot.getViewBox()

    def drag(turn: int) -> None:
        low, high = view.viewRange()[0]
        view.translateBy(x=(0.01 if turn % 2 else -0.012) * (high - low), y=0)

    return await _frames(plot, lambda: view.scaleBy((0.9, 0.9)), drag, plot.viewport())


# --- steps


async def _furnished() -> MainWindow:
    window = make_window(None, reset_layout=False)
    ready = asyncio.Event()
    window.furnished.connect(ready.set)
    window.warmed_up.connect(calm_the_collector)
    window.show()
    await asyncio.wait_for(ready.wait(), LONGEST_WAIT_S)
    await asyncio.sleep(SETTLE_S)
    return window


async def _opened(project: Path) -> MainWindow:
    window = await _furnished()
    window.open_project(project)
    await _until(lambda: window.studio.project is not None)
    await asyncio.sleep(SETTLE_S)
    return window


async def _closed(window: MainWindow) -> None:
    done = asyncio.Event()
    window.closed.connect(done.set)
    window.close()
    await asyncio.wait_for(done.wait(), LONGEST_WAIT_S)


async def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the window does not come to what is waited for")
        await asyncio.sleep(0.01)


async def _watched(seconds: float) -> Numbers:
    watch = Watch()
    watch.begin()
    await asyncio.sleep(seconds)
    return watch.end()


async def _frames(widget: QWidget, zoom: Callable[[], None], drag: Callable[[int], None], surface: QWidget) -> Numbers:
    """Drag and paint, frame by frame."""
    widget.resize(1000, 700)
    widget.show()
    await asyncio.sleep(SETTLE_S)
    zoom()
    await asyncio.sleep(0.5)
    taken = []
    for turn in range(N_FRAMES):
        start = time.perf_counter()
        drag(turn)
        surface.repaint()
        taken.append(1000 * (time.perf_counter() - start))
        await asyncio.sleep(0)
    widget.close()
    p50, p99 = np.percentile(taken, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "max": max(taken)}


def _curve() -> tuple[np.ndarray, np.ndarray]:
    steps = np.arange(N_POINTS, dtype=np.float64)
    noise = np.random.default_rng(0).normal(0, 0.05, N_POINTS)
    return steps, np.exp(-steps / 3e5) + noise


def _some_runs(project: Any) -> list[Any]:
    from neurostudio.app import list_runs

    return list_runs(project)[:N_COMPARED]


SCENARIOS: dict[str, Callable[[list[str]], Coroutine[Any, Any, Numbers]]] = {
    "bare": bare,
    "run-page": run_page,
    "large-project": large_project,
    "long-curve": long_curve,
    "long-curve-peer": long_curve_peer,
}


def main(name: str, *arguments: str) -> None:
    """Run one scenario the way the program runs: its style, its loop, its threads."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    application = QApplication([])
    application.setStyle(FlatStyle())
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)

    async def work() -> Numbers:
        numbers = await SCENARIOS[name](list(arguments))
        await tasks.shut_down()
        return numbers

    with loop:
        print(json.dumps(loop.run_until_complete(work())))


if __name__ == "__main__":
    main(*sys.argv[1:])
