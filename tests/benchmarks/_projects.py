"""Large projects, made quickly: run folders with records of many numbers, taken into the index by its public door.

A project is made once for each size and kept in the folder for temporary files, so that repeats of a benchmark share it.
"""

import json
import math
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from neurostudio.app import Project, import_data, make_request
from neurostudio.core.events import EventWriter, MetricRow
from neurostudio.core.provenance import sha256_of
from neurostudio.core.run_folder import Request, RunFolder, new_run_id
from neurostudio.data.samples import write_sample_reviews

VERSION = 1
FIRST_CREATED = 1.76e9  # Unix seconds of the first run; the others follow a minute apart
POINTS_PER_EVENT = 100
CURVES = ("train/loss", "train/accuracy", "validation/loss", "validation/accuracy")
FINALS = ("test/accuracy", "test/macro_f1", "ann/accuracy")
TAGS = ("paper", "draft", "again", "odd")


def large_project(n_runs: int, n_numbers: int) -> Path:
    """The folder of a project with `n_runs` finished runs and `n_numbers` metric values over all of them."""
    folder = Path(tempfile.gettempdir()) / "neurostudio-benchmarks" / f"runs{n_runs}-numbers{n_numbers}-v{VERSION}"
    if not folder.exists():
        partial = folder.with_name(f".{folder.name}")
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        with Project.create(partial) as project:
            fill_project(project, n_runs, n_numbers)
        partial.rename(folder)
    return folder


def fill_project(project: Project, n_runs: int, n_numbers: int) -> None:
    """Write runs of ``spiking.text`` with other settings and seeds each, and take them into the index."""
    if not any(project.path.joinpath("data").glob("*.tsv")):
        import_data(project, [write_sample_reviews(project.path / "data")], kind="labelled-text", name="reviews")
    n_points = math.ceil(n_numbers / n_runs / len(CURVES))
    pattern = make_request(project, "spiking.text", inputs={"train": ["reviews"]}, seed=0)
    for number in range(n_runs):
        write_run(project, _request(pattern, number), n_points)
    project.sync()
    for number, row in enumerate(sorted(project.path.joinpath("runs").iterdir())[: n_runs // 10]):
        project.store.set_labels(row.name, tags=[TAGS[number % len(TAGS)]], notes=f"Kept for figure {number}.")


def write_run(project: Project, request: Request, n_points: int) -> RunFolder:
    """Write the folder of one finished run with curves of `n_points` each and a small table."""
    folder = project.run_folder(request.id)
    folder.create(request)
    events = EventWriter(folder.events_file)
    events.write("state", state="running", attempt=1)
    for first in range(0, n_points, POINTS_PER_EVENT):
        steps = range(first, min(n_points, first + POINTS_PER_EVENT))
        events.metrics([row for step in steps for row in _points(request, step, n_points)])
    events.metrics([(name, _noise(request.seed, place, 0.1) + 0.7, None, request.created) for place, name in enumerate(FINALS)])
    table = folder.artifacts / "predictions.csv"
    table.parent.mkdir()
    table.write_text("sentence,label,predicted\n" + "".join(f"{n},{n % 2},{n % 3 % 2}\n" for n in range(20)), encoding="utf-8")
    events.write(
        "artifact", name="predictions", kind="table", path="artifacts/predictions.csv", title="Predictions",
        size=table.stat().st_size, sha256=sha256_of(table), plot=None,
    )  # fmt: skip
    events.write("state", state="done", attempt=1)
    events.close()
    return folder


def _request(pattern: Request, number: int) -> Request:
    settings = json.loads(json.dumps(pattern.settings))
    settings["time_steps"] = 2 ** (2 + number // 5 % 5)
    settings["training"]["lr"] = (3e-3, 1e-3, 3e-4)[number // 25 % 3]
    settings["network"]["filters"] = 16 * (1 + number // 75 % 4)
    created = FIRST_CREATED + 60 * number
    name = f"T{settings['time_steps']}-lr{settings['training']['lr']:g}-f{settings['network']['filters']}-seed{number % 5}"
    return replace(
        pattern, id=new_run_id(pattern.method, created), name=name, settings=settings, seed=number % 5, created=created
    )


def _points(request: Request, step: int, n_points: int) -> list[MetricRow]:
    decay = math.exp(-4 * step / n_points)
    t = request.created + step
    return [
        (name, (decay if name.endswith("loss") else 1 - decay) + _noise(request.seed + step, place, 0.02), step, t)
        for place, name in enumerate(CURVES)
    ]


def _noise(seed: int, place: int, size: float) -> float:
    """The same on every machine, and free of patterns that the eye or a compression would find."""
    return size * (math.sin(seed * 12.9898 + place * 78.233) * 43758.5453 % 1 - 0.5)
