"""The spiking TextCNN: the layers of the ordinary network, each followed by integrate-and-fire neurons.

input -> conv_k -> neurons -> average over positions -> neurons -> W -> read-out

Every layer runs over all time steps before the next one starts, each with membranes of its own, so nothing is shared
between filter widths, sentences or batches. A spike carries the weight of its layer's threshold, so rates keep the scale of
the ordinary network's activations:

``I_k[t] = conv_k(x[t]);  s_k = IF(I_k; th_k);  p_k[t] = th_k mean_position s_k[t];  s = IF(concat p_k; th_pool)``
``y[t] = W th_pool s[t];  logits after t steps = mean of y[1..t]``

With direct input (rates in place of spikes) ``I_k`` is the same at each step and is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.neurons import NeuronParameters, lif, lif_trace
from neurostudio.methods.spiking.textcnn import ConvolutionalReader, convolve

Readout = Literal["accumulator", "spikes"]
Record = Literal["nothing", "counts", "everything"]

INPUT, POOL, OUTPUT = "input", "pool", "output"
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class SpikingOutput:
    """What a forward pass gives. Layers are named ``conv_3`` ..., ``pool``, and ``output`` where output neurons spike.

    Attributes
    ----------
    logits_by_time : Tensor, shape [time, batch, class]
        Mean read-out of the steps so far; the last row decides.
    step_scores : Tensor, shape [time, batch, class]
        Read-out of each single step: output current (accumulator) or output spikes, populations summed.
    rates : dict of str to Tensor
        Layer -> spikes per step of each unit, [batch, filter] (a convolution: mean over positions); differentiable.
    counts : dict of str to Tensor
        With `record`: layer -> spikes of each neuron summed over time and batch, [position, filter] or [unit]; and
        ``input`` [position, n_dim], for direct input the summed rates.
    extremes : dict of str to (int, int)
        With `record`: layer -> pairs of sentence and neuron where the neuron fired at all, and in each step.
    spikes, membranes : dict of str to Tensor
        With `record` 'everything': layer -> [time, batch, (position,) unit]. The membrane is the value that was compared
        with the threshold; ``output`` is there for the accumulator too, as the running sum.
    """

    logits_by_time: Tensor
    step_scores: Tensor
    rates: dict[str, Tensor]
    counts: dict[str, Tensor] = field(default_factory=dict)
    extremes: dict[str, tuple[int, int]] = field(default_factory=dict)
    spikes: dict[str, Tensor] = field(default_factory=dict)
    membranes: dict[str, Tensor] = field(default_factory=dict)

    @property
    def logits(self) -> Tensor:
        """Class scores after all steps, [batch, class]."""
        return self.logits_by_time[-1]


class SpikingTextCNN(ConvolutionalReader):
    """The spiking network; see the module's docstring.

    Parameters
    ----------
    n_dim, n_filters, widths, n_class, population, centred
        As in the ordinary network.
    neuron : NeuronParameters
        Decay, reset and surrogate of all neurons; thresholds are set by layer (:meth:`set_threshold`).
    initial_fraction : float
        Membrane before the first step as a share of the threshold, in [0, 1); one half halves the rounding error.
    readout : Readout
        ``accumulator``: the output currents are summed, no output spikes. ``spikes``: output neurons fire (the paper).
    """

    def __init__(
        self,
        n_dim: int,
        n_filters: int,
        widths: Sequence[int],
        n_class: int,
        population: int = 1,
        neuron: NeuronParameters | None = None,
        initial_fraction: float = 0.5,
        readout: Readout = "accumulator",
        centred: bool = True,
    ) -> None:
        super().__init__(n_dim, n_filters, widths, n_class, population, centred)
        if not 0 <= initial_fraction < 1:
            raise RequestError(f"The initial membrane is {initial_fraction} thresholds", fix="Give at least 0 and below 1")
        self.neuron = neuron or NeuronParameters()
        self.initial_fraction = initial_fraction
        self.readout_kind: Readout = readout
        for layer in (*self.convolution_layers, POOL, OUTPUT):
            self.register_buffer(f"threshold_{layer}", torch.tensor(self.neuron.threshold))

    @property
    def convolution_layers(self) -> tuple[str, ...]:
        """Names of the convolutions, ``conv_3`` ..."""
        return tuple(f"conv_{width}" for width in self.widths)

    @property
    def spiking_layers(self) -> tuple[str, ...]:
        """Names of all layers whose neurons fire."""
        return (*self.convolution_layers, POOL, *((OUTPUT,) if self.readout_kind == "spikes" else ()))

    def threshold(self, layer: str) -> float:
        """Threshold of a layer, which is also the weight of its spikes."""
        return float(self.get_buffer(f"threshold_{layer}"))

    def set_threshold(self, layer: str, value: float) -> None:
        """Set the threshold of a layer; above 0."""
        if not value > 0:
            raise RequestError(f"The threshold of {layer} is {value}", fix="Give a threshold above 0")
        if self.neuron.reset == "hard" and not self.neuron.v_reset < value:
            raise RequestError(f"The threshold of {layer} is {value}, not above the reset potential {self.neuron.v_reset}")
        self.get_buffer(f"threshold_{layer}").fill_(value)

    def forward(self, inputs: Tensor, n_steps: int | None = None, record: Record = "nothing") -> SpikingOutput:
        """Run all time steps from rest.

        Parameters
        ----------
        inputs : Tensor
            Spikes [time, batch, length, n_dim], or rates [batch, length, n_dim] as a constant current (direct).
        n_steps : int
            Time steps; needed for rates, and checked for spikes.
        record : Record
            What to keep besides the scores.

        Raises
        ------
        RequestError
            When the shape does not fit, or the number of steps is missing.
        """
        is_direct = inputs.dim() == 3
        n_steps = _checked_steps(inputs, n_steps)
        self.check_input(inputs)
        recorder = _Recorder(record)
        recorder.count(INPUT, inputs.unsqueeze(0) if is_direct else inputs)
        length = inputs.shape[-2]
        if record == "nothing":
            inputs = self._without_common_padding(inputs)
        pooled = []
        for width, layer in zip(self.widths, self.convolution_layers, strict=True):
            if is_direct:
                current = convolve(inputs, self.kernel(width))
            else:
                current = convolve(inputs.flatten(0, 1), self.kernel(width))
                current = current.view(n_steps, -1, *current.shape[1:])
            spikes = self._fire(layer, current, recorder, n_steps if is_direct else None)
            pooled.append(spikes.sum(dim=2) / (length - width + 1))
        rates = {layer: mean.mean(dim=0) for layer, mean in zip(self.convolution_layers, pooled, strict=True)}
        current = torch.cat(
            [self.threshold(layer) * mean for layer, mean in zip(self.convolution_layers, pooled, strict=True)], 2
        )
        spikes = self._fire(POOL, current, recorder)
        rates[POOL] = spikes.mean(dim=0)
        current = self.readout(self.threshold(POOL) * spikes)
        if self.readout_kind == "spikes":
            spikes = self._fire(OUTPUT, current, recorder)
            rates[OUTPUT] = spikes.mean(dim=0)
            scores, weight = self.sum_populations(spikes), self.threshold(OUTPUT)
        else:
            scores, weight = self.sum_populations(current), 1.0
            recorder.keep_membrane(OUTPUT, scores.cumsum(0))
        steps = torch.arange(1, n_steps + 1, dtype=scores.dtype, device=scores.device).view(-1, 1, 1)
        logits_by_time = weight * scores.cumsum(0) / steps
        return SpikingOutput(
            logits_by_time, scores, rates, recorder.counts, recorder.extremes, recorder.spikes, recorder.membranes
        )

    def _without_common_padding(self, inputs: Tensor) -> Tensor:
        """Cut the positions that no window with a word reaches: without biases nothing happens there."""
        used = inputs.detach().amax(dim=(*range(inputs.dim() - 2), -1)).nonzero()
        longest = int(used[-1, 0]) + 1 if len(used) else 1
        return inputs[..., : longest + max(self.widths) - 1, :]

    def _fire(self, layer: str, current: Tensor, recorder: _Recorder, n_steps: int | None = None) -> Tensor:
        threshold = self.threshold(layer)
        initial = self.initial_fraction * threshold
        if recorder.record == "everything":
            spikes, membrane = lif_trace(current, self.neuron, initial, threshold, n_steps)
            recorder.keep(layer, spikes, membrane)
        else:
            spikes = lif(current, self.neuron, initial, threshold, n_steps)
        recorder.count(layer, spikes)
        return spikes


class _Recorder:
    """Keeps what a forward pass was asked to keep."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.counts: dict[str, Tensor] = {}
        self.extremes: dict[str, tuple[int, int]] = {}
        self.spikes: dict[str, Tensor] = {}
        self.membranes: dict[str, Tensor] = {}

    def count(self, layer: str, spikes: Tensor) -> None:
        if self.record != "nothing":
            by_sentence = spikes.detach().sum(dim=0)
            self.counts[layer] = by_sentence.sum(dim=0)
            if layer != INPUT:
                self.extremes[layer] = int((by_sentence > 0).sum()), int((by_sentence == spikes.shape[0]).sum())

    def keep(self, layer: str, spikes: Tensor, membrane: Tensor) -> None:
        self.spikes[layer], self.membranes[layer] = spikes, membrane

    def keep_membrane(self, layer: str, membrane: Tensor) -> None:
        if self.record == "everything":
            self.membranes[layer] = membrane.detach()


