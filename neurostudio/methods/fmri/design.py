"""From events to the design matrix of a run: the model that ``fmri.glm`` fits to each voxel.

The regressors come from nilearn. Here they are checked before anything is fitted: what cannot be told apart is refused by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.specs.glm import DesignSettings

UNTYPED = "n/a"
LITTLE_OF_ITS_OWN = 0.1
EARLIEST_S = -24.0  # nilearn ignores what began longer before the first volume
_SAME = 1e-9
_NO_EFFECT = 1e-4  # of one event at its highest, about 0.2
_MOST_NAMED = 12


@dataclass(frozen=True, eq=False)
class Design:
    """The design matrix of one run.

    Attributes
    ----------
    names : tuple of str
        Of the columns: conditions first, then confounds, drift and the constant.
    values : ndarray, shape (T, K)
    times_s : ndarray, shape (T,)
        When each volume was taken.
    columns_of : dict of str to tuple of int
        Condition -> the columns that a contrast weighs: one, or one a delay for FIR.
    is_task : ndarray of bool, shape (K,)
        Columns that come from events.
    n_events : dict of str to int
        Events of each condition within the run.
    notes : tuple of str
        What a person should know, in sentences.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    times_s: NDArray[np.float64]
    columns_of: dict[str, tuple[int, ...]]
    is_task: NDArray[np.bool_]
    n_events: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """Conditions that this run has."""
        return tuple(self.columns_of)

    @property
    def dof(self) -> int:
        """Volumes less columns; the columns are independent."""
        n_volumes, n_column = self.values.shape
        return int(n_volumes - n_column)


def wanted_conditions(all_events: Sequence[Events], settings: DesignSettings) -> tuple[str, ...]:
    """The conditions of a job: the types of events of all runs, in the order of their first event, or those that were asked for.

    Raises
    ------
    RequestError
        There are no events of a type, or a condition that was asked for is in no run.
    """
    there = tuple(dict.fromkeys(kind for events in all_events for kind in events.types if kind != UNTYPED))
    if not there:
        raise RequestError(
            "There are no events to model",
            "The tables of events are empty, or no event has a trial_type",
            "Give events with onset, duration and trial_type",
        )
    for name in settings.conditions:
        if name not in there:
            raise RequestError(f"There is no condition '{name}' (design.conditions)", fix=f"The events have: {_listed(there)}")
    return tuple(dict.fromkeys(settings.conditions)) or there


def make_design(
    run_name: str,
    events: Events,
    n_volumes: int,
    tr_s: float,
    conditions: Sequence[str],
    settings: DesignSettings,
    confound_names: Sequence[str] = (),
    confounds: NDArray[np.float64] | None = None,
) -> Design:
    """Build the design matrix of one run.

    Parameters
    ----------
    run_name : str
        For messages.
    conditions : sequence of str
        Conditions of the job; those without an event in this run get no column.
    confounds : ndarray, shape (T, C), optional
        Taken up beside the events; columns that others already explain are left out.

    Raises
    ------
    RequestError
        No event falls into the run, regressors cannot be told apart, or as many columns as volumes.
    """
    times_s = np.asarray((np.arange(n_volumes) + settings.slice_time_ref) * tr_s, np.float64)
    kept, notes = _within(run_name, events, n_volumes * tr_s, conditions)
    present = tuple(name for name in conditions if (kept.trial_type == name).any())
    if not present:
        raise RequestError(
            f"No event of the conditions falls into {run_name}, which lasts {n_volumes * tr_s:g} s",
            f"Its events have: {_listed(events.types)}" if len(events) else "Its table of events is empty",
            "Give the events of this run, correct selection.tr_s, or leave the run out",
        )
    fir_delays = delays(settings.fir_until_s, tr_s)
    task, task_names, columns_of, without = _task_columns(kept, present, times_s, settings, fir_delays)
    if without:
        notes.append(f"{run_name}: the events of {_listed(without)} come too late to have an effect within the run")
    if not columns_of:
        raise RequestError(
            f"No event of the conditions has an effect within {run_name}",
            f"It lasts {n_volumes * tr_s:g} s, and its first event begins at {float(kept.onset_s.min()):g} s",
            "Give the events of this run, or leave the run out",
        )
    drift, drift_names = _drift(times_s, settings)
    extra, extra_names, left_out = _independent(drift, confounds, confound_names)
    if left_out:
        notes.append(f"{run_name}: confounds left out, since others say the same: {_listed(left_out)}")
    values = np.hstack([task, extra, drift])
    if values.shape[1] >= n_volumes:
        raise RequestError(
            f"The design of {run_name} has {values.shape[1]} columns for {n_volumes} volumes",
            fix="Take fewer confounds, a lower design.high_pass_hz, fewer conditions, or a response model with fewer columns",
        )
    is_task = np.arange(values.shape[1]) < task.shape[1]
    design = Design(
        names=(*task_names, *extra_names, *drift_names),
        values=values,
        times_s=times_s,
        columns_of=columns_of,
        is_task=is_task,
        n_events={name: int((kept.trial_type == name).sum()) for name in columns_of},
    )
    notes += _checked(run_name, design)
    return Design(**{**vars(design), "notes": tuple(notes)})


