"""The sample project: made from nothing, without network or files, then run and reported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from neurostudio.app.batches import run_batch
from neurostudio.app.datasets import import_data, list_datasets
from neurostudio.app.project import INDEX, Project
from neurostudio.app.reports import make_report
from neurostudio.core.events import Event
from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese
from neurostudio.store.read import run_detail

BATCH_FILE = "demo.yaml"
REPORT_FILE = "demo-report.html"
ENGLISH, CHINESE = "sample-reviews", "sample-reviews-chinese"
_QUICK_SETTINGS = {
    "training.epochs": 3,
    "finetuning.epochs": 1,
    "time_steps": 8,
    "conversion.steps": [2, 4, 8, 16],
    "evaluation.encoder_seeds": 3,
    "robustness.sentences": 8,
}


@dataclass(frozen=True)
class DemoRun:
    """One run of the demo."""

    name: str
    state: str
    metrics: dict[str, float]


@dataclass(frozen=True)
class DemoOutcome:
    """What the demo made."""

    project: Path
    runs: tuple[DemoRun, ...]
    report: Path


def run_demo(
    path: Path | str, quick: bool, listener: Callable[[str, list[Event]], None], say: Callable[[str], None]
) -> DemoOutcome:
    """Make the sample project (or go on with it), run its batch file and write its report.

    Parameters
    ----------
    quick : bool
        Smaller settings: about half a minute in place of two.
    listener : function
        Gets the name of a run and its new events.
    say : function
        Gets one sentence for each step.
    """
    folder = Path(path).absolute()
    with Project.open(folder) if (folder / INDEX).exists() else Project.create(folder) as project:
        _add_samples(project, say)
        batch = _write_batch(project, quick)
        items = run_batch(
            project, batch, resume=True, listener=listener, on_item=lambda item: say(f"{item.name}: {item.outcome}")
        )
        ids = [item.run_id for item in items if item.run_id]
        report = make_report(project, ids, folder / REPORT_FILE, "NeuroStudio demo: spiking text classification")
        details = [run_detail(project.store, run_id) for run_id in ids]
    return DemoOutcome(folder, tuple(DemoRun(one.row.name, one.row.state, one.metrics) for one in details), report.path)


def _add_samples(project: Project, say: Callable[[str], None]) -> None:
    known = {row.name for row in list_datasets(project)}
    for name, write in ((ENGLISH, write_sample_reviews), (CHINESE, write_sample_reviews_chinese)):
        if name not in known:
            source = write(project.path / "data")
            (imported,) = import_data(project, [source], kind="labelled-text", name=name)
            say(f"Made the data set '{imported.name}': {imported.report.facts['rows']} sentences")


def _write_batch(project: Project, quick: bool) -> Path:
    document = {
        "project": ".",
        "defaults": {
            "method": "spiking.text",
            "seed": 1,
            "inputs": {"train": ENGLISH},
            "settings": _QUICK_SETTINGS if quick else {},
        },
        "runs": [
            {"name": "bernoulli"},
            {
                "name": "direct-from-the-same-network",
                "inputs": {"model": {"run": "bernoulli", "artifact": "ann"}},
                "settings": {"encoder.kind": "direct"},
            },
            {"name": "chinese", "inputs": {"train": CHINESE}},
        ],
    }
    path = project.path / BATCH_FILE
    header = "# The sample batch: the same text twice, with two encoders, and once in Chinese.\n"
    path.write_text(header + yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path
