"""Rates become spikes."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import (
    bernoulli,
    bernoulli_by_sentence,
    bernoulli_shared,
    direct,
    encode,
    encode_shared,
    latency,
)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@given(st.floats(0, 1), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_bernoulli_spikes_have_the_rate(rate, seed):
    n = 40_000
    spikes = bernoulli(torch.full((n // 20,), rate), 20, seeded(seed))
    bound = 5 * math.sqrt(rate * (1 - rate) / n) + 1 / 65536
    assert abs(spikes.mean().item() - rate) <= bound


def test_mean_of_typical_rates_is_within_four_standard_errors():
    rates = torch.tensor([0.05, 0.2, 0.5, 0.731, 0.95]).repeat(200, 1)
    n = 200 * 100
    mean = bernoulli(rates, 100, seeded(11)).mean(dim=(0, 1))
    assert ((mean - rates[0]).abs() <= 4 * (rates[0] * (1 - rates[0]) / n).sqrt()).all()


def test_rate_0_never_fires_and_rate_1_always():
    rates = torch.tensor([0.0, 1.0]).repeat(2000, 1)
    spikes = bernoulli(rates, 100, seeded(0))
    assert spikes[..., 0].sum() == 0
    assert spikes[..., 1].min() == 1


def test_spikes_are_zero_or_one_time_first():
    spikes = bernoulli(torch.rand(3, 4, 5), 7, seeded(0))
    assert spikes.shape == (7, 3, 4, 5)
    assert set(spikes.unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize(
    "draw",
    [
        lambda rates, seed: bernoulli(rates, 16, seeded(seed)),
        lambda rates, seed: bernoulli_by_sentence(rates, 16, [seed + row for row in range(len(rates))]),
        lambda rates, seed: bernoulli_shared(rates, 16, seed),
    ],
)
def test_the_same_seed_repeats_and_another_differs(draw):
    rates = torch.rand(4, 5, 6, generator=seeded(3))
    assert torch.equal(draw(rates, 1), draw(rates, 1))
    assert not torch.equal(draw(rates, 1), draw(rates, 100))


def test_steps_and_neighbours_are_uncorrelated():
    spikes = bernoulli(torch.full((20_000,), 0.4), 20, seeded(5)) - 0.4
    n = spikes.numel()
    for lag in (1, 2, 3):
        assert abs((spikes[lag:] * spikes[:-lag]).mean().item()) < 4 * 0.24 / math.sqrt(n * 0.8)
        assert abs((spikes[:, lag:] * spikes[:, :-lag]).mean().item()) < 4 * 0.24 / math.sqrt(n * 0.8)


def test_spikes_of_a_sentence_do_not_depend_on_the_rest_of_the_batch():
    rates = torch.rand(5, 4, 3, generator=seeded(1))
    together = bernoulli_by_sentence(rates, 9, [10, 11, 12, 13, 14])
    alone = bernoulli_by_sentence(rates[3:4], 9, [13])
    assert torch.equal(together[:, 3:4], alone)
    assert torch.equal(bernoulli_shared(rates, 9, 2)[:, 3:4], bernoulli_shared(rates[3:4], 9, 2))


def test_shared_randomness_leaves_the_other_words_alone():
    rates = torch.rand(1, 6, 8, generator=seeded(1))
    silenced = rates.clone()
    silenced[0, 2] = 0
    before, after = bernoulli_shared(rates, 12, 0), bernoulli_shared(silenced, 12, 0)
    assert after[:, :, 2].sum() == 0
    others = [0, 1, 3, 4, 5]
    assert torch.equal(before[:, :, others], after[:, :, others])


def test_one_seed_per_sentence_is_needed():
    with pytest.raises(ValueError, match="seeds"):
        bernoulli_by_sentence(torch.rand(3, 2, 2), 4, [1])


def test_direct_repeats_the_rates_without_copying():
    rates = torch.rand(2, 3, 4)
    current = direct(rates, 50)
    assert current.shape == (50, 2, 3, 4)
    assert current.data_ptr() == rates.data_ptr()
    assert encode("direct", rates, 50) is rates


def test_latency_fires_once_and_earlier_for_larger_rates():
    spikes = latency(torch.tensor([0.0, 0.1, 0.5, 1.0]), 11)
    assert spikes.sum(0).tolist() == [0.0, 1.0, 1.0, 1.0]
    assert spikes.argmax(0).tolist()[1:] == [9, 5, 0]
    assert torch.equal(encode("latency", torch.tensor([0.3]), 11), latency(torch.tensor([0.3]), 11))


def test_shared_encoding_is_bernoulli_only_where_asked():
    rates = torch.rand(2, 3, 4)
    assert encode_shared("direct", rates, 5, 0) is rates
    assert torch.equal(encode_shared("bernoulli", rates, 5, 3), bernoulli_shared(rates, 5, 3))


@pytest.mark.parametrize("encoder", ["bernoulli", "direct", "latency"])
@pytest.mark.parametrize("bad", [torch.tensor([1.2]), torch.tensor([-0.1]), torch.tensor([float("nan")])])
def test_numbers_that_are_not_rates_are_refused(encoder, bad):
    with pytest.raises(RequestError, match="between 0 and 1"):
        encode(encoder, bad, 4)


@pytest.mark.parametrize("encoder", ["bernoulli", "direct", "latency"])
def test_no_time_steps_are_refused(encoder):
    with pytest.raises(RequestError, match="steps"):
        encode(encoder, torch.rand(2), 0)
