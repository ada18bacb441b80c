"""The spiking network against a slow one that is written out step by step."""

import pytest
import torch
from torch.nn import functional

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import bernoulli, direct
from neurostudio.methods.spiking.neurons import NeuronParameters, lif_step
from neurostudio.methods.spiking.spiking_textcnn import SpikingTextCNN, batch_bytes

NEURONS = (
    NeuronParameters(),
    NeuronParameters(beta=0.9, reset="hard"),
    NeuronParameters(beta=0.95, reset="subtract-delayed"),
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def by_hand(snn, spikes):
    """One time step after the other, one layer after the other; scores of each step [time, batch, class]."""
    state, scores = {}, []

    def fire(layer, current):
        th = snn.threshold(layer)
        before = state.get(layer, torch.full_like(current, snn.initial_fraction * th))
        fired, state[layer] = lif_step(current, before, snn.neuron, th)
        return fired

    for x in spikes:
        pooled = []
        for width, layer in zip(snn.widths, snn.convolution_layers, strict=True):
            current = functional.conv1d(x.transpose(1, 2), snn.kernel(width))
            pooled.append(snn.threshold(layer) * fire(layer, current).mean(2))
        out = snn.threshold("pool") * fire("pool", torch.cat(pooled, 1)) @ snn.readout.weight.t()
        if snn.readout_kind == "spikes":
            out = fire("output", out)
        scores.append(out.view(len(out), snn.n_class, snn.population).sum(2))
    return torch.stack(scores)


@pytest.mark.parametrize("neuron", NEURONS)
@pytest.mark.parametrize("readout", ["accumulator", "spikes"])
def test_all_steps_at_once_equal_step_by_step_forward_and_backward(neuron, readout, small_snn, random_rates):
    snn = small_snn(neuron=neuron, readout=readout, population=2)
    spikes = bernoulli(random_rates(6), 12, seeded())
    output = snn(spikes)
    expected = by_hand(snn, spikes)
    torch.testing.assert_close(output.step_scores, expected)
    weight = snn.threshold("output") if readout == "spikes" else 1.0
    steps = torch.arange(1, 13).view(-1, 1, 1)
    torch.testing.assert_close(output.logits_by_time, weight * expected.cumsum(0) / steps)

    direction = torch.randn(expected.shape, generator=seeded(1))
    gradients = torch.autograd.grad((output.step_scores * direction).sum(), list(snn.parameters()))
    references = torch.autograd.grad((expected * direction).sum(), list(snn.parameters()))
    for ours, reference in zip(gradients, references, strict=True):
        assert reference.abs().max() > 0
        assert (ours - reference).abs().max() <= 1e-5 * reference.abs().max()


@pytest.mark.parametrize("neuron", NEURONS)
def test_direct_input_equals_the_rates_repeated_at_each_step(neuron, small_snn, random_rates):
    snn, rates = small_snn(neuron=neuron), random_rates(6)
    once, repeated = snn(rates, 10), snn(direct(rates, 10))
    torch.testing.assert_close(once.logits_by_time, repeated.logits_by_time)
    for ours, reference in zip(
        torch.autograd.grad(once.logits.square().sum(), list(snn.parameters())),
        torch.autograd.grad(repeated.logits.square().sum(), list(snn.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(ours, reference, rtol=1e-4, atol=1e-6)


def test_silence_gives_no_spikes_and_uniform_scores(small_snn):
    output = small_snn(readout="spikes")(torch.zeros(8, 3, 9, 5), record="counts")
    assert all(count.sum() == 0 for count in output.counts.values())
    assert output.logits_by_time.abs().max() == 0
    direct_output = small_snn()(torch.zeros(3, 9, 5), 8)
    assert torch.equal(direct_output.logits.softmax(-1), torch.full((3, 3), 1 / 3))


def test_batch_size_and_order_do_not_change_the_answer_and_nothing_is_left_behind(small_snn, random_rates):
    snn = small_snn()
    spikes = bernoulli(random_rates(7), 10, seeded())
    together = snn(spikes).logits
    order = torch.tensor([4, 2, 6, 0, 5, 1, 3])
    torch.testing.assert_close(snn(spikes[:, order]).logits, together[order])
    torch.testing.assert_close(torch.cat([snn(spikes[:, row : row + 1]).logits for row in range(7)]), together)
    snn(torch.ones(30, 5, 9, 5))
    assert torch.equal(snn(spikes).logits, together), "the reset between batches is total"


def test_the_order_of_the_filter_widths_changes_no_spike(small_snn, random_rates):
    snn = small_snn(widths=(2, 3, 4))
    swapped = small_snn(widths=(4, 2, 3))
    for width in (2, 3, 4):
        swapped.get_submodule(f"conv_{width}").load_state_dict(snn.get_submodule(f"conv_{width}").state_dict())
        for net in (snn, swapped):
            net.set_threshold(f"conv_{width}", 0.1 * width)
    spikes = bernoulli(random_rates(5), 15, seeded())
    one, other = snn(spikes, record="everything"), swapped(spikes, record="everything")
    for width in (2, 3, 4):
        assert one.spikes[f"conv_{width}"].sum() > 0
        assert torch.equal(one.spikes[f"conv_{width}"], other.spikes[f"conv_{width}"])
    blocks = dict(zip((4, 2, 3), other.spikes["pool"].split(6, dim=2), strict=True))
    assert torch.equal(one.spikes["pool"], torch.cat([blocks[2], blocks[3], blocks[4]], 2))


@pytest.mark.parametrize("record", ["counts", "everything"])
def test_recording_and_padding_change_nothing(record, small_snn, random_rates):
    snn = small_snn()
    spikes = bernoulli(random_rates(6), 10, seeded())
    padded = functional.pad(spikes, (0, 0, 0, 11))
    torch.testing.assert_close(snn(padded, record=record).logits_by_time, snn(padded).logits_by_time)
    assert torch.equal(snn(padded, record=record).step_scores, snn(padded, record=record).step_scores)


def test_records_hold_every_neuron(small_snn, random_rates):
    snn = small_snn(readout="spikes")
    spikes = bernoulli(random_rates(6), 10, seeded())
    output = snn(spikes, record="everything")
    assert output.spikes["conv_3"].shape == output.membranes["conv_3"].shape == (10, 6, 7, 6)
    assert output.spikes["pool"].shape == (10, 6, 18)
    assert output.spikes["output"].shape == (10, 6, 3)
    assert set(output.counts) == {"input", *snn.spiking_layers}
    for layer in snn.spiking_layers:
        assert torch.equal(output.counts[layer], output.spikes[layer].sum((0, 1)))
        fired = output.membranes[layer] >= snn.threshold(layer)
        assert torch.equal(output.spikes[layer], fired.float())
        by_sentence = output.spikes[layer].sum(0)
        assert output.extremes[layer] == ((by_sentence > 0).sum(), (by_sentence == 10).sum())
    assert torch.equal(output.counts["input"], spikes.sum((0, 1)))


def test_rates_are_spikes_per_step_and_can_be_learned_from(small_snn, random_rates):
    snn = small_snn()
    spikes = bernoulli(random_rates(6), 10, seeded())
    output, recorded = snn(spikes), snn(spikes, record="everything")
    torch.testing.assert_close(output.rates["conv_2"], recorded.spikes["conv_2"].mean((0, 2)))
    torch.testing.assert_close(output.rates["pool"], recorded.spikes["pool"].mean(0))
    sum(rate.sum() for rate in output.rates.values()).backward()
    assert snn.get_parameter("conv_2.weight").grad.abs().max() > 0


def test_the_accumulator_membrane_is_the_running_sum(small_snn, random_rates):
    output = small_snn()(random_rates(2), 6, record="everything")
    torch.testing.assert_close(output.membranes["output"], output.step_scores.cumsum(0))


@pytest.mark.parametrize(
    ("shape", "n_steps", "what"),
    [
        ((2, 9, 5), None, "n_steps"),
        ((2, 9, 5), 0, "n_steps"),
        ((4, 2, 9, 5), 5, "4 time steps"),
        ((9, 5), 3, "axes"),
        ((2, 9, 4), 3, "numbers"),
        ((2, 3, 5), 3, "widest"),
    ],
)
def test_input_that_does_not_fit_is_refused(shape, n_steps, what, small_snn):
    with pytest.raises(RequestError, match=what):
        small_snn()(torch.rand(*shape), n_steps)


def test_impossible_thresholds_and_membranes_are_refused(small_snn):
    with pytest.raises(RequestError, match="conv_2"):
        small_snn().set_threshold("conv_2", 0.0)
    with pytest.raises(RequestError, match="reset potential"):
        small_snn(neuron=NeuronParameters(reset="hard", v_reset=0.05)).set_threshold("pool", 0.05)
    with pytest.raises(RequestError, match="initial membrane"):
        SpikingTextCNN(4, 2, (2,), 2, initial_fraction=1.0)


def test_memory_grows_with_steps_and_batch_and_is_less_for_direct_input(small_snn):
    snn = small_snn()
    one = batch_bytes(snn, 10, 1, 9, is_direct=False, with_gradient=True)
    assert batch_bytes(snn, 10, 8, 9, is_direct=False, with_gradient=True) == 8 * one
    assert batch_bytes(snn, 20, 1, 9, is_direct=False, with_gradient=True) == 2 * one
    assert batch_bytes(snn, 10, 1, 9, is_direct=True, with_gradient=True) < one
    assert batch_bytes(snn, 10, 1, 9, is_direct=False, with_gradient=False) < one
