"""What dropped files are taken for."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.run_folder import run_folders
from neurostudio.gui.shell.importing.drops import drop_actions, form_of, is_batch, request_at

BATCH = "project: .\ndefaults: {method: spiking.text}\nruns:\n  - name: one\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "mr.tsv"
    path.write_text("text\tlabel\na fine film\t1\n", encoding="utf-8")
    return path


def test_a_project_folder_is_opened_also_by_its_index(sample_project: Path) -> None:
    for path in (sample_project, sample_project / "project.sqlite"):
        drop = drop_actions([path], has_project=False)
        assert (drop.what, drop.paths) == ("project", (sample_project,))
        assert "sample-study" in drop.sentence
    (sample_project / "project.sqlite").unlink()
    assert drop_actions([sample_project], has_project=False).what == "project", "its runs tell, too"


def test_data_are_looked_at_first_and_need_a_project(data: Path) -> None:
    assert drop_actions([data], has_project=True).what == "data"
    without = drop_actions([str(data)], has_project=False)
    assert (without.what, without.reason.startswith("Open one")) == ("nothing", True)


def test_several_files_are_named_but_not_all(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(5)]
    for path in paths:
        path.write_text("words")
    assert drop_actions(paths, has_project=True).sentence == "Look at “0.txt”, “1.txt”, “2.txt” and 2 more before importing"


def test_a_batch_file_is_told_from_other_yaml(tmp_path: Path) -> None:
    batch, other = tmp_path / "batch.yaml", tmp_path / "other.yaml"
    batch.write_text(BATCH)
    other.write_text("key: value\n")
    assert (is_batch(batch), is_batch(other)) == (True, False)
    assert drop_actions([batch], has_project=True).what == "batch"
    assert drop_actions([batch], has_project=False).what == "nothing"
    assert drop_actions([other], has_project=True).what == "data"


def test_a_request_fills_the_form_also_as_a_run_folder(sample_project: Path) -> None:
    folder = next(one for one in run_folders(sample_project) if one.request().name == "first")
    for path in (folder.path, folder.request_file):
        assert drop_actions([path], has_project=True).what == "request"
        request = request_at(path)
        assert request is not None
        form = form_of(request)
        assert (form["method_id"], form["inputs"], form["seed"]) == ("spiking.text", {"train": ["reviews"]}, 1)


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "{}", "{broken", json.dumps({"id": "x", "method": "y", "settings": {}, "format": 99})]
)
def test_other_json_is_data(tmp_path: Path, text: str) -> None:
    path = tmp_path / "request.json"
    path.write_text(text)
    assert drop_actions([path], has_project=True).what == "data"


def test_what_is_not_there_is_not_taken(tmp_path: Path) -> None:
    assert drop_actions([tmp_path / "gone"], has_project=True).what == "nothing"


def test_several_projects_are_one_too_many(sample_project: Path, data: Path) -> None:
    other = sample_project.with_name("other")
    (other / "runs").mkdir(parents=True)
    (other / "project.sqlite").touch()
    assert drop_actions([sample_project, other], has_project=True).what == "nothing"
    mixed = drop_actions([sample_project, data], has_project=True)
    assert (mixed.what, mixed.paths) == ("data", (data,))


@given(st.binary(max_size=300))
def test_no_content_of_a_yaml_file_breaks_the_look(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("drop") / "x.yaml"
    path.write_bytes(content)
    assert drop_actions([path], has_project=True).what in ("batch", "data")
