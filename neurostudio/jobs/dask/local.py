"""The side at home: the worker process of a run on a cluster, which only relays.

It claims the run folder and is the only one that writes there, so the run looks like any other to whoever follows, cancels
or resumes it.
"""

import contextlib
import dataclasses
import json
import time
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.core.events import Event, EventWriter, State
from neurostudio.core.files import PARTIAL_PREFIX, write_json
from neurostudio.core.provenance import size_of
from neurostudio.core.run_folder import Request, RunFolder, WorkerInfo
from neurostudio.jobs.dask.channel import POLL_S, WINDOW, Interrupted
from neurostudio.jobs.dask.cluster import Cluster, is_misfit
from neurostudio.jobs.dask.record import Record
from neurostudio.jobs.dask.transfer import Landing, Message, pieces
from neurostudio.jobs.launch import CANCEL_GRACE_S
from neurostudio.jobs.recorder import Recorder, checkpoint_seq, forget_checkpoint
from neurostudio.jobs.worker import EXIT_CODES, claim, clock, record_error, unexpected

if TYPE_CHECKING:
    from distributed import Future

_SAY_WAITING_S = 3.0


def relay(folder: RunFolder, request: Request) -> int:
    """Run `request` on the cluster that it names, to its end; returns the exit code of the worker command."""
    worker = claim(folder)
    events = EventWriter(folder.events_file)
    events.write("state", state="queued", attempt=worker.attempt, pid=worker.pid, host=worker.host)
    recorder = Recorder(folder, request, events, device="cpu")
    state: State = "failed"
    with contextlib.ExitStack() as at_last:
        with clock(folder, recorder):
            try:
                cluster = Cluster.connect(request.where)
                at_last.callback(cluster.close)
                errand = Errand(folder, request, worker, events, recorder, cluster)
                at_last.callback(errand.close)
                state = errand.run()
            except Cancelled:
                state = "cancelled" if folder.cancel_file.exists() else "interrupted"
            except NeuroError as error:
                state = "interrupted" if isinstance(error, Interrupted) else "failed"
                record_error(events, error, traceback.format_exc())
            except BaseException as error:  # noqa: BLE001 - whatever stopped the run belongs in its record
                record_error(events, unexpected(request, error), traceback.format_exc())
            finally:
                recorder.flush()
        events.write("state", state=state, attempt=(folder.worker() or worker).attempt)
        events.close()
        if state == "done":
            forget_checkpoint(folder)
    return EXIT_CODES[state]


class Visitor:
    """The attempt that is at work on the cluster, as seen from home."""

    def __init__(self, cluster: Cluster, hello: Message, record: Record, start: Message) -> None:
        self.host = str(hello["host"])
        self.up, self.down = cluster.queue(f"{hello['name']}-up"), cluster.queue(f"{hello['name']}-down")
        self.record = record
        self.supplies: Iterator[Message] = iter((start,))
        self.is_running = False

    def close(self) -> None:
        """Stop listening to it."""
        self.up.close(empty=True)
        self.down.close(empty=True)


