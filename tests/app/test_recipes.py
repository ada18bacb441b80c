"""A run as a command line, a batch entry and a script gives the same run again."""

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from neurostudio.app import Project, import_data, make_request, run, run_batch
from neurostudio.app.recipes import as_batch_entry, as_command, as_python
from neurostudio.core.errors import RequestError
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request
from neurostudio.core.spec import Spec
from neurostudio.store.read import run_detail

CHANGES = {
    "time_steps": 3,
    "vectors.kind": "random",
    "vectors.dimensions": 8,
    "training.lr": 3e-5,
    "text.length": 12,
    "network.widths": [2, 3],
    "explain.sentences": ['it\'s "fine", 好', "none", ""],
    "energy.constants_pj": {"mac": 4.6},
}


@pytest.fixture
def request_of_sum(project: Project) -> Request:
    """A request with inputs, changed settings and a name that a shell would split."""
    numbers = project.path / "some numbers.csv"
    numbers.write_text("a,b\n1,2\n", encoding="utf-8")
    import_data(project, [numbers], kind="table", name="numbers")
    return make_request(
        project,
        "counting.sum",
        inputs={"table": ["numbers"]},
        settings={"n": 4, "checkpoint_every": 2},
        seed=11,
        name='it\'s "a" $name',
        device="cpu",
    )


def work_of(request: Request) -> Request:
    """What a request asks for, without when, where and by which attempt it was made."""
    return replace(request, id="", created=0.0, batch="", versions={}, machine={})


def outcome(project: Project, run_id: str) -> dict[str, object]:
    detail = run_detail(project.store, run_id)
    return {"metrics": detail.metrics, "artifacts": {one.name: one.sha256 for one in detail.artifacts}, "state": detail.row.state}


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell")
def test_the_command_line_starts_the_same_run(
    project: Project, request_of_sum: Request, plugin_environment: dict[str, str], tmp_path: Path
) -> None:
    run(project, request_of_sum)
    line = as_command(request_of_sum, project.path)
    assert "--set n=4" in line
    assert "deaf" not in line
    program = tmp_path / "bin" / "neurostudio"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m neurostudio "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {**plugin_environment, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", f"{line} --json"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    run_id = json.loads(done.stdout)["id"]
    project.sync()
    assert work_of(project.run_folder(run_id).request()) == work_of(request_of_sum)
    assert outcome(project, run_id) == outcome(project, request_of_sum.id)


def test_the_script_starts_the_same_run(
    project: Project, request_of_sum: Request, plugin_environment: dict[str, str], tmp_path: Path
) -> None:
    run(project, request_of_sum)
    script = tmp_path / "again.py"
    script.write_text(as_python(request_of_sum, project.path), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], env=plugin_environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    run_id, state = done.stdout.split()
    project.sync()
    assert state == "done"
    assert work_of(project.run_folder(run_id).request()) == work_of(request_of_sum)
    assert outcome(project, run_id) == outcome(project, request_of_sum.id)


def test_the_batch_entry_starts_the_same_run(project: Project, request_of_sum: Request, tmp_path: Path) -> None:
    run(project, request_of_sum)
    file = tmp_path / "batch.yaml"
    file.write_text("runs:\n" + as_batch_entry(request_of_sum), encoding="utf-8")
    (item,) = run_batch(project, file)
    assert work_of(project.run_folder(item.run_id).request()) == work_of(request_of_sum)
    assert outcome(project, item.run_id) == outcome(project, request_of_sum.id)


def test_outputs_of_other_runs_and_several_data_sets_are_named_again(project: Project, request_of_sum: Request) -> None:
    given = request_of_sum.inputs[0]
    of_run = replace(given, role="corpus", name="first:steps", source={"run": "run-1", "artifact": "steps"})
    request = replace(request_of_sum, inputs=(given, replace(given, source={"dataset": "more"}), of_run))
    words = shlex.split(as_command(request, project.path))
    assert [words[at + 1] for at, word in enumerate(words) if word == "--input"] == [
        "table=numbers",
        "table=more",
        "corpus=run-1:steps",
    ]
    (entry,) = yaml.safe_load(as_batch_entry(request))
    assert entry["inputs"] == {"table": ["numbers", "more"], "corpus": "run-1:steps"}


def test_only_settings_that_differ_are_named_also_inside_a_union(project: Project) -> None:
    spec = registry().get("spiking.text").load_spec()
    request = Request("r", "n", "spiking.text", _from(spec, CHANGES).as_settings(), seed=1, device="auto")
    (entry,) = yaml.safe_load(as_batch_entry(request))
    assert entry["settings"] == CHANGES
    assert "device" not in entry
    words = shlex.split(as_command(request, project.path))
    flags = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    assert {flag.partition("=")[0] for flag in flags} - {"cores"} == set(CHANGES)
    assert "training.lr=3e-05" in flags


def test_a_run_with_the_defaults_names_no_setting(project: Project) -> None:
    spec = registry().get("spiking.text").load_spec()
    request = Request("r", "", "spiking.text", spec().as_settings())
    assert "settings" not in yaml.safe_load(as_batch_entry(request))[0]
    assert "settings" not in as_python(request, project.path)


def test_a_live_session_and_an_unknown_method_have_no_recipe(project: Project, request_of_sum: Request) -> None:
    for request, told in ((replace(request_of_sum, serve=True), "live session"), (replace(request_of_sum, method="a.b"), "a.b")):
        with pytest.raises(RequestError, match=told):
            as_command(request, project.path)


def _from(spec: type[Spec], changes: dict[str, object]) -> Spec:
    from neurostudio.core.spec import nested

    return spec.from_settings(nested(changes))
