"""The thread beside the window that follows runs: it reads what they write, keeps the index in step and moves the queue on.

Plain Python without Qt: what it finds out it hands to `post` as frozen data.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from neurostudio.app import Project
from neurostudio.core.errors import NeuroError
from neurostudio.core.events import Event, EventReader
from neurostudio.core.method import Resources
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.follow import Progress, ProgressMeter
from neurostudio.jobs.launch import cancel
from neurostudio.jobs.queue import Ended, Job, Queue, Started
from neurostudio.store import read
from neurostudio.store.rows import DatasetRow, ReportRow, RunRow

TICK_S = 0.1
WHOLE_PROJECT_S = 1.0
CLOSE_S = 10.0
_TAIL_BYTES = 1 << 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobLine:
    """One line of the job list: a run that waits or works.

    Attributes
    ----------
    state : str
        ``queued``, ``running`` or ``stopping``.
    rate, left_s : float or None
        Units a second and seconds left in this phase, as far as they can be told.
    position : int
        Place in the line of waiting runs, -1 for one at work.
    """

    run_id: str
    name: str
    method: str
    state: str
    phase: str = ""
    done: float = 0.0
    total: float | None = None
    unit: str = ""
    rate: float | None = None
    left_s: float | None = None
    created: float = 0.0
    position: int = -1


@dataclass(frozen=True)
class Found:
    """What one turn of the follower found out.

    Attributes
    ----------
    runs : frozenset of str
        Runs whose rows changed.
    is_all : bool
        The index changed in a way that does not name runs, by another program perhaps: look at everything again.
    datasets, reports : bool
        Whether there are other data sets or reports than before.
    jobs : tuple of JobLine or None
        The job list, where it changed.
    ended : tuple of RunRow
        Runs that came to their end.
    troubles : tuple of NeuroError
        What people should know.
    """

    runs: frozenset[str] = frozenset()
    is_all: bool = False
    datasets: bool = False
    reports: bool = False
    jobs: tuple[JobLine, ...] | None = None
    ended: tuple[RunRow, ...] = ()
    troubles: tuple[NeuroError, ...] = ()

    def joined(self, newer: "Found") -> "Found":
        """This and what was found later, as one."""
        return Found(
            self.runs | newer.runs,
            self.is_all or newer.is_all,
            self.datasets or newer.datasets,
            self.reports or newer.reports,
            newer.jobs if newer.jobs is not None else self.jobs,
            self.ended + newer.ended,
            self.troubles + newer.troubles,
        )


class _Followed:
    """A run at work: its reader and its speed."""

    def __init__(self, folder: RunFolder, request: Request) -> None:
        self.folder = folder
        self.request = request
        size = folder.events_file.stat().st_size if folder.events_file.exists() else 0
        self.reader = EventReader(folder.events_file, max(0, size - _TAIL_BYTES))  # a torn first line is skipped
        self.meter = ProgressMeter()
        self.progress: Progress | None = None
        self.is_stopping = False

    def read(self) -> bool:
        """Take in what is new; returns whether there was anything."""
        events: list[Event] = self.reader.read()
        for event in events:
            if event["type"] == "progress":
                self.progress = self.meter.update(event)
        return bool(events)


class Follower:
    """Follows the runs of one project in a thread of its own until it is closed.

    Parameters
    ----------
    post : function
        Gets each :class:`Found`, in the follower's thread.
    at_once : int
        Most runs at the same time; 0 for as many as the machine holds.
    """

    def __init__(self, project: Project, post: Callable[[Found], None], at_once: int = 0) -> None:
        self.project = project
        self._post = post
        self._queue = Queue(at_once=at_once or None)
        self._orders: queue.SimpleQueue[Callable[[], Found | None]] = queue.SimpleQueue()
        self._to_add: dict[str, tuple[RunFolder, Request]] = {}
        self._followed: dict[str, _Followed] = {}
        self._known_states: dict[str, str] = {}
        self._has_looked = False
        self._last_jobs: tuple[JobLine, ...] = ()
        self._last_trouble = ""
        self._mark: object = None
        self._datasets: tuple[DatasetRow, ...] = ()
        self._reports: tuple[ReportRow, ...] = ()
        self._next_whole = 0.0
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; runs at work go on."""
        self._is_closing.set()
        self._orders.put(lambda: None)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    # --- orders: may be given from any thread, are carried out in the follower's

    def enqueue(self, folder: RunFolder, request: Request) -> None:
        """Put a submitted run at the end of the line."""
        self._orders.put(lambda: self._add(folder, request))

    def stop(self, run_id: str) -> None:
        """Stop a run at work, or take a waiting one out of the line."""
        self._orders.put(lambda: self._stop(run_id))

    def stop_all(self) -> None:
        """Stop every run and wait for their ends; in the thread of the caller."""
        ids = [line.run_id for line in self._last_jobs]
        for run_id in ids:
            self.stop(run_id)
        folders = [self.project.run_folder(run_id) for run_id in ids]
        deadline = time.monotonic() + CLOSE_S
        while any(folder.is_alive() for folder in folders) and time.monotonic() < deadline:
            time.sleep(TICK_S)

    def move(self, run_id: str, position: int) -> None:
        """Move a waiting run to another place in the line."""
        self._orders.put(lambda: self._move(run_id, position))

    def set_at_once(self, at_once: int) -> None:
        """Allow so many runs at the same time; 0 for as many as the machine holds."""
        self._orders.put(lambda: self._allow(at_once))

    def waiting(self) -> list[str]:
        """Ids of the runs that wait, in order; they are kept with the project when the window closes."""
        return [job.key for job in list(self._queue.waiting)]

    # --- the thread

    def _work(self) -> None:
        while not self._is_closing.is_set():
            self._carry_out(self._turn)
            self._wait()

    def _carry_out(self, step: Callable[[], Found | None]) -> None:
        """Take one step and post what it found; whatever happens to one run, the others are followed on."""
        try:
            found = step() or Found()
        except NeuroError as error:
            found = self._told_once(error)
        except Exception as error:
            logger.exception("follower failed project=%s", self.project.path)
            found = self._told_once(NeuroError("The runs could not be followed", f"{type(error).__name__}: {error}"))
        if found != Found():
            self._post(found)

    def _told_once(self, error: NeuroError) -> Found:
        """An error as news, unless it is the same as in the turn before."""
        is_known, self._last_trouble = str(error) == self._last_trouble, str(error)
        return Found() if is_known else Found(troubles=(error,))

    def _turn(self) -> Found:
        found = Found()
        with_news = {run_id for run_id, one in list(self._followed.items()) if one.read()}
        for run_id in with_news:
            self.project.sync_run(self._followed[run_id].folder)
        found = found.joined(Found(runs=frozenset(with_news)))
        if time.monotonic() >= self._next_whole:
            self._next_whole = time.monotonic() + WHOLE_PROJECT_S
            found = found.joined(self._look_at_all())
        found = found.joined(self._step())
        found = found.joined(self._note_ends(found.runs, found.is_all))
        jobs = self._jobs()
        if jobs != self._last_jobs:
            found = found.joined(Found(jobs=jobs))
            self._last_jobs = jobs
        self._last_trouble = ""
        return found

    def _look_at_all(self) -> Found:
        """What runs that are not followed, and other programs, have changed."""
        ingested = self.project.sync()
        self._follow_new()
        store = self.project.store
        mark, data, written = store.change_mark(), tuple(read.datasets(store)), tuple(read.reports(store))
        is_first = self._mark is None
        found = Found(
            runs=frozenset(ingested.runs),
            is_all=not is_first and mark != self._mark,
            datasets=not is_first and data != self._datasets,
            reports=not is_first and written != self._reports,
        )
        self._mark, self._datasets, self._reports = mark, data, written
        return found

    def _wait(self) -> None:
        end = time.monotonic() + TICK_S
        while (left := end - time.monotonic()) > 0:
            try:
                order = self._orders.get(timeout=left)
            except queue.Empty:
                return
            self._carry_out(order)
            end = time.monotonic()

    def _step(self) -> Found:
        troubles: list[NeuroError] = []
        for change in self._queue.step():
            if isinstance(change, Started):
                self._follow(change.folder)
            elif isinstance(change, Ended) and change.status is None and change.reason:
                troubles.append(NeuroError(f"Run '{self._name(change.job.key)}' did not start", change.reason))
            elif isinstance(change, Ended) and change.job.key in self._to_add:
                self._add(*self._to_add.pop(change.job.key))
        return Found(troubles=tuple(troubles))

    def _follow(self, folder: RunFolder) -> None:
        if folder.id not in self._followed:
            self._followed[folder.id] = _Followed(folder, folder.request())

    def _follow_new(self) -> None:
        """Follow runs at work, whoever started them; runs of an earlier window come back under the queue's count."""
        for row in read.runs(self.project.store, state="running", trashed=None):
            folder = self.project.run_folder(row.run_id)
            if row.run_id not in self._followed and folder.is_alive():
                self._follow(folder)
                if row.run_id not in self._queue.running and not row.serve:
                    request = self._followed[row.run_id].request
                    self._queue.adopt(_job(folder, request), folder)

    def _note_ends(self, changed: frozenset[str], is_all: bool) -> Found:
        """Runs that are over since the last turn."""
        is_first = not self._has_looked
        if is_first or is_all:
            self._has_looked = True
            rows = read.runs(self.project.store, trashed=None)
        else:
            rows = [row for run_id in changed if (row := self._row(run_id)) is not None]
        ended: list[RunRow] = []
        for row in rows:
            before = self._known_states.get(row.run_id, "queued")
            self._known_states[row.run_id] = row.state
            if row.state not in ("queued", "running"):
                self._followed.pop(row.run_id, None)
                if not is_first and before in ("queued", "running") and not row.serve:
                    ended.append(row)
        return Found(ended=tuple(ended))

    def _row(self, run_id: str) -> RunRow | None:
        try:
            return read.find_run(self.project.store, run_id)
        except NeuroError:  # removed since
            return None

    def _jobs(self) -> tuple[JobLine, ...]:
        lines = []
        for one in self._followed.values():
            if not one.request.serve:
                state = "stopping" if one.is_stopping else "running"
                line = JobLine(one.folder.id, one.request.name, one.request.method, state, created=one.request.created)
                lines.append(replace(line, **asdict(one.progress)) if one.progress else line)
        for position, job in enumerate(self._queue.waiting):
            folder, request = job.prepare()
            lines.append(JobLine(folder.id, request.name, request.method, "queued", created=request.created, position=position))
        return tuple(lines)

    # --- carrying out orders

    def _add(self, folder: RunFolder, request: Request) -> Found | None:
        if folder.id in self._queue.running:  # its last worker is just leaving
            self._to_add[folder.id] = (folder, request)
        elif folder.id not in self.waiting():
            self._queue.add(_job(folder, request))
        return None

    def _stop(self, run_id: str) -> Found | None:
        if run_id in self.waiting():
            self._queue.remove(run_id)
        folder = self.project.run_folder(run_id)
        if run_id in self._followed:
            self._followed[run_id].is_stopping = True
        # asking takes seconds where a run is deaf: not in this thread, which other runs need
        threading.Thread(target=cancel, args=(folder,), name=f"cancel-{run_id}", daemon=True).start()
        return Found(runs=frozenset({run_id}))

    def _move(self, run_id: str, position: int) -> Found | None:
        if run_id in self.waiting():
            self._queue.move(run_id, position)
        return None

    def _allow(self, at_once: int) -> Found | None:
        self._queue.at_once = at_once or None
        return None

    def _name(self, run_id: str) -> str:
        return self.project.run_folder(run_id).request().name


def _job(folder: RunFolder, request: Request) -> Job:
    least = registry().find(request.method).resources
    needs = Resources(max(least.cores, request.cores), least.memory_gb, least.gpus)
    return Job(folder.id, needs, lambda: (folder, request))
