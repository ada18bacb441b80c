"""``export --artifact`` and ``export --curve``: one picture, or its numbers, instead of the whole run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture
def brain_study(study: Path, cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study with an image whose values tell voxel (hundreds, tens, ones) and volume."""
    from neurostudio.data.fmri.write import write_volumes

    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path / "cache"))
    x, y, z = np.indices((5, 5, 5))
    affine = np.diag([3.0, 3, 3, 1])
    affine[:3, 3] = -6
    (tmp_path / "scan").mkdir()
    volumes = (100 * x + 10 * y + z + t for t in range(6))
    write_volumes(tmp_path / "scan" / "rest.nii.gz", volumes, (5, 5, 5, 6), affine, tr_s=2.0, dtype=np.int16)
    assert cli("import", "study", tmp_path / "scan" / "rest.nii.gz", "--name", "rest").code == 0
    return study


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


def test_what_is_seen_of_brain_images(cli: Callable[..., Any], brain_study: Path, tmp_path: Path) -> None:
    look = tmp_path / "look.json"
    look.write_text('{"form": "slices", "mm": [0, 0, 0], "time": 3}', encoding="utf-8")
    assert cli("export", "study", "--dataset", "rest", "--look", look, "--to", "seen.png").code == 0
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")
    assert cli("export", "study", "--dataset", "rest", "--look", look, "--to", "here.json").code == 0
    said = json.loads((tmp_path / "here.json").read_text(encoding="utf-8"))
    assert said["data"] == "rest"
    assert (said["mm"], said["time"], said["tr_s"], said["n_volumes"]) == ([0, 0, 0], 3, 2.0, 6)
    assert said["layers"][0]["voxel"] == [2, 2, 2]
    assert said["layers"][0]["value"] == 222 + 3
    assert cli("export", "study", "--dataset", "rest", "--look", look, "--to", "series.csv").code == 0
    lines = (tmp_path / "series.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("volume,time (s),")
    assert lines[4].split(",")[:3] == ["3", "6.0", "225.0"]


def test_looks_that_cannot_be_are_one_sentence(cli: Callable[..., Any], brain_study: Path, tmp_path: Path) -> None:
    look = tmp_path / "look.json"
    for content, said in (
        ("no json", "is no look"),
        ('{"form": "cube"}', "is no way to look"),
        ('{"layers": [{"origin": "elsewhere.nii.gz"}]}', "an image that is not here"),
        ('{"layers": [{"look": {"colour_map": "rainbow"}}]}', "There is no colour map"),
    ):
        look.write_text(content, encoding="utf-8")
        answer = cli("export", "study", "--dataset", "rest", "--look", look, "--to", "seen.png")
        assert (answer.code, said in answer.err, "Traceback" in answer.err) == (2, True, False), answer.err
    for words, said in (
        (("--to", "out"), "Say what to export"),
        (("good", "--dataset", "rest", "--to", "out.png"), "cannot both be given"),
        (("good", "--look", look, "--to", "out"), "--look belongs to"),
        (("--dataset", "no-such-data", "--to", "out.png"), "no-such-data"),
        (("--dataset", "rest", "--to", "out.docx"), ".csv or .json"),
    ):
        answer = cli("export", "study", *words)
        assert (answer.code, said in answer.err) == (2, True), answer.err
