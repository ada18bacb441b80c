"""Bringing features to one scale with what the training runs show, and a proof of what was seen."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Normaliser:
    """Mean and spread of each feature over training samples.

    Attributes
    ----------
    mean, spread : ndarray, shape (n_feature,)
        `spread` is 1 for a feature that does not change.
    """

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def fit(cls, features: NDArray[np.float32], *, scaled: bool = True) -> "Normaliser":
        """Learn from features[sample, feature]; `scaled` False keeps their spread."""
        mean = features.mean(axis=0, dtype=np.float64)
        spread = features.std(axis=0, dtype=np.float64) if scaled else np.ones(features.shape[1])
        spread[spread <= 1e-6 * np.maximum(np.abs(mean), 1e-6)] = 1
        return cls(mean.astype(np.float32), spread.astype(np.float32))

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features of mean 0 and spread 1 over the training samples. Shape (n_sample, n_feature)."""
        return (features - self.mean) / self.spread

    def fingerprint(self) -> str:
        """A short checksum of what was learned: equal if and only if the numbers are."""
        return hashlib.sha256(self.mean.tobytes() + self.spread.tobytes()).hexdigest()[:16]
