"""Tests of the networks on a data set, and what their neurons do."""

import pytest
import torch

from neurostudio.core.errors import Cancelled
from neurostudio.methods.spiking import evaluation
from neurostudio.methods.spiking.evaluation import (
    Activity,
    LayerActivity,
    ann_logits,
    class_scores,
    confusion_matrix,
    evaluate_snn,
    measure_activity,
    predict_by_time,
    with_int8_weights,
)
from neurostudio.methods.spiking.rates import SentenceRates

LABELS = torch.tensor([0, 1, 2, 1, 0, 2, 2, 1, 0, 0, 1, 2])


@pytest.mark.parametrize("encoder", ["bernoulli", "direct", "latency"])
def test_predictions_depend_neither_on_batch_size_nor_on_order(encoder, small_snn, random_rates):
    snn, rates = small_snn(), random_rates(12)
    at_once = predict_by_time(snn, rates, 8, encoder, seed=3)
    assert at_once.shape == (8, 12, 3)
    torch.testing.assert_close(predict_by_time(snn, rates, 8, encoder, seed=3, batch=5), at_once)
    if encoder != "bernoulli":  # the seed of a sentence belongs to its place
        order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
        torch.testing.assert_close(predict_by_time(snn, rates[order], 8, encoder), at_once[:, order])


def test_little_memory_makes_small_batches_with_the_same_result(small_snn, random_rates, monkeypatch):
    snn, rates = small_snn(), random_rates(12)
    at_once = predict_by_time(snn, rates, 8, seed=3)
    monkeypatch.setattr(evaluation, "_BATCH_BYTES", 1)
    torch.testing.assert_close(predict_by_time(snn, rates, 8, seed=3), at_once)


def test_sentences_may_be_looked_up_instead(small_snn, small_ann):
    table = torch.rand(7, 5).index_fill(0, torch.tensor([0]), 0.0)
    ids = torch.randint(0, 7, (6, 9))
    sentences = SentenceRates(ids, table)
    torch.testing.assert_close(predict_by_time(small_snn(), sentences, 5), predict_by_time(small_snn(), table[ids], 5))
    torch.testing.assert_close(ann_logits(small_ann(), sentences, batch=2), small_ann()(table[ids]).detach())


def test_the_ordinary_network_is_tested_without_dropout(small_ann, random_rates):
    ann, rates = small_ann(dropout=0.9), random_rates(5)
    expected = ann(rates).detach()
    ann.train()
    torch.testing.assert_close(ann_logits(ann, rates), expected)


def test_seeds_give_a_mean_and_a_spread_only_where_there_is_chance(small_snn, random_rates):
    snn, rates = small_snn(), random_rates(12)
    result = evaluate_snn(snn, rates, LABELS, 6, "bernoulli", seeds=range(4))
    assert result.logits.shape == (4, 12, 3)
    assert result.accuracy_by_time.shape == (4, 6)
    by_seed = (result.predictions == LABELS).double().mean(1)
    assert result.accuracy == pytest.approx(float(by_seed.mean()))
    assert result.accuracy_std == pytest.approx(float(by_seed.std()))
    assert not torch.equal(result.logits[0], result.logits[1])
    once = evaluate_snn(snn, rates, LABELS, 6, "direct", seeds=range(4))
    assert once.logits.shape == (1, 12, 3)
    assert once.accuracy_std == 0


@pytest.mark.parametrize("function", [predict_by_time, measure_activity])
def test_a_stop_is_seen_between_batches(function, small_snn, random_rates):
    answers = iter([False, True])
    with pytest.raises(Cancelled):
        function(small_snn(), random_rates(12), 4, batch=3, should_stop=lambda: next(answers))


def test_class_scores_are_those_of_the_confusion_matrix():
    labels = torch.tensor([0, 0, 0, 1, 1, 2])
    predictions = torch.tensor([0, 0, 1, 1, 0, 0])
    confusion = confusion_matrix(labels, predictions, 4)
    assert confusion.tolist() == [[2, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    scores = class_scores(confusion)
    assert scores.precision.tolist() == [0.5, 0.5, 0.0, 0.0]
    assert scores.recall.tolist() == pytest.approx([2 / 3, 0.5, 0.0, 0.0])
    assert scores.f1.tolist() == pytest.approx([4 / 7, 0.5, 0.0, 0.0])
    assert scores.support.tolist() == [3, 2, 1, 0]
    assert scores.f1_macro == pytest.approx((4 / 7 + 0.5) / 3), "a class that does not occur does not count"


def test_activity_counts_every_spike_over_all_batches(small_snn, random_rates):
    snn, rates = small_snn(readout="spikes"), random_rates(12)
    activity = measure_activity(snn, rates, 6, "direct", batch=5)
    output = snn(rates, 6, record="everything")
    for layer in snn.spiking_layers:
        assert torch.equal(activity.layers[layer].counts, output.counts[layer].double())
        assert (activity.layers[layer].n_active, activity.layers[layer].n_saturated) == output.extremes[layer]
        torch.testing.assert_close(activity.rates(layer), output.spikes[layer].double().mean((0, 1)))
    torch.testing.assert_close(activity.rates("input"), rates.double().mean(0))
    reached = (rates.sum(2) > 0).sum(0)
    assert activity.words_at.tolist() == reached.tolist()
    spiking = measure_activity(snn, rates, 6, "bernoulli")
    assert spiking.mean_rate("input") == pytest.approx(float(rates.mean()), abs=0.02)


def activity_of(counts, n_active=10, n_saturated=0):
    return Activity({"conv_2": LayerActivity(counts, n_active, n_saturated)}, torch.tensor([4]), 4, 10, False)


def test_mostly_silent_and_saturated_layers_are_named_with_what_to_do():
    silent = activity_of(torch.tensor([[3.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    assert silent.layers["conv_2"].silent_share == pytest.approx(2 / 3)
    assert "67%" in silent.warnings()[0]
    assert "lower its threshold" in silent.warnings()[0]
    saturated = activity_of(torch.tensor([[3.0, 1.0, 2.0]]), n_active=10, n_saturated=3)
    assert saturated.layers["conv_2"].saturated_share == 0.3
    assert "raise its threshold" in saturated.warnings()[0]
    assert activity_of(torch.tensor([[3.0, 1.0, 2.0]]), 10, 1).warnings() == []


def test_int8_weights_are_on_a_grid_of_their_own_filter_and_near_the_original(small_snn):
    snn = small_snn()
    rounded = with_int8_weights(snn)
    assert snn.centred
    assert not rounded.centred
    for width in snn.widths:
        weight, original = rounded.kernel(width).detach(), snn.kernel(width).detach()
        largest = original.abs().amax((1, 2), keepdim=True)
        steps = weight / (largest / 127)
        torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
        assert ((weight - original).abs() <= largest / 254 + 1e-7).all()
        assert not torch.equal(weight, original)
