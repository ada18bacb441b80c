"""Sample studies: ready to run, and never over anything of the user's."""

from pathlib import Path

import pytest

from neurostudio.app import Project, list_datasets, make_request
from neurostudio.app import sample_studies as studies
from neurostudio.core.errors import RequestError


@pytest.mark.parametrize("study_id", studies.SAMPLE_STUDIES)
def test_a_sample_study_is_ready_to_run(study_id: str, tmp_path: Path) -> None:
    path = studies.make_sample_project(study_id, tmp_path / "sample")
    study = studies.SAMPLE_STUDIES[study_id]
    with Project.open(path) as project:
        rows = {row.name: row for row in list_datasets(project)}
        assert all(row.path.is_relative_to(path) for row in rows.values())
        facts = rows[study.dataset].report["facts"]
        amounts = {"spiking-english": ("rows", 2400), "spiking-chinese": ("rows", 800), "brain-listening": ("runs", 3)}
        name, amount = amounts[study_id]
        assert facts[name] == amount
        assert make_request(project, study.method, inputs={study.role: [study.dataset]}).method == study.method


def test_a_sample_that_is_there_is_opened_not_made_again(tmp_path: Path) -> None:
    path = studies.make_sample_project("spiking-chinese", tmp_path / "sample")
    before = (path / "project.sqlite").stat().st_mtime_ns
    assert studies.make_sample_project("spiking-chinese", tmp_path / "sample") == path
    assert (path / "project.sqlite").stat().st_mtime_ns == before


def test_other_things_in_the_default_folder_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies.platformdirs, "user_documents_path", lambda: tmp_path)
    wanted = studies.sample_folder(studies.SAMPLE_STUDIES["spiking-chinese"])
    wanted.mkdir(parents=True)
    (wanted / "thesis.txt").write_text("mine")
    made = studies.make_sample_project("spiking-chinese")
    assert made == wanted.with_name(f"{wanted.name}-2")
    assert [file.name for file in wanted.iterdir()] == ["thesis.txt"]


def test_a_chosen_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RequestError, match="not empty"):
        studies.make_sample_project("spiking-chinese", tmp_path)
    with pytest.raises(RequestError, match="spiking-english"):
        studies.make_sample_project("no-such-study", tmp_path / "x")
