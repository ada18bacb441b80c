"""``fmri.glm``: the numbers are those of an independent fit and of nilearn; what is wrong is told before anything is fitted."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from nilearn.glm.first_level import FirstLevelModel, compute_regressor
from nilearn.image import smooth_img

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.core.registry import registry
from neurostudio.methods.fmri.glm import run
from neurostudio.methods.fmri.specs.glm import GlmSpec, estimate

MakeContext = Callable[..., NotebookContext]

TR_S = 2.0
SHAPE = (5, 4, 3)
N_VOLUMES = 80
AFFINE = np.array([[-3.0, 0, 0, 30], [0, 3, 0, -40], [0, 0, 4, -20], [0, 0, 0, 1]])
ACTIVE = (1, 2, 1)  # answers to 'face' in the study below
TONES = (3, 1, 1)  # answers to 'house'


class Study:
    """Two runs of a small brain in a BIDS folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "sub-01" / "func").mkdir(parents=True)
        (folder / "dataset_description.json").write_text('{"Name": "small", "BIDSVersion": "1.8.0"}')
        self.images = [self._write(number) for number in (1, 2)]

    @property
    def events(self) -> list[Path]:
        return [Path(str(image).replace("_bold.nii.gz", "_events.tsv")) for image in self.images]

    def _write(self, number: int) -> Path:
        generator = np.random.default_rng(number)
        onsets = np.arange(8, 140, 16.0) + number
        kinds = np.array([("face", "house")[place % 2] for place in range(len(onsets))])
        table = pd.DataFrame({"onset": onsets, "duration": 6.0, "trial_type": kinds})
        times = np.arange(N_VOLUMES) * TR_S
        noise = generator.normal(0, 4, (*SHAPE, N_VOLUMES))
        for place in range(1, N_VOLUMES):
            noise[..., place] += 0.4 * noise[..., place - 1]
        signal = 1000 + noise
        for voxel, kind in ((ACTIVE, "face"), (TONES, "house")):
            own = table[table.trial_type == kind]
            column, _ = compute_regressor(np.array([own.onset, own.duration, np.ones(len(own))]), "spm", times)
            signal[voxel] += 25 * column[:, 0] * number
        image = nib.Nifti1Image(signal.astype(np.float32), AFFINE)
        image.header.set_zooms((3, 3, 4, TR_S))
        image.header.set_xyzt_units("mm", "sec")
        stem = self.folder / "sub-01" / "func" / f"sub-01_task-look_run-{number}"
        nib.save(image, f"{stem}_bold.nii.gz")
        table.to_csv(f"{stem}_events.tsv", sep="\t", index=False)
        return Path(f"{stem}_bold.nii.gz")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Study(tmp_path_factory.mktemp("study"))


@pytest.fixture
def audiovisual(shared_data: Callable[[str], Path], make_context: MakeContext) -> Callable[..., NotebookContext]:
    """A job on the audiovisual run, whose header lost its TR."""
    folder = shared_data("fmri_audiovisual_bold")

    def job(**settings: Any) -> NotebookContext:
        context = make_context(("bold", folder / "filtered_func_data.nii.gz"), ("events", folder / "events.tsv"))
        run(GlmSpec.from_settings({"mask": {"how": "mean", "share": 0.2}, **settings}), context)
        return context

    return job


def job(make_context: MakeContext, study: Study, *more: tuple[Any, ...], **settings: Any) -> NotebookContext:
    context = make_context(("bold", study.folder), *more)
    run(GlmSpec.from_settings({"mask": {"how": "all"}, **settings}), context)
    return context


def volume(context: NotebookContext, name: str) -> np.ndarray:
    return np.asarray(nib.load(context.artifacts[name]).dataobj, np.float64)


def table(context: NotebookContext, name: str) -> pd.DataFrame:
    return pd.read_csv(context.artifacts[name])


# --- the numbers ----------------------------------------------------------------------------------------------------------


