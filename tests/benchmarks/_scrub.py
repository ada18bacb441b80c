"""The viewer of volumes at work on 96 x 96 x 60 voxels and 300 volumes: ``python -m tests.benchmarks._scrub``.

Prints a JSON object: ms from the wish for another volume, or from a click, until everything that shows it has been painted.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import qasync
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from neurostudio.gui import tasks
from neurostudio.gui.main import SWITCH_INTERVAL_S
from neurostudio.gui.style import FlatStyle
from neurostudio.gui.views.timeline.time_plot import Series, TimePlot
from neurostudio.gui.views.volume.viewer import VolumeViewer

SHAPE, N_VOLUMES, TR_S = (96, 96, 60), 300, 2.0
N_CLICKS = 60
LONGEST_S = 60.0


class Paints(QObject):
    """Counts the paintings of some widgets."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.seen: set[QObject] = set()
        self._widgets = widgets
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note a painting."""
        if event.type() == QEvent.Type.Paint:
            self.seen.add(watched)
        return False

    def wait(self, act: Callable[[], object]) -> float:
        """Do something; returns ms until all the widgets have been painted since."""
        QApplication.processEvents()
        self.seen.clear()
        start = time.perf_counter()
        act()
        while len(self.seen) < len(self._widgets):
            QApplication.processEvents()
            if time.perf_counter() - start > LONGEST_S:
                raise TimeoutError("The viewer does not paint")
        return 1000 * (time.perf_counter() - start)


def write_images(folder: Path) -> tuple[Path, Path]:
    """A run and a map on its grid."""
    import nibabel as nib

    chance = np.random.default_rng(0)
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    base = chance.integers(200, 1000, SHAPE).astype(np.int16)
    bold = np.empty((*SHAPE, N_VOLUMES), np.int16, order="F")
    for t in range(N_VOLUMES):
        bold[..., t] = base + np.int16(t % 50)
    run = nib.Nifti1Image(bold, affine)
    run.header.set_zooms((2.0, 2.0, 2.0, TR_S))
    run.header.set_xyzt_units("mm", "sec")
    nib.save(run, folder / "bold.nii")
    nib.save(nib.Nifti1Image(chance.normal(0, 2, SHAPE).astype(np.float32), affine), folder / "zmap.nii.gz")
    return folder / "bold.nii", folder / "zmap.nii.gz"


async def measure(folder: Path) -> dict[str, float]:
    """Scrub through all volumes, then click around."""
    run, overlay = await tasks.in_background(write_images, folder)
    viewer, plot = VolumeViewer(), TimePlot()
    plot.set_tr(TR_S)
    viewer.set_timeline(plot)
    viewer.resize(1600, 1000)
    viewer.show()
    start = time.perf_counter()
    bold = await viewer.open_layer(run)
    first_ms = 1000 * (time.perf_counter() - start)
    await viewer.open_layer(overlay, threshold=2.0)
    while bold.image.n_loaded < N_VOLUMES:
        await asyncio.sleep(0.05)

    def show_series(mm: Any) -> None:
        voxel = bold.image.grid.nearest(mm)
        if voxel is not None:
            plot.show_series((Series("bold", bold.image.series(voxel), 0, "cursor"),))

    viewer.cursor.moved.connect(show_series)
    viewer.cursor.time_moved.connect(plot.set_time)
    show_series(viewer.cursor.mm)
    await asyncio.sleep(1.0)
    paints = Paints(*viewer.slices.views.values(), plot.canvas.graphics.viewport())
    scrubs = [paints.wait(lambda t=t: viewer.cursor.go_to(t)) for t in range(1, N_VOLUMES)]
    view = viewer.slices.views["axial"]
    chance = np.random.default_rng(1)
    clicks = []
    for _ in range(N_CLICKS):
        index = chance.integers(0, SHAPE)
        place = view.to_screen(*viewer.scene.place("axial", viewer.scene.voxel_mm(tuple(int(at) for at in index)))).toPoint()
        clicks.append(paints.wait(lambda place=place: QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)))
    viewer.close()
    return {
        "first": first_ms,
        "scrub_p50": float(np.median(scrubs)),
        "scrub_p99": float(np.percentile(scrubs, 99)),
        "click_p50": float(np.median(clicks)),
        "click_p99": float(np.percentile(clicks, 99)),
    }


def main() -> None:
    """Run it the way the program runs: its style, its loop, its threads."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    application = QApplication([])
    application.setStyle(FlatStyle())
    application.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)

    async def work() -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            numbers = await measure(Path(folder))
        await tasks.shut_down()
        return numbers

    with loop:
        print(json.dumps(loop.run_until_complete(work())))


if __name__ == "__main__":
    main()
