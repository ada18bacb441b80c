"""Making and opening projects, and the names of the public Python API."""

import os
from pathlib import Path

import pytest

import neurostudio.app
from neurostudio.app import (
    Project,
    forget_dataset,
    import_data,
    label,
    list_datasets,
    list_runs,
    make_request,
    preview,
    run,
    show,
)
from neurostudio.app.commands import command, short_path
from neurostudio.core.errors import RequestError

PUBLIC = [
    "Project",
    "cancel",
    "compare_runs",
    "export_curve",
    "export_dataset",
    "export_figure",
    "export_run",
    "forget_dataset",
    "import_data",
    "label",
    "list_datasets",
    "list_runs",
    "make_report",
    "make_request",
    "open_session",
    "preview",
    "resume",
    "run",
    "run_batch",
    "show",
]


def test_the_public_names_are_these_and_no_others() -> None:
    assert neurostudio.app.__all__ == PUBLIC
    assert all(getattr(neurostudio.app, name).__doc__ for name in PUBLIC)


def test_a_project_is_made_opened_and_closed_twice(tmp_path: Path) -> None:
    with Project.create(tmp_path / "study") as made:
        assert sorted(path.name for path in made.path.iterdir() if path.is_dir()) == ["data", "runs"]
    made.close()
    with Project.open(tmp_path / "study") as opened:
        assert list_runs(opened) == []


def test_an_empty_folder_becomes_a_project_and_a_full_one_does_not(tmp_path: Path) -> None:
    Project.create(tmp_path).close()
    with pytest.raises(RequestError, match="not empty"):
        Project.create(tmp_path)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(RequestError, match="exists already"):
        Project.create(file)
    with pytest.raises(RequestError, match="There is no project folder"):
        Project.open(file)


def test_the_example_of_the_readme_runs(project: Project, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    import_data(project, [tmp_path / "numbers.csv"], kind="table")
    heard: list[str] = []
    request = make_request(project, "counting.sum", inputs={"table": ["numbers"]}, settings={"n": 3}, seed=1)
    status = run(project, request, lambda events: heard.extend(event["type"] for event in events))
    assert status.state == "done"
    assert "metric" in heard
    detail = show(project, "latest")
    assert detail.metrics["sum/steps_done"] == 3
    label(project, "latest", name="first", tags=["pilot"], trashed=True)
    assert list_runs(project) == []
    label(project, detail.row.run_id, trashed=False)
    assert [(row.name, row.tags) for row in list_runs(project)] == [("first", ("pilot",))]


def test_a_preview_reads_and_adds_nothing(project: Project, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert preview(tmp_path / "numbers.csv", "table").facts["rows"] == 1
    assert list_datasets(project) == []


def test_a_data_set_that_is_forgotten_leaves_its_file_but_not_its_copy(project: Project, tmp_path: Path) -> None:
    source = tmp_path / "numbers.csv"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    import_data(project, [source], kind="table", name="linked")
    (copied,) = import_data(project, [source], kind="table", name="copied", copy=True)
    forget_dataset(project, "linked")
    forget_dataset(project, "copied")
    assert list_datasets(project) == []
    assert source.exists()
    assert not copied.path.exists()
    with pytest.raises(RequestError, match="There is no data set"):
        forget_dataset(project, "linked")


def test_data_beside_a_project_that_moved_are_found_by_their_checksum(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    data = tmp_path / "old" / "numbers.csv"
    data.write_text("a,b\n1,2\n", encoding="utf-8")
    with Project.create(tmp_path / "old" / "study") as project:
        import_data(project, [data], kind="table")
    (tmp_path / "old").rename(tmp_path / "new")
    with Project.open(tmp_path / "new" / "study") as project:
        from neurostudio.app.datasets import dataset_input

        assert dataset_input(project, "table", "numbers").path == tmp_path / "new" / "numbers.csv"
        (tmp_path / "new" / "numbers.csv").write_text("a,b\n1,9\n", encoding="utf-8")
        with pytest.raises(RequestError, match="The data of 'numbers' are missing"):
            dataset_input(project, "table", "numbers")


def test_hints_can_be_pasted_into_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("new", tmp_path / "study") == "`neurostudio new study`"
    assert short_path(tmp_path.parent) == str(tmp_path.parent)
    if os.name == "posix":
        assert command("new", tmp_path / "my study") == "`neurostudio new 'my study'`"
    assert short_path(Path("study") / ".." / "other") == "other"
