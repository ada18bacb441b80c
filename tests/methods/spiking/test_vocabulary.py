"""Sentences become words, words become numbers."""

import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.vocabulary import Vocabulary, tokenise


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's GOOD, really!", ["it's", "good", ",", "really", "!"]),
        ("a film that 's n't bad .", ["a", "film", "that", "'s", "n't", "bad", "."]),
        ('so - so . ("really") good-looking', ["so", "-", "so", ".", '("really")', "good-looking"]),
        ('He said "no way"... twice', ["he", "said", '"', "no", "way", '"', "...", "twice"]),
        ("well-made 3.5 stars--wow", ["well-made", "3.5", "stars", "--", "wow"]),
        ("naïve café", ["naïve", "café"]),
        ("   ", []),
    ],
)
def test_english_is_lower_cased_and_split_where_it_is_not_yet(text, words):
    assert tokenise(text, "english") == words


@settings(deadline=None)
@given(st.text())
def test_no_word_is_empty_or_holds_a_space(text):
    for language in ("english", "chinese", "auto"):
        assert all(word and not any(letter.isspace() for letter in word) for word in tokenise(text, language))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["good", "'s", "n't", "...", "half-baked", "u.s.", "-lrb-", "2002", "%"]), min_size=1))
def test_split_text_stays_as_it_is(words):
    assert tokenise(" ".join([*words, "."]), "english") == [*words, "."]


def test_chinese_is_cut_into_words():
    text = "酒店的服务非常好，下次还会来！"
    words = tokenise(text, "chinese")
    assert "".join(words) == text
    assert "酒店" in words
    assert "非常" in words
    assert tokenise(text) == words, "the script is recognised"


def test_a_chinese_name_does_not_make_english_chinese():
    assert tokenise("The film by 王家卫 is great") == tokenise("The film by 王家卫 is great", "english")


def test_chinese_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(NeuroError, match="pip install"):
        tokenise("酒店很好", "chinese")


def test_words_are_ordered_by_frequency_then_alphabet():
    vocabulary = Vocabulary.from_tokens([["b", "a", "c"], ["c", "b"], ["c", "<unk>", "rare"]])
    assert vocabulary.words == ("<pad>", "<unk>", "c", "b", "a", "rare")
    assert Vocabulary.from_tokens([["b", "a", "c"], ["c", "b"], ["c"]], min_count=2).words == ("<pad>", "<unk>", "c", "b")
    assert vocabulary.numbers(["a", "nowhere", "c"]) == [4, 1, 2]


def test_sentences_are_cut_and_padded_and_counted():
    vocabulary = Vocabulary.from_tokens([["a", "b", "c"]])
    encoded = vocabulary.encode([["a", "b", "c", "x", "c"], ["b"], [], ["a", "b", "c"]], length=4, widest=3)
    assert encoded.ids.tolist() == [[2, 3, 4, 1], [3, 0, 0, 0], [0, 0, 0, 0], [2, 3, 4, 0]]
    assert encoded.n_word.tolist() == [4, 1, 0, 3]
    assert encoded.ids.dtype == torch.int64
    assert (encoded.n_cut, encoded.n_short, encoded.n_empty) == (1, 2, 1)
    assert encoded.cut_share == pytest.approx(1 / 9)


def test_a_length_below_the_widest_filter_is_refused():
    with pytest.raises(RequestError, match="widest filter"):
        Vocabulary.from_tokens([["a"]]).encode([["a"]], length=4, widest=5)


def test_unknown_words_are_reported_with_the_most_frequent_first():
    vocabulary = Vocabulary.from_tokens([["a", "b"]])
    report = vocabulary.unknown([["a", "x", "x"], ["y", "b"]])
    assert report.share == pytest.approx(3 / 5)
    assert report.top == (("x", 2), ("y", 1))
    without_vector = vocabulary.unknown([["a", "b"]], known=torch.tensor([False, False, True, False]))
    assert without_vector.top == (("b", 1),)
    assert vocabulary.unknown([]).share == 0


@pytest.mark.parametrize(("words", "what"), [(("a", "b"), "<pad>"), (("<pad>", "<unk>", "twice", "twice"), "'twice'")])
def test_a_damaged_word_list_is_refused(words, what):
    with pytest.raises(RequestError, match=what):
        Vocabulary(words)


def test_a_vocabulary_without_words_is_refused():
    with pytest.raises(RequestError, match="No word"):
        Vocabulary.from_tokens([["once"]], min_count=2)
