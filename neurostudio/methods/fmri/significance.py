"""Which voxels are predicted better than a stimulus that has slipped in time would be.

The null distribution of a voxel's score comes from stimuli shifted in a circle within each run, by at least 30 s, so that the
slow waves of both signals stay as they are and only their alignment is lost. The weights are fitted anew for each shift, with
the penalties kept.

To shift the held-out predictions instead would need no fit, and would be wrong. With runs tested in turn, the folds share what
they learn from: by chance run 1 resembles run 2 in one fold and run 2 resembles run 1 in another, so the mean over folds
scatters more than shifted predictions do. Measured on noise, three runs: some voxel of 60 passes a false discovery rate of 0.05
in 57 % of the cases with shifted predictions, and in 5 % with new fits.

A few hundred shifts cannot show a p below 1/200, which no threshold for tens of thousands of voxels lets through. So each
voxel's scores are put on a common scale by the mean and spread of its own null, and the nulls of all voxels are pooled::

    z_v = (score_v - mean_v) / spread_v;   p_v = (1 + #{null z >= z_v over shifts and voxels}) / (1 + N V)

Null scores are scaled by the mean and spread of the *other* shifts of their voxel, as the observed one is, which makes both
exchangeable. What is assumed is that nulls of different voxels have the same shape once scaled. False discovery rate:
Benjamini and Hochberg (1995).
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LEAST_SHIFT_S = 30.0
LEAST_NULLS = 20
_FLOOR = 1e-6


def allowed_shifts(n_time: int, tr_s: float, least_s: float = LEAST_SHIFT_S) -> NDArray[np.intp]:
    """Circular shifts of a run, in volumes, that move it by at least `least_s` both ways round; empty: it is too short."""
    least = math.ceil(least_s / tr_s - 1e-6)
    return np.arange(least, n_time - least + 1, dtype=np.intp)


def draw_shifts(
    lengths: Sequence[int], tr_s: Sequence[float], n_shift: int, seed: int, least_s: float = LEAST_SHIFT_S
) -> NDArray[np.intp]:
    """Draw different sets of shifts, one for each run.

    Returns
    -------
    ndarray of int, shape (n_drawn, n_run)
        Fewer than `n_shift` rows where there are not so many different ones; none where a run is too short.
    """
    choices = [allowed_shifts(length, tr, least_s) for length, tr in zip(lengths, tr_s, strict=True)]
    total = math.prod(len(choice) for choice in choices)
    rng = np.random.default_rng((seed, 1))
    if total <= 4 * n_shift:
        grid = np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, len(choices))
        return rng.permutation(grid)[:n_shift]
    drawn: dict[tuple[int, ...], None] = {}
    while len(drawn) < n_shift:
        drawn.setdefault(tuple(int(rng.choice(choice)) for choice in choices))
    return np.array(list(drawn), np.intp)


def likeness_to_itself(features: NDArray[np.float32], shifts: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """How like itself each feature is after a circular shift: the largest r, and the shift, (n_feature,) each.

    Near 1 a feature is periodic: shifted by its period it is the feature itself, and no null.

    Parameters
    ----------
    features : ndarray, shape (n_time, n_feature)
    shifts : ndarray of int
        In volumes, at least one.
    """
    spectrum = np.fft.rfft(features - features.mean(axis=0), axis=0)
    power = np.fft.irfft(np.abs(spectrum) ** 2, n=len(features), axis=0)
    likeness = power[shifts] / np.maximum(power[0], _FLOOR)
    return likeness.max(axis=0), shifts[likeness.argmax(axis=0)]


def correlation(true: NDArray[np.float32], predicted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pearson's r of each voxel over samples[sample, voxel]; 0 where one of them does not change."""
    a, b = true - true.mean(axis=0), predicted - predicted.mean(axis=0)
    shared = np.einsum("tv,tv->v", a, b, dtype=np.float64)
    scale = np.sqrt(np.einsum("tv,tv->v", a, a, dtype=np.float64) * np.einsum("tv,tv->v", b, b, dtype=np.float64))
    return np.asarray(np.divide(shared, scale, out=np.zeros_like(shared), where=scale > _FLOOR), np.float32)


