"""The spiking network as a NIR graph (Pedersen et al. 2024), where NIR can say it exactly.

NIR neurons start at 0 and reset to a fixed value, so a network must have hard reset, start at 0 and take spikes; everything
else is refused with the reason. Averaging over positions is a linear node (NIR has no 1D average pooling), and the filter
widths meet as several edges into one node. NIR neurons fire when ``v > threshold``, ours when ``v >= threshold``: the written
threshold is the next smaller number. A leak becomes ``tau = 1 / (1 - beta)`` with a step of 1 (forward Euler).

Input is [n_dim, length] per step; node names are ours: ``conv_3``, ``neurons_conv_3``, ``average_3``, ``neurons_pool``,
``readout``, then ``sum`` (accumulator) or ``neurons_output`` and ``populations``.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import nir
import numpy as np
import torch
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.spiking_textcnn import OUTPUT, POOL, SpikingTextCNN

_Array = NDArray[np.float32]


def why_not_nir(snn: SpikingTextCNN) -> list[str]:
    """What of a network NIR cannot say; empty where the export is exact."""
    reasons = []
    if snn.neuron.reset != "hard":
        reasons.append(f"NIR neurons have hard reset only, this network has the reset '{snn.neuron.reset}'")
    if snn.initial_fraction:
        reasons.append(f"NIR neurons start at 0, this network starts at {snn.initial_fraction:g} thresholds")
    if snn.neuron.beta == 0:
        reasons.append("NIR cannot hold a membrane that forgets everything in one step (beta = 0)")
    return reasons


def to_nir(snn: SpikingTextCNN, length: int) -> Any:
    """Build the NIR graph.

    Parameters
    ----------
    snn : SpikingTextCNN
    length : int
        Words of a sentence: NIR nodes have fixed shapes.

    Returns
    -------
    nir.NIRGraph

    Raises
    ------
    NeuroError
        Where NIR cannot hold the network; says why, and what to set.
    """
    if reasons := why_not_nir(snn):
        raise NeuroError(
            "This network cannot be written as NIR",
            "; ".join(reasons),
            "Convert with reset 'hard' and initial membrane 0, or use the exported folder",
        )
    if length < max(snn.widths):
        raise RequestError(f"The sentence length {length} is below the widest filter ({max(snn.widths)})")
    nodes: dict[str, Any] = {"input": nir.Input({"input": np.array([snn.n_dim, length])})}
    edges: list[tuple[str, str]] = []
    n_pooled, n_filters = snn.n_pooled, snn.n_filters
    for block, width in enumerate(snn.widths):
        n_window = length - width + 1
        nodes[f"conv_{width}"] = nir.Conv1d(length, _numpy(snn.kernel(width)), 1, 0, 1, 1, np.zeros(n_filters, dtype=np.float32))
        nodes[f"neurons_conv_{width}"] = _neurons(snn, f"conv_{width}", (n_filters, n_window))
        nodes[f"flat_{width}"] = nir.Flatten({"input": np.array([n_filters, n_window])}, start_dim=0)
        average = np.zeros((n_pooled, n_filters, n_window), dtype=np.float32)
        rows = np.arange(n_filters)
        average[block * n_filters + rows, rows] = snn.threshold(f"conv_{width}") / n_window
        nodes[f"average_{width}"] = nir.Linear(average.reshape(n_pooled, -1))
        chain = ("input", f"conv_{width}", f"neurons_conv_{width}", f"flat_{width}", f"average_{width}", "neurons_pool")
        edges += pairwise(chain)
    nodes["neurons_pool"] = _neurons(snn, POOL, (n_pooled,))
    readout = _numpy(snn.readout.weight) * np.float32(snn.threshold(POOL))
    populations = np.kron(np.eye(snn.n_class), np.ones((1, snn.population))).astype(np.float32)
    if snn.readout_kind == "accumulator":
        nodes["readout"] = nir.Linear(populations @ readout)
        nodes["sum"] = nir.I(np.ones(snn.n_class, dtype=np.float32))
        tail: tuple[str, ...] = ("neurons_pool", "readout", "sum", "output")
    else:
        nodes["readout"] = nir.Linear(readout)
        nodes["neurons_output"] = _neurons(snn, OUTPUT, (snn.n_class * snn.population,))
        nodes["populations"] = nir.Linear(populations)
        tail = ("neurons_pool", "readout", "neurons_output", "populations", "output")
    nodes["output"] = nir.Output({"output": np.array([snn.n_class])})
    edges += pairwise(tail)
    return nir.NIRGraph(nodes, edges)


def write_nir(snn: SpikingTextCNN, length: int, path: Path) -> None:
    """Write the NIR graph to an HDF5 file; NeuroError where NIR cannot hold the network."""
    nir.write(path, to_nir(snn, length))


def simulate(graph: Any, inputs: _Array) -> dict[str, _Array]:
    """Run a NIR graph step by step, as its definitions say (step 1, forward Euler): the check of an export.

    Parameters
    ----------
    graph : nir.NIRGraph
        Without loops; nodes Input, Conv1d (stride 1, no padding), Flatten, Linear, IF, LIF, I, Output.
    inputs : array, shape [time, *input shape]

    Returns
    -------
    dict of str to array
        Node -> what it gave, [time, ...].
    """
    order = _in_order(graph)
    state: dict[str, _Array] = {}
    given: dict[str, list[_Array]] = {name: [] for name in order}
    for x in inputs:
        for name in order:
            sources = [given[source][-1] for source, target in graph.edges if target == name]
            given[name].append(_step(name, graph.nodes[name], np.sum(sources, axis=0) if sources else x, state))
    return {name: np.stack(values) for name, values in given.items()}


def _numpy(tensor: torch.Tensor) -> _Array:
    return tensor.detach().cpu().numpy().astype(np.float32)


def _neurons(snn: SpikingTextCNN, layer: str, shape: tuple[int, ...]) -> Any:
    def full(value: float) -> _Array:
        return np.full(shape, value, dtype=np.float32)

    threshold = np.nextafter(full(snn.threshold(layer)), np.float32(-np.inf))
    v_reset, beta = full(snn.neuron.v_reset), snn.neuron.beta
    if beta == 1:
        return nir.IF(r=full(1.0), v_threshold=threshold, v_reset=v_reset)
    tau = 1 / (1 - beta)
    return nir.LIF(tau=full(tau), r=full(tau), v_leak=full(0.0), v_threshold=threshold, v_reset=v_reset)


def _in_order(graph: Any) -> list[str]:
    """Node names, each after all that it gets input from."""
    waiting = {name: {source for source, target in graph.edges if target == name} for name in graph.nodes}
    order: list[str] = []
    while waiting:
        ready = [name for name, sources in waiting.items() if sources <= set(order)]
        if not ready:
            raise RequestError("The NIR graph has loops", fix="Only feed-forward graphs can be simulated here")
        order += ready
        for name in ready:
            del waiting[name]
    return order


def _step(name: str, node: Any, x: _Array, state: dict[str, _Array]) -> _Array:
    if isinstance(node, nir.Input | nir.Output):
        return x
    if isinstance(node, nir.Conv1d):
        windows = np.lib.stride_tricks.sliding_window_view(x, node.weight.shape[2], axis=1)  # [channel, window, tap]
        return np.asarray(np.einsum("cwt,fct->fw", windows, node.weight, optimize=True) + node.bias[:, None])
    if isinstance(node, nir.Flatten):
        return x.reshape(-1)
    if isinstance(node, nir.Linear):
        return np.asarray(node.weight @ x)
    if isinstance(node, nir.I):
        state[name] = state.get(name, np.zeros_like(x)) + node.r * x
        return state[name]
    if isinstance(node, nir.IF | nir.LIF):
        v = state.get(name, np.zeros_like(x))
        v = v + node.r * x if isinstance(node, nir.IF) else v + (node.v_leak - v + node.r * x) / node.tau
        spikes = v > node.v_threshold
        state[name] = np.where(spikes, node.v_reset, v)
        return np.asarray(spikes, dtype=np.float32)
    raise RequestError(f"The NIR node '{name}' ({type(node).__name__}) cannot be simulated here")
