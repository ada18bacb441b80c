"""A small run as a real file, and what is done with the mouse on plots over time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.panel import Panel
from neurostudio.gui.views.plot import Canvas

SHAPE = (9, 8, 7)
AFFINE = np.array([[-4.0, 0, 0, 16], [0, 4.0, 0, -14], [0, 0, 5.0, -15], [0, 0, 0, 1]])
N_TIME = 40

OpenArray = Callable[..., Image]


@pytest.fixture
def open_array(tmp_path: Path) -> Iterator[OpenArray]:
    """Write an array as NIfTI, open it and read it; closed after the test."""
    images: list[Image] = []

    def make(data: NDArray[Any], *, name: str = "bold.nii", affine: NDArray[np.float64] = AFFINE) -> Image:
        path = tmp_path / name
        nib.save(nib.Nifti1Image(data, affine), path)
        image = open_image(path)
        image.load()
        images.append(image)
        return image

    yield make
    for image in images:
        image.close()


def brain_like(n_time: int = N_TIME, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """A bright block that flickers within a dark surround, and where the block is."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(SHAPE, bool)
    mask[1:-1, 1:-1, 1:-1] = True
    data = np.where(mask[..., None], 800.0, 10.0) + rng.normal(size=(*SHAPE, n_time)) * np.where(mask[..., None], 8.0, 1.0)
    return data.astype(np.float32), mask


def settle() -> None:
    """Let the layout come to rest."""
    for _ in range(5):
        QApplication.processEvents()


def place(canvas: Canvas, panel: Panel, x: float, y: float | None = None) -> QPoint:
    """Where a place of a panel lies on the screen; the middle of its height unless y is given."""
    low, high = panel.view.viewRange()[1]
    scene = panel.view.mapViewToScene(QPointF(x, (low + high) / 2 if y is None else y))
    return canvas.graphics.mapFromScene(scene)


def drag(qtbot: Any, canvas: Canvas, start: QPoint, end: QPoint, modifier: Qt.KeyboardModifier) -> None:
    """Drag from one place to another with the left button."""
    viewport = canvas.graphics.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, modifier, start)
    for step in range(1, 9):
        at = start + (end - start) * step / 8
        qtbot.mouseMove(viewport, at)
        QApplication.processEvents()
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, modifier, end)
    settle()


def wheel(canvas: Canvas, at: QPoint, delta: int) -> None:
    """Turn the wheel over a place."""
    viewport = canvas.graphics.viewport()
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    settle()
