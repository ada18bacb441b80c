"""A project is moved, zipped and opened elsewhere; linked data that stayed behind are named and found again."""

import json
import shutil
from pathlib import Path

import pytest

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
    study, tmp_path: Path, command_line, wait, indexed, index_is_the_record
) -> None:
    command = study.start("run", *FLAGS, "--set", "n=60", "--set", "pause_ms=10")
    wait(lambda: study.folder() is not None and (study.folder().checkpoint / "checkpoint.json").exists())
    for worker in study.workers():
        worker.kill()
    command.communicate(timeout=60)
    study.path = move(study.path, tmp_path / "another disk" / "renamed")
    code, _, errors = command_line("resume", study.path, "latest")
    assert code == 0, errors
    run = indexed(study.path)[study.folder().id]
    assert [step for *_, name, _, step, _ in run["metrics"] if name == "sum/value"] == list(range(60))
    assert run["finals"]["sum/steps_done"] < 60
    index_is_the_record(study.path)


def test_a_linked_data_set_that_moved_is_named_and_found_again(finished: Path, tmp_path: Path, command_line) -> None:
    source = link_words(finished, tmp_path, command_line)
    moved = shutil.move(source, tmp_path / "library.txt")
    code, output, errors = command_line("run", finished, *FLAGS, "--input", "corpus=words")
    assert (code, output) == (2, "")
    assert f"The data of 'words' are missing: {source}" in errors
    assert "Import the file again" in errors
    assert f"'words' is missing: {source}" in command_line("doctor", finished)[1]
    assert command_line("runs", finished)[0] == 0

    code, _, errors = command_line("import", finished, moved, "--kind", "corpus")
    assert code == 0, errors
    assert "found again" in errors
    names = {one["name"] for one in json.loads(command_line("datasets", finished, "--json")[1])}
    assert names == {"linked", "copied", "words"}
    code, output, errors = command_line("run", finished, *FLAGS, "--input", "corpus=words")
    assert code == 0, errors
    assert json.loads(output)["inputs"][0]["path"] == Path(moved).as_posix()


def test_a_linked_data_set_that_moved_along_with_its_project_is_found_beside_it(
    finished: Path, tmp_path: Path, command_line
) -> None:
    source = link_words(finished, tmp_path, command_line)
    there = move(finished, tmp_path / "another disk" / "study")
    beside = shutil.move(source, there.parent / source.name)
    code, output, errors = command_line("run", there, *FLAGS, "--input", "corpus=words")
    assert code == 0, errors
    assert json.loads(output)["inputs"][0]["path"] == Path(beside).as_posix()


def test_a_run_whose_linked_input_moved_names_it_and_goes_on_when_it_is_found_again(
    finished: Path, tmp_path: Path, command_line, indexed, index_is_the_record
) -> None:
    source = link_words(finished, tmp_path, command_line)
    stumbling = ("--set", "n=30", "--set", "fail_at=28", "--input", "corpus=words")
    run_id = json.loads(command_line("run", finished, *FLAGS, *stumbling)[1])["id"]
    moved = shutil.move(source, tmp_path / "elsewhere.txt")
    before = indexed(finished)
    code, _, errors = command_line("resume", finished, run_id)
    assert code == 2
    assert "'words'" in errors
    assert indexed(finished) == before

    assert command_line("import", finished, moved, "--kind", "corpus")[0] == 0
    assert command_line("resume", finished, run_id)[0] == 1, "it stumbles at the same step, and not for its input"
    run = indexed(finished)[run_id]
    assert (run["state"], run["attempt"]) == ("failed", 2)
    assert run["finals"]["input/bytes"] == Path(moved).stat().st_size
    shown = json.loads(command_line("show", finished, run_id, "--json")[1])
    assert shown["inputs"][0]["path"] == Path(moved).as_posix()
    assert command_line("doctor", finished, "--rebuild")[0] == 0
    assert json.loads(command_line("show", finished, run_id, "--json")[1]) == shown
    index_is_the_record(finished)


def test_a_run_does_not_go_on_with_other_data_under_the_same_name(finished: Path, tmp_path: Path, command_line) -> None:
    source = link_words(finished, tmp_path, command_line)
    stumbling = ("--set", "fail_at=8", "--input", "corpus=words")
    run_id = json.loads(command_line("run", finished, *FLAGS, *stumbling)[1])["id"]
    source.write_text("four five six\n" * 10, encoding="utf-8")
    assert command_line("import", finished, source, "--kind", "corpus", "--name", "words")[0] == 0
    other = shutil.move(source, source.with_name("other.txt"))
    assert command_line("import", finished, other, "--kind", "corpus", "--name", "words")[0] == 0
    code, _, errors = command_line("resume", finished, run_id)
    assert code == 2
    assert "'words' is not what run" in errors


def link_words(project: Path, folder: Path, command_line) -> Path:
    """Import a text as ``words`` and leave it where it is."""
    source = folder / "words.txt"
    source.write_text("one two three\n" * 10, encoding="utf-8")
    code, _, errors = command_line("import", project, source, "--kind", "corpus")
    assert code == 0, errors
    return source
