"""What the networks say about a data set, and how their neurons behave meanwhile.

Sentences are taken in order of length (short batches are cheap) in batches that fit in memory. Each sentence has an encoder
seed of its own, derived from the seed and its place in the data set, so results do not depend on the batches.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neurostudio.core.errors import Cancelled
from neurostudio.methods.spiking.encoders import Encoder, encode
from neurostudio.methods.spiking.rates import SentenceRates, last_used_position
from neurostudio.methods.spiking.spiking_textcnn import INPUT, Record, SpikingOutput, SpikingTextCNN, batch_bytes
from neurostudio.methods.spiking.textcnn import ConvolutionalReader, TextCNN
from neurostudio.methods.spiking.training import derive_seed

Rates = Tensor | SentenceRates
ShouldStop = Callable[[], bool]

_BATCH_BYTES = 256 << 20
_MOST_SILENT, _MOST_SATURATED = 0.5, 0.2
_INT8_LEVELS = 127


@dataclass(frozen=True)
class SpikingEvaluation:
    """Scores of a spiking network under several encoder seeds.

    Attributes
    ----------
    logits : Tensor, shape [seed, sentence, class]
        After all steps.
    accuracy_by_time : Tensor, shape [seed, time]
        Accuracy when the decision is taken after t steps.
    """

    logits: Tensor
    accuracy_by_time: Tensor

    @property
    def predictions(self) -> Tensor:
        """Predicted class, [seed, sentence]."""
        return self.logits.argmax(-1)

    @property
    def accuracy(self) -> float:
        """Mean over seeds."""
        return float(self.accuracy_by_time[:, -1].mean())

    @property
    def accuracy_std(self) -> float:
        """Standard deviation over seeds; 0 for a single one."""
        final = self.accuracy_by_time[:, -1]
        return float(final.std()) if len(final) > 1 else 0.0


@dataclass(frozen=True)
class ClassScores:
    """Scores of each class, [class]; a class that is never predicted has precision 0."""

    precision: Tensor
    recall: Tensor
    f1: Tensor
    support: Tensor

    @property
    def f1_macro(self) -> float:
        """Mean over the classes that occur."""
        return float(self.f1[self.support > 0].mean())


@dataclass(frozen=True)
class LayerActivity:
    """Spikes of one layer over a data set.

    Attributes
    ----------
    counts : Tensor
        Spikes of each neuron, [position, filter] or [unit]; of the input [position, n_dim].
    n_active, n_saturated : int
        Pairs of neuron and sentence where the neuron fired at all, and in each step.
    """

    counts: Tensor
    n_active: int = 0
    n_saturated: int = 0

    @property
    def n_spikes(self) -> float:
        return float(self.counts.sum())

    @property
    def silent_share(self) -> float:
        """Share of units (filters, of a convolution) that never fire."""
        by_unit = self.counts.reshape(-1, self.counts.shape[-1]).sum(0)
        return float((by_unit == 0).float().mean())

    @property
    def saturated_share(self) -> float:
        """Of the neurons that fire at all for a sentence, the share that fires in each step."""
        return self.n_saturated / max(self.n_active, 1)


@dataclass(frozen=True)
class Activity:
    """Spikes of a network over a data set.

    Attributes
    ----------
    layers : dict of str to LayerActivity
        ``input``, ``conv_3`` ..., ``pool``, and ``output`` where it spikes. For direct input its counts are rates.
    words_at : Tensor, shape [position]
        Sentences that reach so far.
    is_direct : bool
        The rates entered as a constant current.
    """

    layers: dict[str, LayerActivity]
    words_at: Tensor
    n_sentence: int
    n_steps: int
    is_direct: bool

    def rates(self, layer: str) -> Tensor:
        """Firing rate of each neuron, spikes per step; shaped like the counts."""
        return self.layers[layer].counts / (self.n_sentence * (1 if self.is_direct and layer == INPUT else self.n_steps))

    def mean_rate(self, layer: str) -> float:
        """Mean over the neurons of a layer, padded positions included."""
        return float(self.rates(layer).mean())

    def warnings(self) -> list[str]:
        """One sentence for each layer that is mostly silent or saturated."""
        found = []
        for name, layer in self.layers.items():
            if name == INPUT:
                continue
            if layer.silent_share > _MOST_SILENT:
                found.append(
                    f"{layer.silent_share:.0%} of the units of {name} never fire: lower its threshold (a lower quantile)."
                )
            if layer.saturated_share > _MOST_SATURATED:
                found.append(
                    f"{layer.saturated_share:.0%} of the active neurons of {name} fire in each step: raise its threshold "
                    "(a higher quantile) or take more time steps."
                )
        return found


@torch.no_grad()
def ann_logits(ann: TextCNN, rates: Rates, batch: int = 512, should_stop: ShouldStop | None = None) -> Tensor:
    """Logits [sentence, class] of the ordinary network, without dropout."""
    ann.eval()
    logits = torch.empty(len(rates), ann.n_class)
    for rows in _batches(ann, rates, 1, batch, True, should_stop):
        logits[rows] = ann(rates[rows]).cpu()
    return logits


@torch.no_grad()
def predict_by_time(
    snn: SpikingTextCNN,
    rates: Rates,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seed: int = 0,
    batch: int = 512,
    should_stop: ShouldStop | None = None,
) -> Tensor:
    """Logits after 1 ... T steps, [time, sentence, class].

    Raises
    ------
    Cancelled
        When `should_stop` says so, between two batches.
    """
    logits = torch.empty(n_steps, len(rates), snn.n_class)
    for rows, output in run_batches(snn, rates, n_steps, encoder, seed, batch, should_stop):
        logits[:, rows] = output.logits_by_time.cpu()
    return logits


@torch.no_grad()
def run_batches(
    snn: SpikingTextCNN,
    rates: Rates,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seed: int = 0,
    batch: int = 512,
    should_stop: ShouldStop | None = None,
    record: Record = "nothing",
) -> Iterator[tuple[Tensor, SpikingOutput]]:
    """Yield row numbers and outputs of all sentences, in batches that fit in memory; Cancelled when asked to stop."""
    snn.eval()
    for rows in _batches(snn, rates, n_steps, batch, encoder == "direct", should_stop):
        seeds = [derive_seed(seed, "encoder", row) for row in rows.tolist()]
        yield rows, snn(encode(encoder, rates[rows], n_steps, seeds=seeds), n_steps, record=record)


def evaluate_snn(
    snn: SpikingTextCNN,
    rates: Rates,
    labels: Tensor,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seeds: Sequence[int] = (0,),
    batch: int = 512,
    should_stop: ShouldStop | None = None,
) -> SpikingEvaluation:
    """Test a spiking network with several encoder seeds; encoders without chance run once."""
    if encoder != "bernoulli":
        seeds = seeds[:1]
    by_time = torch.stack([predict_by_time(snn, rates, n_steps, encoder, seed, batch, should_stop) for seed in seeds])
    return SpikingEvaluation(by_time[:, -1], (by_time.argmax(-1) == labels.cpu()).double().mean(dim=2))


@torch.no_grad()
def measure_activity(
    snn: SpikingTextCNN,
    rates: Rates,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seed: int = 0,
    batch: int = 512,
    should_stop: ShouldStop | None = None,
) -> Activity:
    """Count the spikes of every neuron over a data set."""
    counts: dict[str, Tensor] = {}
    active: dict[str, int] = {}
    saturated: dict[str, int] = {}
    for _, output in run_batches(snn, rates, n_steps, encoder, seed, batch, should_stop, record="counts"):
        for layer, count in output.counts.items():
            counts[layer] = counts.get(layer, 0) + count.double().cpu()
        for layer, (n_active, n_saturated) in output.extremes.items():
            active[layer] = active.get(layer, 0) + n_active
            saturated[layer] = saturated.get(layer, 0) + n_saturated
    layers = {name: LayerActivity(count, active.get(name, 0), saturated.get(name, 0)) for name, count in counts.items()}
    n_position = counts[INPUT].shape[0]
    reached = lengths_of(rates).cpu()[:, None] > torch.arange(n_position)
    return Activity(layers, reached.sum(0), len(rates), n_steps, encoder == "direct")


def confusion_matrix(labels: Tensor, predictions: Tensor, n_class: int) -> Tensor:
    """Counts [true class, predicted class], int64."""
    return torch.bincount(labels.flatten() * n_class + predictions.flatten(), minlength=n_class**2).view(n_class, n_class)


def class_scores(confusion: Tensor) -> ClassScores:
    """Precision, recall and F1 of each class from a confusion matrix."""
    right = confusion.diagonal().double()
    predicted, support = confusion.sum(0), confusion.sum(1)
    precision, recall = right / predicted.clamp_min(1), right / support.clamp_min(1)
    f1 = 2 * right / (predicted + support).clamp_min(1)
    return ClassScores(precision, recall, f1, support)


def with_int8_weights(net: SpikingTextCNN) -> SpikingTextCNN:
    """A copy whose weights are rounded to 8 bits: one scale per filter or output neuron, symmetric, -127 ... 127."""
    rounded = copy.deepcopy(net).fold()
    with torch.no_grad():
        for weight in rounded.parameters():
            scale = weight.abs().amax(dim=tuple(range(1, weight.dim())), keepdim=True).clamp_min(1e-30) / _INT8_LEVELS
            weight.copy_((weight / scale).round() * scale)
    return rounded


def lengths_of(rates: Rates) -> Tensor:
    """Positions up to the last word that is not silent, [sentence]."""
    return rates.n_word if isinstance(rates, SentenceRates) else last_used_position(rates.gt(0).any(dim=2))


def _batches(
    net: ConvolutionalReader, rates: Rates, n_steps: int, batch: int, is_direct: bool, should_stop: ShouldStop | None
) -> Iterator[Tensor]:
    """Row numbers in batches of about equal length that fit in memory."""
    length = rates[:1].shape[1] if len(rates) else 1
    for_one = batch_bytes(net, n_steps, 1, length, is_direct, with_gradient=False)
    size = max(1, min(batch, _BATCH_BYTES // for_one))
    for rows in torch.split(lengths_of(rates).argsort(stable=True), size):
        if should_stop is not None and should_stop():
            raise Cancelled
        yield rows
