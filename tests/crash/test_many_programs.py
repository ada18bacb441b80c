"""Four programs submit runs to one project and read it at the same time."""

import json
from pathlib import Path

import pytest

from neurostudio.core.run_folder import Request, RunFolder, run_folders
from neurostudio.jobs.launch import start_worker

N_STEPS = 30
PROGRAM_S = 200.0


def let_them_work(study, seconds: float) -> list[str]:
    """Four programs, one of them a person at the command line; the ids of all the runs that they made."""
    programs = [study.program("work", who, seconds, N_STEPS) for who in ("anna", "ben", "chen")]
    programs.append(study.program("command", "dora", seconds, N_STEPS))
    outputs = [program.communicate(timeout=PROGRAM_S) for program in programs]
    assert [(program.returncode, errors) for program, (_, errors) in zip(programs, outputs, strict=True)] == [(0, "")] * 4
    ids = [json.loads(output) for output, _ in outputs]
    assert all(ids), "one of them did not get a turn"
    return sorted(run_id for made in ids for run_id in made)


def assert_every_run_is_there(study, ids: list[str], indexed, index_is_the_record) -> None:
    assert [folder.id for folder in run_folders(study.path)] == ids
    index_is_the_record(study.path)  # and so does one that is made afresh
    runs = indexed(study.path)
    assert sorted(runs) == ids
    for run_id, run in runs.items():
        assert (run["state"], run["attempt"]) == ("done", 1), run_id
        assert [step for *_, name, _, step, _ in run["metrics"] if name == "sum/value"] == list(range(N_STEPS)), run_id
        assert set(run["artifacts"]) == {"steps", "halfway", "total"}, run_id


def logs_are_quiet(project: Path) -> bool:
    words = [word for folder in run_folders(project) for word in folder.log_file.read_text(encoding="utf-8").split()]
    return not {"WARNING", "ERROR", "Traceback"} & set(words)


@pytest.mark.slow
def test_four_programs_share_a_project(study, indexed, index_is_the_record) -> None:
    ids = let_them_work(study, 3)
    assert_every_run_is_there(study, ids, indexed, index_is_the_record)
    assert logs_are_quiet(study.path)


@pytest.mark.slow
def test_four_programs_share_a_project_for_a_minute(study, indexed, index_is_the_record) -> None:
    ids = let_them_work(study, 60)
    assert len(ids) >= 20
    assert_every_run_is_there(study, ids, indexed, index_is_the_record)
    assert logs_are_quiet(study.path)


@pytest.mark.slow
def test_of_two_that_resume_one_run_one_does_it_and_both_see_its_end(
    study, counting_environment, wait, indexed, index_is_the_record
) -> None:
    folder = RunFolder(study.path / "runs" / "one")
    settings = {"n": 200, "pause_ms": 10}
    folder.create(Request(id="one", name="one", method="counting.sum", settings=settings))
    worker = start_worker(folder, folder.request())
    wait(lambda: (folder.checkpoint / "checkpoint.json").exists())
    worker.kill()
    worker.wait()
    both = [study.start("resume", "one") for _ in range(2)]
    errors = [one.communicate(timeout=60)[1] for one in both]
    assert 0 in [one.returncode for one in both], errors
    for one, told in zip(both, errors, strict=True):  # the later one may have come when the run was at work already
        assert one.returncode == 0 or (one.returncode == 2 and "is at work" in told), (one.returncode, told)
    assert folder.status().attempt == 2
    index_is_the_record(study.path)
    assert [step for *_, name, _, step, _ in indexed(study.path)["one"]["metrics"] if name == "sum/value"] == list(range(200))
