"""The ordinary network against PyTorch's own layers."""

import pytest
import torch
from torch.nn import functional

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.textcnn import TextCNN, convolve


@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("width", [1, 3])
def test_convolution_and_its_gradients_equal_conv1d(n, width):
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(n, 6, 4, generator=generator).requires_grad_()
    weight = torch.randn(5, 4, width, generator=generator).requires_grad_()
    ours = convolve(x, weight)
    theirs = functional.conv1d(x.transpose(1, 2), weight).transpose(1, 2)
    torch.testing.assert_close(ours, theirs)
    direction = torch.randn(ours.shape, generator=generator)
    for mine, reference in zip(
        torch.autograd.grad((ours * direction).sum(), (x, weight)),
        torch.autograd.grad((theirs * direction).sum(), (x, weight)),
        strict=True,
    ):
        torch.testing.assert_close(mine, reference)


def test_network_is_relu_mean_and_one_linear_map_without_biases(small_ann, random_rates):
    ann = small_ann(centred=False)
    rates = random_rates(4)
    pooled = [functional.conv1d(rates.transpose(1, 2), ann.kernel(k)).relu().mean(2) for k in (2, 3, 4)]
    torch.testing.assert_close(ann(rates), torch.cat(pooled, 1) @ ann.readout.weight.t())
    assert all(parameter.dim() > 1 for parameter in ann.parameters())


def test_activations_are_those_of_the_forward_pass(small_ann, random_rates):
    ann, rates = small_ann(), random_rates(4)
    seen = ann.activations(rates)
    assert seen.convolutions[3].shape == (4, 7, 6)
    assert all((c >= 0).all() for c in seen.convolutions.values())
    torch.testing.assert_close(seen.pooled, torch.cat([c.mean(1) for c in seen.convolutions.values()], 1))
    torch.testing.assert_close(seen.logits, ann(rates))


def test_centred_filters_do_not_see_a_constant_rate_and_fold_into_plain_ones(small_ann, random_rates):
    ann, rates = small_ann(), random_rates(3)
    before = ann(rates)
    assert ann.activations(torch.full((1, 9, 5), 0.7)).convolutions[2].max() < 1e-6
    ann.fold()
    assert not ann.centred
    torch.testing.assert_close(ann(rates), before)


def test_population_outputs_are_summed(small_ann, random_rates):
    ann, rates = small_ann(population=4), random_rates(3)
    outputs = ann.readout(ann.activations(rates).pooled)
    assert outputs.shape == (3, 12)
    torch.testing.assert_close(ann(rates), torch.stack([outputs[:, 4 * k : 4 * k + 4].sum(1) for k in range(3)], 1))


def test_dropout_is_drawn_from_the_given_generator_and_off_in_evaluation(small_ann, random_rates):
    ann, rates = small_ann(), random_rates(4)
    ann.train()
    first, again, other = (ann(rates, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    ann.eval()
    assert torch.equal(ann(rates, torch.Generator().manual_seed(1)), ann(rates))


def test_dropout_keeps_the_mean(small_ann, random_rates):
    ann, rates = small_ann(dropout=0.5), random_rates(1)
    expected = ann(rates)
    ann.train()
    generator = torch.Generator().manual_seed(0)
    mean = torch.stack([ann(rates, generator) for _ in range(4000)]).mean(0)
    torch.testing.assert_close(mean, expected, rtol=0.1, atol=0.01)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"widths": []}, "widths"),
        ({"widths": [3, 3]}, "widths"),
        ({"widths": [0, 1]}, "widths"),
        ({"n_class": 1}, "classes"),
        ({"n_filters": 0}, "filter"),
        ({"dropout": 1.0}, "dropout"),
    ],
)
def test_impossible_networks_are_refused(arguments, what):
    with pytest.raises(RequestError, match=what):
        TextCNN(**{"n_dim": 4, "n_filters": 2, "widths": [2, 3], "n_class": 2, **arguments})


@pytest.mark.parametrize(("shape", "what"), [((2, 3, 5), "widest filter"), ((2, 9, 4), "numbers")])
def test_input_that_does_not_fit_is_refused(shape, what, small_ann):
    with pytest.raises(RequestError, match=what):
        small_ann()(torch.rand(*shape))
