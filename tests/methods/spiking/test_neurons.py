"""The multi-step neuron against closed forms, its own step-by-step definition, autograd and snnTorch."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.neurons import NeuronParameters, lif, lif_step, lif_trace, surrogate_gradient

RESETS = ("subtract", "subtract-delayed", "hard", "none")
SURROGATES = {"arctan": 2.0, "fast-sigmoid": 25.0, "sigmoid": 4.0, "triangle": 1.0, "straight-through": 1.0}


def step_by_step(current, parameters, initial=0.0, threshold=None):
    """The slow reference: one autograd node per operation and step."""
    state = initial if isinstance(initial, torch.Tensor) else torch.full_like(current[0], initial)
    spikes = []
    for one in current.unbind(0):
        fired, state = lif_step(one, state, parameters, threshold)
        spikes.append(fired)
    return torch.stack(spikes)


def spike_times(spikes):
    return (spikes.flatten().nonzero().flatten() + 1).tolist()


@pytest.mark.parametrize(("beta", "current", "period"), [(0.9, 0.3, 4), (0.9, 0.15, 11), (0.99, 0.05, 23)])
def test_hard_reset_neuron_fires_with_the_period_of_the_closed_form(beta, current, period):
    assert period == math.ceil(math.log(1 - (1 - beta) / current) / math.log(beta))
    spikes = lif(torch.tensor(current), NeuronParameters(beta=beta, reset="hard"), n_steps=5 * period)
    assert spike_times(spikes) == [period * n for n in range(1, 6)]


@pytest.mark.parametrize(("x", "period"), [(1.2, 3), (1.5, 2)])
def test_tau_form_of_spikingjelly_is_beta_and_a_scaled_current(x, period):
    tau = 2.0
    spikes = lif(torch.tensor(x / tau), NeuronParameters(beta=1 - 1 / tau, reset="hard"), n_steps=3 * period)
    assert spike_times(spikes) == [period, 2 * period, 3 * period]


def test_a_current_that_never_reaches_the_threshold_gives_no_spike():
    parameters = NeuronParameters(beta=0.9, reset="hard")
    assert lif(torch.tensor(0.1), parameters, n_steps=500).sum() == 0


@given(
    x=st.floats(0, 1.5),
    initial=st.floats(0, 0.99),
    threshold=st.floats(0.2, 3),
    n_steps=st.integers(1, 60),
)
@settings(max_examples=60, deadline=None)
def test_soft_reset_counts_spikes_like_the_floor_of_the_charge(x, initial, threshold, n_steps):
    x, initial = x * threshold, initial * threshold
    charge = (initial + x * n_steps) / threshold
    if abs(charge - round(charge)) < 1e-6:  # at a tie float rounding decides
        return
    current = torch.tensor(x, dtype=torch.float64)
    count = lif(current, NeuronParameters(threshold=threshold), initial, n_steps=n_steps).sum()
    assert count == (math.floor(charge) if x <= threshold else min(n_steps, math.floor(charge)))


def test_a_current_above_the_threshold_saturates_at_one_spike_a_step():
    assert lif(torch.tensor(1.7), NeuronParameters(), n_steps=30).sum() == 30


@pytest.mark.parametrize("reset", RESETS)
def test_sub_threshold_trace_is_the_leaky_sum_of_the_currents(reset):
    generator = torch.Generator().manual_seed(3)
    beta, u0 = 0.87, 0.4
    current = torch.rand(40, 7, generator=generator, dtype=torch.float64) * 0.05
    spikes, membrane = lif_trace(current, NeuronParameters(threshold=9.0, beta=beta, reset=reset), u0)
    for t in range(1, 41):
        weights = beta ** torch.arange(t - 1, -1, -1, dtype=torch.float64)
        expected = beta**t * u0 + (weights[:, None] * current[:t]).sum(0)
        torch.testing.assert_close(membrane[t - 1], expected)
    assert spikes.sum() == 0


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("beta", [1.0, 0.9])
@pytest.mark.parametrize("detach_reset", [True, False])
@pytest.mark.parametrize("surrogate", SURROGATES)
def test_all_steps_at_once_equal_one_step_at_a_time(reset, beta, detach_reset, surrogate):
    generator = torch.Generator().manual_seed(1)
    parameters = NeuronParameters(
        threshold=1.1,
        beta=beta,
        reset=reset,
        v_reset=0.2,
        surrogate=surrogate,
        slope=SURROGATES[surrogate],
        detach_reset=detach_reset,
    )
    weights = torch.randn(25, 3, 8, generator=generator)
    current = torch.randn(25, 3, 8, generator=generator) * 0.6 + 0.3
    initial = torch.rand(3, 8, generator=generator)
    threshold = 0.8 + torch.rand(8, generator=generator)

    def run(function):
        inputs = current.clone().requires_grad_(), initial.clone().requires_grad_()
        spikes = function(inputs[0], parameters, inputs[1], threshold)
        (spikes * weights).sum().backward()
        return spikes.detach(), inputs[0].grad, inputs[1].grad

    fast, slow = run(lif), run(step_by_step)
    assert 0.1 < slow[0].mean() < 0.9
    assert torch.equal(fast[0], slow[0])
    for ours, reference in zip(fast[1:], slow[1:], strict=True):
        scale = reference.abs().max()
        assert (ours - reference).abs().max() <= 1e-5 * scale


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("detach_reset", [True, False])
def test_a_constant_current_has_the_summed_gradient_of_its_copies(reset, detach_reset):
    generator = torch.Generator().manual_seed(5)
    parameters = NeuronParameters(beta=0.95, reset=reset, detach_reset=detach_reset)
    current = (torch.rand(6, 4, generator=generator) * 0.6).requires_grad_()
    weights = torch.randn(12, 6, 4, generator=generator)
    copied = step_by_step(current.expand(12, 6, 4), parameters)
    (expected,) = torch.autograd.grad((copied * weights).sum(), current)
    spikes = lif(current, parameters, n_steps=12)
    (gradient,) = torch.autograd.grad((spikes * weights).sum(), current)
    assert torch.equal(spikes, copied)
    torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("beta", [1.0, 0.9])
def test_delayed_reset_fires_and_learns_like_snntorch_leaky(beta):
    snntorch = pytest.importorskip("snntorch")
    from snntorch import surrogate

    generator = torch.Generator().manual_seed(2)
    current = torch.randn(60, 4, 16, generator=generator) * 0.5 + 0.2
    weights = torch.randn(60, 4, 16, generator=generator)
    leaky = snntorch.Leaky(beta=beta, threshold=1.0, spike_grad=surrogate.fast_sigmoid(slope=25), reset_mechanism="subtract")
    theirs_in = current.clone().requires_grad_()
    membrane, theirs = leaky.init_leaky(), []
    for one in theirs_in.unbind(0):
        spikes, membrane = leaky(one, membrane)
        theirs.append(spikes)
    theirs = torch.stack(theirs)
    (theirs * weights).sum().backward()

    ours_in = current.clone().requires_grad_()
    parameters = NeuronParameters(beta=beta, reset="subtract-delayed", surrogate="fast-sigmoid", slope=25.0)
    ours = lif(ours_in, parameters)
    (ours * weights).sum().backward()
    assert 0.05 < theirs.mean() < 0.9
    assert torch.equal(ours, theirs)
    assert (ours_in.grad - theirs_in.grad).abs().max() <= 1e-5 * theirs_in.grad.abs().max()


def test_without_leak_both_soft_resets_fire_alike():
    generator = torch.Generator().manual_seed(4)
    current = torch.randn(80, 200, generator=generator, dtype=torch.float64) * 0.4 + 0.3
    assert torch.equal(lif(current, NeuronParameters()), lif(current, NeuronParameters(reset="subtract-delayed")))


def test_with_leak_the_two_soft_resets_differ():
    current = torch.full((40, 1), 0.5)
    soft = lif(current, NeuronParameters(beta=0.8))
    assert not torch.equal(soft, lif(current, NeuronParameters(beta=0.8, reset="subtract-delayed")))


def test_surrogates_have_the_published_values():
    x = torch.tensor([0.0, 0.5, 1.0])
    torch.testing.assert_close(surrogate_gradient(x, "arctan", 2.0), torch.tensor([1.0, 0.288400, 0.092000]), rtol=0, atol=1e-6)
    fast = surrogate_gradient(torch.tensor([0.1, -0.1]), "fast-sigmoid", 25.0)
    torch.testing.assert_close(fast, torch.tensor([0.081633, 0.081633]), rtol=0, atol=1e-6)
    assert surrogate_gradient(torch.tensor([0.0]), "sigmoid", 4.0).item() == pytest.approx(1.0)
    assert surrogate_gradient(torch.tensor([0.5, 2.0]), "triangle", 1.0).tolist() == [0.5, 0.0]
    assert surrogate_gradient(torch.tensor([-7.0]), "straight-through", 1.0).item() == 1.0


def test_the_argument_of_a_surrogate_is_left_alone():
    x = torch.tensor([0.3])
    surrogate_gradient(x, "fast-sigmoid", 25.0)
    assert x.item() == pytest.approx(0.3)


def test_the_whole_gradient_is_the_reverse_filter():
    generator = torch.Generator().manual_seed(6)
    beta = 0.9
    parameters = NeuronParameters(beta=beta)
    current = (torch.randn(50, 30, generator=generator, dtype=torch.float64) * 0.5 + 0.2).requires_grad_()
    weights = torch.randn(50, 30, generator=generator, dtype=torch.float64)
    (lif(current, parameters) * weights).sum().backward()
    _, membrane = lif_trace(current.detach(), parameters)
    slopes = surrogate_gradient(membrane - 1.0, "arctan", 2.0)
    expected = torch.zeros(51, 30, dtype=torch.float64)
    for t in reversed(range(50)):
        expected[t] = beta * expected[t + 1] + weights[t] * slopes[t]
    torch.testing.assert_close(current.grad, expected[:50])


def test_without_a_spike_the_gradient_is_that_of_a_smoothed_step():
    """arctan surrogate: the smoothed step is 1/2 + atan(pi x)/pi; no neuron fires, so no reset interferes."""
    generator = torch.Generator().manual_seed(8)
    beta = 0.9
    current = torch.rand(10, 3, generator=generator, dtype=torch.float64) * 0.05
    weights = torch.randn(10, 3, generator=generator, dtype=torch.float64)

    def smoothed(currents):
        h, total = torch.zeros(3, dtype=torch.float64), 0.0
        for one, weight in zip(currents, weights, strict=True):
            h = beta * h + one
            total += (weight * (0.5 + torch.atan(math.pi * (h - 1)) / math.pi)).sum().item()
        return total

    inputs = current.clone().requires_grad_()
    spikes = lif(inputs, NeuronParameters(beta=beta))
    assert spikes.sum() == 0
    (spikes * weights).sum().backward()
    for t, n in ((0, 0), (4, 1), (9, 2)):
        step = torch.zeros_like(current)
        step[t, n] = 1e-5
        finite = (smoothed(current + step) - smoothed(current - step)) / 2e-5
        assert inputs.grad[t, n].item() == pytest.approx(finite, rel=1e-6)


def test_gradients_arrive_also_through_a_summed_output():
    """A sum hands back an expanded gradient without memory of its own."""
    current = (torch.rand(9, 5, 4) * 0.7).requires_grad_()
    lif(current, NeuronParameters()).sum(1).sum().backward()
    expected = current.detach().clone().requires_grad_()
    step_by_step(expected, NeuronParameters()).sum().backward()
    torch.testing.assert_close(current.grad, expected.grad)


def test_inputs_are_left_alone():
    current, initial = torch.rand(5, 3), torch.rand(3)
    copies = current.clone(), initial.clone()
    lif(current, NeuronParameters(), initial)
    lif_trace(current, NeuronParameters(reset="hard"), initial)
    assert torch.equal(current, copies[0])
    assert torch.equal(initial, copies[1])


@pytest.mark.parametrize("reset", RESETS)
def test_spikes_do_not_depend_on_whether_a_gradient_is_wanted(reset):
    current = torch.rand(20, 6, generator=torch.Generator().manual_seed(0))
    parameters = NeuronParameters(beta=0.9, reset=reset)
    assert torch.equal(lif(current, parameters, 0.3), lif(current.clone().requires_grad_(), parameters, 0.3).detach())
    assert torch.equal(lif(current, parameters, 0.3), lif_trace(current, parameters, 0.3)[0])


def test_a_learned_threshold_is_refused():
    with pytest.raises(ValueError, match="not learned"):
        lif(torch.rand(3, 2), NeuronParameters(), threshold=torch.ones(2, requires_grad=True))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"threshold": 0.0}, "threshold"),
        ({"beta": 1.2}, "beta"),
        ({"slope": 0.0}, "slope"),
        ({"reset": "hard", "v_reset": 1.0}, "reset"),
    ],
)
def test_impossible_neurons_are_refused_with_the_setting(change, word):
    with pytest.raises(RequestError, match=word):
        replace(NeuronParameters(), **change)


@pytest.mark.parametrize("bad", [{"current": torch.empty(0, 3)}, {"current": torch.rand(3), "n_steps": 0}])
def test_no_time_steps_are_refused(bad):
    with pytest.raises(RequestError, match="step"):
        lif(parameters=NeuronParameters(), **bad)


def test_the_convention_is_named():
    assert "SpikingJelly" in NeuronParameters().convention
    assert "snnTorch" in NeuronParameters(reset="subtract-delayed", beta=0.9).convention
