"""The response in the data without a model of its shape: finite impulse response (FIR), all runs in one fit.

Each delay after an event has its own regressor, so its weight is the mean signal at that delay once overlap between events, drift
and confounds are taken out. Runs share these weights and have their own drift and confounds. With M_r the projection that takes
the nuisance of run r out, X_r its delays and Y_r its signal:

    (sum_r X_r' M_r X_r) beta = sum_r X_r' M_r Y_r
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.events import Events

_SNAP = 1e-6  # of a TR: an onset written with rounding still belongs to its volume
_SINGULAR = 1e-8


@dataclass(frozen=True, eq=False)
class Responses:
    """Estimated responses.

    Attributes
    ----------
    conditions : tuple of str
    delays_s : ndarray, shape (D,)
        Seconds after the onset.
    values : ndarray, shape (C, D, V), float32
        In the units of the signal that was fitted.
    """

    conditions: tuple[str, ...]
    delays_s: NDArray[np.float64]
    values: NDArray[np.float32]
    unit_error: NDArray[np.float64]
    noise: NDArray[np.float64]

    def error(self, condition: str, voxel: int) -> NDArray[np.float64]:
        """Standard error of each delay of a condition at one voxel, shape (D,)."""
        error: NDArray[np.float64] = self.unit_error[self.conditions.index(condition)] * self.noise[voxel]
        return error


def fir_columns(
    events: Events,
    conditions: Sequence[str],
    n_volumes: int,
    tr_s: float,
    n_delays: int,
    to: Literal["onset", "stimulus"] = "onset",
) -> NDArray[np.float64]:
    """Regressors of all delays of all conditions.

    Parameters
    ----------
    to : str
        ``onset``: an event counts in the volume that its onset falls into. ``stimulus``: in each volume that it lasts, one at least.

    Returns
    -------
    ndarray, shape (T, C * D)
        Delays of the first condition, then of the second ...
    """
    columns = np.zeros((n_volumes, len(conditions), n_delays))
    first = np.floor(events.onset_s / tr_s + _SNAP).astype(int)
    lasting = np.maximum(np.rint(events.duration_s / tr_s), 1).astype(int) if to == "stimulus" else np.ones(len(events), int)
    for start, length, kind in zip(first, lasting, events.trial_type, strict=True):
        if kind not in conditions:
            continue
        place = list(conditions).index(str(kind))
        for delay in range(n_delays):
            columns[max(start + delay, 0) : max(start + delay + length, 0), place, delay] += 1
    return columns.reshape(n_volumes, -1)


class FirFit:
    """Sums of the normal equations over runs and blocks of voxels.

    Parameters
    ----------
    conditions : sequence of str
    n_delays : int
    tr_s : float
        Distance of the delays.
    n_voxel : int
    """

    def __init__(self, conditions: Sequence[str], n_delays: int, tr_s: float, n_voxel: int) -> None:
        self.conditions, self.n_delays, self.tr_s = tuple(conditions), n_delays, tr_s
        n_column = len(self.conditions) * n_delays
        self._normal = np.zeros((n_column, n_column))
        self._products = np.zeros((n_column, n_voxel), np.float32)
        self._squares = np.zeros(n_voxel)
        self._dof = -n_column
        self._columns = np.zeros((0, n_column))
        self._nuisance = np.zeros((0, 0))

    def start_run(self, columns: NDArray[np.float64], nuisance: NDArray[np.float64]) -> None:
        """Begin a run: its delays, shape (T, C * D), and its drift and confounds, shape (T, K), which are independent."""
        self._nuisance = np.linalg.qr(nuisance)[0]
        self._columns = columns - self._nuisance @ (self._nuisance.T @ columns)
        self._normal += self._columns.T @ self._columns
        self._dof += columns.shape[0] - nuisance.shape[1]

    def add(self, block: slice, signal: NDArray[np.float64]) -> None:
        """Add the signal, shape (T, B), of a block of voxels of this run."""
        rest = signal - self._nuisance @ (self._nuisance.T @ signal)
        self._products[:, block] += self._columns.T @ rest
        self._squares[block] += np.sum(rest**2, axis=0)

    def solve(self) -> Responses:
        """Solve for the responses.

        Raises
        ------
        NeuroError
            The delays cannot be told apart, or there are more of them than volumes.
        """
        scale = np.sqrt(np.diag(self._normal))
        if self._dof < 1:
            raise NeuroError(
                f"The responses are not estimated: {len(scale)} delays of all conditions are too many for the volumes",
                fix="Lower response.until_s, or leave conditions out",
            )
        scaled = self._normal / np.outer(scale, scale) if (scale > 0).all() else np.zeros_like(self._normal)
        if float(np.linalg.eigvalsh(scaled)[0]) < _SINGULAR:
            raise NeuroError(
                "The responses are not estimated: the delays of the conditions cannot be told apart",
                "Events follow each other at fixed distances, or too close to the end of the run",
                "Lower response.until_s, or leave conditions out",
            )
        inverse = np.linalg.inv(scaled) / np.outer(scale, scale)
        values = inverse @ self._products
        explained = np.sum(values * self._products, axis=0)
        shape = (len(self.conditions), self.n_delays)
        return Responses(
            conditions=self.conditions,
            delays_s=np.asarray(np.arange(self.n_delays) * self.tr_s, np.float64),
            values=values.astype(np.float32).reshape(*shape, -1),
            unit_error=np.sqrt(np.diag(inverse)).reshape(shape),
            noise=np.sqrt(np.maximum(self._squares - explained, 0) / self._dof),
        )
