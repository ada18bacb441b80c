"""Traces of a run, one value a volume: motion, framewise displacement, DVARS and other confounds, by what they are measured in. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.gui.views.timeline.series import Floats, scaled

OUTLIER_FD_MM = 0.5
OUTLIER_DVARS = 1.5

FRAMEWISE = "framewise displacement"
MOTION_NAMES = ("shift x", "shift y", "shift z", "pitch", "roll", "yaw")


@dataclass(frozen=True, eq=False)
class TraceGroup:
    """Traces that share a panel.

    Attributes
    ----------
    label : str
        Caption of the axis, with its unit.
    traces : dict of str to ndarray, shape (T,)
        By name; NaN where there is no value, as in the first volume of a change.
    limit : float or None
        What is above it is marked.
    """

    label: str
    traces: Mapping[str, NDArray[np.floating[Any]]]
    limit: float | None = None

    @property
    def unit(self) -> str:
        """What the values are measured in; empty for plain numbers."""
        return self.label.partition("(")[2].rstrip(")")

    @property
    def caption(self) -> str:
        """What stands at a low axis: where several lines have names, the unit says enough."""
        return self.label if len(self.traces) == 1 else self.unit

    def outliers(self) -> NDArray[np.intp]:
        """Volumes in which any trace is above the limit."""
        if self.limit is None:
            return np.empty(0, np.intp)
        values = np.stack(list(self.traces.values()))
        with np.errstate(invalid="ignore"):
            return np.flatnonzero((values > self.limit).any(axis=0))


@dataclass(frozen=True, eq=False)
class Traces:
    """What is known of a run beside its voxels.

    Attributes
    ----------
    fd_mm : ndarray, shape (T,), optional
        Framewise displacement.
    dvars : ndarray, shape (T,), optional
        Standardised: 1 where nothing happens.
    motion : ndarray, shape (T, 6), optional
        Translations in mm, then rotations in radians.
    fd_limit_mm, dvars_limit : float
        Above them a volume is an outlier.
    """

    fd_mm: Floats | None = None
    dvars: Floats | None = None
    motion: Floats | None = None
    others: Mapping[str, Floats] = field(default_factory=dict)
    fd_limit_mm: float = OUTLIER_FD_MM
    dvars_limit: float = OUTLIER_DVARS

    def groups(self) -> tuple[TraceGroup, ...]:
        """One panel for each unit, those with limits first."""
        found = []
        if self.fd_mm is not None:
            found.append(TraceGroup("FD (mm)", {"FD": self.fd_mm}, self.fd_limit_mm))
        if self.dvars is not None and np.isfinite(self.dvars).any():
            found.append(TraceGroup("DVARS", {"DVARS": self.dvars}, self.dvars_limit))
        if self.motion is not None:
            names = dict(zip(MOTION_NAMES, np.asarray(self.motion, np.float64).T, strict=True))
            found.append(TraceGroup("Shift (mm)", {name: names[name] for name in MOTION_NAMES[:3]}))
            found.append(TraceGroup("Rotation (°)", {name: np.degrees(names[name]) for name in MOTION_NAMES[3:]}))
        return (*found, *_standard(self.others))

    def outliers(self) -> NDArray[np.intp]:
        """Volumes that are above any limit, in order."""
        return np.unique(np.concatenate([np.empty(0, np.intp), *(group.outliers() for group in self.groups())]))


def grouped(traces: Mapping[str, NDArray[np.floating[Any]]]) -> tuple[TraceGroup, ...]:
    """Traces by name as panels: framewise displacement and shifts in mm, rotations in degrees, all others as z.

    >>> [group.label for group in grouped({"csf": np.zeros(3), "pitch": np.zeros(3), FRAMEWISE: np.zeros(3)})]
    ['FD (mm)', 'Rotation (°)', 'csf (z)']
    """
    rest = dict(traces)
    found = []
    framewise = {name: rest.pop(name) for name in list(rest) if name.replace("_", " ").lower() == FRAMEWISE}
    if framewise:
        found.append(TraceGroup("FD (mm)", {"FD": next(iter(framewise.values()))}, OUTLIER_FD_MM))
    for label, names in (("Shift (mm)", MOTION_NAMES[:3]), ("Rotation (°)", MOTION_NAMES[3:])):
        some = {name: rest.pop(name) for name in names if name in rest}
        if some:
            found.append(TraceGroup(label, some))
    return (*found, *_standard(rest))


def _standard(traces: Mapping[str, NDArray[np.floating[Any]]]) -> tuple[TraceGroup, ...]:
    """Traces of whatever units in one panel: each about its mean, in units of its spread."""
    if not traces:
        return ()
    label = f"{next(iter(traces))} (z)" if len(traces) == 1 else "Traces (z)"
    return (TraceGroup(label, {name: scaled(values, "z") for name, values in traces.items()}),)
