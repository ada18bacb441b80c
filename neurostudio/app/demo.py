"""The sample project: made from nothing, without network or files, then run and reported."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from neurostudio.app.batches import run_batch
from neurostudio.app.datasets import import_data, list_datasets
from neurostudio.app.project import INDEX, Project
from neurostudio.app.reports import make_report
from neurostudio.app.sample_studies import WORDS_PREFIX, add_listening
from neurostudio.core.events import Event
from neurostudio.core.registry import registry
from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese
from neurostudio.store.read import run_detail

BATCH_FILE = "demo.yaml"
REPORT_FILE = "demo-report.html"
ENGLISH, CHINESE, LISTENING = "sample-reviews", "sample-reviews-chinese", "listening"
_QUICK_SETTINGS = {
    "training.epochs": 3,
    "finetuning.epochs": 1,
    "time_steps": 8,
    "conversion.steps": [2, 4, 8, 16],
    "evaluation.encoder_seeds": 3,
    "robustness.sentences": 8,
}


LISTENING_RUNS = 3
_QUICK_RUNS, _QUICK_VOLUMES = 2, 80


@dataclass(frozen=True)
class DemoRun:
    """One run of the demo; `result` is the first metric of its method in words, such as ``test/accuracy 0.885``."""

    name: str
    state: str
    metrics: dict[str, float]
    result: str = ""


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
        Smaller settings: under a minute in place of two or three.
    listener : function
        Gets the name of a run and its new events.
    say : function
        Gets one sentence for each step.
    """
    folder = Path(path).absolute()
    with Project.open(folder) if (folder / INDEX).exists() else Project.create(folder) as project:
        _add_samples(project, quick, say)
        batch = _write_batch(project, quick)
        items = run_batch(
            project, batch, resume=True, listener=listener, on_item=lambda item: say(f"{item.name}: {item.outcome}")
        )
        ids = [item.run_id for item in items if item.run_id]
        report = make_report(project, ids, folder / REPORT_FILE, "NeuroStudio demo: spiking text and brain data")
        details = [run_detail(project.store, run_id) for run_id in ids]
    done = tuple(DemoRun(one.row.name, one.row.state, one.metrics, _result(one.row.method, one.metrics)) for one in details)
    return DemoOutcome(folder, done, report.path)


def _result(method_id: str, metrics: Mapping[str, float]) -> str:
    for metric in registry().find(method_id).metrics:
        if metric.name in metrics:
            return f"{metric.name} {metrics[metric.name]:.4g} {metric.unit}".rstrip()
    return ""


def _add_samples(project: Project, quick: bool, say: Callable[[str], None]) -> None:
    known = {row.name for row in list_datasets(project)}
    for name, write in ((ENGLISH, write_sample_reviews), (CHINESE, write_sample_reviews_chinese)):
        if name not in known:
            source = write(project.path / "data")
            (imported,) = import_data(project, [source], kind="labelled-text", name=name)
            say(f"Made the data set '{imported.name}': {imported.report.facts['rows']} sentences")
    if not _has_brain_methods():
        say("The brain data are left out, since nilearn is not installed: pip install 'neurostudio[fmri]'")
    elif LISTENING not in known:
        if quick:
            add_listening(project, LISTENING, runs=_QUICK_RUNS, volumes=_QUICK_VOLUMES)
        else:
            add_listening(project, LISTENING, runs=LISTENING_RUNS)
        say(f"Made the data set '{LISTENING}': a simulated scan, and its words")


def _has_brain_methods() -> bool:
    return importlib.util.find_spec("nilearn") is not None


def _write_batch(project: Project, quick: bool) -> Path:
    words = sorted(row.name for row in list_datasets(project) if row.name.startswith(WORDS_PREFIX))
    document = {
        "project": ".",
        "defaults": {"seed": 1},
        "runs": [*_text_runs(quick), *(_brain_runs(quick, words) if _has_brain_methods() else ())],
    }
    path = project.path / BATCH_FILE
    header = "# The sample batch: text with two encoders and in Chinese, and brain data from quality to maps.\n"
    path.write_text(header + yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _text_runs(quick: bool) -> list[dict[str, Any]]:
    settings = _QUICK_SETTINGS if quick else {}
    return [
        {"name": "bernoulli", "method": "spiking.text", "inputs": {"train": ENGLISH}, "settings": settings},
        {
            "name": "direct-from-the-same-network",
            "method": "spiking.text",
            "inputs": {"train": ENGLISH, "model": {"run": "bernoulli", "artifact": "ann"}},
            "settings": {**settings, "encoder.kind": "direct"},
        },
        {"name": "chinese", "method": "spiking.text", "inputs": {"train": CHINESE}, "settings": settings},
    ]


def _brain_runs(quick: bool, words: list[str]) -> list[dict[str, Any]]:
    bold = {"bold": LISTENING}
    runs: list[dict[str, Any]] = [
        {"name": "quality", "method": "fmri.quality", "inputs": bold},
        {"name": "cleaned", "method": "fmri.clean", "inputs": bold, "settings": {"confounds.strategy": "scrubbing"}},
        {
            "name": "maps",
            "method": "fmri.glm",
            "inputs": bold,
            "settings": {"contrasts": {"voices": "(woman + man) / 2", "woman - man": "woman - man"}},
        },
    ]
    if quick:
        return runs
    return [
        *runs,
        {"name": "who-speaks", "method": "fmri.decode_classes", "inputs": bold},
        {"name": "words", "method": "fmri.encode", "inputs": {**bold, "words": words}, "settings": {"significance.shifts": 50}},
    ]
