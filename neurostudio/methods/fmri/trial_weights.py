"""The weight of each event in a linear model, for events whose responses overlap (Mumford, Turner, Ashby & Poldrack 2012).

LSA ("least squares, all"): one model with a regressor for each event. LSS ("least squares, separate"): one model for each event,
with that event, the other events of its class together, and the events of each other class together; steadier where events are close.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.patterns import Blocks

_SINGULAR = 1e-6


def trial_regressors(blocks: Blocks, n_volumes: int, tr_s: float) -> NDArray[np.float64]:
    """What each event alone predicts: its duration through the SPM response, shape (T, N)."""
    from nilearn.glm.first_level import compute_regressor

    times = np.arange(n_volumes) * tr_s
    columns = []
    for onset, end in zip(blocks.onset_s, blocks.end_s, strict=True):
        column, _ = compute_regressor(np.array([[onset], [end - onset], [1.0]]), "spm", times, con_id="event", min_onset=-24)
        columns.append(column[:, 0])
    return np.stack(columns, axis=1)


def trial_weights(
    regressors: NDArray[np.float64], label: NDArray[np.str_], basis: NDArray[np.float64], how: Literal["lss", "lsa"], name: str
) -> NDArray[np.float64]:
    """Weights over time that estimate each event's effect from a cleaned series.

    Parameters
    ----------
    regressors : ndarray, shape (T, N)
        Of each event.
    label : ndarray of str, shape (N,)
        Classes.
    basis : ndarray, shape (T, K)
        Orthonormal columns that were taken out of the series; they are taken out of the regressors too.
    name : str
        Of the run, for messages.

    Returns
    -------
    ndarray, shape (N, T)

    Raises
    ------
    RequestError
        Events cannot be told apart: use LSS, or join them.
    """
    clean = regressors - basis @ (basis.T @ regressors)
    if how == "lsa":
        return _pseudo_inverse(clean, name)
    by_class = {kind: clean[:, label == kind].sum(axis=1) for kind in dict.fromkeys(label.tolist())}
    rows = []
    for place, kind in enumerate(label.tolist()):
        own = clean[:, place]
        same = by_class[kind] - own
        others = [column for other, column in by_class.items() if other != kind]
        columns = [own, *([same] if (label == kind).sum() > 1 else []), *others]
        rows.append(_pseudo_inverse(np.stack(columns, axis=1), name)[0])
    return np.stack(rows)


def _pseudo_inverse(columns: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    lengths = np.linalg.norm(columns, axis=0)
    scaled = columns / np.where(lengths > 0, lengths, 1)
    strength = np.linalg.svd(scaled, compute_uv=False)
    if scaled.shape[1] > scaled.shape[0] or strength[-1] < _SINGULAR:
        raise RequestError(
            f"The events of {name} cannot be told apart in a linear model",
            "Some follow each other too closely, or come too late to have a response within the run",
            "Set patterns.samples to lss or blocks, or join them (patterns.join_gap_s)",
        )
    inverse: NDArray[np.float64] = np.linalg.pinv(scaled) / lengths[:, None]
    return inverse
