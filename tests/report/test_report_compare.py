"""Which runs are set side by side, and what is said of a group."""

import math
from collections.abc import Callable
from dataclasses import replace

from neurostudio.core.method import MetricInfo
from neurostudio.report import ReportCurve, RunContent
from neurostudio.report.compare import Group, best_of, compare, run_labels
from neurostudio.report.run_blocks import curve_panels

Maker = Callable[..., RunContent]


def test_runs_that_differ_only_by_seed_are_one_group_with_their_common_name(make_run: Maker) -> None:
    (comparison,) = compare([make_run(seed) for seed in range(3)])
    (group,) = comparison.groups
    assert group.name == "mr"
    assert comparison.differing == ()


def test_other_settings_or_data_make_another_group_and_are_named(make_run: Maker) -> None:
    first = make_run(0)
    other = make_run(1, settings={"time_steps": 8})
    data = replace(make_run(2), inputs=(replace(first.inputs[0], sha256="00"), *first.inputs[1:]))
    (comparison,) = compare([first, other, data])
    assert len(comparison.groups) == 3
    assert comparison.differing == ("network.filters", "time_steps", "learning_rate")
    assert comparison.differing_roles == ("train",)


def test_the_methods_own_metrics_come_first(make_run: Maker) -> None:
    (comparison,) = compare([make_run(0)])
    assert [info.name for info in comparison.metrics][:2] == ["test/accuracy", "ann/accuracy"]
    assert comparison.metrics[-1].name == "spikes/rate"


def test_a_group_says_mean_and_spread_and_never_hides_a_nan(make_run: Maker) -> None:
    runs = [replace(make_run(0), metrics={"a": value}) for value in (1.0, 2.0, 3.0)]
    assert Group("g", tuple(runs)).summary_text("a").split() == ["2.0", "±", "1.0"]
    assert Group("g", (runs[0],)).summary_text("a") == "1"
    assert Group("g", (*runs, replace(runs[0], metrics={}))).summary_text("a").endswith("(n = 3)")
    assert Group("g", (*runs, replace(runs[0], metrics={"a": math.nan}))).summary_text("a") == "not a number"
    assert Group("g", tuple(runs)).summary_text("b") == "–"


def test_the_best_group_follows_the_direction_of_the_metric(make_run: Maker) -> None:
    groups = [Group("a", (replace(make_run(0), metrics={"m": 1.0}),)), Group("b", (replace(make_run(0), metrics={"m": 2.0}),))]
    assert best_of(MetricInfo("m", "", better="higher"), groups) == 1
    assert best_of(MetricInfo("m", "", better="lower"), groups) == 0
    assert best_of(MetricInfo("m", "", better=""), groups) is None
    assert best_of(MetricInfo("m", ""), [groups[0], groups[0]]) is None


def test_equal_names_are_told_apart_by_their_ids(make_run: Maker) -> None:
    labels = run_labels([make_run(0, name="same"), make_run(1, name="same"), make_run(2, name="other")])
    assert len(set(labels.values())) == 3
    assert "other" in labels.values()


def test_curves_of_one_kind_share_a_picture_unless_their_steps_differ_widely() -> None:
    def curve(name: str, steps: int, unit: str = "nats") -> ReportCurve:
        return ReportCurve(name, unit, list(range(steps)), [0.0] * steps)

    panels = curve_panels(
        [curve("train/loss", 10), curve("validation/loss", 10), curve("step/loss", 500), curve("test/loss", 10, "bits")]
    )
    assert [[one.name for one in curves] for _, curves in panels] == [
        ["train/loss", "validation/loss"],
        ["step/loss"],
        ["test/loss"],
    ]
    assert [title for title, _ in panels] == ["loss", "step/loss", "test/loss"]
