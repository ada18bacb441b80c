"""Word vectors become rates between 0 and 1."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.rates import LearnedRates, SentenceRates, Shift, fit_shift, rate_table, to_rates

VECTORS = torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, -2.0], [3.0, 0.5], [0.0, 0.0], [-1.0, 8.0]])


@given(arrays(np.float64, (5, 3), elements=st.floats(-50, 50)), st.floats(0.5, 5))
@settings(max_examples=50, deadline=None)
def test_rates_lie_between_0_and_1_and_rise_with_the_number(numbers, k):
    shift = Shift(mean=1.5, std=4.0, k=k)
    ordered = torch.from_numpy(np.sort(numbers, axis=None))
    rates = to_rates(ordered, shift)
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert (rates.diff() >= 0).all()


def test_the_mean_becomes_one_half_and_k_deviations_the_ends():
    shift = Shift(mean=1.5, std=2.0)
    assert to_rates(torch.tensor([1.5, 7.5, -4.5, 99.0]), shift).tolist() == [0.5, 1.0, 0.0, 1.0]


def test_mean_and_deviation_are_taken_over_all_numbers_of_known_words():
    shift = fit_shift(VECTORS)
    known = np.array([1.0, -2.0, 3.0, 0.5, -1.0, 8.0])
    assert shift.mean == pytest.approx(known.mean())
    assert shift.std == pytest.approx(known.std())
    assert shift.k == 3


@pytest.mark.parametrize("unknown", ["silent", "mean", "paper"])
def test_padding_is_exactly_silent_whatever_happens_to_unknown_words(unknown):
    assert rate_table(VECTORS, fit_shift(VECTORS), unknown)[0].tolist() == [0.0, 0.0]


def test_unknown_words_are_silent_the_mean_or_a_buzz():
    shift = fit_shift(VECTORS)
    silent, mean, paper = (rate_table(VECTORS, shift, kind) for kind in ("silent", "mean", "paper"))
    known = [2, 3, 5]
    for unknown_row in (1, 4):
        assert silent[unknown_row].tolist() == [0.0, 0.0]
        torch.testing.assert_close(mean[unknown_row], to_rates(VECTORS[known].mean(0), shift))
        torch.testing.assert_close(paper[unknown_row], torch.full((2,), 0.5 - shift.mean / (6 * shift.std)))
    assert torch.equal(silent[known], paper[known])


@pytest.mark.parametrize(
    ("vectors", "words"),
    [(torch.ones(3, 2), "spread"), (torch.tensor([[1.0, 2.0], [float("nan"), 0.0]]), "vector 1"), (torch.zeros(3, 2), "spread")],
)
def test_vectors_that_cannot_be_shifted_are_refused(vectors, words):
    with pytest.raises(RequestError, match=words):
        fit_shift(vectors)


def test_a_clip_of_nothing_is_refused():
    with pytest.raises(RequestError, match="deviations"):
        fit_shift(VECTORS, k=0)


def test_sentences_are_looked_up_as_rates():
    table = rate_table(VECTORS, fit_shift(VECTORS))
    sentences = SentenceRates(torch.tensor([[2, 3, 0], [5, 1, 0], [0, 0, 0], [1, 0, 2]]), table)
    assert len(sentences) == 4
    assert torch.equal(sentences[torch.tensor([1])][0, 0], table[5])
    assert sentences.n_word.tolist() == [2, 2, 0, 3]


def test_learned_rates_start_from_the_table_and_stay_inside():
    table = rate_table(VECTORS, fit_shift(VECTORS))
    learned = LearnedRates(table)
    ids = torch.arange(6).view(1, 6)
    torch.testing.assert_close(learned(ids)[0], table)
    assert torch.equal(learned.table(), table)
    with torch.no_grad():
        learned.weight.add_(torch.linspace(-2, 2, 12).view(6, 2))
    rates = learned(ids)
    assert rates.min() >= 0
    assert rates.max() <= 1
    assert torch.equal(rates[0].detach(), learned.table())
    assert rates[0, [0, 1, 4]].abs().sum() == 0, "padding and silent words stay silent"


def test_a_clipped_rate_still_gets_its_gradient():
    learned = LearnedRates(torch.tensor([[0.0], [0.0], [0.5]]))
    with torch.no_grad():
        learned.weight[2] = 1.7
    learned(torch.tensor([[2, 0]])).sum().backward()
    assert learned.weight.grad.flatten().tolist() == [0.0, 0.0, 1.0]
