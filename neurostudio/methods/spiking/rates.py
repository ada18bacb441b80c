"""Word vectors to firing rates between 0 and 1 (section 2.1 of the paper's method: shift, clip, scale).

``z = (e - m) / s;  z = clip(z, -k, k);  r = (z + k) / (2 k)``, with one mean m and one deviation s over all numbers of the
table. Padding is silent: all its rates are 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError

UnknownWords = Literal["silent", "mean", "paper"]
PADDING, UNKNOWN = 0, 1


@dataclass(frozen=True)
class Shift:
    """The scale that turns vector numbers into rates.

    Attributes
    ----------
    mean, std : float
        Over all numbers of the word-vector table.
    k : float
        Deviations from the mean at which rates reach 0 and 1.
    """

    mean: float
    std: float
    k: float = 3.0


def known_words(vectors: Tensor) -> Tensor:
    """Boolean [n_word]: rows that hold a vector; words that the table lacks are all-zero rows."""
    return vectors.ne(0).any(dim=1)


def fit_shift(vectors: Tensor, k: float = 3.0) -> Shift:
    """Mean and deviation over all numbers of the words that have a vector.

    Parameters
    ----------
    vectors : Tensor, shape [n_word, n_dim]
        All-zero rows (padding, unknown words) do not count.
    k : float
        Deviations that fit into the range of rates.

    Raises
    ------
    RequestError
        When there are NaN values, or no spread at all.
    """
    if not k > 0:
        raise RequestError(f"The clip of the rates is {k} deviations", fix="Give a number above 0, such as 3")
    if not torch.isfinite(vectors).all():
        row = int((~torch.isfinite(vectors)).any(dim=1).nonzero()[0, 0])
        raise RequestError(f"Word vector {row} has NaN or infinite numbers", fix="Mend or remove that vector")
    numbers = vectors[known_words(vectors)].double()
    std = float(numbers.std(correction=0)) if numbers.numel() else 0.0
    if not std > 0:
        raise RequestError("The word vectors have no spread", "All their numbers are equal", "Choose other vectors")
    return Shift(float(numbers.mean()), std, k)


def to_rates(vectors: Tensor, shift: Shift) -> Tensor:
    """Shift vectors of any shape into rates in [0, 1]; a number equal to the mean becomes 0.5."""
    z = ((vectors - shift.mean) / shift.std).clamp(-shift.k, shift.k)
    return (z + shift.k) / (2 * shift.k)


def rate_table(vectors: Tensor, shift: Shift, unknown: UnknownWords = "silent") -> Tensor:
    """Rates of each word of a vocabulary.

    Parameters
    ----------
    vectors : Tensor, shape [n_word, n_dim]
        In the order of the vocabulary: padding, unknown word, then the words; words without a vector are zero rows.
    shift : Shift
    unknown : UnknownWords
        Rates of words without a vector. ``silent``: 0. ``mean``: rates of the mean vector of the known words.
        ``paper``: a zero vector before the shift, a dense buzz near ``0.5 - m / (2 k s)``.

    Returns
    -------
    Tensor, shape [n_word, n_dim]
        Row 0 (padding) is all zero.
    """
    rates = to_rates(vectors, shift)
    known = known_words(vectors)
    if unknown == "silent":
        rates[~known] = 0.0
    elif unknown == "mean" and known.any():
        rates[~known] = to_rates(vectors[known].mean(dim=0), shift)
    rates[PADDING] = 0.0
    return rates


class LearnedRates(torch.nn.Module):
    """Rates that are learned together with the network.

    Numbers that leave [0, 1] are clipped on the way in and still get their gradient, so that they can come back.

    Parameters
    ----------
    table : Tensor, shape [n_word, n_dim]
        Rates to start from. All-zero rows (padding, silent words) stay silent.
    """

    silent: Tensor

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(table.clone())
        self.register_buffer("silent", ~known_words(table))

    def forward(self, ids: Tensor) -> Tensor:
        """Rates [batch, length, n_dim] of word ids [batch, length]."""
        raw = torch.nn.functional.embedding(ids, self.weight)
        clipped = raw.detach().clamp(0, 1) + (raw - raw.detach())  # the value of the first, the gradient of the second
        return clipped.masked_fill(self.silent[ids].unsqueeze(-1), 0.0)

    @torch.no_grad()
    def table(self) -> Tensor:
        """Rates of all words, [n_word, n_dim]."""
        return self.weight.clamp(0, 1).masked_fill(self.silent.unsqueeze(-1), 0.0)


@dataclass(frozen=True)
class SentenceRates:
    """Rates of many sentences, looked up batch by batch: the whole data set as rates would not fit in memory.

    Attributes
    ----------
    ids : Tensor, shape [sentence, length], int64
    table : Tensor, shape [n_word, n_dim]
        Rates of the words (:func:`rate_table`).
    device : str
        Where looked-up rates go; the data set itself stays in main memory.
    """

    ids: Tensor
    table: Tensor
    device: str = "cpu"

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Tensor | slice) -> Tensor:
        """Rates [row, length, n_dim] of some sentences."""
        return self.table[self.ids[rows]].to(self.device)

    @property
    def n_word(self) -> Tensor:
        """Positions up to the last word of each sentence, [sentence]."""
        return last_used_position(self.ids.ne(PADDING))


def last_used_position(is_used: Tensor) -> Tensor:
    """One more than the last true position of each row, 0 where there is none; [row] of bool [row, position]."""
    positions = torch.arange(1, is_used.shape[1] + 1, device=is_used.device)
    return (is_used * positions).amax(dim=1)