def test_t_on_a_real_run_is_that_of_an_independent_least_squares_fit(
    audiovisual: Callable[..., NotebookContext], shared_data: Callable[[str], Path]
) -> None:
    """Oracle 6 of the viewer page; the counts are oracle 7 of the decoding page."""
    context = audiovisual(
        selection={"tr_s": 3.0}, noise="ols", design={"drift": "polynomial", "drift_order": 2}, fitted="no", maps=["stat"]
    )
    folder = shared_data("fmri_audiovisual_bold")
    mask = volume(context, "mask") > 0
    signal = np.asarray(nib.load(folder / "filtered_func_data.nii.gz").dataobj, np.float64)[mask].T
    events = pd.read_csv(folder / "events.tsv", sep="\t")
    times = np.arange(64) * 3.0
    conditions = [events[events.trial_type == kind] for kind in ("visual", "auditory")]
    columns = [compute_regressor(np.array([own.onset, own.duration, np.ones(len(own))]), "spm", times)[0] for own in conditions]
    design = np.hstack([*columns, np.vander(times / times[-1], 3)])
    weights, squares, rank, _ = np.linalg.lstsq(design, signal, rcond=None)
    variance = np.outer(np.diag(np.linalg.inv(design.T @ design)), squares / (64 - rank))
    expected = weights / np.sqrt(variance)
    contrasts = table(context, "contrasts")
    assert contrasts["contrast"][:2].tolist() == ["visual", "auditory"]
    assert mask.sum() == 15289
    for place in (0, 1):
        np.testing.assert_allclose(volume(context, f"stat-{place + 1}")[mask], expected[place], atol=1e-3)
    peaks = contrasts.loc[:1, ["peak_x_mm", "peak_y_mm", "peak_z_mm"]].to_numpy()
    assert np.linalg.norm(peaks[0] - peaks[1]) > 10


@pytest.mark.parametrize(("condition", "count"), [("visual", 105), ("auditory", 134)])
def test_the_voxels_that_follow_the_stimulus_are_as_many_as_were_measured(
    audiovisual: Callable[..., NotebookContext], condition: str, count: int
) -> None:
    context = audiovisual(
        selection={"tr_s": 3.0},
        noise="ols",
        design={"drift": "polynomial", "drift_order": 2, "conditions": [condition]},
        response={"estimate": False},
        fitted="no",
        maps=["stat"],
    )
    t = volume(context, "stat-1")
    correlation = t / np.sqrt(t**2 + context.final("glm/dof"))
    assert (correlation > 0.6).sum() == pytest.approx(count, rel=0.1)


def test_a_lost_tr_must_be_given_and_a_wrong_one_is_flagged(audiovisual: Callable[..., NotebookContext]) -> None:
    with pytest.raises(RequestError, match=r"selection\.tr_s"):
        audiovisual()
    context = audiovisual(selection={"tr_s": 1.0}, fitted="no", maps=[], response={"estimate": False})
    told = [message for level, message in context.messages if level == "warning"]
    assert any("events begin after" in message for message in told)


@pytest.mark.parametrize("noise", ["ols", "ar1"])
@pytest.mark.parametrize("hrf", ["spm", "glover + derivative", "fir"])
def test_the_maps_are_those_of_nilearns_first_level_model(make_context: MakeContext, study: Study, noise: str, hrf: str) -> None:
    context = job(
        make_context,
        study,
        noise=noise,
        design={"hrf": hrf, "fir_until_s": 8},
        contrasts={"d": "face - house"},
        maps=["z", "stat", "effect", "variance"],
    )
    model = FirstLevelModel(
        TR_S,
        hrf_model=hrf,
        fir_delays=[0, 1, 2, 3],
        drift_model="cosine",
        high_pass=0.01,
        noise_model=noise,
        mask_img=nib.Nifti1Image(np.ones(SHAPE, np.uint8), AFFINE),
        minimize_memory=False,
    )
    images = [nib.Nifti1Image(np.asarray(nib.load(path).dataobj, np.float64), AFFINE) for path in study.images]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells that a mask was given, and that one contrast serves two runs
        model.fit(images, events=[pd.read_csv(path, sep="\t") for path in study.events])
        columns = list(model.design_matrices_[0].columns)
        endings = [f"_delay_{delay}" for delay in range(4)] if hrf == "fir" else [""]
        rows = np.zeros((len(endings), len(columns)))
        for row, ending in zip(rows, endings, strict=True):
            row[columns.index(f"face{ending}")], row[columns.index(f"house{ending}")] = 1, -1
        wanted = {"z-1": "z_score", "stat-1": "stat", "effect-1": "effect_size", "variance-1": "effect_variance"}
        contrast = rows if hrf == "fir" else rows[0]
        expected = {
            name: model.compute_contrast(contrast, stat_type="F" if hrf == "fir" else "t", output_type=kind)
            for name, kind in wanted.items()
            if name in context.artifacts
        }
    assert len(expected) == (2 if hrf == "fir" else 4)
    for name, image in expected.items():
        np.testing.assert_allclose(volume(context, name), np.asarray(image.dataobj), rtol=1e-5, atol=1e-5, err_msg=name)


