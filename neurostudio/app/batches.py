"""Running batch files: many runs in order of their dependencies, within the slots of this machine."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from neurostudio.app.inputs import find_inputs
from neurostudio.app.project import Project
from neurostudio.app.requests import make_request, require_kind, require_role
from neurostudio.app.runs import RESUMABLE, problem, submit
from neurostudio.core.compute import available_cores
from neurostudio.core.errors import RequestError, StoreError
from neurostudio.core.events import Event, EventReader
from neurostudio.core.method import Resources
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, RunFolder, run_folders
from neurostudio.jobs.batch import BatchPlan, OutputOf, PlannedRun, read_batch
from neurostudio.jobs.queue import Ended, Job, Queue, Started

LOOK_S = 0.1
SYNC_S = 0.5


@dataclass(frozen=True)
class BatchItem:
    """How one planned run came out.

    Attributes
    ----------
    run_id : str
        Empty when it never started.
    outcome : str
        ``done``, ``failed``, ``cancelled``, ``interrupted``, ``skipped`` (done earlier) or ``not started``.
    """

    name: str
    run_id: str
    outcome: str
    reason: str = ""


BatchListener = Callable[[str, list[Event]], None]


def project_of(path: Path, override: Path | None) -> Path:
    """The project that a batch file works on; RequestError when neither the file nor the caller names one."""
    project = override or read_batch(path).project
    if project is None:
        raise RequestError(f"The batch file {path} names no project", fix="Give --project, or put 'project:' into the file")
    return project


def run_batch(
    project: Project,
    path: Path,
    *,
    at_once: int | None = None,
    resume: bool = False,
    where: str = "local",
    listener: BatchListener | None = None,
    on_item: Callable[[BatchItem], None] | None = None,
) -> list[BatchItem]:
    """Run every entry of a batch file; returns how each came out, in the order of the plan.

    Parameters
    ----------
    at_once : int, optional
        Most runs at the same time; they share the cores.
    resume : bool
        Skip entries that are done, and go on with those that were stopped.
    listener : function, optional
        Gets the name of an entry and its new events.

    Raises
    ------
    RequestError
        When any entry is wrong: all are checked before the first starts.
    """
    if at_once is not None and at_once < 1:
        raise RequestError(f"A batch cannot run {at_once} at the same time", fix="Use a whole number from 1 up")
    plan = read_batch(path)
    runner = _BatchRunner(project, plan, at_once, where, listener, on_item)
    runner.check()
    runner.enqueue(resume)
    return runner.run()


class _BatchRunner:
    def __init__(
        self,
        project: Project,
        plan: BatchPlan,
        at_once: int | None,
        where: str,
        listener: BatchListener | None,
        on_item: Callable[[BatchItem], None] | None,
    ) -> None:
        self.project = project
        self.plan = plan
        self.where = where
        self.listener = listener
        self.on_item = on_item
        self.queue = Queue(at_once=at_once)
        self.share = max(1, available_cores() // (at_once or 1))
        self.run_ids: dict[str, str] = {}
        self.items: dict[str, BatchItem] = {}
        self.readers: dict[str, EventReader] = {}

    def check(self) -> None:
        """Find what is wrong with any entry; of outputs that are still to come, as far as the method's record tells."""
        entries = {run.name: run for run in self.plan.runs}
        for run in self.plan.runs:
            try:
                there = {role: tuple(ref for ref in refs if isinstance(ref, str)) for role, refs in run.inputs.items()}
                to_come = [role for role, refs in run.inputs.items() if there[role] != refs]
                known = replace(run, inputs={role: refs for role, refs in there.items() if refs})
                self._request(known, roles_to_come=to_come)
                for role in to_come:
                    self._check_outputs(run, role, entries)
            except RequestError as error:
                raise RequestError(f"Batch entry '{run.name}': {error.what}", error.why, error.fix) from error

    def _check_outputs(self, run: PlannedRun, role_name: str, entries: Mapping[str, PlannedRun]) -> None:
        role = require_role(registry().get(run.method), role_name, len(run.inputs[role_name]))
        for reference in run.inputs[role_name]:
            if isinstance(reference, OutputOf):
                outputs = registry().get(entries[reference.entry].method).outputs
                kind = next((output.kind for output in outputs if output.name == reference.artifact), None)
                if kind is not None:  # else: one of a numbered family, or none; its run will tell
                    require_kind(role, kind, f"{reference.entry}:{reference.artifact}", run.method)

    def enqueue(self, resume: bool) -> None:
        """Put every entry into the queue, those done earlier excepted."""
        for run in self.plan.runs:
            earlier = self._earlier(run) if resume else None
            state = earlier.status().state if earlier else None
            if earlier is not None and state == "done":
                self.run_ids[run.name] = earlier.id
                self.queue.mark_done(run.name)
                self._finish(BatchItem(run.name, earlier.id, "skipped", "Done earlier"))
                continue
            goes_on = earlier if state in RESUMABLE else None
            job = Job(run.name, self._needs(run), partial(self._prepare, run, goes_on), run.after)
            if earlier is not None and state == "running":  # the batch command was killed, its worker was not
                self._take([self.queue.adopt(job, earlier)])
            else:
                self.queue.add(job)

    def run(self) -> list[BatchItem]:
        """Move the queue on until it is empty; Ctrl+C stops what runs."""
        synced = 0.0
        try:
            while not self.queue.is_idle:
                self._take(self.queue.step())
                self._read_events()
                if time.monotonic() - synced > SYNC_S:
                    self.project.catch_up()
                    synced = time.monotonic()
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            self._take(self.queue.stop(), stopped=True)
        self.project.catch_up()
        return [self.items[run.name] for run in self.plan.runs]

    def _take(self, changes: Sequence[Started | Ended], stopped: bool = False) -> None:
        for change in changes:
            name = change.job.key
            if isinstance(change, Started):
                self.run_ids[name] = change.folder.id
                self.readers.setdefault(name, _reader_from_now(change.folder))
            else:
                self._read_events()
                self.readers.pop(name, None)
                if change.folder is None or change.status is None:
                    item = BatchItem(name, "", "cancelled" if stopped else "not started", change.reason)
                else:
                    trouble = problem(self.project, change.folder)
                    item = BatchItem(name, change.folder.id, change.status.state, str(trouble or change.reason))
                self._finish(item)

    def _finish(self, item: BatchItem) -> None:
        self.items[item.name] = item
        if self.on_item:
            self.on_item(item)

    def _read_events(self) -> None:
        for name, reader in self.readers.items():
            events = reader.read()
            if events and self.listener:
                self.listener(name, events)

    def _prepare(self, run: PlannedRun, earlier: RunFolder | None) -> tuple[RunFolder, Request]:
        if earlier is not None:
            self.readers[run.name] = _reader_from_now(earlier)
            return earlier, find_inputs(self.project, earlier)
        self.project.sync()
        request = self._request(run)
        folder = submit(self.project, request)
        self.readers[run.name] = EventReader(folder.events_file)
        return folder, request

    def _request(self, run: PlannedRun, roles_to_come: Sequence[str] = ()) -> Request:
        inputs = {role: [self._reference(ref) for ref in refs] for role, refs in run.inputs.items()}
        return make_request(
            self.project,
            run.method,
            inputs=inputs,
            settings=run.settings,
            seed=run.seed,
            name=run.name,
            device=run.device,
            cores=run.cores or self._needs(run).cores,
            where=self.where,
            batch=f"{self.plan.source.name}:{run.name}",
            roles_to_come=roles_to_come,
        )

    def _reference(self, reference: str | OutputOf) -> str:
        if isinstance(reference, OutputOf):
            return f"{self.run_ids[reference.entry]}:{reference.artifact}"
        return reference

    def _needs(self, run: PlannedRun) -> Resources:
        needs = registry().get(run.method).resources
        return replace(needs, cores=run.cores or max(1, min(needs.cores, self.share)))

    def _earlier(self, run: PlannedRun) -> RunFolder | None:
        """The newest run that was made from this entry with the same method, settings, inputs and seed."""
        if any(name not in self.items for name in run.after):
            return None  # what it depends on runs again, so it must, too
        try:
            wanted = self._request(run)
        except RequestError:
            return None
        for folder in reversed(run_folders(self.project.path)):
            try:
                request = folder.request()
            except StoreError:  # a damaged run is not one that can be skipped or go on
                continue
            if request.batch == wanted.batch and _same_work(request, wanted, with_seed=run.seed is not None):
                return folder
        return None


def _same_work(one: Request, other: Request, with_seed: bool) -> bool:
    return (
        one.method == other.method
        and one.settings == other.settings
        and [(given.role, given.sha256) for given in one.inputs] == [(given.role, given.sha256) for given in other.inputs]
        and (not with_seed or one.seed == other.seed)
    )


def _reader_from_now(folder: RunFolder) -> EventReader:
    return EventReader(folder.events_file, folder.events_file.stat().st_size if folder.events_file.exists() else 0)
