"""Thresholds and clusters equal nilearn's and scipy's."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.nifti1 import Nifti1Image
from nilearn.glm import threshold_stats_img
from nilearn.reporting import get_clusters_table
from scipy.ndimage import gaussian_filter, label

from neurostudio.methods.fmri.specs.glm import ThresholdSettings
from neurostudio.methods.fmri.thresholds import height, thresholded

SHAPE = (14, 12, 10)
UNCORRECTED = inspect.signature(threshold_stats_img).parameters["height_control"].default


def smooth_noise(seed: int, size: float = 9.0) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=SHAPE), 1.2)
    return (size * noise / np.abs(noise).max()).astype(np.float32)


@pytest.mark.parametrize(
    ("control", "name"), [("fdr", "fdr"), ("bonferroni", "bonferroni"), ("uncorrected", UNCORRECTED), ("z", None)]
)
@pytest.mark.parametrize("two_sided", [True, False])
@pytest.mark.parametrize("least", [0, 8])
def test_the_map_is_that_of_nilearn(control: str, name: str | None, two_sided: bool, least: int) -> None:
    z = smooth_noise(0)
    settings = ThresholdSettings.from_settings({"control": control, "alpha": 0.05, "z": 2.5})
    threshold = height(z.ravel(), settings, two_sided=two_sided)
    kept, _ = thresholded(z, threshold, least_voxels=least, two_sided=two_sided)
    image, expected = threshold_stats_img(
        Nifti1Image(z, np.eye(4)),
        mask_img=Nifti1Image(np.ones(SHAPE, np.uint8), np.eye(4)),
        alpha=0.05,
        threshold=2.5 if name is None else None,
        height_control=name,
        cluster_threshold=least,
        two_sided=two_sided,
    )
    assert threshold == pytest.approx(float(expected), rel=1e-6)
    np.testing.assert_array_equal(kept, np.asarray(image.dataobj, np.float32))
    assert kept.any()


@given(st.integers(0, 10_000), st.floats(0.5, 5.0), st.integers(0, 20), st.booleans())
def test_the_clusters_are_scipys(seed: int, threshold: float, least: int, two_sided: bool) -> None:
    z = smooth_noise(seed)
    kept, clusters = thresholded(z, threshold, least_voxels=least, two_sided=two_sided)
    sizes: list[int] = []
    for sign in (1, -1) if two_sided else (1,):
        labels, n_label = label(sign * z >= threshold)
        sizes += [size for size in np.bincount(labels.ravel(), minlength=n_label + 1)[1:].tolist() if size >= max(least, 1)]
    assert sorted(cluster.voxels for cluster in clusters) == sorted(sizes)
    assert np.count_nonzero(kept) == sum(sizes)
    assert set(np.unique(kept[kept != 0])) <= set(np.unique(z))
    if least <= 1 and two_sided:
        np.testing.assert_array_equal(kept != 0, np.abs(z) >= threshold)


def test_peaks_and_sizes_are_those_of_nilearns_table() -> None:
    z = smooth_noise(3)
    affine = np.diag([-3.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = (20, -30, 10)
    _, clusters = thresholded(z, 2.0, least_voxels=4)
    table = get_clusters_table(Nifti1Image(z, affine), 2.0, 4, two_sided=True, min_distance=1000)
    table = table[table["Cluster Size (mm3)"] != ""]
    expected = sorted(
        zip(table["Peak Stat"].astype(float), table["X"], table["Y"], table["Z"], table["Cluster Size (mm3)"], strict=True)
    )
    found = sorted((one.peak, *(affine[:3, :3] @ one.peak_voxel + affine[:3, 3]).tolist(), one.voxels * 36) for one in clusters)
    assert len(found) > 2
    np.testing.assert_allclose(found, np.array(expected, float), atol=1e-4)


def test_without_any_signal_nothing_survives() -> None:
    z = np.random.default_rng(1).normal(size=5000) * 0.5
    assert height(z, ThresholdSettings()) == np.inf
    kept, clusters = thresholded(z.reshape(10, 25, 20), np.inf)
    assert not kept.any()
    assert clusters == ()


def test_the_strongest_cluster_comes_first_whatever_its_sign() -> None:
    z = np.zeros((9, 3, 3))
    z[1, 1, 1], z[4, 1, 1], z[5, 1, 1], z[7, 1, 1] = 4.0, -6.0, -5.0, 5.5
    _, clusters = thresholded(z, 3.0)
    assert [(one.peak, one.voxels, one.peak_voxel) for one in clusters] == [
        (-6.0, 2, (4, 1, 1)),
        (5.5, 1, (7, 1, 1)),
        (4.0, 1, (1, 1, 1)),
    ]
    assert clusters[0].centre_voxel == (4.5, 1.0, 1.0)
