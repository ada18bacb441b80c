"""Volumes that a run leaves: the same bytes for the same values, readable by nibabel, with the affine they were given."""

import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.context import NotebookContext
from neurostudio.data.fmri.write import nifti_header, write_volumes
from neurostudio.methods.fmri.maps import unmasked, write_map
from neurostudio.methods.fmri.nifti import space_of

AFFINE = np.array([[0, 0, -3.0, 40], [2.5, 0, 0, -60], [0, 2.0, 0, 10], [0, 0, 0, 1]])


def test_the_same_values_give_the_same_bytes_at_another_time_and_under_another_name(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(5, 6, 7)).astype(np.float32)
    write_volumes(tmp_path / "one.nii.gz", (values,), values.shape, AFFINE)
    start = int(time.time())
    while int(time.time()) == start:  # a gzip header holds whole seconds
        time.sleep(0.02)
    write_volumes(tmp_path / "other.nii.gz", (values,), values.shape, AFFINE)
    assert (tmp_path / "one.nii.gz").read_bytes() == (tmp_path / "other.nii.gz").read_bytes()


def test_a_map_comes_back_with_values_affine_units_and_plot(tmp_path: Path) -> None:
    context = NotebookContext(tmp_path)
    values = np.random.default_rng(0).normal(size=(5, 6, 7, 3)).astype(np.float32)
    values[0, 0, 0, 1] = np.nan
    write_map(context, "z-map", values, AFFINE, "Z", threshold=3.1, unit="z", names=("a", "b", "c"))
    image = nib.load(context.artifacts["z-map"])
    assert np.array_equal(image.get_fdata(dtype=np.float32), values, equal_nan=True)
    assert np.allclose(image.affine, AFFINE)
    assert image.header.get_xyzt_units() == ("mm", "sec")
    assert context.artifacts["z-map"].name == "z-map.nii.gz"


def test_the_space_of_an_image_goes_with_its_map(tmp_path: Path) -> None:
    image = nib.Nifti1Image(np.ones((3, 3, 3), np.float32), AFFINE)
    image.set_sform(AFFINE, code="mni")
    assert space_of(image) == "mni"
    context = NotebookContext(tmp_path)
    write_map(context, "one", image, None, "One")
    assert int(nib.load(context.artifacts["one"]).header["sform_code"]) == 4
    write_map(context, "two", np.ones((3, 3, 3)), AFFINE, "Two")
    assert int(nib.load(context.artifacts["two"]).header["sform_code"]) == 2
    with pytest.raises(ValueError, match="affine"):
        write_map(context, "three", np.ones((3, 3, 3)), None, "Three")
    with pytest.raises(ValueError, match="axes"):
        write_map(context, "four", np.ones((3, 3)), AFFINE, "Four")


@settings(deadline=None)
@given(st.lists(st.floats(-60, 60), min_size=3, max_size=3), st.lists(st.floats(0.5, 6), min_size=3, max_size=3), st.booleans())
def test_sform_and_qform_never_disagree(angles: list[float], zooms: list[float], is_sheared: bool) -> None:
    turn = nib.eulerangles.euler2mat(*np.deg2rad(angles))
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag(zooms)
    affine[0, 1] += 0.7 if is_sheared else 0
    header = nifti_header((4, 5, 6), affine)
    assert np.allclose(header.get_sform(), affine, atol=1e-4)
    if int(header["qform_code"]):
        assert np.allclose(header.get_qform(), affine, atol=2e-3)
    else:
        assert is_sheared


def test_values_of_a_mask_go_to_their_voxels() -> None:
    mask = np.zeros((2, 2, 2), np.bool_)
    mask[0, 1, 0] = mask[1, 0, 1] = True
    volume = unmasked(np.array([5.0, 6.0]), mask)
    assert (volume[0, 1, 0], volume[1, 0, 1], volume.sum()) == (5, 6, 11)
