"""Importing brain data in the window: what contradicts itself is asked, and the answers are those of the command line."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from neurostudio.app import list_datasets
from neurostudio.gui.shell.importing import ImportDialog
from neurostudio.gui.shell.importing.previews import ImportList, look_at
from neurostudio.gui.shell.importing.reader_options import option_fields
from neurostudio.gui.studio import Studio


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


def write_image(path: Path, tr_s: float = 2.0, qform_mm: float | None = None, n_volumes: int = 30) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.nifti1.Nifti1Image(np.ones((4, 4, 3, n_volumes), dtype=np.int16), np.diag([3.0, 3.0, 3.0, 1.0]))
    image.header.set_zooms((3.0, 3.0, 3.0, tr_s))
    image.header.set_xyzt_units("mm", "sec")
    if qform_mm is not None:
        moved = image.affine.copy()
        moved[0, 3] += qform_mm
        image.set_qform(moved, code=1)
        image.set_sform(image.affine, code=1)
    image.to_filename(path)
    return path


def test_the_options_of_one_image_offer_what_contradicts_itself_and_what_lies_beside(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.nii.gz", tr_s=2000.0)
    (tmp_path / "a_events.tsv").write_text("onset\tduration\n1\t1\n")
    look = look_at(path, "", {})
    assert look.report is not None
    fields = {one.name: one for one in option_fields(look.kind, path, look.report)}
    assert list(fields) == ["tr_s", "orientation", "events", "confounds", "mask"]
    assert [words for _, words in fields["tr_s"].choices] == ["2 s", "2000 s"]
    assert [value for value, _ in fields["orientation"].choices] == ["sform", "qform"]
    assert (fields["events"].choices, fields["events"].found) == ((("a_events.tsv", "a_events.tsv"),), "a_events.tsv")
    assert [one.name for one in fields.values() if not one.is_free] == ["orientation"]
    assert "choose the right one with TR, under Reading options" in look.report.errors[0].message


def test_a_folder_offers_the_names_of_its_images(tmp_path: Path) -> None:
    for run in ("run1", "run2"):
        write_image(tmp_path / run / "bold_a.nii.gz")
        write_image(tmp_path / run / "bold_b.nii.gz")
    look = look_at(tmp_path, "", {})
    fields = {one.name: one for one in option_fields(look.kind, tmp_path, look.report)}
    assert fields["files"].choices == (("bold_a.nii.gz", "bold_a.nii.gz (2)"), ("bold_b.nii.gz", "bold_b.nii.gz (2)"))
    assert fields["tr_s"].found == "2 s"
    plan = ImportList()
    plan.add([tmp_path])
    assert plan.take(plan.items[0], look)
    assert plan.items[0].summary() == "fMRI, 4 runs"


def test_a_question_opens_the_options_and_its_answer_imports(open_sample: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_image(tmp_path / "incoming" / "conflict.nii.gz", tr_s=2000.0, qform_mm=20.0)
    dialog = ImportDialog(open_sample, [path], ())
    qtbot.addWidget(dialog)
    dialog.open()

    def answered(options: dict[str, object]) -> Callable[[], bool]:
        return lambda: dialog.plan.items[0].options == options and dialog.plan.items[0].state in ("ready", "unusable")

    qtbot.waitUntil(lambda: bool(dialog.plan.items) and dialog.plan.items[0].state == "unusable", timeout=15_000)
    assert dialog.detail.options.isVisible(), "the answer must not be hidden"
    assert not dialog.all.isEnabled()
    for name, place, options in (
        ("tr_s", 1, {"tr_s": 2.0}),
        ("orientation", 2, {"tr_s": 2.0, "orientation": "qform"}),
    ):
        box = dialog.detail.options.boxes[name]
        box.setFocus()
        box.setCurrentIndex(place)
        box.activated.emit(place)
        qtbot.waitUntil(answered(options), timeout=15_000)
    assert dialog.plan.items[0].state == "ready"
    qtbot.waitUntil(dialog.all.isEnabled)
    qtbot.mouseClick(dialog.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=15_000)
    project = open_sample.project
    assert project is not None
    row = next(row for row in list_datasets(project.project) if row.name == "conflict")
    assert row.options == {"tr_s": 2.0, "orientation": "qform"}
