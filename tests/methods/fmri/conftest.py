"""Brain data that the tests of the methods share: the listening phantom, real runs by name, and a context over inputs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neurostudio.core.context import NotebookContext
from neurostudio.core.method import Input
from neurostudio.data.sample_fmri import write_sample_fmri

PHANTOM_VOLUMES = 100
HAXBY = "fmri_haxby_runs"

MakeContext = Callable[..., NotebookContext]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Small matrices on a shared machine: more threads only spin."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The listening phantom as a BIDS folder: 3 runs of 100 volumes, TR 2 s. Read only; copy what you change."""
    return write_sample_fmri(tmp_path_factory.mktemp("phantom"), runs=3, volumes=PHANTOM_VOLUMES)


@pytest.fixture(scope="session")
def haxby(shared_data: Callable[[str], Path]) -> Callable[[str], Path]:
    """Give a file of the eight real runs by its name, such as ``task001_run001/bold_25mm.nii.gz``; empty: the folder."""
    return lambda name="": shared_data(f"{HAXBY}/{name}" if name else HAXBY)


@pytest.fixture
def make_context(tmp_path: Path) -> MakeContext:
    """Build a context over ``(role, path)`` pairs: folders and images are ``fmri``, tables ``table``; options as a third item."""
    count = iter(range(1000))

    def make(*inputs: tuple[Any, ...], seed: int = 0, kind: str = "") -> NotebookContext:
        given = []
        for role, path, *options in inputs:
            image = Path(path).is_dir() or Path(path).name.endswith((".nii", ".nii.gz", ".mgz"))
            given.append(Input(role, Path(path).name, kind or ("fmri" if image else "table"), Path(path), "", dict(*options), {}))
        return NotebookContext(tmp_path / f"run-{next(count)}", seed=seed, inputs=given)

    return make
