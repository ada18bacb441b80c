"""A project is moved, zipped and opened elsewhere; linked data that stayed behind are named and found again."""

import json
import shutil
from pathlib import Path

import pytest

from neurostudio.core.run_folder import run_folders

FLAGS = ("counting.sum", "--seed", 3, "--device", "cpu", "--json")


def move(project: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True)
    return Path(shutil.move(project, target))


def zip_and_unpack(project: Path, target: Path) -> Path:
    archive = shutil.make_archive(str(project.with_name("packed")), "zip", project)
    shutil.rmtree(project)
    shutil.unpack_archive(archive, target)
    return target


@pytest.mark.parametrize("carry", [move, zip_and_unpack])
def test_a_project_works_where_it_is_moved_to(finished: Path, tmp_path: Path, command_line, indexed, carry) -> None:
    runs = indexed(finished)
    there = carry(finished, tmp_path / "another disk" / "renamed")
    assert not finished.exists()
    code, _, errors = command_line("doctor", there)
    assert code == 0, errors
    assert [row["name"] for row in json.loads(command_line("runs", there, "--json")[1])] == ["second", "first"]
    shown = json.loads(command_line("show", there, "second", "--json")[1])
    paths = [Path(one["path"]) for one in (*shown["inputs"], *shown["artifacts"])]
    assert len(paths) == 4
    assert all(path.is_relative_to(there) and path.exists() for path in paths)
    assert command_line("export", there, "second", "--to", tmp_path / "out")[0] == 0
    assert (tmp_path / "out").is_dir()

    code, output, errors = command_line("run", there, *FLAGS, "--input", "corpus=copied")
    assert code == 0, errors
    assert json.loads(output)["metrics"]["input/bytes"] == shown["metrics"]["input/bytes"]
    assert command_line("doctor", there, "--rebuild")[0] == 0
    found = indexed(there)
    assert {run_id: found[run_id] for run_id in runs} == runs


def test_no_document_of_a_project_names_the_place_where_it_lies(finished: Path, finished_study: Path) -> None:
    documents = list(finished.rglob("*.json"))
    assert len(documents) > 8
    assert not [path for path in documents if str(finished_study) in path.read_text(encoding="utf-8")]
    events = [json.loads(line) for path in finished.rglob("events.jsonl") for line in path.open(encoding="utf-8")]
    artifacts = [event["path"] for event in events if event["type"] == "artifact"]
    assert len(artifacts) >= 6
    assert not [path for path in artifacts if Path(path).is_absolute()]


def test_a_run_that_was_interrupted_goes_on_where_its_project_is_moved_to(
    study, new_study, tmp_path: Path, wait, indexed, index_is_the_record
) -> None:
    command = study.start("run", *FLAGS, "--set", "n=60", "--set", "pause_ms=10")
    wait(lambda: study.folder() is not None and (study.folder().checkpoint / "checkpoint.json").exists())
    for worker in study.workers():
        worker.kill()
    command.communicate(timeout=60)
    study.path = move(study.path, tmp_path / "another disk" / "renamed")
    resumed = study.call("resume", "latest", "--json")
    assert resumed.returncode == 0, resumed.stderr
    run = indexed(study.path)[study.folder().id]
    assert [step for *_, name, _, step, _ in run["metrics"] if name == "sum/value"] == list(range(60))
    assert run["finals"]["sum/steps_done"] < 60
    index_is_the_record(study.path)


def test_a_linked_data_set_that_moved_is_named_and_found_again(finished: Path, tmp_path: Path, command_line) -> None:
    """The file moves twice: first to where nobody looks, then, by a copy of the project, to beside it."""
    shown = json.loads(command_line("datasets", finished, "--json")[1])
    source = tmp_path / "library" / "linked.txt"
    source.parent.mkdir()
    source.write_text("the cat sat on the mat\n" * 20, encoding="utf-8")
    assert command_line("import", finished, source)[0] == 0
    known = {one["name"]: one for one in json.loads(command_line("datasets", finished, "--json")[1])}
    assert set(known) == {one["name"] for one in shown} == {"linked", "copied"}
    assert Path(known["linked"]["path"]) == source

    moved = shutil.move(source, tmp_path / "another library.txt")
    for arguments in (("run", finished, *FLAGS, "--input", "corpus=linked"),):
        code, output, errors = command_line(*arguments)
        assert (code, output) == (2, "")
        assert "'linked'" in errors
        assert str(source) in errors
        assert "Import the file again" in errors
    assert "'linked' is missing" in command_line("doctor", finished)[1]
    assert command_line("runs", finished)[0] == 0

    code, _, errors = command_line("import", finished, moved, "--kind", "corpus")
    assert (code, "found again" in errors) == (0, True), errors
    code, output, errors = command_line("run", finished, *FLAGS, "--input", "corpus=linked")
    assert code == 0, errors
    assert json.loads(output)["inputs"][0]["path"] == Path(moved).as_posix()

    shutil.move(moved, finished.parent / Path(moved).name)
    moved_project = move(finished, tmp_path / "together" / "study")
    shutil.move(tmp_path / Path(moved).name, moved_project.parent / Path(moved).name)
    assert command_line("run", moved_project, *FLAGS, "--input", "corpus=linked")[0] == 0, "found beside the project"


def test_a_run_whose_linked_input_moved_names_it_and_goes_on_when_it_is_found_again(
    finished: Path, tmp_path: Path, command_line, indexed, index_is_the_record
) -> None:
    text = tmp_path / "words.txt"
    text.write_text("one two three\n" * 10, encoding="utf-8")
    assert command_line("import", finished, text, "--kind", "corpus")[0] == 0
    failing = ("--set", "n=30", "--set", "fail_at=28", "--input", "corpus=words")
    assert command_line("run", finished, *FLAGS, *failing)[0] == 1
    run_id = run_folders(finished)[-1].id
    moved = shutil.move(text, tmp_path / "elsewhere.txt")

    before = indexed(finished)
    code, _, errors = command_line("resume", finished, run_id)
    assert code == 2
    assert "'words'" in errors
    assert indexed(finished) == before

    assert command_line("import", finished, moved, "--kind", "corpus")[0] == 0
    assert command_line("resume", finished, run_id, "--json")[0] == 1, "it fails at the same step, and not for its input"
    run = indexed(finished)[run_id]
    assert run["attempt"] == 2
    assert run["finals"]["input/bytes"] == Path(moved).stat().st_size
    shown = json.loads(command_line("show", finished, run_id, "--json")[1])
    assert shown["inputs"][0]["path"] == Path(moved).as_posix()
    assert command_line("doctor", finished, "--rebuild")[0] == 0
    assert json.loads(command_line("show", finished, run_id, "--json")[1]) == shown
    index_is_the_record(finished)
