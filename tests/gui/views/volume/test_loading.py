"""Reading while people look: the first volume soon, the rest behind it, an end when the viewer goes."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks
from neurostudio.gui.views.volume.layers import Layer
from neurostudio.gui.views.volume.loading import Loading, Reading, reading_of
from neurostudio.gui.views.volume.viewer import VolumeViewer
from tests.gui.views.volume.conftest import write_image

RUN = np.random.default_rng(1).integers(100, 900, (9, 11, 7, 6)).astype(np.int16)
LIMIT_MS = 30_000


class Held:
    """An image whose volumes come one by one, when the test says so."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self.steps = threading.Semaphore(0)
        self.n_loaded = 0
        self.was_stopped = False
        self.ends_with: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._image, name)

    def load(self, progress: Any = None, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Read the next volume whenever the test allows it."""
        self._image.load()
        while self.n_loaded < self.n_volumes:
            if self.steps.acquire(timeout=0.01):
                if self.ends_with is not None:
                    raise self.ends_with
                self.n_loaded += 1
            if should_stop():
                self.was_stopped = True
                raise Cancelled


@pytest.fixture
def held(make_file: Any, opened: Any) -> Held:
    """An image that waits for the test."""
    return Held(opened(make_file("bold.nii.gz", RUN)))


def test_the_first_volume_is_shown_while_the_rest_is_read(viewer: VolumeViewer, held: Held, qtbot: Any) -> None:
    told: list[int] = []
    viewer.volumes_read.connect(lambda image: told.append(image.n_loaded))
    tasks.start(_shown(viewer, held), viewer)
    qtbot.wait(50)
    assert viewer.scene.layers == []
    held.steps.release()
    qtbot.waitUntil(lambda: len(viewer.scene.layers) == 1, timeout=LIMIT_MS)
    assert viewer.scene.readings()[0].text != ""
    viewer.cursor.go_to(4)
    view = viewer.slices.views["axial"]
    qtbot.waitUntil(lambda: "1 of 6" in view.waiting, timeout=LIMIT_MS)
    assert viewer.scene.readings()[0].text == "not read yet"
    held.steps.release(5)
    qtbot.waitUntil(lambda: view.waiting == "", timeout=LIMIT_MS)
    voxel = viewer.scene.voxel()
    assert voxel is not None
    assert viewer.scene.readings()[0].value == RUN[(*voxel, 4)]
    qtbot.waitUntil(lambda: bool(told) and told[-1] == 6, timeout=LIMIT_MS)


def test_a_viewer_that_goes_reads_no_further(qtbot: Any, held: Held) -> None:
    viewer = VolumeViewer()
    tasks.start(_shown(viewer, held), viewer)
    held.steps.release()
    qtbot.waitUntil(lambda: len(viewer.scene.layers) == 1, timeout=LIMIT_MS)
    viewer.deleteLater()
    qtbot.waitUntil(lambda: held.was_stopped, timeout=LIMIT_MS)


def test_an_image_that_turns_out_to_be_damaged_goes_and_it_is_said(viewer: VolumeViewer, held: Held, qtbot: Any) -> None:
    failures: list[Any] = []
    viewer.image_failed.connect(lambda image, error: failures.append(error))
    tasks.start(_shown(viewer, held), viewer)
    held.steps.release()
    qtbot.waitUntil(lambda: len(viewer.scene.layers) == 1, timeout=LIMIT_MS)
    held.ends_with = NeuroError("bold.nii.gz is damaged", "Its checksum is wrong", "Copy it again")
    held.steps.release()
    qtbot.waitUntil(lambda: bool(failures), timeout=LIMIT_MS)
    assert viewer.scene.layers == []
    assert "damaged" in viewer.readout.text()


def test_damage_before_the_first_volume_is_raised_to_whoever_waits(held: Held) -> None:
    held.ends_with = NeuroError("bold.nii.gz is damaged")
    held.steps.release()
    reading = Reading(held).start()  # type: ignore[arg-type]
    with pytest.raises(NeuroError, match="damaged"):
        reading.wait_for_first()


def test_an_image_is_read_in_a_thread_of_its_own(tmp_path: Path) -> None:
    reading = reading_of(write_image(tmp_path / "bold.nii", RUN))
    assert reading.image.n_loaded > 0
    end = time.monotonic() + 30
    while not reading.is_over and time.monotonic() < end:
        time.sleep(0.01)
    assert reading.image.n_loaded == 6
    with pytest.raises(NeuroError):
        reading_of(tmp_path / "missing.nii")


def test_two_who_ask_for_the_same_image_read_it_once(viewer: VolumeViewer, held: Held, qtbot: Any) -> None:
    loading = Loading(viewer)
    over: list[int] = []

    async def wait() -> None:
        await loading.read(held)  # type: ignore[arg-type]
        over.append(1)

    tasks.start(wait(), viewer)
    tasks.start(wait(), viewer)
    held.steps.release(6)
    qtbot.waitUntil(lambda: len(over) == 2, timeout=LIMIT_MS)
    qtbot.waitUntil(lambda: not loading.is_reading(held), timeout=LIMIT_MS)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: held.n_loaded == 6, timeout=LIMIT_MS)


async def _shown(viewer: VolumeViewer, held: Held) -> Layer:
    return await viewer.open_image(held, name="bold", kind="bold")  # type: ignore[arg-type]
