"""``fmri.quality`` on the phantom, whose jerks and noise are known, and on a real run."""

import csv
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled
from neurostudio.methods.fmri.quality import run
from neurostudio.methods.fmri.record_quality import METHOD
from neurostudio.methods.fmri.specs.quality import QualitySpec, estimate
from neurostudio.methods.fmri.tsnr import without_trend

MakeContext = Callable[..., NotebookContext]


def rows_of(context: NotebookContext, name: str) -> list[dict[str, str]]:
    with context.artifacts[name].open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def done(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> NotebookContext:
    from neurostudio.core.method import Input

    context = NotebookContext(tmp_path_factory.mktemp("quality"), inputs=[Input("bold", "phantom", "fmri", phantom)])
    run(QualitySpec(), context)
    return context


def test_what_is_written_stands_in_the_record(done: NotebookContext) -> None:
    documented = {output.name for output in METHOD.outputs}
    assert {name.rstrip("0123456789") + "N" if name[-1].isdigit() else name for name in done.artifacts} <= documented
    assert set(done.metrics) <= {metric.name for metric in METHOD.metrics}
    assert "quality/fd_mean_mm" in done.metrics


def test_the_outliers_are_the_jerks_of_the_phantom(done: NotebookContext, phantom: Path) -> None:
    for number in (1, 2, 3):
        truth = np.loadtxt(
            phantom / "truth" / f"sub-01_task-listening_run-{number}_responses.tsv", delimiter="\t", skiprows=1, usecols=-1
        )
        jerks = set(np.flatnonzero(truth))
        found = {int(row["volume"]) for row in rows_of(done, f"volumes-{number}") if row["outlier"]}
        assert jerks <= found <= {near for jerk in jerks for near in (jerk, jerk + 1, jerk + 2)}
    assert done.final("quality/outlier_volumes") == len(rows_of(done, "outliers"))


def test_the_map_holds_mean_over_standard_deviation(done: NotebookContext) -> None:
    image = nib.load(done.artifacts["tsnr-1"])
    mask = np.asarray(nib.load(done.artifacts["mask"]).dataobj) > 0
    values = image.get_fdata(dtype=np.float32)
    assert not values[~mask].any()
    assert 30 < np.median(values[mask]) < 150
    medians = [float(row["tsnr_median"]) for row in rows_of(done, "quality")]
    assert np.median(values[mask]) == pytest.approx(medians[0], rel=1e-5)
    assert done.final("quality/tsnr_median") == pytest.approx(np.mean(medians))


def test_noise_alone_gives_a_standardised_dvars_of_one(done: NotebookContext) -> None:
    quiet = [float(row["dvars_std"]) for row in rows_of(done, "volumes-1") if row["dvars_std"] and not row["outlier"]]
    assert np.mean(quiet) == pytest.approx(1, abs=0.1)
    assert rows_of(done, "volumes-1")[0]["dvars_std"] == ""


def test_a_row_of_the_carpet_is_the_voxel_that_it_names(done: NotebookContext, phantom: Path) -> None:
    with np.load(done.artifacts["carpet-2"]) as carpet:
        values, voxels, mm = carpet["carpet"], carpet["voxel"], carpet["mm"]
        assert values.shape == (2000, 100)
        assert carpet["fd_mm"].shape == carpet["dvars_std"].shape == (100,)
        image = nib.load(next((phantom / "sub-01" / "func").glob("*run-2*preproc_bold.nii.gz")))
        data = np.asarray(image.dataobj, np.float64)
        for row in (0, 777, 1999):
            series = data[tuple(voxels[row])]
            expected = without_trend(series[:, None])[:, 0]
            assert np.allclose(values[row], np.clip(expected / expected.std(), -6, 6), atol=1e-4)
            assert np.allclose(nib.affines.apply_affine(image.affine, voxels[row]), mm[row], atol=1e-3)
        related = [np.corrcoef(carpet["fd_mm"][1:], data[tuple(voxel)][1:])[0, 1] for voxel in voxels]
    assert (np.diff(related) <= 1e-6).all()


def test_labels_order_the_carpet(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom), ("labels", phantom / "truth" / "regions.nii.gz"))
    run(QualitySpec.from_settings({"selection": {"run": "1"}, "carpet": {"rows": 20000}}), context)
    with np.load(context.artifacts["carpet-1"]) as carpet:
        labels = carpet["label"]
        truth = np.asarray(nib.load(phantom / "truth" / "regions.nii.gz").dataobj)
        assert (truth[tuple(carpet["voxel"].T)] == labels).all()
    assert list(dict.fromkeys(labels)) == [1, 2, 3, 4, 5, 6, 0]


@pytest.mark.parametrize("order", ["depth", "none"])
def test_other_orders_of_the_carpet(order: str, phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    run(QualitySpec.from_settings({"selection": {"run": "1"}, "carpet": {"rows": 200, "order": order}}), context)
    with np.load(context.artifacts["carpet-1"]) as carpet:
        places = carpet["voxel"] @ [10**6, 10**3, 1]
        assert len(np.unique(places)) == 200
        assert (np.diff(places) > 0).all() == (order == "none")


def test_without_motion_nothing_is_made_up(shared_data: Callable[[str], Path], make_context: MakeContext) -> None:
    context = make_context(("bold", shared_data("fmri_audiovisual_bold/filtered_func_data.nii.gz")))
    run(QualitySpec.from_settings({"selection": {"tr_s": 3}}), context)
    assert "quality/fd_mean_mm" not in context.metrics
    assert "motion-1" not in context.artifacts
    assert any("no framewise displacement" in words for _, words in context.messages)
    assert context.final("data/volumes") == 64
    assert context.final("quality/tsnr_median") > 20


def test_real_motion_gives_a_real_displacement(haxby: Callable[..., Path], make_context: MakeContext) -> None:
    folder = "task001_run001"
    context = make_context(("bold", haxby(f"{folder}/bold_25mm.nii.gz")), ("confounds", haxby(f"{folder}/bold_moest.txt")))
    run(QualitySpec(), context)
    motion = np.loadtxt(haxby(f"{folder}/bold_moest.txt"))
    steps = np.abs(np.diff(motion, axis=0)) * [50, 50, 50, 1, 1, 1]
    assert context.final("quality/fd_mean_mm") == pytest.approx(steps.sum(axis=1).mean(), rel=1e-6)


def test_it_stops_when_asked(phantom: Path, make_context: MakeContext) -> None:
    context = make_context(("bold", phantom))
    context.stop_requested = True
    with pytest.raises(Cancelled):
        run(QualitySpec(), context)


def test_the_estimate_grows_with_the_data_and_the_largest_run_sets_the_memory() -> None:
    small = estimate(QualitySpec(), {"bold": [{"size_bytes": 10**7}]})
    large = estimate(QualitySpec(), {"bold": [{"size_bytes": 10**9, "runs": 4}]})
    assert large.seconds > 5 * small.seconds
    assert large.memory_gb < estimate(QualitySpec(), {"bold": [{"size_bytes": 10**9}]}).memory_gb
    assert estimate(QualitySpec(), {}).seconds > 0
