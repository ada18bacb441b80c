"""The carpet: rows, orders, traces, and clicks that lead to a voxel and a volume."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.image import Image, open_image
from neurostudio.gui.views.timeline.carpet import CarpetPlot
from neurostudio.gui.views.timeline.carpet_data import ORDERS, about_trend, brain, depth, make_carpet

SHAPE, N = (6, 7, 5), 40


@pytest.fixture
def run(tmp_path: Path) -> Image:
    """A small run: a block of brain in dark air, oblique to no axis, one jump at volume 20."""
    rng = np.random.default_rng(1)
    data = rng.normal(5, 1, (*SHAPE, N))
    inside = np.zeros(SHAPE, bool)
    inside[1:5, 1:6, 1:4] = True
    data[inside] = 500 + rng.normal(0, 5, (inside.sum(), N))
    data[inside, 20] += 60
    affine = np.diag([-3.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = [20, -30, 5]
    path = tmp_path / "run.nii.gz"
    nib.save(nib.Nifti1Image(data.astype(np.float32), affine), path)
    image = open_image(path)
    image.load()
    return image


def fd() -> np.ndarray:
    found = np.full(N, 0.1)
    found[0], found[20] = np.nan, 2.0
    return found


def test_the_brain_is_what_is_bright(run: Image) -> None:
    found = brain(run)
    assert found.sum() == 4 * 5 * 3
    assert found[1:5, 1:6, 1:4].all()


def test_rows_are_voxels_about_their_trend_in_each_order(run: Image) -> None:
    labels = np.zeros(SHAPE, int)
    labels[1:3], labels[3:5] = 2, 7
    for order in ORDERS:
        carpet = make_carpet(run, order=order, labels=labels, names={2: "left"}, fd_mm=fd())
        assert carpet.values.shape == (60, N)
        assert carpet.n_voxels == 60
        assert len(np.unique(carpet.voxels, axis=0)) == 60
        for row in (0, 30, 59):
            i, j, k = carpet.voxels[row]
            expected = about_trend(run.series((i, j, k))[:, None])[0]
            assert np.allclose(carpet.values[row], expected, atol=1e-5)
            assert np.allclose(carpet.mm[row], run.grid.mm_of((i, j, k)))
        assert carpet.outliers[20]
    by_region = make_carpet(run, order="labels", labels=labels, names={2: "left"})
    assert [(group.name, group.start, group.end) for group in by_region.groups] == [("left", 0, 30), ("label 7", 30, 60)]
    by_height = make_carpet(run, order="position")
    assert (np.diff(by_height.mm[:, 2]) <= 0).all()


def test_few_rows_are_spread_over_all_voxels(run: Image) -> None:
    carpet = make_carpet(run, most_rows=10)
    assert len(carpet.values) == 10
    assert carpet.mm[0, 2] > carpet.mm[-1, 2]


def test_the_order_by_motion_is_that_of_the_correlation(run: Image) -> None:
    carpet = make_carpet(run, order="motion", fd_mm=fd())
    known = np.isfinite(fd())
    r = [np.corrcoef(run.series(tuple(voxel))[known], fd()[known])[0, 1] for voxel in carpet.voxels.tolist()]
    assert (np.diff(r) <= 1e-6).all()


def test_dvars_is_the_root_mean_square_of_the_changes(run: Image) -> None:
    carpet = make_carpet(run)
    series = np.stack([run.series(tuple(voxel)) for voxel in carpet.voxels.tolist()], axis=1).astype(float)
    expected = np.sqrt((np.diff(series, axis=0) ** 2).mean(axis=1))
    assert np.isnan(carpet.dvars.raw[0])
    assert np.allclose(carpet.dvars.raw[1:], expected, rtol=1e-6)
    assert set(np.argsort(np.nan_to_num(carpet.dvars.standardised))[-2:]) == {20, 21}, "up and down again"


def test_depth_counts_layers_from_the_rim() -> None:
    mask = np.zeros((7, 7, 7), bool)
    mask[1:6, 1:6, 1:6] = True
    found = depth(mask)
    assert (found[~mask] == 0).all()
    assert found[3, 3, 3] == 3
    assert found[1, 3, 3] == 1
    assert (depth(np.ones((3, 3, 3), bool)) == 1 + np.pad(np.ones((1, 1, 1), int), 1)).all()


def test_what_an_order_needs_is_said_and_a_stop_is_heard(run: Image) -> None:
    with pytest.raises(NeuroError, match="no regions"):
        make_carpet(run, order="labels")
    with pytest.raises(NeuroError, match="motion"):
        make_carpet(run, order="motion")
    with pytest.raises(NeuroError, match="no voxel"):
        make_carpet(run, np.zeros(SHAPE, bool))
    with pytest.raises(Cancelled):
        make_carpet(run, should_stop=lambda: True)
    told: list[tuple[int, int]] = []
    make_carpet(run, order="motion", fd_mm=fd(), progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.fixture
def plot(run: Image, qtbot: QtBot) -> CarpetPlot:
    made = CarpetPlot()
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.set_tr(2.0)
    made.show_carpet(make_carpet(run, fd_mm=fd()))
    made.show()
    qtbot.waitExposed(made)
    QApplication.processEvents()
    return made


def place_of(plot: CarpetPlot, t: float, row: int) -> QPoint:
    assert plot.carpet is not None
    scene = plot.canvas.panels[0].view.mapViewToScene(QPointF(t, len(plot.carpet.values) - 1 - row))
    return plot.canvas.graphics.mapFromScene(scene)


def test_a_click_leads_to_the_voxel_and_the_volume(plot: CarpetPlot, qtbot: QtBot) -> None:
    assert plot.carpet is not None
    times: list[int] = []
    places: list[tuple[float, float, float]] = []
    plot.time_wanted.connect(times.append)
    plot.voxel_wanted.connect(places.append)
    for t, row in ((20, 0), (3, 30), (39, 59)):
        QTest.mouseClick(plot.canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=place_of(plot, t, row))
        qtbot.waitUntil(lambda wanted=t: bool(times) and times[-1] == wanted)
        assert places[-1] == pytest.approx(tuple(plot.carpet.mm[row]))
        qtbot.wait(QApplication.doubleClickInterval() + 20)  # the next click is not the second half of a double one


def test_the_carpet_follows_voxel_and_volume(plot: CarpetPlot) -> None:
    assert plot.carpet is not None
    plot.set_time(7)
    plot.set_voxel(tuple(plot.carpet.mm[42]))
    assert plot.row_line.row == 42
    assert "Volume 8, 14 s" in plot.canvas.panels[0].read(7.0, 10.0)
    lines = plot.data_text().splitlines()
    assert len(lines) == 61
    assert lines[0].startswith("x_mm\ty_mm\tz_mm\tvolume_0")
