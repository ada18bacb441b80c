"""Images that are read while people already look at them: a thread each, stopped when their viewer goes.

They have threads of their own: reading a long run takes a while, and the threads of the window must stay free for the rest.
"""

import asyncio
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui import tasks

LOOK_EVERY_MS = 60  # at how many volumes are there
FIRST_EVERY_S = 0.01


class Reading:
    """One image that is being read; plain Python, so that it may begin before there is a viewer."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.error: Exception | None = None
        self.n_told = 0
        self.is_shown = False
        self._stop = threading.Event()
        self._over = threading.Event()

    def start(self) -> "Reading":
        """Begin to read."""
        threading.Thread(target=self._run, name=f"reader of {self.image.path.name}", daemon=True).start()
        return self

    def stop(self) -> None:
        """Read no further; what had been read is freed."""
        self._stop.set()

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end, or was stopped, or has failed."""
        return self._over.is_set()

    @property
    def has_first(self) -> bool:
        """Whether the first volume can be shown, or never will be."""
        return self.image.n_loaded > 0 or self.is_over

    def wait_for_first(self) -> None:
        """Block until the first volume is there; for threads. Raises what went wrong before it."""
        while not self.has_first:
            self._over.wait(FIRST_EVERY_S)
        self.taken()

    def taken(self) -> None:
        """Its first volume is shown from here on; raises what went wrong before it."""
        if self.error is not None:
            raise self.error
        self.is_shown = True

    def _run(self) -> None:
        try:
            self.image.load(should_stop=self._stop.is_set)
        except Cancelled:
            self._stop.set()
        except Exception as error:  # noqa: BLE001 - raised again in the thread of whoever waits for it
            self.error = error
        finally:
            self._over.set()


class Loading(QObject):
    """The images of a viewer that are being read.

    Signals
    -------
    progressed : Image
        More of its volumes are there; ``image.n_loaded`` says how many.
    finished : Image
        All of it is there.
    failed : Image, Exception
        It is damaged, which came out after its first volume was shown.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._readings: list[Reading] = []
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.on_look)
        readings = self._readings
        self.destroyed.connect(lambda: _stop(readings))

    async def open(self, path: Path, orientation: str | None = None) -> Image:
        """Open an image and begin to read it; returns once its first volume is there.

        Raises
        ------
        NeuroError
            When it is no image, or is damaged before its first volume.
        """
        image = await tasks.in_background(_opened, path, orientation)
        await self.read(image)
        return image

    async def read(self, image: Image) -> None:
        """Begin to read an image that is open; returns once its first volume is there."""
        if image.n_loaded >= image.n_volumes:
            return
        reading = next((one for one in self._readings if one.image is image), None)
        if reading is None:
            reading = Reading(image).start()
            self.adopt(reading)
        while not reading.has_first:
            await asyncio.sleep(FIRST_EVERY_S)
        reading.taken()

    def adopt(self, reading: Reading) -> None:
        """Look after a reading that has begun."""
        self._readings.append(reading)
        self._timer.start()

    def is_reading(self, image: Image) -> bool:
        """Whether an image is still being read."""
        return any(one.image is image and not one.is_over for one in self._readings)

    def stop(self) -> None:
        """Read none of them any further."""
        _stop(self._readings)

    @Slot()
    def on_look(self) -> None:
        """Look at how far each has come."""
        for reading in list(self._readings):
            is_over, n_loaded = reading.is_over, reading.image.n_loaded
            if is_over:
                self._readings.remove(reading)
            if reading.error is not None:
                if reading.is_shown:  # else whoever waits for its first volume is told
                    self.failed.emit(reading.image, reading.error)
                continue
            if n_loaded != reading.n_told:
                reading.n_told = n_loaded
                self.progressed.emit(reading.image)
            if is_over and n_loaded >= reading.image.n_volumes:
                self.finished.emit(reading.image)
        if not self._readings:
            self._timer.stop()


def reading_of(path: Path, orientation: str | None = None) -> Reading:
    """Open an image and begin to read it; returns, in a thread, once its first volume is there.

    Raises
    ------
    NeuroError
        When it is no image, or is damaged before its first volume.
    """
    reading = Reading(_opened(path, orientation)).start()
    reading.wait_for_first()
    return reading


def _opened(path: Path, orientation: str | None) -> Image:
    try:
        return open_image(path, orientation=orientation)
    except OSError as error:
        reason = error.strerror or str(error)
        raise NeuroError(f"{path.name} cannot be read", reason, "Restore it from a copy, or look at its folder") from error


def _stop(readings: list[Reading]) -> None:
    for reading in readings:
        reading.stop()
