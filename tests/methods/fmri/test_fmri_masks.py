"""Which voxels are looked at: masks that are given, found or made, on their own grid or on none."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.write import write_volumes
from neurostudio.methods.fmri.inputs import bold_runs
from neurostudio.methods.fmri.masks import brain_mask, inside, label_image, read_series
from neurostudio.methods.fmri.specs.selection import MaskSettings, RunSelection

MakeContext = Callable[..., NotebookContext]
SHAPE = (8, 9, 7)
AFFINE = np.array([[3.0, 0, 0, -12], [0, 3.0, 0, -10], [0, 0, 3.0, -8], [0, 0, 0, 1]])


def write_bold(path: Path, values: np.ndarray | None = None) -> Path:
    if values is None:
        values = head()
    write_volumes(path, values, (*values.shape[1:], len(values)), AFFINE, tr_s=2)
    return path


def head() -> np.ndarray:
    values = np.random.default_rng(0).normal(5, 1, (25, *SHAPE)).astype(np.float32)
    values[:, 2:6, 2:7, 1:6] += 500
    return values


def write_mask(path: Path, values: np.ndarray, affine: np.ndarray = AFFINE) -> Path:
    write_volumes(path, (values,), values.shape, affine, dtype=np.float32)
    return path


def box() -> np.ndarray:
    mask = np.zeros(SHAPE, np.float32)
    mask[2:6, 2:7, 1:6] = 1
    return mask


def test_a_given_mask_is_taken_as_it_is(tmp_path: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", write_bold(tmp_path / "bold.nii.gz")), ("mask", write_mask(tmp_path / "m.nii.gz", box())))
    mask = brain_mask(context, bold_runs(context, RunSelection()))
    assert np.array_equal(inside(mask), box() > 0)
    assert context.final("data/voxels") == box().sum()
    assert context.final("data/voxels_left_out") == 0


def test_the_masks_of_the_derivatives_are_taken_where_none_is_given(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    runs = bold_runs(context, RunSelection(run="1"))
    mask = inside(brain_mask(context, runs))
    assert np.array_equal(mask, np.asarray(nib.load(runs[0].files.mask).dataobj) > 0)
    series = read_series(context, runs[0], mask)
    data = np.asarray(nib.load(runs[0].files.bold).dataobj)
    assert np.array_equal(series, data[mask].T.astype(np.float32))


@pytest.mark.parametrize("how", ["auto", "epi", "mean"])
def test_a_mask_is_made_from_the_mean_image(how: str, tmp_path: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", write_bold(tmp_path / "bold.nii.gz")))
    mask = inside(brain_mask(context, bold_runs(context, RunSelection()), MaskSettings.from_settings({"how": how})))
    assert (mask & (box() > 0)).sum() >= 0.5 * box().sum()
    assert not (mask & (box() == 0)).any()


def test_a_volume_of_one_slice_falls_back_to_the_share_of_the_brightest(tmp_path: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", write_bold(tmp_path / "bold.nii.gz", head()[:, :, :, 3:4])))
    mask = inside(brain_mask(context, bold_runs(context, RunSelection())))
    assert np.array_equal(mask, box()[:, :, 3:4] > 0)
    with pytest.raises(RequestError, match=r"mask\.how"):
        brain_mask(context, bold_runs(context, RunSelection()), MaskSettings(how="epi"))


def test_cleaned_volumes_are_masked_by_what_changes(tmp_path: Path, make_context: MakeContext) -> None:
    values = np.random.default_rng(0).normal(0, 1, (25, *SHAPE)).astype(np.float32) * box()
    values -= values.mean(axis=0)
    context = make_context(("bold", write_bold(tmp_path / "cleaned-1.nii.gz", values)), kind="volume")
    assert np.array_equal(inside(brain_mask(context, bold_runs(context, RunSelection()))), box() > 0)


def test_a_mask_moved_by_less_than_a_millimetre_is_taken_from_the_nearest_voxel(
    tmp_path: Path, make_context: MakeContext
) -> None:
    near = AFFINE.copy()
    near[:3, 3] += 0.4
    bold = write_bold(tmp_path / "bold.nii.gz")
    context = make_context(("bold", bold), ("mask", write_mask(tmp_path / "near.nii.gz", box(), near)))
    assert np.array_equal(inside(brain_mask(context, bold_runs(context, RunSelection()))), box() > 0)
    cropped = write_mask(tmp_path / "cropped.nii.gz", box()[:7, :8, :])
    context = make_context(("bold", bold), ("mask", cropped))
    assert np.array_equal(inside(brain_mask(context, bold_runs(context, RunSelection()))), box() > 0)


def test_a_mask_on_another_grid_is_refused_with_both_affines(tmp_path: Path, make_context: MakeContext) -> None:
    far = AFFINE.copy()
    far[0, 3] += 2
    bold = write_bold(tmp_path / "bold.nii.gz")
    context = make_context(("bold", bold), ("mask", write_mask(tmp_path / "far.nii.gz", box(), far)))
    with pytest.raises(RequestError, match=r"far\.nii\.gz is on another grid.*\[3 0 0 -10;.*\[3 0 0 -12;"):
        brain_mask(context, bold_runs(context, RunSelection()))


def test_a_damaged_mask_is_refused(tmp_path: Path, make_context: MakeContext) -> None:
    mask = write_mask(tmp_path / "m.nii.gz", np.random.default_rng(0).random(SHAPE).astype(np.float32))
    content = bytearray(mask.read_bytes())
    content[-6] ^= 0xFF
    mask.write_bytes(content)
    context = make_context(("bold", write_bold(tmp_path / "bold.nii.gz")), ("mask", mask))
    with pytest.raises(RequestError, match=r"m\.nii\.gz"):
        brain_mask(context, bold_runs(context, RunSelection()))


def test_a_mask_with_two_orientations_asks_for_one(tmp_path: Path, make_context: MakeContext) -> None:
    image = nib.Nifti1Image(box(), AFFINE)
    moved = AFFINE.copy()
    moved[0, 3] += 30
    image.set_sform(moved, 1)
    image.set_qform(AFFINE, 1)
    nib.save(image, tmp_path / "two.nii.gz")
    bold = write_bold(tmp_path / "bold.nii.gz")
    context = make_context(("bold", bold), ("mask", tmp_path / "two.nii.gz"))
    with pytest.raises(RequestError, match="sform and qform"):
        brain_mask(context, bold_runs(context, RunSelection()))
    context = make_context(("bold", bold), ("mask", tmp_path / "two.nii.gz", {"orientation": "qform"}))
    assert np.array_equal(inside(brain_mask(context, bold_runs(context, RunSelection()))), box() > 0)


def test_an_empty_or_a_4d_mask_is_refused(tmp_path: Path, make_context: MakeContext) -> None:
    bold = write_bold(tmp_path / "bold.nii.gz")
    context = make_context(("bold", bold), ("mask", write_mask(tmp_path / "none.nii.gz", np.zeros(SHAPE))))
    with pytest.raises(RequestError, match=r"mask is empty \(from none\.nii\.gz\)"):
        brain_mask(context, bold_runs(context, RunSelection()))
    context = make_context(("bold", bold), ("mask", bold))
    with pytest.raises(RequestError, match="25 volumes, and one is needed"):
        brain_mask(context, bold_runs(context, RunSelection()))


def test_voxels_that_cannot_be_used_are_left_out_and_too_many_are_an_error(tmp_path: Path, make_context: MakeContext) -> None:
    values = head()
    values[4, 2, 2, 1], values[:, 5, 6, 5] = np.nan, 3
    mask = write_mask(tmp_path / "m.nii.gz", box())
    context = make_context(("bold", write_bold(tmp_path / "bold.nii.gz", values)), ("mask", mask))
    found = inside(brain_mask(context, bold_runs(context, RunSelection())))
    assert sorted(map(tuple, np.argwhere((box() > 0) & ~found))) == [(2, 2, 1), (5, 6, 5)]
    assert context.final("data/voxels_left_out") == 2
    values[0, 2:4, 2:5] = np.inf
    context = make_context(("bold", write_bold(tmp_path / "bad.nii.gz", values)), ("mask", mask))
    with pytest.raises(
        RequestError, match=r"of the 100 voxels in the mask cannot be used .* are not numbers, and 1 do not change"
    ):
        brain_mask(context, bold_runs(context, RunSelection()))


def test_labels_come_on_the_grid_of_the_runs_and_have_to_be_whole(tmp_path: Path, make_context: MakeContext) -> None:
    labels = (box() * 3).astype(np.float32)
    bold = write_bold(tmp_path / "bold.nii.gz")
    context = make_context(("bold", bold), ("labels", write_mask(tmp_path / "labels.nii.gz", labels)))
    grid = bold_runs(context, RunSelection())[0].grid
    found = label_image(context, grid)
    assert found is not None
    assert np.array_equal(found, labels)
    context = make_context(("bold", bold), ("labels", write_mask(tmp_path / "map.nii.gz", labels / 7)))
    with pytest.raises(RequestError, match="is no label image"):
        label_image(context, grid)
    assert label_image(make_context(("bold", bold)), grid) is None
