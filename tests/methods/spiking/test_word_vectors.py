"""Word vectors without a download."""

import math
from collections import Counter

import numpy as np
import pytest
import torch

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking import word_vectors
from neurostudio.methods.spiking.rates import known_words
from neurostudio.methods.spiking.vocabulary import Vocabulary
from neurostudio.methods.spiking.word_vectors import from_table, ppmi_svd, random_vectors

TEXT = [sentence.split() for sentence in ("a b c a", "b c d", "rare", "c a b d a c", "d b odd a c", "b a d c a b")]


def ppmi_by_the_book(token_lists, vocabulary, window, power):
    pairs = Counter()
    for tokens in token_lists:
        numbers = vocabulary.numbers(tokens)
        for i, word in enumerate(numbers):
            for j, context in enumerate(numbers):
                if 0 < abs(i - j) <= window and word > 1 and context > 1:
                    pairs[word, context] += 1 / abs(i - j)
    total = sum(pairs.values())
    by_word, by_context = Counter(), Counter()
    for (word, context), count in pairs.items():
        by_word[word] += count
        by_context[context] += count
    flat = sum(count**power for count in by_context.values())
    matrix = np.zeros((len(vocabulary), len(vocabulary)))
    for (word, context), count in pairs.items():
        pmi = math.log((count / total) / ((by_word[word] / total) * (by_context[context] ** power / flat)))
        matrix[word, context] = max(0.0, pmi)
    return matrix


@pytest.mark.parametrize(("window", "power"), [(1, 1.0), (2, 0.75), (5, 0.75)])
def test_ppmi_svd_is_the_square_root_svd_of_the_matrix_by_the_book(window, power):
    vocabulary = Vocabulary.from_tokens(TEXT, min_count=2)
    matrix = ppmi_by_the_book(TEXT, vocabulary, window, power)
    left, singular, _ = np.linalg.svd(matrix)
    expected = left[:, :3] * np.sqrt(singular[:3])
    expected = expected / np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1e-12)
    vectors = ppmi_svd(TEXT, vocabulary, dimensions=3, window=window, context_power=power).double().numpy()
    np.testing.assert_allclose((vectors @ vectors.T)[2:, 2:], (expected @ expected.T)[2:, 2:], atol=1e-4)


def test_rows_have_length_1_and_words_without_company_are_zero():
    vocabulary = Vocabulary.from_tokens(TEXT)
    vectors = ppmi_svd(TEXT, vocabulary, dimensions=3)
    lengths = vectors.norm(dim=1)
    alone = [0, 1, vocabulary.index["rare"]]
    assert vectors.dtype == torch.float32
    assert vectors.shape == (len(vocabulary), 3)
    assert lengths[alone].tolist() == [0.0, 0.0, 0.0]
    others = [row for row in range(len(vocabulary)) if row not in alone]
    torch.testing.assert_close(lengths[others], torch.ones(len(others)))
    assert known_words(vectors).sum() == len(others)


def test_vectors_repeat_bit_for_bit_and_more_dimensions_than_words_are_zero():
    vocabulary = Vocabulary.from_tokens(TEXT)
    assert torch.equal(ppmi_svd(TEXT, vocabulary, 3, seed=4), ppmi_svd(TEXT, vocabulary, 3, seed=4))
    wide = ppmi_svd(TEXT, vocabulary, dimensions=40)
    assert wide.shape == (len(vocabulary), 40)
    assert wide[:, len(vocabulary) :].abs().sum() == 0


def test_text_without_pairs_is_refused():
    vocabulary = Vocabulary.from_tokens(TEXT)
    with pytest.raises(RequestError, match="side by side"):
        ppmi_svd([["a"], ["b"]], vocabulary)
    with pytest.raises(RequestError, match="dimension"):
        ppmi_svd(TEXT, vocabulary, dimensions=0)


def test_words_that_mean_alike_are_near_each_other_in_real_text(film_reviews):
    token_lists, _ = film_reviews
    vocabulary = Vocabulary.from_tokens(token_lists, min_count=2)
    vectors = ppmi_svd(token_lists, vocabulary, dimensions=32)
    film, movie = (vectors[vocabulary.index[word]] for word in ("film", "movie"))
    similarity = vectors @ film
    assert film @ movie > similarity[known_words(vectors)].quantile(0.95)


def test_random_vectors_are_unit_rows_that_repeat():
    vocabulary = Vocabulary.from_tokens(TEXT)
    vectors = random_vectors(vocabulary, 8, seed=1)
    assert torch.equal(vectors, random_vectors(vocabulary, 8, seed=1))
    assert not torch.equal(vectors, random_vectors(vocabulary, 8, seed=2))
    torch.testing.assert_close(vectors.norm(dim=1), torch.tensor([0.0, 0.0, *[1.0] * (len(vocabulary) - 2)]))


def test_a_table_is_looked_up_with_the_exact_case_first():
    vocabulary = Vocabulary.from_tokens([["paris", "us", "US", "nowhere"]])
    table = np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 5.0]])
    found = from_table(["Paris", "US", "us", "other"], table, vocabulary)
    rows = {word: found[vocabulary.index[word]].tolist() for word in vocabulary.words}
    assert rows["paris"] == [1.0, 0.0], "another case is taken where the word itself is missing"
    assert (rows["US"], rows["us"]) == ([2.0, 0.0], [3.0, 0.0])
    assert rows["nowhere"] == rows["<pad>"] == rows["<unk>"] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("words", "vectors", "what"),
    [
        (["a", "a"], np.eye(2), "'a' stands twice"),
        (["a", "b"], np.array([[1.0, 2.0], [np.nan, 1.0]]), "vector of 'b'"),
        (["a"], np.eye(2), "1 words"),
    ],
)
def test_a_bad_table_is_refused_by_name(words, vectors, what):
    with pytest.raises(RequestError, match=what):
        from_table(words, vectors, Vocabulary.from_tokens([["a"]]))


def test_no_window_reaches_into_the_next_sentence():
    vocabulary = Vocabulary.from_tokens([["a", "b"], ["c", "d"]])
    rows, columns, _ = word_vectors._cooccurrences([[2, 3], [4, 5]], len(vocabulary), 5)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {(2, 3), (3, 2), (4, 5), (5, 4)}
