"""Batch files: lists, grids, dependencies and what can be wrong with them."""

from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.jobs.batch import OutputOf, read_batch


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "batch.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_grid_becomes_one_run_for_each_combination(tmp_path: Path) -> None:
    plan = read_batch(
        write(
            tmp_path,
            """
project: study
defaults: {method: counting.sum, settings: {n: 5, inner.a: 1}, seed: 7}
runs:
  - {name: one}
  - name: many
    settings: {inner: {b: 2}}
    grid: {seed: [0, 1], n: [2, 3], lr: [1e-4]}
""",
        )
    )
    assert plan.project == tmp_path / "study"
    assert [run.name for run in plan.runs] == [
        "one",
        "many-seed0-n2-lr1e-4",
        "many-seed0-n3-lr1e-4",
        "many-seed1-n2-lr1e-4",
        "many-seed1-n3-lr1e-4",
    ]
    assert plan.runs[0].seed == 7
    assert plan.runs[-1].seed == 1
    assert plan.runs[-1].settings == {"n": 3, "lr": "1e-4", "inner": {"a": 1, "b": 2}}


def test_entries_come_after_those_whose_outputs_they_use(tmp_path: Path) -> None:
    plan = read_batch(
        write(
            tmp_path,
            """
defaults: {method: a.b}
runs:
  - {name: second, inputs: {model: {run: first, artifact: net}, train: mr}}
  - {name: first, inputs: {train: [mr, sst]}}
""",
        )
    )
    assert [run.name for run in plan.runs] == ["first", "second"]
    assert plan.runs[1].inputs == {"model": (OutputOf("first", "net"),), "train": ("mr",)}
    assert plan.runs[1].after == ("first",)
    assert plan.runs[0].inputs == {"train": ("mr", "sst")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runs: [", r"not valid YAML.*Line 1"),
        ("runs: []", "lists no runs"),
        ("- a", "lists no runs"),
        ("runs: [{name: x}]", "'x' names no method"),
        ("runs: [{method: a.b, colour: {}}]", "unknown key 'colour'"),
        ("run: [{method: a.b}]\nruns: [{method: a.b}]", "unknown key 'run'"),
        ("runs: [{method: a.b, grid: {n: 3}}]", "grid of 'n' is not a list"),
        ("runs: [{method: a.b, name: x}, {method: a.b, name: x}]", "Two batch entries are called 'x'"),
        ("runs: [{method: a.b, seed: soon}]", "'seed' is 'soon', not a whole number"),
        ("runs: [{method: a.b, name: x, inputs: {m: {run: y, artifact: z}}}]", "uses the output of 'y'"),
        ("runs: [{method: a.b, inputs: {m: {run: y}}}]", "input from another run is written"),
        (
            """
defaults: {method: a.b}
runs: [{name: x, inputs: {m: {run: y, artifact: z}}}, {name: y, inputs: {m: {run: x, artifact: z}}}]
""",
            "in a circle: x, y",
        ),
    ],
)
def test_a_wrong_batch_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_batch(write(tmp_path, text))


def test_a_missing_or_unreadable_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no batch file"):
        read_batch(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9t\xe9")
    with pytest.raises(RequestError, match="cannot be read"):
        read_batch(tmp_path / "latin.yaml")
