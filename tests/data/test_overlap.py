"""Sentences that two data sets share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data import open_data
from neurostudio.data.overlap import normalised, shared_sentences


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("it's so laddish and juvenile , only", "It 's so laddish and juvenile, only"),
        ("you ca n't miss it", "you can't miss it"),
        ("-lrb- the kid 's -rrb- too bratty", "[the kid's] too bratty"),
        ("`` horror '' movie", '" horror " movie'),
        ("ＡＢＣ　１２３", "abc 123"),
        ("a — b", "a - b"),
        ("很好吃 ， 推荐", "很好吃，推荐"),
    ],
)
def test_spellings_of_the_same_sentence_have_one_plain_form(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@given(st.text())
def test_the_plain_form_is_its_own_plain_form(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.lists(st.text(max_size=4), max_size=6), st.lists(st.text(max_size=4), max_size=6))
def test_each_sentence_of_the_second_is_reported_once_if_the_first_has_it(a: list[str], b: list[str]) -> None:
    pairs = shared_sentences(a, b)
    places = [place for _, place in pairs]
    assert places == sorted(set(places))
    assert {place for place, text in enumerate(b) if text in a} <= set(places)


def test_different_sentences_are_not_shared() -> None:
    assert shared_sentences(["a good film", "!"], ["a bad film", "?", "a good"]) == []


def test_most_of_sst2_stands_in_mr(shared_data: Callable[[str], Path]) -> None:
    mr = open_data(shared_data("text_english/MR.part.gz"), "labelled-text")
    sst = open_data(shared_data("text_english/SST2.train.gz"), "labelled-text")
    pairs = shared_sentences(mr.texts, sst.texts)
    assert len(pairs) > 5600
    same = sum(mr.classes[mr.labels[i]] == sst.classes[sst.labels[j]] for i, j in pairs)
    assert same > 0.95 * len(pairs) - 10
    assert len(set(mr.texts) & set(sst.texts)) < 3100
