"""The carpet: rows, orders, traces, and clicks that lead to a voxel and a volume."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.data.fmri.grid import Grid
from neurostudio.data.fmri.image import Image
from neurostudio.gui.views.timeline.brain_mask import brain_mask, depth_mm
from neurostudio.gui.views.timeline.carpet import CarpetPlot
from neurostudio.gui.views.timeline.carpet_data import ORDERS, about_trend, make_carpet

from .conftest import AFFINE, N_TIME, SHAPE, OpenArray, brain_like, drag, place, settle, wheel

JUMP = 20
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def run(open_array: OpenArray) -> Image:
    """A block of brain in dark air, with one jump."""
    data, mask = brain_like()
    data[mask, JUMP] += 60
    return open_array(data)


def fd() -> np.ndarray:
    """Framewise displacement with the same jump."""
    found = np.full(N_TIME, 0.1)
    found[0], found[JUMP] = np.nan, 2.0
    return found


def regions() -> np.ndarray:
    """Two regions within the block, and a part of it without."""
    labels = np.zeros(SHAPE, int)
    labels[1:3], labels[3:6] = 2, 7
    return labels


def test_the_brain_is_what_is_bright_and_changes(run: Image, open_array: OpenArray) -> None:
    data, mask = brain_like()
    assert (brain_mask(run, N_TIME) == mask).all()
    data[2, 2, 2], data[3, 3, 3, 0] = 900.0, np.nan
    found = brain_mask(open_array(data, name="odd.nii"), N_TIME)
    assert not found[2, 2, 2]
    assert not found[3, 3, 3]
    assert found.sum() == mask.sum() - 2


@pytest.mark.parametrize("order", list(ORDERS))
def test_rows_are_voxels_about_their_trend_in_each_order(run: Image, order: Any) -> None:
    _, mask = brain_like()
    carpet = make_carpet(run, order=order, labels=regions(), names={2: "left"}, fd_mm=fd())
    assert carpet.values.shape == (mask.sum(), N_TIME)
    assert carpet.n_voxels == mask.sum()
    assert {tuple(voxel) for voxel in carpet.voxels.tolist()} == {tuple(voxel) for voxel in np.argwhere(mask).tolist()}
    for row in (0, 30, 59):
        voxel = tuple(carpet.voxels[row].tolist())
        assert np.allclose(carpet.values[row], about_trend(run.series(voxel)[:, None])[0], atol=1e-5)
        assert np.allclose(carpet.mm[row], run.grid.mm_of(voxel))
        assert carpet.row_of(tuple(carpet.mm[row])) == row
    assert carpet.outliers[JUMP]


def test_each_order_is_what_its_name_says(run: Image) -> None:
    _, mask = brain_like()
    by_height = make_carpet(run, order="position")
    assert (np.diff(by_height.mm[:, 2]) <= 0).all()
    by_motion = make_carpet(run, order="motion", fd_mm=fd())
    known = np.isfinite(fd())
    r = [np.corrcoef(row[known], fd()[known])[0, 1] for row in by_motion.values.astype(float)]
    assert (np.diff(r) <= 1e-6).all()
    by_depth = make_carpet(run, order="depth")
    assert (np.diff(depth_mm(mask, run.grid, by_depth.voxels)) >= -1e-9).all()
    by_region = make_carpet(run, order="labels", labels=regions(), names={2: "left"})
    assert [group.name for group in by_region.groups] == ["left", "label 7", "no label"]
    assert by_region.groups[0].start == 0
    assert by_region.groups[-1].end == len(by_region.values)
    for group in by_region.groups:
        rows = by_region.voxels[group.start : group.end]
        assert len({int(regions()[tuple(voxel)]) for voxel in rows.tolist()}) == 1
        assert by_region.group_of(group.start) == group.name


@pytest.mark.parametrize("order", list(ORDERS))
def test_few_rows_are_taken_from_everywhere_and_the_same_each_time(run: Image, order: Any) -> None:
    options = {"order": order, "labels": regions(), "fd_mm": fd(), "most_rows": 12}
    carpet, again = make_carpet(run, **options), make_carpet(run, **options)
    assert len(carpet.values) == 12
    assert np.array_equal(carpet.voxels, again.voxels)
    assert len(np.unique(carpet.voxels[:, 2])) > 2


def test_per_cent_are_of_the_mean_of_the_voxel(run: Image) -> None:
    carpet = make_carpet(run, scale="percent")
    voxel = tuple(carpet.voxels[5].tolist())
    series = run.series(voxel).astype(float)
    time = np.linspace(-1, 1, N_TIME)
    rest = series - np.polyval(np.polyfit(time, series, 2), time)
    assert np.allclose(carpet.values[5], 100 * rest / series.mean(), atol=1e-4)


def test_a_slow_trend_is_gone_and_a_constant_voxel_is_flat() -> None:
    time = np.linspace(0, 1, 50)
    trend = 100 + 40 * time - 25 * time**2
    noise = np.random.default_rng(3).normal(size=50)
    found = about_trend(np.stack([trend + noise, np.full(50, 9.0), np.zeros(50)], axis=1))
    assert found.std(axis=1) == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)
    assert abs(np.corrcoef(found[0], time)[0, 1]) < 1e-6


def test_a_value_that_is_no_number_does_not_spoil_its_row(open_array: OpenArray) -> None:
    data, mask = brain_like()
    data[3, 3, 3, 4] = np.nan
    carpet = make_carpet(open_array(data), mask)
    row = carpet.row_of(tuple(open_array(data, name="again.nii").grid.mm_of((3, 3, 3))))
    assert np.isfinite(carpet.values).all()
    assert np.abs(carpet.values[row]).max() < 4
    assert abs(carpet.values[row, 4]) < 1
    assert np.isfinite(carpet.dvars.standardised[1:]).all()


def test_dvars_equals_the_formulas_of_power_and_nichols(run: Image) -> None:
    carpet = make_carpet(run)
    series = np.stack([run.series(tuple(voxel)) for voxel in carpet.voxels.tolist()]).astype(float)
    raw = np.sqrt(np.mean(np.diff(series) ** 2, axis=0))
    assert np.isnan(carpet.dvars.raw[0])
    assert np.allclose(carpet.dvars.raw[1:], raw, rtol=1e-6)
    expected = []
    for row in series:  # robust s.d. and AR(1), voxel by voxel
        ordered = np.sort(row)
        low, high = ordered[int(np.floor(0.25 * (N_TIME - 1)))], ordered[int(np.ceil(0.75 * (N_TIME - 1)))]
        centred = row - row.mean()
        rho = (centred[1:] * centred[:-1]).sum() / (centred**2).sum()
        expected.append(np.sqrt(2 * (1 - rho)) * (high - low) / 1.349)
    assert np.allclose(carpet.dvars.standardised[1:], raw / np.mean(expected), rtol=1e-5)
    assert set(np.argsort(np.nan_to_num(carpet.dvars.standardised))[-2:]) == {JUMP, JUMP + 1}, "up and down again"


def test_dvars_of_many_voxels_is_close_to_that_of_all(open_array: OpenArray, monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = brain_like(60, seed=5)
    image = open_array(data)
    full = make_carpet(image).dvars
    monkeypatch.setattr("neurostudio.gui.views.timeline.carpet_data.SCALE_VOXELS", 80)
    assert np.allclose(make_carpet(image).dvars.raw, full.raw, equal_nan=True)
    assert np.allclose(make_carpet(image).dvars.standardised[1:], full.standardised[1:], rtol=0.05)


def test_depth_is_the_distance_to_the_nearest_voxel_outside_in_mm() -> None:
    mask = np.zeros((9, 9, 9), bool)
    mask[1:8, 1:8, 1:8] = True
    grid = Grid(np.diag([2.0, 3.0, 4.0, 1.0]), mask.shape)
    found = depth_mm(mask, grid, np.array([(4, 4, 4), (1, 4, 4), (4, 7, 4), (0, 0, 0)]))
    assert found == pytest.approx([8.0, 2.0, 3.0, 0.0])
    whole = np.ones((3, 3, 3), bool)
    assert depth_mm(whole, Grid(np.eye(4), (3, 3, 3)), np.array([(1, 1, 1), (0, 1, 1)])) == pytest.approx([2.0, 1.0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_depth_equals_a_look_at_all_voxels_outside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((5, 4, 6)) < 0.7
    grid = Grid(np.diag([2.0, 3.0, 1.5, 1.0]), mask.shape)
    voxels = np.argwhere(mask)
    if not len(voxels):
        return
    outside = np.argwhere(~np.pad(mask, 1)) - 1
    expected = np.linalg.norm(grid.mm_of(voxels)[:, None] - grid.mm_of(outside)[None], axis=-1).min(axis=1)
    assert np.allclose(depth_mm(mask, grid, voxels), expected)


def test_what_cannot_be_drawn_is_said_and_a_stop_is_heard(run: Image) -> None:
    cases: list[tuple[str, Callable[[], Any]]] = [
        ("no regions", lambda: make_carpet(run, order="labels")),
        ("motion of the head is not known", lambda: make_carpet(run, order="motion")),
        ("no voxel", lambda: make_carpet(run, np.zeros(SHAPE, bool))),
        ("mask has", lambda: make_carpet(run, np.ones((2, 2, 2), bool))),
        ("displacement has 3 rows", lambda: make_carpet(run, fd_mm=np.zeros(3))),
    ]
    for words, make in cases:
        with pytest.raises(NeuroError, match=words):
            make()
    with pytest.raises(Cancelled):
        make_carpet(run, should_stop=lambda: True)
    told: list[tuple[int, int]] = []
    make_carpet(run, progress=lambda done, total: told.append((done, total)))
    assert told == [(t, N_TIME) for t in range(1, N_TIME + 1)]


def test_a_single_volume_is_no_carpet(open_array: OpenArray) -> None:
    data, _ = brain_like(1)
    with pytest.raises(NeuroError, match="two volumes"):
        make_carpet(open_array(data[..., 0]))


@pytest.fixture
def plot(run: Image, qtbot: Any) -> CarpetPlot:
    """A carpet with traces on the screen."""
    made = CarpetPlot()
    qtbot.addWidget(made)
    made.resize(800, 560)
    made.show()
    made.set_tr(2.0)
    motion = np.zeros((N_TIME, 6))
    made.show_carpet(make_carpet(run, order="labels", labels=regions(), names={2: "left"}, fd_mm=fd(), motion=motion))
    settle()
    return made


def main_panel(plot: CarpetPlot) -> Any:
    """The panel with the rows."""
    return plot.canvas.panels[0]


@pytest.mark.parametrize(("t", "row"), [(20, 0), (3, 30), (39, 150)])
def test_a_click_leads_to_the_voxel_and_the_volume(plot: CarpetPlot, qtbot: Any, t: int, row: int) -> None:
    assert plot.carpet is not None
    at = place(plot.canvas, main_panel(plot), t, len(plot.carpet.values) - 1 - row)
    times: list[int] = []
    places: list[Any] = []
    plot.time_wanted.connect(times.append)
    plot.voxel_wanted.connect(places.append)
    qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=at)
    assert times == [t]
    assert places == [pytest.approx(tuple(plot.carpet.mm[row].tolist()))]


def test_a_click_on_a_trace_goes_to_the_volume_only(plot: CarpetPlot, qtbot: Any) -> None:
    places: list[Any] = []
    plot.voxel_wanted.connect(places.append)
    with qtbot.waitSignal(plot.time_wanted) as wanted:
        qtbot.mouseClick(plot.canvas.graphics.viewport(), LEFT, pos=place(plot.canvas, plot.canvas.panels[1], 11))
    assert wanted.args == [11]
    assert places == []


def test_a_drag_goes_through_time(plot: CarpetPlot, qtbot: Any) -> None:
    heard: list[int] = []
    plot.time_wanted.connect(heard.append)
    panel = main_panel(plot)
    drag(qtbot, plot.canvas, place(plot.canvas, panel, 5), place(plot.canvas, panel, 30), Qt.KeyboardModifier.NoModifier)
    assert heard == sorted(heard)
    assert heard[-1] == 30


def test_the_carpet_follows_voxel_and_volume(plot: CarpetPlot, qtbot: Any) -> None:
    assert plot.carpet is not None
    plot.set_time(7)
    assert {mark.x for mark in plot.canvas._marks.values()} == {7.0}
    x, y, z = plot.carpet.mm[42].tolist()
    plot.set_voxel((x, y, z))
    assert plot.row_line.row == 42
    at = place(plot.canvas, main_panel(plot), 7, len(plot.carpet.values) - 1 - 42)
    qtbot.mouseMove(plot.canvas.graphics.viewport(), at)
    settle()
    text = plot.canvas.readout.text()
    assert text.startswith("Volume 8 of 40, 14 s   FD 0.1 mm   DVARS")
    assert "left" in text
    assert f"{plot.carpet.values[42, 7]:.1f}"[:3].replace("-", "−") in text


def test_groups_are_named_at_the_side(plot: CarpetPlot) -> None:
    ticks = main_panel(plot).left._tickLevels[0]
    assert [name for _, name in ticks] == ["left", "label 7", "no label"]


def test_the_part_that_is_seen_is_told_and_taken_over(plot: CarpetPlot) -> None:
    parts: list[tuple[float, float]] = []
    plot.part_changed.connect(lambda low, high: parts.append((low, high)))
    wheel(plot.canvas, place(plot.canvas, main_panel(plot), 20), 240)
    assert parts
    assert parts[-1][1] - parts[-1][0] < N_TIME
    plot.show_part(5, 15)
    for panel in plot.canvas.panels:
        assert panel.view.viewRange()[0] == pytest.approx([5, 15])


def test_data_go_to_the_clipboard(plot: CarpetPlot) -> None:
    plot.menu.on_copy_data()
    lines = QApplication.clipboard().text().splitlines()
    assert plot.carpet is not None
    assert len(lines) == len(plot.carpet.values) + 1
    assert lines[0].startswith("x_mm\ty_mm\tz_mm\tvolume_0")
    assert plot.canvas.graphics.accessibleDescription().startswith(f"{len(plot.carpet.values)} voxels over 40 volumes")


def test_affine_of_the_test_image_is_the_one_that_places_rows(plot: CarpetPlot) -> None:
    assert plot.carpet is not None
    i, j, k = plot.carpet.voxels[9].tolist()
    assert plot.carpet.mm[9] == pytest.approx(AFFINE[:3, :3] @ (i, j, k) + AFFINE[:3, 3])