class KeptPenalties:
    """Ridge with the penalties of each voxel fixed: fits features to the same targets again and again, and scores them.

    Parameters
    ----------
    targets, tested : ndarray, shape (n_train, n_voxel) and (n_test, n_voxel)
        Responses to learn from, of mean zero, and to predict.
    alphas : ndarray, shape (n_voxel,)
    shares : ndarray, shape (n_space, n_voxel)
        Freedom of each feature space; one row of ones for all spaces together.
    """

    def __init__(
        self,
        targets: NDArray[np.float32],
        tested: NDArray[np.float32],
        alphas: NDArray[np.float32],
        shares: NDArray[np.float32],
    ) -> None:
        # voxels with the same shares and penalty stand together
        self._order = np.lexsort((alphas, *shares[::-1]))
        self._alphas = alphas[self._order]
        self._targets = np.ascontiguousarray(targets[:, self._order])
        centred = (tested - tested.mean(axis=0))[:, self._order]
        self._tested = centred / np.maximum(np.sqrt(np.einsum("tv,tv->v", centred, centred)), _FLOOR)
        keys = np.vstack([shares, alphas])[:, self._order]
        starts = [0, *(np.flatnonzero((np.diff(keys, axis=1) != 0).any(axis=0)) + 1).tolist(), len(alphas)]
        self._groups: dict[tuple[float, ...], list[slice]] = {}
        for start, stop in pairwise(starts):
            self._groups.setdefault(tuple(keys[:-1, start].tolist()), []).append(slice(start, stop))

    def score(
        self,
        train: Sequence[NDArray[np.float32]],
        test: Sequence[NDArray[np.float32]],
        tick: Callable[[], None] | None = None,
    ) -> NDArray[np.float32]:
        """Fit features of mean zero, one array a space, and give r of each voxel, shape (n_voxel,).

        `tick` is called for each division of the freedom between the spaces; it may raise to stop.
        """
        scores = np.empty(len(self._alphas), np.float32)
        n_feature = sum(own.shape[1] for own in train)
        decompose = (_by_features if n_feature <= len(train[0]) else _by_samples)(train, test)
        for share, same_penalty in self._groups.items():
            if tick is not None:
                tick()
            left, values, right = decompose(share if len(share) > 1 else (1.0,) * len(train))
            whole = slice(same_penalty[0].start, same_penalty[-1].stop)
            if len(values) < len(left):
                scores[self._order[whole]] = self._few_features(left, values, right, whole)
                continue
            # L (l + alpha)^-1 R Y: the two products that are cheaper for so many voxels and penalties
            from_right = whole.stop - whole.start < len(left) * len(same_penalty)
            projected = right @ self._targets[:, whole] if from_right else None
            for voxels in same_penalty:
                scaled = left / (values + self._alphas[voxels.start])
                if projected is not None:
                    predicted = scaled @ projected[:, voxels.start - whole.start : voxels.stop - whole.start]
                else:
                    predicted = (scaled @ right) @ self._targets[:, voxels]
                scores[self._order[voxels]] = self._many_features(predicted, voxels)
        return scores

    def _few_features(
        self, left: NDArray[np.float32], values: NDArray[np.float32], right: NDArray[np.float32], voxels: slice
    ) -> NDArray[np.float32]:
        """r without ever making the predictions ``P = L B``: their norm is that of ``B`` in the metric ``L' L``."""
        weights = (right @ self._targets[:, voxels]) / (values[:, None] + self._alphas[None, voxels])
        moving = left - left.mean(axis=0)
        shared = np.einsum("kv,kv->v", moving.T @ self._tested[:, voxels], weights)
        return _ratio(shared, np.einsum("kv,kv->v", (moving.T @ moving) @ weights, weights))

    def _many_features(self, predicted: NDArray[np.float32], voxels: slice) -> NDArray[np.float32]:
        moving = predicted - predicted.mean(axis=0)
        shared = np.einsum("tv,tv->v", moving, self._tested[:, voxels])
        return _ratio(shared, np.einsum("tv,tv->v", moving, moving))


