"""Which voxels of a z map are called active, and the clusters that they form.

The heights are nilearn's and scipy's. Clusters are voxels that touch with a face, as in ``nilearn.reporting.get_clusters_table``
and ``nilearn.glm.threshold_stats_img``; all of them are found in one pass, where nilearn looks at the whole volume for each.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurostudio.methods.fmri.specs.glm import ThresholdSettings


@dataclass(frozen=True)
class Cluster:
    """Voxels of one sign that hang together.

    Attributes
    ----------
    voxels : int
        How many.
    peak_voxel : tuple of int
        Index of the strongest one; of several equal ones the first.
    peak : float
        Its value, with sign.
    centre_voxel : tuple of float
        Mean index.
    """

    voxels: int
    peak_voxel: tuple[int, int, int]
    peak: float
    centre_voxel: tuple[float, float, float]


def height(z: NDArray[np.floating], settings: ThresholdSettings, *, two_sided: bool = True) -> float:
    """The height that a z value must reach; infinite where none does.

    Parameters
    ----------
    z : ndarray, shape (V,)
        Every voxel that was tested.
    """
    from nilearn.glm import fdr_threshold
    from scipy.stats import norm

    alpha = settings.alpha / 2 if two_sided else settings.alpha
    if settings.control == "fdr":
        return float(fdr_threshold(np.abs(z) if two_sided else z, alpha))
    if settings.control == "bonferroni":
        return float(norm.isf(alpha / z.size))
    return float(norm.isf(alpha)) if settings.control == "uncorrected" else settings.z


def thresholded(
    values: NDArray[np.floating], threshold: float, *, least_voxels: int = 0, two_sided: bool = True
) -> tuple[NDArray[np.float32], tuple[Cluster, ...]]:
    """Keep the voxels at or above the threshold that lie in clusters of at least so many.

    Parameters
    ----------
    values : ndarray, shape (X, Y, Z)
    two_sided : bool
        Keep voxels at or below minus the threshold too; the two signs form their own clusters.

    Returns
    -------
    kept : ndarray, shape (X, Y, Z), float32
        0 elsewhere.
    clusters : tuple of Cluster
        The strongest peak first.
    """
    kept = np.zeros(values.shape, np.float32)
    clusters: list[Cluster] = []
    for sign in (1.0, -1.0) if two_sided else (1.0,):
        labels, n_label = _labelled(sign * values >= threshold)
        sizes = np.bincount(labels.ravel(), minlength=n_label + 1)
        is_large = sizes >= max(least_voxels, 1)
        is_large[0] = False
        inside = is_large[labels]
        kept[inside] = values[inside]
        clusters += _clusters(sign, values, labels, np.flatnonzero(is_large), sizes)
    return kept, tuple(sorted(clusters, key=lambda cluster: -abs(cluster.peak)))


# --- inside ---------------------------------------------------------------------------------------------------------------


def _labelled(above: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    from scipy.ndimage import label

    labels, n_label = label(above)
    return labels, int(n_label)


def _clusters(
    sign: float, values: NDArray[np.floating], labels: NDArray[np.int32], wanted: NDArray[np.intp], sizes: NDArray[np.intp]
) -> list[Cluster]:
    from scipy.ndimage import center_of_mass, maximum_position

    if not len(wanted):
        return []
    peaks = maximum_position(sign * values, labels, wanted)
    centres = center_of_mass(labels > 0, labels, wanted)
    return [
        Cluster(
            voxels=int(sizes[label]),
            peak_voxel=(int(peak[0]), int(peak[1]), int(peak[2])),
            peak=float(values[tuple(peak)]),
            centre_voxel=(float(centre[0]), float(centre[1]), float(centre[2])),
        )
        for label, peak, centre in zip(wanted, peaks, centres, strict=True)
    ]
