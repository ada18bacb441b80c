"""Importing brain data into a project: folders are known again without hashing their images."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from neurostudio.app import Project, import_data
from neurostudio.app.datasets import dataset_input, locate
from neurostudio.core.errors import RequestError
from neurostudio.core.provenance import sha256_of
from neurostudio.data import open_data
from neurostudio.store.read import dataset as read_dataset


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A BIDS folder of two runs."""
    func = tmp_path / "study" / "sub-1" / "func"
    func.mkdir(parents=True)
    (tmp_path / "study" / "dataset_description.json").write_text('{"Name": "a", "BIDSVersion": "1.9.0"}')
    (tmp_path / "study" / "task-a_bold.json").write_text('{"RepetitionTime": 2.0}')
    for run in (1, 2):
        image = nib.nifti1.Nifti1Image(np.full((2, 3, 2, 25), run, dtype=np.int16), np.diag([3.0, 3.0, 3.0, 1.0]))
        image.header.set_zooms((3.0, 3.0, 3.0, 2.0))
        image.header.set_xyzt_units("mm", "sec")
        image.to_filename(func / f"sub-1_task-a_run-{run}_bold.nii.gz")
        (func / f"sub-1_task-a_run-{run}_events.tsv").write_text("onset\tduration\ttrial_type\n4\t2\ta\n30\t2\tb\n")
    return tmp_path / "study"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "project"):
        return tmp_path / "project"


def test_a_folder_is_imported_found_again_and_checked(study: Path, project: Path) -> None:
    with Project.open(project) as opened:
        (done,) = import_data(opened, [study])
        assert (done.kind, done.report.form, done.report.facts["runs"], done.report.problems) == ("fmri", "bids", 2, ())
        row = read_dataset(opened.store, done.name)
        assert row.sha256 != sha256_of(study)
        given = dataset_input(opened, "bold", done.name)
        assert [run.name for run in open_data(given.path, given.kind, given.options).select()] == [
            "sub-1_task-a_run-1",
            "sub-1_task-a_run-2",
        ]
        moved = study.rename(project.parent / "elsewhere")
        with pytest.raises(RequestError, match="are missing"):
            locate(opened, row)
        beside = moved.rename(opened.path.parent / study.name)
        assert locate(opened, row) == beside
        (again,) = import_data(opened, [beside.rename(project.parent / "far")])
        assert (again.name, again.found_again) == (done.name, True)
        events = again.path / "sub-1/func/sub-1_task-a_run-1_events.tsv"
        events.write_text(events.read_text() + "40\t2\ta\n")
        with pytest.raises(RequestError, match="has changed since it was imported"):
            dataset_input(opened, "bold", done.name)


def test_a_contradiction_stops_the_import_until_it_is_answered(study: Path, project: Path) -> None:
    (study / "task-a_bold.json").write_text('{"RepetitionTime": 3.0}')
    with Project.open(project) as opened:
        with pytest.raises(
            RequestError, match=r"the header says 2 s; choose the right one with the option tr_s \(--option tr_s=3\)"
        ):
            import_data(opened, [study])
        (done,) = import_data(opened, [study], options={"tr_s": "3"})
        given = dataset_input(opened, "bold", done.name)
        assert {run.tr_s for run in open_data(given.path, given.kind, given.options).runs} == {3.0}


def test_a_folder_with_links_to_nothing_can_be_copied(study: Path, project: Path) -> None:
    (study / "sub-1" / "func" / "sub-1_task-a_run-3_bold.nii.gz").symlink_to("../../.git/annex/objects/gone")
    with Project.open(project) as opened:
        (done,) = import_data(opened, [study], copy=True)
        assert done.report.facts["missing_images"] == 1
        assert done.path.is_relative_to(project)
        given = dataset_input(opened, "bold", done.name)
        assert len(open_data(given.path, given.kind, given.options).runs) == 2


def test_an_image_that_was_not_downloaded_is_named_at_import(tmp_path: Path, project: Path) -> None:
    key = "MD5E-s34000000--0123456789abcdef0123456789abcdef.nii.gz"
    link = tmp_path / "sub-1_bold.nii.gz"
    link.symlink_to(f".git/annex/objects/a/b/{key}/{key}")
    with Project.open(project) as opened, pytest.raises(RequestError, match=r"image of 34 MB is not downloaded"):
        import_data(opened, [link], kind="fmri")
