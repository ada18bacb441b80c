"""Fixtures that every room uses: real data by name, and processes in which the counting plugin is installed."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from neurostudio.core.registry import registry

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("NEUROSTUDIO_DATA", REPOSITORY.parent / "shared" / "data"))
COUNTING_PLUGIN = REPOSITORY / "tests" / "plugins" / "counting"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the path of a real data file; skip the test by name where it is not on this machine."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"real data not here: {name} (set NEUROSTUDIO_DATA)")
        return path

    return find


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is remembered of images goes to a folder of the tests, not to this user's."""
    before = os.environ.get("NEUROSTUDIO_CACHE")
    os.environ["NEUROSTUDIO_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["NEUROSTUDIO_CACHE"]
    else:
        os.environ["NEUROSTUDIO_CACHE"] = before


@pytest.fixture(scope="session")
def plugin_environment() -> dict[str, str]:
    """Environment of a process in which ``counting.sum`` is installed as a plugin, beside the built-in methods."""
    found = os.pathsep.join([str(COUNTING_PLUGIN), str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
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
