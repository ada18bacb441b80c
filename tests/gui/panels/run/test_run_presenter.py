"""What the page of a run shows, without a window."""

from dataclasses import replace
from pathlib import Path

import pytest

from neurostudio.app import Project
from neurostudio.core.method import MetricInfo
from neurostudio.gui.panels.run.failure import failure_of
from neurostudio.gui.panels.run.log_presenter import load_log, load_printed
from neurostudio.gui.panels.run.presenter import change_text, load_run, metric_title
from neurostudio.store import read
from neurostudio.store.rows import RunDetail, RunError


@pytest.fixture
def project(sample_project: Path):
    with Project.open(sample_project) as opened:
        yield opened


def detail_of(project: Project, name: str) -> RunDetail:
    return read.run_detail(project.store, project.find_run(name).run_id)


def failed_with(detail: RunDetail, error: RunError) -> RunDetail:
    return replace(detail, row=replace(detail.row, state="failed"), error=error)


@pytest.mark.parametrize(
    ("value", "before", "better", "text"),
    [
        (0.75, 0.74, "higher", "+0.010, better"),
        (0.75, 0.74, "lower", "+0.010, worse"),
        (0.5, 0.75, "lower", "−0.25, better"),
        (3.0, 1.0, "", "+2"),
        (1.0, 1.0, "higher", "unchanged"),
        (1.0, None, "higher", ""),
        (float("nan"), 1.0, "higher", ""),
        (1.0, float("inf"), "higher", ""),
    ],
)
def test_a_change_says_how_much_and_whether_for_the_better(value: float, before: float | None, better: str, text: str) -> None:
    assert change_text(MetricInfo("m", "", better=better), value, before) == text


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("test/accuracy", "Test accuracy"),
        ("energy/snn_millijoule", "Energy: SNN"),
        ("loss", "Loss"),
        ("ann/accuracy", "ANN accuracy"),
    ],
)
def test_metrics_have_titles_in_words(name: str, title: str) -> None:
    assert metric_title(name) == title


def test_outputs_stand_in_the_order_of_the_method_and_curves_are_what_was_written_twice(project: Project) -> None:
    view = load_run(project, project.find_run("first").run_id)
    assert view is not None
    assert view.main_picture is not None
    assert view.main_picture.name == "accuracy-by-time"
    assert next(group.title for group in view.outputs) == "Tables"
    assert "train/loss" in [info.name for info in view.curves]
    assert "test/accuracy" not in [info.name for info in view.curves]


def test_the_tag_of_a_union_stands_under_the_title_of_the_union(project: Project) -> None:
    view = load_run(project, project.find_run("broken").run_id)
    assert view is not None
    lines = {line.name: line for line in view.settings}
    assert (lines["vectors.kind"].title, lines["vectors.kind"].is_changed) == ("Word vectors", True)


def test_an_unknown_run_is_none(project: Project) -> None:
    assert load_run(project, "20200101-000000-nothing-abcdef") is None


def test_a_named_setting_is_the_place_of_the_failure(project: Project) -> None:
    view = load_run(project, project.find_run("broken").run_id)
    assert view is not None
    assert view.failure is not None
    assert (view.failure.action, view.failure.where) == ("settings", "Setting: Most unknown words (text.most_unknown)")


def test_a_named_data_file_and_line_are_the_place_of_the_failure(project: Project) -> None:
    detail = detail_of(project, "first")
    error = RunError(f"{detail.inputs[0].path.name}, line 12: the label is missing", "", "Mend the line", "")
    failure = failure_of(failed_with(detail, error), (), project.store)
    assert failure is not None
    assert (failure.action, failure.dataset, failure.where) == ("data", "reviews", "Data set: reviews, line 12")


def test_an_error_of_the_program_itself_leads_to_the_log(project: Project) -> None:
    trace = 'Traceback (most recent call last):\n  File "/x/y/text.py", line 7, in run\n    1 / 0\nZeroDivisionError: division by zero\n'
    error = RunError("spiking.text stopped on an error of its own", "ZeroDivisionError: division by zero", "See the log", trace)
    failure = failure_of(failed_with(detail_of(project, "first"), error), (), project.store)
    assert failure is not None
    assert (failure.action, failure.where) == ("log", "Program: text.py, line 7, in run")


def test_what_can_be_gone_on_with_offers_resume(project: Project) -> None:
    detail = detail_of(project, "first")
    detail = replace(detail, row=replace(detail.row, checkpoint="epoch 2"))
    failure = failure_of(failed_with(detail, RunError("The disk is full", "", "Free some space", "")), (), project.store)
    assert failure is not None
    assert failure.action == "resume"


def test_an_interrupted_run_names_its_last_checkpoint(project: Project) -> None:
    detail = detail_of(project, "first")
    failure = failure_of(replace(detail, row=replace(detail.row, state="interrupted", checkpoint="step 10")), (), project.store)
    assert failure is not None
    assert failure.action == "resume"
    assert "step 10" in failure.error.fix


def test_a_run_that_was_stopped_is_no_failure(project: Project) -> None:
    detail = detail_of(project, "first")
    assert failure_of(replace(detail, row=replace(detail.row, state="cancelled")), (), project.store) is None


def test_the_log_is_read_from_a_level_up_and_ends_with_the_error(project: Project) -> None:
    run_id = project.find_run("broken").run_id
    every, severe = (load_log(project, run_id, level).lines for level in ("debug", "error"))
    assert every[-1].level == "error"
    assert "have no vector" in every[-1].text
    assert len(severe) < len(every)


def test_what_was_printed_is_shown_as_a_terminal_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_bytes(b"start\n  1 %\r 50 %\r100 %\nend\x1b\n")
    assert load_printed(tmp_path / "log.txt") == "start\n100 %\nend\n"
    assert load_printed(tmp_path / "none.txt") == ""
