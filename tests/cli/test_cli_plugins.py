"""A method from outside: it joins list, flags, form data, batch and report by being installed; a broken one hides nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurostudio.core.run_folder import run_folders

RECORD = """
from neurostudio.core.method import Method, MetricInfo, Output, Paper
METHOD = Method(
    id="lab.echo", title="Echo", summary="Writes its settings down.", spec="lab_methods.specs:Echo", run="lab_methods.work:run",
    papers=(Paper("Doe, J.", "On echoes", "Journal of Walls", 2025),),
    outputs=(Output("settings", "table", "Every setting."),), metrics=(MetricInfo("echo/count", "Settings there are."),),
)
"""
SPECS = """
from typing import Literal
from neurostudio.core.spec import Spec, setting

class Fixed(Spec):
    kind: Literal["fixed"] = "fixed"
    lr: float = setting(1e-4, title="Rate", help="Learning rate.", gt=0)

class Decay(Spec):
    kind: Literal["decay"] = "decay"
    half_life: int = setting(10, title="Half life", help="Steps to one half.", unit="steps", ge=1)

class Inner(Spec):
    depth: int = setting(2, title="Depth", help="Layers.", ge=1, le=9)

class Echo(Spec):
    on: bool = setting(True, title="On", help="A switch.")
    count: int = setting(3, title="Count", help="A whole number.", ge=1)
    share: float = setting(0.5, title="Share", help="A number.", ge=0, le=1)
    word: str = setting("yes", title="Word", help="A text.")
    colour: Literal["red", "blue"] = setting("red", title="Colour", help="A choice.")
    limit: int | None = setting(None, title="Limit", help="May be left empty.")
    sizes: list[int] = setting([1, 2], title="Sizes", help="A list.", min_length=1)
    costs: dict[str, float] = setting({}, title="Costs", help="Names to numbers.", unit="pJ")
    inner: Inner = setting(Inner(), title="Inner", help="A group.")
    schedule: Fixed | Decay = setting(Fixed(), title="Schedule", help="One of two.", tag="kind")
"""
WORK = """
from neurostudio.core.spec import flatten

def run(spec, context):
    flat = flatten(spec.as_settings())
    context.table("settings", {"name": list(flat), "value": [str(value) for value in flat.values()]})
    context.metric("echo/count", len(flat))
