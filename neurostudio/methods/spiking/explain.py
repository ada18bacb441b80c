"""Why the spiking network said what it said of one sentence: which words made which filters fire, when, and to what end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.encoders import Encoder, encode_shared
from neurostudio.methods.spiking.evaluation import Rates, ShouldStop, run_batches
from neurostudio.methods.spiking.rates import PADDING
from neurostudio.methods.spiking.scoring import WordRates
from neurostudio.methods.spiking.spiking_textcnn import SpikingOutput, SpikingTextCNN
from neurostudio.methods.spiking.vocabulary import Vocabulary


@dataclass(frozen=True)
class FilterSpikes:
    """The spikes of one filter at one place of the sentence.

    Attributes
    ----------
    layer : str
        ``conv_3`` ...
    filter : int
    start : int
        Place of the first word of the window.
    words : tuple of str
        Words in the window.
    times : tuple of int
        Steps (from 1) at which it fired.
    weight : float
        What these spikes add to the score of the predicted class, over the others' mean, if every pooled spike passed on.
    """

    layer: str
    filter: int
    start: int
    words: tuple[str, ...]
    times: tuple[int, ...]
    weight: float


@dataclass(frozen=True)
class Explanation:
    """One sentence, spike by spike.

    Attributes
    ----------
    words : tuple of str
        Words that fit into the sentence length.
    predicted : int
    class_curves : Tensor, shape [time, class]
        Class scores after t steps (mean read-out): the decision forming.
    input_raster : Tensor, shape [word, time]
        Input spikes of each word per step; for direct input the sum of its rates.
    filter_spikes : tuple of FilterSpikes
        Every window that made a filter fire, most spikes first.
    by_occlusion : Tensor, shape [word]
        Fall of the predicted class's score (over the others' mean) when the word is silenced: positive words spoke for it.
    by_spikes : Tensor, shape [word]
        The filters' `weight`, shared equally among the words of their windows.
    output : SpikingOutput
        Everything that was recorded, for rasters and membrane traces (batch of one).
    """

    words: tuple[str, ...]
    predicted: int
    class_curves: Tensor
    input_raster: Tensor
    filter_spikes: tuple[FilterSpikes, ...]
    by_occlusion: Tensor
    by_spikes: Tensor
    output: SpikingOutput


@dataclass(frozen=True)
class TopNgram:
    """A word sequence that makes a filter fire: its mean rate (spikes per step) at its strongest place."""

    layer: str
    filter: int
    words: tuple[str, ...]
    rate: float


@torch.no_grad()
def explain(
    snn: SpikingTextCNN,
    tokens: Sequence[str],
    word_rates: WordRates,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seed: int = 0,
) -> Explanation:
    """Run one sentence with everything recorded, and once more without each of its words.

    Parameters
    ----------
    tokens : sequence of str
        At least one word.
    word_rates : WordRates
    n_steps : int
    encoder : Encoder
    seed : int
        Of the encoder; silencing a word leaves the spikes of the others as they are.
    """
    words = tuple(tokens[: word_rates.length])
    if not words:
        raise RequestError("The sentence to explain has no words", fix="Give at least one word")
    snn.eval()
    rates = word_rates([words])
    inputs = encode_shared(encoder, rates, n_steps, seed)
    output = snn(inputs, n_steps, record="everything")
    predicted = int(output.logits[0].argmax())

    silenced = rates.repeat(len(words), 1, 1)
    places = torch.arange(len(words))
    silenced[places, places] = 0.0
    without = snn(encode_shared(encoder, silenced, n_steps, seed), n_steps).logits
    by_occlusion = _margin(output.logits, predicted) - _margin(without, predicted)

    filter_spikes, by_spikes = _read_filters(snn, output, words, predicted)
    by_time = inputs[:, 0] if inputs.dim() == 4 else inputs.expand(n_steps, *inputs.shape[1:])
    raster = by_time.sum(dim=-1).t()[: len(words)]
    curves = output.logits_by_time[:, 0]
    return Explanation(words, predicted, curves.cpu(), raster.cpu(), filter_spikes, by_occlusion.cpu(), by_spikes.cpu(), output)


@torch.no_grad()
def top_ngrams(
    snn: SpikingTextCNN,
    rates: Rates,
    ids: Tensor,
    vocabulary: Vocabulary,
    n_steps: int,
    encoder: Encoder = "bernoulli",
    seed: int = 0,
    n_top: int = 10,
    batch: int = 512,
    should_stop: ShouldStop | None = None,
) -> list[TopNgram]:
    """The word sequences of a data set that make each filter fire most.

    Parameters
    ----------
    rates : Tensor or SentenceRates
    ids : Tensor, shape [sentence, length], int64
        The words of the same sentences.
    n_top : int
        Different sequences kept per filter. A filter that never fires has none.

    Returns
    -------
    list of TopNgram
        By layer, filter and falling rate.
    """
    best: dict[tuple[str, int], dict[tuple[int, ...], float]] = {
        (layer, number): {} for layer in snn.convolution_layers for number in range(snn.n_filters)
    }
    for rows, output in run_batches(snn, rates, n_steps, encoder, seed, batch, should_stop, record="everything"):
        for width, layer in zip(snn.widths, snn.convolution_layers, strict=True):
            grams = ids[rows].unfold(1, width, 1).flatten(0, 1)  # [row x window, width]
            fired = output.spikes[layer].mean(dim=0).flatten(0, 1).cpu()  # [row x window, filter]
            rate, place = fired.topk(min(4 * n_top, len(fired)), dim=0)
            for number in range(snn.n_filters):
                known = best[layer, number]
                for r, gram in zip(rate[:, number].tolist(), grams[place[:, number]].tolist(), strict=True):
                    if r > 0:
                        known[tuple(gram)] = max(r, known.get(tuple(gram), 0.0))
    found = []
    for (layer, number), grams_of_filter in best.items():
        for gram, r in sorted(grams_of_filter.items(), key=lambda item: (-item[1], item[0]))[:n_top]:
            words = tuple(vocabulary.words[word] for word in gram if word != PADDING)
            found.append(TopNgram(layer, number, words, r))
    return found


def _margin(logits: Tensor, predicted: int) -> Tensor:
    """Score of a class over the mean of the others, [sentence]."""
    others = (logits.sum(-1) - logits[..., predicted]) / (logits.shape[-1] - 1)
    return logits[..., predicted] - others


def _read_filters(
    snn: SpikingTextCNN, output: SpikingOutput, words: tuple[str, ...], predicted: int
) -> tuple[tuple[FilterSpikes, ...], Tensor]:
    """Windows that fired, and their weight shared among the words."""
    by_class = snn.sum_populations(snn.readout.weight.t()).t()  # [class, pooled filter]
    weights = _margin(by_class.t(), predicted)  # [pooled filter]
    found: list[FilterSpikes] = []
    by_word = torch.zeros(len(words))
    for block, (width, layer) in enumerate(zip(snn.widths, snn.convolution_layers, strict=True)):
        spikes = output.spikes[layer][:, 0]  # [time, position, filter]
        n_steps, n_position = spikes.shape[:2]
        by_spike = snn.threshold(layer) / n_position / n_steps * weights[block * snn.n_filters : (block + 1) * snn.n_filters]
        for start, number in (spikes.sum(0) > 0).nonzero().tolist():
            times = (spikes[:, start, number].nonzero().flatten() + 1).tolist()
            inside = range(start, min(start + width, len(words)))
            weight = len(times) * float(by_spike[number])
            found.append(FilterSpikes(layer, number, start, tuple(words[i] for i in inside), tuple(times), weight))
            for place in inside:
                by_word[place] += weight / len(inside)
    found.sort(key=lambda item: (-len(item.times), item.layer, item.start, item.filter))
    return tuple(found), by_word
