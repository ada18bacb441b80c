"""One run that is looked at: its image with everything that belongs to it. Read in a thread; no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.confounds import MOTION
from neurostudio.gui.panels.fmri.presenter import FileLine, file_lines, header_facts, matrix_lines
from neurostudio.gui.panels.fmri.questions import ORIENTATION_UNKNOWN, Question, questions_of
from neurostudio.gui.views.timeline.traces import FRAMEWISE, MOTION_NAMES
from neurostudio.report.wording import value_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from neurostudio.data.fmri.confounds import Confounds
    from neurostudio.data.fmri.events import Events
    from neurostudio.data.fmri.image import Image
    from neurostudio.data.fmri.runs import RunFiles
    from neurostudio.data.fmri.words import TimedWords
    from neurostudio.data.import_report import Problem

SIDECAR_KEYS = 30
STIMULI = "stimuli"
_MOTION_COLUMNS = frozenset({*MOTION, "framewise_displacement"})


@dataclass(frozen=True, eq=False)
class OpenRun:
    """An image whose header was read, and its companions; no voxel is read yet.

    Attributes
    ----------
    key, title : str
        The leaf that it was opened from.
    tr_s : float, optional
        Seconds; None where it is not known, so that time is counted in volumes.
    troubles : tuple of NeuroError
        Companions that could not be read: the image is shown without them.
    """

    key: str
    image: "Image"
    title: str = ""
    run: "RunFiles | None" = None
    tr_s: float | None = None
    events: "Events | None" = None
    confounds: "Confounds | None" = None
    words: "TimedWords | None" = None
    questions: tuple[Question, ...] = ()
    troubles: tuple[NeuroError, ...] = ()

    @property
    def path(self) -> Path:
        """The file of the image."""
        return self.image.path

    @property
    def standing_note(self) -> str:
        """What people have to know for as long as they look."""
        return "" if self.image.header.has_orientation else ORIENTATION_UNKNOWN

    def files(self) -> tuple[FileLine, ...]:
        """What belongs to it."""
        return file_lines(self.run) if self.run is not None else ()

    def facts(self) -> list[tuple[str, str]]:
        """The header in words."""
        return header_facts(self.image.header, self.tr_s, self.run.tr_source if self.run is not None else "")

    def notes(self) -> tuple[str, ...]:
        """Remarks about the header and about companions that could not be read."""
        return (*self.image.header.notes, *(str(error) for error in self.troubles))

    def matrix(self) -> tuple[str, ...]:
        """The affine that is used."""
        return matrix_lines(self.image.grid.affine)

    def sidecar(self) -> list[tuple[str, str]]:
        """What the JSON files say, the first :data:`SIDECAR_KEYS` entries."""
        if self.run is None:
            return []
        return [(key, value_text(value)[:200]) for key, value in list(self.run.sidecar.items())[:SIDECAR_KEYS]]

    def event_problems(self) -> tuple["Problem", ...]:
        """What is odd about the events, beside the length of this run, too."""
        if self.events is None:
            return ()
        beside = self.events.beside_run(self.image.n_volumes * self.tr_s) if self.tr_s else ()
        return tuple(dict.fromkeys((*self.events.problems, *beside)))

    def traces(self) -> dict[str, "NDArray[np.float64]"]:
        """Framewise displacement (mm), motion (shifts in mm, rotations in degrees), then the other columns of the confounds."""
        if self.confounds is None:
            return {}
        displacement, motion = self.confounds.fd(), self.confounds.motion
        traces = {} if displacement is None else {FRAMEWISE: np.asarray(displacement, dtype=np.float64)}
        if motion is not None:
            shown = np.concatenate([motion[:, :3], np.degrees(motion[:, 3:])], 1)
            traces |= {name: shown[:, place] for place, name in enumerate(MOTION_NAMES)}
        others = {name: values for name, values in self.confounds.columns.items() if name not in _MOTION_COLUMNS}
        return {name: values for name, values in (traces | others).items() if len(values) == self.image.n_volumes}


def words_of(run: "RunFiles", root: Path) -> Path | None:
    """Timed words of a run, where the folder of stimuli of its data set has a file of that name."""
    entities = "_".join(f"{key}-{run.entities[key]}" for key in ("sub", "ses", "task", "run") if key in run.entities)
    folder = root / STIMULI
    found = (folder / f"{entities}_words{ending}" for ending in (".tsv", ".csv", ".TextGrid"))
    return next((path for path in found if entities and path.is_file()), None)


def read_timed_words(path: Path) -> "TimedWords":
    """Timed words of a file; NeuroError where it holds none."""
    from neurostudio.data.fmri.words import read_words

    return read_words(path)


def open_run(
    key: str, path: Path, run: "RunFiles | None", options: Mapping[str, Any], words: Path | None = None, title: str = ""
) -> OpenRun:
    """Read the header of an image and the tables beside it.

    Parameters
    ----------
    options : mapping
        Of the data set: ``tr_s``, ``orientation``.
    words : Path, optional
        Timed words that somebody added.

    Raises
    ------
    NeuroError
        When the image itself cannot be read. Tables that cannot be read become `troubles`.
    """
    from neurostudio.data.fmri.confounds import read_confounds
    from neurostudio.data.fmri.events import read_events
    from neurostudio.data.fmri.header import read_header
    from neurostudio.data.fmri.image import open_image

    orientation = options.get("orientation") or ("sform" if read_header(path).needs_orientation else None)
    image = open_image(path, orientation=orientation)
    tr_s = run.tr_s if run is not None else float(options["tr_s"]) if options.get("tr_s") else image.header.tr_s
    if image.n_volumes < 2:
        tr_s = None
    troubles: list[NeuroError] = []

    def read(function: Any, file: Path | None) -> Any:
        if file is None:
            return None
        try:
            return function(file)
        except NeuroError as error:
            troubles.append(error)
            return None

    return OpenRun(
        key=key,
        image=image,
        title=title,
        run=run,
        tr_s=tr_s,
        events=read(read_events, run.events if run is not None else None),
        confounds=read(read_confounds, run.confounds if run is not None else None),
        words=read(read_timed_words, words),
        questions=questions_of(image.header, run, options),
        troubles=tuple(troubles),
    )
