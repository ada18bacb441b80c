"""Spikes of a file in the form that pictures need: by group, with rates, input, membranes and thresholds where it has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.report.artifact_data import numbers, read_arrays, spike_groups

RATE_BINS = 120  # where times are not steps
MOST_STEPS = 20_000
_MEMBRANE = "membrane_"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SpikeGroup:
    """Units that belong together, such as a layer.

    Attributes
    ----------
    times, units : float arrays, ``[spike]``
        When a unit fired, and its number in the whole file.
    first, n_unit : int
        Number of its first unit, and how many there are.
    rate : float array, ``[bin]``
        Spikes of one unit in one bin, on average.
    membrane : float array or None, ``[time, unit]``
        What is compared with the threshold in each step.
    """

    name: str
    times: Numbers
    units: Numbers
    first: int
    n_unit: int
    rate: Numbers
    membrane: NDArray[Any] | None = None
    threshold: float | None = None


@dataclass(frozen=True, eq=False)
class SpikeData:
    """All of one file.

    Attributes
    ----------
    has_steps : bool
        Times are whole steps.
    low, high : float
        First and last time.
    bins : float array, ``[bin]``
        Middles of the bins of the rates: the steps themselves where there are steps.
    input_raster : float array or None, ``[word, time]``
        Spikes of each word's inputs; `input_words` names the rows.
    """

    groups: tuple[SpikeGroup, ...]
    has_steps: bool
    low: float
    high: float
    bins: Numbers
    input_raster: NDArray[Any] | None = None
    input_words: tuple[str, ...] = ()
    x_label: str = "Time"
    y_label: str = "Unit"
    by_name: Mapping[str, SpikeGroup] = field(default_factory=dict)

    @property
    def n_spike(self) -> int:
        """Spikes in all."""
        return sum(len(group.times) for group in self.groups)

    @property
    def n_unit(self) -> int:
        """Units in all, silent ones too where the file tells of them."""
        return max((group.first + group.n_unit for group in self.groups), default=0)

    def group_of(self, unit: int) -> SpikeGroup | None:
        """The group that holds a unit."""
        return next((group for group in self.groups if group.first <= unit < group.first + group.n_unit), None)


def load_spikes(source: ArtifactSource) -> SpikeData:
    """Read a spikes file: ``times`` and ``units``, optionally groups, ``input_raster`` and ``membrane_<group>`` arrays.

    Raises
    ------
    NeuroError
        When the file is missing or damaged, or its arrays do not fit each other.
    """
    arrays = read_arrays(source.path)
    for name in ("times", "units"):
        if name not in arrays:
            raise NeuroError(f"There is no array '{name}'", fix=f"A raster needs times and units; there are: {', '.join(arrays)}")
    times, units = (numbers(arrays[name], name).ravel() for name in ("times", "units"))
    if len(times) != len(units):
        raise NeuroError(f"'times' holds {len(times)} values and 'units' {len(units)}", "Each spike needs one of both")
    if not bool(np.isfinite(times).all() and np.isfinite(units).all()):
        raise NeuroError("'times' or 'units' hold values that are not finite numbers")
    has_steps = bool(np.all(times == np.round(times)))
    n_step = _n_step(arrays)
    low = min(float(times.min()), 1.0) if has_steps and n_step and len(times) else float(times.min(initial=np.inf))
    low = low if np.isfinite(low) else 0.0
    high = max(float(times.max(initial=low)), low + n_step - 1 if has_steps and n_step else low)
    has_steps = has_steps and high - low < MOST_STEPS
    edges = np.arange(low - 0.5, high + 1) if has_steps else np.linspace(low, high if high > low else low + 1.0, RATE_BINS + 1)
    bins = (edges[1:] + edges[:-1]) / 2
    groups = _groups(arrays, times, units, edges)
    raster = arrays.get("input_raster")
    raster = raster if raster is not None and raster.ndim == 2 and raster.dtype.kind in "biuf" else None
    words = tuple(str(word) for word in np.ravel(arrays.get("input_words", ())))
    if raster is not None and len(words) != len(raster):
        words = tuple(f"word {place}" for place in range(1, len(raster) + 1))
    plot = source.plot
    return SpikeData(
        groups=groups,
        has_steps=has_steps,
        low=low,
        high=high,
        bins=bins,
        input_raster=raster,
        input_words=words if raster is not None else (),
        x_label=(plot.x_label if plot else "") or "Time",
        y_label=(plot.y_label if plot else "") or "Unit",
        by_name={group.name: group for group in groups},
    )


def _groups(arrays: Mapping[str, Any], times: Numbers, units: Numbers, edges: Numbers) -> tuple[SpikeGroup, ...]:
    texts = spike_groups(arrays, units)
    order = [str(name) for name in np.ravel(arrays.get("group_names", ()))]
    found = list(dict.fromkeys(texts.tolist())) if texts is not None else [""]
    names = [
        *[name for name in order if name in found or f"{_MEMBRANE}{name}" in arrays],
        *[name for name in found if name not in order],
    ]
    thresholds = dict(zip(order, np.ravel(arrays.get("thresholds", ())), strict=False))
    groups: list[SpikeGroup] = []
    first = 0
    for name in names:
        own = np.ones(len(times), dtype=bool) if texts is None else texts == name
        membrane = arrays.get(f"{_MEMBRANE}{name}")
        if membrane is not None and (membrane.ndim != 2 or membrane.dtype.kind not in "biuf"):
            membrane = None
        own_units = units[own]
        if membrane is not None and (
            not len(own_units) or first <= own_units.min() <= own_units.max() < first + membrane.shape[1]
        ):
            n_unit = membrane.shape[1]
        else:
            membrane = None
            first = int(own_units.min()) if len(own_units) else first
            n_unit = int(own_units.max()) + 1 - first if len(own_units) else 0
        rate = np.histogram(times[own], edges)[0] / max(n_unit, 1)
        threshold = float(thresholds[name]) if name in thresholds else None
        groups.append(SpikeGroup(name, times[own], own_units, first, n_unit, rate, membrane, threshold))
        first += n_unit
    return tuple(groups)


def _n_step(arrays: Mapping[str, Any]) -> int:
    """How many steps the file tells of, beside the spikes."""
    found = [array.shape[0] for name, array in arrays.items() if name.startswith(_MEMBRANE) and array.ndim == 2]
    raster = arrays.get("input_raster")
    return int(max([*found, raster.shape[1] if raster is not None and raster.ndim == 2 else 0]))
