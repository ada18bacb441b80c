"""Word vectors that need no download: learned from the training text, random, or looked up in a table.

PPMI-SVD: with co-occurrence counts ``C[w, c] = sum 1/distance`` inside a window and context weights ``P(c) ~ C[., c]^power``,
``PPMI[w, c] = max(0, log(P(w, c) / (P(w) P(c))))``; its truncated SVD ``U S V^T`` gives the vectors ``U sqrt(S)``, scaled to
length 1 (Levy, Goldberg and Dagan 2015).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.rates import PADDING, UNKNOWN
from neurostudio.methods.spiking.vocabulary import Vocabulary

_OVERSAMPLING = 32
_N_ITERATION = 8


def ppmi_svd(
    token_lists: Iterable[Sequence[str]],
    vocabulary: Vocabulary,
    dimensions: int = 64,
    window: int = 5,
    context_power: float = 0.75,
    seed: int = 0,
) -> Tensor:
    """Learn word vectors from running text.

    Parameters
    ----------
    token_lists : iterable of sequence of str
        Training sentences only: words of the test sentences would leak.
    vocabulary : Vocabulary
        Words outside it are skipped, but keep their place in the window.
    dimensions : int
    window : int
        Words to each side that count, with weight 1/distance.
    context_power : float
        Flattens the context counts; 1 leaves them.
    seed : int
        Of the random start of the subspace iteration. The spectrum of PPMI is flat, so seeds matter a little: on 7,705 film
        reviews the inner products of two seeds correlate with 0.98.

    Returns
    -------
    Tensor, shape [n_word, dimensions], float32
        Unit rows in the order of the vocabulary; padding, the unknown word and words without company are zero rows.
    """
    n_word = len(vocabulary)
    if dimensions < 1 or window < 1:
        raise RequestError("Word vectors need at least one dimension and a window of at least one word")
    rows, columns, counts = _cooccurrences([vocabulary.numbers(tokens) for tokens in token_lists], n_word, window)
    if not len(counts):
        raise RequestError("No two known words stand side by side in the text", fix="Check the text column of the training set")
    ppmi = _positive_pmi(rows, columns, counts, n_word, context_power)
    vectors = _truncated_svd(ppmi, dimensions, seed)
    lengths = vectors.norm(dim=1, keepdim=True)
    vectors = torch.where(lengths > 1e-6 * lengths.max(), vectors / lengths.clamp_min(1e-30), 0.0)
    vectors[[PADDING, UNKNOWN]] = 0.0
    return vectors.float()


def random_vectors(vocabulary: Vocabulary, dimensions: int = 64, seed: int = 0) -> Tensor:
    """Random unit vectors, [n_word, dimensions] float32; padding and the unknown word are zero rows."""
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(len(vocabulary), dimensions, generator=generator)
    vectors /= vectors.norm(dim=1, keepdim=True)
    vectors[[PADDING, UNKNOWN]] = 0.0
    return vectors


def from_table(words: Sequence[str], vectors: np.ndarray | Tensor, vocabulary: Vocabulary) -> Tensor:
    """Pick the vectors of a vocabulary out of a larger table.

    Parameters
    ----------
    words : sequence of str, n_row
        Rows of the table. Where only another case of a word is there, that one is taken.
    vectors : array, shape [n_row, n_dim]

    Returns
    -------
    Tensor, shape [n_word, n_dim], float32
        Words that the table lacks are zero rows.

    Raises
    ------
    RequestError
        When words and vectors differ in number, a word stands twice, or a number is NaN.
    """
    table = torch.as_tensor(vectors, dtype=torch.float32)
    if table.ndim != 2 or len(words) != len(table):
        raise RequestError(f"{len(words)} words, but vectors of shape {tuple(table.shape)}", fix="Give one vector for each word")
    position = {word: row for row, word in enumerate(words)}
    if len(position) < len(words):
        twice = next(word for word, count in Counter(words).items() if count > 1)
        raise RequestError(f"The word '{twice}' stands twice among the word vectors", fix="Remove one of its lines")
    if not torch.isfinite(table).all():
        row = int((~torch.isfinite(table)).any(dim=1).nonzero()[0, 0])
        raise RequestError(f"The vector of '{words[row]}' has NaN or infinite numbers", fix="Mend or remove its line")
    any_case = {word.lower(): row for word, row in reversed(position.items())}
    found = table.new_zeros(len(vocabulary), table.shape[1])
    for number, word in enumerate(vocabulary.words[2:], start=2):
        row_found = position.get(word, any_case.get(word.lower()))
        if row_found is not None:
            found[number] = table[row_found]
    return found


def _cooccurrences(sentences: list[list[int]], n_word: int, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Word numbers and weights of all pairs that occur, sorted: rows, columns, sum of 1/distance."""
    gap = np.full(window, PADDING, dtype=np.int64)  # so that no window reaches into the next sentence
    text = np.concatenate([np.concatenate((np.asarray(sentence, dtype=np.int64), gap)) for sentence in sentences] or [gap])
    keys, weights = [], []
    for distance in range(1, window + 1):
        left, right = text[:-distance], text[distance:]
        both = (left > UNKNOWN) & (right > UNKNOWN)
        left, right = left[both], right[both]
        keys += [left * n_word + right, right * n_word + left]
        weights.append(np.full(2 * len(left), 1.0 / distance))
    pairs, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    return pairs // n_word, pairs % n_word, np.bincount(inverse, weights=np.concatenate(weights), minlength=len(pairs))


def _positive_pmi(rows: np.ndarray, columns: np.ndarray, counts: np.ndarray, n_word: int, context_power: float) -> Tensor:
    """Sparse PPMI matrix [word, context], float32."""
    by_word = np.bincount(rows, weights=counts, minlength=n_word)
    by_context = np.bincount(columns, weights=counts, minlength=n_word) ** context_power
    pmi = np.log(counts / by_word[rows] * (by_context.sum() / by_context[columns]))
    kept = pmi > 0
    indices = torch.from_numpy(np.stack((rows[kept], columns[kept])))
    values = torch.from_numpy(pmi[kept].astype(np.float32))
    return torch.sparse_coo_tensor(indices, values, (n_word, n_word), is_coalesced=True, check_invariants=False)


def _truncated_svd(matrix: Tensor, dimensions: int, seed: int) -> Tensor:
    """``U sqrt(S)`` of the largest singular values by randomised subspace iteration (Halko, Martinsson and Tropp 2011)."""
    n_word = matrix.shape[0]
    n_sketch = min(dimensions + _OVERSAMPLING, n_word)
    transposed = matrix.t().coalesce()
    sketch = torch.randn(n_word, n_sketch, generator=torch.Generator().manual_seed(seed))
    for _ in range(_N_ITERATION):
        basis = torch.linalg.qr(torch.sparse.mm(matrix, sketch)).Q
        sketch = torch.sparse.mm(transposed, basis)  # = (basis^T matrix)^T
        sketch_basis = torch.linalg.qr(sketch)
        sketch = sketch_basis.Q
    left, singular, _ = torch.linalg.svd(sketch_basis.R.t().double())  # basis^T matrix = R^T Q^T
    vectors: Tensor = (basis.double() @ left)[:, :dimensions] * singular[:dimensions].sqrt()
    largest = vectors.gather(0, vectors.abs().argmax(dim=0, keepdim=True))
    vectors = vectors * torch.where(largest < 0, -1.0, 1.0)  # the sign of a singular vector is arbitrary: fix it
    if vectors.shape[1] < dimensions:
        vectors = torch.nn.functional.pad(vectors, (0, dimensions - vectors.shape[1]))
    return vectors
