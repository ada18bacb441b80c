"""Losses, and a training loop that goes on bit for bit after any batch."""

import json
import math

import pytest
import torch
from safetensors.torch import load, save

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.encoders import bernoulli
from neurostudio.methods.spiking.rates import LearnedRates
from neurostudio.methods.spiking.training import (
    EpochTrainer,
    TrainingPlan,
    ann_step,
    ce_membrane,
    ce_rate,
    derive_seed,
    rate_penalty,
    snn_step,
)

LABELS = torch.tensor([0, 1, 2, 1, 0, 2, 2, 1, 0, 0])


def ann_trainer(small_ann, random_rates, plan=None):
    ann, rates = small_ann(), random_rates(10)
    plan = plan or TrainingPlan(3, 4, 1e-2, weight_decay=0.01, clip=1.0)
    return EpochTrainer(ann, lambda rows, seed: ann_step(ann, rates[rows], LABELS[rows], seed), 10, plan, 7, "ann")


def snn_trainer(small_snn, random_rates):
    snn, rates = small_snn(), random_rates(10)
    plan = TrainingPlan(3, 4, 1e-2, clip=1.0)
    return EpochTrainer(snn, lambda rows, seed: snn_step(snn, rates[rows], LABELS[rows], seed, 6), 10, plan, 7, "snn")


def weights_of(trainer):
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


@pytest.fixture(params=["ann", "snn"])
def new_trainer(request, small_ann, small_snn, random_rates):
    if request.param == "ann":
        return lambda: ann_trainer(small_ann, random_rates)
    return lambda: snn_trainer(small_snn, random_rates)


@pytest.mark.parametrize("stop_after", range(1, 10))
def test_stopping_after_any_batch_and_going_on_gives_identical_weights(new_trainer, stop_after):
    whole = new_trainer()
    losses = []
    for step in whole.run():
        losses.append(step.loss)
        if step.ends_epoch:
            whole.keep_if_best(-step.loss)

    stopped = new_trainer()
    for done, step in enumerate(stopped.run(), start=1):
        if step.ends_epoch:
            stopped.keep_if_best(-step.loss)
        if done == stop_after:
            break
    tensors, plain = stopped.state()
    tensors, plain = load(save(tensors)), json.loads(json.dumps(plain))

    resumed = new_trainer()
    resumed.load_state(tensors, plain)
    resumed_losses = []
    for step in resumed.run():
        resumed_losses.append(step.loss)
        if step.ends_epoch:
            resumed.keep_if_best(-step.loss)
    assert resumed_losses == losses[stop_after:]
    assert len(losses) == 9
    for name, value in weights_of(whole).items():
        assert torch.equal(value, weights_of(resumed)[name])
    assert resumed.best_score == whole.best_score
    whole.restore_best()
    resumed.restore_best()
    for name, value in weights_of(whole).items():
        assert torch.equal(value, weights_of(resumed)[name])


def test_a_saved_state_does_not_change_while_training_goes_on(new_trainer):
    trainer = new_trainer()
    steps = trainer.run()
    next(steps)
    tensors, plain = trainer.state()
    copies = {name: value.clone() for name, value in tensors.items()}
    next(steps)
    assert all(torch.equal(value, copies[name]) for name, value in tensors.items())
    assert plain["batch"] == 1


def test_the_global_random_state_is_neither_used_nor_changed(new_trainer):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = [step.loss for step in new_trainer().run()]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert [step.loss for step in new_trainer().run()] == one


def test_every_sentence_is_seen_once_an_epoch_in_another_order(small_ann):
    seen = []
    ann = small_ann()

    def loss(rows, seed):
        seen.append((rows.tolist(), seed))
        return ann.readout.weight.square().sum()

    steps = list(EpochTrainer(ann, loss, 10, TrainingPlan(2, 4, 1e-3), 0, "x").run())
    first, second = ([row for rows, _ in seen[start : start + 3] for row in rows] for start in (0, 3))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert len({seed for _, seed in seen}) == 6
    assert [step.ends_epoch for step in steps] == [False, False, True] * 2


def test_training_learns(small_snn, random_rates):
    snn, rates = small_snn(), random_rates(10)
    plan = TrainingPlan(60, 10, 3e-2)
    trainer = EpochTrainer(
        snn, lambda rows, seed: snn_step(snn, rates[rows], LABELS[rows], seed, 8, "direct"), 10, plan, 0, "snn"
    )
    losses = [step.loss for step in trainer.run()]
    assert losses[-1] < 0.5 * losses[0]


