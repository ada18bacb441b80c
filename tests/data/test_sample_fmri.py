"""The listening phantom: the same for one seed, BIDS, in MNI space, and holding what its truth says."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from neurostudio.core.errors import Cancelled
from neurostudio.data import inspect, open_data, sample_brain
from neurostudio.data.fmri.confounds import read_confounds
from neurostudio.data.sample_fmri import REGIONS, TR_S, write_sample_fmri
from neurostudio.data.sample_listening import BLOCK_S, make_listening, make_motion, response_function

STEM = "sub-01_task-listening_run-1"
SPACE = "space-MNI152NLin2009cAsym"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_fmri(tmp_path_factory.mktemp("sample"), runs=2, volumes=120)


def series_of(root: Path) -> NDArray[np.float64]:
    image = nib.load(root / "sub-01" / "func" / f"{STEM}_{SPACE}_desc-preproc_bold.nii.gz")
    return np.asarray(image.dataobj, np.float64)


def table_of(path: Path) -> dict[str, NDArray[np.float64]]:
    names = path.read_text(encoding="utf-8").split("\n", 1)[0].split("\t")
    values = np.loadtxt(path, delimiter="\t", skiprows=1, ndmin=2)
    return dict(zip(names, values.T, strict=True))


def test_one_seed_gives_one_folder_and_another_seed_another(tmp_path: Path) -> None:
    def content(name: str, seed: int) -> dict[str, bytes]:
        root = write_sample_fmri(tmp_path / name, seed, runs=1, volumes=24, voxel_mm=8)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    first, again, other = content("a", 3), content("b", 3), content("c", 4)
    assert again == first
    assert other.keys() == first.keys()
    bold = f"sub-01/func/{STEM}_{SPACE}_desc-preproc_bold.nii.gz"
    assert other[bold] != first[bold]


def test_it_is_a_bids_folder_without_a_problem_and_its_parts_are_found(sample: Path) -> None:
    report = inspect(sample)
    assert report.kind == "fmri"
    assert [problem for problem in report.problems if problem.severity != "note"] == []
    runs = open_data(sample, "fmri", report.options).select()
    assert [(run.subject, run.task, run.run) for run in runs] == [("01", "listening", "1"), ("01", "listening", "2")]
    for run in runs:
        assert (run.tr_s, run.tr_source) == (TR_S, "sidecar")
        assert run.events is not None
        assert run.confounds is not None
        assert run.mask is not None
        assert run.anatomy is not None


def test_the_whole_sample_stays_small(sample: Path) -> None:
    used = sum(path.stat().st_size for path in sample.rglob("*bold.nii.gz")) / 2 / 120
    assert 3 * 150 * used < 14e6


def test_the_header_says_mni_seconds_and_millimetres(sample: Path) -> None:
    image = nib.load(sample / "sub-01" / "func" / f"{STEM}_{SPACE}_desc-preproc_bold.nii.gz")
    assert image.header.get_xyzt_units() == ("mm", "sec")
    assert image.header.get_zooms() == (5.0, 5.0, 5.0, 2.0)
    assert (int(image.header["sform_code"]), int(image.header["qform_code"])) == (4, 4)
    assert nib.aff2axcodes(image.affine) == ("R", "A", "S")
    mask = np.asarray(nib.load(next(sample.rglob(f"{STEM}*brain_mask.nii.gz"))).dataobj) > 0
    centre = nib.affines.apply_affine(image.affine, np.argwhere(mask).mean(axis=0))
    assert np.abs(centre - [0, -20, 10]).max() < 12


def test_each_region_answers_as_its_truth_says(sample: Path) -> None:
    labels = np.asarray(nib.load(sample / "truth" / "regions.nii.gz").dataobj)
    courses, weights = table_of(sample / "truth" / f"{STEM}_responses.tsv"), table_of(sample / "truth" / "weights.tsv")
    data = series_of(sample)
    assert {int(label) for label in np.unique(labels)} == set(range(len(REGIONS) + 1))
    design = np.column_stack([courses["woman"], courses["man"]])
    nuisance = np.polynomial.legendre.legvander(np.linspace(-1, 1, len(data[0, 0, 0])), 3)
    whole = np.hstack([design, nuisance])
    per_cent = 100 * data[labels > 0].T / data[labels > 0].mean(axis=1)
    found = np.linalg.lstsq(whole, per_cent, rcond=None)[0][:2]
    for number in range(1, len(REGIONS) + 1):
        voxels = weights["region"] == number
        truth = np.stack([weights["woman"][voxels], weights["man"][voxels]])
        assert np.abs(found[:, voxels].mean(axis=1) - truth.mean(axis=1)).max() < 0.45, REGIONS[number - 1].name
    pattern = weights["region"] == 5
    difference = weights["woman"][pattern] - weights["man"][pattern]
    assert abs(difference.mean()) < 1e-3
    assert np.corrcoef(found[0, pattern] - found[1, pattern], difference)[0, 1] > 0.6


def test_the_noise_is_correlated_in_time_and_space(sample: Path) -> None:
    labels = np.asarray(nib.load(sample / "truth" / "regions.nii.gz").dataobj)
    mask = np.asarray(nib.load(next(sample.rglob(f"{STEM}*brain_mask.nii.gz"))).dataobj) > 0
    jerks = table_of(sample / "truth" / f"{STEM}_responses.tsv")["jerk"] > 0
    data = series_of(sample)
    values = data[mask & (labels == 0)].T
    basis = np.linalg.qr(
        np.column_stack([np.polynomial.legendre.legvander(np.linspace(-1, 1, len(values)), 4), *jerks_of(jerks)])
    )[0]
    rest = values - basis @ (basis.T @ values)
    lag_one = (rest[1:] * rest[:-1]).sum(axis=0) / (rest**2).sum(axis=0)
    assert 0.2 < np.median(lag_one) < 0.5
    inside = mask[1:] & mask[:-1]
    left, right = data[:-1][inside], data[1:][inside]
    beside = [np.corrcoef(np.diff(one), np.diff(other))[0, 1] for one, other in zip(left[::50], right[::50], strict=True)]
    assert np.mean(beside) > 0.3


def jerks_of(jerks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One regressor for each volume with a jerk and the one after."""
    volumes = np.flatnonzero(jerks | np.roll(jerks, 1))
    return (np.arange(len(jerks)) == volumes[:, None]).astype(float)


