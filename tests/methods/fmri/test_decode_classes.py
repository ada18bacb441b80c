"""``fmri.decode_classes`` on eight real runs (Haxby et al. 2001) and on small ones whose answer is known."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.core.registry import registry
from neurostudio.methods.fmri.decode_classes import run
from neurostudio.methods.fmri.specs.decode_classes import DecodeClassesSpec, estimate

MakeContext = Callable[..., NotebookContext]
Haxby = Callable[[str], Path]

TR_S = 2.5
SHIFT_S = 5.0
COARSE, SLICE = "bold_25mm.nii.gz", "bold_1slice.nii.gz"


def decode(context: NotebookContext, **settings: Any) -> NotebookContext:
    run(DecodeClassesSpec.from_settings({"n_permutations": 0, "weights": False, **settings}), context)
    return context


def real(make_context: MakeContext, haxby: Haxby, files: str, mask: Path, **settings: Any) -> NotebookContext:
    context = make_context(("bold", haxby(""), {"files": files}), ("mask", mask))
    return decode(context, selection={"files": files}, **settings)


def table(context: NotebookContext, name: str) -> pd.DataFrame:
    return pd.read_csv(context.artifacts[name])


def volume(context: NotebookContext, name: str) -> np.ndarray:
    return np.asarray(nib.load(context.artifacts[name]).dataobj, np.float64)


@pytest.fixture(scope="session")
def slice_mask(haxby: Haxby, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 473 voxels of the first run that are brighter than 0.3 of the brightest."""
    image = nib.load(haxby(f"task001_run001/{SLICE}"))
    mean = np.asarray(image.dataobj, np.float64).mean(axis=3)
    path = tmp_path_factory.mktemp("mask") / "slice.nii.gz"
    nib.save(nib.Nifti1Image((mean > 0.3 * mean.max()).astype(np.uint8), image.affine), path)
    return path


