"""What the tests run as programs of their own: ``python programs.py NAME ARGUMENT...``"""

import sys
import time
from pathlib import Path

from neurostudio.core.events import EventWriter
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store import ProjectLock, Store, ingest_project, read


def ingest(project: str, seconds: str = "600") -> None:
    """Take in whatever comes, without a pause; says ``ready`` first and the number of events at the end."""
    end = time.monotonic() + float(seconds)
    n_events = 0
    print("ready", flush=True)
    with Store.open(Path(project)) as store:
        while time.monotonic() < end:
            n_events += ingest_project(store).events
            read.runs(store)
    print(n_events)


def write(project: str, run_id: str, n_events: str, pause_s: str = "0") -> None:
    """Be a run: append that many metric events and some of the other kinds between two states."""
    folder = RunFolder(Path(project) / "runs" / run_id)
    folder.create(Request(id=run_id, name=run_id, method="spiking.text", settings={}))
    events = EventWriter(folder.events_file)
    events.write("state", state="running", attempt=1)
    for step in range(int(n_events)):
        events.metrics([("train/loss", 1 / (step + 1), step, time.time()), ("train/rate", step / 2, step, time.time())])
        if step % 50 == 0:
            events.write("log", level="info", message=f"step {step}", fields={})
        time.sleep(float(pause_s))
    events.write("state", state="done", attempt=1)


def open_project(project: str) -> None:
    """Open a project as soon as a line comes in, and say which runs it has and what was imported for that."""
    print("ready", flush=True)
    sys.stdin.readline()
    with Store.open(Path(project)) as store:
        print(" ".join(sorted(row.run_id for row in read.runs(store))))
    print("alembic" in sys.modules)


def hold(project: str) -> None:
    """Keep the lock until killed."""
    with ProjectLock(Path(project)):
        print("held", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
