"""NIR: what it can hold comes back with the same spikes, the rest is refused with the reason."""

import pytest
import torch

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.encoders import bernoulli
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.nir_export import simulate, to_nir, why_not_nir, write_nir

nir = pytest.importorskip("nir")
HARD = NeuronParameters(reset="hard")


@pytest.mark.parametrize(
    "options",
    [
        {"neuron": HARD},
        {"neuron": NeuronParameters(reset="hard", v_reset=-0.07)},
        {"neuron": NeuronParameters(reset="hard", beta=0.8)},
        {"neuron": HARD, "readout": "spikes", "population": 2},
        {"neuron": HARD, "population": 3},
    ],
)
def test_a_graph_read_back_from_its_file_fires_the_same_spikes(options, small_snn, random_rates, tmp_path):
    snn = small_snn(initial_fraction=0.0, **options)
    write_nir(snn, 9, tmp_path / "snn.nir")
    graph = nir.read(tmp_path / "snn.nir")
    spikes = bernoulli(random_rates(3), 25, torch.Generator().manual_seed(1))
    output = snn(spikes, record="everything")
    for row in range(3):
        given = simulate(graph, spikes[:, row].transpose(1, 2).numpy())
        for width in snn.widths:
            ours = output.spikes[f"conv_{width}"][:, row].transpose(1, 2)
            assert ours.sum() > 0
            assert torch.equal(torch.from_numpy(given[f"neurons_conv_{width}"]), ours)
        assert torch.equal(torch.from_numpy(given["neurons_pool"]), output.spikes["pool"][:, row])
        scores = torch.from_numpy(given["output"]).float()
        expected = output.step_scores[:, row].detach()
        torch.testing.assert_close(scores, expected if snn.readout_kind == "spikes" else expected.cumsum(0), rtol=1e-4, atol=1e-5)


def test_a_membrane_that_meets_the_threshold_fires_in_both(small_snn):
    snn = small_snn(neuron=HARD, initial_fraction=0.0, widths=(2,), n_dim=1, n_filters=1, centred=False)
    with torch.no_grad():
        snn.get_parameter("conv_2.weight").fill_(0.25)
    snn.set_threshold("conv_2", 0.5)
    spikes = torch.ones(4, 1, 3, 1)
    ours = snn(spikes, record="everything").spikes["conv_2"][:, 0].transpose(1, 2)
    assert ours.sum() == 8
    given = simulate(to_nir(snn, 3), spikes[:, 0].transpose(1, 2).numpy())
    assert torch.equal(torch.from_numpy(given["neurons_conv_2"]), ours)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"initial_fraction": 0.0}, "hard reset only"),
        ({"neuron": HARD}, "start at 0"),
        ({"neuron": NeuronParameters(reset="subtract-delayed"), "initial_fraction": 0.0}, "subtract-delayed"),
        ({"neuron": NeuronParameters(reset="hard", beta=0.0), "initial_fraction": 0.0}, "beta = 0"),
    ],
)
def test_what_nir_cannot_say_is_refused_with_the_reason(options, why, small_snn, tmp_path):
    snn = small_snn(**options)
    assert any(why in reason for reason in why_not_nir(snn))
    with pytest.raises(NeuroError, match=why):
        write_nir(snn, 9, tmp_path / "snn.nir")
    assert not (tmp_path / "snn.nir").exists()


def test_sentences_shorter_than_the_filters_are_refused(small_snn):
    with pytest.raises(RequestError, match="widest filter"):
        to_nir(small_snn(neuron=HARD, initial_fraction=0.0), 3)


def test_loops_and_foreign_nodes_are_refused_by_the_simulator():
    import numpy as np

    one = np.ones((1, 1), dtype=np.float32)
    shape = {"input": np.array([1])}
    looped = nir.NIRGraph(
        {"input": nir.Input(shape), "a": nir.Linear(one), "b": nir.Linear(one), "output": nir.Output({"output": np.array([1])})},
        [("input", "a"), ("a", "b"), ("b", "a"), ("b", "output")],
    )
    with pytest.raises(RequestError, match="loops"):
        simulate(looped, np.ones((2, 1), dtype=np.float32))
    foreign = nir.NIRGraph(
        {"input": nir.Input(shape), "delay": nir.Delay(np.ones(1)), "output": nir.Output({"output": np.array([1])})},
        [("input", "delay"), ("delay", "output")],
    )
    with pytest.raises(RequestError, match="'delay'"):
        simulate(foreign, np.ones((2, 1), dtype=np.float32))
