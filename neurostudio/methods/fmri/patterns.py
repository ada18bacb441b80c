"""From series to samples: the mean of each block, its single volumes, or the weight of each event in a linear model.

All of them are weighted sums over time, so each run has one matrix of weights (sample x volume) that is laid over its cleaned
series. Cleaning is within the run and knows no label: drift (and confounds) out, then, where asked for, unit variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.specs.decode_classes import PatternSettings

_SNAP = 1e-6  # of a TR: times written with rounding


@dataclass(frozen=True, eq=False)
class Blocks:
    """Events that become samples, in the order of their onsets.

    Attributes
    ----------
    onset_s, end_s : ndarray, shape (N,)
    label : ndarray of str, shape (N,)
        Class of each.
    """

    onset_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    label: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.onset_s)

    def at(self, places: NDArray[np.intp]) -> "Blocks":
        """The blocks at these places."""
        return Blocks(self.onset_s[places], self.end_s[places], self.label[places])


@dataclass(frozen=True, eq=False)
class Patterns:
    """Samples of all runs.

    Attributes
    ----------
    values : ndarray, shape (S, V)
    label : ndarray of str, shape (S,)
    run : ndarray of int, shape (S,)
        Place of the run that each sample comes from.
    block : ndarray of int, shape (S,)
        Number of the event that each sample comes from, through all runs; labels are shuffled event by event.
    time_s : ndarray, shape (S,)
        Onset of the event, or time of the volume.
    """

    values: NDArray[np.float64]
    label: NDArray[np.str_]
    run: NDArray[np.intp]
    block: NDArray[np.intp]
    time_s: NDArray[np.float64]


def find_blocks(events: Events, class_of: dict[str, str], join_gap_s: float | None) -> Blocks:
    """Events of the classes; neighbours of one type are joined where the gap between them is at most `join_gap_s`.

    Parameters
    ----------
    class_of : dict of str to str
        Type of event -> class; other types are no samples.
    """
    onsets: list[float] = []
    ends: list[float] = []
    kinds: list[str] = []
    for onset, end, kind in zip(events.onset_s.tolist(), events.end_s.tolist(), map(str, events.trial_type), strict=True):
        if join_gap_s is not None and kinds and kinds[-1] == kind and onset - ends[-1] <= join_gap_s:
            ends[-1] = max(ends[-1], end)
            continue
        onsets.append(onset)
        ends.append(end)
        kinds.append(kind)
    kept = np.array([place for place, kind in enumerate(kinds) if kind in class_of], dtype=int)
    labels = np.array([class_of[kinds[place]] for place in kept], dtype=np.str_)
    return Blocks(np.array(onsets, dtype=float)[kept], np.array(ends, dtype=float)[kept], labels)


def volumes_of(blocks: Blocks, n_volumes: int, tr_s: float, shift_s: float) -> list[NDArray[np.intp]]:
    """Volumes of each block: those whose time lies within it, shifted; of one too short for any, the volume nearest to its middle.

    Empty for a block that the run ends before.
    """
    times = np.arange(n_volumes)
    start, stop = (blocks.onset_s + shift_s) / tr_s, (blocks.end_s + shift_s) / tr_s
    found = [np.flatnonzero((times >= one - _SNAP) & (times < other - _SNAP)) for one, other in zip(start, stop, strict=True)]
    for place, own in enumerate(found):
        nearest = int(np.floor((start[place] + stop[place]) / 2 + 0.5))
        if not len(own) and 0 <= nearest < n_volumes:
            found[place] = np.array([nearest])
    return found


def mean_weights(volumes: Sequence[NDArray[np.intp]], n_volumes: int) -> NDArray[np.float64]:
    """Weights that take the mean over the volumes of each block, shape (N, T)."""
    weights = np.zeros((len(volumes), n_volumes))
    for row, own in zip(weights, volumes, strict=True):
        row[own] = 1 / len(own)
    return weights


def drift_basis(n_volumes: int, tr_s: float, settings: PatternSettings, confounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal columns of what is taken out of a run: constant, drift and confounds. Shape (T, K)."""
    if settings.detrend == "cosine":
        from nilearn.glm.first_level.design_matrix import create_cosine_drift

        drift = create_cosine_drift(settings.high_pass_hz, np.arange(n_volumes) * tr_s)
    else:
        degree = {"none": 0, "linear": 1, "quadratic": 2}[settings.detrend]
        drift = np.vander(np.linspace(-1, 1, n_volumes), degree + 1)
    scale = np.linalg.norm(confounds, axis=0)
    columns = np.hstack([drift, confounds / np.where(scale > 0, scale, 1)])
    left, strength, _ = np.linalg.svd(columns, full_matrices=False)
    return np.ascontiguousarray(left[:, strength > strength[0] * 1e-10])


def cleaned(series: NDArray[np.float64], basis: NDArray[np.float64], *, unit_variance: bool) -> NDArray[np.float64]:
    """Take the columns of `basis` out of series[time, voxel]; a voxel of which nothing is left becomes 0."""
    rest: NDArray[np.float64] = series - basis @ (basis.T @ series)
    if not unit_variance:
        return rest
    spread = rest.std(axis=0)
    is_alive = spread > 1e-9 * np.maximum(np.abs(series).max(axis=0), 1e-30)
    return np.where(is_alive, rest / np.where(is_alive, spread, 1), 0)


def standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each column of values[sample, voxel] with mean 0 and variance 1; a constant one becomes 0."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    scaled: NDArray[np.float64] = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    return scaled
