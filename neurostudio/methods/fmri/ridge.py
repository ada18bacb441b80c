"""Ridge regression of many voxels at once, with a penalty for each voxel, through himalaya (Dupré la Tour et al. 2022).

For one feature space X and voxel v::

    w_v = argmin_w |Y_v - X w|^2 + alpha_v |w|^2

For several spaces (banded ridge), each has a penalty of its own; himalaya searches shares ``gamma_v`` that sum to one::

    w_v = argmin_w |Y_v - sum_i sqrt(gamma_vi) X_i w_i|^2 + alpha_v sum_i |w_i|^2

Both are chosen by the squared error on the inner folds. Which of himalaya's four estimators solves it depends on the shapes
only, the solutions are the same: with fewer samples than features the kernel form is faster. himalaya does not switch itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.folds import Split

Solver = Literal["ridge", "kernel-ridge", "banded", "banded-kernel"]
Tick = Callable[[], None]

_REFIT_BYTES = 256e6
_OPERATIONS_A_TICK = 4e9
_OPERATIONS_A_REFIT = 4e10


@dataclass(frozen=True)
class Search:
    """What the penalties are chosen from.

    Attributes
    ----------
    alphas : tuple of float
        Penalties, ascending.
    n_iter : int
        Shares of the spaces that are tried (several spaces only).
    batch : int
        Voxels that are scored at once; bounds the memory.
    seed : int
        Of the random shares.
    """

    alphas: tuple[float, ...]
    n_iter: int = 20
    batch: int = 5000
    seed: int = 0


@dataclass(frozen=True, eq=False)
class RidgeModel:
    """A fitted model.

    Attributes
    ----------
    solver : Solver
    alphas : ndarray, shape (n_voxel,)
        Chosen penalty.
    shares : ndarray, shape (n_space, n_voxel)
        ``gamma``: how free each space is; sums to 1 over spaces.
    primal : ndarray, shape (n_feature, n_voxel), optional
        Weights of all features, spaces one after another.
    dual : ndarray, shape (n_sample, n_voxel), optional
        Weights of the training samples ``sample``, for the kernel forms.
    sample : tuple of ndarray, shape (n_sample, n_feature)
        Training features of each space; empty for the primal forms.
    widths : tuple of int
        Features of each space.
    """

    solver: Solver
    alphas: NDArray[np.float32]
    shares: NDArray[np.float32]
    primal: NDArray[np.float32] | None
    dual: NDArray[np.float32] | None
    sample: tuple[NDArray[np.float32], ...]
    widths: tuple[int, ...]

    def predict_by_space(self, spaces: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """What each space adds to the prediction, (n_sample, n_voxel) each."""
        if self.primal is not None:
            edges = np.cumsum([0, *self.widths])
            return [
                np.asarray(features @ self.primal[start:stop], np.float32)
                for features, start, stop in zip(spaces, edges[:-1], edges[1:], strict=True)
            ]
        parts = zip(spaces, self.sample, self.shares, strict=True)
        return [
            np.asarray(((features @ own.T) @ self._dual) * self._kernel_weight(share), np.float32)
            for features, own, share in parts
        ]

    def predict(self, spaces: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """The prediction, (n_sample, n_voxel)."""
        return np.asarray(np.sum(self.predict_by_space(spaces), axis=0), np.float32)

    def weights(self) -> NDArray[np.float32]:
        """Weights of all features, (n_feature, n_voxel), whichever form was solved."""
        if self.primal is not None:
            return self.primal
        parts = zip(self.sample, self.shares, strict=True)
        return np.concatenate([(own.T @ self._dual) * self._kernel_weight(share) for own, share in parts])

    @property
    def _dual(self) -> NDArray[np.float32]:
        if self.dual is None:
            raise ValueError("a model has primal or dual weights")
        return self.dual

    def _kernel_weight(self, share: NDArray[np.float32]) -> NDArray[np.float32]:
        return share / self.alphas if self.solver == "banded-kernel" else share


def choose_solver(n_sample: int, widths: Sequence[int], wanted: Literal["auto", "ridge", "kernel", "banded"]) -> Solver:
    """The estimator for so many samples and so many (delayed) features in each space.

    >>> choose_solver(600, [400], "auto"), choose_solver(600, [3072], "auto"), choose_solver(600, [40, 3072], "auto")
    ('ridge', 'kernel-ridge', 'banded-kernel')
    """
    many_samples = n_sample >= sum(widths)
    if wanted == "banded" or (wanted == "auto" and len(widths) > 1):
        return "banded" if many_samples else "banded-kernel"
    if wanted == "auto":
        return "ridge" if many_samples else "kernel-ridge"
    return "ridge" if wanted == "ridge" else "kernel-ridge"


def fit(
    solver: Solver,
    spaces: Sequence[NDArray[np.float32]],
    targets: NDArray[np.float32],
    inner: Sequence[Split],
    search: Search,
    tick: Tick | None = None,
) -> RidgeModel:
    """Choose the penalties of each voxel on the inner folds and fit all samples with them.

    Parameters
    ----------
    spaces : sequence of ndarray, shape (n_sample, n_feature)
        Delayed features; of mean zero over the samples. The solvers ``ridge`` and ``kernel-ridge`` take one space.
    targets : ndarray, shape (n_sample, n_voxel)
        Of mean zero over the samples. Inner folds are centred anew on what they learn from.
    tick : function, optional
        Called between batches, :func:`count_ticks` times; may raise to stop.
    """
    from himalaya.backend import set_backend

    set_backend("numpy")
    is_dual = solver in ("kernel-ridge", "banded-kernel")
    n_sample, n_voxel = targets.shape
    n_row = n_sample if is_dual else sum(own.shape[1] for own in spaces)
    given: Any = np.stack([own @ own.T for own in spaces]) if solver == "banded-kernel" else list(spaces)
    estimator = _estimator(solver, len(spaces), n_row, n_voxel, inner, search, tick)
    alphas = np.empty(n_voxel, np.float32)
    shares = np.empty((len(spaces) if solver in ("banded", "banded-kernel") else 1, n_voxel), np.float32)
    weights = np.empty((n_row, n_voxel), np.float32)
    grid = np.asarray(search.alphas, np.float32)
    for some in _chunks(n_row, n_sample, n_voxel, search):
        fitted = estimator()
        fitted.fit(given[0] if len(shares) == 1 else given, targets[:, some])
        # to the last digit those of the grid, so that voxels with the same penalty can be told
        alphas[some] = grid[np.abs(np.log(fitted.best_alphas_)[:, None] - np.log(grid)[None, :]).argmin(axis=1)]
        if len(shares) == 1:
            shares[:, some] = 1
        else:
            shares[:, some] = _nearest_division(np.exp(fitted.deltas_) * fitted.best_alphas_, _divisions(len(spaces), search))
        weights[:, some] = fitted.dual_coef_ if is_dual else fitted.coef_
    return RidgeModel(
        solver=solver,
        alphas=alphas,
        shares=shares,
        primal=None if is_dual else weights,
        dual=weights if is_dual else None,
        sample=tuple(spaces) if is_dual else (),
        widths=tuple(own.shape[1] for own in spaces),
    )


def count_ticks(solver: Solver, n_voxel: int, inner: Sequence[Split], search: Search) -> int:
    """How often :func:`fit` calls its ``tick``."""
    batch, n_alpha = _batches(n_voxel, inner, search)
    rounds = search.n_iter if solver in ("banded", "banded-kernel") else 1
    return rounds * len(inner) * -(-len(search.alphas) // n_alpha) * -(-n_voxel // batch)


# --- inside ---------------------------------------------------------------------------------------------------------------


def _estimator(
    solver: Solver, n_space: int, n_row: int, n_voxel: int, inner: Sequence[Split], search: Search, tick: Tick | None
) -> Callable[[], Any]:
    """Makes himalaya's estimator, unfitted."""
    batch, n_alpha = _batches(n_voxel, inner, search)
    alphas = np.asarray(search.alphas, np.float32)
    params: dict[str, Any] = {
        "score_func": _watched(tick),
        "n_targets_batch": batch,
        "n_alphas_batch": n_alpha,
        # it holds the weights for every penalty at once when it refits
        "n_targets_batch_refit": int(np.clip(_REFIT_BYTES / (4 * n_row * len(alphas)), 1, search.batch)),
    }
    common: dict[str, Any] = {"fit_intercept": True, "cv": list(inner), "solver_params": params}
    if solver == "ridge":
        from himalaya.ridge import RidgeCV

        params["warn"] = False  # that kernel ridge would be faster; a person may have chosen
        return partial(RidgeCV, alphas=alphas, **common)
    if solver == "kernel-ridge":
        from himalaya.kernel_ridge import KernelRidgeCV

        return partial(KernelRidgeCV, alphas=alphas, warn=False, **common)
    params |= {"alphas": alphas, "n_iter": _divisions(n_space, search), "progress_bar": False}
    if solver == "banded":
        from himalaya.ridge import GroupRidgeCV

        return partial(GroupRidgeCV, groups="input", **common)
    from himalaya.kernel_ridge import MultipleKernelRidgeCV

    return partial(MultipleKernelRidgeCV, kernels="precomputed", **common)


