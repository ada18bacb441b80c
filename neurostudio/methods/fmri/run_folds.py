"""Leave one run out: each run is predicted by a classifier that has seen none of its samples."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Make = Callable[[], Any]


def leave_one_run_out(run: NDArray[np.intp]) -> Iterator[Fold]:
    """Places of the training and of the tested samples, one run tested at a time."""
    for tested in np.unique(run):
        yield np.flatnonzero(run != tested), np.flatnonzero(run == tested)


def predict_left_out(
    values: NDArray[np.float64], label: NDArray[np.str_], run: NDArray[np.intp], make: Make
) -> tuple[NDArray[np.str_], bool]:
    """Predict each sample of values[sample, voxel] from the other runs.

    Returns
    -------
    predicted : ndarray of str, shape (S,)
    is_settled : bool
        False where a fit stopped before it converged.
    """
    predicted = np.empty_like(label)
    is_settled = True
    for train, test in leave_one_run_out(run):
        model, settled = fit_quietly(make(), values[train], label[train])
        predicted[test] = model.predict(values[test])
        is_settled &= settled
    return predicted, is_settled


def fit_quietly(model: Any, values: NDArray[np.float64], label: NDArray[np.str_]) -> tuple[Any, bool]:
    """Fit an estimator; the second item is False where scikit-learn says that it did not converge."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        model.fit(values, label)
    return model, not any(issubclass(one.category, ConvergenceWarning) for one in caught)
