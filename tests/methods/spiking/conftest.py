"""Tiny networks and sentences that the tests of this folder share."""

import gzip

import pytest
import torch

from neurostudio.methods.spiking.neurons import NeuronParameters
from neurostudio.methods.spiking.spiking_textcnn import SpikingTextCNN
from neurostudio.methods.spiking.textcnn import TextCNN
from neurostudio.methods.spiking.vocabulary import tokenise


def _random_rates(n, length=9, n_dim=5, seed=0, least=1):
    """Rates of sentences of random lengths; what lies behind a sentence is padding."""
    generator = torch.Generator().manual_seed(seed)
    n_word = torch.randint(least, length + 1, (n,), generator=generator)
    rates = torch.rand(n, length, n_dim, generator=generator)
    return rates * (torch.arange(length) < n_word[:, None]).unsqueeze(-1)


def _small_ann(seed=0, n_dim=5, n_filters=6, widths=(2, 3, 4), n_class=3, population=1, **more):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return TextCNN(n_dim, n_filters, widths, n_class, population, **more).eval()


def _small_snn(seed=0, thresholds=None, n_dim=5, n_filters=6, widths=(2, 3, 4), n_class=3, population=1, **more):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        snn = SpikingTextCNN(n_dim, n_filters, widths, n_class, population, **{"neuron": NeuronParameters(), **more})
    for layer in snn.convolution_layers:  # odd numbers: no membrane meets its threshold exactly, where rounding would decide
        snn.set_threshold(layer, 0.2137)
    snn.set_threshold("pool", 0.0931)
    snn.set_threshold("output", 0.1173)
    return snn.eval()


@pytest.fixture(scope="session")
def random_rates():
    return _random_rates


@pytest.fixture(scope="session")
def small_ann():
    return _small_ann


@pytest.fixture(scope="session")
def small_snn():
    return _small_snn


@pytest.fixture(scope="session")
def film_reviews(shared_data):
    """1,200 film reviews (token lists) and their labels, 0 negative and 1 positive."""
    with gzip.open(shared_data("text_english/MR.part.gz"), "rt", encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    lines = lines[:600] + lines[-600:]
    labels = torch.tensor([int(line[0]) for line in lines])
    return [tokenise(line[2:]) for line in lines], labels