def batch_bytes(net: ConvolutionalReader, n_steps: int, batch: int, length: int, is_direct: bool, with_gradient: bool) -> int:
    """Memory that a forward (and backward) pass of one batch takes at its peak, estimated.

    The caller compares it with the memory there is and takes a smaller batch; evaluation does so by itself.
    """
    inputs = length * net.n_dim * (1 if is_direct else n_steps)
    neurons = sum(length - width + 1 for width in net.widths) * net.n_filters
    kept = 3 if with_gradient else 1  # currents, spikes, membranes; without gradient about one width at a time
    return _FLOAT_BYTES * batch * (2 * inputs + (kept + 1) * neurons * n_steps)


def _checked_steps(inputs: Tensor, n_steps: int | None) -> int:
    if inputs.dim() == 4:
        if n_steps not in (None, inputs.shape[0]):
            raise RequestError(f"The input has {inputs.shape[0]} time steps, {n_steps} were asked for")
        n_steps = inputs.shape[0]
    elif inputs.dim() != 3:
        raise RequestError(
            f"The input has {inputs.dim()} axes", fix="Give spikes [time, batch, length, n_dim] or rates [batch, length, n_dim]"
        )
    if n_steps is None or n_steps < 1:
        raise RequestError("The number of time steps is missing", fix="Give n_steps of at least 1")
    return n_steps
