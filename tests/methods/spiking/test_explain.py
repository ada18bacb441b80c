"""Explanations of single sentences, and what makes filters fire."""

import pytest
import torch

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import bernoulli_shared
from neurostudio.methods.spiking.explain import explain, top_ngrams
from neurostudio.methods.spiking.scoring import AnnScorer, SpikingScorer, WordRates
from neurostudio.methods.spiking.vocabulary import Vocabulary

WORDS = ["the", "film", "was", "good", "bad", "plot", "dull"]
VOCABULARY = Vocabulary(("<pad>", "<unk>", *WORDS))
TABLE = torch.rand(9, 5, generator=torch.Generator().manual_seed(3)).index_fill(0, torch.tensor([0, 1]), 0.0)
WORD_RATES = WordRates(VOCABULARY, TABLE, 9)
SENTENCE = ["the", "film", "was", "good"]


@pytest.mark.parametrize("encoder", ["bernoulli", "direct", "latency"])
def test_an_explanation_is_of_the_run_that_a_scorer_sees(encoder, small_snn):
    snn = small_snn()
    found = explain(snn, SENTENCE, WORD_RATES, 12, encoder, seed=4)
    scores = SpikingScorer(snn, WORD_RATES, 12, encoder, seeds=(4,))([SENTENCE])
    torch.testing.assert_close(found.class_curves[-1].softmax(-1), scores[0])
    assert found.words == tuple(SENTENCE)
    assert found.predicted == int(scores[0].argmax())
    assert found.class_curves.shape == (12, 3)
    assert found.input_raster.shape == (4, 12)


def test_the_input_raster_counts_the_spikes_of_each_word(small_snn):
    found = explain(small_snn(), SENTENCE, WORD_RATES, 12, "bernoulli", seed=4)
    spikes = bernoulli_shared(WORD_RATES([SENTENCE]), 12, 4)
    assert torch.equal(found.input_raster, spikes[:, 0, :4].sum(-1).t())


def test_every_spike_of_every_filter_is_listed_once(small_snn):
    found = explain(small_snn(), SENTENCE, WORD_RATES, 12, "bernoulli")
    for layer in ("conv_2", "conv_3", "conv_4"):
        spikes = torch.zeros_like(found.output.spikes[layer][:, 0])
        for item in found.filter_spikes:
            if item.layer == layer:
                width = int(layer[-1])
                assert item.words == tuple(SENTENCE[item.start : item.start + width])
                spikes[[t - 1 for t in item.times], item.start, item.filter] = 1
        assert torch.equal(spikes, found.output.spikes[layer][:, 0])
    counts = [len(item.times) for item in found.filter_spikes]
    assert counts == sorted(counts, reverse=True)


def test_occlusion_is_the_fall_of_the_score_without_the_word(small_snn):
    snn = small_snn()
    found = explain(snn, SENTENCE, WORD_RATES, 20, "direct")

    def margin(tokens):
        logits = snn(WORD_RATES([tokens]), 20).logits[0].detach()
        others = [k for k in range(3) if k != found.predicted]
        return float(logits[found.predicted] - logits[others].mean())

    for place in range(4):
        without = [*SENTENCE[:place], "<unk>", *SENTENCE[place + 1 :]]
        assert float(found.by_occlusion[place]) == pytest.approx(margin(SENTENCE) - margin(without), abs=1e-5)


def test_shared_weights_add_up_to_the_filters(small_snn):
    found = explain(small_snn(population=2), SENTENCE, WORD_RATES, 12, "bernoulli")
    assert float(found.by_spikes.sum()) == pytest.approx(sum(item.weight for item in found.filter_spikes), abs=1e-5)


def test_spike_weights_approach_the_margin_of_the_scores(small_snn):
    """With many steps the pooling neurons pass on what they get, so the parts add up to the whole."""
    snn = small_snn()
    snn.set_threshold("pool", 5.0137)  # nothing is clipped
    found = explain(snn, SENTENCE, WORD_RATES, 4000, "direct")
    logits = found.class_curves[-1]
    others = [k for k in range(3) if k != found.predicted]
    margin = float(logits[found.predicted] - logits[others].mean())
    assert float(found.by_spikes.sum()) == pytest.approx(margin, abs=0.02)


def test_words_beyond_the_sentence_length_are_left_out(small_snn):
    assert len(explain(small_snn(), SENTENCE * 4, WORD_RATES, 5).words) == 9


def test_a_sentence_without_words_is_refused(small_snn):
    with pytest.raises(RequestError, match="no words"):
        explain(small_snn(), [], WORD_RATES, 5)


@pytest.mark.parametrize("batch", [2, 512])
def test_top_ngrams_are_those_that_fire_most(batch, small_snn):
    snn = small_snn()
    sentences = [["the", "film", "was", "good"], ["bad", "plot"], ["dull", "film", "the", "film", "was"]]
    ids = VOCABULARY.encode(sentences, 9).ids
    found = top_ngrams(snn, TABLE[ids], ids, VOCABULARY, 16, "direct", n_top=3, batch=batch)
    output = snn(TABLE[ids], 16, record="everything")
    for layer, width in (("conv_2", 2), ("conv_4", 4)):
        rate = output.spikes[layer].mean(0)
        for number in range(6):
            mine = [item for item in found if (item.layer, item.filter) == (layer, number)]
            expected = {}
            for row in range(3):
                for start in range(9 - width + 1):
                    words = tuple(VOCABULARY.words[w] for w in ids[row, start : start + width].tolist() if w)
                    value = float(rate[row, start, number])
                    if value > 0:
                        expected[words] = max(value, expected.get(words, 0.0))
            best = sorted(expected.values(), reverse=True)[:3]
            assert [item.rate for item in mine] == pytest.approx(best)
            assert all(expected[item.words] == pytest.approx(item.rate) for item in mine)


def test_scorers_give_probabilities(small_snn, small_ann):
    for scorer in (SpikingScorer(small_snn(), WORD_RATES, 6, seeds=(1, 2)), AnnScorer(small_ann(), WORD_RATES)):
        scores = scorer([SENTENCE, ["bad"]])
        assert scores.shape == (2, 3)
        torch.testing.assert_close(scores.sum(1), torch.ones(2))


def test_the_mean_over_encodings_is_the_mean_of_single_ones(small_snn):
    single = [SpikingScorer(small_snn(), WORD_RATES, 6, seeds=(seed,))([SENTENCE]) for seed in (1, 2, 3)]
    torch.testing.assert_close(
        SpikingScorer(small_snn(), WORD_RATES, 6, seeds=(1, 2, 3))([SENTENCE]), torch.stack(single).mean(0)
    )
    assert not torch.equal(single[0], single[1])
