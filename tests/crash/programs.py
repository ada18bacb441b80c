"""What the crash tests run as programs of their own: ``python programs.py NAME PROJECT ARGUMENT...``"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from neurostudio.app import runs as use
from neurostudio.app.project import Project
from neurostudio.app.requests import make_request
from neurostudio.store.read import curve

PAUSE_S = 0.005
LOOK_S = 0.02


def follow(project: str) -> None:
    """Bring the index up to date again and again, until standard input is closed."""
    with Project.open(project) as opened:
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
            opened.sync()


def work(project: str, who: str, seconds: str, n_steps: str) -> None:
    """Run one run after the other through the Python interface, and read the whole project meanwhile; says the ids at the end."""
    seen = Seen()
    ids = []
    end = time.monotonic() + float(seconds)
    with Project.open(project) as opened:
        for number in _numbers_until(end):
            settings = {"n": int(n_steps), "pause_ms": 2, "checkpoint_every": 10}
            request = make_request(
                opened, "counting.sum", settings=settings, seed=number, name=f"{who}-{number}", device="cpu", cores=1
            )
            folder = use.submit(opened, request)
            ids.append(folder.id)
            worker = use.start(folder)
            while worker.poll() is None:
                opened.sync()
                seen.look(opened)
                time.sleep(LOOK_S)
            opened.sync()
            seen.look(opened)
            state = use.show(opened, folder.id).row.state
            assert state == "done", (folder.id, state)
    print(json.dumps(ids))


def command(project: str, who: str, seconds: str, n_steps: str) -> None:
    """The same as a person at the command line: run, look at the list; says the ids at the end."""
    ids = []
    for number in _numbers_until(time.monotonic() + float(seconds)):
        settings = [word for setting in (f"n={n_steps}", "pause_ms=2") for word in ("--set", setting)]
        options = ["--seed", number, "--device", "cpu", "--name", f"{who}-{number}", "--json"]
        ids.append(_asked("run", project, "counting.sum", *settings, *options)["id"])
        states = {row["run_id"]: row["state"] for row in _asked("runs", project, "--json")}
        assert [states.get(run_id) for run_id in ids] == ["done"] * len(ids), states
    print(json.dumps(ids))


@dataclass
class Seen:
    """What a reader has seen of each run: in one attempt its curve only grows."""

    points: dict[tuple[str, int], tuple[int, float]] = field(default_factory=dict)

    def look(self, project: Project) -> None:
        """Read every run and compare with the look before."""
        rows = use.list_runs(project)
        assert {run_id for run_id, _ in self.points} <= {row.run_id for row in rows}, "a run is gone"
        for row in rows:
            before = self.points.get((row.run_id, row.attempt), (0, 0.0))
            values = curve(project.store, row.run_id, "sum/value").values
            shown = use.show(project, row.run_id)
            if shown.row.attempt != row.attempt:
                continue
            now = (len(values), shown.metrics.get("sum/value", 0.0))
            assert now[0] >= before[0], (row.run_id, before, now)
            assert now[1] >= before[1], (row.run_id, before, now)
            self.points[row.run_id, row.attempt] = now


def _numbers_until(end: float) -> Iterator[int]:
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


def _asked(*arguments: object) -> Any:
    asked = subprocess.run(
        [sys.executable, "-m", "neurostudio", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, (arguments, asked.returncode, asked.stderr)
    assert "Error" not in asked.stderr, asked.stderr
    return json.loads(asked.stdout)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
