"""``export --artifact`` and ``export --curve``: one picture, or its numbers, instead of the whole run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_one_artifact_is_written_as_its_numbers(cli: Callable[..., Any], study: Path, tmp_path: Path) -> None:
    document = cli("export", "study", "good", "--artifact", "steps", "--to", "steps.csv", "--json").document
    assert document == {"written": [(tmp_path / "steps.csv").as_posix()]}
    (copied,) = study.glob("runs/*/artifacts/steps.csv")
    assert (tmp_path / "steps.csv").read_text(encoding="utf-8") == copied.read_text(encoding="utf-8")


def test_one_metric_is_drawn(cli: Callable[..., Any], study: Path, tmp_path: Path) -> None:
    answer = cli("export", "study", "good", "--curve", "sum/value", "--to", "sum.svg")
    assert (answer.code, answer.out) == (0, "sum.svg\n")
    assert "good" in (tmp_path / "sum.svg").read_text(encoding="utf-8")


def test_wrong_requests_are_one_sentence(cli: Callable[..., Any], study: Path) -> None:
    for words, said in (
        (("--artifact", "steps", "--curve", "sum/value", "--to", "out.png"), "cannot both be given"),
        (("--artifact", "step", "--to", "out.csv"), "Did you mean steps?"),
        (("--artifact", "steps", "--to", "out.png"), "has no picture"),
        (("--curve", "sum/value", "--to", "out.docx"), ".png, .svg, .pdf or .csv"),
    ):
        answer = cli("export", "study", "good", *words)
        assert answer.code == 2
        assert said in answer.err
        assert "Traceback" not in answer.err
