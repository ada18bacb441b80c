"""One sentence in a spiking network, spike by spike: the same record whether it comes from a run's files or a live answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

POOL = "pool"
_TITLES = {"pool": "Pooled", "output": "Output", "readout": "Read-out", "input": "Input"}
_CONVOLUTION = re.compile(r"conv_(\d+)$")
_NUMBERED = re.compile(r"^\d+\. ")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LayerSpikes:
    """The spikes of one layer.

    Attributes
    ----------
    name : str
        ``conv_3`` ... (convolutions, with their width in words), ``pool``, ``output``.
    times : int array, ``[spike]``
        Steps from 1.
    units : int array, ``[spike]``
        Neuron inside the layer; a convolution counts its filters at each position: ``position x n_filter + filter``.
    n_neuron : int
    n_filter : int
        Filters of a convolution; ``n_neuron`` for other layers.
    membrane : float array, ``[time, neuron]``, optional
        What was compared with the threshold; live answers have none.
    threshold : float, optional
    """

    name: str
    times: Ints
    units: Ints
    n_neuron: int
    n_filter: int
    membrane: Floats | None = None
    threshold: float | None = None

    @property
    def width(self) -> int:
        """Words that one filter sees; 0 for layers that are no convolution."""
        found = _CONVOLUTION.match(self.name)
        return int(found.group(1)) if found else 0

    @cached_property
    def positions(self) -> Ints:
        """Place of the first word of each spike's window, ``[spike]``; -1 where the layer has no places."""
        return self.units // self.n_filter if self.width else np.full(len(self.units), -1)

    def covers(self, word: int) -> NDArray[np.bool_]:
        """Whether each spike's window holds the word, ``[spike]``."""
        if not self.width:
            return np.zeros(len(self.units), dtype=bool)
        return np.asarray((self.positions <= word) & (word < self.positions + self.width))

    def unit_text(self, unit: int, words: Sequence[str]) -> str:
        """A neuron in words: ``filter 4 at "missed half of"``."""
        if not self.width:
            return f"neuron {unit}"
        position, number = divmod(unit, self.n_filter)
        seen = " ".join(words[position : position + self.width]) or "padding"
        return f"filter {number} at “{seen}”"


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence, what the network said of it, and why.

    Attributes
    ----------
    words : tuple of str
        Those that fit into the sentence length.
    known : tuple of bool
        Whether the vocabulary has each word; all true where that is not recorded.
    n_cut : int
        Words beyond the sentence length.
    classes : tuple of str
    curves : float array, ``[class, time]``
        Class scores after 1, 2 ... steps.
    by_occlusion, by_spikes : float arrays, ``[word]``
        How much each word spoke for the class that was said.
    input_raster : float array, ``[word, time]``
        Input spikes.
    layers : tuple of LayerSpikes
    label : str
        True class; empty where it is not known.
    """

    text: str
    words: tuple[str, ...]
    known: tuple[bool, ...] = ()
    n_cut: int = 0
    classes: tuple[str, ...] = ()
    curves: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    by_occlusion: Floats = field(default_factory=lambda: np.zeros(0))
    by_spikes: Floats = field(default_factory=lambda: np.zeros(0))
    input_raster: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    layers: tuple[LayerSpikes, ...] = ()
    label: str = ""

    @property
    def n_time(self) -> int:
        """Time steps of the network; 0 while none are known."""
        return int(max(self.curves.shape[1], self.input_raster.shape[1]))

    @property
    def probabilities(self) -> Floats:
        """Softmax of the class scores after all steps, ``[class]``."""
        if not self.curves.size:
            return np.zeros(0)
        scores = np.exp(self.curves[:, -1] - self.curves[:, -1].max())
        return np.asarray(scores / scores.sum())

    @property
    def said(self) -> str:
        """The class with the highest score; empty while there is none."""
        return self.classes[int(self.curves[:, -1].argmax())] if self.curves.size else ""

    @property
    def decided_at(self) -> int:
        """First step from which on the answer stays what it is at the end; 0 while there is none."""
        if not self.curves.size:
            return 0
        leading = self.curves.argmax(axis=0)
        other = np.flatnonzero(leading != leading[-1])
        return int(other[-1]) + 2 if len(other) else 1

    @property
    def unknown_words(self) -> tuple[str, ...]:
        """Words that the network does not know, each once."""
        return tuple(dict.fromkeys(word for word, known in zip(self.words, self.known, strict=False) if not known))

    def layer(self, name: str) -> LayerSpikes | None:
        """The layer of that name."""
        return next((layer for layer in self.layers if layer.name == name), None)


def layer_title(name: str) -> str:
    """A layer for people.

    >>> layer_title("conv_3"), layer_title("pool")
    ('Width 3', 'Pooled')
    """
    found = _CONVOLUTION.match(name)
    return f"Width {found.group(1)}" if found else _TITLES.get(name, name)


def filters_in(names: Sequence[str], counts: Mapping[str, int]) -> int:
    """Filters of each convolution: the pooled layer has one neuron for each of them. 1 where there is no pooled layer."""
    n_convolution = sum(bool(_CONVOLUTION.match(name)) for name in names)
    pooled = counts.get(POOL, 0)
    return pooled // n_convolution if n_convolution and pooled >= n_convolution else 1


def layers_of_arrays(arrays: Mapping[str, Any], thresholds: Mapping[str, float]) -> tuple[LayerSpikes, ...]:
    """The layers in a ``spikes-N`` file: neurons are numbered through, layer by layer."""
    names = [str(name) for name in arrays["group_names"]]
    membranes = {name: np.asarray(arrays[f"membrane_{name}"], dtype=float) for name in names if f"membrane_{name}" in arrays}
    counts = {name: membrane.shape[1] for name, membrane in membranes.items()}
    n_filter = filters_in(names, counts)
    times, units, groups = (np.asarray(arrays[name], dtype=np.int64) for name in ("times", "units", "groups"))
    layers, first = [], 0
    for number, name in enumerate(names):
        own = groups == number
        n_neuron = counts.get(name, int(units[own].max()) - first + 1 if own.any() else 0)
        layers.append(
            LayerSpikes(
                name,
                times[own],
                units[own] - first,
                n_neuron,
                n_filter if _CONVOLUTION.match(name) else n_neuron,
                membranes.get(name),
                thresholds.get(name),
            )
        )
        first += n_neuron
    return tuple(layers)


def layers_of_answer(answer: Mapping[str, Any]) -> tuple[LayerSpikes, ...]:
    """The layers in the part ``spikes`` of a live answer."""
    counts = {name: int(layer["n_neuron"]) for name, layer in answer.items()}
    n_filter = filters_in(list(answer), counts)
    return tuple(
        LayerSpikes(
            name,
            np.asarray(layer["times"], dtype=np.int64),
            np.asarray(layer["units"], dtype=np.int64),
            counts[name],
            n_filter if _CONVOLUTION.match(name) else counts[name],
        )
        for name, layer in answer.items()
    )


def bare_word(text: str) -> str:
    """The word in ``3. near``, as tables of words number them."""
    return _NUMBERED.sub("", text)