def spikes(is_bad: NDArray[np.bool_]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """One regressor for each bad volume, which takes it out of the fit. Shape (T, number of bad volumes)."""
    places = np.flatnonzero(is_bad)
    return tuple(f"volume_{place}" for place in places), np.eye(len(is_bad))[:, places]


def delays(until_s: float, tr_s: float) -> NDArray[np.int64]:
    """Delays of a FIR model in volumes: 0 to the last one before `until_s`."""
    return np.arange(max(int(np.ceil(until_s / tr_s - 1e-6)), 1))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _within(run_name: str, events: Events, length_s: float, conditions: Sequence[str]) -> tuple[Events, list[str]]:
    """Events of the conditions that can have an effect in the run, and what was left out."""
    notes = []
    chosen = np.isin(events.trial_type, list(conditions))
    untyped = int((events.trial_type == UNTYPED).sum())
    if untyped:
        notes.append(f"{run_name}: {untyped} events without a trial_type are not modelled")
    late = chosen & (events.onset_s >= length_s)
    if late.any():
        notes.append(f"{run_name}: {int(late.sum())} events begin after its end at {length_s:g} s and are left out")
    early = chosen & (events.onset_s < EARLIEST_S)
    if early.any():
        notes.append(f"{run_name}: {int(early.sum())} events begin more than {-EARLIEST_S:g} s before it and are left out")
    return events.where(chosen & ~late & ~early), notes


def _task_columns(
    events: Events, present: Sequence[str], times_s: NDArray[np.float64], settings: DesignSettings, fir_delays: NDArray[np.int64]
) -> tuple[NDArray[np.float64], tuple[str, ...], dict[str, tuple[int, ...]], list[str]]:
    """Columns of the conditions; the last item are those that got none, since it would be zero throughout."""
    from nilearn.glm.first_level import compute_regressor

    is_fir = settings.hrf == "fir"
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    columns_of: dict[str, tuple[int, ...]] = {}
    without: list[str] = []
    for name in present:
        own = events.of_type(name)
        values, own_names = compute_regressor(
            np.stack([own.onset_s, own.duration_s, np.ones(len(own))]),
            settings.hrf,
            times_s,
            con_id=name,
            fir_delays=fir_delays.tolist() if is_fir else None,
            min_onset=EARLIEST_S - float(times_s[0]),
        )
        if not is_fir and np.linalg.norm(values[:, 0]) < _NO_EFFECT:
            without.append(name)
            continue
        new = tuple(range(len(names), len(names) + len(own_names)))
        columns_of[name] = new if is_fir else new[:1]
        columns.append(values)
        names += own_names
    return np.hstack(columns) if columns else np.zeros((len(times_s), 0)), tuple(names), columns_of, without


def _drift(times_s: NDArray[np.float64], settings: DesignSettings) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    from nilearn.glm.first_level import make_first_level_design_matrix

    matrix = make_first_level_design_matrix(
        times_s,
        drift_model=None if settings.drift == "none" else settings.drift,
        high_pass=settings.high_pass_hz,
        drift_order=settings.drift_order,
    )
    return matrix.to_numpy(np.float64), tuple(str(name) for name in matrix.columns)


def _independent(
    drift: NDArray[np.float64], confounds: NDArray[np.float64] | None, names: Sequence[str]
) -> tuple[NDArray[np.float64], tuple[str, ...], list[str]]:
    """Confounds that say something beside the drift and each other, centred and scaled; the names of the others."""
    if confounds is None or not confounds.shape[1]:
        return np.zeros((len(drift), 0)), (), []
    basis, _ = np.linalg.qr(drift)
    kept, kept_names, left_out = [], [], []
    for name, column in zip(names, confounds.T, strict=True):
        centred = column - column.mean()
        length = np.linalg.norm(centred)
        scaled = centred / length if length > 0 else centred
        rest = scaled - basis @ (basis.T @ scaled)
        rest -= basis @ (basis.T @ rest)
        if np.linalg.norm(rest) ** 2 <= _SAME:
            left_out.append(name)
            continue
        basis = np.hstack([basis, (rest / np.linalg.norm(rest))[:, None]])
        kept.append(scaled)
        kept_names.append(name)
    return np.stack(kept, axis=1) if kept else np.zeros((len(drift), 0)), tuple(kept_names), left_out


def _checked(run_name: str, design: Design) -> list[str]:
    """Refuse columns that cannot be told apart; tell of those that nearly cannot."""
    notes = []
    lengths = np.linalg.norm(design.values, axis=0)
    empty = [name for name, length in zip(design.names, lengths, strict=True) if length < _SAME]
    if empty:
        raise RequestError(
            f"The regressors {_listed(empty)} of {run_name} are zero in every volume",
            "The run ends before the delays that they stand for",
            "Lower design.fir_until_s, or leave the condition out (design.conditions)",
        )
    for place in np.flatnonzero(design.is_task).tolist():
        name = design.names[place]
        others = np.delete(design.values / lengths, place, axis=1)
        own = design.values[:, place] / lengths[place]
        weights = np.linalg.lstsq(others, own, rcond=None)[0]
        share = float(np.sum((own - others @ weights) ** 2) / max(np.sum((own - own.mean()) ** 2), 1e-30))
        if share < _SAME:
            partners = [other for other, weight in zip(_without(design.names, place), weights, strict=True) if abs(weight) > 1e-6]
            raise RequestError(
                f"The regressor '{name}' of {run_name} cannot be told apart from {_listed(partners)}",
                "Together they say the same in every volume, so no effect belongs to one of them",
                "Leave a condition out (design.conditions), change the drift, or give other events",
            )
        if share < LITTLE_OF_ITS_OWN and any(columns == (place,) for columns in design.columns_of.values()):
            notes.append(
                f"{run_name}: only {100 * share:.1f} % of the regressor '{name}' is its own; the rest is shared with other "
                "conditions, confounds or drift, so its effect is known badly"
            )
    return notes


def _without(names: Sequence[str], place: int) -> list[str]:
    return [name for number, name in enumerate(names) if number != place]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
