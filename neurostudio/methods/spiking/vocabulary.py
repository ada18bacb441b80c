"""Sentences to words, words to numbers.

English is lower-cased (GloVe is) and split at spaces and punctuation; text that is already split stays as it is. Chinese
is cut into words by jieba.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import Tensor

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.methods.spiking.rates import PADDING, UNKNOWN

Language = Literal["auto", "english", "chinese"]
PADDING_WORD, UNKNOWN_WORD = "<pad>", "<unk>"

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")
_ALREADY_SPLIT = re.compile(r"(?:^|\s)[.,!?;:](?:\s|$)")
_ENGLISH_WORD = re.compile(r"\w+(?:['’.\-]\w+)*|'\w+|\.{2,}|-{2,}|[^\w\s]")
_LEAST_CHINESE_SHARE = 0.3


@dataclass(frozen=True)
class EncodedText:
    """Sentences as numbers.

    Attributes
    ----------
    ids : Tensor, shape [sentence, length], int64
        Word numbers; 0 is padding, 1 an unknown word.
    n_word : Tensor, shape [sentence]
        Words kept of each sentence.
    cut_share : float
        Share of all words that lay beyond the length.
    n_cut, n_short, n_empty : int
        Sentences that were cut, that are shorter than the widest filter and so were padded to it, that have no word.
    """

    ids: Tensor
    n_word: Tensor
    cut_share: float
    n_cut: int
    n_short: int
    n_empty: int


@dataclass(frozen=True)
class UnknownReport:
    """Words that a vocabulary lacks: their share of all running words, and the most frequent of them with counts."""

    share: float
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Vocabulary:
    """Words in a fixed order: padding, the unknown word, then the words by falling frequency."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.words[:2] != (PADDING_WORD, UNKNOWN_WORD):
            raise RequestError(
                "The word list does not begin with <pad> and <unk>", fix="Use the vocabulary.txt that stands beside the network"
            )
        if len(self.index) < len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise RequestError(f"The word '{twice}' stands twice in the word list", fix="Remove one of them")

    @classmethod
    def from_tokens(cls, token_lists: Iterable[Sequence[str]], min_count: int = 1) -> Vocabulary:
        """Collect the words that occur at least `min_count` times."""
        counts = Counter(word for tokens in token_lists for word in tokens)
        del counts[PADDING_WORD], counts[UNKNOWN_WORD]
        kept = sorted((word for word, count in counts.items() if count >= min_count), key=lambda word: (-counts[word], word))
        if not kept:
            raise RequestError("No word is left for the vocabulary", fix="Check the text column, or lower min_count")
        return cls((PADDING_WORD, UNKNOWN_WORD, *kept))

    @cached_property
    def index(self) -> dict[str, int]:
        """Word -> number."""
        return {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def numbers(self, tokens: Iterable[str]) -> list[int]:
        """Numbers of words, uncut and unpadded."""
        return [self.index.get(word, UNKNOWN) for word in tokens]

    def encode(self, token_lists: Sequence[Sequence[str]], length: int, widest: int = 1) -> EncodedText:
        """Cut or pad sentences to `length` words.

        Parameters
        ----------
        token_lists : sequence of sequence of str
        length : int
            Words of a sentence, at least `widest`.
        widest : int
            Words that the widest filter spans.
        """
        if length < widest:
            raise RequestError(
                f"The sentence length {length} is below the widest filter ({widest} words)",
                fix="Raise the length or take narrower filters",
            )
        ids = torch.full((len(token_lists), length), PADDING, dtype=torch.int64)
        lengths = [len(tokens) for tokens in token_lists]
        for row, tokens in enumerate(token_lists):
            numbers = self.numbers(tokens[:length])
            ids[row, : len(numbers)] = torch.tensor(numbers, dtype=torch.int64)
        n_cut_words = sum(max(n - length, 0) for n in lengths)
        return EncodedText(
            ids,
            torch.tensor([min(n, length) for n in lengths]),
            n_cut_words / max(sum(lengths), 1),
            sum(n > length for n in lengths),
            sum(n < widest for n in lengths),
            sum(n == 0 for n in lengths),
        )

    def unknown(self, token_lists: Iterable[Sequence[str]], n_top: int = 20, known: Tensor | None = None) -> UnknownReport:
        """Count the words that the vocabulary lacks.

        Parameters
        ----------
        known : Tensor, shape [n_word], bool, optional
            Words that have a vector; without it every word of the vocabulary counts as known.
        """
        has_vector = [True] * len(self) if known is None else known.tolist()
        counts: Counter[str] = Counter()
        total = 0
        for tokens in token_lists:
            total += len(tokens)
            counts.update(
                word
                for word, number in zip(tokens, self.numbers(tokens), strict=True)
                if number == UNKNOWN or not has_vector[number]
            )
        top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:n_top]
        return UnknownReport(counts.total() / max(total, 1), tuple(top))


def tokenise(text: str, language: Language = "auto") -> list[str]:
    """Split one sentence into words.

    Examples
    --------
    >>> tokenise("It's GOOD, really!")
    ["it's", 'good', ',', 'really', '!']
    >>> tokenise("a film that 's n't bad .")
    ['a', 'film', 'that', "'s", "n't", 'bad', '.']
    """
    if language == "auto":
        language = "chinese" if _is_chinese(text) else "english"
    if language == "chinese":
        return [word for piece in _cut_chinese(text) if (word := piece.strip().lower())]
    text = text.lower()
    return text.split() if _ALREADY_SPLIT.search(text) else _ENGLISH_WORD.findall(text)


def _is_chinese(text: str) -> bool:
    letters = len(_LETTER.findall(text))
    return letters > 0 and len(_CHINESE.findall(text)) / letters >= _LEAST_CHINESE_SHARE


def _cut_chinese(text: str) -> list[str]:
    try:
        import rjieba
    except ModuleNotFoundError as error:
        raise NeuroError(
            "Chinese text needs the package 'rjieba', which is not installed", fix="pip install 'neurostudio[spiking]'"
        ) from error
    return list(rjieba.cut(text))
