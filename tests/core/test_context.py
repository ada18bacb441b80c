"""A run function works in a notebook: metrics in memory, artifacts in a folder."""

from pathlib import Path

import numpy as np
import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.core.kinds import Plot


def test_metrics_keep_every_step_and_the_final_value() -> None:
    context = NotebookContext()
    context.metric("train/loss", 2.0, 1)
    context.metric("train/loss", 1.0, 2)
    assert context.metrics == {"train/loss": [(1, 2.0), (2, 1.0)]}
    assert context.final("train/loss") == 1.0
    with pytest.raises(NeuroError, match="test/accuracy"):
        context.final("test/accuracy")


def test_artifacts_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    context = NotebookContext(tmp_path)
    context.table("scores", {"class": ["a", "b"], "f1": [0.1, 1 / 3]})
    assert (tmp_path / "scores.csv").read_text() == "class,f1\na,0.1\nb,0.3333333333333333\n"
    with pytest.raises(RuntimeError), context.artifact("broken", "text", ".txt") as path:
        path.write_text("half")
        raise RuntimeError
    assert "broken" not in context.artifacts
    assert not list(tmp_path.glob("*broken*"))


def test_arrays_and_weights_folders(tmp_path: Path) -> None:
    context = NotebookContext(tmp_path)
    context.array("rates", {"a": [1, 2], "b": np.zeros((2, 3))})
    with np.load(tmp_path / "rates.npz") as arrays:
        assert arrays["b"].shape == (2, 3)
    with context.artifact("snn", "weights") as folder:
        (folder / "config.json").write_text("{}")
    assert (tmp_path / "snn" / "config.json").exists()


def test_a_wrong_kind_or_suffix_is_a_bug_that_is_named(tmp_path: Path) -> None:
    context = NotebookContext(tmp_path)
    with pytest.raises(ValueError, match="unknown artifact kind"), context.artifact("x", "picture", ".png"):
        pass
    with pytest.raises(ValueError, match=r"not '\.txt'"), context.artifact("x", "table", ".txt"):
        pass
    with pytest.raises(ValueError, match="different lengths"):
        context.table("x", {"a": [1], "b": [1, 2]})


def test_stopping_raises_cancelled() -> None:
    context = NotebookContext()
    context.check_stop()
    context.stop_requested = True
    with pytest.raises(Cancelled):
        context.check_stop()


def test_checkpoints_are_found_again(tmp_path: Path) -> None:
    context = NotebookContext(tmp_path)
    assert context.last_checkpoint() is None
    for text in ("one", "two"):
        with context.checkpoint(text) as folder:
            (folder / "state.json").write_text(text)
    found = NotebookContext(tmp_path).last_checkpoint()
    assert found is not None
    assert (found / "state.json").read_text() == "two"


def test_plot_hints_survive_their_plain_form() -> None:
    plot = Plot("line", x="t", y=("a", "b"), baselines={"ANN": 0.75}, error={"a": "a_std"}, caption="Rises.")
    assert Plot.from_dict({**plot.as_dict(), "from_a_newer_version": 1}) == plot
