"""Which regressors are projected out of a run, by strategy.

fMRIPrep's strategies are read by nilearn where the folder is one of fMRIPrep's; from a plain table the same columns are taken by
name. Drift is never part of them: the filter is the program's own, in the same projection.
"""

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.confounds import MOTION, Confounds
from neurostudio.methods.fmri.inputs import BoldRun
from neurostudio.methods.fmri.specs.clean import ConfoundSettings, Strategy

TISSUES = ("white_matter", "csf")
GLOBAL = "global_signal"
DEFAULT_COMPCOR = 6
_FMRIPREP_TABLE = re.compile(r"(desc-confounds_(timeseries|regressors)|_confounds_regressors)\.tsv$")
_DRIFT = re.compile(r"cosine_?\d+$")
_COMPCOR = ("a_comp_cor_*", "aCompCor*", "CompCor*", "c_comp_cor_*")
_AROMA = ("aroma_motion_*", "AROMAAggrComp*")
_THROUGH_NILEARN: dict[Strategy, tuple[str, ...]] = {
    "simple": ("motion", "high_pass", "wm_csf"),
    "scrubbing": ("motion", "high_pass", "wm_csf"),
    "compcor": ("motion", "high_pass", "compcor"),
    "ica_aroma": ("high_pass", "wm_csf", "ica_aroma"),
}


@dataclass(frozen=True, eq=False)
class Nuisance:
    """Regressors of one run.

    Attributes
    ----------
    names : tuple of str
    values : ndarray, shape (T, K)
        Finite; K may be 0.
    steady : ndarray of bool, shape (T,)
        False for volumes that fMRIPrep marks as recorded before the signal was steady.
    source : str
        Where they come from, in words.
    filled : int
        Values ``n/a`` that were replaced by the mean of their column.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    steady: NDArray[np.bool_]
    source: str
    filled: int = 0


def nuisance_of(run: BoldRun, settings: ConfoundSettings) -> Nuisance:
    """The regressors that a strategy takes from the confounds of a run.

    Raises
    ------
    RequestError
        There are no confounds, or the table lacks what the strategy needs; names the columns.
    """
    strategy = settings.strategy if settings.strategy != "auto" else _as_far_as_it_goes(run.confounds)
    steady = _steady(run)
    if strategy == "none" and not settings.global_signal:
        return Nuisance((), np.zeros((run.n_volumes, 0)), steady, "none")
    if run.confounds is None:
        raise RequestError(
            f"There are no confounds for {run.name}",
            f"The strategy '{strategy}' needs them",
            "Add an input of the role 'confounds', or set confounds.strategy to none",
        )
    if strategy in _THROUGH_NILEARN and _is_fmriprep(run):
        columns, source = _from_fmriprep(run, settings, strategy), f"{strategy}, as nilearn reads fMRIPrep's table"
    else:
        columns, source = _from_table(run.confounds, settings, strategy, run), f"{strategy}, columns of the table"
    if settings.global_signal:
        columns |= _named(run, run.confounds, (GLOBAL,))
    return _finite(columns, steady, source, run)


def motion24(motion: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The six parameters, their changes from volume to volume, and the squares of both (fMRIPrep's names)."""
    columns: dict[str, NDArray[np.float64]] = {}
    for name, trace in zip(MOTION, motion.T, strict=True):
        change = np.diff(trace, prepend=np.nan)
        columns |= {
            name: trace,
            f"{name}_derivative1": change,
            f"{name}_power2": trace**2,
            f"{name}_derivative1_power2": change**2,
        }
    return columns


# --- inside ---------------------------------------------------------------------------------------------------------------


def _as_far_as_it_goes(confounds: Confounds | None) -> Strategy:
    if confounds is None or confounds.motion is None:
        return "none"
    return "simple" if set(TISSUES) <= confounds.columns.keys() else "motion24"


def _steady(run: BoldRun) -> NDArray[np.bool_]:
    steady = np.ones(run.n_volumes, np.bool_)
    for name, values in ({} if run.confounds is None else run.confounds.columns).items():
        if name.startswith("non_steady_state"):
            steady &= ~(np.nan_to_num(values) > 0)
    return steady


def _is_fmriprep(run: BoldRun) -> bool:
    """Whether nilearn would find this very table beside the image, with its JSON."""
    path = None if run.confounds is None else run.confounds.path
    if path is None or path.parent != run.files.bold.parent or not _FMRIPREP_TABLE.search(path.name):
        return False
    return "desc-" in run.files.bold.name and path.with_suffix(".json").is_file()


