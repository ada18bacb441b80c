"""From the ordinary to the spiking network: copy the weights, balance the thresholds on data, compare.

Threshold balancing: with ``lam_k`` the 99.9 % quantile of the activations ``c_k`` of about a thousand training sentences and
``lam`` that of ``h``, set ``th_k = lam_k`` and ``th_pool = lam``. A spike carries the weight of its threshold, so no weight
changes. Activations above the threshold cannot be told apart any more: their share is reported as clipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import Encoder
from neurostudio.methods.spiking.evaluation import Rates, ShouldStop, ann_logits, predict_by_time
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.spiking_textcnn import OUTPUT, POOL, Readout, SpikingTextCNN
from neurostudio.methods.spiking.textcnn import TextCNN


@dataclass(frozen=True)
class ConversionReport:
    """What the conversion set.

    Attributes
    ----------
    quantile : float
    thresholds : dict of str to float
        Layer -> threshold.
    clipped : dict of str to float
        Layer -> share of the activations above 0 that lie above the threshold.
    silent : tuple of str
        Layers without any activation above 0; they keep the default threshold.
    """

    quantile: float
    thresholds: dict[str, float]
    clipped: dict[str, float]
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class SweepRow:
    """The converted network with T steps: its accuracy, and the share of sentences where it agrees with the ANN."""

    n_steps: int
    accuracy: float
    agreement: float


@torch.no_grad()
def convert(
    ann: TextCNN,
    rates_sample: Tensor,
    quantile: float = 0.999,
    parameters: NeuronParameters | None = None,
    initial_fraction: float = 0.5,
    readout: Readout = "accumulator",
) -> tuple[SpikingTextCNN, ConversionReport]:
    """Make the spiking network of an ordinary one.

    Parameters
    ----------
    ann : TextCNN
    rates_sample : Tensor, shape [sentence, length, n_dim]
        About 1,000 training sentences to measure activations on.
    quantile : float
        In (0, 1]; thresholds are this quantile of the activations.
    parameters : NeuronParameters, optional
        Of all neurons; their threshold is replaced by the balanced ones.
    initial_fraction, readout
        See :class:`SpikingTextCNN`. Output neurons (``spikes``) are balanced on the logits above 0.
    """
    if not 0 < quantile <= 1:
        raise RequestError(f"The quantile is {quantile}", fix="Give a number above 0 and at most 1, such as 0.999")
    if not len(rates_sample):
        raise RequestError("There is no sentence to measure activations on", fix="Give some training sentences")
    snn = SpikingTextCNN(
        ann.n_dim, ann.n_filters, ann.widths, ann.n_class, ann.population, parameters, initial_fraction, readout, ann.centred
    ).to(rates_sample.device)
    for name, weight in ann.named_parameters():
        snn.get_parameter(name).copy_(weight)

    was_training = ann.training
    ann.eval()
    seen = ann.activations(rates_sample)
    ann.train(was_training)
    activations = {f"conv_{width}": c for width, c in seen.convolutions.items()} | {POOL: seen.pooled}
    if readout == "spikes":
        activations[OUTPUT] = ann.readout(seen.pooled).clamp_min(0)
    thresholds, clipped, silent = {}, {}, []
    for layer, activation in activations.items():
        values = activation.flatten().cpu().numpy()
        threshold = float(np.quantile(values, quantile))
        if threshold > 0:
            snn.set_threshold(layer, threshold)
        else:
            silent.append(layer)
        thresholds[layer] = snn.threshold(layer)
        clipped[layer] = float((values > thresholds[layer]).sum() / max((values > 0).sum(), 1))
    return snn, ConversionReport(quantile, thresholds, clipped, tuple(silent))


def sweep(
    ann: TextCNN,
    snn: SpikingTextCNN,
    rates: Rates,
    labels: Tensor,
    steps: Sequence[int],
    encoder: Encoder = "bernoulli",
    seed: int = 0,
    batch: int = 512,
    should_stop: ShouldStop | None = None,
) -> list[SweepRow]:
    """Accuracy of the spiking network, and agreement with the ordinary one, for several numbers of steps.

    One run with the most steps serves all: a run of T steps is the beginning of a longer one.
    """
    expected = ann_logits(ann, rates, batch, should_stop).argmax(-1)
    by_time = predict_by_time(snn, rates, max(steps), encoder, seed, batch, should_stop).argmax(-1)
    rows = []
    for n_steps in sorted(set(steps)):
        said = by_time[n_steps - 1]
        accuracy, agreement = (said == labels.cpu()).double().mean(), (said == expected).double().mean()
        rows.append(SweepRow(n_steps, float(accuracy), float(agreement)))
    return rows


_REASONS: tuple[tuple[tuple[type[nn.Module], ...], str], ...] = (
    (
        (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
        "the largest of several spike trains cannot be told from spikes; use average pooling and train again",
    ),
    (
        (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
        "fold the batch norm into the weights of the layer before it",
    ),
    (
        (nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm1d, nn.InstanceNorm2d),
        "it needs the mean of the whole layer at each step; remove it and train again",
    ),
    (
        (nn.Sigmoid, nn.Tanh, nn.GELU, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Softplus, nn.Hardtanh),
        "an integrate-and-fire neuron imitates a ReLU only; use ReLU and train again",
    ),
    (
        (nn.RNN, nn.LSTM, nn.GRU, nn.MultiheadAttention, nn.TransformerEncoderLayer),
        "recurrent gates and attention multiply activations; there is no spiking form of that here",
    ),
)


def why_not_convertible(module: nn.Module) -> list[str]:
    """List each layer of a foreign network that cannot be converted, and what to change; empty where all can.

    Examples
    --------
    >>> why_not_convertible(nn.Sequential(nn.Linear(4, 2, bias=False), nn.Tanh()))
    ['1 (Tanh): an integrate-and-fire neuron imitates a ReLU only; use ReLU and train again.']
    """
    found = []
    for name, layer in module.named_modules():
        what = f"{name or 'the network'} ({type(layer).__name__})"
        found += [f"{what}: {reason}." for kinds, reason in _REASONS if isinstance(layer, kinds)]
        if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d) and layer.bias is not None:
            found.append(f"{what}: a bias is a current without spikes; train with bias=False.")
    return found
