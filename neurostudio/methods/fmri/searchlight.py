"""Searchlight: decoding from a sphere around each voxel (Kriegeskorte, Goebel & Bandettini 2006).

The ridge classifier is solved in its kernel form for many spheres at a time, and for all shuffles of labels with them. The largest
accuracy of the brain under each shuffle gives a height that chance passes in one of twenty brains.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.kernel_ridge import count_correct, operators
from neurostudio.methods.fmri.patterns import Patterns
from neurostudio.methods.fmri.run_folds import Make, leave_one_run_out, predict_left_out

SPHERES_AT_ONCE = 64
_SAME_MM = 1e-6


def spheres(mm: NDArray[np.float64], radius_mm: float) -> list[NDArray[np.intp]]:
    """For each voxel, the voxels within the radius, itself included.

    Parameters
    ----------
    mm : ndarray, shape (V, 3)
        Coordinates of the voxels of the mask.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(mm)
    return [np.sort(np.asarray(near, np.intp)) for near in tree.query_ball_point(mm, radius_mm + _SAME_MM)]


def ridge_accuracies(
    patterns: Patterns,
    near: Sequence[NDArray[np.intp]],
    codes: NDArray[np.intp],
    n_class: int,
    alpha: float | None,
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Accuracy of each sphere for each set of labels.

    Parameters
    ----------
    near : sequence of ndarray
        Voxels of each sphere.
    codes : ndarray of int, shape (P, S)
        Sets of labels, 0 to `n_class` - 1.
    alpha : float, optional
        Penalty; None: the number of voxels of the sphere.

    Yields
    ------
    block : slice
        Which spheres.
    accuracy : ndarray, shape (spheres, P)
    """
    folds = list(leave_one_run_out(patterns.run))
    values = np.ascontiguousarray(patterns.values.T)
    for start in range(0, len(near), SPHERES_AT_ONCE):
        own = near[start : start + SPHERES_AT_ONCE]
        products = np.stack([values[voxels].T @ values[voxels] for voxels in own])
        penalty = np.array([len(voxels) if alpha is None else alpha for voxels in own], float)
        solved = operators(products, folds, penalty)
        yield slice(start, start + len(own)), count_correct(solved, folds, codes, n_class) / codes.shape[1]


def refitted_accuracies(
    patterns: Patterns, near: Sequence[NDArray[np.intp]], make: Callable[[int], Make]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Accuracy of each sphere with any classifier of scikit-learn; `make` is given the number of voxels. Shape (1, 1) each."""
    for place, voxels in enumerate(near):
        predicted, _ = predict_left_out(patterns.values[:, voxels], patterns.label, patterns.run, make(len(voxels)))
        yield slice(place, place + 1), np.array([[np.mean(predicted == patterns.label)]])
