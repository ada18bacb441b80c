"""The ridge classifier from inner products of samples: one solution for every set of labels at once.

scikit-learn's ``RidgeClassifier`` regresses +1 and -1 for each class on the samples. Written with the kernel K of centred training
samples, k of tested ones and y of centred labels, the scores are

    mean(y) + k (K + alpha)^-1 y

in which only y holds labels. A thousand shuffles cost little more than one.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.run_folds import Fold


def operators(
    products: NDArray[np.float64], folds: Iterable[Fold], alpha: NDArray[np.float64] | float
) -> list[NDArray[np.float64]]:
    """What turns centred training labels into scores, for each fold.

    Parameters
    ----------
    products : ndarray, shape (..., S, S)
        Inner products of all samples; leading axes are spheres.
    alpha : float or ndarray, shape (...)
        Penalty.

    Returns
    -------
    list of ndarray, shape (..., n_test, n_train)
    """
    made = []
    for train, test in folds:
        inner = products[..., train[:, None], train[None, :]]
        across = products[..., test[:, None], train[None, :]]
        column = inner.mean(axis=-2, keepdims=True)
        row = inner.mean(axis=-1, keepdims=True)
        grand = column.mean(axis=-1, keepdims=True)
        kernel = inner - column - row + grand
        tested = across - column - across.mean(axis=-1, keepdims=True) + grand
        penalty = np.asarray(alpha)[..., None, None] * np.eye(len(train))
        # (K + alpha)^-1 is symmetric, so that k (K + alpha)^-1 is the solution for k', turned
        solved = np.linalg.solve(kernel + penalty, np.swapaxes(tested, -1, -2))
        made.append(np.swapaxes(solved, -1, -2))
    return made


def count_correct(
    solved: Iterable[NDArray[np.float64]], folds: Iterable[Fold], codes: NDArray[np.intp], n_class: int
) -> NDArray[np.intp]:
    """How many samples each set of labels predicts rightly when their run is left out.

    Parameters
    ----------
    solved : iterable of ndarray, shape (..., n_test, n_train)
        From :func:`operators`.
    codes : ndarray of int, shape (P, S)
        P sets of labels, 0 to C - 1.

    Returns
    -------
    ndarray of int, shape (..., P)
    """
    total: NDArray[np.intp] | int = 0
    for operator, (train, test) in zip(solved, folds, strict=True):
        told = _scores(operator, codes[:, train], n_class).argmax(axis=-1)
        total = total + (told == codes[:, test]).sum(axis=-1)
    return np.asarray(total)


def _scores(operator: NDArray[np.float64], learned: NDArray[np.intp], n_class: int) -> NDArray[np.float64]:
    """Scores of the tested samples, shape (..., P, n_test, C)."""
    n_set, n_train = learned.shape
    targets = np.where(learned[:, :, None] == np.arange(n_class), 1.0, -1.0)
    mean = targets.mean(axis=1)
    centred = (targets - mean[:, None, :]).transpose(1, 0, 2).reshape(n_train, n_set * n_class)
    scores = operator @ centred
    shaped = scores.reshape(*operator.shape[:-1], n_set, n_class) + mean
    return np.moveaxis(shaped, -2, -3)
