"""Reading what a run of ``spiking.text`` left, picture by picture; plain Python, called in threads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurostudio.app import Project, list_runs, show
from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.method.presenter import RunChoice, metric_text, when_text
from neurostudio.gui.panels.spiking_text.sentence import Floats, Sentence, bare_word, layer_title, layers_of_arrays
from neurostudio.report.artifact_data import Table, numbers, read_arrays, read_table
from neurostudio.store.read import final_values
from neurostudio.store.rows import ArtifactRow, RunDetail, RunRow

METHOD = "spiking.text"
MODEL = "snn"
TESTED = frozenset({"converted/accuracy", "test/accuracy"})
_SENTENCE = re.compile(r"^Sentence (\d+): said (?P<said>.*?)(?:, label (?P<label>.*))?$")
_QUOTED = re.compile(r"^“(.*?)” ", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A sentence that the run explained: number in the names of its artifacts, text, and what was said of it."""

    number: int
    text: str
    said: str
    label: str

    @property
    def title(self) -> str:
        """One line for a list."""
        verdict = "" if not self.label else " · right" if self.label == self.said else " · wrong"
        return f"{self.number}. {self.text}  ({self.said}{verdict})"


@dataclass(frozen=True)
class Filter:
    """One filter: the word sequences that make it fire most, with its rate (spikes per step) at its strongest place."""

    layer: str
    number: int
    grams: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class FiredWindow:
    """A window of a sentence that made a filter fire: words, steps, and what that adds to the score of the class."""

    layer: str
    number: int
    words: str
    times: tuple[int, ...]
    weight: float


@dataclass(frozen=True, eq=False)
class LayerRates:
    """Firing rates of one layer over the test sentences.

    Attributes
    ----------
    rates : float array, ``[neuron]``
        Spikes per step.
    n_dead, n_always : int
        Neurons that never fired, and that fired in each step of each sentence.
    saturated_share : float
        Of the neurons that fire for a sentence, the share that fires in each step.
    """

    layer: str
    rates: Floats
    n_dead: int
    n_always: int
    saturated_share: float

    def sentence(self) -> str:
        """The counts in words."""
        name = layer_title(self.layer)
        dead = "every neuron fires" if not self.n_dead else f"{self.n_dead:,} of {len(self.rates):,} neurons never fire"
        share = f"{100 * self.saturated_share:.1f} % of those that fire for a sentence fire in each step"
        return f"{name}: {dead}; {share}."


@dataclass(frozen=True)
class EnergyBar:
    """Energy of one layer of one network in millijoule, by kind of operation (``MAC``, ``AC``, ``memory``)."""

    network: str
    layer: str
    millijoule: tuple[tuple[str, float], ...]

    @property
    def total(self) -> float:
        """Sum over the kinds."""
        return sum(value for _, value in self.millijoule)