def test_the_head_jerks_where_the_truth_says_and_nowhere_else(sample: Path) -> None:
    confounds = read_confounds(sample / "sub-01" / "func" / f"{STEM}_desc-confounds_timeseries.tsv")
    jerks = np.flatnonzero(table_of(sample / "truth" / f"{STEM}_responses.tsv")["jerk"])
    fd = confounds.fd()
    assert fd is not None
    assert set(np.flatnonzero(np.nan_to_num(fd) > 0.5)) <= {*jerks, *(jerks + 2)}
    assert set(jerks) <= set(np.flatnonzero(np.nan_to_num(fd) > 0.5))
    assert np.allclose(fd[1:], confounds.columns["framewise_displacement"][1:], atol=1e-4)
    assert np.isnan(confounds.columns["std_dvars"][0])
    facts = json.loads((sample / "sub-01" / "func" / f"{STEM}_desc-confounds_timeseries.json").read_text(encoding="utf-8"))
    assert facts["a_comp_cor_00"]["Mask"] == "combined"


def test_the_response_peaks_at_six_seconds_when_sampled_every_two() -> None:
    response = response_function(2.0)
    assert int(response.argmax()) * 2.0 == 6.0
    assert response.sum() == pytest.approx(1)
    fine = response_function(0.1)
    assert fine.argmax() * 0.1 == pytest.approx(5.0)
    assert -fine.min() / fine.max() == pytest.approx(1 / 6, abs=0.08)


@pytest.mark.parametrize("n_time", [30, 100, 151])
def test_the_narrators_share_the_blocks_and_every_word_lies_in_one(n_time: int) -> None:
    heard = make_listening(n_time, TR_S, seed=5, run=2)
    names = [name for _, _, name in heard.blocks]
    assert names.count("woman") == names.count("man")
    assert all(later[0] >= earlier[0] + BLOCK_S for earlier, later in zip(heard.blocks, heard.blocks[1:], strict=False))
    for onset, duration, word in heard.words:
        assert word
        assert any(begin <= onset and onset + duration <= begin + lasts + 0.5 for begin, lasts, _ in heard.blocks)
    assert heard.features[:, 0].sum() == sum(onset < n_time * TR_S for onset, _, _ in heard.words)
    assert heard.conditions.shape == (n_time, 2)


def test_motion_is_small_apart_from_the_jerks() -> None:
    motion, jerks = make_motion(150, seed=1, run=1)
    steps = np.abs(np.diff(motion, axis=0) * [1, 1, 1, 50, 50, 50]).sum(axis=1)
    at = {int(time) - 1 for jerk in jerks for time in (jerk, jerk + 1, jerk + 2)}
    assert max(step for time, step in enumerate(steps) if time not in at) < 0.5


def test_without_nilearn_a_made_head_takes_the_place_of_the_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_brain, "_template_path", lambda: None)
    brain = sample_brain.make_brain(8)
    litres = brain.mask.sum() * 8**3 / 1e6
    assert 1.0 < litres < 2.2
    assert set(np.unique(brain.anatomy)) - {0}
    assert (brain.grey[brain.mask].mean() > 0.2) & (brain.white[brain.mask].mean() > 0.2)


def test_it_stops_when_told_to(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_sample_fmri(tmp_path, runs=1, volumes=24, voxel_mm=8, should_stop=lambda: True)
