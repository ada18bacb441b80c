"""Conversion: thresholds from data, and a spiking network that says what the ordinary one says."""

import pytest
import torch
from torch import nn

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.conversion import convert, sweep, why_not_convertible
from neurostudio.methods.spiking.evaluation import ann_logits
from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.rates import LearnedRates, SentenceRates, fit_shift, rate_table
from neurostudio.methods.spiking.training import EpochTrainer, TrainingPlan, ann_step
from neurostudio.methods.spiking.vocabulary import Vocabulary
from neurostudio.methods.spiking.word_vectors import random_vectors


@pytest.fixture(scope="module")
def trained(film_reviews, small_ann):
    """A small network that has learned film reviews, with rates and labels."""
    token_lists, labels = film_reviews
    vocabulary = Vocabulary.from_tokens(token_lists, min_count=2)
    vectors = random_vectors(vocabulary, 24)
    ids = vocabulary.encode(token_lists, 25, 3).ids
    learned = LearnedRates(rate_table(vectors, fit_shift(vectors)))
    ann = small_ann(n_dim=24, n_filters=16, widths=(2, 3), n_class=2)
    trainer = EpochTrainer(
        nn.ModuleList([ann, learned]),
        lambda rows, seed: ann_step(ann, learned(ids[rows]), labels[rows], seed),
        len(labels),
        TrainingPlan(3, 64, 5e-3),
        0,
        "ann",
    )
    for _ in trainer.run():
        pass
    return ann.eval(), SentenceRates(ids, learned.table()), labels


def test_agreement_with_the_ordinary_network_rises_with_time(trained):
    ann, rates, labels = trained
    assert (ann_logits(ann, rates).argmax(1) == labels).double().mean() > 0.7
    snn, _ = convert(ann, rates[torch.arange(0, 1200, 4)])
    for encoder in ("direct", "bernoulli"):
        rows = sweep(ann, snn, rates, labels, [2, 8, 64], encoder)
        assert [row.n_steps for row in rows] == [2, 8, 64]
        assert rows[0].agreement < rows[1].agreement < rows[2].agreement
        if encoder == "direct":
            assert rows[2].agreement >= 0.95
            assert abs(rows[2].accuracy - (ann_logits(ann, rates).argmax(1) == labels).double().mean()) < 0.05


def test_a_short_run_is_the_beginning_of_a_long_one(trained):
    ann, rates, labels = trained
    snn, _ = convert(ann, rates[torch.arange(300)])
    long = sweep(ann, snn, rates[:80], labels[:80], [4, 16], "bernoulli")
    short = sweep(ann, snn, rates[:80], labels[:80], [4], "direct")
    assert long[0].n_steps == short[0].n_steps == 4
    assert sweep(ann, snn, rates[:80], labels[:80], [4, 16], "direct")[0] == short[0]


@pytest.mark.parametrize("n_steps", [5, 20, 100])
def test_rate_error_of_every_neuron_is_below_one_step_and_clipping(n_steps, small_ann, random_rates):
    ann, rates = small_ann(), random_rates(40)
    snn, _ = convert(ann, rates, quantile=0.95)
    output = snn(rates, n_steps, record="everything")
    for width, c in ann.activations(rates).convolutions.items():
        th = snn.threshold(f"conv_{width}")
        spikes = output.spikes[f"conv_{width}"].mean(0)
        assert ((spikes - (c / th).clamp(max=1)).abs() <= 1 / n_steps + 1e-5).all()


def test_thresholds_are_the_quantiles_and_clipping_is_counted(small_ann, random_rates):
    ann, rates = small_ann(), random_rates(50)
    snn, report = convert(ann, rates, quantile=0.9)
    seen = ann.activations(rates)
    for layer, activation in (("conv_2", seen.convolutions[2]), ("pool", seen.pooled)):
        expected = float(torch.quantile(activation.detach().flatten(), 0.9))
        assert snn.threshold(layer) == report.thresholds[layer] == pytest.approx(expected, rel=1e-5)
        above = (activation > snn.threshold(layer)).sum() / (activation > 0).sum()
        assert report.clipped[layer] == pytest.approx(float(above))
    assert convert(ann, rates, quantile=1.0)[1].clipped["conv_3"] == 0


def test_weights_are_copied_and_the_ordinary_network_stays_as_it_was(small_ann, random_rates):
    ann, rates = small_ann(population=2), random_rates(20)
    ann.train()
    before = {name: value.clone() for name, value in ann.state_dict().items()}
    snn, _ = convert(ann, rates, parameters=NeuronParameters(reset="hard"), initial_fraction=0.0, readout="spikes")
    assert ann.training
    assert all(torch.equal(value, before[name]) for name, value in ann.state_dict().items())
    assert all(torch.equal(snn.get_parameter(name), value) for name, value in ann.named_parameters())
    with torch.no_grad():
        snn.readout.weight.add_(1)
    assert torch.equal(ann.readout.weight, before["readout.weight"])


def test_zero_weights_give_chance_and_name_the_silent_layers(small_ann, random_rates):
    ann, rates = small_ann(), random_rates(10)
    with torch.no_grad():
        for parameter in ann.parameters():
            parameter.zero_()
    snn, report = convert(ann, rates)
    assert set(report.silent) == {"conv_2", "conv_3", "conv_4", "pool"}
    assert torch.equal(snn(rates, 20).logits.softmax(-1), torch.full((10, 3), 1 / 3))


@pytest.mark.parametrize("quantile", [0.0, 1.1])
def test_impossible_quantiles_are_refused(quantile, small_ann, random_rates):
    with pytest.raises(RequestError, match="quantile"):
        convert(small_ann(), random_rates(3), quantile)


def test_no_sentence_to_balance_on_is_refused(small_ann, random_rates):
    with pytest.raises(RequestError, match="no sentence"):
        convert(small_ann(), random_rates(3)[:0])


def test_each_layer_that_cannot_be_converted_is_named_with_what_to_change():
    foreign = nn.Sequential(
        nn.Conv1d(4, 8, 3), nn.BatchNorm1d(8), nn.Sigmoid(), nn.MaxPool1d(2), nn.Linear(8, 2, bias=False), nn.Tanh()
    )
    found = why_not_convertible(foreign)
    assert [reason.split(":")[0] for reason in found] == [
        "0 (Conv1d)",
        "1 (BatchNorm1d)",
        "2 (Sigmoid)",
        "3 (MaxPool1d)",
        "5 (Tanh)",
    ]
    for reason, remedy in zip(found, ("bias=False", "fold", "ReLU", "average pooling", "ReLU"), strict=True):
        assert remedy in reason


def test_the_tailored_network_can_be_converted(small_ann):
    assert why_not_convertible(small_ann()) == []
    assert why_not_convertible(nn.Sequential(nn.Conv1d(4, 8, 3, bias=False), nn.ReLU(), nn.AvgPool1d(2))) == []