@dataclass(frozen=True)
class Energy:
    """One tier of the energy estimate."""

    bars: tuple[EnergyBar, ...]
    kinds: tuple[str, ...]

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that are compared, the ordinary one first."""
        return tuple(dict.fromkeys(bar.network for bar in self.bars))

    def total(self, network: str) -> float:
        """Sum of a network, per sentence."""
        return sum(bar.total for bar in self.bars if bar.network == network)

    def verdict(self) -> str:
        """Who needs less, in one sentence."""
        if len(self.networks) != 2:
            return ""
        ordinary, spiking = self.networks
        ratio = self.total(spiking) / self.total(ordinary) if self.total(ordinary) else float("nan")
        if not np.isfinite(ratio):
            return ""
        if ratio > 1:
            return f"By this estimate the {spiking} needs {ratio:.2f} times as much energy as the {ordinary}: it costs more."
        return f"By this estimate the {spiking} needs {100 * ratio:.0f} % of the energy of the {ordinary}."


class RunResults:
    """The outputs of one run, read when they are asked for.

    A missing or damaged file raises NeuroError; an output that this run does not have gives None.
    """

    def __init__(self, detail: RunDetail) -> None:
        self.row: RunRow = detail.row
        self.metrics: Mapping[str, float] = detail.metrics
        self.settings = detail.settings
        self.artifacts: Mapping[str, ArtifactRow] = {one.name: one for one in detail.artifacts}

    @property
    def has_model(self) -> bool:
        """Whether it left a network that a live session can load."""
        return MODEL in self.artifacts and self.artifacts[MODEL].path.exists()

    def coloured_names(self) -> tuple[str, ...]:
        """Layers, in the order of the network, and classes: what has a colour in most pictures."""
        plots = [self.artifacts[name].plot for name in ("firing-rates", "confusion") if name in self.artifacts]
        return tuple(dict.fromkeys(name for plot in plots if plot is not None for name in plot.y))

    def examples(self) -> tuple[Example, ...]:
        """The sentences that were explained."""
        found = []
        for name, one in self.artifacts.items():
            if (number := _number(name, "spikes")) is None:
                continue
            heading = _SENTENCE.match(one.title.removesuffix(": spikes"))
            said, label = (heading["said"], heading["label"] or "") if heading else ("", "")
            found.append(Example(number, self._text(number), said, label))
        return tuple(sorted(found, key=lambda one: one.number))

    def sentence(self, example: Example) -> Sentence:
        """Everything that was recorded of one sentence."""
        arrays = read_arrays(self._path(f"spikes-{example.number}"))
        words, by_occlusion, by_spikes = self._explanation(example.number, len(arrays["input_raster"]))
        curves = read_arrays(self._path(f"decision-{example.number}")) if f"decision-{example.number}" in self.artifacts else {}
        return Sentence(
            text=example.text,
            words=words,
            classes=tuple(curves),
            curves=np.array([curves[name] for name in curves], dtype=float) if curves else np.zeros((0, 0)),
            by_occlusion=by_occlusion,
            by_spikes=by_spikes,
            input_raster=np.asarray(arrays["input_raster"], dtype=float),
            layers=layers_of_arrays(arrays, self.thresholds()),
            label=example.label,
        )

    def fired_windows(self, example: Example) -> tuple[FiredWindow, ...]:
        """The windows of a sentence that made filters fire, most spikes first."""
        table = self._table(f"filters-{example.number}")
        if table is None:
            return ()
        columns = (table.column(name) for name in ("layer", "filter", "words", "spike_times", "weight"))
        return tuple(
            FiredWindow(layer, int(number), words, tuple(int(step) for step in steps.split()), float(weight))
            for layer, number, words, steps, weight in zip(*columns, strict=True)
        )

    def thresholds(self) -> dict[str, float]:
        """Threshold of each layer."""
        table = self._table("thresholds")
        if table is None:
            return {}
        return dict(zip(table.column("layer"), numbers(table.column("threshold"), "threshold").tolist(), strict=True))

    def energy(self, *, with_memory: bool) -> Energy | None:
        """The estimate of one tier."""
        table = self._table("energy-with-memory" if with_memory else "energy")
        if table is None:
            return None
        kinds = tuple(name for name in table.columns[1:] if not name.endswith((" operations", " bytes")))
        values = {kind: numbers(table.column(kind), kind) for kind in kinds}
        bars = []
        for row, place in enumerate(table.column("layer")):
            network, _, layer = place.rpartition(" ")
            bars.append(EnergyBar(network, layer, tuple((kind, float(values[kind][row])) for kind in kinds)))
        return Energy(tuple(bars), kinds)

    def constants(self) -> Table | None:
        """The constants of the energy estimate."""
        return self._table("energy-constants")

    def rates(self) -> tuple[LayerRates, ...] | None:
        """Firing rates by layer."""
        if "firing-rates" not in self.artifacts:
            return None
        table = self._table("neurons")
        shares = (
            {}
            if table is None
            else dict(zip(table.column("layer"), numbers(table.column("saturated_share"), "saturated_share"), strict=True))
        )
        arrays = read_arrays(self._path("firing-rates"))
        return tuple(
            LayerRates(layer, rates, int((rates == 0).sum()), int((rates >= 1).sum()), float(shares.get(layer, float("nan"))))
            for layer, rates in ((name, np.asarray(values, dtype=float)) for name, values in arrays.items())
        )

    def filters(self) -> tuple[Filter, ...] | None:
        """Each filter with its word sequences."""
        table = self._table("filter-ngrams")
        if table is None:
            return None
        grams: dict[tuple[str, int], list[tuple[str, float]]] = {}
        columns = (table.column(name) for name in ("layer", "filter", "words", "spikes_per_step"))
        for layer, number, words, rate in zip(*columns, strict=True):
            grams.setdefault((layer, int(number)), []).append((words, float(rate)))
        return tuple(Filter(layer, number, tuple(found)) for (layer, number), found in grams.items())

    def test_sentences(self, most: int = 8) -> tuple[str, ...]:
        """A few short test sentences, rightly and wrongly classified ones in turn, for a first try."""
        table = self._table("predictions")
        if table is None:
            return ()
        rows = list(zip(table.column("text"), table.column("label"), table.column("snn"), strict=True))
        rows.sort(key=lambda row: len(row[0]))
        start = len(rows) // 4  # neither the shortest nor the longest
        right = [text for text, label, said in rows[start:] if label == said]
        wrong = [text for text, label, said in rows[start:] if label != said]
        mixed = [text for pair in zip(right, wrong, strict=False) for text in pair] or right
        return tuple(dict.fromkeys(mixed[:most]))

    def _text(self, number: int) -> str:
        plot = self.artifacts[f"explanation-{number}"].plot if f"explanation-{number}" in self.artifacts else None
        quoted = _QUOTED.match(plot.caption) if plot else None
        return quoted.group(1) if quoted else f"Sentence {number}"

    def _explanation(self, number: int, n_word: int) -> tuple[tuple[str, ...], Floats, Floats]:
        table = self._table(f"explanation-{number}")
        if table is None:
            return tuple(f"word {place + 1}" for place in range(n_word)), np.zeros(0), np.zeros(0)
        words = tuple(bare_word(word) for word in table.column("word"))
        by_occlusion, by_spikes = (numbers(table.column(name), name) for name in ("by_occlusion", "by_spikes"))
        return words, by_occlusion, by_spikes

    def _table(self, name: str) -> Table | None:
        return read_table(self._path(name)) if name in self.artifacts else None

    def _path(self, name: str) -> Path:
        if name not in self.artifacts:
            raise NeuroError(f"The run '{self.row.name}' has no output '{name}'")
        return self.artifacts[name].path


def choices(project: Project) -> tuple[RunChoice, ...]:
    """Runs whose results can be looked at, newest first: finished ones, and those that ended after a test."""
    rows = [row for row in list_runs(project, method=METHOD) if not row.serve and row.state not in ("queued", "running")]
    values = final_values(project.store, [row.run_id for row in rows])
    shown = [row for row in rows if row.state == "done" or TESTED & values.get(row.run_id, {}).keys()]
    return tuple(
        RunChoice(row.run_id, _choice_text(row, values.get(row.run_id, {}).get("test/accuracy")), row.state) for row in shown
    )


def open_results(project: Project, run_id: str) -> RunResults:
    """The results of one run."""
    return RunResults(show(project, run_id))


def _choice_text(row: RunRow, accuracy: float | None) -> str:
    end = f"accuracy {metric_text(accuracy)}" if accuracy is not None else row.state
    return f"{row.name} · {end} · {when_text(row.created)}"


def _number(name: str, family: str) -> int | None:
    found = re.fullmatch(rf"{family}-(\d+)", name)
    return int(found.group(1)) if found else None
