"""The view of artifacts of kind `volume`: a map over its anatomy, labels with names, runs while they are read, broken files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from neurostudio.core.kinds import Plot
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.artifact_panel import ArtifactPanel
from neurostudio.gui.views.registry import view_for
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.volume.view import VolumeView
from neurostudio.store.rows import ArtifactRow
from tests.gui.views.volume.conftest import write_image

ANATOMY = np.random.default_rng(0).integers(100, 900, (8, 9, 10)).astype(np.int16)
MAP = np.random.default_rng(2).normal(0, 2, (8, 9, 10)).astype(np.float32)
SLICES = Plot("slices", x="mean-bold", baselines={"threshold": 1.5}, y_label="t")


def source_of(path: Path, plot: Plot | None = None) -> ArtifactSource:
    """An artifact of a run."""
    name = path.name.partition(".")[0]
    row = ArtifactRow(name, "volume", path, name.capitalize(), path.stat().st_size, "", plot, 1)
    return ArtifactSource(path.parent, "run-1", "first", row)


@pytest.fixture
def show(qtbot: Any) -> Callable[[ArtifactSource], VolumeView]:
    """Load an artifact into a view, and wait until it is there or has failed."""

    def load(source: ArtifactSource) -> VolumeView:
        view = VolumeView()
        qtbot.addWidget(view)
        view.resize(900, 600)
        view.show()
        view.show_source(source)
        qtbot.waitUntil(lambda: view.state in ("done", "error"), timeout=30_000)
        return view

    return load


def test_volumes_have_this_view(tmp_path: Path) -> None:
    assert view_for(source_of(write_image(tmp_path / "zmap.nii.gz", MAP)).artifact) is VolumeView


def test_a_map_lies_over_the_anatomy_that_its_plot_names(tmp_path: Path, show: Any) -> None:
    write_image(tmp_path / "mean-bold.nii.gz", ANATOMY)
    view = show(source_of(write_image(tmp_path / "auditory.nii.gz", MAP), SLICES))
    under, over = view.viewer.scene.layers
    assert (under.name, under.kind) == ("mean-bold", "anatomy")
    assert (over.name, over.kind, over.look.threshold, over.unit) == ("Auditory", "map", 1.5, "t")
    assert view.notes == ()
    lines = view.data_text().splitlines()
    assert lines[0].startswith("layer\tvalue")
    assert len(lines) == 3
    view.copy_picture()
    assert not QApplication.clipboard().pixmap().isNull()


def test_an_anatomy_that_is_missing_is_said(tmp_path: Path, show: Any) -> None:
    view = show(source_of(write_image(tmp_path / "auditory.nii.gz", MAP), SLICES))
    assert view.state == "done"
    assert "mean-bold" in view.notes[0]


def test_the_mni_head_lies_under_maps_in_its_space(tmp_path: Path, show: Any) -> None:
    view = show(source_of(write_image(tmp_path / "faces.nii.gz", MAP), Plot("slices", x="mni152", y_label="z")))
    assert [layer.name for layer in view.viewer.scene.layers] == ["MNI152", "Faces"]


def test_labels_take_their_names_from_the_table_of_the_run(tmp_path: Path, show: Any) -> None:
    labels = np.zeros((8, 9, 10), np.int16)
    labels[2:5] = 3
    (tmp_path / "regions.csv").write_text("index,name\n3,Precentral gyrus\n4,Insula\n", encoding="utf-8")
    view = show(source_of(write_image(tmp_path / "parcels.nii.gz", labels), Plot("labels", y=("regions",))))
    scene = view.viewer.scene
    view.viewer.cursor.move_to(scene.voxel_mm((3, 4, 5)))
    assert scene.readings()[0].text == "Precentral gyrus"
    assert scene.layers[0].kind == "labels"


def test_volumes_of_a_4d_map_have_their_names(tmp_path: Path, show: Any) -> None:
    data = np.stack([MAP, -MAP], -1)
    plot = Plot("slices", x="mni152", y=("faces", "houses"), baselines={"threshold": 1.0})
    view = show(source_of(write_image(tmp_path / "weights.nii.gz", data), plot))
    editor = view.viewer.side.look
    assert [editor.volume_name.itemText(at) for at in range(2)] == ["faces", "houses"]
    editor.volume_name.setCurrentIndex(1)
    editor.volume_name.activated.emit(1)
    layer = view.viewer.scene.layers[1]
    assert layer.look.time == 1
    voxel = layer.image.grid.nearest(view.viewer.scene.mm)
    if voxel is not None:
        assert view.viewer.scene.readings()[0].value == pytest.approx(float(data[(*voxel, 1)]))


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\x1f\x8b\x08\x00 cut"])
def test_broken_files_end_in_a_card(tmp_path: Path, show: Any, content: bytes) -> None:
    path = tmp_path / "zmap.nii.gz"
    path.write_bytes(content)
    view = show(source_of(path))
    assert view.state == "error"


def test_a_file_that_is_cut_ends_in_a_card_or_takes_its_layer_away(tmp_path: Path, show: Any, qtbot: Any) -> None:
    noise = np.random.default_rng(0).integers(0, 30_000, (20, 20, 20, 30)).astype(np.int16)
    path = write_image(tmp_path / "bold.nii.gz", noise)
    path.write_bytes(path.read_bytes()[:-20_000])
    view = show(source_of(path))
    qtbot.waitUntil(lambda: view.state == "error" or view.viewer.scene.layers == [], timeout=30_000)


def test_a_panel_shares_the_crosshair_of_the_window(tmp_path: Path, studio: Studio, qtbot: Any) -> None:
    panel = ArtifactPanel(studio)
    qtbot.addWidget(panel)
    panel.show_source(source_of(write_image(tmp_path / "zmap.nii.gz", MAP)))
    qtbot.waitUntil(lambda: panel.view.state in ("done", "error"), timeout=30_000)
    view = panel.view
    assert isinstance(view, VolumeView)
    studio.cursor.move_to((3.0, 3.0, 3.0))
    assert view.viewer.scene.mm == (3.0, 3.0, 3.0)
    wanted = []
    view.export_wanted.connect(wanted.append)
    view.export_wanted.disconnect(panel.on_export)
    view.viewer.picture_wanted.emit(".svg")
    assert wanted == [".svg"]
