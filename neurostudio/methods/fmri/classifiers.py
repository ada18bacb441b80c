"""The linear classifiers of scikit-learn that decoding uses, their weights, and the patterns of signal behind the weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.specs.decode_classes import ClassifierSettings

MOST_STEPS = 5000
MOST_FOR_LDA = 4000
ROTATION_FREE = ("logistic", "svm", "ridge", "centroid")
"""Kinds whose predictions stay the same when samples are turned or their unused dimensions dropped."""


def make_classifier(settings: ClassifierSettings, n_voxel: int) -> Any:
    """A fresh, unfitted estimator of scikit-learn."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.neighbors import NearestCentroid
    from sklearn.svm import SVC

    if settings.kind == "logistic":
        return LogisticRegression(C=settings.c, max_iter=MOST_STEPS)
    if settings.kind == "svm":
        return SVC(kernel="linear", C=settings.c)
    if settings.kind == "ridge":
        return RidgeClassifier(alpha=ridge_penalty(settings, n_voxel))
    if settings.kind == "lda":
        if n_voxel > MOST_FOR_LDA:
            raise RequestError(
                f"The linear discriminant needs the covariance of all voxels, and {n_voxel} are too many",
                fix=f"Choose another classifier, such as ridge, or a mask of up to {MOST_FOR_LDA} voxels",
            )
        return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    return NearestCentroid()


def ridge_penalty(settings: ClassifierSettings, n_voxel: int) -> float:
    """Penalty of the ridge classifier: as set, else the number of voxels."""
    return float(n_voxel) if settings.alpha is None else settings.alpha


def class_weights(fitted: Any, n_class: int) -> NDArray[np.float64]:
    """Weights of each class in the order of ``classes_``, shape (C, V); a high score speaks for the class."""
    if hasattr(fitted, "centroids_"):
        centroids: NDArray[np.float64] = np.asarray(fitted.centroids_, np.float64)
        return np.asarray(centroids - centroids.mean(axis=0))
    coefficients = np.atleast_2d(np.asarray(fitted.coef_, np.float64))
    if n_class == 2:
        return np.concatenate([-coefficients, coefficients])
    return _mean_of_pairs(coefficients, n_class) if hasattr(fitted, "support_vectors_") else coefficients


def signal_patterns(samples: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the signal rises with the score of each class: cov(X) W' cov(W X)^-1 (Haufe et al. 2014, eq. 6).

    Weights alone may be large where there is only noise to be taken away; these patterns may not.

    Parameters
    ----------
    samples : ndarray, shape (S, V)
    weights : ndarray, shape (C, V)

    Returns
    -------
    ndarray, shape (C, V)
    """
    centred = samples - samples.mean(axis=0)
    scores = centred @ weights.T
    # the scores of all classes often sum to 0, so their covariance has no inverse
    unmixed = np.linalg.pinv(scores.T @ scores, hermitian=True, rcond=1e-10)
    return np.asarray(unmixed @ (scores.T @ centred))


def _mean_of_pairs(coefficients: NDArray[np.float64], n_class: int) -> NDArray[np.float64]:
    """One-against-one weights of a support vector machine: each class against all others, mean of its pairs."""
    weights = np.zeros((n_class, coefficients.shape[1]))
    pairs = [(one, other) for one in range(n_class) for other in range(one + 1, n_class)]
    for (one, other), row in zip(pairs, coefficients, strict=True):
        weights[one] += row
        weights[other] -= row
    return weights / (n_class - 1)
