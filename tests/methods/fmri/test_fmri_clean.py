"""``fmri.clean`` on the phantom: what was taken out is gone, what was cut has no say, and the events go with the volumes."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from nilearn.image import smooth_img
from nilearn.interfaces.fmriprep import load_confounds
from nilearn.maskers import NiftiMasker

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.core.method import Input
from neurostudio.data.fmri.write import write_volumes
from neurostudio.methods.fmri.clean import run
from neurostudio.methods.fmri.inputs import bold_runs
from neurostudio.methods.fmri.masks import brain_mask, inside, read_series
from neurostudio.methods.fmri.record_clean import METHOD
from neurostudio.methods.fmri.specs.clean import CleanSpec, estimate
from neurostudio.methods.fmri.specs.selection import RunSelection

MakeContext = Callable[..., NotebookContext]
FUNC = Path("sub-01", "func")
STEM = "sub-01_task-listening_run-"


def settings_of(**groups: Any) -> CleanSpec:
    return CleanSpec.from_settings(groups)


def rows_of(context: NotebookContext, name: str) -> list[dict[str, str]]:
    with context.artifacts[name].open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def cleaned_of(context: NotebookContext, number: int = 1) -> np.ndarray:
    """Cleaned series[time, voxel] of a run within the mask."""
    mask = np.asarray(nib.load(context.artifacts["mask"]).dataobj) > 0
    image = nib.load(context.artifacts[f"cleaned-{number}"])
    assert image.get_data_dtype() == np.float32
    return np.asarray(image.dataobj)[mask].T


@pytest.fixture(scope="module")
def scrubbed(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> NotebookContext:
    context = NotebookContext(tmp_path_factory.mktemp("scrubbed"), inputs=[Input("bold", "phantom", "fmri", phantom)])
    run(settings_of(confounds={"strategy": "scrubbing"}), context)
    return context


def test_what_is_written_stands_in_the_record(scrubbed: NotebookContext) -> None:
    documented = {output.name for output in METHOD.outputs}
    assert {name.rstrip("0123456789") + "N" if name[-1].isdigit() else name for name in scrubbed.artifacts} == documented
    assert set(scrubbed.metrics) == {metric.name for metric in METHOD.metrics}


def test_the_cleaned_volumes_are_at_right_angles_to_every_regressor(scrubbed: NotebookContext) -> None:
    for number in (1, 2, 3):
        kept = np.array([row["kept"] == "1" for row in rows_of(scrubbed, f"volumes-{number}")])
        table = rows_of(scrubbed, f"regressors-{number}")
        names = [name for name in table[0] if name not in ("volume", "time_s")]
        regressors = np.array([[float(row[name]) for name in names] for row in table])[kept]
        assert len(names) >= 26
        series = cleaned_of(scrubbed, number).astype(np.float64)
        series = (series - series.mean(axis=0)) / series.std(axis=0)
        regressors = (regressors - regressors.mean(axis=0)) / regressors.std(axis=0)
        assert np.abs(regressors.T @ series / len(series)).max() < 1e-5


def test_scrubbing_keeps_the_volumes_that_nilearn_keeps(scrubbed: NotebookContext, phantom: Path) -> None:
    for number in (1, 2, 3):
        path = phantom / FUNC / f"{STEM}{number}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
        _, expected = load_confounds(str(path), strategy=("motion", "high_pass", "wm_csf", "scrub"), scrub=5)
        kept = [int(row["volume"]) for row in rows_of(scrubbed, f"volumes-{number}") if row["kept"] == "1"]
        assert kept == list(expected)


def test_motion_is_weaker_after_than_before(scrubbed: NotebookContext) -> None:
    assert scrubbed.final("clean/fd_correlation_after") < scrubbed.final("clean/fd_correlation_before")
    assert scrubbed.final("clean/dvars_fd_correlation_before") > 0.8
    assert scrubbed.final("clean/dvars_fd_correlation_after") < 0.5
    assert 0 < scrubbed.final("clean/variance_removed") < 1
    assert scrubbed.final("clean/kept_volumes") == 300 * scrubbed.final("clean/kept_share")


def test_each_cut_volume_has_its_reason_and_its_column_of_the_carpet_is_empty(scrubbed: NotebookContext) -> None:
    rows = rows_of(scrubbed, "volumes-1")
    cut = [int(row["volume"]) for row in rows if row["kept"] == "0"]
    assert all(rows[volume]["why_cut"] for volume in cut)
    assert not any(row["why_cut"] for row in rows if row["kept"] == "1")
    with np.load(scrubbed.artifacts["carpet-after-1"]) as after, np.load(scrubbed.artifacts["carpet-before-1"]) as before:
        assert np.flatnonzero(np.isnan(after["carpet"]).all(axis=0)).tolist() == cut
        assert np.array_equal(after["voxel"], before["voxel"])
        assert np.isfinite(before["carpet"]).all()


def test_the_events_end_with_the_kept_volumes(scrubbed: NotebookContext) -> None:
    kept = sum(row["kept"] == "1" for row in rows_of(scrubbed, "volumes-1"))
    events = rows_of(scrubbed, "events-1")
    assert max(float(row["onset"]) for row in events) < 2 * kept
    assert {row["trial_type"] for row in events} == {"woman", "man"}
    moved = [float(row["onset_before"]) - float(row["onset"]) for row in events]
    assert moved == sorted(moved)
    assert moved[-1] > 0


def test_what_it_leaves_can_be_the_input_of_the_next_run(scrubbed: NotebookContext, tmp_path: Path) -> None:
    inputs = [
        Input(role, name, kind, scrubbed.artifacts[name])
        for role, name, kind in (("bold", "cleaned-2", "volume"), ("events", "events-2", "table"), ("mask", "mask", "volume"))
    ]
    context = NotebookContext(tmp_path, inputs=inputs)
    (one,) = bold_runs(context, RunSelection(), need_events=True)
    assert (one.name, one.repetition_s) == ("cleaned-2", 2.0)
    assert one.events is not None
    assert list(one.events.onset_s) == [float(row["onset"]) for row in rows_of(scrubbed, "events-2")]
    mask = inside(brain_mask(context, [one]))
    assert np.array_equal(read_series(context, one, mask), cleaned_of(scrubbed, 2))


def test_it_equals_nilearns_masker(phantom: Path, make_context: MakeContext) -> None:
    spec = settings_of(
        selection={"run": "2"}, confounds={"strategy": "motion6"}, smoothing_mm=6, standardise="z", filter={"high_pass_hz": 0.01}
    )
    context = make_context(("bold", phantom))
    run(spec, context)
    path = phantom / FUNC / f"{STEM}2_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    motion = np.array(
        [[float(row[f"{kind}_{axis}"]) for kind in ("trans", "rot") for axis in "xyz"] for row in motion_rows(phantom)]
    )
    masker = NiftiMasker(
        mask_img=str(context.artifacts["mask"]),
        smoothing_fwhm=6,
        detrend=True,
        standardize="zscore_sample",
        high_pass=0.01,
        t_r=2,
        clean_args={"filter": "cosine"},
    )
    expected = masker.fit_transform(str(path), confounds=motion)
    assert np.allclose(cleaned_of(context), expected, atol=2e-3)
    assert np.corrcoef(cleaned_of(context).ravel(), expected.ravel())[0, 1] > 0.999999


def motion_rows(phantom: Path) -> list[dict[str, str]]:
    with (phantom / FUNC / f"{STEM}2_desc-confounds_timeseries.tsv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_smoothing_is_nilearns(phantom: Path, make_context: MakeContext) -> None:
    spec = settings_of(
        selection={"run": "1"},
        confounds={"strategy": "none"},
        filter={"detrend": False, "high_pass_hz": None},
        smoothing_mm=8,
        standardise="none",
    )
    context = make_context(("bold", phantom))
    run(spec, context)
    path = phantom / FUNC / f"{STEM}1_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    mask = np.asarray(nib.load(context.artifacts["mask"]).dataobj) > 0
    assert np.allclose(cleaned_of(context), smooth_img(str(path), 8).get_fdata()[mask].T, atol=1e-3)
    assert context.final("clean/kept_share") == 1


def test_the_order_of_the_runs_does_not_matter(phantom: Path, make_context: MakeContext) -> None:
    def cleaned(order: tuple[int, ...]) -> dict[str, np.ndarray]:
        parts: list[tuple[Any, ...]] = []
        for number in order:
            parts.append(("bold", phantom / FUNC / f"{STEM}{number}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"))
        parts.append(("mask", phantom / FUNC / f"{STEM}1_space-MNI152NLin2009cAsym_desc-brain_mask.nii.gz"))
        context = make_context(*parts)
        run(settings_of(confounds={"strategy": "auto"}), context)
        names = [row["run"] for row in rows_of(context, "runs")]
        return {name: cleaned_of(context, place) for place, name in enumerate(names, start=1)}

    one, other = cleaned((1, 2)), cleaned((2, 1))
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_what_stands_in_cut_volumes_does_not_matter(tmp_path: Path, make_context: MakeContext) -> None:
    random = np.random.default_rng(0)
    values = random.normal(400, 8, (60, 6, 6, 5)).astype(np.float32)
    motion = random.normal(0, 1e-4, (60, 6))
    motion[30:] += 3

    def cleaned(name: str, series: np.ndarray) -> np.ndarray:
        folder = tmp_path / name
        folder.mkdir()
        write_volumes(folder / "bold.nii.gz", series, (6, 6, 5, 60), np.diag([3.0, 3, 3, 1]), tr_s=2)
        table = folder / "motion.tsv"
        head = "\t".join(["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"])
        table.write_text("\n".join([head, *("\t".join(map(str, row)) for row in motion)]) + "\n")
        context = make_context(("bold", folder / "bold.nii.gz"), ("confounds", table))
        run(settings_of(confounds={"strategy": "none"}, censoring={"fd_mm": 1, "drop_first": 2}, mask={"how": "all"}), context)
        assert [row["why_cut"] for row in rows_of(context, "volumes-1")].count("FD") == 1
        return cleaned_of(context)

    wild = values.copy()
    wild[[0, 1, 30]] = random.normal(9000, 3000, (3, 6, 6, 5))
    assert np.array_equal(cleaned("calm", values), cleaned("wild", wild))


def test_all_volumes_cut_is_an_error_before_any_fit(phantom: Path, make_context: MakeContext) -> None:
    spec = settings_of(selection={"run": "1"}, censoring={"fd_mm": 0.001})
    context = make_context(("bold", phantom))
    with pytest.raises(RequestError, match=r"All 100 volumes of .*run-1\S* would be cut.*99 for FD.*censoring\.fd_mm"):
        run(spec, context)
    assert "cleaned-1" not in context.artifacts


def test_more_regressors_than_volumes_is_an_error_and_few_left_a_warning(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    with pytest.raises(RequestError, match="Nothing would be left"):
        run(settings_of(selection={"run": "1"}, censoring={"drop_first": 75}), context)
    context = make_context(("bold", phantom))
    run(settings_of(selection={"run": "1"}, censoring={"drop_first": 60}), context)
    assert any("degrees of freedom are left of 40" in words for level, words in context.messages if level == "warning")
    assert context.final("clean/dof_left") < 20


def test_cutting_for_motion_without_motion_is_refused(tmp_path: Path, make_context: MakeContext) -> None:
    path = tmp_path / "bold.nii.gz"
    values = np.random.default_rng(0).normal(100, 1, (30, 5, 5, 5)).astype(np.float32)
    write_volumes(path, values, (5, 5, 5, 30), np.eye(4), tr_s=2)
    with pytest.raises(RequestError, match="no motion parameters"):
        run(settings_of(censoring={"fd_mm": 0.5}, mask={"how": "all"}), make_context(("bold", path)))


def test_a_voxel_with_nothing_left_leaves_the_mask(tmp_path: Path, make_context: MakeContext) -> None:
    values = np.random.default_rng(0).normal(100, 1, (40, 5, 5, 5)).astype(np.float32)
    values[:, 2, 2, 2] = np.linspace(50, 60, 40)
    path = tmp_path / "bold.nii.gz"
    write_volumes(path, values, (5, 5, 5, 40), np.eye(4), tr_s=2)
    context = make_context(("bold", path))
    run(settings_of(mask={"how": "all"}), context)
    assert context.final("clean/voxels_constant") == 1
    assert context.final("data/voxels") == 125
    mask = np.asarray(nib.load(context.artifacts["mask"]).dataobj)
    assert np.argwhere(mask == 0).tolist() == [[2, 2, 2]]
    assert not np.asarray(nib.load(context.artifacts["cleaned-1"]).dataobj)[2, 2, 2].any()


def test_a_band_that_is_shut_is_refused() -> None:
    with pytest.raises(RequestError, match=r"below filter\.low_pass_hz"):
        settings_of(filter={"high_pass_hz": 0.1, "low_pass_hz": 0.05})


def test_it_stops_when_asked(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    context.stop_requested = True
    with pytest.raises(Cancelled):
        run(CleanSpec(), context)


def test_a_butterworth_filter_is_said_to_be_slow() -> None:
    inputs = {"bold": [{"size_bytes": 5 * 10**8}]}
    band = settings_of(filter={"low_pass_hz": 0.1})
    assert estimate(band, inputs).seconds > 5 * estimate(CleanSpec(), inputs).seconds
