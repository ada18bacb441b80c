"""A machine without a network, and one visit to every page of the window on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from neurostudio.data.samples import write_sample_fmri, write_sample_reviews

BLOCKED = """
import socket

def refuse(*_arguments, **_options):
    raise AssertionError("a socket was opened")

socket.socket.connect = refuse
socket.socket.connect_ex = refuse
socket.create_connection = refuse
socket.getaddrinfo = refuse
"""
QUICK = ("training.epochs=1", "finetuning.epochs=1", "time_steps=4", "conversion.steps=2,4", "evaluation.encoder_seeds=2")


@dataclass(frozen=True)
class Visit:
    """What one visit to every page left: keys of the pages, errors that people were told, packages, and what was printed."""

    pages: tuple[str, ...]
    errors: tuple[str, ...]
    packages: frozenset[str]
    printed: str


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory, plugin_environment: dict[str, str]) -> dict[str, str]:
    """Environment of processes that cannot connect to anything."""
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(BLOCKED, encoding="utf-8")
    return {**plugin_environment, "PYTHONPATH": os.pathsep.join([str(site), plugin_environment["PYTHONPATH"]])}


@pytest.fixture(scope="session")
def visit(tmp_path_factory: pytest.TempPathFactory, offline: dict[str, str]) -> Visit:
    """A real window, without a network, opens a project with runs of three methods and shows every page and tab of it."""
    pytest.importorskip("PySide6")
    folder = tmp_path_factory.mktemp("visit")
    offline = {**offline, "NEUROSTUDIO_CACHE": str(folder / "cache")}
    reviews = write_sample_reviews(folder)
    scan = write_sample_fmri(folder, runs=2, volumes=60, voxel_mm=10)
    (folder / "numbers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    sets = [word for flag in QUICK for word in ("--set", flag)]
    for words in (
        ["new", "study"],
        ["import", "study", str(reviews), "--name", "reviews"],
        ["import", "study", "numbers.csv", "--kind", "table"],
        ["import", "study", str(scan), "--name", "listening"],
        ["run", "study", "fmri.quality", "--input", "bold=listening"],
        ["run", "study", "spiking.text", "--input", "train=reviews", "--seed", "1", *sets],
        ["run", "study", "counting.sum", "--input", "table=numbers", "--set", "n=3"],
        ["report", "study", "--output", "study/all.html"],
    ):
        subprocess.run([sys.executable, "-m", "neurostudio", *words], cwd=folder, env=offline, capture_output=True, check=True)
    answer = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("window_pages.py")), "study"],
        cwd=folder,
        env={**offline, "QT_QPA_PLATFORM": "offscreen", "NEUROSTUDIO_CONFIG": str(folder / "config")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    printed = answer.stderr + "".join(path.read_text(encoding="utf-8") for path in folder.rglob("log.txt"))
    return Visit(tuple(found["pages"]), tuple(found["errors"]), frozenset(found["modules"]), printed)