def test_a_loss_that_is_not_a_number_stops_with_the_last_good_weights(small_ann):
    ann = small_ann()
    good = {}

    def loss(rows, seed):
        value = ann.readout.weight.square().sum()
        if good.setdefault("calls", 0) == 2:
            return value * math.nan
        good["calls"] += 1
        return value

    trainer = EpochTrainer(ann, loss, 10, TrainingPlan(1, 2, 1e-3), 0, "x")
    with pytest.raises(NeuroError, match="epoch 1, batch 3"):
        for _ in trainer.run():
            good["weights"] = ann.readout.weight.detach().clone()
    assert torch.equal(ann.readout.weight, good["weights"])
    assert trainer.batch == 2


def test_the_best_weights_come_back_and_equal_scores_do_not_replace_them(small_ann, random_rates):
    trainer = ann_trainer(small_ann, random_rates)
    trainer.restore_best()
    assert trainer.keep_if_best(0.5)
    best = weights_of(trainer)
    list(trainer.run())
    assert not trainer.keep_if_best(0.5)
    assert not trainer.keep_if_best(math.nan)
    trainer.restore_best()
    assert all(torch.equal(value, best[name]) for name, value in weights_of(trainer).items())


def test_a_state_of_another_phase_or_network_is_refused(small_ann, small_snn, random_rates):
    tensors, plain = ann_trainer(small_ann, random_rates).state()
    with pytest.raises(RequestError, match="phase 'ann'"):
        snn_trainer(small_snn, random_rates).load_state(tensors, plain)
    with pytest.raises(RequestError, match="does not fit"):
        ann_trainer(lambda: small_ann(n_filters=7), random_rates).load_state(tensors, plain)


def test_rates_can_be_learned_with_the_network(small_ann):
    learned = LearnedRates(torch.rand(8, 5).index_fill(0, torch.tensor([0]), 0.0))
    ann, ids = small_ann(), torch.randint(1, 8, (10, 9))
    both = torch.nn.ModuleList([ann, learned])
    before = learned.table()
    plan = TrainingPlan(1, 5, 1e-2)
    trainer = EpochTrainer(both, lambda rows, seed: ann_step(ann, learned(ids[rows]), LABELS[rows], seed), 10, plan, 0, "ann")
    list(trainer.run())
    assert not torch.equal(learned.table(), before)
    assert learned.table()[0].sum() == 0


def test_losses_are_the_formulas(small_snn, random_rates):
    snn = small_snn(readout="spikes", population=2)
    output = snn(bernoulli(random_rates(4), 7, torch.Generator().manual_seed(0)))
    labels = torch.tensor([0, 2, 1, 1])
    log_mean = output.logits.log_softmax(-1)
    torch.testing.assert_close(ce_membrane(output, labels), -log_mean[torch.arange(4), labels].mean())
    by_step = [-scores.log_softmax(-1)[torch.arange(4), labels].mean() for scores in output.step_scores]
    torch.testing.assert_close(ce_rate(output, labels), torch.stack(by_step).mean())
    expected = sum((rate - 0.05).clamp(min=0).mean() for rate in output.rates.values())
    torch.testing.assert_close(rate_penalty(output, 0.05), expected)


def test_the_penalty_lowers_the_firing_rates(small_snn, random_rates):
    rates = random_rates(10)

    def mean_rate_after(penalty):
        snn = small_snn()
        plan = TrainingPlan(20, 10, 1e-2)

        def loss(rows, seed):
            return snn_step(snn, rates[rows], LABELS[rows], seed, 8, "direct", penalty=penalty, target_rate=0.0)

        list(EpochTrainer(snn, loss, 10, plan, 0, "snn").run())
        return sum(float(rate.detach().mean()) for rate in snn(rates, 8).rates.values())

    assert mean_rate_after(3.0) < 0.7 * mean_rate_after(0.0)


def test_counting_output_spikes_needs_output_neurons(small_snn, random_rates):
    with pytest.raises(RequestError, match="accumulator"):
        snn_step(small_snn(), random_rates(2), torch.tensor([0, 1]), 0, 4, loss="rate")


def test_fresh_spikes_come_with_each_seed(small_snn, random_rates):
    snn, rates = small_snn(), random_rates(4)
    losses = [float(snn_step(snn, rates, LABELS[:4], seed, 6).detach()) for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


def test_seeds_are_fixed_for_ever_and_differ_by_place():
    assert derive_seed(0, "ann", "order", 1) == 9_010_050_097_570_119_950, "checkpoints of older versions rely on it"
    places = {derive_seed(seed, name, n) for seed in range(3) for name in ("a", "b") for n in range(3)}
    assert len(places) == 18
    assert all(0 <= seed < 2**63 for seed in places)


def test_no_sentences_are_refused(small_ann):
    with pytest.raises(RequestError, match="no sentences"):
        EpochTrainer(small_ann(), lambda rows, seed: rows.sum(), 0, TrainingPlan(1, 1, 1e-3), 0, "x")
