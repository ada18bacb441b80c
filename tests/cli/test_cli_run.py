"""``run``, ``resume`` and ``cancel`` as a person uses them: real workers, a real Ctrl+C."""

import json
import signal
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.events import read_events
from neurostudio.core.run_folder import RunFolder, run_folders

LONG = ("--set", "n=2000", "--set", "pause_ms=20", "--seed", "7")


def states(folder: RunFolder) -> list[tuple[str, float]]:
    return [(event["state"], event["t"]) for event in read_events(folder.events_file) if event["type"] == "state"]


def test_a_run_prints_what_it_found(cli: Callable[..., Any], study: Path) -> None:
    answer = cli("run", "study", "counting.sum", "--input", "table=numbers", "--name", "new", "--set", "n=4", "--seed", "7")
    assert answer.code == 0
    assert "new: counting" in answer.err
    lines = answer.out.splitlines()
    assert lines[0] == "new  ✓ done"
    for words in (
        "Method   counting.sum",
        "Seed     7",
        "n  4  default 20",
        "table  numbers  table  sha256",
        "artifacts/steps.csv",
    ):
        assert words in answer.out
    assert all(line == line.rstrip() for line in lines)
    assert not any(one == other == "" for one, other in pairwise(lines)), "two empty lines in a row"


def test_json_gives_the_run_and_nothing_else(cli: Callable[..., Any], study: Path) -> None:
    answer = cli("run", "study", "counting.sum", "--set", "n=4", "--seed", "7", "--json")
    before = cli("show", "study", "good", "--json").document
    assert answer.code == 0
    assert answer.document["metrics"]["sum/value"] == before["metrics"]["sum/value"], "same seed, same metrics"
    assert answer.document["state"] == "done"


def test_a_failed_run_ends_in_one_with_its_traceback_in_the_log(cli: Callable[..., Any], empty: Path) -> None:
    answer = cli("run", "empty", "counting.sum", "--set", "fail_at=2", "--json")
    assert answer.code == 1
    assert answer.document["state"] == "failed"
    assert "ZeroDivisionError: stumbled at step 2" in answer.document["error"]["why"]
    assert "Traceback" not in answer.err
    (folder,) = run_folders(empty)
    assert "Traceback" in folder.log_file.read_text(encoding="utf-8")
    assert f"Log: {folder.log_file.relative_to(empty.parent)}" in answer.err


def test_verbose_shows_the_traceback_of_a_failed_run(cli: Callable[..., Any], empty: Path) -> None:
    answer = cli("--verbose", "run", "empty", "counting.sum", "--set", "fail_at=2")
    assert answer.code == 1
    assert "ZeroDivisionError: stumbled at step 2" in answer.err.partition("Traceback")[2].partition("Error: counting.sum")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl+C cannot be sent to one process there")
def test_ctrl_c_stops_a_run_in_two_seconds_and_resume_goes_on_to_the_same_end(
    cli: Callable[..., Any], shell: Any, empty: Path, wait_for_checkpoint: Callable[..., RunFolder]
) -> None:
    settings = ("--set", "n=60", "--set", "pause_ms=25", "--seed", "3")
    process = shell.start("run", "empty", "counting.sum", *settings, "--name", "cut")
    folder = wait_for_checkpoint(empty)
    sent = time.time()
    process.send_signal(signal.SIGINT)
    answer = shell.answer(process)
    assert answer.code == 3
    assert "Run 'cut' was cancelled. Go on from the last checkpoint: `neurostudio resume empty" in answer.err
    assert "Error" not in answer.err
    state, ended = states(folder)[-1]
    assert state == "cancelled"
    assert ended - sent < 2
    resumed = cli("resume", "empty", "cut", "--json")
    assert resumed.code == 0
    assert resumed.document["attempt"] == 2
    whole = cli("run", "empty", "counting.sum", "--set", "n=60", "--seed", "3", "--json").document
    assert resumed.document["metrics"]["sum/value"] == whole["metrics"]["sum/value"]
    assert resumed.document["metrics"]["sum/steps_done"] < 60


def test_cancel_stops_a_run_of_another_terminal(
    cli: Callable[..., Any], shell: Any, empty: Path, wait_for_checkpoint: Callable[..., RunFolder]
) -> None:
    process = shell.start("run", "empty", "counting.sum", *LONG, "--name", "far")
    wait_for_checkpoint(empty)
    assert "running" in cli("runs", "empty").out
    busy = cli("resume", "empty", "far")
    assert busy.code == 2
    assert "Run 'far' is at work. Stop it first: `neurostudio cancel empty" in busy.err
    answer = cli("cancel", "empty", "far", "--json")
    assert answer.code == 0
    assert answer.document["state"] == "cancelled"
    assert shell.answer(process).code == 3
    again = cli("cancel", "empty", "far")
    assert again.code == 2
    assert "Run 'far' is cancelled, not at work" in again.err