def _divisions(n_space: int, search: Search) -> NDArray[np.float32]:
    """Shares to try, (n_iter, n_space): even first, then random ones, some nearly even and some nearly all for one space."""
    from himalaya.kernel_ridge import generate_dirichlet_samples

    drawn = generate_dirichlet_samples(search.n_iter, n_space, concentration=[0.1, 1.0], random_state=search.seed)
    divisions = np.asarray(drawn, np.float32)
    divisions[0] = 1 / n_space
    return divisions


def _nearest_division(shares: NDArray[np.float32], divisions: NDArray[np.float32]) -> NDArray[np.float32]:
    """The division that each voxel chose, (n_space, n_voxel), without the rounding of the way there."""
    distance = np.stack([np.abs(shares - division[:, None]).sum(axis=0) for division in divisions])
    return np.asarray(divisions[distance.argmin(axis=0)].T, np.float32)


def _watched(tick: Tick | None) -> Callable[[Any, Any], Any]:
    """himalaya's own loss; it is asked for between batches, the one place where a fit can be stopped."""
    from himalaya.scoring import l2_neg_loss

    def score(true: Any, predicted: Any) -> Any:
        if tick is not None:
            tick()
        return l2_neg_loss(true, predicted)

    return score


def _batches(n_voxel: int, inner: Sequence[Split], search: Search) -> tuple[int, int]:
    """Voxels and penalties between two ticks, so that a tick comes a few times a second."""
    batch = min(search.batch, n_voxel)
    train, test = max(inner, key=lambda split: len(split[0]) * len(split[1]))
    operations = 2 * len(train) * len(test) * batch
    return batch, int(np.clip(_OPERATIONS_A_TICK // operations, 1, len(search.alphas)))


def _chunks(n_row: int, n_sample: int, n_voxel: int, search: Search) -> list[slice]:
    """Voxels that are fitted one after another: at the end of each fit nothing is asked for, and it must not take long."""
    batch = min(search.batch, n_voxel)
    operations = 2 * len(search.alphas) * n_row * n_sample * batch
    size = batch * max(1, int(_OPERATIONS_A_REFIT // operations))
    return [slice(start, start + size) for start in range(0, n_voxel, size)]
