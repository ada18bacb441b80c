"""The job ``fmri.encode`` from its inputs to its outputs, on a brain of 90 voxels made here."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from nibabel.nifti1 import Nifti1Image
from PIL import Image

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, NeuroError, RequestError
from neurostudio.core.method import Input
from neurostudio.core.registry import registry
from neurostudio.core.spec import walk
from neurostudio.methods.fmri.encode import run
from neurostudio.methods.fmri.specs.encode import EncodeSpec

TR_S = 2.0
SHAPE = (6, 5, 3)
N_PLANTED = 20
AFFINE = np.diag([3.0, 3.0, 3.0, 1.0])

Settings = dict[str, Any]


class Brain:
    """Runs in a folder; the first 20 voxels follow the features two volumes later, all drift and have noise."""

    def __init__(self, folder: Path, n_run: int = 3, n_time: int = 70, gain: float = 1.2, width: int = 3, seed: int = 0) -> None:
        self.folder, self.n_time, self.width = folder, n_time, width
        self.rng = np.random.default_rng(seed)
        self.weights = self.rng.normal(size=(width, N_PLANTED)) / np.sqrt(width)
        self.features = [self.rng.normal(size=(n_time, width)).astype(np.float32) for _ in range(n_run)]
        self.gain = gain
        for number in range(n_run):
            self.write(number)

    def write(self, number: int, extra: Callable[[np.ndarray], None] | None = None) -> None:
        """Write one run; `extra` may change its values[time, voxel] first."""
        n_voxel = int(np.prod(SHAPE))
        values = self.rng.normal(size=(self.n_time, n_voxel))
        values[2:, :N_PLANTED] += self.gain * self.features[number][:-2] @ self.weights
        values += np.linspace(-3, 3, self.n_time)[:, None]
        values = values + 100
        if extra is not None:
            extra(values)
        func = self.folder / "sub-01" / "func"
        func.mkdir(parents=True, exist_ok=True)
        (self.folder / "dataset_description.json").write_text(json.dumps({"Name": "tiny", "BIDSVersion": "1.8.0"}))
        image = Nifti1Image(values.T.reshape(*SHAPE, self.n_time).astype(np.float32), AFFINE)
        image.header.set_xyzt_units("mm", "sec")
        image.header.set_zooms((3.0, 3.0, 3.0, TR_S))
        nib.save(image, func / f"sub-01_task-x_run-{number + 1}_bold.nii.gz")
        (func / f"sub-01_task-x_run-{number + 1}_bold.json").write_text(json.dumps({"RepetitionTime": TR_S}))

    def tables(self, name: str = "features", columns: slice = slice(None)) -> list[Input]:
        """Write the features of each run, a row a volume."""
        given = []
        for number, values in enumerate(self.features):
            path = self.folder.parent / f"{name}_run-{number + 1}.tsv"
            names = [f"{name}{place}" for place in range(values[:, columns].shape[1])]
            np.savetxt(path, values[:, columns], delimiter="\t", header="\t".join(names), comments="")
            given.append(Input("features", path.stem, "table", path))
        return given

    def context(self, *inputs: Input, seed: int = 0) -> NotebookContext:
        """A context over the runs and some more."""
        bold = Input("bold", "tiny", "fmri", self.folder)
        return NotebookContext(self.folder.parent / "out", seed=seed, inputs=[bold, *inputs])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "brain"
    made.mkdir()
    return made


def spec(**settings: Any) -> EncodeSpec:
    plain: Settings = {"mask": {"how": "all"}, "significance": {"shifts": 60}, "model": {"penalties": 6, "highest": 5}}
    for name, values in settings.items():
        plain[name] = {**plain.get(name, {}), **values}
    return EncodeSpec.from_settings(plain)


def volume(context: NotebookContext, name: str) -> np.ndarray:
    """Values of a map, voxels in the order of the mask (C order of the grid)."""
    values = np.asarray(nib.load(context.artifacts[name]).dataobj)
    return values.reshape(-1, *values.shape[3:])


def rows(context: NotebookContext, name: str) -> list[dict[str, str]]:
    with context.artifacts[name].open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def said(context: NotebookContext) -> str:
    return "\n".join(message for _, message in context.messages)


def test_planted_voxels_are_found_and_every_output_is_written(folder: Path) -> None:
    brain = Brain(folder)
    context = brain.context(*brain.tables())
    run(spec(), context)
    significant = np.isfinite(volume(context, "r-significant"))
    assert significant[:N_PLANTED].mean() > 0.9
    assert significant[N_PLANTED:].mean() < 0.05
    assert context.final("encode/voxels_significant") == significant.sum()
    r = volume(context, "r")
    assert context.final("test/r_mean") == pytest.approx(r.mean(), abs=1e-6)
    assert context.final("test/r_max") == pytest.approx(r.max(), abs=1e-6)
    assert context.final("test/r2_mean") == pytest.approx(volume(context, "r2").mean(), abs=1e-6)
    assert [row["fold"] for row in rows(context, "folds")] == [f"sub-01_task-x_run-{number}" for number in (1, 2, 3)]
    assert all(row["fold"] not in row["normalisers_saw"].split() for row in rows(context, "folds"))
    assert np.mean([float(row["r_mean"]) for row in rows(context, "scores")]) == pytest.approx(r.mean(), abs=1e-6)
    assert sum(int(row["all_voxels"]) for row in rows(context, "penalties")) == 3 * 90
    response = [float(row["weight"]) for row in rows(context, "response")]
    assert int(np.argmax(response)) == 1
    method = registry().find("fmri.encode")
    named = {output.name for output in method.outputs} | {f"fitted-{number}" for number in (1, 2, 3)}
    assert set(context.artifacts) <= named
    assert {output.name for output in method.outputs if not output.when} <= set(context.artifacts)
    assert set(context.metrics) <= {metric.name for metric in method.metrics}


def test_without_signal_no_voxel_is_significant(folder: Path) -> None:
    brain = Brain(folder, gain=0.0, seed=3)
    context = brain.context(*brain.tables())
    run(spec(output={"fitted": False, "weights": "none"}), context)
    assert context.final("encode/voxels_significant") == 0
    assert not np.isfinite(volume(context, "r-significant")).any()
    assert abs(context.final("test/r_mean")) < 0.05
    assert not {"weights", "response", "fitted-1"} & set(context.artifacts)


def test_the_same_seed_gives_the_same_maps(folder: Path) -> None:
    brain = Brain(folder)
    given = brain.tables("sound", slice(0, 1)), brain.tables("sight", slice(1, 3))
    contents = []
    for _ in range(2):
        context = brain.context(*given[0], *given[1])
        run(spec(model={"iterations": 4}, significance={"shifts": 20}), context)
        contents.append({name: context.artifacts[name].read_bytes() for name in ("r", "p", "r2-split", "shares", "fitted-2")})
    assert contents[0] == contents[1]


def test_several_spaces_are_told_apart_and_sum_to_the_whole(folder: Path) -> None:
    brain = Brain(folder, gain=2.0)
    brain.weights[0], brain.weights[1:] = 2.0, 0.5
    for number in range(3):
        brain.write(number)
    context = brain.context(*brain.tables("loud", slice(0, 1)), *brain.tables("other", slice(1, 3)))
    run(spec(model={"iterations": 5}, significance={"shifts": 0}), context)
    split = volume(context, "r2-split")
    np.testing.assert_allclose(split.sum(axis=1), volume(context, "r2"), atol=1e-3)
    np.testing.assert_allclose(volume(context, "shares").sum(axis=1), 1, atol=1e-4)
    assert split[:N_PLANTED, 0].mean() > 3 * split[:N_PLANTED, 1].mean()
    assert "banded ridge" in said(context)
    with np.load(context.artifacts["weights"]) as weights:
        assert weights["by_delay_other"].shape == (4, 2, 90)
        np.testing.assert_allclose(weights["mean_loud"], weights["by_delay_loud"].mean(axis=0), atol=1e-6)
        assert weights["features_loud"].tolist() == ["loud0"]


def test_more_features_than_volumes_take_the_kernel_form(folder: Path) -> None:
    brain = Brain(folder, width=60, gain=2.0)
    context = brain.context(*brain.tables())
    run(spec(significance={"shifts": 0}, output={"best": 5}), context)
    assert "Model: kernel ridge, 140 volumes to learn from, 240 delayed features" in said(context)
    with np.load(context.artifacts["weights"]) as weights:
        assert weights["by_delay_features"].shape == (4, 60, 5)
        r = volume(context, "r").reshape(SHAPE)
        assert sorted(r[tuple(weights["voxels"].T)]) == sorted(np.sort(r, axis=None)[-5:])


def test_predictions_are_as_long_as_their_run_and_in_its_units(folder: Path) -> None:
    brain = Brain(folder, gain=3.0)
    context = brain.context(*brain.tables())
    run(spec(significance={"shifts": 0}), context)
    fitted = volume(context, "fitted-2").T
    measured = np.asarray(nib.load(folder / "sub-01/func/sub-01_task-x_run-2_bold.nii.gz").dataobj).reshape(-1, 70).T
    assert fitted.shape == (70, 90)
    assert nib.load(context.artifacts["fitted-2"]).header.get_zooms()[3] == pytest.approx(TR_S)
    np.testing.assert_allclose(fitted.mean(axis=0), measured.mean(axis=0), atol=1.0)
    explained = 1 - (measured - fitted).var(axis=0) / measured.var(axis=0)
    assert explained[:N_PLANTED].mean() > 0.8


def test_repeats_are_held_out_together_and_give_a_ceiling(folder: Path) -> None:
    brain = Brain(folder, n_run=4, gain=1.5)
    brain.features[3] = brain.features[1]
    brain.write(3)
    context = brain.context(*brain.tables())
    run(spec(significance={"shifts": 0}), context)
    assert [row["fold"] for row in rows(context, "folds")] == [
        "sub-01_task-x_run-1",
        "sub-01_task-x_run-2 sub-01_task-x_run-4",
        "sub-01_task-x_run-3",
    ]
    ceiling, r = volume(context, "noise-ceiling"), volume(context, "r")
    assert ceiling[:N_PLANTED].mean() > 0.7
    assert ceiling[N_PLANTED:].mean() < 0.25
    assert r[:N_PLANTED].mean() < ceiling[:N_PLANTED].mean() + 0.05
    assert context.final("encode/ceiling_mean") == pytest.approx(ceiling.mean(), abs=1e-6)


def test_a_single_run_is_tested_in_stretches_and_says_so(folder: Path) -> None:
    brain = Brain(folder, n_run=1, n_time=160, gain=2.0)
    context = brain.context(*brain.tables())
    run(spec(folds={"gap_s": 8}), context)
    assert "only one run, so 5 stretches of it are tested in turn, with 8 volumes left out around each" in said(context)
    assert volume(context, "fitted").shape == (90, 160)
    assert np.isfinite(volume(context, "fitted")).all()
    assert np.isfinite(volume(context, "r-significant"))[:N_PLANTED].mean() > 0.9


def test_given_test_runs_alone_are_tested(folder: Path) -> None:
    brain = Brain(folder)
    context = brain.context(*brain.tables())
    run(spec(folds={"test_runs": ["sub-01_task-x_run-2"]}, significance={"shifts": 0}), context)
    assert [row["tested_volumes"] for row in rows(context, "folds")] == ["70"]
    assert "fitted-2" in context.artifacts
    assert "fitted-1" not in context.artifacts


def test_a_marker_in_the_tested_run_changes_no_normaliser(folder: Path) -> None:
    brain = Brain(folder)
    options = {"folds": {"test_runs": ["sub-01_task-x_run-3"]}, "significance": {"shifts": 0}, "output": {"weights": "none"}}
    seen = []
    for marker in (0.0, 777.0):
        brain.features[2][5] += marker
        context = brain.context(*brain.tables())
        run(spec(**options), context)
        seen.append((rows(context, "folds")[0]["normalisers"], volume(context, "best-alpha").tolist()))
    assert seen[0] == seen[1]


def test_voxels_that_cannot_be_fitted_are_left_out_and_counted(folder: Path) -> None:
    brain = Brain(folder)

    def spoil(values: np.ndarray) -> None:
        values[:, 3] = np.nan
        values[:, 4] = 7.0

    brain.write(1, spoil)
    context = brain.context(*brain.tables())
    run(spec(significance={"shifts": 0}), context)
    r = volume(context, "r")
    assert np.flatnonzero(~np.isfinite(r)).tolist() == [3, 4]
    assert context.final("data/voxels") == 88


def test_volumes_without_features_can_be_left_out(folder: Path) -> None:
    brain = Brain(folder, gain=2.0)
    given = brain.tables()
    lines = given[1].path.read_text().splitlines()
    given[1].path.write_text("\n".join(lines[:-10]) + "\n")
    with pytest.raises(RequestError, match=r"shorter than the run sub-01_task-x_run-2. 10 of 70 volumes"):
        run(spec(), brain.context(*given))
    context = brain.context(*given)
    run(spec(features={"uncovered": "leave-out"}, targets={"skip": 2}, significance={"shifts": 0}), context)
    assert [row["kept_volumes"] for row in rows(context, "runs")] == ["68", "58", "68"]
    fitted = volume(context, "fitted-2")[0]
    assert np.flatnonzero(~np.isfinite(fitted)).tolist() == [0, 1, *range(60, 70)]


def test_runs_too_short_to_shift_are_scored_without_a_test(folder: Path) -> None:
    brain = Brain(folder, n_time=28)
    context = brain.context(*brain.tables())
    run(spec(), context)
    assert "No test of significance: the runs are too short" in said(context)
    assert "r-significant" not in context.artifacts


def test_a_periodic_stimulus_is_warned_about(folder: Path) -> None:
    brain = Brain(folder, n_run=2, n_time=80, width=1)
    brain.features = [np.tile(np.repeat([0.0, 1.0], 10), 4)[:, None] + 0.1 * number for number in range(2)]
    context = brain.context(*brain.tables())
    run(spec(significance={"shifts": 20}), context)
    assert "one is the same after 40 s, r = 1.00" in said(context)


def test_penalties_at_the_edge_of_the_grid_are_warned_about(folder: Path) -> None:
    brain = Brain(folder, gain=3.0)
    context = brain.context(*brain.tables())
    run(spec(model={"lowest": 4, "highest": 6}, significance={"shifts": 0}), context)
    assert context.final("encode/penalties_at_edge") > 0.5
    assert any(level == "warning" and "Widen the grid" in message for level, message in context.messages)


def test_words_give_features_of_their_own(folder: Path) -> None:
    brain = Brain(folder, width=1, gain=2.0)
    given = []
    for number in range(3):
        counts = brain.rng.integers(0, 6, size=70)
        onsets = [volume * TR_S + word * 0.3 + 0.1 for volume, count in enumerate(counts) for word in range(count)]
        brain.features[number] = ((counts - counts.mean()) / counts.std())[:, None].astype(np.float32)
        brain.write(number)
        path = folder.parent / f"words_run-{number + 1}.tsv"
        path.write_text(
            "word\tonset\toffset\n" + "".join(f"w{place % 7}\t{onset}\t{onset + 0.2}\n" for place, onset in enumerate(onsets))
        )
        given.append(Input("words", path.stem, "table", path))
    context = brain.context(*given)
    run(spec(features={"resample": "mean"}, words={"cheap": ["rate"]}), context)
    assert np.isfinite(volume(context, "r-significant"))[:N_PLANTED].mean() > 0.7
    assert rows(context, "features")[0]["space"] == "words"


def test_pictures_give_features_of_their_own(folder: Path) -> None:
    pictures = folder.parent / "pictures"
    pictures.mkdir()
    y, x = np.mgrid[:32, :32] / 32
    for name, wave in (("upright", x), ("level", y)):
        grey = (127 + 127 * np.cos(2 * np.pi * 4 * wave)).astype(np.uint8)
        Image.fromarray(np.repeat(grey[:, :, None], 3, axis=2)).save(pictures / f"{name}.png")
    brain = Brain(folder, width=1, gain=3.0)
    given = [Input("images", "pictures", "images", pictures)]
    for number in range(3):
        which = brain.rng.integers(0, 2, size=70)
        brain.features[number] = (which[:, None] * 2.0 - 1).astype(np.float32)
        brain.write(number)
        path = folder.parent / f"shown_run-{number + 1}.tsv"
        lines = [f"{volume * TR_S}\t{TR_S}\t{('upright', 'level')[one]}.png\n" for volume, one in enumerate(which)]
        path.write_text("onset\tduration\tfile\n" + "".join(lines))
        given.append(Input("presentations", path.stem, "table", path))
    context = brain.context(*given)
    run(spec(pictures={"size": 32, "scales": 2, "orientations": 2}), context)
    assert np.isfinite(volume(context, "r-significant"))[:N_PLANTED].mean() > 0.9
    assert "Gabor energies of 2 pictures" in rows(context, "features")[0]["how"]


def test_a_run_can_be_stopped_at_every_phase(folder: Path) -> None:
    brain = Brain(folder)
    given = brain.tables()

    class Stopping(NotebookContext):
        phase = ""

        def progress(self, done: float, total: float | None, phase: str, unit: str = "") -> None:
            self.stop_requested = self.stop_requested or phase == self.phase

    for phase in ("Fit and test", "Shift and score", "Fit the weights"):
        context = Stopping(folder.parent / "out", inputs=[Input("bold", "tiny", "fmri", folder), *given])
        context.phase = phase
        with pytest.raises(Cancelled):
            run(spec(), context)


@pytest.mark.parametrize(
    ("role", "text", "message"),
    [
        ("features", "a\tb\n" + "1\t2\n" * 70, "No feature of .* changes over the volumes"),
        ("features", "a\tb\n" + "1\t2\n" * 40 + "1\tn/a\n" * 30, "line 42: the column 'b' has no number there .30 such rows"),
        ("features", "time\ta\n" + "".join(f"{500 + second}\t{second}\n" for second in range(90)), "no common time"),
        (
            "words",
            "word\tonset\toffset\n" + "".join(f"w\t{500 + second}\t{501 + second}\n" for second in range(90)),
            "no common time",
        ),
        ("language_model", "", "A language model was given, but no words"),
    ],
)
def test_bad_features_are_refused_with_the_reason(folder: Path, role: str, text: str, message: str) -> None:
    brain = Brain(folder, n_run=1)
    path = folder.parent / "given.tsv"
    path.write_text(text)
    with pytest.raises(NeuroError, match=message):
        run(spec(), brain.context(Input(role, "given", "table", path)))


def test_no_features_at_all_are_refused(folder: Path) -> None:
    with pytest.raises(RequestError, match="No features of the stimulus were given"):
        run(spec(), Brain(folder, n_run=1).context())


def test_a_run_too_short_to_learn_from_is_refused(folder: Path) -> None:
    brain = Brain(folder, n_run=1, n_time=40)
    with pytest.raises(RequestError, match="Too few volumes to test"):
        run(spec(), brain.context(*brain.tables()))


def test_every_setting_has_help_and_the_defaults_are_those_of_the_method() -> None:
    assert all(info.help and info.title for info in walk(EncodeSpec))
    assert EncodeSpec().delays.until_s == 8
    assert EncodeSpec().significance.shifts == 200
    with pytest.raises(RequestError, match="highest penalty"):
        EncodeSpec.from_settings({"model": {"lowest": 3, "highest": 1}})
    with pytest.raises(RequestError, match="cheap"):
        EncodeSpec.from_settings({"words": {"cheap": ["loudness"]}})


@pytest.mark.slow
def test_the_regions_of_the_listening_phantom_are_found(phantom: Path) -> None:
    stimuli = sorted((phantom / "stimuli").glob("*_features.tsv"))
    given = [Input("bold", "phantom", "fmri", phantom), *(Input("features", path.name, "table", path) for path in stimuli)]
    context = NotebookContext(inputs=given)
    run(EncodeSpec(), context)
    regions = np.asarray(nib.load(phantom / "truth" / "regions.nii.gz").dataobj).ravel()
    r, significant = volume(context, "r"), np.isfinite(volume(context, "r-significant"))
    for region in (1, 2, 6):  # both auditory regions and the one that answers to words
        assert r[regions == region].mean() > 0.3
        assert significant[regions == region].mean() > 0.5
    assert significant[regions == 0].mean() < 0.01
