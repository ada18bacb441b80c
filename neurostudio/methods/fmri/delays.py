"""The haemodynamic response as a free shape: each feature enters several times, each time some volumes later.

Equation (finite impulse response): ``bold[t] = sum_d sum_f weight[d, f] * feature[t - d, f]``, d from 1 to some 8 s.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESPONSE_S = 8.0
"""The response is over its peak (5 to 6 s) by then."""


def delays_until(tr_s: float, until_s: float = RESPONSE_S) -> tuple[int, ...]:
    """Every delay from one volume to `until_s`.

    >>> delays_until(2.0), delays_until(3.0)
    ((1, 2, 3, 4), (1, 2, 3))
    """
    # 8 s / 0.8 s is 10 and not 10.000000000000002
    return tuple(range(1, max(1, math.ceil(until_s / tr_s - 1e-6)) + 1))


def delayed(features: NDArray[np.float32], delays: Sequence[int]) -> NDArray[np.float32]:
    """Delay the features of one run.

    Parameters
    ----------
    features : ndarray, shape (n_time, n_feature)
        Of mean zero: before the run begins they count as 0.
    delays : sequence of int
        In volumes, 0 or more.

    Returns
    -------
    ndarray, shape (n_time, n_delay * n_feature)
        All features at the first delay, then all at the second ...
    """
    n_time, n_feature = features.shape
    out = np.zeros((n_time, len(delays), n_feature), np.float32)
    for place, delay in enumerate(delays):
        out[delay:, place] = features[: max(n_time - delay, 0)]
    return out.reshape(n_time, -1)


def by_delay(weights: NDArray[np.float32], n_delay: int) -> NDArray[np.float32]:
    """Weights (n_delay * n_feature, n_voxel) of delayed features, as (n_delay, n_feature, n_voxel)."""
    return weights.reshape(n_delay, -1, weights.shape[1])
