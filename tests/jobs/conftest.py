"""Processes of the tests of this room: they find the program in this checkout, and the counting plugin beside it."""

import importlib.metadata
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.core.registry import registry

REPOSITORY = Path(__file__).resolve().parents[2]
COUNTING = REPOSITORY / "tests" / "plugins" / "counting"
BUILT_IN_ENTRY = "[neurostudio.methods]\nbuilt-in = neurostudio.methods:built_in\n"


@pytest.fixture(scope="session")
def plugin_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of a process in which ``counting.sum`` is installed as a plugin, beside the built-in methods."""
    paths = [COUNTING, REPOSITORY]
    try:
        importlib.metadata.distribution("neurostudio")
    except importlib.metadata.PackageNotFoundError:
        paths.append(_entry_point_of_checkout(tmp_path_factory.mktemp("installed")))
    found = os.pathsep.join([*map(str, paths), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": found, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def counting_environment(plugin_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The same for this process too, and so for every worker that it starts."""
    monkeypatch.setenv("PYTHONPATH", plugin_environment["PYTHONPATH"])
    for path in reversed(plugin_environment["PYTHONPATH"].split(os.pathsep)):
        if path not in sys.path:
            monkeypatch.syspath_prepend(path)
    registry.cache_clear()
    yield plugin_environment
    registry.cache_clear()


def _entry_point_of_checkout(folder: Path) -> Path:
    """What an installer would leave for a checkout that nobody installed: its name and its entry point."""
    info = folder / "neurostudio-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: neurostudio\nVersion: 0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(BUILT_IN_ENTRY, encoding="utf-8")
    return folder
