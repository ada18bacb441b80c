"""Pictures and when they were shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events, read_events
from neurostudio.data.readers.images import PictureFolder
from neurostudio.methods.fmri.features.gabor import GaborPyramid, grey_square
from neurostudio.methods.fmri.features.resample import shown_in_volume
from neurostudio.methods.fmri.features.spaces import RunClock, check_overlap
from neurostudio.methods.fmri.features.vision import VisionModel
from neurostudio.methods.fmri.specs.encode import PictureSettings

FILE_COLUMNS = ("file", "stim_file", "image", "picture", "filename", "stimulus", "path")
SHOWN = "shown"
"""Name of the column that says for which share of a volume any picture was on."""

Tick = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Presentation:
    """The pictures of one run on its clock.

    Attributes
    ----------
    names : tuple of str
        Picture at each showing, as the folder calls it.
    onset_s, duration_s : ndarray, shape (n_shown,)
        Seconds from the first stored volume.
    path : Path
    notes : tuple of str
        What was odd, for the log.
    """

    names: tuple[str, ...]
    onset_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    path: Path
    notes: tuple[str, ...] = ()


def has_pictures(events: Events | None) -> bool:
    """Whether events name the picture that was shown."""
    return events is not None and _file_column(events) is not None


def presentation_of_run(events: Events | Path, clock: RunClock, folder: PictureFolder) -> Presentation:
    """Put the pictures of a run on its clock; rows without a picture are left out, those past the end too and counted.

    Raises
    ------
    RequestError
        No column names the pictures, one is not in the folder, or there is no common time.
    """
    events = read_events(events) if isinstance(events, Path) else events
    path = events.path or folder.path
    column = _file_column(events)
    if column is None:
        raise RequestError(
            f"{path} does not say which pictures were shown",
            f"Its columns are: onset, duration, {', '.join(events.extra)}",
            "Add a column 'file' with their names in the folder",
        )
    onset_s = events.onset_s + clock.begins_s
    wanted = [name.strip() for name in events.extra[column]]
    rows = [row for row, name in enumerate(wanted) if name.lower() not in ("", "n/a")]
    inside = [row for row in rows if onset_s[row] < clock.length_s]
    if not rows:
        raise RequestError(f"{path} names no picture in its column '{column}'", fix="Give the table of the pictures shown")
    check_overlap(str(path), clock, float(onset_s[rows].min()), float((onset_s + events.duration_s)[rows].max() + clock.tr_s))
    found = {name: folder.find(name) for name in dict.fromkeys(wanted[row] for row in inside)}
    missing = [name for name, place in found.items() if place is None]
    if missing:
        raise RequestError(
            f"{len(missing)} of {len(found)} pictures in {path} are not in {folder.path}, such as {missing[0]}",
            "No file, or more than one, has that name",
            "Write the path below the folder, or add the pictures",
        )
    late = len(rows) - len(inside)
    notes = (f"{path.name}: {late} of {len(rows)} pictures come after the end of the run {clock.name}",) if late else ()
    return Presentation(tuple(str(found[wanted[row]]) for row in inside), onset_s[inside], events.duration_s[inside], path, notes)


def picture_features(
    folder: PictureFolder, names: Sequence[str], settings: PictureSettings, model: VisionModel | None, tick: Tick | None = None
) -> tuple[dict[str, NDArray[np.float32]], tuple[str, ...]]:
    """Features of each picture, computed once, and the names of the features.

    Parameters
    ----------
    names : sequence of str
        Pictures, each once.
    model : VisionModel, optional
        None: Gabor energies.
    tick : function, optional
        Called with (done, total) pictures; may raise to stop.
    """
    found: dict[str, NDArray[np.float32]] = {}
    if model is None:
        pyramid = GaborPyramid(settings.size, settings.scales, settings.orientations)
        for done, name in enumerate(names, 1):
            found[name] = pyramid.energy(grey_square(folder.picture(name), settings.size))
            if tick is not None:
                tick(done, len(names))
        return found, pyramid.names
    place = model.layer(settings.layer)
    for start in range(0, len(names), settings.batch):
        part = names[start : start + settings.batch]
        states = model.states([folder.picture(name) for name in part], place)
        found |= dict(zip(part, states, strict=True))
        if tick is not None:
            tick(start + len(part), len(names))
    width = len(next(iter(found.values()), np.zeros(0)))
    return found, tuple(f"unit-{unit + 1}" for unit in range(width))


def pictures_on_volumes(features: dict[str, NDArray[np.float32]], shown: Presentation, clock: RunClock) -> NDArray[np.float32]:
    """Features of the pictures on the volumes of a run, and behind them the share of the volume that any was on.

    That last column lets a linear model tell pictures apart and pictures from blank separately.
    """
    values = np.stack([np.append(features[name], np.float32(1)) for name in shown.names])
    return shown_in_volume(values, shown.onset_s, shown.duration_s, clock.n_volumes, clock.tr_s)


def _file_column(events: Events) -> str | None:
    return next((name for wanted in FILE_COLUMNS for name in events.extra if name.lower() == wanted), None)
