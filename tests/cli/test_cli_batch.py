"""``batch``: lists, grids, dependencies, several at once, and going on after the command was stopped or killed."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.run_folder import RunFolder, run_folders


def write(folder: Path, text: str) -> Path:
    path = folder / "many.yaml"
    path.write_text(f"project: empty\ndefaults: {{method: counting.sum, settings: {{n: 4}}, seed: 1}}\n{text}", encoding="utf-8")
    return path


def outcomes(answer: Any) -> dict[str, str]:
    return {item["name"]: item["outcome"] for item in answer.document}


def test_a_list_a_grid_and_a_dependant_run_in_order(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    batch = write(
        tmp_path,
        """
runs:
  - {name: needs, inputs: {table: {run: many-n3-seed2, artifact: steps}}}
  - {name: many, grid: {n: [3], seed: [1, 2]}}
""",
    )
    answer = cli("batch", batch, "--jobs", "2", "--json")
    assert answer.code == 0
    assert outcomes(answer) == {"many-n3-seed1": "done", "many-n3-seed2": "done", "needs": "done"}
    shown = cli("show", "empty", "needs", "--json").document
    source = cli("show", "empty", "many-n3-seed2", "--json").document
    assert shown["inputs"][0]["source"] == {"run": source["id"], "artifact": "steps"}
    assert (source["settings"]["n"], source["seed"]) == (3, 2)

    again = cli("batch", batch, "--resume")
    assert again.code == 0
    assert "needs: skipped. Done earlier" in again.err
    assert again.out.splitlines()[0].split() == ["Run", "Outcome", "Id"]
    assert len(run_folders(empty)) == 3


def test_what_depends_on_a_failed_run_is_not_started(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    batch = write(
        tmp_path,
        """
runs:
  - {name: bad, settings: {fail_at: 2}}
  - {name: child, inputs: {table: {run: bad, artifact: steps}}}
  - {name: grandchild, inputs: {table: {run: child, artifact: steps}}}
""",
    )
    answer = cli("batch", batch)
    assert answer.code == 1
    assert "bad: failed. counting.sum stopped on an error of its own. ZeroDivisionError: stumbled at step 2" in answer.err
    assert "child: not started. It needs 'bad', which did not end well" in answer.err
    assert "grandchild: not started. It needs 'child'" in answer.err
    assert len(run_folders(empty)) == 1


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{name: x, settings: {m: 3}}", "Batch entry 'x': There is no setting 'm'"),
        ("{name: x, method: counting.prod}", "Batch entry 'x': There is no method 'counting.prod'"),
        ("{name: x, inputs: {table: none}}", "Batch entry 'x': There is no data set"),
        ("{name: x, device: 3}", "Batch entry 'x': There is no device '3'"),
        ("{name: x, inputs: {tabel: {run: fine, artifact: steps}}}", "Batch entry 'x': counting.sum has no input 'tabel'"),
        ("{name: x, inputs: {table: {run: fine, artifact: total}}}", "Batch entry 'x': 'fine:total' is weights"),
    ],
)
def test_all_entries_are_checked_before_the_first_starts(
    entry: str, message: str, cli: Callable[..., Any], empty: Path, tmp_path: Path
) -> None:
    answer = cli("batch", write(tmp_path, f"runs: [{{name: fine}}, {entry}]\n"))
    assert answer.code == 2
    assert message in answer.err
    assert not run_folders(empty)


def test_a_batch_without_a_project_asks_for_one(cli: Callable[..., Any], empty: Path, tmp_path: Path) -> None:
    (tmp_path / "loose.yaml").write_text("runs: [{method: counting.sum, settings: {n: 2}}]", encoding="utf-8")
    refused = cli("batch", "loose.yaml")
    assert refused.code == 2
    assert "names no project. Give --project" in refused.err
    assert cli("batch", "loose.yaml", "--jobs", "0", "--project", "empty").code == 2
    assert cli("batch", "loose.yaml", "--project", "empty").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl+C cannot be sent to one process there")
def test_ctrl_c_stops_all_and_resume_goes_on_with_all(
    cli: Callable[..., Any], shell: Any, empty: Path, tmp_path: Path, wait_for_checkpoint: Callable[..., RunFolder]
) -> None:
    batch = write(tmp_path, "runs: [{name: one, settings: {n: 60, pause_ms: 25}}, {name: two}]\n")
    process = shell.start("batch", batch, "--jobs", "1", "--json")
    wait_for_checkpoint(empty)
    process.send_signal(signal.SIGINT)
    stopped = shell.answer(process)
    assert stopped.code == 3
    assert outcomes(stopped) == {"one": "cancelled", "two": "cancelled"}
    resumed = cli("batch", batch, "--resume", "--json")
    assert resumed.code == 0
    assert outcomes(resumed) == {"one": "done", "two": "done"}
    assert len(run_folders(empty)) == 2
    assert cli("show", "empty", "one", "--json").document["attempt"] == 2


@pytest.mark.slow
def test_resume_after_the_command_was_killed_waits_for_what_is_still_at_work(
    cli: Callable[..., Any], shell: Any, empty: Path, tmp_path: Path, wait_for_checkpoint: Callable[..., RunFolder]
) -> None:
    batch = write(
        tmp_path,
        """
runs:
  - {name: early}
  - {name: at-work, settings: {n: 100, pause_ms: 25}}
  - {name: late, inputs: {table: {run: at-work, artifact: steps}}}
""",
    )
    process = shell.start("batch", batch, "--jobs", "1")
    folder = wait_for_checkpoint(empty, "at-work")
    process.kill()
    shell.answer(process)
    assert folder.is_alive(), "a worker outlives the command that started it"
    resumed = cli("batch", batch, "--resume", "--json")
    assert resumed.code == 0, resumed.err
    assert outcomes(resumed) == {"early": "skipped", "at-work": "done", "late": "done"}
    assert len(run_folders(empty)) == 3
    assert cli("show", "empty", "at-work", "--json").document["attempt"] == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_resume_goes_on_with_a_run_whose_worker_was_killed_too(
    cli: Callable[..., Any], shell: Any, empty: Path, tmp_path: Path, wait_for_checkpoint: Callable[..., RunFolder]
) -> None:
    batch = write(tmp_path, "runs: [{name: one, settings: {n: 60, pause_ms: 25}}]\n")
    process = shell.start("batch", batch)
    folder = wait_for_checkpoint(empty)
    process.kill()
    shell.answer(process)
    worker = folder.worker()
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    resumed = cli("batch", batch, "--resume", "--json")
    assert outcomes(resumed) == {"one": "done"}
    shown = cli("show", "empty", "one", "--json").document
    assert (shown["attempt"], shown["metrics"]["sum/steps_done"] < 60) == (2, True)
