"""The queue: starts waiting runs as soon as what they occupy is free and what they depend on is done.

One queue belongs to one program (the window, or one batch command) and is moved on by calling :meth:`Queue.step` from its
loop; it owns no thread. Workers that it started outlive it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from neurostudio.core.compute import available_cores
from neurostudio.core.errors import NeuroError
from neurostudio.core.method import Resources
from neurostudio.core.run_folder import Request, RunFolder, Status
from neurostudio.jobs.launch import cancel, start_worker

_LOOK_S = 0.1
_MEMORY_SHARE = 0.9
_BYTES_PER_GB = 1e9


@dataclass(frozen=True)
class Job:
    """One run that waits for its turn.

    Attributes
    ----------
    key : str
        Name inside this queue.
    needs : Resources
        What it occupies while it runs.
    prepare : function
        Makes the run folder and its request when the turn comes: only then are the outputs of earlier runs known.
    after : tuple of str
        Keys of jobs that must be done first.
    """

    key: str
    needs: Resources
    prepare: Callable[[], tuple[RunFolder, Request]]
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started:
    """A job whose worker was started."""

    job: Job
    folder: RunFolder


@dataclass(frozen=True)
class Ended:
    """A job that came to its end. `status` is None when it never started; then `reason` says why."""

    job: Job
    folder: RunFolder | None
    status: Status | None
    reason: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the run ended well."""
        return self.status is not None and self.status.state == "done"


class Worker(Protocol):
    """What the queue needs to know of a worker's process."""

    def poll(self) -> int | None:
        """None while it works."""

    def wait(self) -> int:
        """Wait for its end."""


class Queue:
    """Waiting and running jobs within the capacity of this machine.

    Parameters
    ----------
    capacity : Resources, optional
        Slots to fill; the whole machine unless given.
    at_once : int, optional
        Most jobs to run at the same time, whatever they occupy.
    """

    def __init__(self, capacity: Resources | None = None, at_once: int | None = None) -> None:
        self.capacity = capacity or machine_capacity()
        self.at_once = at_once
        self.waiting: list[Job] = []
        self.running: dict[str, tuple[Job, RunFolder, Worker]] = {}
        self.ended: dict[str, bool] = {}

    def add(self, job: Job) -> None:
        """Put a job at the end of the line."""
        self.waiting.append(job)

    def adopt(self, job: Job, folder: RunFolder) -> Started:
        """Take in a job whose worker another program started and left at work."""
        self.running[job.key] = (job, folder, _WorkerOfAnother(folder))
        return Started(job, folder)

    def mark_done(self, key: str) -> None:
        """Count a job as done that needs no run: an earlier batch did it."""
        self.ended[key] = True

    def move(self, key: str, position: int) -> None:
        """Move a waiting job to another place in the line (0 is next)."""
        job = self._take(key)
        self.waiting.insert(position, job)

    def remove(self, key: str) -> Ended:
        """Take a waiting job out; those that depend on it will not start."""
        self.ended[key] = False
        return Ended(self._take(key), None, None, "It was taken out of the queue")

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self.waiting and not self.running

    def step(self) -> list[Started | Ended]:
        """Collect what ended and start what fits; returns what changed. Never blocks for long."""
        changes: list[Started | Ended] = []
        for key, (job, folder, worker) in list(self.running.items()):
            if worker.poll() is not None and not folder.is_alive():  # another program's worker may be at it
                del self.running[key]
                changes.append(self._end(Ended(job, folder, folder.status())))
        for job in list(self.waiting):
            broken = next((key for key in job.after if self.ended.get(key) is False), None)
            if broken is not None:
                self.waiting.remove(job)
                changes.append(self._end(Ended(job, None, None, f"It needs '{broken}', which did not end well")))
            elif all(self.ended.get(key) for key in job.after) and self._fits(job):
                self.waiting.remove(job)
                changes.append(self._start(job))
        return changes

    def stop(self) -> list[Ended]:
        """Stop every running job and take out every waiting one."""
        ended = [self.remove(job.key) for job in list(self.waiting)]
        for _, folder, _ in self.running.values():
            folder.request_cancel()
        for job, folder, worker in list(self.running.values()):
            status = cancel(folder)
            worker.wait()
            ended.append(self._end(Ended(job, folder, status)))
        self.running.clear()
        return ended

    def _start(self, job: Job) -> Started | Ended:
        try:
            folder, request = job.prepare()
            worker = start_worker(folder, request)
        except NeuroError as error:
            return self._end(Ended(job, None, None, str(error)))
        self.running[job.key] = (job, folder, worker)
        return Started(job, folder)

    def _end(self, ended: Ended) -> Ended:
        self.ended[ended.job.key] = ended.is_done
        return ended

    def _fits(self, job: Job) -> bool:
        if not self.running:
            return True  # alone on the machine: better slow than never
        used = [job.needs, *(running.needs for running, _, _ in self.running.values())]
        return (
            (self.at_once is None or len(used) <= self.at_once)
            and sum(need.cores for need in used) <= self.capacity.cores
            and sum(need.memory_gb for need in used) <= self.capacity.memory_gb
            and sum(need.gpus for need in used) <= self.capacity.gpus
        )

    def _take(self, key: str) -> Job:
        for job in self.waiting:
            if job.key == key:
                self.waiting.remove(job)
                return job
        raise KeyError(key)


class _WorkerOfAnother:
    """A worker that this program did not start: its folder tells whether it lives."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def poll(self) -> int | None:
        return None if self.folder.is_alive() else 0

    def wait(self) -> int:
        while self.poll() is None:
            time.sleep(_LOOK_S)
        return 0


def machine_capacity() -> Resources:
    """What this machine offers. GPUs are counted through their device files, without importing torch."""
    memory_gb = psutil.virtual_memory().total / _BYTES_PER_GB * _MEMORY_SHARE
    return Resources(cores=available_cores(), memory_gb=memory_gb, gpus=_nvidia_gpus())


def _nvidia_gpus() -> int:
    return len([path for path in Path("/dev").glob("nvidia[0-9]*") if path.name[6:].isdigit()])
