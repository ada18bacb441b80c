"""A small BIDS folder made by nibabel, a project with it, and the page that shows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, import_data
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.fmri.page import BrainPage
from neurostudio.gui.studio import Studio

SHAPE, VOLUMES, TR_S = (12, 14, 10), 24, 2.0
AFFINE = np.array([[-3.0, 0, 0, 18], [0, 3, 0, -20], [0, 0, 4, -16], [0, 0, 0, 1]])
LONG_MS = 20_000


def values(run: int = 1) -> np.ndarray[Any, Any]:
    """A ball whose values tell voxel and volume, ``[x, y, z, t]``, int16."""
    i, j, k = np.indices(SHAPE)
    inside = ((i - 5.5) / 6) ** 2 + ((j - 6.5) / 7) ** 2 + ((k - 4.5) / 5) ** 2 < 1
    still = np.where(inside, 1000 + 20 * i + 3 * j + k, 5)
    rng = np.random.default_rng(run)
    waves = 30 * np.sin(2 * np.pi * np.arange(VOLUMES) / 8)[None, None, None] * inside[..., None]
    return (still[..., None] + waves + rng.integers(-3, 4, (*SHAPE, VOLUMES))).astype(np.int16)


def save(path: Path, data: np.ndarray[Any, Any], code: int = 1, tr_s: float = TR_S) -> Path:
    """Write an image; `code` 0 leaves the orientation out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(data, AFFINE if code else np.eye(4))
    image.set_sform(AFFINE if code else None, code)
    image.set_qform(AFFINE if code else None, code)
    image.header.set_xyzt_units("mm", "sec")
    if data.ndim == 4:
        image.header["pixdim"][4] = tr_s
    nibabel.save(image, path)
    return path


def write_bids(folder: Path) -> Path:
    """Two runs of one person with events and confounds, a mask, a T1, and an image of another person that was not downloaded."""
    root = folder / "rest-study"
    function = root / "sub-01" / "func"
    function.mkdir(parents=True)
    description = {"Name": "rest", "BIDSVersion": "1.9.0", "DatasetType": "derivative", "GeneratedBy": [{"Name": "tests"}]}
    (root / "dataset_description.json").write_text(json.dumps(description), encoding="utf-8")
    (root / "task-rest_bold.json").write_text(json.dumps({"RepetitionTime": TR_S, "TaskName": "rest"}), encoding="utf-8")
    for run in (1, 2):
        stem = f"sub-01_task-rest_run-{run}"
        save(function / f"{stem}_desc-preproc_bold.nii.gz", values(run))
        events = "onset\tduration\ttrial_type\n4.0\t2.0\tfaces\n17.0\t2.0\thouses\n31.0\t2.0\tfaces\n"
        (function / f"{stem}_events.tsv").write_text(events, encoding="utf-8")
        motion = np.random.default_rng(run).normal(0, 0.02, (VOLUMES, 6)) * ([1] * 3 + [0.01] * 3)  # mm, then radians
        motion[10, 0] += 2.0
        rows = ["trans_x\ttrans_y\ttrans_z\trot_x\trot_y\trot_z\tcsf"]
        rows += ["\t".join(f"{value:.6f}" for value in (*row, at)) for at, row in enumerate(motion)]
        (function / f"{stem}_desc-confounds_timeseries.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        save(function / f"{stem}_desc-brain_mask.nii.gz", (values()[..., 0] > 500).astype(np.uint8))
    save(root / "sub-01" / "anat" / "sub-01_desc-preproc_T1w.nii.gz", values()[..., 0])
    words = root / "stimuli" / "sub-01_task-rest_run-1_words.tsv"
    words.parent.mkdir()
    words.write_text("onset\toffset\tword\n1.0\t1.5\tonce\n2.0\t2.4\tupon\n", encoding="utf-8")
    other = root / "sub-02" / "func" / "sub-02_task-rest_run-1_desc-preproc_bold.nii.gz"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")
    return root


@pytest.fixture
def bids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; its index stays in the folder of the test."""
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path / "cache"))
    return write_bids(tmp_path)


@pytest.fixture
def brain(studio: Studio, bids: Path, tmp_path: Path) -> Studio:
    """A studio with a project that has the folder as the data set ``rest``."""
    project = Project.create(tmp_path / "study")
    import_data(project, [bids], name="rest")
    studio.set_project(OpenProject(project))
    return studio


@pytest.fixture
def add_image(brain: Studio) -> Callable[..., str]:
    """``add_image(path, name)``: import one more file or folder."""

    def add(path: Path, name: str, **options: Any) -> str:
        assert brain.project is not None
        import_data(brain.project.project, [path], name=name, options=options)
        return name

    return add


@pytest.fixture
def open_brain(brain: Studio, qtbot: QtBot) -> Callable[..., BrainPage]:
    """``open_brain(name)``: the page of a data set, once all of its first image is there."""
    made: list[BrainPage] = []

    def open_page(name: str = "rest", *, is_whole: bool = True) -> BrainPage:
        page = BrainPage(brain, name)
        made.append(page)
        qtbot.addWidget(page)
        page.resize(1500, 1000)
        page.show()
        if is_whole:
            wait_whole(qtbot, page)
        return page

    return open_page


def wait_whole(qtbot: QtBot, page: BrainPage) -> None:
    """Wait until the image that is looked at was read to its end, and is shown."""

    def is_whole() -> bool:
        opened = page.opened
        there = opened is not None and opened.image.n_loaded == opened.image.n_volumes
        return there and bool(page.look.viewer.scene.layers) and page.look.viewer.scene.layers[0].image is opened.image  # type: ignore[union-attr]

    qtbot.waitUntil(is_whole, timeout=LONG_MS)