Decomposed = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"""L, l and R with ``prediction = L (l + alpha)^-1 R targets`` for every alpha."""

Spaces = Sequence[NDArray[np.float32]]
Decompose = Callable[[Sequence[float]], Decomposed]


def _by_features(train: Spaces, test: Spaces) -> Decompose:
    """Few features: ``w = V (l + alpha)^-1 V' X' Y`` with ``X' X = V l V'``."""

    def decompose(share: Sequence[float]) -> Decomposed:
        learned, tested = (
            np.concatenate([own * np.float32(math.sqrt(one)) for own, one in zip(spaces, share, strict=True)], axis=1)
            for spaces in (train, test)
        )
        values, vectors = np.linalg.eigh(learned.T @ learned)
        return tested @ vectors, np.clip(values, 0, None), vectors.T @ learned.T

    return decompose


def _by_samples(train: Spaces, test: Spaces) -> Decompose:
    """Few samples: ``w = X' U (l + alpha)^-1 U' Y`` with ``X X' = U l U'``; the kernel of each space is made once."""
    kernels = [own @ own.T for own in train]
    crossed = [own @ other.T for own, other in zip(test, train, strict=True)]

    def decompose(share: Sequence[float]) -> Decomposed:
        kernel, cross = (
            np.sum([own * np.float32(one) for own, one in zip(parts, share, strict=True)], axis=0) for parts in (kernels, crossed)
        )
        values, vectors = np.linalg.eigh(kernel)
        return cross @ vectors, np.clip(values, 0, None), vectors.T

    return decompose


def _ratio(shared: NDArray[np.float32], squares: NDArray[np.float32]) -> NDArray[np.float32]:
    scale = np.sqrt(np.maximum(squares, 0))
    return np.asarray(np.divide(shared, scale, out=np.zeros_like(shared), where=scale > _FLOOR), np.float32)


def pooled_p_values(observed: NDArray[np.float32], nulls: NDArray[np.float32]) -> NDArray[np.float64]:
    """p of each voxel; see the module's docstring.

    Parameters
    ----------
    observed : ndarray, shape (n_voxel,)
        Scores; larger is better.
    nulls : ndarray, shape (n_null, n_voxel)
        Scores under shifts, at least 3.
    """
    n_null = len(nulls)
    total = nulls.sum(axis=0, dtype=np.float64)
    squares = np.einsum("nv,nv->v", nulls, nulls, dtype=np.float64)
    pooled = np.empty(nulls.shape, np.float32)
    for row, null in enumerate(nulls):
        rest = (total - null) / (n_null - 1)
        pooled[row] = (null - rest) / _spread(squares - np.square(null, dtype=np.float64), rest, n_null - 1)
    mean = total / n_null
    scaled = (observed - mean) / _spread(squares, mean, n_null)
    ordered = np.sort(pooled, axis=None)
    reached = ordered.size - np.searchsorted(ordered, scaled.astype(np.float32), side="left")
    return np.asarray((1.0 + reached) / (1.0 + ordered.size), np.float64)


def false_discovery_threshold(p_values: NDArray[np.float64], q: float) -> float:
    """Largest p that is significant at a false discovery rate of `q` (Benjamini-Hochberg); 0 where none is.

    >>> false_discovery_threshold(np.array([0.001, 0.02, 0.04, 0.9]), 0.05)
    0.02
    """
    ordered = np.sort(p_values)
    passing = np.flatnonzero(ordered <= q * np.arange(1, len(ordered) + 1) / max(len(ordered), 1))
    return float(ordered[passing[-1]]) if len(passing) else 0.0


def _spread(squares: NDArray[np.float64], mean: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.sqrt(np.maximum((squares - count * mean**2) / (count - 1), _FLOOR**2))
