"""Keeps the plot over time and the slices at one place and one volume: the series at the crosshair, held ones, and the fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from neurostudio.data.fmri.image import Image
from neurostudio.gui.views.timeline.series import EventSpan, Series, WordSpan
from neurostudio.gui.views.timeline.timeline import Timeline
from neurostudio.gui.views.volume.viewer import VolumeViewer
from neurostudio.report.wording import number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.data.fmri.events import Events
    from neurostudio.data.fmri.words import TimedWords

MOST_PINS = 5
FIT_TINT = 1
_FIRST_PIN_TINT = 2

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Pin:
    """A place whose series is held."""

    mm: Point
    tint: int


class TimeLink(QObject):
    """One series image, seen through a viewer and a plot.

    Attributes
    ----------
    image : Image, optional
        Whose series is drawn; None draws nothing.
    pins : tuple of Pin
        Places that are held.
    """

    def __init__(self, viewer: VolumeViewer, timeline: Timeline) -> None:
        super().__init__(viewer)
        self.viewer = viewer
        self.timeline = timeline
        self.image: Image | None = None
        self.fit: Image | None = None
        self.fit_name = ""
        self.pins: tuple[Pin, ...] = ()
        self._events: tuple[EventSpan, ...] = ()
        self._words: tuple[WordSpan, ...] = ()
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self.on_turn)
        viewer.cursor.moved.connect(self.on_moved)
        viewer.cursor.time_moved.connect(timeline.set_time)
        viewer.volumes_read.connect(self.on_volumes)
        timeline.time_wanted.connect(viewer.cursor.go_to)
        timeline.plot.pin_wanted.connect(self.on_pin)
        timeline.plot.unpin_wanted.connect(self.on_unpin)
        timeline.plot.pin_removed.connect(self.on_pin_removed)

    def show_image(
        self,
        image: Image | None,
        tr_s: float | None,
        events: "Events | None" = None,
        words: "TimedWords | None" = None,
        traces: "Mapping[str, NDArray[Any]] | None" = None,
    ) -> None:
        """Draw the series of another image, with what happened meanwhile."""
        self.image = image if image is not None and image.n_volumes > 1 else None
        self.fit, self.fit_name = None, ""
        self.pins = ()
        self.timeline.setVisible(self.image is not None)
        if self.image is None:
            return
        plot = self.timeline.plot
        self.timeline.show_length(self.image.n_volumes, tr_s)
        self._events = event_spans(events) if tr_s is not None else ()
        self._words = word_spans(words) if tr_s is not None else ()
        plot.show_events(self._events)
        plot.show_words(self._words)
        plot.show_confounds(traces or {})
        self.timeline.set_time(min(self.viewer.cursor.time, self.image.n_volumes - 1))
        self.timeline.set_loaded(self.image.n_loaded)
        self.on_turn()

    @property
    def n_panels(self) -> int:
        """Panels under the series: conditions share one for each two, then traces and words."""
        plot = self.timeline.plot
        kinds = len({span.name for span in self._events})
        has_traces = any(action.isChecked() for action in plot.traces.menu().actions())
        return min(-(-kinds // 2), 3) + int(has_traces) + int(bool(self._words))

    def show_fit(self, image: Image | None, name: str = "fit") -> None:
        """Draw what a model gave for the series beside it; it must have as many volumes."""
        fits = image is not None and self.image is not None and image.n_volumes == self.image.n_volumes
        self.fit, self.fit_name = (image, name) if fits else (None, "")
        self._turn.start()

    def state(self) -> dict[str, Any]:
        """Held places and how the series are scaled."""
        plot = self.timeline.plot
        return {"pins": [list(pin.mm) for pin in self.pins], "mode": plot.mode.currentIndex(), "what": plot.what.currentIndex()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take them up again; what cannot be read is left."""
        pins = state.get("pins", [])
        places = [one for one in pins if isinstance(one, list) and len(one) == 3] if isinstance(pins, list) else []
        self.pins = tuple(
            Pin((float(x), float(y), float(z)), _FIRST_PIN_TINT + at) for at, (x, y, z) in enumerate(places[:MOST_PINS])
        )
        for box, key in ((self.timeline.plot.mode, "mode"), (self.timeline.plot.what, "what")):
            at = state.get(key)
            if isinstance(at, int) and 0 <= at < box.count():
                box.setCurrentIndex(at)
        self._turn.start()

    # --- slots

    @Slot(object)
    def on_moved(self, _mm: Point) -> None:
        """The crosshair is elsewhere: the plot follows once the slices do."""
        self._turn.start()

    @Slot(object)
    def on_volumes(self, image: Image) -> None:
        """More volumes are there."""
        if image is self.image:
            self.timeline.set_loaded(image.n_loaded)
            self._turn.start()
        elif image is self.fit:
            self._turn.start()

    @Slot()
    def on_pin(self) -> None:
        """Hold the series at the crosshair; the oldest goes where there are too many."""
        mm = self.viewer.cursor.mm
        if any(pin.mm == mm for pin in self.pins):
            return
        kept = self.pins[-(MOST_PINS - 1) :] if len(self.pins) >= MOST_PINS else self.pins
        tint = next(tint for tint in range(_FIRST_PIN_TINT, 99) if all(pin.tint != tint for pin in kept))
        self.pins = (*kept, Pin(mm, tint))
        self._turn.start()

    @Slot(int)
    def on_pin_removed(self, number: int) -> None:
        """Let one go."""
        self.pins = tuple(pin for at, pin in enumerate(self.pins) if at != number)
        self._turn.start()

    @Slot()
    def on_unpin(self) -> None:
        """Let all go."""
        self.pins = ()
        self._turn.start()

    @Slot()
    def on_turn(self) -> None:
        """Draw the series of this place, once for however many moves came."""
        if self.image is None:
            return
        shown = [Series(f"held {self._name(pin.mm)}", self._values(self.image, pin.mm), pin.tint, "pinned") for pin in self.pins]
        here = self.viewer.cursor.mm
        shown.append(Series(self._name(here), self._values(self.image, here), 0, "cursor"))
        if self.fit is not None:
            shown.append(Series(self.fit_name, self._values(self.fit, here), FIT_TINT, "fit"))
        self.timeline.plot.show_series(tuple(shown))

    # --- inside

    def _values(self, image: Image, mm: Point) -> "NDArray[np.float32]":
        voxel = image.grid.nearest(mm)
        return np.full(image.n_volumes, np.nan, np.float32) if voxel is None else image.series(voxel)

    def _name(self, mm: Point) -> str:
        if self.image is not None and not self.image.header.has_orientation:
            voxel = self.image.grid.nearest(mm)
            return f"voxel {' '.join(map(str, voxel))}" if voxel else "outside"
        return f"{', '.join(number_text(round(value, 1)) for value in mm)} mm"


def event_spans(events: "Events | None") -> tuple[EventSpan, ...]:
    """Events as bars under the time axis."""
    if events is None:
        return ()
    found = zip(events.onset_s.tolist(), events.duration_s.tolist(), map(str, events.trial_type), strict=True)
    return tuple(EventSpan(onset, duration, name) for onset, duration, name in found if np.isfinite(onset))


def word_spans(words: "TimedWords | None") -> tuple[WordSpan, ...]:
    """Words under the time axis; those without times are left out."""
    if words is None:
        return ()
    timed = words.timed()
    found = zip(timed.onset_s.tolist(), timed.offset_s.tolist(), timed.text, strict=True)
    return tuple(WordSpan(onset, offset, text) for onset, offset, text in found)