def _from_fmriprep(run: BoldRun, settings: ConfoundSettings, strategy: Strategy) -> dict[str, NDArray[np.float64]]:
    from nilearn.interfaces.fmriprep import load_confounds

    smooth_aroma = "desc-smoothAROMAnonaggr" in run.files.bold.name
    try:
        table, _ = load_confounds(
            str(run.files.bold),
            strategy=_THROUGH_NILEARN[strategy],
            motion="full",
            wm_csf="basic",
            compcor="anat_combined",
            n_compcor=settings.compcor_components or "all",
            ica_aroma="full" if smooth_aroma else "basic",
            demean=False,
        )
    except ValueError as error:
        raise RequestError(
            f"The strategy '{strategy}' does not fit the confounds of {run.name}",
            str(error).strip().replace("\n", " "),
            "Choose another one (confounds.strategy), or name the columns",
        ) from error
    return {
        str(name): np.asarray(table[name], np.float64)
        for name in table.columns
        if not _DRIFT.match(str(name)) and not str(name).startswith("non_steady_state")
    }


def _from_table(
    confounds: Confounds, settings: ConfoundSettings, strategy: Strategy, run: BoldRun
) -> dict[str, NDArray[np.float64]]:
    if strategy == "none":
        return {}
    if strategy == "columns":
        return _matching(run, confounds, settings.columns)
    if strategy == "ica_aroma":
        return _components(run, confounds, _AROMA, None, "ICA-AROMA") | _named(run, confounds, TISSUES)
    if confounds.motion is None:
        raise RequestError(
            f"{confounds.path} holds no motion parameters",
            f"The strategy '{strategy}' needs them; the columns are {_some(confounds.columns)}",
            "Name the columns to take (confounds.strategy = columns), or choose none",
        )
    moved = motion24(confounds.motion)
    if strategy == "motion6":
        return {name: moved[name] for name in MOTION}
    if strategy in ("simple", "scrubbing"):
        return moved | _named(run, confounds, TISSUES)
    if strategy == "compcor":
        return moved | _components(run, confounds, _COMPCOR, settings.compcor_components or DEFAULT_COMPCOR, "CompCor")
    return moved


def _named(run: BoldRun, confounds: Confounds, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    missing = [name for name in names if name not in confounds.columns]
    if missing:
        raise RequestError(
            f"The confounds of {run.name} have no column {' and no column '.join(missing)}",
            f"The columns are {_some(confounds.columns)}",
            "Choose another strategy (confounds.strategy), such as motion24, or name the columns",
        )
    return {name: confounds.columns[name] for name in names}


def _matching(run: BoldRun, confounds: Confounds, patterns: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    if not patterns:
        raise RequestError("No columns were named", fix="Set confounds.columns, such as trans_*, rot_*, csf")
    found: dict[str, NDArray[np.float64]] = {}
    for pattern in patterns:
        fitting = [name for name in confounds.columns if fnmatch.fnmatchcase(name, pattern)]
        found |= {name: confounds.columns[name] for name in fitting} if fitting else _named(run, confounds, (pattern,))
    return found


def _components(
    run: BoldRun, confounds: Confounds, patterns: Sequence[str], most: int | None, words: str
) -> dict[str, NDArray[np.float64]]:
    for pattern in patterns:
        names = [name for name in confounds.columns if fnmatch.fnmatchcase(name, pattern)]
        if names:
            return {name: confounds.columns[name] for name in names[:most]}
    raise RequestError(
        f"The confounds of {run.name} hold no {words} components ({patterns[0]})",
        f"The columns are {_some(confounds.columns)}",
        "Choose another strategy (confounds.strategy)",
    )


def _finite(columns: dict[str, NDArray[np.float64]], steady: NDArray[np.bool_], source: str, run: BoldRun) -> Nuisance:
    """Put the mean of its column for each ``n/a``; columns without any value, or constant ones, say nothing and are left out."""
    names, values, filled = [], [], 0
    for name, column in columns.items():
        known = np.isfinite(column)
        if not known.any() or np.ptp(column[known]) == 0:
            continue
        filled += int((~known).sum())
        names.append(name)
        values.append(np.where(known, column, column[known].mean()))
    stacked = np.stack(values, axis=1) if values else np.zeros((run.n_volumes, 0))
    return Nuisance(tuple(names), stacked, steady, source, filled)


def _some(columns: dict[str, Any]) -> str:
    names = list(columns)
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
