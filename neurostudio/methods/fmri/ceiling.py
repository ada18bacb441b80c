"""How well any model could do: what the responses to one stimulus have in common when it is repeated.

Explainable variance (Schoppe et al. 2016; the estimator of the himalaya tutorials), for R z-scored repeats ``y_r``::

    m = mean_r y_r;   ev = 1 - mean_t var_r(y_r - m);   ev_corrected = ev - (1 - ev) / (R - 1)

A model of the stimulus can correlate with a single repeat by ``sqrt(ev_corrected)`` at most.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def explainable_variance(repeats: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the variance of one repeat that all repeats have in common, corrected for their number.

    Parameters
    ----------
    repeats : ndarray, shape (n_repeat, n_time, n_voxel)
        Each repeat of mean 0 and variance 1 over time.

    Returns
    -------
    ndarray, shape (n_voxel,)
        At most 1; about 0, and as often below as above, where nothing is shared.
    """
    n_repeat = len(repeats)
    if n_repeat < 2:
        raise ValueError("the explainable variance needs two repeats")
    residual = repeats - repeats.mean(axis=0)
    explained = 1 - residual.var(axis=(0, 1), dtype=np.float64)
    return np.asarray(explained - (1 - explained) / (n_repeat - 1), np.float32)


def noise_ceiling(explainable: NDArray[np.float32]) -> NDArray[np.float32]:
    """Largest correlation that a model can reach with one repeat, from the explainable variance."""
    return np.sqrt(np.clip(explainable, 0, 1)).astype(np.float32)


def repeated_groups(stimulus_of: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Places of the runs that saw the same stimulus, for each stimulus that was shown more than once."""
    return tuple(
        places
        for kind in dict.fromkeys(stimulus_of)
        if len(places := tuple(place for place, other in enumerate(stimulus_of) if other == kind)) > 1
    )


def same_stimulus(features: Sequence[NDArray[np.float32]]) -> tuple[int, ...]:
    """Number the runs by stimulus: runs whose features are the same in every volume have the same one.

    Parameters
    ----------
    features : sequence of ndarray, shape (n_time, n_feature)
        All features of each run on its volumes.
    """
    numbers: list[int] = []
    for place, one in enumerate(features):
        twin = next((earlier for earlier in range(place) if _are_same(one, features[earlier])), None)
        numbers.append(max(numbers, default=-1) + 1 if twin is None else numbers[twin])
    return tuple(numbers)


def _are_same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=1e-5, atol=1e-6))
