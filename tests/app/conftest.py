"""Projects for the tests of the application functions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.app import Project


@pytest.fixture
def project(tmp_path: Path, counting_environment: dict[str, str]) -> Iterator[Project]:
    """An empty project; ``counting.sum`` is installed."""
    with Project.create(tmp_path / "study") as made:
        yield made
