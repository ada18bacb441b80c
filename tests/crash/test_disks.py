"""Disks that are full or read-only, indexes and run folders that are damaged: a sentence each, and nothing lost."""

import contextlib
import json
import os
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from neurostudio.core.errors import NeuroError
from neurostudio.core.events import EventWriter, read_events
from neurostudio.core.run_folder import Request, RunFolder, run_folders
from neurostudio.jobs.recorder import Recorder

FLAGS = ("counting.sum", "--seed", 3, "--device", "cpu")
ONE_RUN = "runs:\n  - {name: again, method: counting.sum, device: cpu, inputs: {corpus: linked}}\n"


def settings(**given: object) -> list[str]:
    return [word for key, value in given.items() for word in ("--set", f"{key}={value}")]


def fill(disk: Path) -> Path:
    """Take all the room that a disk has."""
    file = disk / "filler"
    for size in (65536, 4096, 1):
        with contextlib.suppress(OSError), file.open("ab", buffering=0) as stream:
            while stream.write(b"x" * size):
                pass
    return file


def is_one_message(errors: str) -> bool:
    return errors.count("Error: ") == 1 and "Traceback" not in errors


# --- a full disk


@pytest.mark.parametrize("filled_by", ["the run", "others"])
def test_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    new_study, small_disk, command_line, wait, indexed, index_is_the_record, filled_by: str
) -> None:
    disk = small_disk("size=4m")
    study = new_study("disk/study")
    if filled_by == "the run":  # the old checkpoint and the new one do not fit side by side
        n = 20
        code, _, errors = command_line("run", study.path, *FLAGS, *settings(n=n, ballast_kb=2200))
    else:
        n = 400
        command = study.start("run", *FLAGS, *settings(n=n, pause_ms=5))
        wait(lambda: study.folder() is not None and (study.folder().checkpoint / "checkpoint.json").exists())
        fill(disk)
        errors = command.communicate(timeout=60)[1]
        code = command.returncode
        study.wait_for_workers()
        fill(disk)  # with what the end of the worker has set free
        refused, _, told = command_line("run", study.path, *FLAGS)
        assert (refused, is_one_message(told), "disk is full" in told) == (2, True, True), told
    assert code in (1, 3)
    assert is_one_message(errors), errors
    assert re.search(r"disk\b.* is full", errors)
    assert "resume" in errors
    folder = study.folder()
    flushed = folder.events_file.read_bytes()
    assert flushed.endswith(b"\n")

    (disk / "filler").unlink(missing_ok=True)
    small_disk("size=16m")
    code, _, errors = command_line("resume", study.path, folder.id)
    assert code == 0, errors
    assert folder.events_file.read_bytes().startswith(flushed)
    index_is_the_record(study.path)
    run = indexed(study.path)[folder.id]
    assert run["state"] == "done"
    assert run["finals"]["sum/steps_done"] < n
    assert [(step, value) for *_, name, value, step, _ in run["metrics"] if name == "sum/value"] == expected_curve(n)


def expected_curve(n: int) -> list[tuple[int, float]]:
    """The sums that ``counting.sum`` comes to with seed 3, reckoned here."""
    drawn = [random.Random(f"3/{step}").random() for step in range(n)]
    return [(step, sum(drawn[: step + 1])) for step in range(n)]


def test_metrics_that_a_full_disk_did_not_take_are_written_when_there_is_room(small_disk) -> None:
    disk = small_disk("size=1m")
    folder = RunFolder(disk / "study" / "runs" / "one")
    request = Request(id="one", name="one", method="counting.sum", settings={})
    folder.create(request)
    recorder = Recorder(folder, request, EventWriter(folder.events_file), device="cpu")
    recorder.log("begins")
    fill(disk)
    for step in range(2000):  # more than the last page of the file has room for
        with contextlib.suppress(NeuroError):
            recorder.metric("sum/value", step / 2, step)
    with pytest.raises(NeuroError, match="disk is full"):
        recorder.tick()
    (disk / "filler").unlink()
    recorder.tick()
    rows = [row for event in read_events(folder.events_file) if event["type"] == "metric" for row in event["rows"]]
    assert [row[:3] for row in rows] == [["sum/value", step / 2, step] for step in range(2000)]


