"""Attacks against classifiers whose answers are known, and against spiking networks."""

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.attacks import AttackSettings, NearWords, attack, misspell, summarise
from neurostudio.methods.spiking.scoring import SpikingScorer, WordRates
from neurostudio.methods.spiking.vocabulary import Vocabulary

WORDS = ["bad", "good", "fine", "dull", "film", "the", "was", "plot"]
VOCABULARY = Vocabulary(("<pad>", "<unk>", *WORDS))
VECTORS = torch.tensor([[0, 0], [0, 0], [1, 0.1], [1, 0.0], [0.9, 0.3], [0.2, 1.0], [-1, 0], [-1, 0.2], [-0.9, 0.1], [0, -1.0]])


class Praise:
    """Says class 1 as far as 'good' and 'fine' outweigh 'bad' and 'dull'; counts what it is asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, token_lists):
        self.asked += token_lists
        worth = {"good": 2.0, "fine": 1.0, "bad": -2.0, "dull": -1.0}
        scores = torch.tensor([float(sum(worth.get(word, 0.0) for word in tokens)) for tokens in token_lists])
        return torch.stack((-scores, scores), 1).softmax(1)


def run(kind, sentences, labels, **more):
    settings_ = more.pop("settings", AttackSettings(max_changed=0.3))
    score = more.pop("score", Praise())
    tools = {"near_words": NearWords(VOCABULARY, VECTORS), "vocabulary": VOCABULARY}
    return list(attack(kind, sentences, labels, score, settings_, **tools, **more)), score


def test_the_most_important_word_is_replaced_by_its_most_harmful_neighbour():
    (result,), score = run("neighbours", [["the", "film", "was", "good"]], [1])
    assert result.outcome == "fooled"
    assert result.tokens == ("the", "film", "was", "bad")
    assert result.changed == (3,)
    assert result.truth_before > 0.5 > result.truth_after
    assert result.n_query == len(score.asked) == 1 + 4 + 7, "the sentence, each word left out, each neighbour of 'good'"


def test_misspelt_words_are_strange_to_the_classifier():
    (result,), _ = run("characters", [["good", "dull", "film"]], [1])
    assert result.outcome == "fooled"
    assert result.changed == (0,)
    assert result.tokens[1:] == ("dull", "film")


def test_no_more_words_change_than_allowed_and_at_least_one_may():
    sentence = ["good"] * 10
    for share, most in ((0.1, 1), (0.3, 3), (0.01, 1), (0.59, 5)):
        (result,), _ = run("neighbours", [sentence], [1], settings=AttackSettings(max_changed=share, n_candidates=1))
        changed = sum(word != "good" for word in result.tokens)
        assert changed == len(result.changed) <= most


def test_sentences_that_are_wrong_already_are_not_attacked():
    (result,), score = run("neighbours", [["bad", "film"]], [1])
    assert (result.outcome, result.n_query, result.changed) == ("wrong before", 1, ())
    assert score.asked == [["bad", "film"]]


def test_the_control_looks_at_no_score_to_choose():
    results, score = run("random", [["good", "good", "good", "film"]], [1], settings=AttackSettings(max_changed=0.5))
    assert len(score.asked) <= 3
    assert 1 <= len(results[0].changed) <= 2
    assert all(word in WORDS for word in results[0].tokens)


def test_the_same_seed_repeats_and_sentences_do_not_depend_on_each_other():
    sentences = [["good", "film", "the", "plot"], ["good", "good", "plot", "was"]]
    for kind in ("characters", "random"):
        one, _ = run(kind, sentences, [1, 1])
        again, _ = run(kind, sentences, [1, 1])
        assert one == again


def test_a_stop_is_seen_before_each_query_and_keeps_what_is_done():
    sentences, labels = [["good", "film"], ["good", "plot"], ["good", "was"]], [1, 1, 1]
    finished, _ = run("neighbours", sentences, labels, settings=AttackSettings(0.5))
    assert len(finished) == 3
    for allowed in range(8):
        calls = iter(range(100))
        results, _ = run(
            "neighbours",
            sentences,
            labels,
            settings=AttackSettings(0.5),
            should_stop=lambda calls=calls, n=allowed: next(calls) >= n,
        )
        assert len(results) <= 3
        complete = [result for result in results if result.outcome != "stopped"]
        assert complete == finished[: len(complete)]
        assert summarise(results).n_sentence == len(complete)


def test_successes_are_tested_again_with_fresh_seeds():
    sentences, labels = [["good", "film"], ["bad", "film"]], [1, 1]
    always_right = lambda token_lists: torch.tensor([[0.0, 1.0]] * len(token_lists))  # noqa: E731
    results, _ = run("neighbours", sentences, labels, settings=AttackSettings(0.5), retest=always_right)
    assert [result.still_fooled for result in results] == [False, None]
    summary = summarise(results)
    assert (summary.clean_accuracy, summary.accuracy, summary.accuracy_fresh) == (0.5, 0.0, 0.5)
    assert summary.success_rate == 1.0
    assert summary.mean_queries == results[0].n_query
    results, _ = run("neighbours", sentences, labels, settings=AttackSettings(0.5), retest=Praise())
    assert results[0].still_fooled
    assert summarise(results).accuracy_fresh == 0.0


def test_nothing_to_attack_is_no_error():
    assert summarise([]).clean_accuracy == 0
    results, _ = run("neighbours", [[]], [0])
    assert results[0].outcome == "held"
    results, _ = run("characters", [["!", "..."]], [0])
    assert results[0].tokens == ("!", "...")


@given(st.text(min_size=1, max_size=12), st.integers(1, 20), st.integers(0, 99))
@settings(deadline=None)
def test_misspellings_are_different_close_and_not_the_word(word, n, seed):
    found = misspell(word, random.Random(seed), n)
    assert len(found) == len(set(found)) <= n
    assert word not in found
    assert all(abs(len(other) - len(word)) <= 1 and other for other in found)


def test_neighbours_are_ordered_and_words_without_a_vector_have_none():
    near = NearWords(VOCABULARY, VECTORS)
    assert near.of("good", 2) == ("bad", "fine")
    assert near.of("good", 2) == near.of("good", 2)
    assert near.of("unheard", 5) == ()
    assert len(near.of("good", 99)) == len(WORDS) - 1


def test_a_spiking_network_answers_attacks_the_same_every_time(small_snn, random_rates):
    words = WordRates(VOCABULARY, torch.rand(10, 5).index_fill(0, torch.tensor([0, 1]), 0.0), 9)
    scorer = SpikingScorer(small_snn(), words, 8, "bernoulli", seeds=tuple(range(4)))
    sentences = [["good", "film", "the", "plot", "was", "dull"], ["bad", "plot"]]
    labels = scorer(sentences).argmax(1).tolist()
    one = list(attack("neighbours", sentences, labels, scorer, AttackSettings(0.5), NearWords(VOCABULARY, VECTORS)))
    again = list(attack("neighbours", sentences, labels, scorer, AttackSettings(0.5), NearWords(VOCABULARY, VECTORS)))
    assert one == again
    assert all(result.outcome != "wrong before" for result in one)


@pytest.mark.parametrize(("kind", "what"), [("neighbours", "word vectors"), ("random", "vocabulary")])
def test_an_attack_without_its_tools_is_refused(kind, what):
    with pytest.raises(RequestError, match=what):
        list(attack(kind, [["a"]], [0], Praise(), AttackSettings()))


@pytest.mark.parametrize("bad", [{"max_changed": 0.0}, {"max_changed": 1.5}, {"n_candidates": 0}])
def test_impossible_limits_are_refused(bad):
    with pytest.raises(RequestError):
        AttackSettings(**bad)
