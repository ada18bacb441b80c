"""Logistic regression with many sets of labels on the same samples, solved together.

The optimum is that of scikit-learn's ``LogisticRegression``: softmax loss, half the squared weights over C, and a free intercept.
The curvature of the loss lies below that of a fixed quadratic whatever the labels are (Böhning 1992), and in the axes of the
samples' singular values that quadratic is diagonal. So each step is one product of matrices for all sets of labels; Nesterov's
momentum, begun again where it leads uphill (O'Donoghue & Candès 2015), makes some tens of steps enough.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SETTLED = 2e-5
"""Largest gradient of the mean loss at the end; scikit-learn stops at 1e-4."""

MOST_STEPS = 2000


@dataclass(frozen=True, eq=False)
class LogisticBatch:
    """One division of samples into learned and tested ones.

    Attributes
    ----------
    learned : ndarray, shape (N, V)
    tested : ndarray, shape (M, V)
    c : float
        Inverse strength of the penalty.
    """

    learned: NDArray[np.float64]
    tested: NDArray[np.float64]
    c: float

    def predict(self, codes: NDArray[np.intp], n_class: int) -> NDArray[np.intp]:
        """Classes of the tested samples.

        Parameters
        ----------
        codes : ndarray of int, shape (P, N)
            P sets of labels of the learned samples, 0 to `n_class` - 1.

        Returns
        -------
        ndarray of int, shape (P, M)
        """
        mean = self.learned.mean(axis=0)
        left, strength, axes = np.linalg.svd(self.learned - mean, full_matrices=False)
        tested = (self.tested - mean) @ axes.T
        # two classes are one difference for scikit-learn, whose penalty is twice that of two halves
        penalty = (2.0 if n_class == 2 else 1.0) / self.c
        weights, intercept = _solve(left * strength, strength, codes, n_class, penalty)
        scores = tested @ weights.reshape(len(strength), -1)
        found: NDArray[np.intp] = (scores.reshape(len(tested), *intercept.shape) + intercept).argmax(axis=2).T
        return found


def _solve(
    samples: NDArray[np.float64], strength: NDArray[np.float64], codes: NDArray[np.intp], n_class: int, penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (R, P, C) and intercepts (P, C) of centred samples (N, R) whose columns are at right angles."""
    n_sample, n_axis = samples.shape
    n_set = len(codes)
    targets = (codes.T[:, :, None] == np.arange(n_class)).astype(np.float64)
    step = 1 / np.append(0.5 * strength**2 + penalty, 0.5 * n_sample)[:, None, None]
    rows = np.hstack([samples, np.ones((n_sample, 1))])
    shrink = np.append(np.full(n_axis, penalty), 0.0)[:, None, None]
    old = np.zeros((n_axis + 1, n_set, n_class))
    ahead, age = old, np.ones(n_set)
    for _ in range(MOST_STEPS):
        scores = (rows @ ahead.reshape(n_axis + 1, -1)).reshape(n_sample, n_set, n_class)
        scores -= scores.max(axis=2, keepdims=True)
        chance = np.exp(scores, out=scores)
        chance /= chance.sum(axis=2, keepdims=True)
        chance -= targets
        slope = (rows.T @ chance.reshape(n_sample, -1)).reshape(ahead.shape) + shrink * ahead
        if float(np.abs(slope).max()) < SETTLED * n_sample:
            break
        new = ahead - step * slope
        moved = new - old
        age = np.where(np.einsum("rpc,rpc->p", slope, moved) > 0, 1.0, age)
        older = (1 + np.sqrt(1 + 4 * age**2)) / 2
        ahead = new + ((age - 1) / older)[:, None] * moved
        old, age = new, older
    return ahead[:-1], ahead[-1]