"""
FLAGS = {
    "on": "false",
    "count": "7",
    "share": "1e-4",
    "word": "none",
    "colour": "blue",
    "limit": "5",
    "sizes": "4,5",
    "costs": '{"mac": 4.6}',
    "inner.depth": "3",
    "schedule.kind": "decay",
    "schedule.half_life": "20",
}
GIVEN = {
    "on": False,
    "count": 7,
    "share": 1e-4,
    "word": "none",
    "colour": "blue",
    "limit": 5,
    "sizes": [4, 5],
    "costs": {"mac": 4.6},
    "inner": {"depth": 3},
    "schedule": {"kind": "decay", "half_life": 20},
}

Install = Callable[..., None]


def install_echo(install: Install) -> None:
    install("lab = lab_methods:METHOD", __init__=RECORD, specs=SPECS, work=WORK)


def test_a_plugin_is_listed_and_described_with_all_its_settings(cli: Callable[..., Any], install: Install) -> None:
    install_echo(install)
    listed = {one["id"]: one for one in cli("methods", "--json").document}
    assert listed["lab.echo"]["source"] == "lab_methods"
    page = " ".join(cli("methods", "lab.echo").out.split())
    for words in (
        "Source: Doe, J. (2025). On echoes. Journal of Walls.",
        "inner.depth 2 Layers. [int, >= 1, <= 9]",
        "schedule.kind fixed One of two. [fixed | decay]",
        "Steps to one half. [int, >= 1, steps, only with schedule.kind=decay]",
        "limit none May be left empty. [int or none]",
        "on true A switch. [bool]",
        "sizes 1, 2 A list. [list of int, at least 1 items]",
    ):
        assert words in page
    document = cli("methods", "lab.echo", "--json").document
    assert set(document["schema"]["properties"]) == set(GIVEN)
    assert {"Fixed", "Decay", "Inner"} <= set(document["schema"]["$defs"])


def test_every_form_of_setting_goes_through_the_flags_and_comes_out_as_given(
    cli: Callable[..., Any], empty: Path, install: Install, tmp_path: Path
) -> None:
    install_echo(install)
    flags = [word for key, value in FLAGS.items() for word in ("--set", f"{key}={value}")]
    first = cli("run", "empty", "lab.echo", *flags, "--json")
    assert first.code == 0, first.err
    assert {key: value for key, value in first.document["settings"].items() if key != "spec_version"} == GIVEN
    assert first.document["metrics"]["echo/count"] == 12
    shown = cli("show", "empty", "latest").out
    assert "schedule.kind       decay" in shown

    request = run_folders(empty)[0].request_file
    again = cli("run", "empty", "--spec", request, "--set", "schedule.kind=fixed", "--json")
    assert again.code == 0, "the settings of the member that was replaced must not stand in the way: " + again.err
    assert again.document["settings"]["schedule"] == {"kind": "fixed", "lr": 1e-4}
    assert again.document["settings"]["inner"] == {"depth": 3}

    assert cli("report", "empty", "--output", "lab.html").code == 0
    report = (tmp_path / "lab.html").read_text(encoding="utf-8")
    assert "Half life" in report
    assert "On echoes" in report


def test_a_wrong_setting_of_a_plugin_is_refused_by_its_own_bounds(cli: Callable[..., Any], empty: Path, install: Install) -> None:
    install_echo(install)
    for flag, words in (
        ("inner.depth=10", "Setting 'inner.depth' cannot be '10'. Allowed: int, >= 1, <= 9."),
        ("schedule.kind=sudden", "'schedule"),
        ("schedule.half_life=3", "'schedule.half_life' does not belong to this choice"),
        ("costs=[1]", "'costs'"),
        ("colour=green", "Allowed: red | blue"),
        ("dept=1", "Did you mean"),
    ):
        answer = cli("run", "empty", "lab.echo", "--set", flag)
        assert (answer.code, words in answer.err) == (2, True), (flag, answer.err)
    assert not run_folders(empty)


def test_a_plugin_runs_in_a_batch_beside_other_methods(
    cli: Callable[..., Any], empty: Path, install: Install, tmp_path: Path
) -> None:
    install_echo(install)
    (tmp_path / "many.yaml").write_text(
        """
project: empty
runs:
  - {name: lab, method: lab.echo, grid: {schedule.kind: [fixed, decay]}}
  - {name: sum, method: counting.sum, settings: {n: 2}, inputs: {table: {run: lab-kindfixed, artifact: settings}}}
""",
        encoding="utf-8",
    )
    answer = cli("batch", "many.yaml", "--json")
    assert [item["outcome"] for item in answer.document] == ["done"] * 3, answer.err


def test_a_broken_plugin_is_named_and_hides_no_other(shell: Any, cli: Callable[..., Any], install: Install) -> None:
    install("lab = lab_methods:METHOD", __init__="import a_package_that_nobody_has\n")
    answer = cli("methods")
    assert answer.code == 0
    assert "counting.sum" in answer.out
    assert "The plugin 'lab' of lab_methods cannot be read: ModuleNotFoundError" in answer.err
    assert "a_package_that_nobody_has" in cli("run", "nowhere", "lab.echo").err
    assert cli("doctor", "--json").document["machine"][-1]["what"] == "Plugin lab"

    shell.environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
    alone = shell("methods")
    assert len(alone.err.splitlines()) == 1, "said once, and no log line beside it"


def test_a_second_plugin_of_the_same_method_is_refused_by_name(cli: Callable[..., Any], install: Install) -> None:
    install("lab = lab_methods:METHOD", __init__=RECORD.replace("lab.echo", "counting.sum"))
    answer = cli("methods")
    assert "'counting.sum' is already brought by" in answer.err
    assert answer.out.count("counting.sum") == 1