def test_a_done_run_is_not_resumed_but_run_again(cli: Callable[..., Any], study: Path) -> None:
    answer = cli("resume", "study", "good")
    assert answer.code == 2
    assert "Run 'good' is done. To run the same again: `neurostudio run study --spec study/runs/" in answer.err


def test_the_request_of_a_run_runs_it_again_with_the_same_metrics(cli: Callable[..., Any], study: Path) -> None:
    first = cli("show", "study", "good", "--json").document
    request = study / "runs" / first["id"] / "request.json"
    again = cli("run", "study", "--spec", request, "--json").document
    assert again["id"] != first["id"]
    assert again["metrics"] == first["metrics"]
    assert again["settings"] == first["settings"]
    assert [given["sha256"] for given in again["inputs"]] == [given["sha256"] for given in first["inputs"]]
    assert again["seed"] == first["seed"] == 7


def test_flags_go_before_the_settings_file(cli: Callable[..., Any], study: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.yaml"
    plain.write_text("n: 3\npause_ms: 1e0\n", encoding="utf-8")
    first = cli("run", "study", "counting.sum", "--spec", plain, "--set", "n=2", "--set", "seed=5", "--json").document
    assert (first["settings"]["n"], first["settings"]["pause_ms"], first["seed"]) == (2, 1.0, 5)

    whole = tmp_path / "whole.yaml"
    whole.write_text(
        "method: counting.sum\ninputs: {table: numbers}\nsettings: {n: 3}\nseed: 7\nname: from-file\n", encoding="utf-8"
    )
    second = cli("run", "study", "--spec", whole, "--seed", "8", "--input", "table=good:steps", "--json").document
    assert (second["settings"]["n"], second["seed"], second["name"]) == (3, 8, "from-file")
    assert second["inputs"][0]["source"]["artifact"] == "steps"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("method: counting.sum\nsetings: {n: 3}", "unknown key 'setings'"),
        ("method: spiking.text\nsettings: {}", "is for spiking.text, not for counting.sum"),
        ("settings: [n]", "'settings' in spec.yaml is not a set"),
        ("settings: {n: 3}\nseed: soon", "'seed' in spec.yaml is 'soon', not a whole number"),
        ("settings: {n: 3}\ninputs: [table]", "The inputs in spec.yaml cannot be read"),
        ("- n", "holds no settings"),
        ("n: [", "is not valid YAML. Line 1"),
        ("m: 3", "There is no setting 'm'"),
    ],
)
def test_a_wrong_settings_file_is_explained(
    text: str, message: str, cli: Callable[..., Any], empty: Path, tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    answer = cli("run", "empty", "counting.sum", "--spec", "spec.yaml")
    assert answer.code == 2
    assert message in answer.err
    assert not run_folders(empty)


def test_a_settings_file_that_is_missing_or_no_text_is_explained(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    assert "There is no settings file none.yaml" in cli("run", "empty", "counting.sum", "--spec", "none.yaml").err
    assert "latin.yaml cannot be read" in cli("run", "empty", "counting.sum", "--spec", "latin.yaml").err


def test_data_that_changed_or_vanished_since_the_import_are_refused_by_name(
    cli: Callable[..., Any], empty: Path, tmp_path: Path
) -> None:
    data = tmp_path / "numbers.csv"
    data.write_text("a,b\n1,2\n", encoding="utf-8")
    assert cli("import", "empty", data, "--kind", "table").code == 0
    data.write_text("a,b\n1,3\n", encoding="utf-8")
    changed = cli("run", "empty", "counting.sum", "--input", "table=numbers")
    assert changed.code == 2
    assert "The file of 'numbers' has changed since it was imported" in changed.err
    data.unlink()
    gone = cli("run", "empty", "counting.sum", "--input", "table=numbers")
    assert gone.code == 2
    assert "The data of 'numbers' are missing" in gone.err
    assert "(missing)" in cli("datasets", "empty").out
    assert not run_folders(empty)

    data.write_text("a,b\n1,3\n", encoding="utf-8")
    again = cli("import", "empty", data, "--kind", "table", "--json").document[0]
    assert (again["name"], again["changed"], again["found_again"]) == ("numbers", True, False)
    assert cli("run", "empty", "counting.sum", "--input", "table=numbers", "--set", "n=2").code == 0


def test_the_request_on_disk_is_whole_before_the_worker_starts(cli: Callable[..., Any], study: Path) -> None:
    (folder,) = [folder for folder in run_folders(study) if folder.request().name == "good"]
    document = json.loads(folder.request_file.read_text(encoding="utf-8"))
    assert document["settings"]["n"] == 4
    assert document["versions"]["neurostudio"]
    assert document["inputs"][0]["path"] == "data/numbers.csv"
