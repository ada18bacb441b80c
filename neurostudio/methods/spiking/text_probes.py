"""Stages of ``spiking.text`` that look at single sentences: attacks on them, and explanations of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from neurostudio.core.errors import Cancelled
from neurostudio.core.kinds import Plot
from neurostudio.methods.spiking.attacks import (
    Attack,
    AttackResult,
    AttackSettings,
    AttackSummary,
    NearWords,
    Score,
    attack,
    summarise,
)
from neurostudio.methods.spiking.evaluation import predict_by_time
from neurostudio.methods.spiking.explain import Explanation, explain, top_ngrams
from neurostudio.methods.spiking.scoring import AnnScorer, SpikingScorer, WordRates
from neurostudio.methods.spiking.training import generator_of
from neurostudio.methods.spiking.vocabulary import tokenise

if TYPE_CHECKING:
    from neurostudio.methods.spiking.text import TextRun

ATTACKS: tuple[Attack, ...] = ("characters", "neighbours", "random")
MOST_FILTER_ROWS = 200


def attack_sentences(work: TextRun) -> None:
    """Attack test sentences with each attack, the ordinary and the spiking network alike.

    The spiking network answers with a mean over fixed encodings; its defeats are tested again with fresh ones. What was
    attacked so far is kept when the run is stopped.
    """
    settings = work.spec.robustness
    kinds = [kind for kind in ATTACKS if getattr(settings, kind)]
    test = work.data.test
    rows = torch.randperm(len(test), generator=generator_of(work.seed("attacked"))).tolist()[: settings.sentences]
    if not kinds or not rows:
        return
    words = word_rates(work)
    networks: dict[str, tuple[Score, Score | None]] = {
        "ANN": (AnnScorer(work.ann(), words), None),
        "SNN": (_spiking_scorer(work, words, "attack"), _spiking_scorer(work, words, "retest")),
    }
    done: dict[tuple[str, str], list[AttackResult]] = {}
    total = len(kinds) * len(networks) * len(rows)
    for kind in kinds:
        for name, (score, retest) in networks.items():
            results = done.setdefault((kind, name), [])
            for result in attack(
                kind,
                [test.tokens[row] for row in rows],
                test.labels[rows].tolist(),
                score,
                AttackSettings(settings.max_changed, settings.candidates, work.seed("attack", kind)),
                NearWords(work.data.vocabulary, work.data.vectors),
                work.data.vocabulary,
                retest,
                work.context.should_stop,
            ):
                results.append(result)
                work.context.progress(sum(map(len, done.values())), total, "attacks", "sentences")
    _report_attacks(work, rows, done)
    if work.context.should_stop():
        raise Cancelled


def explain_sentences(work: TextRun) -> None:
    """Explain the user's sentences and some test sentences, half of them misclassified; and find each filter's n-grams."""
    chosen = [(text, None) for text in work.spec.explain.sentences] + _examples(work)
    words, snn = word_rates(work), work.snn()
    work.context.progress(0, len(chosen) + 1, "explaining", "sentences")
    for number, (text, label) in enumerate(chosen, 1):
        work.context.check_stop()
        tokens = tokenise(text, work.data.language)
        found = explain(snn, tokens, words, work.spec.time_steps, work.encoder, work.seed("explain", number))
        _write_explanation(work, number, text, label, found)
        work.context.progress(number, len(chosen) + 1, "explaining", "sentences")
    _write_ngrams(work)
    work.context.progress(len(chosen) + 1, len(chosen) + 1, "explaining", "sentences")


def word_rates(work: TextRun) -> WordRates:
    """How this run turns words into rates."""
    return WordRates(work.data.vocabulary, work.data.table.to(work.context.device), work.data.length)


def _spiking_scorer(work: TextRun, words: WordRates, place: str) -> SpikingScorer:
    seeds = tuple(work.seed(place, number) for number in range(work.spec.robustness.encodings))
    return SpikingScorer(work.snn(), words, work.spec.time_steps, work.encoder, seeds)


def _report_attacks(work: TextRun, rows: Sequence[int], done: dict[tuple[str, str], list[AttackResult]]) -> None:
    summaries = {key: summarise(results) for key, results in done.items()}
    kinds, context = list(dict.fromkeys(kind for kind, _ in summaries)), work.context

    def column(network: str, attribute: str) -> list[float]:
        return [getattr(summaries[kind, network], attribute) for kind in kinds if (kind, network) in summaries]

    spiking: dict[str, AttackSummary] = {kind: summary for (kind, network), summary in summaries.items() if network == "SNN"}
    complete = [kind for kind in kinds if kind in spiking]
    context.table(
        "robustness",
        {
            "attack": complete,
            "ANN before": column("ANN", "clean_accuracy")[: len(complete)],
            "ANN under attack": column("ANN", "accuracy")[: len(complete)],
            "SNN before": column("SNN", "clean_accuracy"),
            "SNN under attack": column("SNN", "accuracy"),
            "SNN, fresh encodings": column("SNN", "accuracy_fresh"),
            "ANN success rate": column("ANN", "success_rate")[: len(complete)],
            "SNN success rate": column("SNN", "success_rate"),
            "ANN queries": column("ANN", "mean_queries")[: len(complete)],
            "SNN queries": column("SNN", "mean_queries"),
        },
        f"Accuracy under attack, {len(rows)} test sentences",
        Plot(
            "bars",
            x="attack",
            y=("ANN before", "ANN under attack", "SNN before", "SNN under attack", "SNN, fresh encodings"),
            x_label="Attack",
            y_label="Accuracy",
            caption=(
                "A network with random encoding answers differently each time, which by itself defeats greedy attacks: its scores "
                f"are means over {work.spec.robustness.encodings} fixed encodings, and its defeats were tested again with fresh ones."
            ),
        ),
    )
    if complete:
        context.metric("robustness/ann_accuracy", min(column("ANN", "accuracy")))
        context.metric("robustness/snn_accuracy", min(column("SNN", "accuracy_fresh")))
    context.json_lines(
        "attack-log",
        [_attack_line(work, rows, key, result) for key, results in done.items() for result in results],
        "Attacked sentences",
    )


def _attack_line(work: TextRun, rows: Sequence[int], key: tuple[str, str], result: AttackResult) -> dict[str, object]:
    kind, network = key
    row = rows[result.index]
    return {
        "attack": kind,
        "network": network,
        "outcome": result.outcome,
        "label": work.data.classes[int(work.data.test.labels[row])],
        "before": " ".join(work.data.test.tokens[row]),
        "after": " ".join(result.tokens),
        "changed_words": list(result.changed),
        "probability_before": round(result.truth_before, 4),
        "probability_after": round(result.truth_after, 4),
        "queries": result.n_query,
        "still_fooled_with_fresh_encodings": result.still_fooled,
    }


def _examples(work: TextRun) -> list[tuple[str, str | None]]:
    """Test sentences to explain, rightly and wrongly classified ones in turn."""
    n_example, test = work.spec.explain.examples, work.data.test
    if not n_example:
        return []
    by_time = predict_by_time(
        work.snn(), test.rates, work.spec.time_steps, work.encoder, work.encoder_seeds[0], work.batch, work.context.should_stop
    )
    is_right = by_time[-1].argmax(-1) == test.labels
    order = torch.randperm(len(test), generator=generator_of(work.seed("examples"))).tolist()
    right = [row for row in order if is_right[row] and test.tokens[row]]
    wrong = [row for row in order if not is_right[row] and test.tokens[row]]
    n_wrong = min(n_example // 2, len(wrong))
    rows = [*right[: n_example - n_wrong], *wrong[:n_wrong]]
    return [(test.texts[row], work.data.classes[int(test.labels[row])]) for row in rows]


def _write_explanation(work: TextRun, number: int, text: str, label: str | None, found: Explanation) -> None:
    """The sentence as a table of words, its class curves, and every recorded spike and membrane."""
    context, classes = work.context, work.data.classes
    said = classes[found.predicted]
    heading = f"Sentence {number}: said {said}" + (f", label {label}" if label is not None else "")
    context.table(
        f"explanation-{number}",
        {
            "word": [f"{place}. {word}" for place, word in enumerate(found.words, 1)],
            "by_occlusion": found.by_occlusion.tolist(),
            "by_spikes": found.by_spikes.tolist(),
            "input_spikes": found.input_raster.sum(1).tolist(),
        },
        heading,
        Plot(
            "bars",
            x="word",
            y=("by_occlusion", "by_spikes"),
            x_label="Word",
            y_label=f"Contribution to '{said}'",
            caption=f"“{text}” How much each word spoke for the class: by silencing it, and by the filter spikes that it took part in.",
        ),
    )
    context.array(
        f"decision-{number}",
        {name: found.class_curves[:, k].numpy() for k, name in enumerate(classes)},
        f"{heading}: the decision forming",
        Plot(
            "traces",
            y=tuple(classes),
            x_label="Time step",
            y_label="Class score",
            caption=f"“{text}” Class scores after t steps.",
        ),
    )
    context.table(
        f"filters-{number}",
        {
            "layer": [one.layer for one in found.filter_spikes[:MOST_FILTER_ROWS]],
            "filter": [one.filter for one in found.filter_spikes[:MOST_FILTER_ROWS]],
            "words": [" ".join(one.words) for one in found.filter_spikes[:MOST_FILTER_ROWS]],
            "spike_times": [" ".join(map(str, one.times)) for one in found.filter_spikes[:MOST_FILTER_ROWS]],
            "weight": [one.weight for one in found.filter_spikes[:MOST_FILTER_ROWS]],
        },
        f"{heading}: the filters that fired",
    )
    _write_spikes(work, number, heading, found)


def _write_spikes(work: TextRun, number: int, heading: str, found: Explanation) -> None:
    """All spikes of one sentence, neurons numbered layer by layer, with membranes and input raster."""
    times, units, groups, first = [], [], [], 0
    names: list[str] = []
    snn = work.snn()
    for layer, spikes in found.output.spikes.items():
        flat = spikes[:, 0].flatten(1).cpu()  # [time, neuron]
        when, who = flat.nonzero(as_tuple=True)
        times.append(when + 1)
        units.append(who + first)
        groups.append(torch.full_like(who, len(names)))
        names.append(layer)
        first += flat.shape[1]
    membranes = {
        f"membrane_{layer}": membrane[:, 0].flatten(1).cpu().numpy() for layer, membrane in found.output.membranes.items()
    }
    work.context.array(
        f"spikes-{number}",
        {
            "times": torch.cat(times).numpy(),
            "units": torch.cat(units).numpy(),
            "groups": torch.cat(groups).numpy(),
            "group_names": names,
            "thresholds": [snn.threshold(layer) for layer in names],
            "input_raster": found.input_raster.numpy(),
            "input_words": list(found.words),
            **membranes,
        },
        f"{heading}: spikes",
        Plot("raster", y=("times", "units"), x_label="Time step", y_label="Neuron", caption="Every spike, coloured by layer."),
        kind="spikes",
    )


def _write_ngrams(work: TextRun) -> None:
    train = work.data.train
    some = torch.randperm(len(train), generator=generator_of(work.seed("ngrams")))[: work.spec.conversion.sentences]
    found = top_ngrams(
        work.snn(),
        train.rates[some],
        train.rates.ids[some],
        work.data.vocabulary,
        work.spec.time_steps,
        work.encoder,
        work.seed("ngrams"),
        batch=work.batch,
        should_stop=work.context.should_stop,
    )
    work.context.table(
        "filter-ngrams",
        {
            "layer": [one.layer for one in found],
            "filter": [one.filter for one in found],
            "words": [" ".join(one.words) for one in found],
            "spikes_per_step": [one.rate for one in found],
        },
        "The word sequences that make each filter fire most",
    )