def test_several_runs_are_the_mean_of_their_effects(make_context: MakeContext, study: Study) -> None:
    settings = {"contrasts": {"face": "face"}, "maps": ["effect", "variance", "stat"], "fitted": "no"}
    both = job(make_context, study, **settings)
    alone = [job(make_context, study, selection={"run": str(number)}, **settings) for number in (1, 2)]
    for name, share in (("effect-1", 1 / 2), ("variance-1", 1 / 4)):
        expected = share * sum(volume(one, name) for one in alone)
        np.testing.assert_allclose(volume(both, name), expected, rtol=1e-4)
    assert table(both, "contrasts")["runs"].tolist() == [2]
    assert both.final("glm/dof") == sum(one.final("glm/dof") for one in alone)


def test_the_effect_is_found_where_it_was_planted(make_context: MakeContext, study: Study) -> None:
    context = job(make_context, study, threshold={"control": "bonferroni", "alpha": 0.001})
    contrasts = table(context, "contrasts").set_index("contrast")
    assert list(contrasts.index) == ["face", "house", "all conditions", "face - house"]
    for name, voxel in (("face", ACTIVE), ("house", TONES)):
        expected = AFFINE[:3, :3] @ voxel + AFFINE[:3, 3]
        np.testing.assert_allclose(contrasts.loc[name, ["peak_x_mm", "peak_y_mm", "peak_z_mm"]].to_numpy(float), expected)
    assert contrasts.loc["face - house", ["voxels_positive", "voxels_negative", "clusters"]].tolist() == [1, 1, 2]
    # planted: 2.5 and 5 % of the mean of 1000
    assert volume(context, "effect-1")[ACTIVE] == pytest.approx(3.75, abs=0.6)
    clusters = table(context, "clusters-4")
    assert clusters["volume_mm3"].tolist() == [36.0, 36.0]
    assert volume(context, "r2-task")[ACTIVE] > 0.8
    assert volume(context, "r2")[ACTIVE] > volume(context, "r2")[0, 0, 0]


def test_the_fitted_series_is_the_signal_without_the_residual(make_context: MakeContext, study: Study) -> None:
    context = job(make_context, study, noise="ols")
    fitted = volume(context, "fitted-1")
    signal = np.asarray(nib.load(study.images[0]).dataobj, np.float64)
    assert fitted.shape == signal.shape
    assert nib.load(context.artifacts["fitted-1"]).header.get_zooms()[3] == TR_S
    with np.load(context.artifacts["design-1"]) as arrays:
        design = arrays["values"]
    expected = design @ np.linalg.lstsq(design, signal[ACTIVE], rcond=None)[0]
    np.testing.assert_allclose(fitted[ACTIVE], expected, rtol=1e-5)


def test_whitening_takes_the_autocorrelation_out(make_context: MakeContext, study: Study) -> None:
    context = job(make_context, study, fitted="no")
    assert context.final("glm/residual_ar1") > 0.1
    assert abs(context.final("glm/whitened_ar1")) < context.final("glm/residual_ar1")
    assert table(context, "autocorrelation")["lag"].tolist() == [1, 2, 3, 4, 5]


