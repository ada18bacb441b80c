"""What the index tells: frozen records that cross to the other rooms."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.kinds import Plot
from neurostudio.core.method import Input

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class DatasetRow:
    """One data set of a project.

    Attributes
    ----------
    name, kind : str
        Its name in the project and its kind (``core.kinds.DATA_KINDS``).
    path : Path
        Absolute on this machine; kept relative to the project where it lies inside.
    sha256 : str
        Checksum of the content.
    size, mtime_ns : int
        Bytes and modification time when the checksum was taken.
    options : dict
        How to read it (encoding, columns ...).
    report : dict
        What the import found (rows, classes, warnings ...).
    added : float
        Unix seconds.
    copied : bool
        Whether the project holds a copy of its own.
    """

    name: str
    kind: str
    path: Path
    sha256: str = ""
    size: int = 0
    mtime_ns: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    added: float = 0.0
    copied: bool = False


@dataclass(frozen=True)
class RunRow:
    """One run, as a list of runs shows it. Times are Unix seconds, None where it has not come to that.

    Attributes
    ----------
    state : str
        One of ``core.events.State``, corrected by whether the worker lived when the index was last brought up to date.
    started, ended : float or None
        Begin of the first attempt, end of the last one.
    last_event : float or None
        When the run last wrote to its record.
    checkpoint : str
        Place that its last checkpoint names; empty without one.
    """

    run_id: str
    name: str
    method: str
    state: str
    attempt: int
    seed: int
    batch: str
    where: str
    serve: bool
    created: float
    started: float | None
    ended: float | None
    last_event: float | None
    phase: str
    progress_done: float | None
    progress_total: float | None
    progress_unit: str
    checkpoint: str
    tags: tuple[str, ...]
    notes: str
    trashed: bool

    @property
    def seconds(self) -> float | None:
        """Time from its first start to its end, or to its last sign of life; None where it never started."""
        last = self.ended if self.ended is not None else self.last_event
        return None if self.started is None or last is None else max(0.0, last - self.started)


@dataclass(frozen=True)
class ArtifactRow:
    """One output of a run; `path` is absolute."""

    name: str
    kind: str
    path: Path
    title: str
    size: int
    sha256: str
    plot: Plot | None
    seq: int


@dataclass(frozen=True)
class RunError:
    """Why a run failed."""

    what: str
    why: str
    fix: str
    traceback: str


@dataclass(frozen=True)
class RunDetail:
    """All there is to know about one run, but its curves and its log.

    Attributes
    ----------
    settings, request : dict
        The settings, and the whole ``request.json`` as it stands.
    metrics : dict
        Final value of each metric, by name.
    """

    row: RunRow
    folder: Path
    settings: dict[str, Any]
    request: dict[str, Any]
    inputs: tuple[Input, ...]
    artifacts: tuple[ArtifactRow, ...]
    metrics: dict[str, float]
    error: RunError | None


@dataclass(frozen=True, eq=False)
class Curve:
    """One metric over the run: three arrays ``[point]`` in the order of writing.

    Attributes
    ----------
    steps : int64 array
        Step of each value; the position (0, 1, 2 ...) of each where the metric has no steps.
    values : float64 array
        The values, NaN and infinity among them.
    times : float64 array
        Unix seconds.
    """

    name: str
    steps: "npt.NDArray[np.int64]"
    values: "npt.NDArray[np.float64]"
    times: "npt.NDArray[np.float64]"


@dataclass(frozen=True)
class LogRow:
    """One line of a run's log."""

    seq: int
    t: float
    level: str
    message: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class ReportRow:
    """One report that was written, and the runs in it."""

    path: Path
    title: str
    created: float
    runs: tuple[str, ...]