# --- a read-only disk


def test_a_read_only_project_is_shown_and_refuses_what_would_change_it(
    small_disk, finished_study: Path, tmp_path: Path, command_line, counting_environment
) -> None:
    project = small_disk("size=16m") / "study"
    shutil.copytree(finished_study, project)
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    small_disk("ro")
    code, output, _ = command_line("runs", project, "--json")
    assert (code, [row["name"] for row in json.loads(output)]) == (0, ["second", "first"])
    code, output, _ = command_line("show", project, "first", "--json")
    assert code == 0
    assert json.loads(output)["metrics"]["sum/value"] == expected_curve(30)[-1][1]
    assert command_line("datasets", project)[0] == 0
    assert command_line("export", project, "first", "--to", tmp_path / "out")[0] == 0
    assert "read-only" in command_line("doctor", project)[1]

    text = tmp_path / "words.txt"
    text.write_text("one two three\n" * 10, encoding="utf-8")
    for arguments in (
        ("run", project, *FLAGS),
        ("import", project, text, "--kind", "corpus"),
        ("import", project, text, "--kind", "corpus", "--copy"),
        ("new", project.with_name("other")),
        ("doctor", project, "--rebuild"),
    ):
        code, output, errors = command_line(*arguments)
        assert (code, output) == (2, ""), arguments
        assert is_one_message(errors), errors
        assert "read-only" in errors, errors
    small_disk("rw")
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


# --- a damaged index

