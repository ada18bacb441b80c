"""Answers that grow part by part, the history, and the sentences about them."""

from dataclasses import replace

import pytest

from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.spiking_text.bench_presenter import (
    LARGEST_SEED,
    MOST_KEPT,
    Answer,
    History,
    checked_text,
    difference,
    energy_text,
    next_seed,
    words_note,
)
from neurostudio.gui.panels.spiking_text.sentence import Sentence

PARTS = (
    ("words", {"words": ["a", "xyzzy"], "known": [True, False], "n_cut": 2}),
    (
        "decision",
        {
            "label": "good",
            "labels": ["bad", "good"],
            "probabilities": [0.4, 0.6],
            "class_curves": [[0.1, 0.1], [0.2, 0.5]],
            "by_occlusion": [0.1, 0.2],
            "by_spikes": [0.0, 0.1],
        },
    ),
    ("spikes", {"input": [[1, 2], [0, 0]], "layers": {"conv_3": {"times": [1], "units": [0], "n_neuron": 4}}}),
    ("energy", {"millijoule": {"ANN": 0.0036, "SNN": 0.0014}, "verdict": "Less."}),
)


def test_each_part_adds_what_it_brings() -> None:
    answer = History().begin("A xyzzy", 3)
    seen = []
    for name, content in PARTS:
        answer = answer.with_part(name, content)
        sentence = answer.sentence
        seen.append((sentence.words, sentence.said, len(sentence.layers), bool(answer.millijoule)))
    assert seen == [
        (("a", "xyzzy"), "", 0, False),
        (("a", "xyzzy"), "good", 0, False),
        (("a", "xyzzy"), "good", 1, False),
        (("a", "xyzzy"), "good", 1, True),
    ]
    assert answer.with_part("something new", {}) is answer


def test_words_that_the_network_did_not_take_are_named() -> None:
    sentence = History().begin("", 0).with_part(*PARTS[0]).sentence
    assert words_note(sentence) == "“xyzzy” is not in the vocabulary. 2 words are cut: the network reads 2 words."
    assert words_note(Sentence("a", ("a",), (True,))) == ""


def test_the_same_sentence_with_the_same_seed_stands_once_newest_first() -> None:
    history = History()
    for text, seed in (("a", 0), ("b", 0), ("a", 1), ("a", 0)):
        history.put(history.begin(text, seed))
    assert [(one.text, one.seed) for one in history.answers] == [("a", 0), ("a", 1), ("b", 0)]
    assert history.find(history.answers[0].number) is history.answers[0]
    for number in range(2 * MOST_KEPT):
        history.put(history.begin(str(number), 0))
    assert len(history.answers) == MOST_KEPT


def test_an_empty_sentence_is_refused_and_blanks_are_joined() -> None:
    assert checked_text("  a \t small\n gem ") == "a small gem"
    with pytest.raises(NeuroError, match="no sentence"):
        checked_text(" \t ")


def test_seeds_go_round() -> None:
    assert next_seed(0) == 1
    assert next_seed(LARGEST_SEED) == 0


def test_two_answers_are_told_apart(sentence: Sentence) -> None:
    one = Answer(1, "a", 0, sentence)
    other = Answer(2, "b", 0, replace(sentence, curves=sentence.curves[::-1]))
    assert difference(one, one) == "Both say “good”, +0 points. Decided after 2 steps and 2 steps."
    assert difference(one, other).startswith("“good” against “bad”: the share of “good” changes by −")
    assert difference(one, Answer(3, "c", 0, Sentence("c", ()))) == ""


def test_energies_have_the_unit_that_keeps_them_readable() -> None:
    assert [energy_text(value) for value in (2.5, 0.0036, 0.00000085, 2e-9)] == ["2.50 mJ", "3.60 µJ", "850 pJ", "2 pJ"]
