"""A small study to report on: runs of a spiking text classifier with real files of every kind, made by a real Context."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.kinds import Plot
from neurostudio.core.method import Method, MetricInfo, Paper
from neurostudio.core.provenance import sha256_of, size_of
from neurostudio.core.spec import Spec, flatten, setting, walk
from neurostudio.report import ReportArtifact, ReportContent, ReportCurve, ReportInput, RunContent

CREATED = 1_795_490_100.0  # 2026-11-24 03:15 UTC


class Network(Spec):
    filters: int = setting(32, title="Filters", help="Filters for each width.", ge=1)
    widths: list[int] = setting([3, 4, 5], title="Filter widths", help="Words that one filter sees.", unit="words")
    dropout: float = setting(0.5, title="Dropout", help="Share of features dropped while training.", ge=0, lt=1)


class TextSpec(Spec):
    network: Network = setting(Network(), title="Network", help="The network.")
    time_steps: int = setting(16, title="Time steps", help="Steps of the spiking network for one sentence.", ge=1, unit="steps")
    learning_rate: float = setting(1e-4, title="Learning rate", help="Of fine-tuning.", gt=0)
    leak: float = setting(1.0, title="Leak", help="Share of the membrane potential that stays.", unit="per step")
    epochs: int = setting(3, title="Epochs", help="Passes over the training data.", ge=1)
    encoding: str = setting("direct", title="Encoding", help="How words become spikes.")


TEXT_METHOD = Method(
    id="spiking.text",
    title="Spiking text classification",
    summary="A convolutional text classifier, converted to a spiking network and fine-tuned with surrogate gradients",
    spec="tests:TextSpec",
    run="tests:run",
    papers=(
        Paper(
            "Lv, C., Xu, J., Zheng, X.",
            "Spiking Convolutional Neural Networks for Text Classification",
            "International Conference on Learning Representations",
            2023,
            "https://openreview.net/forum?id=pgU3k7QXuz0",
        ),
    ),
    metrics=(
        MetricInfo("test/accuracy", "Share of test sentences that the fine-tuned spiking network labels correctly."),
        MetricInfo("ann/accuracy", "The same for the network before its conversion."),
        MetricInfo("converted/accuracy", "The same after conversion, before fine-tuning."),
        MetricInfo("energy/snn_millijoule", "Estimated energy for one sentence, spiking network.", "mJ", "lower"),
        MetricInfo("energy/ann_millijoule", "Estimated energy for one sentence, network before conversion.", "mJ", ""),
    ),
    description=(
        "A **tailored TextCNN** (average pooling, `ReLU` only, embeddings shifted to 0..1) is trained first. Its weights are copied "
        "to a network of leaky integrate-and-fire neurons:\n\n"
        "- each filter's weights are balanced by the largest activation seen in training;\n"
        "- the network runs for *T* time steps, and the class with the highest summed membrane potential wins;\n"
        "- fine-tuning uses a surrogate gradient.\n\n"
        "Energy is an estimate from counted operations (45 nm: 4.6 pJ for a multiply-accumulate, 0.9 pJ for an accumulate), "
        "not a measurement. See [the paper](https://openreview.net/forum?id=pgU3k7QXuz0).\n"
    ),
)


def text_run(folder: Path, seed: int, *, name: str = "", settings: dict[str, Any] | None = None) -> RunContent:
    """One finished run with its files in `folder`."""
    spec = TextSpec.from_settings(settings or {"time_steps": 32, "network": {"filters": 64}, "learning_rate": 5e-05})
    rng = np.random.default_rng(seed)
    context = NotebookContext(folder, seed=seed)
    plots = _write_artifacts(context, rng)
    accuracy = 0.748 + 0.006 * rng.standard_normal()
    steps = list(range(1, 13))
    loss = [0.69 * 0.8**step + 0.12 + 0.01 * rng.standard_normal() for step in steps]
    return RunContent(
        id=f"20261124-0315{seed:02d}-spiking-text-{seed:06x}",
        name=name or f"mr-seed{seed}",
        method=TEXT_METHOD,
        state="done",
        seed=seed,
        created=CREATED + 120 * seed,
        seconds=94.2 + seed,
        settings=flatten(spec.model_dump(mode="json")),
        changed=spec.changed(),
        setting_titles={info.name: info for info in walk(TextSpec)},
        inputs=(
            ReportInput("train", "mr.train", "labelled-text", "data/mr.train.tsv", "3f" * 32, {"rows": 9596, "labels": 2}),
            ReportInput(
                "test", "mr.test", "labelled-text", "/data/corpora/MR/mr.test.tsv", "a9" * 32, {"rows": 1066, "labels": 2}
            ),
            ReportInput(
                "vectors", "glove.6B.100d", "word-vectors", "data/glove.6B.100d.txt.gz", "07" * 32, {"size_bytes": 134_300_434}
            ),
        ),
        metrics={
            "test/accuracy": accuracy,
            "ann/accuracy": 0.7570 + 0.004 * rng.standard_normal(),
            "converted/accuracy": 0.7012 + 0.01 * rng.standard_normal(),
            "energy/snn_millijoule": 0.0213 + 0.0004 * rng.standard_normal(),
            "energy/ann_millijoule": 0.2471,
            "spikes/rate": 0.0832 + 0.002 * rng.standard_normal(),
        },
        curves=(
            ReportCurve("train/loss", "nats", steps, loss),
            ReportCurve(
                "validation/loss", "nats", steps, [value + 0.06 + 0.004 * step for step, value in zip(steps, loss, strict=True)]
            ),
            ReportCurve(
                "validation/accuracy", "", steps, [0.76 - 0.22 * 0.7**step + 0.004 * rng.standard_normal() for step in steps]
            ),
        ),
        artifacts=tuple(
            ReportArtifact(key, kind, path, title, size_of(path), sha256_of(path), plot) for key, kind, path, title, plot in plots
        ),
        versions={"neurostudio": "0.1.0", "python": "3.11.2", "torch": "2.13.0", "numpy": "2.4.6"},
        machine={"system": "Linux", "release": "6.8", "processor": "Intel Xeon Platinum 8481C", "cores": 2},
        tags=("movie reviews",),
    )


def _write_artifacts(context: NotebookContext, rng: np.random.Generator) -> list[tuple[str, str, Path, str, Plot | None]]:
    made: list[tuple[str, str, Path, str, Plot | None]] = []

    def note(name: str, kind: str, title: str, plot: Plot | None) -> None:
        made.append((name, kind, context.artifacts[name], title, plot))

    plot = Plot(
        "line",
        x="time_step",
        y=("fine-tuned", "converted"),
        x_label="Time step",
        y_label="Test accuracy",
        baselines={"ANN": 0.757, "chance": 0.5},
        error={"fine-tuned": "fine-tuned sd", "converted": "converted sd"},
        caption="Accuracy when the decision is read after t steps; bands: standard deviation over 5 encoder seeds.",
    )
    t = np.arange(1, 33)
    columns = {
        "time_step": t.tolist(),
        "fine-tuned": (0.752 - 0.2 * 0.82**t + 0.002 * rng.standard_normal(32)).tolist(),
        "fine-tuned sd": (0.02 * 0.93**t).tolist(),
        "converted": (0.703 - 0.2 * 0.9**t + 0.002 * rng.standard_normal(32)).tolist(),
        "converted sd": (0.03 * 0.95**t).tolist(),
    }
    context.table("accuracy-by-time", columns, plot=plot)
    note("accuracy-by-time", "table", "Accuracy by time step", plot)

    plot = Plot("heatmap", x_label="Predicted", y_label="True", caption="Sentences of the test set by true and predicted label.")
    context.table("confusion", {"": ["negative", "positive"], "negative": [402, 139], "positive": [126, 399]}, plot=plot)
    note("confusion", "table", "Confusion matrix", plot)

    plot = Plot(
        "bars",
        x="layer",
        y=("ANN", "SNN"),
        x_label="Layer",
        y_label="Energy for one sentence (µJ)",
        caption="Estimate, not a measurement.",
    )
    context.table(
        "energy-by-layer",
        {"layer": ["conv 3", "conv 4", "conv 5", "output"], "ANN": [61.1, 81.4, 101.9, 2.7], "SNN": [5.2, 6.9, 8.7, 0.5]},
        plot=plot,
    )
    note("energy-by-layer", "table", "Energy by layer", plot)

    plot = Plot(
        "raster", x_label="Time step", y_label="Neuron", caption="Spikes of the convolution layers for one test sentence."
    )
    rates = np.repeat(rng.beta(0.6, 5, 64), 32).reshape(64, 32)
    units, times = np.nonzero(rng.random((64, 32)) < rates)
    groups = np.array(["width 3"] * 22 + ["width 4"] * 21 + ["width 5"] * 21)
    context.array("spikes", {"times": times, "units": units, "groups": groups}, plot=plot, kind="spikes")
    note("spikes", "spikes", "Spike raster of one sentence", plot)

    plot = Plot(
        "traces",
        y=("membrane",),
        x_label="Time step",
        y_label="Membrane potential",
        baselines={"threshold": 1.0},
        caption="Four neurons of the widest filters.",
    )
    context.array("membrane", {"membrane": np.cumsum(rng.normal(0.04, 0.2, (4, 32)), axis=1) % 1.1}, plot=plot)
    note("membrane", "array", "Membrane potential", plot)

    context.table(
        "examples",
        {
            "text": [
                f"a film of {word} charm that never quite {verb}"
                for word in ("quiet", "rare", "little")
                for verb in ("lands", "ends", "fails")
            ]
            * 3,
            "label": ["positive", "negative", "positive"] * 9,
            "predicted": ["positive", "positive", "positive"] * 9,
            "margin": rng.normal(0.3, 0.2, 27).tolist(),
        },
    )
    note("examples", "table", "Examples", None)
    context.text("summary", "The spiking network keeps 99 % of the accuracy\nat a tenth of the estimated energy.\n")
    note("summary", "text", "Summary", None)
    return made


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., RunContent]:
    """``make_run(seed, ...)``: a finished run with real files."""

    def make(seed: int = 0, **options: Any) -> RunContent:
        return text_run(tmp_path / f"run-{options.get('name', '')}-{seed}", seed, **options)

    return make


@pytest.fixture
def three_seeds(make_run: Callable[..., RunContent]) -> ReportContent:
    """Three runs that differ only by their seed."""
    return ReportContent(
        "Movie reviews with spikes", "my-study", CREATED + 900, tuple(make_run(seed) for seed in range(3)), "0.1.0"
    )


@pytest.fixture
def table_artifact(tmp_path: Path) -> Callable[..., ReportArtifact]:
    """``table_artifact(columns, plot)``: a csv artifact."""

    def make(columns: dict[str, list[Any]], plot: Plot | None = None, name: str = "numbers") -> ReportArtifact:
        context = NotebookContext(tmp_path / "tables")
        context.table(name, columns)
        return ReportArtifact(name, "table", context.artifacts[name], name.capitalize(), plot=plot)

    return make


@pytest.fixture
def array_artifact(tmp_path: Path) -> Callable[..., ReportArtifact]:
    """``array_artifact(arrays, plot)``: an npz artifact."""

    def make(arrays: dict[str, Any], plot: Plot | None = None, kind: str = "array") -> ReportArtifact:
        context = NotebookContext(tmp_path / "arrays")
        context.array("arrays", arrays, kind=kind)
        return ReportArtifact("arrays", kind, context.artifacts["arrays"], "Arrays", plot=plot)

    return make