class Errand:
    """One run on its way through a cluster: submits the task, supplies each attempt and records what it reports."""

    def __init__(
        self,
        folder: RunFolder,
        request: Request,
        worker: WorkerInfo,
        events: EventWriter,
        recorder: Recorder,
        cluster: Cluster,
    ) -> None:
        self._folder = folder
        self._request = request
        self._worker = worker
        self._events = events
        self._recorder = recorder
        self._cluster = cluster
        self._landing = Landing(folder.path / f"{PARTIAL_PREFIX}arriving")
        door = f"neurostudio-{folder.id}-{worker.pid}-{worker.attempt}-{time.time_ns()}"
        self._door = cluster.queue(door)
        self._is_chosen = False
        self._task: Future[str] = self._submit()
        self._visitor: Visitor | None = None
        self._has_run = False
        self._cancel_sent: float | None = None
        self._state: State | None = None

    def run(self) -> State:
        """Relay until the run has come to its end; returns its state.

        Raises
        ------
        Cancelled
            This process was asked to stop, and the attempt did not end by itself.
        Interrupted
            The cluster failed.
        """
        while self._state is None:
            self._look_for_stop()
            self._look_at_task()
            if not any([self._open_door(), self._receive(), self._supply()]):
                time.sleep(POLL_S)
        return self._state

    def close(self) -> None:
        """Take the task off the cluster, where it is still there, and give the queues up."""
        self._landing.clear()
        if not self._cluster.is_connected():
            return
        self._cluster.drop(self._task)
        if self._visitor:
            self._visitor.close()
        self._door.close(empty=True)

    def _submit(self, workers: list[str] | None = None) -> "Future[str]":
        self._submitted: float | None = time.monotonic()
        return self._cluster.submit(self._folder.id, self._door.name, self._request.method, workers)

    # --- what comes from the cluster

    def _open_door(self) -> bool:
        """Let a new attempt in; the one before it is then talking to nobody."""
        came = self._door.take()
        for hello in came:
            if not self._cluster.is_processing(self._task, hello["worker"]):
                continue  # it was given up before it could say hello
            if self._visitor:
                self._visitor.close()
            self._landing.clear()
            record = Record(self._folder, self._events, self._landing, hello["now"], self._on_running)
            self._visitor = Visitor(self._cluster, hello, record, self._start_message())
            self._recorder.log("a dask worker has taken the run", host=hello["host"], worker=hello["worker"])
        return bool(came)

    def _receive(self) -> bool:
        if not self._visitor:
            return False
        came = self._visitor.up.take()
        for message in came:
            match message["op"]:
                case "need":
                    self._visitor.supplies = self._supplies(message["inputs"])
                case "end":
                    self._state = self._end(message["state"], message["reason"], self._visitor.host)
                case _:
                    self._visitor.record.take(message)
        return bool(came)

    def _on_running(self, event: Event) -> None:
        """The method starts: an attempt of its own in the record, going on from the checkpoint that is here."""
        if self._has_run:
            self._worker = dataclasses.replace(self._worker, attempt=self._worker.attempt + 1)
            write_json(self._folder.worker_file, dataclasses.asdict(self._worker))
        attempt = self._worker.attempt
        resumed = {"resumed_seq": checkpoint_seq(self._folder)} if attempt > 1 else {}
        told = {key: event[key] for key in ("t", "pid", "host")}
        self._events.write("state", state="running", attempt=attempt, **told, **resumed)
        self._has_run = True
        if self._visitor:
            self._visitor.is_running = True

    def _end(self, state: State, reason: str, host: str) -> State:
        if reason and state == "failed":
            raise NeuroError(f"The run could not start on {host}", reason, "The log of the run has the details")
        if reason and state == "interrupted":
            raise Interrupted(f"The run was killed on {host}", reason, "Resume it: it goes on from its last checkpoint")
        return state

    # --- what goes there

    def _supply(self) -> bool:
        if not self._visitor:
            return False
        sent = 0
        while sent < WINDOW and self._visitor.down.has_room():  # then look what has come
            message = next(self._visitor.supplies, None)
            if message is None:
                break
            self._visitor.down.put(message)
            sent += 1
        return sent > 0

    def _start_message(self) -> Message:
        request = json.dumps(self._request.as_document(self._folder.project))
        return {"op": "start", "request": request, "paths": [str(given.path) for given in self._request.inputs]}

    def _supplies(self, wanted: list[int]) -> Iterator[Message]:
        """Yield the inputs that the attempt does not see where it is, and the newest checkpoint."""
        inputs = {number: self._request.inputs[number] for number in wanted}
        try:
            sent, total = 0, sum(size_of(given.path) for given in inputs.values())
            for number, given in inputs.items():
                for message in pieces(given.path, f"inputs/{number}/{given.path.name}"):
                    yield message
                    sent += len(message["data"])
                    self._recorder.progress(sent, total, "sending inputs", "bytes")
        except OSError as error:
            raise NeuroError("The inputs cannot be sent to the cluster", str(error), "Check that the data are there") from error
        if self._recorder.last_checkpoint():
            yield from pieces(self._folder.checkpoint, f"runs/{self._folder.id}/checkpoint")
        yield {"op": "go"}

    # --- how it goes

    def _look_for_stop(self) -> None:
        """Pass the wish to cancel on; where that does not help, or was not meant, leave: the attempt is then ended there."""
        if not self._recorder.should_stop():
            return
        if not self._folder.cancel_file.exists() or not self._visitor or not self._visitor.is_running:
            raise Cancelled
        if self._cancel_sent is None:
            self._cancel_sent = time.monotonic()
            self._visitor.down.put({"op": "cancel"})
        elif time.monotonic() - self._cancel_sent > CANCEL_GRACE_S:
            raise Cancelled

    def _look_at_task(self) -> None:
        status = self._task.status
        if status in ("error", "finished"):
            while any([self._open_door(), self._receive()]):
                pass
        match status:
            case "error" if self._state is None:
                self._on_task_error(self._cluster.error_of(self._task))
            case "finished":
                if self._state is None:
                    raise Interrupted("The run left the cluster without a word", fix="Resume it")
            case "cancelled" | "lost":
                raise Interrupted("The dask scheduler dropped the run", "It was lost, or started again", "Resume the run")
            case _:
                self._say_that_it_waits()

    def _on_task_error(self, error: BaseException) -> None:
        if not is_misfit(error) or self._is_chosen:
            raise self._cluster.explain(error) from error
        self._is_chosen = True
        self._task = self._submit(self._cluster.fitting_workers(self._request.method))

    def _say_that_it_waits(self) -> None:
        if self._visitor or self._submitted is None or time.monotonic() - self._submitted < _SAY_WAITING_S:
            return
        self._submitted = None
        self._recorder.log("waiting for a free dask worker", workers=self._cluster.n_workers())
