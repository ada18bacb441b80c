"""Small images of the brain as real files, and a viewer that shows them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.volume.layers import Layer, make_layer
from neurostudio.gui.views.volume.slice_view import SliceView
from neurostudio.gui.views.volume.viewer import VolumeViewer

MakeFile = Callable[..., Path]
MakeLayer = Callable[..., Layer]

ISOTROPIC = np.array([[3.0, 0, 0, -12], [0, 3.0, 0, -15], [0, 0, 3.0, -9], [0, 0, 0, 1]])


def write_image(
    path: Path, data: NDArray[Any], affine: NDArray[np.float64] = ISOTROPIC, *, codes: int = 1, tr_s: float = 2.0
) -> Path:
    """Write an array as NIfTI; `codes` 0 leaves the orientation out."""
    made = nib.Nifti1Image(data, affine)
    made.set_sform(affine, codes)
    made.set_qform(affine if codes else None, codes)
    if data.ndim == 4:
        made.header.set_zooms((*made.header.get_zooms()[:3], tr_s))
        made.header.set_xyzt_units("mm", "sec")
    nib.save(made, path)
    return path


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Write an array as a NIfTI file in the folder of the test."""

    def make(name: str, data: NDArray[Any], affine: NDArray[np.float64] = ISOTROPIC, **options: Any) -> Path:
        return write_image(tmp_path / name, data, affine, **options)

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Image]]:
    """Open and load an image; it is closed after the test."""
    images = []

    def load(path: Path) -> Image:
        image = open_image(path)
        image.load()
        images.append(image)
        return image

    yield load
    for image in images:
        image.close()


@pytest.fixture
def make_made(make_file: MakeFile, opened: Callable[[Path], Image]) -> MakeLayer:
    """A layer of an array."""

    def make(name: str, data: NDArray[Any], affine: NDArray[np.float64] = ISOTROPIC, **options: Any) -> Layer:
        codes = options.pop("codes", 1)
        return make_layer(opened(make_file(f"{name}.nii.gz", data, affine, codes=codes)), name, **options)

    return make


@pytest.fixture
def viewer(qtbot: Any) -> Iterator[VolumeViewer]:
    """A viewer on the screen, without anything in it."""
    made = VolumeViewer()
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.clear()


@pytest.fixture
def shared_viewer(qtbot: Any, studio: Studio) -> VolumeViewer:
    """A viewer that shares the crosshair of a window."""
    made = VolumeViewer(studio)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def settle() -> None:
    """Let everything that was asked for be drawn."""
    for _ in range(4):
        QApplication.processEvents()


def pixel_of(view: SliceView, mm: Any) -> QPoint:
    """The pixel over the middle of a place in a slice."""
    place: QPointF = view.to_screen(*view.scene.place(view.plane, mm))
    return place.toPoint()