DAMAGES: dict[str, Callable[[Path], object]] = {
    "random bytes": lambda file: file.write_bytes(os.urandom(file.stat().st_size)),
    "random bytes after the first page": lambda file: file.write_bytes(
        file.read_bytes()[:4096] + os.urandom(file.stat().st_size - 4096)
    ),
    "truncated": lambda file: os.truncate(file, file.stat().st_size // 2),
    "truncated in the first page": lambda file: os.truncate(file, 1000),
    "zero length": lambda file: os.truncate(file, 0),
    "deleted": lambda file: file.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_command_refuses_a_damaged_index_and_a_rebuild_restores_it(
    finished: Path, command_line, indexed, index_is_the_record, damage: str
) -> None:
    runs, datasets = indexed(finished), json.loads(command_line("datasets", finished, "--json")[1])
    run_id = run_folders(finished)[0].id
    batch = finished.with_name("batch.yaml")
    batch.write_text(ONE_RUN, encoding="utf-8")
    DAMAGES[damage](finished / "project.sqlite")
    for arguments in (
        ("runs", finished),
        ("show", finished, run_id),
        ("datasets", finished),
        ("run", finished, *FLAGS),
        ("resume", finished, run_id),
        ("cancel", finished, run_id),
        ("export", finished, run_id, "--to", finished.with_name("out")),
        ("report", finished, "--output", finished.with_name("report.html")),
        ("import", finished, batch, "--kind", "corpus"),
        ("batch", batch, "--project", finished),
    ):
        code, output, errors = command_line(*arguments)
        assert (code, output) == (2, ""), arguments
        assert is_one_message(errors), (arguments, errors)
        assert re.search(r"doctor \S+ --rebuild", errors), (arguments, errors)
    code, output, _ = command_line("doctor", finished)
    assert code == 1
    assert re.search(r"doctor \S+ --rebuild", " ".join(output.split()))
    assert len(run_folders(finished)) == len(runs)

    code, _, errors = command_line("doctor", finished, "--rebuild")
    assert code == 0, errors
    assert indexed(finished) == runs
    assert json.loads(command_line("datasets", finished, "--json")[1]) == datasets
    assert command_line("runs", finished)[0] == 0
    index_is_the_record(finished)


def test_a_project_of_a_newer_program_is_refused(finished: Path, command_line) -> None:
    with closing(sqlite3.connect(finished / "project.sqlite")) as index, index:
        index.execute("UPDATE alembic_version SET version_num = '9999'")
    content = (finished / "project.sqlite").read_bytes()
    for arguments in (("runs", finished), ("run", finished, *FLAGS), ("datasets", finished)):
        code, output, errors = command_line(*arguments)
        assert (code, output) == (2, "")
        assert is_one_message(errors)
        assert "newer program" in errors
        assert "Update NeuroStudio" in errors
    assert (finished / "project.sqlite").read_bytes() == content


# --- a damaged run folder


def cut_last_line(folder: RunFolder) -> None:
    os.truncate(folder.events_file, folder.events_file.stat().st_size - 10)


def spoil_middle_line(folder: RunFolder) -> None:
    lines = folder.events_file.read_bytes().splitlines(keepends=True)
    middle = next(place for place in range(len(lines) // 2, len(lines)) if b'"metric"' in lines[place])
    lines[middle] = os.urandom(len(lines[middle]) - 1).replace(b"\n", b"?") + b"\n"
    folder.events_file.write_bytes(b"".join(lines))


RUN_DAMAGES: dict[str, tuple[Callable[[RunFolder], object], str]] = {
    "torn last line": (cut_last_line, ""),
    "damaged line in the middle": (spoil_middle_line, "cannot be read and are missing"),
    "no request": (lambda folder: folder.request_file.unlink(), "has no request.json"),
    "half a request": (
        lambda folder: os.truncate(folder.request_file, folder.request_file.stat().st_size // 2),
        "request.json cannot be read",
    ),
    "another document for a request": (
        lambda folder: folder.request_file.write_text('{"settings": {}}', encoding="utf-8"),
        "request.json is not a request",
    ),
}


@pytest.mark.parametrize("is_indexed", [True, False], ids=["in the index", "not in the index"])
def test_damaged_run_folders_do_not_touch_the_others(finished: Path, command_line, indexed, is_indexed: bool) -> None:
    sound, *_ = run_folders(finished)
    damaged = {damage: RunFolder(sound.path.with_name(f"{sound.id}-{damage.replace(' ', '-')}")) for damage in RUN_DAMAGES}
    for folder in damaged.values():
        shutil.copytree(sound.path, folder.path)
    assert command_line("runs", finished)[0] == 0
    whole = indexed(finished)
    for damage, folder in damaged.items():
        RUN_DAMAGES[damage][0](folder)
    if not is_indexed:
        (finished / "project.sqlite").unlink()
        output = command_line("doctor", finished, "--rebuild")[1]
        for damage, folder in damaged.items():
            line = next((line for line in output.splitlines() if folder.id in line), "")
            assert RUN_DAMAGES[damage][1] in line, output
    batch = finished.with_name("batch.yaml")
    batch.write_text(ONE_RUN, encoding="utf-8")
    for arguments in (("runs", finished), ("show", finished, sound.id), ("batch", batch, "--project", finished, "--resume")):
        assert command_line(*arguments)[0] == 0, arguments
    found = indexed(finished)
    untouched = set(whole) - {folder.id for folder in damaged.values()}
    assert len(untouched) == 2
    assert {run_id: found[run_id] for run_id in untouched} == {run_id: whole[run_id] for run_id in untouched}
    assert [run["state"] for run_id, run in found.items() if run_id not in whole] == ["done"]

    torn = damaged["torn last line"].id  # it was that of the end
    assert found[torn]["metrics"] == whole[torn]["metrics"]
    assert found[torn]["state"] == "interrupted"
    assert command_line("resume", finished, torn)[0] == 0
    assert indexed(finished)[torn]["finals"]["sum/value"] == whole[torn]["finals"]["sum/value"]
    for damage in ("no request", "half a request", "another document for a request"):
        code, _, errors = command_line("resume", finished, damaged[damage].id)
        assert code == 2
        assert is_one_message(errors), errors
