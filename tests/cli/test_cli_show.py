"""Commands that list and show: what they print, that their JSON says what the Python API says, reports and exports."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neurostudio.app import Project, label, list_datasets, list_runs, show
from neurostudio.cli.output import plain
from neurostudio.core.run_folder import run_folders

COUNTING = "tests/plugins/counting"


def test_runs_are_listed_newest_first_and_filtered(cli: Callable[..., Any], study: Path) -> None:
    lines = cli("runs", "study").out.splitlines()
    assert lines[0].split() == ["Name", "State", "Method", "Seed", "Time", "Id"]
    assert [line.split()[:3] for line in lines[1:]] == [["bad", "✗", "failed"], ["good", "✓", "done"]]
    (good,) = cli("runs", "study", "--state", "done", "--json").document
    assert good["name"] == "good"
    assert cli("runs", "study", "--search", "goo", "--json").document == [good]
    assert len(cli("runs", "study", "--method", "counting.sum", "--json").document) == 2
    nothing = cli("runs", "study", "--method", "spiking.text")
    assert (nothing.out, nothing.err) == ("", "No run fits\n")


def test_the_short_id_in_the_list_names_the_run(cli: Callable[..., Any], study: Path) -> None:
    short = cli("runs", "study").out.splitlines()[-1].split()[-1]
    assert cli("show", "study", short, "--json").document["name"] == "good"


def test_an_empty_project_says_what_to_do_next(cli: Callable[..., Any], empty: Path) -> None:
    assert "`neurostudio methods`" in cli("runs", "empty").err
    assert "`neurostudio import empty FILE`" in cli("datasets", "empty").err
    assert cli("runs", "empty", "--json").document == []
    assert cli("datasets", "empty", "--json").document == []


@pytest.mark.parametrize("name", ["good", "bad"])
def test_json_says_what_the_python_api_says(name: str, cli: Callable[..., Any], study: Path) -> None:
    document = cli("show", "study", name, "--json").document
    with Project.open(study) as project:
        detail = show(project, name)
        assert cli("runs", "study", "--json").document == plain(list_runs(project))
        assert cli("datasets", "study", "--json").document == plain(list_datasets(project))
    row = detail.row
    assert document["id"] == row.run_id
    for key in ("name", "method", "state", "attempt", "seed", "created", "started", "ended", "seconds", "notes"):
        assert document[key] == getattr(row, key), key
    assert document["tags"] == list(row.tags)
    assert document["settings"] == detail.settings
    assert document["metrics"] == plain(detail.metrics)
    assert document["inputs"] == plain(detail.inputs)
    assert document["artifacts"] == plain(detail.artifacts)
    assert document["versions"] == detail.request["versions"]
    assert (document["error"] is None) == (detail.error is None)


def test_show_prints_state_settings_inputs_metrics_and_artifacts(cli: Callable[..., Any], study: Path) -> None:
    with Project.open(study) as project:
        label(project, "good", tags=["pilot"], notes="The first one")
    page = cli("show", "study", "good").out
    for words in (
        "good  ✓ done",
        "Tags     pilot",
        "Notes    The first one",
        "n  4  default 20",
        "table  numbers  table  sha256",
        "artifacts/steps.csv",
    ):
        assert words in page
    failed = cli("show", "study", "bad")
    assert failed.code == 0
    assert "ZeroDivisionError: stumbled at step 3" in failed.out
    assert failed.err == ""


def test_data_sets_are_listed_with_where_they_are(cli: Callable[..., Any], study: Path) -> None:
    assert "study/data/numbers.csv" in cli("datasets", "study").out
    (row,) = cli("datasets", "study", "--json").document
    assert (row["name"], row["kind"], row["copied"]) == ("numbers", "table", True)


def test_a_method_is_described(cli: Callable[..., Any], study: Path) -> None:
    page = cli("methods", "counting.sum").out
    for words in ("counting.sum: Sum of random numbers", "[int, >= 1]", "[float, >= 0, ms]", "sum/value", "halfway", "Optional."):
        assert words in page
    document = cli("methods", "counting.sum", "--json").document
    assert document["schema"]["properties"]["n"]["minimum"] == 1
    assert document["schema"]["additionalProperties"] is False
    assert [setting["name"] for setting in document["settings"]][:2] == ["n", "pause_ms"]
    assert {one["id"] for one in cli("methods", "--json").document} >= {"counting.sum", "spiking.text"}


def test_a_report_is_written_as_html_and_pdf(cli: Callable[..., Any], study: Path, tmp_path: Path) -> None:
    answer = cli("report", "study", "--output", "all.html")
    assert (answer.code, answer.err) == (0, "Wrote all.html with 2 runs\n")
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "stumbled at step 3" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    made = cli("report", "study", "good", "--output", "one.pdf", "--title", "Pilot", "--json").document
    assert (made["title"], len(made["runs"])) == ("Pilot", 1)
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    wrong = cli("report", "study", "--output", "all.docx")
    assert wrong.code == 2
    assert ".html" in wrong.err
    assert ".pdf" in wrong.err


def test_an_export_holds_every_artifact_as_an_ordinary_file(cli: Callable[..., Any], study: Path, tmp_path: Path) -> None:
    document = cli("export", "study", "good", "--to", "out", "--json").document
    assert {Path(path).name for path in document["written"]} == {
        "steps.csv",
        "halfway.csv",
        "total",
        "metrics.json",
        "request.json",
    }
    assert (tmp_path / "out" / "total" / "parts" / "count.txt").read_text(encoding="utf-8") == "4"
    assert "out/steps.csv" in cli("export", "study", "good", "--to", "out").out
    (folder,) = [folder for folder in run_folders(study) if folder.request().name == "good"]
    (folder.artifacts / "steps.csv").unlink()
    gone = cli("export", "study", "good", "--to", "out")
    assert gone.code == 2
    assert "The artifact 'steps' of run 'good' is missing" in gone.err


def test_doctor_looks_at_the_machine(cli: Callable[..., Any]) -> None:
    checks = {check["what"]: check for check in cli("doctor", "--json").document["machine"]}
    assert checks["NeuroStudio"]["found"]
    assert "counting.sum" in checks["Methods"]["found"]
    assert {"Python", "Cores", "Memory", "Torch device", "Qt window", "sqlalchemy"} <= set(checks)


def test_doctor_checks_a_project_and_makes_its_index_again(cli: Callable[..., Any], study: Path) -> None:
    healthy = cli("doctor", "study")
    assert (healthy.code, healthy.out, healthy.err) == (0, "", "No problems found\n")
    before = [cli("show", "study", name, "--json").document for name in ("good", "bad")]
    (study / "project.sqlite").unlink()
    lost = cli("runs", "study")
    assert lost.code == 2
    assert "`neurostudio doctor study --rebuild`" in lost.err
    assert cli("doctor", "study").code == 1
    rebuilt = cli("doctor", "study", "--rebuild", "--json").document
    assert (rebuilt["rebuilt"]["runs"], rebuilt["rebuilt"]["datasets"], rebuilt["problems"]) == (2, 1, [])
    assert [cli("show", "study", name, "--json").document for name in ("good", "bad")] == before


def test_doctor_names_what_is_missing(cli: Callable[..., Any], study: Path) -> None:
    (folder,) = [folder for folder in run_folders(study) if folder.request().name == "good"]
    shutil.rmtree(folder.artifacts / "total")
    answer = cli("doctor", "study")
    assert answer.code == 1
    assert "The artifact 'total' of run" in answer.out


def test_a_run_of_a_plugin_that_is_gone_is_still_listed_shown_and_reported(shell: Any, study: Path, tmp_path: Path) -> None:
    paths = [path for path in shell.environment["PYTHONPATH"].split(":") if COUNTING not in path]
    shell.environment["PYTHONPATH"] = ":".join(paths)
    assert "counting.sum" in shell("runs", "study").out
    page = shell("show", "study", "good")
    assert page.code == 0, page.err
    assert "counting.sum (not installed here)" in page.out
    assert "n                 4" in page.out
    assert shell("report", "study", "--output", "old.html").code == 0
    assert "counting.sum" in (tmp_path / "old.html").read_text(encoding="utf-8")
    again = shell("resume", "study", "bad")
    assert again.code in (1, 2)
    assert "There is no method 'counting.sum'" in again.err
    assert "Traceback" not in again.err


def test_settings_of_an_older_version_of_a_plugin_are_still_shown(cli: Callable[..., Any], study: Path) -> None:
    (folder,) = [folder for folder in run_folders(study) if folder.request().name == "good"]
    text = folder.request_file.read_text(encoding="utf-8")
    folder.request_file.write_text(text.replace('"spec_version": 1', '"spec_version": 9'), encoding="utf-8")
    cli("doctor", "study", "--rebuild")
    page = cli("show", "study", "good")
    assert page.code == 0
    assert "checkpoint_every" in page.out
