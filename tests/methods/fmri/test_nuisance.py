"""Regressors by strategy: as nilearn reads fMRIPrep's derivatives, the same columns of a plain table, and clear refusals."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nilearn.interfaces.fmriprep import load_confounds

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.write import write_volumes
from neurostudio.methods.fmri.inputs import BoldRun, bold_runs
from neurostudio.methods.fmri.nuisance import nuisance_of
from neurostudio.methods.fmri.specs.clean import ConfoundSettings
from neurostudio.methods.fmri.specs.selection import RunSelection

MakeContext = Callable[..., NotebookContext]
ONE = RunSelection(run="1")


def settings_of(strategy: str, **more: Any) -> ConfoundSettings:
    return ConfoundSettings.from_settings({"strategy": strategy, **more})


@pytest.fixture(scope="module")
def derivative(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> BoldRun:
    from neurostudio.core.method import Input

    context = NotebookContext(tmp_path_factory.mktemp("run"), inputs=[Input("bold", "phantom", "fmri", phantom)])
    return bold_runs(context, ONE)[0]


@pytest.fixture
def plain_table(derivative: BoldRun, tmp_path: Path, make_context: MakeContext) -> BoldRun:
    """The same run with its confounds given as a table under another name: nilearn would not find them."""
    table = tmp_path / "nuisance.tsv"
    shutil.copy(derivative.confounds.path, table)
    context = make_context(("bold", derivative.files.bold), ("confounds", table))
    return bold_runs(context, RunSelection(tr_s=2))[0]


@pytest.mark.parametrize(
    ("strategy", "theirs"),
    [
        ("simple", {"strategy": ("motion", "high_pass", "wm_csf"), "motion": "full", "wm_csf": "basic"}),
        ("compcor", {"strategy": ("motion", "high_pass", "compcor"), "motion": "full", "compcor": "anat_combined"}),
    ],
)
def test_a_strategy_on_derivatives_takes_nilearns_columns_without_the_drift(
    derivative: BoldRun, strategy: str, theirs: dict[str, Any]
) -> None:
    table, _ = load_confounds(str(derivative.files.bold), demean=False, **theirs)
    found = nuisance_of(derivative, settings_of(strategy))
    expected = [name for name in table.columns if not name.startswith("cosine")]
    assert list(found.names) == expected
    assert np.allclose(found.values, table[expected].to_numpy())
    assert "nilearn" in found.source
    assert found.steady.all()


def test_a_plain_table_gives_the_same_columns(derivative: BoldRun, plain_table: BoldRun) -> None:
    theirs, ours = (nuisance_of(run, settings_of("simple")) for run in (derivative, plain_table))
    assert sorted(ours.names) == sorted(theirs.names)
    order = [ours.names.index(name) for name in theirs.names]
    assert np.allclose(ours.values[1:, order], theirs.values[1:], atol=1e-5)  # nilearn fills the first row in its own way
    assert "nilearn" not in ours.source
    assert ours.filled == 12  # the changes and their squares have no first value


def test_each_strategy_takes_as_many_columns_as_it_says(plain_table: BoldRun) -> None:
    assert len(nuisance_of(plain_table, settings_of("none")).names) == 0
    assert len(nuisance_of(plain_table, settings_of("motion6")).names) == 6
    assert len(nuisance_of(plain_table, settings_of("motion24")).names) == 24
    assert len(nuisance_of(plain_table, settings_of("auto")).names) == 26
    assert len(nuisance_of(plain_table, settings_of("scrubbing")).names) == 26
    assert len(nuisance_of(plain_table, settings_of("compcor", compcor_components=3)).names) == 27
    assert nuisance_of(plain_table, settings_of("none", global_signal=True)).names == ("global_signal",)
    assert nuisance_of(plain_table, settings_of("columns", columns=["csf", "trans_?"])).names == (
        "csf",
        "trans_x",
        "trans_y",
        "trans_z",
    )


def test_what_a_strategy_needs_and_the_table_lacks_is_named(plain_table: BoldRun) -> None:
    with pytest.raises(RequestError, match=r"ICA-AROMA components \(aroma_motion_\*\)"):
        nuisance_of(plain_table, settings_of("ica_aroma"))
    with pytest.raises(RequestError, match="no column heart_rate"):
        nuisance_of(plain_table, settings_of("columns", columns=["csf", "heart_rate"]))
    with pytest.raises(RequestError, match=r"confounds\.columns"):
        nuisance_of(plain_table, settings_of("columns"))


def test_aroma_on_derivatives_without_it_is_refused_in_words(derivative: BoldRun) -> None:
    with pytest.raises(RequestError, match="'ica_aroma' does not fit the confounds of sub-01"):
        nuisance_of(derivative, settings_of("ica_aroma"))


def test_aroma_components_of_a_plain_table_are_taken(derivative: BoldRun, make_context: MakeContext, tmp_path: Path) -> None:
    table = tmp_path / "aroma.tsv"
    random = np.random.default_rng(0)
    names = ["csf", "white_matter", "aroma_motion_01", "aroma_motion_07"]
    table.write_text(
        "\n".join(["\t".join(names), *("\t".join(f"{cell:.4f}" for cell in random.normal(size=4)) for _ in range(100))])
    )
    (run,) = bold_runs(make_context(("bold", derivative.files.bold), ("confounds", table)), RunSelection(tr_s=2))
    assert sorted(nuisance_of(run, settings_of("ica_aroma")).names) == sorted(names)


def test_a_run_without_confounds_is_cleaned_without_or_refused(
    derivative: BoldRun, make_context: MakeContext, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.nii.gz"
    shutil.copy(derivative.files.bold, alone)
    (run,) = bold_runs(make_context(("bold", alone)), RunSelection(tr_s=2))
    assert nuisance_of(run, settings_of("auto")).names == ()
    with pytest.raises(RequestError, match="no confounds for alone"):
        nuisance_of(run, settings_of("motion6"))


def test_a_table_without_motion_is_refused_and_without_variation_says_nothing(
    derivative: BoldRun, make_context: MakeContext, tmp_path: Path
) -> None:
    table = tmp_path / "few.csv"
    table.write_text("csf,flat,empty\n" + "".join(f"{time % 7},3,n/a\n" for time in range(100)))
    (run,) = bold_runs(make_context(("bold", derivative.files.bold), ("confounds", table)), RunSelection(tr_s=2))
    assert nuisance_of(run, settings_of("columns", columns=["*"])).names == ("csf",)
    with pytest.raises(RequestError, match=r"few\.csv holds no motion parameters"):
        nuisance_of(run, settings_of("motion24"))


def test_volumes_that_fmriprep_marks_as_unsteady_are_not_steady(
    derivative: BoldRun, make_context: MakeContext, tmp_path: Path
) -> None:
    table = tmp_path / "marked.tsv"
    table.write_text("csf\tnon_steady_state_outlier00\n" + "".join(f"{time % 5}\t{int(time == 0)}\n" for time in range(100)))
    (run,) = bold_runs(make_context(("bold", derivative.files.bold), ("confounds", table)), RunSelection(tr_s=2))
    assert list(np.flatnonzero(~nuisance_of(run, settings_of("none")).steady)) == [0]


@pytest.mark.parametrize("strategy", ["simple", "compcor", "motion6"])
def test_a_real_table_of_fmriprep_is_read(
    strategy: str, shared_data: Callable[[str], Path], make_context: MakeContext, tmp_path: Path
) -> None:
    folder = tmp_path / "fmriprep" / "sub-01" / "func"
    folder.mkdir(parents=True)
    (tmp_path / "fmriprep" / "dataset_description.json").write_text(
        '{"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}'
    )
    for suffix in (".tsv", ".json"):
        source = shared_data(f"fmri_confounds/test-v21_desc-confounds_timeseries{suffix}")
        shutil.copy(source, folder / f"sub-01_task-rest_desc-confounds_timeseries{suffix}")
    n_time = len((folder / "sub-01_task-rest_desc-confounds_timeseries.tsv").read_text().splitlines()) - 1
    values = np.random.default_rng(0).normal(100, 1, (n_time, 3, 3, 3)).astype(np.float32)
    bold = folder / "sub-01_task-rest_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"
    write_volumes(bold, values, (3, 3, 3, n_time), np.eye(4), tr_s=2)
    (run,) = bold_runs(make_context(("bold", tmp_path / "fmriprep")), RunSelection())
    found = nuisance_of(run, settings_of(strategy))
    assert np.isfinite(found.values).all()
    assert found.values.shape == (n_time, len(found.names))
    assert not [name for name in found.names if "cosine" in name]
    assert ("nilearn" in found.source) == (strategy != "motion6")
    assert len(found.names) >= 6
