"""Feature spaces: groups of features that belong together, on the volumes of every run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError

LEAST_OVERLAP_S = 60.0


@dataclass(frozen=True)
class RunClock:
    """What the features of a run have to fit.

    Attributes
    ----------
    name : str
        Name of the run.
    n_volumes : int
    tr_s : float
        Seconds between volumes.
    begins_s : float
        Where the stimulus' own time 0 lies, in seconds from the first stored volume.
    """

    name: str
    n_volumes: int
    tr_s: float
    begins_s: float = 0.0

    @property
    def length_s(self) -> float:
        """Seconds from the begin of the first volume to the end of the last."""
        return self.n_volumes * self.tr_s


@dataclass(frozen=True, eq=False)
class FeatureSpace:
    """One group of features.

    Attributes
    ----------
    name : str
        Unique among the spaces of a job.
    columns : tuple of str
        Names of the features.
    values : tuple of ndarray, shape (n_volumes, n_feature), float32
        One a run; finite where `covered`.
    covered : tuple of ndarray of bool, shape (n_volumes,)
        Volumes for which there are features.
    sources : tuple of str
        What the features of each run come from.
    how : str
        How they came to the volumes, for people.
    """

    name: str
    columns: tuple[str, ...]
    values: tuple[NDArray[np.float32], ...]
    covered: tuple[NDArray[np.bool_], ...]
    sources: tuple[str, ...]
    how: str

    @property
    def n_feature(self) -> int:
        """Number of features."""
        return len(self.columns)


def without_constant(space: FeatureSpace) -> tuple[FeatureSpace, tuple[str, ...]]:
    """Leave out the features that never change, in any run; their names come back too.

    Raises
    ------
    RequestError
        None is left, or a feature is not finite.
    """
    seen = np.concatenate([values[kept] for values, kept in zip(space.values, space.covered, strict=True)])
    if not np.isfinite(seen).all():
        bad = [name for name, ok in zip(space.columns, np.isfinite(seen).all(axis=0), strict=True) if not ok]
        raise RequestError(
            f"The features '{space.name}' hold values that are not finite ({', '.join(bad[:3])})",
            fix="Fill or remove them, and give the features again",
        )
    varies = (
        np.ptp(seen, axis=0) > 1e-7 * np.maximum(np.abs(seen).max(axis=0), 1e-7) if len(seen) else np.zeros(seen.shape[1], bool)
    )
    if not varies.any():
        raise RequestError(
            f"No feature of '{space.name}' changes over the volumes",
            "All columns are constant once they are on the volumes",
            "Check their times, or features.begins_s",
        )
    dropped = tuple(name for name, moves in zip(space.columns, varies, strict=True) if not moves)
    if not dropped:
        return space, ()
    kept = tuple(name for name, moves in zip(space.columns, varies, strict=True) if moves)
    values = tuple(np.ascontiguousarray(one[:, varies]) for one in space.values)
    return FeatureSpace(space.name, kept, values, space.covered, space.sources, space.how), dropped


def check_overlap(source: str, clock: RunClock, begin_s: float, end_s: float) -> None:
    """RequestError where a stimulus from `begin_s` to `end_s` (run time) has next to nothing in common with its run."""
    shared = min(end_s, clock.length_s) - max(begin_s, 0.0)
    if shared <= 0 or shared < min(LEAST_OVERLAP_S, clock.length_s / 2, (end_s - begin_s) / 2):
        raise RequestError(
            f"{source} and the run {clock.name} have {'no' if shared <= 0 else f'only {shared:.0f} s of'} common time",
            f"It goes from {begin_s:g} s to {end_s:g} s, and the run lasts {clock.length_s:g} s",
            "Check which belongs to which run (features.pairs), the unit of its times, and features.begins_s",
        )


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Make names different by a number behind the later ones."""
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}-{number}"
        found.append(candidate)
    return tuple(found)
