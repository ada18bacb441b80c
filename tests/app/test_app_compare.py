"""Runs side by side: settings that differ, repeats, metrics, and scatter points."""

import math
from typing import Any

import pytest

from neurostudio.app import Project
from neurostudio.app.compare import ABSENT, compare_runs, scatter_axes, scatter_points
from neurostudio.core.events import EventWriter
from neurostudio.core.method import Input
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request
from neurostudio.core.spec import nested


def write_run(
    project: Project,
    run_id: str,
    settings: dict[str, Any] | None = None,
    metrics: dict[str, float] | None = None,
    *,
    method: str = "spiking.text",
    data: tuple[str, ...] = ("mr",),
    **more: Any,
) -> str:
    """Write the folder of a run that is done, and take it into the index."""
    folder = project.run_folder(run_id)
    known = registry().methods.get(method)
    plain = known.load_spec().from_settings(nested(settings or {})).as_settings() if known else dict(settings or {})
    inputs = tuple(Input("train", name, "labelled-text", project.path / name, sha256=name) for name in data)
    folder.create(Request(id=run_id, name=more.pop("name", run_id), method=method, settings=plain, inputs=inputs, **more))
    events = EventWriter(folder.events_file)
    events.write("state", state="running", attempt=1)
    events.metrics([(name, value, None, 1e9) for name, value in (metrics or {}).items()])
    events.write("state", state="done", attempt=1)
    events.close()
    project.sync()
    return run_id


def test_runs_that_differ_only_by_seed_are_a_group_with_mean_and_range(project: Project) -> None:
    for seed, accuracy in enumerate((0.7, 0.8, 0.75)):
        write_run(project, f"mr-seed{seed}", {"time_steps": 4}, {"test/accuracy": accuracy}, seed=seed)
    write_run(project, "mr-long", {"time_steps": 64}, {"test/accuracy": 0.78})
    found = compare_runs(project, ["mr-long", "mr-seed0", "mr-seed1", "mr-seed2"])
    assert [(group.name, len(group.run_ids)) for group in found.groups] == [("mr-long", 1), ("mr", 3)]
    assert [(run.run_id, run.group, run.seed) for run in found.runs][1:] == [
        ("mr-seed0", 1, 0),
        ("mr-seed1", 1, 1),
        ("mr-seed2", 1, 2),
    ]
    (setting,) = found.settings
    assert (setting.name, setting.title, setting.values, setting.texts[0]) == (
        "time_steps",
        "Time steps",
        (64, 4, 4, 4),
        "64",
    )
    (metric,) = found.metrics
    assert (metric.info.better, metric.values) == ("higher", (0.78, 0.7, 0.8, 0.75))
    spread = metric.spreads[1]
    assert spread is not None
    assert (spread.n, round(spread.mean, 6), spread.low, spread.high, round(spread.sd, 6)) == (3, 0.75, 0.7, 0.8, 0.05)
    assert metric.best == 0
    assert found.missing == ()


def test_settings_of_another_choice_and_other_data_are_shown_with_a_dash_where_there_are_none(project: Project) -> None:
    write_run(project, "a")
    write_run(project, "b", {"vectors.kind": "file"}, data=("sst", "mr"))
    found = compare_runs(project, ["a", "b"])
    by_name = {setting.name: setting for setting in found.settings}
    assert by_name["vectors.kind"].values == ("ppmi", "file")
    assert by_name["vectors.kind"].title == "Word vectors"
    assert by_name["vectors.window"].texts == ("5", ABSENT)
    assert [(one.role, one.names) for one in found.inputs] == [("train", ("mr", "sst, mr"))]


def test_runs_of_other_methods_and_of_missing_plugins_are_compared_by_what_they_share(project: Project) -> None:
    write_run(project, "a", {"time_steps": 4}, {"test/accuracy": 0.5})
    write_run(project, "b", {"time_steps": 8, "gone": 1}, {"test/accuracy": 0.6}, method="other.plugin", data=())
    found = compare_runs(project, ["a", "nothing", "b"])
    assert [(setting.name, setting.values) for setting in found.settings] == [("time_steps", (4, 8))]
    assert [group.method for group in found.groups] == ["spiking.text", "other.plugin"]
    assert [(metric.info.name, metric.best) for metric in found.metrics] == [("test/accuracy", 1)]
    assert found.metrics[0].info.help
    assert found.missing == ("nothing",)