def direct_patterns(haxby: Haxby, files: str, mask: np.ndarray, degree: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Block means, labels and runs, computed here with nothing of the program."""
    patterns, labels, runs = [], [], []
    for number in range(1, 9):
        image = nib.load(haxby(f"task001_run{number:03d}/{files}"))
        series = np.asarray(image.dataobj, np.float64)[mask].T
        times = np.arange(len(series)) * TR_S
        trend = np.vander(times / times[-1], degree + 1)
        series = series - trend @ np.linalg.lstsq(trend, series, rcond=None)[0]
        series /= series.std(axis=0)
        events = pd.read_csv(haxby(f"task001_run{number:03d}/bold_events.tsv"), sep="\t")
        for event in events.itertuples():
            is_own = (times >= event.onset + SHIFT_S) & (times < event.onset + event.duration + SHIFT_S)
            patterns.append(series[is_own].mean(axis=0))
            labels.append(event.trial_type)
            runs.append(number)
    return np.array(patterns), np.array(labels), np.array(runs)


def direct_predictions(patterns: np.ndarray, labels: np.ndarray, runs: np.ndarray, make: Callable[[], Any]) -> np.ndarray:
    predicted = np.empty_like(labels)
    for one in np.unique(runs):
        predicted[runs == one] = make().fit(patterns[runs != one], labels[runs != one]).predict(patterns[runs == one])
    return predicted


# --- real data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("detrend", "degree", "accuracy"), [("quadratic", 2, 18 / 64), ("linear", 1, 20 / 64)])
def test_grey_matter_gives_exactly_what_scikit_learn_gives(
    make_context: MakeContext, haxby: Haxby, detrend: str, degree: int, accuracy: float
) -> None:
    mask = haxby("masks_25mm/gray.nii.gz")
    context = real(make_context, haxby, COARSE, mask, patterns={"detrend": detrend})
    patterns, labels, runs = direct_patterns(haxby, COARSE, np.asarray(nib.load(mask).dataobj) > 0, degree)
    assert patterns.shape == (64, 28)
    expected = direct_predictions(patterns, labels, runs, lambda: LogisticRegression(max_iter=5000))
    predictions = table(context, "predictions")
    assert predictions["true"].tolist() == labels.tolist()
    assert predictions["predicted"].tolist() == expected.tolist()
    assert context.final("test/accuracy") == np.mean(expected == labels) == accuracy
    assert context.final("test/chance") == 0.125
    assert table(context, "folds")["learned from"].tolist() == [56] * 8


def test_one_slice_gives_exactly_what_scikit_learn_gives(make_context: MakeContext, haxby: Haxby, slice_mask: Path) -> None:
    context = real(make_context, haxby, SLICE, slice_mask)
    patterns, labels, runs = direct_patterns(haxby, SLICE, np.asarray(nib.load(slice_mask).dataobj) > 0)
    assert patterns.shape == (64, 473)
    expected = direct_predictions(patterns, labels, runs, lambda: LogisticRegression(max_iter=5000))
    assert table(context, "predictions")["predicted"].tolist() == expected.tolist()
    assert context.final("test/accuracy") == 31 / 64  # 0.48


def test_the_ridge_classifier_gives_the_numbers_of_the_decoding_page(
    make_context: MakeContext, haxby: Haxby, slice_mask: Path
) -> None:
    """Oracle 13: 0.39 in one slice, above all of 100 shuffles; 0.20 in 129 coarse voxels, which is not significant."""
    ridge = {"classifier": {"kind": "ridge"}, "n_permutations": 300}
    sharp = real(make_context, haxby, SLICE, slice_mask, **ridge)
    assert sharp.final("test/accuracy") == 25 / 64
    assert sharp.final("test/p_permutation") < 0.01
    assert sharp.final("test/null_mean") == pytest.approx(0.125, abs=0.02)
    coarse = real(make_context, haxby, COARSE, haxby("masks_25mm/brain.nii.gz"), **ridge)
    assert coarse.final("data/voxels") == 129
    assert coarse.final("test/accuracy") == 13 / 64
    assert coarse.final("test/p_permutation") > 0.02
    patterns, labels, runs = direct_patterns(haxby, SLICE, np.asarray(nib.load(slice_mask).dataobj) > 0)
    expected = direct_predictions(patterns, labels, runs, lambda: RidgeClassifier(alpha=473))
    assert table(sharp, "predictions")["predicted"].tolist() == expected.tolist()


def test_grey_matter_is_significant_after_a_hundred_and_twenty_shuffles(make_context: MakeContext, haxby: Haxby) -> None:
    context = real(make_context, haxby, COARSE, haxby("masks_25mm/gray.nii.gz"), n_permutations=120)
    assert context.final("test/p_permutation") < 0.03
    assert len(table(context, "null")) == 120


@pytest.mark.slow
def test_grey_matter_is_significant_at_one_in_a_hundred(make_context: MakeContext, haxby: Haxby) -> None:
    context = real(make_context, haxby, COARSE, haxby("masks_25mm/gray.nii.gz"), n_permutations=1000)
    assert context.final("test/p_permutation") < 0.01


@pytest.mark.slow
def test_one_slice_is_significant_at_one_in_a_hundred(make_context: MakeContext, haxby: Haxby, slice_mask: Path) -> None:
    context = real(make_context, haxby, SLICE, slice_mask, n_permutations=1000)
    assert context.final("test/p_permutation") < 0.01


def test_a_region_of_one_voxel_is_refused_for_what_it_is(make_context: MakeContext, haxby: Haxby) -> None:
    with pytest.raises(RequestError, match="The mask has 1 voxel at this resolution"):
        real(make_context, haxby, COARSE, haxby("masks_25mm/vt.nii.gz"))


def test_the_searchlight_is_that_of_nilearn(make_context: MakeContext, haxby: Haxby, slice_mask: Path) -> None:
    from nilearn.decoding import SearchLight
    from sklearn.model_selection import LeaveOneGroupOut

    lights = {"on": True, "radius_mm": 8.0, "least_voxels": 1, "permutations": 20}
    context = real(make_context, haxby, SLICE, slice_mask, classifier={"kind": "ridge", "alpha": 20.0}, searchlight=lights)
    mask = nib.load(slice_mask)
    inside = np.asarray(mask.dataobj) > 0
    patterns, labels, runs = direct_patterns(haxby, SLICE, inside)
    values = np.zeros((*inside.shape, len(labels)))
    values[inside] = patterns.T
    asked = np.zeros(inside.shape, np.uint8)
    asked.flat[np.flatnonzero(inside)[::40]] = 1
    reference = SearchLight(
        mask,
        process_mask_img=nib.Nifti1Image(asked, mask.affine),
        radius=8.0,
        estimator=RidgeClassifier(alpha=20.0),
        cv=LeaveOneGroupOut(),
        scoring="accuracy",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it warns of estimators that are given as objects
        reference.fit(nib.Nifti1Image(values, mask.affine), labels, groups=runs)
    found = volume(context, "searchlight")
    np.testing.assert_allclose(found[asked > 0], reference.scores_[asked > 0], atol=1e-6)
    assert np.isnan(found[~inside]).all()
    assert context.final("searchlight/accuracy_max") > context.final("searchlight/threshold") > 0.2


def test_the_shape_of_the_runs_is_told_where_files_differ(make_context: MakeContext, haxby: Haxby) -> None:
    with pytest.raises(RequestError):
        decode(make_context(("bold", haxby(""))))


# --- small runs -----------------------------------------------------------------------------------------------------------

SHAPE = (4, 3, 2)
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])
N_VOLUMES = 60


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four runs in which the classes 'old' and 'new' raise different voxels after 5 s; 'rest' raises none."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "sub-01" / "func").mkdir(parents=True)
    (folder / "dataset_description.json").write_text('{"Name": "small", "BIDSVersion": "1.8.0"}')
    raised = {"old": np.zeros(SHAPE), "new": np.zeros(SHAPE), "rest": np.zeros(SHAPE)}
    raised["old"][0, 0], raised["new"][3, 2] = 12, 12
    for number in range(1, 5):
        generator = np.random.default_rng(number)
        signal = generator.normal(500, 5, (*SHAPE, N_VOLUMES))
        kinds = ["old", "new", "rest", "new", "old", "rest"]
        onsets = np.arange(6) * 22.5 + 5
        for onset, kind in zip(onsets, kinds, strict=True):
            start = int((onset + SHIFT_S) / TR_S)
            signal[..., start : start + 4] += raised[kind][..., None]
        image = nib.Nifti1Image(signal.astype(np.float32), AFFINE)
        image.header.set_zooms((3, 3, 3, TR_S))
        image.header.set_xyzt_units("mm", "sec")
        stem = folder / "sub-01" / "func" / f"sub-01_task-memory_run-{number}"
        nib.save(image, f"{stem}_bold.nii.gz")
        events = pd.DataFrame({"onset": onsets, "duration": 10.0, "trial_type": kinds})
        events.to_csv(f"{stem}_events.tsv", sep="\t", index=False)
    return folder


def events_of(small: Path) -> list[Path]:
    return sorted((small / "sub-01" / "func").glob("*_events.tsv"))


ALL = {"mask": {"how": "all"}}


@pytest.mark.parametrize("samples", ["blocks", "volumes", "lss", "lsa"])
@pytest.mark.parametrize("kind", ["logistic", "svm", "ridge", "lda", "centroid"])
def test_every_classifier_tells_the_planted_classes_apart(
    make_context: MakeContext, small: Path, samples: str, kind: str
) -> None:
    context = decode(make_context(("bold", small)), patterns={"samples": samples}, classifier={"kind": kind}, **ALL)
    assert context.final("test/accuracy") > 0.9
    assert context.final("data/classes") == 2
    assert context.final("data/samples") == 4 * 4 * (4 if samples == "volumes" else 1)


def test_everything_that_is_written_is_in_the_record(make_context: MakeContext, small: Path) -> None:
    method = registry().methods["fmri.decode_classes"]
    lights = {"on": True, "radius_mm": 4.0, "least_voxels": 2, "permutations": 60}
    three = {"leave_out": []}
    context = decode(make_context(("bold", small)), weights=True, n_permutations=20, searchlight=lights, classes=three, **ALL)
    names = [output.name for output in method.outputs]
    assert [name for name in context.artifacts if name not in names] == []
    assert [name for name in names if name not in context.artifacts] == []
    assert [name for name in context.metrics if method.metric(name) is None] == []
    assert [metric.name for metric in method.metrics if metric.name not in context.metrics] == []


def test_the_maps_show_where_the_classes_are(make_context: MakeContext, small: Path) -> None:
    lights = {"on": True, "radius_mm": 4.0, "least_voxels": 2, "permutations": 40}
    context = decode(make_context(("bold", small)), weights=True, searchlight=lights, **ALL)
    patterns = volume(context, "patterns")  # new, old
    assert patterns.shape == (*SHAPE, 2)
    assert set(np.argsort(patterns[..., 1].ravel())[-2:]) == {0, 1}
    assert set(np.argsort(patterns[..., 0].ravel())[-2:]) == {22, 23}
    accuracy = volume(context, "searchlight")
    assert accuracy[0, 0, 0] > 0.9
    # all labels of a run turned round are told as well as the real ones, so two classes in four runs are never significant
    assert "searchlight/threshold" not in context.metrics
    assert any("No accuracy of a sphere would be significant" in message for _, message in context.messages)
    assert nib.load(context.artifacts["searchlight"]).affine.tolist() == AFFINE.tolist()


def test_the_confusions_add_up(make_context: MakeContext, small: Path) -> None:
    context = decode(make_context(("bold", small)), classes={"leave_out": []}, patterns={"shift_s": 0.0}, **ALL)
    confusion = table(context, "confusion").set_index("true class")
    assert list(confusion.index) == list(confusion.columns) == ["new", "old", "rest"]
    assert confusion.to_numpy().sum() == 24
    assert np.trace(confusion.to_numpy()) / 24 == context.final("test/accuracy")
    classes = table(context, "classes").set_index("class")
    assert classes["recall"].mean() == pytest.approx(context.final("test/balanced_accuracy"))
    assert classes.loc["new", "recall"] == confusion.loc["new", "new"] / 8


def test_types_are_joined_into_classes(make_context: MakeContext, small: Path) -> None:
    context = decode(
        make_context(("bold", small)),
        classes={"leave_out": [], "rename": {"old": "item", "new": "item"}},
        **ALL,
    )
    assert set(table(context, "predictions")["true"]) == {"item", "rest"}
    assert any("different sizes" in message for _, message in context.messages)


class _Killed(NotebookContext):
    """Stops after so many shuffles, as if the worker was killed."""

    most = 0

    def progress(self, done: float, total: float | None, phase: str, unit: str = "") -> None:
        if phase == "Shuffle the labels" and done >= self.most:
            raise KeyboardInterrupt


def test_a_killed_null_goes_on_to_the_same_p(
    make_context: MakeContext, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neurostudio.methods.fmri.decode_classes.SAVE_EVERY_S", -1.0)
    settings = {"n_permutations": 30, "classifier": {"kind": "centroid"}, "patterns": {"shift_s": 2.5}, **ALL}
    whole = decode(make_context(("bold", small)), **settings)
    killed = _Killed(tmp_path / "killed", inputs=whole.inputs)
    killed.most = 12
    with pytest.raises(KeyboardInterrupt):
        decode(killed, **settings)
    assert killed.last_checkpoint() is not None
    killed.most = 1000
    seen: list[float] = []
    monkeypatch.setattr(killed, "progress", lambda done, total, phase, unit="": seen.append(done) if unit == "shuffles" else None)
    decode(killed, **settings)
    assert seen[0] > 10
    assert killed.artifacts["null"].read_bytes() == whole.artifacts["null"].read_bytes()
    other = decode(killed, **{**settings, "patterns": {"shift_s": 0.0}})
    assert seen[-30:] == list(range(1, 31))  # other patterns: from the beginning
    assert other.artifacts["null"].read_bytes() != whole.artifacts["null"].read_bytes()


def test_a_run_that_is_stopped_stops(make_context: MakeContext, small: Path) -> None:
    context = make_context(("bold", small))
    context.stop_requested = True
    with pytest.raises(Cancelled):
        decode(context, **ALL)


# --- what is wrong --------------------------------------------------------------------------------------------------------


def test_the_estimate_grows_with_the_shuffles_and_the_images() -> None:
    small, large = {"bold": [{"size_bytes": 1e6}]}, {"bold": [{"size_bytes": 1e9}]}
    few, many = DecodeClassesSpec(n_permutations=10), DecodeClassesSpec(n_permutations=10_000)
    assert estimate(few, small).seconds < estimate(many, small).seconds
    assert estimate(few, small).memory_gb < estimate(few, large).memory_gb


def test_one_run_is_refused(make_context: MakeContext, small: Path) -> None:
    with pytest.raises(RequestError, match="There is one run"):
        decode(make_context(("bold", small)), selection={"run": "1"}, **ALL)


def test_the_same_image_twice_is_refused(make_context: MakeContext, small: Path, tmp_path: Path) -> None:
    original = small / "sub-01" / "func" / "sub-01_task-memory_run-1_bold.nii.gz"
    copy = tmp_path / "sub-01_task-memory_run-9_bold.nii.gz"
    copy.write_bytes(original.read_bytes())
    (tmp_path / "sub-01_task-memory_run-9_events.tsv").write_bytes(events_of(small)[0].read_bytes())
    with pytest.raises(RequestError, match="are the same image"):
        decode(make_context(("bold", small), ("bold", copy)), **ALL)


def test_a_class_of_one_run_is_refused(make_context: MakeContext, small: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed_events.tsv"
    first = events_of(small)[0]
    changed.write_text(first.read_text().replace("old", "odd"))
    events = [("events", path) for path in (changed, *events_of(small)[1:])]
    with pytest.raises(RequestError, match=r"The class 'odd' is in one run only \(sub-01_task-memory_run-1\)"):
        decode(make_context(("bold", small), *events), **ALL)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ({"only": ["old", "blue"]}, r"no event of the type 'blue' \(classes.only\).*old, new, rest"),
        ({"rename": {"blue": "x"}}, r"'blue' \(classes.rename\)"),
        ({"only": ["old"]}, "nothing to tell apart: 1 classes"),
        ({"rename": {"old": "x", "new": "x"}}, "nothing to tell apart"),
    ],
)
def test_classes_that_are_not_there_are_refused(
    make_context: MakeContext, small: Path, classes: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        decode(make_context(("bold", small)), classes=classes, **ALL)


def test_few_orders_and_few_voxels_are_told(make_context: MakeContext, small: Path, tmp_path: Path) -> None:
    mask = np.zeros(SHAPE, np.uint8)
    mask[0, 0] = mask[3, 2] = 1
    nib.save(nib.Nifti1Image(mask, AFFINE), tmp_path / "mask.nii.gz")
    context = make_context(("bold", small), ("mask", tmp_path / "mask.nii.gz"))
    decode(context, n_permutations=1400, classifier={"kind": "ridge"}, selection={"run": "1,2"})
    told = [message for level, message in context.messages if level == "warning"]
    assert any("only 4 voxels" in message for message in told)
    assert any("There are only 36 different orders" in message for message in told)


def test_a_searchlight_without_spheres_is_refused(make_context: MakeContext, small: Path) -> None:
    with pytest.raises(RequestError, match="No sphere of 1 mm holds 5 voxels"):
        decode(make_context(("bold", small)), searchlight={"on": True, "radius_mm": 1.0}, **ALL)
