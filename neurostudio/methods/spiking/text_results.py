"""What a run of ``spiking.text`` measures and leaves behind, stage by stage, once its networks are made."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from torch import Tensor

from neurostudio.core.kinds import Plot
from neurostudio.methods.spiking.energy import (
    FORMULA,
    PRESETS,
    EnergyConstants,
    EnergyReport,
    break_even,
    energy_with_memory,
    simple_energy,
)
from neurostudio.methods.spiking.evaluation import (
    Activity,
    SpikingEvaluation,
    ann_logits,
    class_scores,
    confusion_matrix,
    evaluate_snn,
    measure_activity,
    with_int8_weights,
)
from neurostudio.methods.spiking.spiking_textcnn import INPUT, SpikingTextCNN

if TYPE_CHECKING:
    from neurostudio.methods.spiking.text import TextRun

CONVERTED, SNN = "converted", "snn"


def evaluate(work: TextRun) -> None:
    """Test the converted and the fine-tuned network with several encoder seeds, and look at the neurons."""
    context, test = work.context, work.data.test
    work.context.progress(0, 4, "testing")
    converted = _evaluate(work, work.snn(CONVERTED))
    context.progress(1, 4, "testing")
    snn = work.snn(SNN)
    tuned = _evaluate(work, snn)
    context.progress(2, 4, "testing")
    rounded = _evaluate(work, with_int8_weights(snn))
    context.progress(3, 4, "testing")
    said_by_ann = ann_logits(work.ann(), test.rates, work.batch, context.should_stop).argmax(-1)
    context.metric("converted/accuracy", converted.accuracy)
    context.metric("converted/agreement", float((converted.predictions == said_by_ann).double().mean()))
    context.metric("test/accuracy", tuned.accuracy)
    context.metric("test/accuracy_std", tuned.accuracy_std)
    context.metric("test/accuracy_int8", rounded.accuracy)
    work.values.update({"converted/accuracy": converted.accuracy, "test/accuracy": tuned.accuracy})
    work.values.update({"test/accuracy_std": tuned.accuracy_std, "test/accuracy_int8": rounded.accuracy})
    _write_accuracy_by_time(work, converted, tuned)
    _write_classes(work, tuned)
    _write_predictions(work, tuned, said_by_ann)
    _write_neurons(work, snn)
    context.progress(4, 4, "testing")


def measure_energy(work: TextRun) -> None:
    """Estimate the energy of one sentence in both networks, simply and with memory traffic."""
    settings, context = work.spec.energy, work.context
    context.progress(0, 1, "energy")
    constants = PRESETS[settings.preset].with_changes(settings.constants_pj)
    snn = work.snn()
    activity = _activity(work, snn)
    simple = simple_energy(snn, activity, constants, settings.count_padding)
    with_memory = energy_with_memory(snn, activity, constants, settings.count_padding)
    context.metric("energy/ann_millijoule", simple.millijoule(simple.reference))
    context.metric("energy/snn_millijoule", simple.millijoule(simple.spiking))
    work.values["energy/ann_millijoule"] = simple.millijoule(simple.reference)
    work.values["energy/snn_millijoule"] = simple.millijoule(simple.spiking)
    work.values["energy/verdict"] = simple.verdict()
    context.log(f"{FORMULA}. {simple.verdict()} {break_even(activity, constants)}")
    context.log(f"With memory traffic: {with_memory.verdict()}")
    caption = "Estimate for one sentence, from counted operations; not a measurement."
    for name, title, report in (
        ("energy", "Energy by layer, simple formula", simple),
        ("energy-with-memory", "Energy by layer, with memory traffic", with_memory),
    ):
        columns, kinds = _energy_columns(report)
        plot = Plot("bars", x="layer", y=kinds, x_label="Layer", y_label="Energy (mJ)", stacked=True, caption=caption)
        context.table(name, columns, title, plot)
    context.table("energy-constants", _constants_columns(constants), "Constants of the energy estimate")
    context.progress(1, 1, "energy")


def _energy_columns(report: EnergyReport) -> tuple[dict[str, list[str | float]], tuple[str, ...]]:
    """One row for each network and layer, one column of millijoule for each kind of operation."""
    places = list(dict.fromkeys((row.network, row.layer) for row in report.rows))
    kinds = tuple(dict.fromkeys(row.kind for row in report.rows))
    cost = {(row.network, row.layer, row.kind): row for row in report.rows}
    columns: dict[str, list[str | float]] = {"layer": [f"{network} {layer}" for network, layer in places]}
    for kind in kinds:
        found = [cost.get((*place, kind)) for place in places]
        columns[kind] = [row.millijoule if row else 0.0 for row in found]
        columns[f"{kind} {'bytes' if kind == 'memory' else 'operations'}"] = [row.n_operation if row else 0.0 for row in found]
    return columns, kinds


def _constants_columns(constants: EnergyConstants) -> dict[str, list[str | float]]:
    numbers = {name: value for name, value in asdict(constants).items() if name != "source"}
    return {"constant": list(numbers), "value": list(numbers.values()), "source": [constants.source] * len(numbers)}


def _evaluate(work: TextRun, snn: SpikingTextCNN) -> SpikingEvaluation:
    test = work.data.test
    return evaluate_snn(
        snn, test.rates, test.labels, work.spec.time_steps, work.encoder, work.encoder_seeds, work.batch, work.context.should_stop
    )


def _write_accuracy_by_time(work: TextRun, converted: SpikingEvaluation, tuned: SpikingEvaluation) -> None:
    columns: dict[str, list[float]] = {"t": list(range(1, work.spec.time_steps + 1))}
    for name, evaluation in (("converted", converted), ("fine-tuned", tuned)):
        by_time = evaluation.accuracy_by_time
        columns[name] = by_time.mean(0).tolist()
        columns[f"{name} std"] = (by_time.std(0) if len(by_time) > 1 else by_time[0] * 0).tolist()
    counts = work.data.test.labels.bincount()
    work.context.table(
        "accuracy-by-time",
        columns,
        "The decision forming: accuracy after t steps",
        Plot(
            "line",
            x="t",
            y=("converted", "fine-tuned"),
            x_label="Time steps so far",
            y_label="Accuracy",
            baselines={"ANN": work.values["ann/accuracy"], "largest class": float(counts.max() / counts.sum())},
            error={"converted": "converted std", "fine-tuned": "fine-tuned std"},
            caption="Accuracy when the decision is taken after t steps; bands are standard deviations over encoder seeds.",
        ),
    )


def _write_classes(work: TextRun, tuned: SpikingEvaluation) -> None:
    labels, classes = work.data.test.labels, work.data.classes
    confusion = confusion_matrix(labels, tuned.predictions[0], len(classes))
    work.context.table(
        "confusion",
        {"true class": list(classes), **{name: confusion[:, number].tolist() for number, name in enumerate(classes)}},
        "Confusion matrix, first encoder seed",
        Plot(
            "heatmap",
            x="true class",
            y=tuple(classes),
            x_label="Predicted class",
            y_label="True class",
            caption="Test sentences.",
        ),
    )
    scores = class_scores(confusion)
    work.context.metric("test/f1_macro", scores.f1_macro)
    work.values["test/f1_macro"] = scores.f1_macro
    work.context.table(
        "classes",
        {
            "class": list(classes),
            "precision": scores.precision.tolist(),
            "recall": scores.recall.tolist(),
            "f1": scores.f1.tolist(),
            "sentences": [int(n) for n in scores.support],
        },
        "Scores of each class, first encoder seed",
        Plot(
            "bars", x="class", y=("precision", "recall", "f1"), y_label="Score", caption="Precision, recall and F1 of each class."
        ),
    )


def _write_predictions(work: TextRun, tuned: SpikingEvaluation, said_by_ann: Tensor) -> None:
    test, classes = work.data.test, work.data.classes
    said = tuned.predictions
    same = (said == said[0]).double().mean(0)
    work.context.table(
        "predictions",
        {
            "text": list(test.texts),
            "label": [classes[label] for label in test.labels.tolist()],
            "snn": [classes[label] for label in said[0].tolist()],
            "ann": [classes[label] for label in said_by_ann.tolist()],
            "seeds_that_agree": same.tolist(),
        },
        "What the networks said of each test sentence",
    )


def _write_neurons(work: TextRun, snn: SpikingTextCNN) -> None:
    """Firing rates, silent and saturated neurons; warn where a layer is mostly either."""
    context, activity = work.context, _activity(work, snn)
    layers = [layer for layer in activity.layers if layer != INPUT]
    context.metric("energy/input_rate", activity.mean_rate(INPUT))
    context.metric("neurons/silent", sum(activity.layers[layer].silent_share for layer in layers) / len(layers))
    context.metric("neurons/saturated", sum(activity.layers[layer].saturated_share for layer in layers) / len(layers))
    for warning in activity.warnings():
        context.log(warning, "warning")
    context.array(
        "firing-rates",
        {layer: activity.rates(layer).reshape(-1).numpy() for layer in layers},
        "Firing rates by layer",
        Plot(
            "histogram",
            y=tuple(layers),
            x_label="Spikes per step",
            y_label="Neurons",
            caption="Mean firing rate of each neuron on the test sentences; positions of a convolution count as neurons.",
        ),
    )
    context.table(
        "neurons",
        {
            "layer": layers,
            "mean_rate": [activity.mean_rate(layer) for layer in layers],
            "silent_share": [activity.layers[layer].silent_share for layer in layers],
            "saturated_share": [activity.layers[layer].saturated_share for layer in layers],
        },
        "Silent and saturated neurons",
    )


def _activity(work: TextRun, snn: SpikingTextCNN) -> Activity:
    return measure_activity(
        snn, work.data.test.rates, work.spec.time_steps, work.encoder, work.encoder_seeds[0], work.batch, work.context.should_stop
    )
