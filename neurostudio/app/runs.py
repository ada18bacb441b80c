"""Running, resuming, cancelling and showing runs."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace

from neurostudio.app.commands import command
from neurostudio.app.inputs import find_inputs
from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.events import Event, read_events
from neurostudio.core.files import remove
from neurostudio.core.run_folder import Request, RunFolder, Status
from neurostudio.jobs.follow import follow
from neurostudio.jobs.launch import cancel as cancel_worker
from neurostudio.jobs.launch import start_worker
from neurostudio.jobs.live import LiveSession
from neurostudio.store.read import run_detail
from neurostudio.store.read import runs as read_runs
from neurostudio.store.rows import RunDetail, RunRow

RESUMABLE = ("failed", "cancelled", "interrupted", "queued")
_LITTLE_SPACE_BYTES = 1 << 20
_LOG_TAIL_BYTES = 4096

Listener = Callable[[list[Event]], None]


def submit(project: Project, request: Request) -> RunFolder:
    """Write the run folder; the run then counts as queued, for every program that has the project open."""
    folder = project.run_folder(request.id)
    try:
        folder.create(request)
        project.sync_run(folder)
    except NeuroError:  # refused: nothing may be left that looks like a run
        with contextlib.suppress(OSError):
            remove(folder.path)
        raise
    return folder


def start(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start the worker of a submitted run in the background."""
    return start_worker(folder, folder.request())


def wait(project: Project, folder: RunFolder, worker: subprocess.Popen[bytes] | None, listener: Listener | None = None) -> Status:
    """Follow a run to its end and keep the index in step; Ctrl+C stops the run.

    Parameters
    ----------
    listener : function, optional
        Gets each block of new events.
    """
    offset = folder.events_file.stat().st_size if folder.events_file.exists() else 0

    def on_events(events: list[Event]) -> None:
        project.catch_up(folder)
        if listener:
            listener(events)

    try:
        status = follow(folder, on_events, worker, offset)
    except KeyboardInterrupt:
        status = cancel_worker(folder)
        if worker is not None:
            worker.wait()
    project.catch_up()
    return status


def run(project: Project, request: Request, listener: Listener | None = None) -> Status:
    """Submit a run, start it and wait for its end."""
    folder = submit(project, request)
    return wait(project, folder, start(folder), listener)


def resume(project: Project, key: str, listener: Listener | None = None) -> Status:
    """Go on with a run from its last checkpoint; RequestError when it is done or at work."""
    folder = resumable(project, key)
    return wait(project, folder, start(folder), listener)


def resumable(project: Project, key: str) -> RunFolder:
    """The folder of a run that can be resumed, with its inputs where they lie now."""
    row = project.find_run(key)
    folder = project.run_folder(row.run_id)
    status = folder.status()
    if status.state == "running":
        raise RequestError(f"Run '{row.name}' is at work", fix=f"Stop it first: {command('cancel', project.path, row.run_id)}")
    if status.state not in RESUMABLE:
        again = command("run", project.path, "--spec", folder.request_file)
        raise RequestError(f"Run '{row.name}' is {status.state}", fix=f"To run the same again: {again}")
    find_inputs(project, folder)
    return folder


def cancel(project: Project, key: str) -> Status:
    """Stop a run, wherever it was started from; RequestError when it is not at work."""
    row = project.find_run(key)
    folder = project.run_folder(row.run_id)
    status = folder.status()
    if status.state not in ("running", "queued"):
        raise RequestError(f"Run '{row.name}' is {status.state}, not at work")
    status = cancel_worker(folder)
    project.sync()
    return status


def list_runs(project: Project, *, method: str | None = None, state: str | None = None, text: str | None = None) -> list[RunRow]:
    """Runs that fit everything that is given, newest first."""
    return read_runs(project.store, method=method, state=state, text=text)


def show(project: Project, key: str) -> RunDetail:
    """Everything the index knows about one run."""
    return run_detail(project.store, project.find_run(key).run_id)


def label(
    project: Project,
    key: str,
    *,
    name: str | None = None,
    tags: Sequence[str] | None = None,
    notes: str | None = None,
    trashed: bool | None = None,
) -> None:
    """Change what people say about a run; kept in its folder, so a rebuilt index has it, too. None leaves a label as it is."""
    project.store.set_labels(project.find_run(key).run_id, name=name, tags=tags, notes=notes, trashed=trashed)


def problem(project: Project, folder: RunFolder) -> NeuroError | None:
    """Why a run that was waited for did not end well, as well as can be told; None when it did.

    Reads the run folder, not the index: a full disk may have left that behind.
    """
    state = folder.status().state
    if state in ("done", "running"):
        return None
    name = project.find_run(folder.id).name
    resume_hint = f"Go on from the last checkpoint: {command('resume', project.path, folder.id)}"
    if state == "cancelled":
        return NeuroError(f"Run '{name}' was cancelled", fix=resume_hint)
    error = _last_error(folder)
    if error is not None:
        return error
    if shutil.disk_usage(folder.path).free < _LITTLE_SPACE_BYTES:
        return NeuroError(
            f"Run '{name}' stopped", f"The disk that holds {project.path} is full", f"Free some space. {resume_hint}"
        )
    happened = "did not start" if state == "queued" else f"was {state}" if state == "interrupted" else state
    return NeuroError(f"Run '{name}' {happened}", _last_line(folder), resume_hint)


def open_session(project: Project, request: Request) -> LiveSession:
    """Start a live session; its run folder keeps the history."""
    live = replace(request, serve=True)
    return LiveSession.start(submit(project, live), live)


def _last_error(folder: RunFolder) -> NeuroError | None:
    """The error that the last attempt recorded."""
    error: NeuroError | None = None
    for event in read_events(folder.events_file):
        if event["type"] == "error":
            error = NeuroError.from_dict(event)
        elif event["type"] == "state" and event.get("state") == "running":
            error = None
    return error


def _last_line(folder: RunFolder) -> str:
    """Last line of the log where it looks like a cause, else nothing."""
    try:
        with folder.log_file.open("rb") as stream:
            stream.seek(max(0, folder.log_file.stat().st_size - _LOG_TAIL_BYTES))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    last = lines[-1].strip() if lines else ""
    return last if "Error" in last or "error" in last else ""
