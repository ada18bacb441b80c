"""Temporal signal to noise of each voxel, and the slow trend that is taken away before."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def trend_basis(n_time: int, order: int) -> NDArray[np.float64]:
    """Orthonormal polynomials up to degree `order`, shape (T, order + 1)."""
    time = np.linspace(-1, 1, n_time)
    basis: NDArray[np.float64] = np.linalg.qr(np.polynomial.legendre.legvander(time, min(order, n_time - 1)))[0]
    return basis


def without_trend(series: NDArray[Any], order: int = 2) -> NDArray[np.float64]:
    """series[time, voxel] without its polynomial of degree `order`, the mean among it."""
    basis = trend_basis(len(series), order)
    values = np.asarray(series, np.float64)
    rest: NDArray[np.float64] = values - basis @ (basis.T @ values)
    return rest


def tsnr(series: NDArray[Any], order: int = 2) -> NDArray[np.float64]:
    """Mean over standard deviation of the series without its trend, shape (V,); 0 where nothing varies.

    The degrees of freedom that the trend takes are counted, so white noise of s.d. 1 about a mean of 100 gives 100.
    """
    n_time = len(series)
    rest = without_trend(series, order)
    sd = np.sqrt((rest**2).sum(axis=0) / max(n_time - min(order, n_time - 1) - 1, 1))
    mean = np.asarray(series, np.float64).mean(axis=0)
    ratio: NDArray[np.float64] = np.divide(mean, sd, out=np.zeros_like(mean), where=sd > np.finfo(np.float32).eps * np.abs(mean))
    return ratio