def test_equal_names_are_told_apart_and_numbers_that_are_none_are_said(project: Project) -> None:
    write_run(project, "run-aaaaaa", {}, {"train/loss": math.nan, "odd/metric": 1.0}, name="same")
    write_run(project, "run-bbbbbb", {}, {"train/loss": 0.5}, name="same")
    found = compare_runs(project, ["run-aaaaaa", "run-bbbbbb"])
    assert [run.label for run in found.runs] == ["same (aaaaaa)", "same (bbbbbb)"]
    by_name = {metric.info.name: metric for metric in found.metrics}
    assert by_name["odd/metric"].values == (1.0, None)
    spread = by_name["train/loss"].spreads[0]
    assert spread is not None
    assert math.isnan(spread.mean)


def test_nothing_to_compare_is_an_empty_comparison(project: Project) -> None:
    assert compare_runs(project, []).runs == ()
    assert compare_runs(project, ["nothing"]).missing == ("nothing",)


def test_a_number_is_drawn_against_a_metric(project: Project) -> None:
    for steps in (8, 2, 4):
        write_run(project, f"T{steps}", {"time_steps": steps}, {"test/accuracy": steps / 10})
    write_run(project, "without")
    write_run(project, "nan", {}, {"test/accuracy": math.nan})
    project.store.set_labels("T2", trashed=True)
    found = scatter_points(project, "spiking.text", "time_steps", "test/accuracy")
    assert sorted((point.name, point.x, point.y) for point in found.points) == [("T4", 4.0, 0.4), ("T8", 8.0, 0.8)]
    assert (found.categories, found.left_out, found.metric.better) == ((), 2, "higher")
    some = scatter_points(project, "spiking.text", "time_steps", "test/accuracy", ["T2", "T8"])
    assert {point.run_id for point in some.points} == {"T2", "T8"}


def test_choices_stand_in_the_order_of_their_declaration(project: Project) -> None:
    write_run(project, "a", {"vectors.kind": "random"}, {"test/accuracy": 0.1})
    write_run(project, "b", {"vectors.kind": "ppmi"}, {"test/accuracy": 0.2})
    found = scatter_points(project, "spiking.text", "vectors.kind", "test/accuracy")
    assert len(found.categories) == 2
    assert {point.name: point.x for point in found.points} == {"b": 0.0, "a": 1.0}
    switch = scatter_points(project, "spiking.text", "vectors.trained", "test/accuracy")
    assert switch.categories == ("on",)


@pytest.mark.parametrize("setting", ["text.length", "nothing"])
def test_runs_without_a_value_have_no_place(project: Project, setting: str) -> None:
    write_run(project, "a", {}, {"test/accuracy": 0.1})
    found = scatter_points(project, "spiking.text", setting, "test/accuracy")
    assert (found.points, found.left_out) == ((), 1)


def test_runs_of_a_missing_plugin_can_be_drawn_too(project: Project) -> None:
    for run_id, width in (("a", 1), ("b", 2.5)):
        write_run(project, run_id, {"width": width, "kind": "x"}, {"odd/metric": float(width)}, method="other.plugin")
    found = scatter_points(project, "other.plugin", "width", "odd/metric")
    assert [(point.x, point.y) for point in found.points] == [(1.0, 1.0), (2.5, 2.5)]
    assert scatter_points(project, "other.plugin", "kind", "odd/metric").categories == ("x",)


def test_axes_are_the_settings_that_vary_and_the_metrics_that_were_written(project: Project) -> None:
    write_run(project, "a", {"time_steps": 4, "network.widths": [3]}, {"test/accuracy": 0.1, "odd/metric": 1.0})
    write_run(project, "b", {"vectors.kind": "random"}, {"test/accuracy": 0.2})
    axes = scatter_axes(project, "spiking.text")
    names = [info.name for info in axes.settings]
    assert names[0] == "time_steps"
    assert "vectors.kind" in names
    assert "network.widths" not in names
    assert [info.name for info in axes.metrics] == ["test/accuracy", "odd/metric"]
    assert scatter_axes(project, "spiking.text", ["a"]).settings == ()
