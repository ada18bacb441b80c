"""The page of brain data, with hands: click, scroll, keys; everything follows one place and one time."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from neurostudio.app.export import export_dataset
from neurostudio.gui.panels.fmri.page import BrainPage
from neurostudio.gui.panels.fmri.question_bar import QuestionBar
from neurostudio.gui.studio import Studio
from tests.gui.panels.fmri.conftest import AFFINE, LONG_MS, SHAPE, VOLUMES, save, values, wait_whole

Open = Callable[..., BrainPage]

VOXEL, OTHER = (4, 7, 5), (7, 5, 4)


def mm_of(voxel: tuple[int, int, int]) -> tuple[float, float, float]:
    x, y, z = (AFFINE[:3, :3] @ voxel + AFFINE[:3, 3]).tolist()
    return x, y, z


def cursor_series(page: BrainPage) -> np.ndarray[Any, Any]:
    """The values of the line at the crosshair."""
    return next(one.values for one in page.look.timeline.plot.series if one.kind == "cursor")


def rows_of(page: BrainPage) -> list[str]:
    return [leaf.title for leaf in page.view.leaves] if page.view else []


def test_opening_shows_the_header_the_runs_and_the_first_run(open_brain: Open) -> None:
    page = open_brain()
    assert page.header.name.text() == "rest"
    assert "2 runs" in page.header.facts.text()
    assert "1 not downloaded" in page.header.facts.text()
    assert rows_of(page)[:2] == ["rest run 1", "rest run 2"]
    assert page.opened is not None
    assert page.tree.current() == page.opened.key
    assert [layer.name for layer in page.look.viewer.scene.layers] == ["rest run 1"]
    assert page.look.timeline.isVisible()
    assert not page.look.strip.isVisible()  # all of it is there


def test_a_click_in_a_slice_moves_everything(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    view = page.look.viewer.slices.views["axial"]
    page.look.crosshair.move_to(mm_of(OTHER))
    qtbot.waitUntil(lambda: np.array_equal(cursor_series(page), values()[OTHER]), timeout=LONG_MS)
    place = view.to_screen(*page.look.viewer.scene.place("axial", mm_of((*VOXEL[:2], OTHER[2]))))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.toPoint())
    qtbot.waitUntil(lambda: page.look.viewer.scene.voxel() == (*VOXEL[:2], OTHER[2]), timeout=LONG_MS)
    qtbot.waitUntil(lambda: np.array_equal(cursor_series(page), values()[(*VOXEL[:2], OTHER[2])]), timeout=LONG_MS)


def test_the_wheel_goes_through_the_slices(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.look.crosshair.move_to(mm_of(VOXEL))
    qtbot.waitUntil(lambda: page.look.viewer.scene.voxel() == VOXEL, timeout=LONG_MS)
    view = page.look.viewer.slices.views["axial"]
    qtbot.waitUntil(view.isVisible, timeout=LONG_MS)
    wheel(view, steps=1)
    qtbot.waitUntil(lambda: page.look.viewer.scene.voxel() != VOXEL, timeout=LONG_MS)
    assert page.look.viewer.scene.voxel()[:2] == VOXEL[:2]  # type: ignore[index]


def test_a_click_on_the_plot_goes_to_that_volume(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    plot = page.look.timeline.plot
    qtbot.waitUntil(lambda: bool(plot.series), timeout=LONG_MS)
    QTest.mouseClick(plot.canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(plot.canvas, 9 * 2.0))
    qtbot.waitUntil(lambda: page.look.viewer.scene.time == 9, timeout=LONG_MS)
    assert page.look.crosshair.time == 9
    reading = page.look.viewer.scene.readings(mm_of(VOXEL))[0]
    assert reading.value == values()[(*VOXEL, 9)]


def test_events_words_and_displacement_stand_under_the_plot(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    plot = page.look.timeline.plot
    assert [span.name for span in plot._events] == ["faces", "houses", "faces"]
    assert [span.text for span in plot._words] == ["once", "upon"]
    checked = {action.text(): action.isChecked() for action in plot.traces.menu().actions()}
    assert checked["framewise displacement"]
    assert not checked["csf"]


def test_a_held_series_stays_while_the_crosshair_moves_on(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    plot = page.look.timeline.plot
    page.look.crosshair.move_to(mm_of(VOXEL))
    qtbot.waitUntil(lambda: np.array_equal(cursor_series(page), values()[VOXEL]), timeout=LONG_MS)
    QTest.mouseClick(plot.pin, Qt.MouseButton.LeftButton)
    page.look.crosshair.move_to(mm_of(OTHER))
    qtbot.waitUntil(lambda: np.array_equal(cursor_series(page), values()[OTHER]), timeout=LONG_MS)
    held = [one for one in plot.series if one.kind == "pinned"]
    assert len(held) == 1
    assert np.array_equal(held[0].values, values()[VOXEL])
    plot.unpin.menu().actions()[-1].trigger()
    qtbot.waitUntil(lambda: all(one.kind != "pinned" for one in plot.series), timeout=LONG_MS)


def test_a_row_of_the_events_goes_to_its_volume(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.show_tab("Events")
    assert [line.cells[2].text for line in page.events.table.lines] == ["faces", "houses", "faces"]
    page.events.table.setFocus()
    page.events.table.select_key("0")
    QTest.keyClick(page.events.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.look.crosshair.time == 8, timeout=LONG_MS)
    page.events.filter.setText("houses")
    assert [line.cells[2].text for line in page.events.table.lines] == ["houses"]


def test_a_click_in_the_carpet_goes_to_voxel_and_volume(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.show_tab("Carpet")
    qtbot.waitUntil(lambda: page.carpet.carpet is not None, timeout=LONG_MS)
    carpet = page.carpet.carpet
    assert carpet is not None
    assert carpet.fd_mm is not None
    assert carpet.values.shape[1] == VOLUMES
    assert "outlier" in page.carpet.facts.text()
    canvas = page.carpet.plot.canvas
    row = len(carpet.values) - 1 - 20
    QTest.mouseClick(canvas.graphics.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(canvas, 11.0, row))
    qtbot.waitUntil(lambda: page.look.crosshair.time == 11, timeout=LONG_MS)
    assert page.look.crosshair.mm == tuple(carpet.mm[20].tolist())
    page.look.crosshair.move_to(tuple(carpet.mm[40].tolist()))
    assert carpet.row_of(page.look.crosshair.mm) == 40


def test_rows_of_the_carpet_can_be_ordered_by_regions(open_brain: Open, qtbot: QtBot, tmp_path: Path) -> None:
    labels = np.zeros(values().shape[:3], np.int16)
    labels[:6], labels[6:] = 1, 2
    path = save(tmp_path / "parcels.nii.gz", labels)
    path.with_name("parcels.tsv").write_text("index\tname\n1\tfront\n2\tback\n", encoding="utf-8")
    page = open_brain()
    page.show_tab("Carpet")
    page.carpet.order_by_regions(path)
    qtbot.waitUntil(lambda: page.carpet.carpet is not None and page.carpet.carpet.order == "labels", timeout=LONG_MS)
    assert page.carpet.carpet is not None
    assert {group.name for group in page.carpet.carpet.groups} == {"front", "back"}


def test_keys_alone_lead_to_another_run_and_through_its_volumes(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.tree.tree.setFocus()
    QTest.keyClick(page.tree.tree, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: page.opened is not None and page.opened.title == "rest run 2", timeout=LONG_MS)
    wait_whole(qtbot, page)
    view = page.look.viewer.slices.views["axial"]
    view.setFocus()
    before = page.look.viewer.scene.voxel()
    QTest.keyClick(view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.look.viewer.scene.voxel() != before, timeout=LONG_MS)
    page.look.timeline.playback.forward.setFocus()
    QTest.keyClick(page.look.timeline.playback.forward, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.look.crosshair.time == 1, timeout=LONG_MS)


def test_an_image_that_was_not_downloaded_says_so(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    missing = next(leaf for leaf in page.view.leaves if leaf.trouble)  # type: ignore[union-attr]
    page.tree.chosen.emit(missing.key)
    qtbot.waitUntil(page.card.isVisible, timeout=LONG_MS)
    assert page.card.accessibleName().startswith("Image not downloaded sub-02/func/")
    assert not page.tabs.isVisible()


def test_a_data_set_without_any_image_says_what_is_missing(bids: Path, open_brain: Open, qtbot: QtBot) -> None:
    for path in bids.rglob("*.nii.gz"):
        path.write_bytes(b"")
    page = open_brain(is_whole=False)
    qtbot.waitUntil(page.nothing.isVisible, timeout=LONG_MS)
    assert page.tree.isVisible()
    assert "not downloaded" in page.header.facts.text()


def test_a_damaged_image_ends_in_a_card_and_the_others_can_still_be_seen(bids: Path, open_brain: Open, qtbot: QtBot) -> None:
    path = bids / "sub-01" / "func" / "sub-01_task-rest_run-1_desc-preproc_bold.nii.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    page = open_brain(is_whole=False)
    qtbot.waitUntil(page.card.isVisible, timeout=LONG_MS)
    assert path.name in page.card.accessibleName()
    page.tree.chosen.emit(next(leaf.key for leaf in page.view.leaves if leaf.title == "rest run 2"))  # type: ignore[union-attr]
    wait_whole(qtbot, page)
    assert page.tabs.isVisible()


def test_two_repetition_times_are_asked_and_answered(bids: Path, open_brain: Open, qtbot: QtBot) -> None:
    (bids / "task-rest_bold.json").write_text(json.dumps({"RepetitionTime": 2.5}), encoding="utf-8")
    page = open_brain(is_whole=False)
    qtbot.waitUntil(page.question.isVisible, timeout=LONG_MS)
    answers = [one for one in page.question._buttons if one.text() == "2.5 s"]
    QTest.mouseClick(answers[0], Qt.MouseButton.LeftButton)
    wait_whole(qtbot, page)
    qtbot.waitUntil(lambda: not page.question.isVisible(), timeout=LONG_MS)
    assert page.opened is not None
    assert page.opened.tr_s == 2.5
    assert dict(page.opened.facts())["Repetition time"] == "2.5 s, as you chose"


def test_an_unknown_repetition_time_is_typed_in(
    open_brain: Open, add_image: Callable[..., str], qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_brain(add_image(save(tmp_path / "single" / "alone.nii.gz", values(), tr_s=0.0), "alone"))
    assert page.question.isVisible()
    assert not page.tree.isVisible()  # one image needs no tree
    page.question.seconds.setValue(1.5)
    QTest.mouseClick(page.question.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.opened is not None and page.opened.tr_s == 1.5, timeout=LONG_MS)
    assert not page.question.isVisible()


def test_a_missing_orientation_is_said_on_every_tab(
    open_brain: Open, add_image: Callable[..., str], qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_brain(add_image(save(tmp_path / "single" / "bare.nii.gz", values(), code=0), "bare"))
    for index in range(page.tabs.count()):
        page.tabs.setCurrentIndex(index)
        said = [page.note.text() if page.note.isVisible() else "", page.look.viewer.warning.text() if index == 0 else ""]
        assert any("left and right are unknown" in words for words in said), page.tabs.tabText(index)


def test_an_image_without_time_has_no_plot_and_no_carpet(
    open_brain: Open, add_image: Callable[..., str], qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_brain(add_image(save(tmp_path / "single" / "t1.nii.gz", values()[..., 0]), "t1"))
    assert not page.look.timeline.isVisible()
    page.show_tab("Carpet")
    assert page.carpet.single.isVisible()
    assert all(not made.isEnabled() for made in page.header.deeds.values() if made.isVisible())


def test_reading_can_be_stopped_and_begun_again(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.look.strip.stop_wanted.emit()
    assert page.look.stopped.isVisible()
    assert page.look.viewer.scene.layers == []
    QTest.mouseClick(page.look.stopped.button, Qt.MouseButton.LeftButton)
    wait_whole(qtbot, page)
    assert not page.look.stopped.isVisible()


def test_deeds_fill_the_form_of_a_method(brain: Studio, open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    with qtbot.waitSignal(brain.form_requested) as wanted:
        QTest.mouseClick(page.header.deeds["fmri.quality"], Qt.MouseButton.LeftButton)
    request = wanted.args[0]
    assert (request.method_id, dict(request.inputs)) == ("fmri.quality", {"bold": ["rest"]})


def test_two_pages_share_one_crosshair_until_one_is_unlinked(open_brain: Open, qtbot: QtBot) -> None:
    one, other = open_brain(), open_brain()
    one.look.crosshair.move_to(mm_of(VOXEL))
    one.look.crosshair.go_to(5)
    assert (other.look.crosshair.mm, other.look.crosshair.time) == (mm_of(VOXEL), 5)
    QTest.mouseClick(other.look.viewer.toolbar.link, Qt.MouseButton.LeftButton)
    one.look.crosshair.move_to(mm_of(OTHER))
    assert other.look.crosshair.mm == mm_of(VOXEL)


def test_what_was_looked_at_is_there_again(open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.tree.chosen.emit(next(leaf.key for leaf in page.view.leaves if leaf.title == "rest run 2"))  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: page.opened is not None and page.opened.title == "rest run 2", timeout=LONG_MS)
    wait_whole(qtbot, page)
    page.look.crosshair.move_to(mm_of(VOXEL))
    page.look.link.on_pin()
    page.show_tab("Header")
    state = json.loads(json.dumps(page.state()))
    again = open_brain(is_whole=False)
    again.restore(state)
    wait_whole(qtbot, again)
    assert again.opened is not None
    assert again.opened.title == "rest run 2"
    assert again.tabs.tabText(again.tabs.currentIndex()) == "Header"
    qtbot.waitUntil(lambda: [pin.mm for pin in again.look.link.pins] == [mm_of(VOXEL)], timeout=LONG_MS)


def test_the_numbers_on_the_page_are_those_of_the_command_line(
    brain: Studio, open_brain: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_brain()
    page.look.crosshair.move_to(mm_of(VOXEL))
    page.look.crosshair.go_to(7)
    qtbot.waitUntil(lambda: page.look.viewer.scene.time == 7, timeout=LONG_MS)
    look = json.loads(json.dumps(page.look.look()))
    assert brain.project is not None
    target = export_dataset(brain.project.project, "rest", tmp_path / "here.json", look)
    said = json.loads(target.read_text(encoding="utf-8"))
    reading = page.look.viewer.scene.readings()[0]
    assert said["mm"] == list(page.look.viewer.scene.mm)
    assert tuple(said["layers"][0]["voxel"]) == reading.voxel == VOXEL
    assert said["layers"][0]["value"] == reading.value == float(values()[(*VOXEL, 7)])
    assert page.opened is not None
    assert said["tr_s"] == page.opened.tr_s
    assert said["n_volumes"] == VOLUMES
    table = export_dataset(brain.project.project, "rest", tmp_path / "series.csv", look).read_text(encoding="utf-8").splitlines()
    column = [float(line.split(",")[2]) for line in table[1:]]
    assert column == values()[VOXEL].tolist()
    qtbot.waitUntil(lambda: cursor_series(page).tolist() == column, timeout=LONG_MS)


def test_the_region_on_the_page_is_that_of_the_command_line_and_of_the_atlas(
    brain: Studio, open_brain: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    from neurostudio.gui import tasks

    regions = np.zeros(SHAPE, np.uint8)
    regions[:6], regions[6:] = 1, 2
    atlas = save(tmp_path / "atlas_dseg.nii.gz", regions)
    (tmp_path / "atlas_dseg.tsv").write_text("index\tname\n1\tRight half\n2\tLeft half\n", encoding="utf-8")
    page = open_brain()
    viewer = page.look.viewer

    async def add() -> None:
        await viewer.open_layer(atlas, kind="labels")

    tasks.start(add(), page)
    qtbot.waitUntil(lambda: len(viewer.scene.layers) == 2, timeout=LONG_MS)
    assert brain.project is not None
    for voxel, name in (((3, 6, 5), "Right half"), ((8, 6, 5), "Left half")):
        page.look.crosshair.move_to(mm_of(voxel))
        qtbot.waitUntil(lambda name=name: name in viewer.readout.text(), timeout=LONG_MS)
        look = json.loads(json.dumps(page.look.look()))
        target = export_dataset(brain.project.project, "rest", tmp_path / "here.json", look)
        said = json.loads(target.read_text(encoding="utf-8"))
        assert [layer["region"] for layer in said["layers"] if layer["region"]] == [name]


def test_a_picture_of_what_is_seen_is_written_by_the_command_line(
    brain: Studio, open_brain: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    from neurostudio.gui import tasks

    page = open_brain()
    page.look.crosshair.move_to(mm_of(VOXEL))
    told: list[str] = []
    brain.noticed.connect(lambda notice: told.append(f"{notice.level} {notice.title} {notice.text}"))
    tasks.start(page.look.export_to(tmp_path / "seen.png"), page)
    qtbot.waitUntil(lambda: bool(told), timeout=60_000)
    assert told[0].startswith("done Exported seen.png"), told
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")


def test_the_look_can_be_copied_as_json(open_brain: Open) -> None:
    page = open_brain()
    QTest.mouseClick(page.look.copy_look, Qt.MouseButton.LeftButton)
    look = json.loads(QGuiApplication.clipboard().text())
    assert look["form"] == "slices"
    assert look["layers"][0]["kind"] == "bold"


def test_data_that_were_forgotten_are_said_to_be_gone(brain: Studio, open_brain: Open, qtbot: QtBot) -> None:
    page = open_brain()
    page.header.wanted.emit("forget")
    qtbot.waitUntil(page.gone.isVisible, timeout=LONG_MS)
    brain.undo.undo()
    qtbot.waitUntil(lambda: not page.gone.isVisible(), timeout=LONG_MS)


def test_a_question_bar_shows_nothing_without_a_question(qtbot: QtBot) -> None:
    bar = QuestionBar()
    qtbot.addWidget(bar)
    bar.show_question(None)
    assert not bar.isVisible()


def on_screen(canvas: Any, x: float, y: float | None = None) -> QPoint:
    """Where a place of the first panel is on the screen; half way up unless given."""
    view = canvas.panels[0].view
    low, high = view.viewRange()[1]
    return canvas.graphics.mapFromScene(view.mapViewToScene(QPointF(x, (low + high) / 2 if y is None else y)))  # type: ignore[no-any-return]


def wheel(widget: QWidget, steps: int) -> None:
    """Turn the wheel over the middle of a widget."""
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("size", [(1100, 700), (700, 560)])
def test_the_page_fits_a_small_window(open_brain: Open, qtbot: QtBot, size: tuple[int, int]) -> None:
    page = open_brain()
    page.resize(*size)
    qtbot.wait(50)
    assert (page.width(), page.height()) == size
    assert page.look.viewer.slices.isVisible()
    assert page.look.viewer.slices.height() > 120
