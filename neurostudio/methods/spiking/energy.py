"""Energy of one sentence, estimated from counted operations. An estimate, never a measurement.

Tier 1, the formula of this literature: ``E = MACs x E_MAC`` for the ordinary network, ``E = SOPs x E_AC`` for the spiking
one. A synaptic operation (SOP) is one spike arriving at one neuron: they are counted from the spikes, each with the fan-out it
has where it stands (fewer windows cover the edges of a sentence). With direct input the first layer multiplies, once.

Tier 2 adds memory traffic and compares with an ordinary network quantised to ``ceil(log2(T + 1))`` bits, which tells apart as
many levels as T steps do. Both run on the same assumed hardware: all filters of a layer work side by side on one word, each
operation reads its weight from a 32 KB buffer, accumulators stay in registers within a step:

=================  ==============================================  ==========================================
traffic            ordinary network                                spiking network, per step
=================  ==============================================  ==========================================
weights            one read per MAC                                one read per SOP
inputs             ``MACs / F`` activations of b bits              ``MACs / F`` bits
membranes          none                                            one read and one write per neuron
outputs            one activation of b bits per neuron             one bit per neuron
=================  ==============================================  ==========================================

Average pooling, nonlinearities and leaks are left out in both tiers, for both networks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.evaluation import Activity
from neurostudio.methods.spiking.spiking_textcnn import INPUT, POOL
from neurostudio.methods.spiking.textcnn import ConvolutionalReader

Kind = Literal["MAC", "AC", "memory"]
READOUT = "readout"
FORMULA = "E(ANN) = MACs x E_MAC;  E(SNN) = SOPs x E_AC (+ MACs x E_MAC where the input is direct)"

_MILLIJOULE_PER_PICOJOULE = 1e-9
_BITS_PER_BYTE = 8
_INT8_MULTIPLICATION_BITS = 64  # an 8 x 8 bit multiplier


@dataclass(frozen=True)
class EnergyConstants:
    """Energy of single operations, in picojoule; every number may be replaced.

    Attributes
    ----------
    mac, ac : float
        One multiplication with addition; one addition.
    memory_byte : float
        Reading or writing one byte of a 32 KB on-chip buffer (20 pJ per 64 bits).
    int8_multiplication, int8_addition : float
        For the quantised network; multiplication scales with the product of the bit widths.
    weight_bits, membrane_bits : float
        Widths in memory, tier 2.
    source : str
    """

    mac: float
    ac: float
    memory_byte: float = 2.5
    int8_multiplication: float = 0.2
    int8_addition: float = 0.03
    weight_bits: float = 8.0
    membrane_bits: float = 16.0
    source: str = "M. Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014; 45 nm, 0.9 V"

    def with_changes(self, changes: Mapping[str, float]) -> EnergyConstants:
        """A copy with some numbers replaced; RequestError names an unknown or negative one."""
        known = [field.name for field in fields(self) if field.name != "source"]
        for name, value in changes.items():
            if name not in known:
                raise RequestError(f"There is no energy constant '{name}'", fix=f"Known: {', '.join(known)}")
            if not (math.isfinite(value) and value >= 0):
                raise RequestError(f"The energy constant {name} is {value}", fix="Give a number of at least 0, in picojoule")
        return replace(self, **changes) if changes else self  # type: ignore[arg-type]


PRESETS: dict[str, EnergyConstants] = {
    "45nm-fp32": EnergyConstants(mac=4.6, ac=0.9),
    "45nm-fp16": EnergyConstants(mac=1.5, ac=0.4),
    "45nm-int8": EnergyConstants(mac=0.23, ac=0.03),
}


@dataclass(frozen=True)
class EnergyRow:
    """One line of the energy table: `n_operation` (bytes for memory) per sentence, and what they cost."""

    network: str
    layer: str
    kind: Kind
    n_operation: float
    millijoule: float


@dataclass(frozen=True)
class EnergyReport:
    """Rows of all networks of one tier.

    Attributes
    ----------
    rows : tuple of EnergyRow
    reference, spiking : str
        Names of the two networks that are compared.
    counts_padding : bool
        Whether padded positions count for the ordinary network (padding never spikes).
    """

    rows: tuple[EnergyRow, ...]
    reference: str
    spiking: str
    counts_padding: bool

    def millijoule(self, network: str) -> float:
        """Sum of a network, per sentence."""
        return math.fsum(row.millijoule for row in self.rows if row.network == network)

    @property
    def ratio(self) -> float:
        """Energy of the spiking network over that of the ordinary one."""
        return self.millijoule(self.spiking) / self.millijoule(self.reference)

    def verdict(self) -> str:
        """One or two sentences for people, blunt when the spiking network costs more."""
        padding = "padded positions counted" if self.counts_padding else "padded positions not counted"
        if self.ratio > 1:
            says = f"The spiking network is MORE expensive: {self.ratio:.2f} times the energy of the {self.reference}"
        else:
            says = f"The spiking network takes {self.ratio:.2f} of the energy of the {self.reference}"
        return f"{says} ({padding}). This is an estimate from counted operations, not a measurement."


def covering_windows(n_position: int, width: int) -> Tensor:
    """Windows of a filter that cover each position, [position]: fewer at the edges."""
    n_window = n_position - width + 1
    positions = torch.arange(n_position)
    return torch.minimum(positions, torch.tensor(n_window - 1)) - (positions - width + 1).clamp_min(0) + 1


def ann_macs(net: ConvolutionalReader, words_at: Tensor | None, n_position: int, n_sentence: int = 1) -> dict[str, float]:
    """MACs of one sentence in each layer of the ordinary network.

    Parameters
    ----------
    words_at : Tensor, shape [position], optional
        Sentences (of `n_sentence`) that have a word there: only those are multiplied. None counts padding too:
        ``(L - k + 1) k D F`` for each width and ``3 F K`` for the read-out.
    """
    share = torch.ones(n_position) if words_at is None else words_at / n_sentence
    macs = {
        f"conv_{width}": float((covering_windows(n_position, width) * share).sum()) * net.n_dim * net.n_filters
        for width in net.widths
    }
    return macs | {READOUT: float(net.n_pooled * net.n_class * net.population)}


def snn_operations(net: ConvolutionalReader, activity: Activity, counts_padding: bool = True) -> dict[str, tuple[Kind, float]]:
    """Operations of one sentence in each layer of the spiking network: SOPs (kind AC), or MACs for direct input."""
    inputs = activity.layers[INPUT].counts
    n_position = inputs.shape[0]
    if activity.is_direct:
        words_at = None if counts_padding else activity.words_at
        macs = ann_macs(net, words_at, n_position, activity.n_sentence)
        found: dict[str, tuple[Kind, float]] = {f"conv_{width}": ("MAC", macs[f"conv_{width}"]) for width in net.widths}
    else:
        spikes_at = inputs.sum(dim=1) / activity.n_sentence
        found = {
            f"conv_{width}": ("AC", float((covering_windows(n_position, width) * spikes_at).sum()) * net.n_filters)
            for width in net.widths
        }
    fan_out = net.n_class * net.population
    return found | {READOUT: ("AC", activity.layers[POOL].n_spikes / activity.n_sentence * fan_out)}


def simple_energy(
    net: ConvolutionalReader, activity: Activity, constants: EnergyConstants, counts_padding: bool = True
) -> EnergyReport:
    """Tier 1 for both networks; `activity` is what the spiking network did on the test sentences."""
    n_position = activity.layers[INPUT].counts.shape[0]
    words_at = None if counts_padding else activity.words_at
    rows = [
        _row("ANN", layer, "MAC", n_mac, constants.mac)
        for layer, n_mac in ann_macs(net, words_at, n_position, activity.n_sentence).items()
    ]
    for layer, (kind, n_operation) in snn_operations(net, activity, counts_padding).items():
        rows.append(_row("SNN", layer, kind, n_operation, constants.mac if kind == "MAC" else constants.ac))
    return EnergyReport(tuple(rows), "ANN", "SNN", counts_padding)


def energy_with_memory(
    net: ConvolutionalReader, activity: Activity, constants: EnergyConstants, counts_padding: bool = True
) -> EnergyReport:
    """Tier 2: memory traffic, and an ordinary network of ``ceil(log2(T + 1))`` bits (see the module's docstring)."""
    n_bit = quantised_bits(activity.n_steps)
    reference = f"{n_bit}-bit ANN"
    n_position = activity.layers[INPUT].counts.shape[0]
    words_at = None if counts_padding else activity.words_at
    macs = ann_macs(net, words_at, n_position, activity.n_sentence)
    dense = ann_macs(net, None, n_position)
    multiplication = constants.int8_multiplication * n_bit * constants.weight_bits / _INT8_MULTIPLICATION_BITS
    rows = []
    for layer, n_mac in macs.items():
        n_dense, n_parallel = _neurons(net, layer, n_position)
        n_neuron = n_dense * n_mac / dense[layer]
        n_bits_moved = n_mac * constants.weight_bits + n_mac / n_parallel * n_bit + n_neuron * n_bit
        rows.append(_row(reference, layer, "MAC", n_mac, multiplication + constants.int8_addition))
        rows.append(_row(reference, layer, "memory", n_bits_moved / _BITS_PER_BYTE, constants.memory_byte))

    for layer, (kind, n_operation) in snn_operations(net, activity, counts_padding).items():
        n_dense, n_parallel = _neurons(net, layer, n_position)
        n_neuron = n_dense * macs[layer] / dense[layer]
        is_direct = kind == "MAC"
        by_operation = constants.int8_multiplication + constants.int8_addition if is_direct else constants.int8_addition
        input_bits = macs[layer] / n_parallel * (_BITS_PER_BYTE if is_direct else activity.n_steps)
        n_membrane = n_neuron * activity.n_steps
        n_bits_moved = n_operation * constants.weight_bits + input_bits + n_membrane * (2 * constants.membrane_bits + 1)
        rows.append(_row("SNN", layer, kind, n_operation, by_operation))
        if is_direct:  # the constant current is added to each membrane in each step
            rows.append(_row("SNN", layer, "AC", n_membrane, constants.int8_addition))
        rows.append(_row("SNN", layer, "memory", n_bits_moved / _BITS_PER_BYTE, constants.memory_byte))
    return EnergyReport(tuple(rows), reference, "SNN", counts_padding)


def quantised_bits(n_steps: int) -> int:
    """Bits that tell apart as many activation levels as a spike count over T steps."""
    return math.ceil(math.log2(n_steps + 1))


def break_even(activity: Activity, constants: EnergyConstants) -> str:
    """When the first layer, which has nearly all operations, is cheaper as spikes by the simple formula."""
    limit = constants.mac / constants.ac if constants.ac else math.inf
    if activity.is_direct:
        return "With direct input the first layer costs the same MACs in both networks; only the layers behind it can save."
    spikes = activity.n_steps * activity.mean_rate(INPUT)
    sign = "below" if spikes < limit else "not below"
    return (
        f"A spiking layer is cheaper than an ordinary one only if T x input rate < E_MAC / E_AC = {limit:.1f}. Here T x rate = "
        f"{activity.n_steps} x {activity.mean_rate(INPUT):.3f} = {spikes:.1f}, {sign} the limit (rate with padded positions)."
    )


def table_columns(reports: Iterable[EnergyReport]) -> dict[str, Sequence[str | float]]:
    """Columns of the energy table, for a CSV file."""
    rows = [row for report in reports for row in report.rows]
    return {
        "network": [row.network for row in rows],
        "layer": [row.layer for row in rows],
        "kind": [row.kind for row in rows],
        "operations_or_bytes": [row.n_operation for row in rows],
        "millijoule": [row.millijoule for row in rows],
    }


def _row(network: str, layer: str, kind: Kind, n_operation: float, picojoule: float) -> EnergyRow:
    return EnergyRow(network, layer, kind, n_operation, n_operation * picojoule * _MILLIJOULE_PER_PICOJOULE)


def _neurons(net: ConvolutionalReader, layer: str, n_position: int) -> tuple[int, int]:
    """Neurons of a layer, and how many of them share one input read."""
    if layer == READOUT:
        return net.n_class * net.population, net.n_class * net.population
    width = int(layer.removeprefix("conv_"))
    return (n_position - width + 1) * net.n_filters, net.n_filters
