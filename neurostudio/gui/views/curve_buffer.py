"""A curve that grows: points are added many times a second without copying those before."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.gui.views.curve_data import Numbers

_FIRST_ROOM = 1_024


class CurveBuffer:
    """Columns of steps, values and times, with room for more.

    Attributes
    ----------
    revision : int
        Rises with each change, so that who draws knows what is new.
    """

    def __init__(self) -> None:
        self._columns = np.empty((3, _FIRST_ROOM))
        self._count = 0
        self.revision = 0

    def __len__(self) -> int:
        return self._count

    def replace(self, steps: NDArray[Any], values: NDArray[Any], times: NDArray[Any] | None = None) -> bool:
        """Hold these points, ``[point]`` each, and no others; returns whether anything is new."""
        steps, values = np.asarray(steps, dtype=np.float64), np.asarray(values, dtype=np.float64)
        if len(steps) == self._count and self._count and _same_end(self.steps, steps) and _same_end(self.values, values):
            return False
        self._count = 0
        self.append(steps, values, times)
        self.revision += 1
        return True

    def append(self, steps: NDArray[Any], values: NDArray[Any], times: NDArray[Any] | None = None) -> None:
        """Add points, ``[point]`` each; without times they have none."""
        steps = np.atleast_1d(np.asarray(steps, dtype=np.float64))
        values = np.atleast_1d(np.asarray(values, dtype=np.float64))
        if len(steps) != len(values):
            raise ValueError(f"{len(steps)} steps and {len(values)} values")
        if not len(steps):
            return
        end = self._count + len(steps)
        if end > self._columns.shape[1]:
            grown = np.empty((3, max(end, 2 * self._columns.shape[1])))
            grown[:, : self._count] = self._columns[:, : self._count]
            self._columns = grown
        self._columns[0, self._count : end] = steps
        self._columns[1, self._count : end] = values
        self._columns[2, self._count : end] = np.nan if times is None else times
        self._count = end
        self.revision += 1

    @property
    def steps(self) -> Numbers:
        """Steps, ``[point]``."""
        return self._columns[0, : self._count]

    @property
    def values(self) -> Numbers:
        """Values, ``[point]``."""
        return self._columns[1, : self._count]

    @property
    def times(self) -> Numbers:
        """Unix seconds, ``[point]``; NaN where unknown."""
        return self._columns[2, : self._count]


def _same_end(before: Numbers, now: Numbers) -> bool:
    """Whether two curves of one length begin and end alike: metrics are only added at the end."""
    return bool(np.array_equal(before[[0, -1]], now[[0, -1]], equal_nan=True))