def test_the_response_at_a_peak_rises_and_falls_as_planted(make_context: MakeContext, study: Study) -> None:
    context = job(make_context, study, contrasts={"face": "face"}, response={"until_s": 16})
    response = table(context, "response-1")
    assert response["time_s"].tolist() == [0, 2, 4, 6, 8, 10, 12, 14]
    assert 6 <= response["time_s"][response["face"].idxmax()] <= 10  # six seconds of stimulation
    everywhere = volume(context, "response-volumes-1")
    np.testing.assert_allclose(everywhere[ACTIVE], response["face"], rtol=1e-5)
    assert (response["face s.e."] > 0).all()


def test_smoothing_is_that_of_nilearn_before_the_fit(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    settings = {"contrasts": {"face": "face"}, "maps": ["stat"], "fitted": "no", "response": {"estimate": False}}
    context = job(make_context, study, selection={"run": "1"}, smoothing_mm=5, **settings)
    image = nib.load(study.images[0])
    nib.save(smooth_img(image, 5), tmp_path / "smoothed.nii.gz")
    before = make_context(("bold", tmp_path / "smoothed.nii.gz"), ("events", study.events[0]))
    run(GlmSpec.from_settings({"mask": {"how": "all"}, **settings}), before)
    np.testing.assert_allclose(volume(context, "stat-1"), volume(before, "stat-1"), atol=1e-3)
    sharp = job(make_context, study, selection={"run": "1"}, **settings)
    assert np.abs(volume(context, "stat-1") - volume(sharp, "stat-1")).max() > 1


def test_peaks_are_named_from_an_atlas(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    labels = np.ones(SHAPE, np.int16)
    labels[ACTIVE] = 7
    nib.save(nib.Nifti1Image(labels, AFFINE), tmp_path / "atlas.nii.gz")
    (tmp_path / "atlas.tsv").write_text("index\tname\n1\tThe rest\n7\tFace patch\n")
    context = job(make_context, study, ("atlas", tmp_path / "atlas.nii.gz"), threshold={"control": "bonferroni"})
    assert table(context, "contrasts")["peak_region"][:2].tolist() == ["Face patch", "The rest"]
    assert table(context, "clusters-1")["peak_region"][0] == "Face patch"


# --- what is written ------------------------------------------------------------------------------------------------------


def test_everything_that_is_written_is_in_the_record(make_context: MakeContext, study: Study) -> None:
    method = registry().methods["fmri.glm"]
    context = job(make_context, study, maps=["z", "stat", "effect", "variance"])
    names = [output.name for output in method.outputs]
    assert [name for name in context.artifacts if method.output_order(name) == len(names)] == []
    assert [name for name in context.metrics if method.metric(name) is None] == []
    missing = [metric.name for metric in method.metrics if metric.name not in context.metrics]
    assert missing == []


def test_the_same_job_gives_the_same_bytes(make_context: MakeContext, study: Study) -> None:
    one, other = (job(make_context, study, contrasts={"face": "face"}) for _ in range(2))
    for name in ("z-1", "thresholded-1", "fitted-1", "contrasts", "response-1"):
        assert one.artifacts[name].read_bytes() == other.artifacts[name].read_bytes(), name


# --- what is wrong --------------------------------------------------------------------------------------------------------


def rewritten(
    study: Study, tmp_path: Path, number: int, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> list[tuple[str, Path]]:
    """The events of both runs, those of one changed, as inputs."""
    paths = list(study.events)
    changed = change(pd.read_csv(paths[number - 1], sep="\t"))
    paths[number - 1] = tmp_path / "changed_events.tsv"
    changed.to_csv(paths[number - 1], sep="\t", index=False)
    return [("events", path) for path in paths]


def test_a_condition_that_a_run_lacks_rests_on_the_others(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    events = rewritten(study, tmp_path, 2, lambda table: table[table.trial_type == "face"])
    context = job(make_context, study, *events)
    assert table(context, "contrasts").set_index("contrast")["runs"].to_dict() == {
        "face": 2,
        "house": 1,
        "all conditions": 1,
        "face - house": 1,
    }
    told = [message for level, message in context.messages if level == "warning"]
    assert any("'house' has no event in sub-01_task-look_run-2" in message for message in told)
    assert any("'face - house' rests on 1 of 2 runs" in message for message in told)


def test_a_contrast_that_no_run_can_answer_is_refused(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    def other(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(trial_type="tool")

    with pytest.raises(RequestError, match=r"No run has all conditions of the contrast 'x' \(face - tool\)"):
        job(make_context, study, *rewritten(study, tmp_path, 2, other), contrasts={"x": "face - tool"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table[:0], "run-2"),
        (lambda table: table.assign(onset=table.onset + 1000), "do not fit"),
        (lambda table: pd.concat([table, table.assign(trial_type="copy_" + table.trial_type)]), "cannot be told apart"),
    ],
)
def test_events_that_cannot_be_modelled_are_refused(
    make_context: MakeContext,
    study: Study,
    tmp_path: Path,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    words: str,
) -> None:
    with pytest.raises(RequestError, match=words):
        job(make_context, study, *rewritten(study, tmp_path, 2, change))


def test_a_condition_of_one_event_is_told(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    def one_tool(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(trial_type=["tool", *table.trial_type[1:]])

    context = job(make_context, study, *rewritten(study, tmp_path, 1, one_tool), fitted="no")
    assert any("'tool' has one event in all" in message for _, message in context.messages)


def test_cleaned_volumes_keep_their_units(make_context: MakeContext, study: Study, tmp_path: Path) -> None:
    signal = np.asarray(nib.load(study.images[0]).dataobj, np.float32)
    image = nib.Nifti1Image(signal - signal.mean(axis=3, keepdims=True), AFFINE)
    image.header.set_zooms((3, 3, 4, TR_S))
    image.header.set_xyzt_units("mm", "sec")
    nib.save(image, tmp_path / "cleaned.nii.gz")
    inputs = (("bold", tmp_path / "cleaned.nii.gz"), ("events", study.events[0]))
    settings = {"mask": {"how": "all"}, "contrasts": {"face": "face"}, "maps": ["effect"], "fitted": "no"}
    context = make_context(*inputs)
    run(GlmSpec.from_settings(settings), context)
    assert volume(context, "effect-1")[ACTIVE] == pytest.approx(25, abs=6)
    with pytest.raises(RequestError, match="no per cent of the mean"):
        run(GlmSpec.from_settings({**settings, "scale": "percent"}), make_context(*inputs))


def test_a_run_that_is_stopped_stops(make_context: MakeContext, study: Study) -> None:
    context = make_context(("bold", study.folder))
    context.stop_requested = True
    with pytest.raises(Cancelled):
        run(GlmSpec(), context)


def test_the_estimate_grows_with_the_noise_model_and_the_images() -> None:
    small, large = {"bold": [{"size_bytes": 1e6}]}, {"bold": [{"size_bytes": 1e9}]}
    assert estimate(GlmSpec(noise="ols"), large).seconds < estimate(GlmSpec(), large).seconds
    assert estimate(GlmSpec(), large).seconds < estimate(GlmSpec(smoothing_mm=6.0), large).seconds
    assert estimate(GlmSpec(), small).memory_gb < estimate(GlmSpec(), large).memory_gb


def test_unknown_maps_and_empty_contrasts_are_refused() -> None:
    with pytest.raises(RequestError, match="no map 'p'"):
        GlmSpec.from_settings({"maps": ["z", "p"]})
    with pytest.raises(RequestError, match="a name and an expression"):
        GlmSpec.from_settings({"contrasts": {"faces": " "}})


def test_motion_beside_real_runs_is_taken_up(make_context: MakeContext, haxby: Callable[[str], Path]) -> None:
    """Eight runs of eight blocks in coarse voxels, motion parameters of mcflirt beside them."""
    files = {"files": "bold_25mm.nii.gz"}
    context = make_context(("bold", haxby(""), files), ("mask", haxby("masks_25mm/gray.nii.gz")))
    run(GlmSpec.from_settings({"selection": files, "contrasts": {"faces": "face - house"}, "maps": ["stat"]}), context)
    with np.load(context.artifacts["design-8"]) as arrays:
        names = arrays["names"].tolist()
    assert {"trans_x", "rot_z_derivative1", "face", "constant"} <= set(names)
    assert table(context, "contrasts")["runs"].tolist() == [8]
    assert len(table(context, "response-1")) == 10
