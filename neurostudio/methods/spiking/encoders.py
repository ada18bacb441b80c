"""Rates to input: Bernoulli spikes (the paper's encoder), latency spikes, or the rates themselves as a constant current.

Spikes are drawn per batch and never kept for a whole data set. A draw uses 16 random bits, so a rate is met to 1/65536;
rates 0 and 1 are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from neurostudio.core.errors import RequestError

Encoder = Literal["bernoulli", "direct", "latency"]
_LEVELS = 1 << 16
_DRAWS_PER_WORD = 4  # one 64-bit random word holds four draws of 16 bits


def bernoulli(rates: Tensor, n_steps: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw ``S[t] ~ Bernoulli(rates)``, independent for each step.

    Parameters
    ----------
    rates : Tensor, shape [batch, length, n_dim] (any shape), in [0, 1]
    n_steps : int
        Time steps T.
    generator : torch.Generator, optional
        The same seed gives the same spikes.

    Returns
    -------
    Tensor, shape [time, *rates.shape]
        0.0 or 1.0, in the type of `rates`.
    """
    _check(rates, n_steps)
    draws = _draw(n_steps * rates.numel(), rates.device, generator).view(n_steps, *rates.shape)
    return torch.lt(draws, _levels(rates), out=rates.new_empty(draws.shape))


def bernoulli_by_sentence(rates: Tensor, n_steps: int, seeds: Sequence[int]) -> Tensor:
    """Like :func:`bernoulli`, each sentence with a seed of its own: its spikes do not depend on the rest of the batch.

    Parameters
    ----------
    rates : Tensor, shape [batch, length, n_dim]
    n_steps : int
    seeds : sequence of int, one per sentence

    Returns
    -------
    Tensor, shape [time, batch, length, n_dim]
    """
    _check(rates, n_steps)
    if len(seeds) != rates.shape[0]:
        raise ValueError(f"{rates.shape[0]} sentences, {len(seeds)} seeds")
    generator = torch.Generator(device=rates.device)
    spikes = rates.new_empty(n_steps, *rates.shape)
    levels = _levels(rates)
    for index, seed in enumerate(seeds):
        draws = _draw(n_steps * rates[0].numel(), rates.device, generator.manual_seed(seed))
        torch.lt(draws.view(n_steps, *rates.shape[1:]), levels[index], out=spikes[:, index])
    return spikes


def bernoulli_shared(rates: Tensor, n_steps: int, seed: int) -> Tensor:
    """Like :func:`bernoulli`, with the same random numbers for all sentences: what differs comes from the words alone.

    A sentence gets the same spikes in every call with that seed, whatever else is in the batch. Returns
    [time, batch, length, n_dim].
    """
    _check(rates, n_steps)
    generator = torch.Generator(device=rates.device).manual_seed(seed)
    draws = _draw(n_steps * rates[0].numel(), rates.device, generator).view(n_steps, 1, *rates.shape[1:])
    return torch.lt(draws, _levels(rates), out=rates.new_empty(n_steps, *rates.shape))


def direct(rates: Tensor, n_steps: int) -> Tensor:
    """The rates as a constant current, [time, *rates.shape]: a view, nothing is copied.

    The networks take the rates themselves (three axes) and then compute their first layer once.
    """
    _check(rates, n_steps)
    return rates.expand(n_steps, *rates.shape)


def latency(rates: Tensor, n_steps: int) -> Tensor:
    """One spike for each rate above 0, the earlier the larger: at step ``round((1 - r)(T - 1))``.

    Returns
    -------
    Tensor, shape [time, *rates.shape]
    """
    _check(rates, n_steps)
    step = ((1 - rates) * (n_steps - 1)).round().long()
    spikes = rates.new_zeros(n_steps, *rates.shape)
    spikes.scatter_(0, step.unsqueeze(0), rates.gt(0).to(rates.dtype).unsqueeze(0))
    return spikes


def encode(
    encoder: Encoder,
    rates: Tensor,
    n_steps: int,
    generator: torch.Generator | None = None,
    seeds: Sequence[int] | None = None,
) -> Tensor:
    """Input of the spiking network: spikes [time, ...], or the rates themselves for ``direct``.

    `seeds` (one per sentence) goes before `generator` for the Bernoulli encoder.
    """
    if encoder == "direct":
        _check(rates, n_steps)
        return rates
    if encoder == "latency":
        return latency(rates, n_steps)
    return bernoulli(rates, n_steps, generator) if seeds is None else bernoulli_by_sentence(rates, n_steps, seeds)


def encode_shared(encoder: Encoder, rates: Tensor, n_steps: int, seed: int) -> Tensor:
    """Like :func:`encode`; Bernoulli spikes come from :func:`bernoulli_shared`."""
    return bernoulli_shared(rates, n_steps, seed) if encoder == "bernoulli" else encode(encoder, rates, n_steps)


def _check(rates: Tensor, n_steps: int) -> None:
    if n_steps < 1:
        raise RequestError(f"The number of time steps is {n_steps}", fix="Give at least one step")
    if rates.numel() and not (rates.min() >= 0 and rates.max() <= 1):  # written so that NaN fails too
        raise RequestError("Rates must lie between 0 and 1", fix="Shift the word vectors into rates first (to_rates)")


def _draw(n: int, device: torch.device, generator: torch.Generator | None) -> Tensor:
    """`n` uniform 16-bit numbers."""
    words = torch.empty(-(-n // _DRAWS_PER_WORD), dtype=torch.int64, device=device)
    words.random_(-(2**63), None, generator=generator)  # the whole range: all 64 bits are random
    return words.view(torch.int16)[:n]


def _levels(rates: Tensor) -> Tensor:
    """Number below which a signed 16-bit draw is a spike; the type is wider because rate 1 needs 2^15."""
    return (rates.detach() * _LEVELS).round_().to(torch.int32) - _LEVELS // 2
