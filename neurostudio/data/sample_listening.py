"""What happens in the sample scan: two narrators take turns with stories, and a head that moves now and then.

Everything here is a function of time; :mod:`neurostudio.data.sample_fmri` turns it into volumes.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.sample_stories import make_stories

CONDITIONS = ("woman", "man")
WORD_FEATURES = ("word_rate", "letters", "sentence_start")
BLOCK_S, GAP_S, LEAD_S = 16.0, 8.0, 6.0
_STEP_S = 0.1  # of the fine time axis on which responses are summed
_WORD_S = (0.16, 0.045)  # shortest word, and seconds more for each letter
_PAUSE_S = 0.4
_SPIKES = 3


@dataclass(frozen=True, eq=False)
class Listening:
    """The design of one run.

    Attributes
    ----------
    blocks : tuple of (float, float, str)
        Onset (s), duration (s), narrator.
    words : tuple of (float, float, str)
        Onset (s), duration (s), word.
    conditions : ndarray, shape (T, 2)
        Response to each narrator: boxcar through the response function, about 1 within a long block.
    features : ndarray, shape (T, 3)
        Sum of each word feature within each volume.
    word_responses : ndarray, shape (T, 3)
        The features through the response function, with mean 0 and s.d. 1.
    """

    blocks: tuple[tuple[float, float, str], ...]
    words: tuple[tuple[float, float, str], ...]
    conditions: NDArray[np.float64]
    features: NDArray[np.float64]
    word_responses: NDArray[np.float64]


def response_function(step_s: float) -> NDArray[np.float64]:
    """SPM's double gamma over 32 s, summing to 1: shapes 6 and 16, dispersion 1 s, ratio 1/6.

    Its peak lies at 5 s; sampled every 2 s, the largest value is the one at 6 s.
    """
    time_s = np.arange(0, 32, step_s)
    peak = time_s**5 * np.exp(-time_s) / 120.0
    undershoot = time_s**15 * np.exp(-time_s) / 1307674368000.0
    response = peak - undershoot / 6
    total: NDArray[np.float64] = response / response.sum()
    return total


def make_listening(n_time: int, tr_s: float, seed: int, run: int) -> Listening:
    """Lay out one run: each narrator half of the blocks, in an order that the seed decides."""
    random = np.random.default_rng([seed, run, 1])
    n_block = max(int((n_time * tr_s - LEAD_S) // (BLOCK_S + GAP_S)) // 2 * 2, 2)
    who = random.permutation([0, 1] * (n_block // 2))
    onsets = LEAD_S + np.arange(n_block) * (BLOCK_S + GAP_S) + np.round(random.uniform(0, 2, n_block), 1)
    blocks = tuple((round(float(onset), 1), BLOCK_S, CONDITIONS[one]) for onset, one in zip(onsets, who, strict=True))
    words, starts = _spoken(blocks, seed, run)
    fine = np.zeros((int(n_time * tr_s / _STEP_S) + 1, len(CONDITIONS)))
    for onset, duration, name in blocks:
        fine[int(onset / _STEP_S) : int((onset + duration) / _STEP_S), CONDITIONS.index(name)] = 1
    values = _features(words, starts)
    places = np.array([word[0] for word in words])
    inside = places < n_time * tr_s
    sums = np.zeros((n_time, len(WORD_FEATURES)))
    np.add.at(sums, (places[inside] / tr_s).astype(int), values[inside])
    impulses = np.zeros((len(fine), len(WORD_FEATURES)))
    np.add.at(impulses, (places[inside] / _STEP_S).astype(int), values[inside])
    heard = _responses(impulses, n_time, tr_s)
    return Listening(
        blocks, words, _responses(fine, n_time, tr_s), sums, (heard - heard.mean(axis=0)) / np.maximum(heard.std(axis=0), 1e-9)
    )


def make_motion(n_time: int, seed: int, run: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Six motion parameters (T, 6): mm along x, y, z, then radians about them; and the volumes where the head jerked."""
    random = np.random.default_rng([seed, run, 2])
    drift = np.cumsum(random.normal(0, [0.008, 0.01, 0.015, 1e-4, 5e-5, 5e-5], (n_time, 6)), axis=0)
    motion = drift + random.normal(0, [0.01, 0.015, 0.02, 1e-4, 1e-4, 1e-4], (n_time, 6))
    spikes = np.sort(random.choice(np.arange(10, n_time - 6), min(_SPIKES, max(n_time // 20, 1)), replace=False))
    for spike in spikes:
        motion[spike : spike + 2] += random.choice([-1, 1], 6) * [0.15, 0.2, 0.5, 6e-3, 2e-3, 2e-3]
    return motion, spikes


# --- inside ---------------------------------------------------------------------------------------------------------------


def _spoken(
    blocks: tuple[tuple[float, float, str], ...], seed: int, run: int
) -> tuple[tuple[tuple[float, float, str], ...], list[bool]]:
    """Words of the sample stories, spoken within the blocks; and which of them begin a sentence."""
    text = " ".join(make_stories(8, 1000 * seed + run))
    tokens = re.findall(r"[A-Za-z'-]+|[.!?]", text)
    words: list[tuple[float, float, str]] = []
    starts: list[bool] = []
    place, begins = 0, True
    for onset, duration, _ in blocks:
        now = onset
        while now < onset + duration - 0.6:
            token = tokens[place % len(tokens)]
            place += 1
            if not token[0].isalpha():
                now, begins = now + _PAUSE_S, True
                continue
            length_s = _WORD_S[0] + _WORD_S[1] * len(token)
            words.append((round(now, 2), round(length_s, 2), token))
            starts.append(begins)
            now, begins = now + length_s, False
    return tuple(words), starts


def _features(words: tuple[tuple[float, float, str], ...], starts: list[bool]) -> NDArray[np.float64]:
    letters = np.array([len(word[2]) for word in words], float)
    first = np.array(starts, float)
    return np.stack([np.ones(len(words)), letters - letters.mean(), first - first.mean()], axis=1)


def _responses(fine: NDArray[np.float64], n_time: int, tr_s: float) -> NDArray[np.float64]:
    """Columns on the fine axis -> through the response function -> at the start of each volume."""
    kernel = response_function(_STEP_S)
    at = np.minimum(np.rint(np.arange(n_time) * tr_s / _STEP_S).astype(int), len(fine) - 1)
    return np.stack([np.convolve(column, kernel)[at] for column in fine.T], axis=1)
