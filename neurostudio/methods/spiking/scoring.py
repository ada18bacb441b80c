"""Words in, class probabilities out: the networks as a person, an attack or a live session asks them.

The encoder seeds are fixed, and all sentences share their random numbers: the same words get the same answer in every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neurostudio.methods.spiking.encoders import Encoder, encode_shared
from neurostudio.methods.spiking.spiking_textcnn import SpikingTextCNN
from neurostudio.methods.spiking.textcnn import TextCNN
from neurostudio.methods.spiking.vocabulary import Vocabulary


@dataclass(frozen=True)
class WordRates:
    """How words become rates: `table` [n_word, n_dim] in the order of the vocabulary, `length` words of a sentence."""

    vocabulary: Vocabulary
    table: Tensor
    length: int

    def __call__(self, token_lists: Sequence[Sequence[str]]) -> Tensor:
        """Rates [sentence, length, n_dim]."""
        return self.table[self.vocabulary.encode(token_lists, self.length).ids.to(self.table.device)]


@dataclass(frozen=True)
class AnnScorer:
    """Probabilities [sentence, class] that the ordinary network gives token lists."""

    ann: TextCNN
    words: WordRates

    @torch.no_grad()
    def __call__(self, token_lists: Sequence[Sequence[str]]) -> Tensor:
        self.ann.eval()
        return self.ann(self.words(token_lists)).softmax(-1).cpu()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class SpikingScorer:
    """Probabilities [sentence, class] of the spiking network, mean over `seeds` encodings (one is enough without chance)."""

    snn: SpikingTextCNN
    words: WordRates
    n_steps: int
    encoder: Encoder = "bernoulli"
    seeds: tuple[int, ...] = (0,)

    @torch.no_grad()
    def __call__(self, token_lists: Sequence[Sequence[str]]) -> Tensor:
        self.snn.eval()
        rates = self.words(token_lists)
        seeds = self.seeds if self.encoder == "bernoulli" else self.seeds[:1]
        inputs = (encode_shared(self.encoder, rates, self.n_steps, seed) for seed in seeds)
        scores = [self.snn(spikes, self.n_steps).logits.softmax(-1) for spikes in inputs]
        return torch.stack(scores).mean(0).cpu()
