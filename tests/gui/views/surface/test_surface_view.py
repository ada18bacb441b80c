"""The cortex on the screen: a click or a key leads to a place of the brain, and the crosshair is marked."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from neurostudio.core.errors import RequestError
from neurostudio.gui import theme
from neurostudio.gui.views.surface import view as module
from neurostudio.gui.views.surface.mesh import cortex
from neurostudio.gui.views.surface.view import SurfaceView
from neurostudio.gui.views.volume.layers import Look

from .conftest import MakeMap

LEFT = Qt.MouseButton.LeftButton
TIMEOUT = 60_000


@pytest.fixture
def surface(qtbot: Any, make_map: MakeMap) -> SurfaceView:
    """A view that has drawn the height above the commissures."""
    made = SurfaceView()
    qtbot.addWidget(made)
    made.resize(560, 420)
    made.show()
    draw(qtbot, made, lambda: made.show_map(make_map(lambda _x, _y, z: z), 0, 10.0, 60.0, 10.0))
    return made


def draw(qtbot: Any, view: SurfaceView, change: Any) -> None:
    """Do something, and wait until it is drawn."""
    with qtbot.waitSignal(view.drawn, timeout=TIMEOUT):
        change()
    QApplication.processEvents()


def seen_vertices(view: SurfaceView, number: int) -> list[int]:
    """Some vertices that a picture shows."""
    raster = view.canvas.pictures[number].raster
    rows, columns = np.nonzero(raster.index >= 0)
    found = [raster.vertex_at(int(rows[at]), int(columns[at])) for at in range(50, len(rows), len(rows) // 9)]
    return [vertex for vertex in found if vertex is not None]


def test_a_click_leads_to_the_place_of_the_vertex_within_5_mm(surface: SurfaceView, qtbot: Any) -> None:
    wanted: list[tuple[float, float, float]] = []
    surface.moved.connect(wanted.append)
    for number in range(4):
        for vertex in seen_vertices(surface, number)[2:7]:
            place = surface.canvas.place_of(number, vertex)
            assert place is not None
            qtbot.mouseClick(surface.canvas, LEFT, pos=place.toPoint())
            assert np.linalg.norm(np.subtract(wanted[-1], cortex().mm[vertex])) < 5
    assert len(wanted) == 20


def test_a_click_beside_the_cortex_leads_nowhere(surface: SurfaceView, qtbot: Any) -> None:
    wanted: list[tuple[float, float, float]] = []
    surface.moved.connect(wanted.append)
    qtbot.mouseClick(surface.canvas, LEFT, pos=surface.canvas.rect().topLeft())
    assert wanted == []


def test_the_pointer_reads_the_value_and_the_place(surface: SurfaceView, qtbot: Any) -> None:
    vertex = seen_vertices(surface, 0)[4]
    place = surface.canvas.place_of(0, vertex)
    assert place is not None
    qtbot.mouseMove(surface.canvas, place.toPoint())
    text = surface.readout.text()
    assert text.startswith("Left hemisphere")
    assert "mm" in text
    value = float(text.split("mm")[1].split("Click")[0].strip().replace("−", "-").replace(",", ""))
    assert abs(value - cortex().mm[vertex, 2]) < 5


def test_the_crosshair_is_marked_where_it_is_near_and_missed_where_it_is_not(surface: SurfaceView) -> None:
    vertex = seen_vertices(surface, 0)[4]
    before = surface.picture().toImage()
    surface.set_cursor(cortex().point_of(vertex))
    assert surface.canvas._mark == vertex
    assert surface.picture().toImage() != before
    assert surface.where.text() == ""
    surface.set_cursor((0.0, -20.0, 160.0))
    assert surface.canvas._mark is None
    assert surface.where.text().startswith("The crosshair is ")
    assert surface.where.text().endswith(" mm away from the cortex")


def test_arrows_go_along_the_cortex(surface: SurfaceView, qtbot: Any) -> None:
    wanted: list[tuple[float, float, float]] = []
    surface.moved.connect(wanted.append)
    surface.moved.connect(surface.set_cursor)
    qtbot.keyClick(surface.canvas, Qt.Key.Key_Left)  # from nowhere: the middle of the picture
    for _ in range(5):
        qtbot.keyClick(surface.canvas, Qt.Key.Key_Right)
    assert len(wanted) == 6
    assert wanted[-1][1] < wanted[0][1], "to the right of the left hemisphere lies the back"
    qtbot.keyClick(surface.canvas, Qt.Key.Key_PageDown)
    qtbot.keyClick(surface.canvas, Qt.Key.Key_Up)
    assert wanted[-1][0] > 0, "the next picture is the right hemisphere"


def test_other_sides_other_surfaces_and_other_sizes_are_drawn(surface: SurfaceView, qtbot: Any) -> None:
    draw(qtbot, surface, lambda: surface.sheet.setCurrentIndex(surface.sheet.findData("Dorsal")))
    assert [picture.pane.title for picture in surface.canvas.pictures] == ["Dorsal"]
    before = surface.canvas.pictures[0].raster.index.shape
    draw(qtbot, surface, lambda: surface.shape.setCurrentIndex(surface.shape.findData("pial")))
    draw(qtbot, surface, lambda: surface.resize(400, 300))
    assert surface.canvas.pictures[0].raster.index.shape < before
    assert seen_vertices(surface, 0)


def test_many_changes_are_drawn_once_and_the_last_one_stays(
    surface: SurfaceView, qtbot: Any, make_map: MakeMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings: list[int] = []
    really = module._drawn

    def counted(wanted: Any, *rest: Any) -> Any:
        drawings.append(wanted.t)
        return really(wanted, *rest)

    monkeypatch.setattr(module, "_drawn", counted)
    image = make_map(np.arange(30.0) * np.ones((50, 60, 50, 1)), name="run.nii")
    draw(qtbot, surface, lambda: [surface.show_look(image, t, Look("inferno", low=0, high=30)) for t in range(30)])
    assert surface.values is not None
    assert np.nanmax(surface.values) == 29.0
    assert len(drawings) <= 2
    assert drawings[-1] == 29


def test_hidden_it_waits(qtbot: Any, make_map: MakeMap) -> None:
    view = SurfaceView()
    qtbot.addWidget(view)
    view.show_map(make_map(lambda _x, _y, z: z), 0, 10.0, 60.0, None)
    QApplication.processEvents()
    assert view.values is None
    view.resize(400, 300)
    draw(qtbot, view, view.show)
    assert view.values is not None


def test_the_space_is_noted_and_colours_are_explained(surface: SurfaceView, qtbot: Any, make_map: MakeMap) -> None:
    assert "assumes MNI space" in surface.note
    assert not surface._sign.isVisible()
    assert surface.key.accessibleName() == "−60 60 ±10"
    own = make_map(lambda _x, _y, z: z, code=1, name="own.nii")
    draw(qtbot, surface, lambda: surface.show_look(own, 0, Look("inferno", low=0, high=30), title="height (mm)"))
    assert surface._sign.isVisible()
    assert surface.key.accessibleName() == "height (mm) 0 30"
    draw(qtbot, surface, surface.clear)
    assert surface.values is None
    assert not surface.key.isVisible()


def test_regions_have_their_own_colours(surface: SurfaceView, qtbot: Any, make_map: MakeMap) -> None:
    image = make_map(lambda x, _y, _z: np.where(x < 0, 1, 2), dtype=np.int16, name="atlas.nii")
    table = np.array([0, 0xFFFF0000, 0xFF0000FF], np.uint32)
    draw(qtbot, surface, lambda: surface.show_look(image, 0, Look("regions"), regions=table))
    left, right = surface.canvas.pictures[0], surface.canvas.pictures[1]
    for picture, channel in ((left, 16), (right, 0)):
        middle = picture.pixels[picture.pixels.shape[0] // 2, picture.pixels.shape[1] // 2]
        parts = {shift: int(middle >> np.uint32(shift)) & 255 for shift in (16, 8, 0)}
        assert parts[channel] > 100
        assert sum(parts.values()) == parts[channel]


def test_without_the_meshes_a_card_says_what_to_do(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_rest: Any) -> Any:
        raise RequestError("The surfaces are not here", fix="pip install nilearn")

    monkeypatch.setattr(module, "_drawn", missing)
    view = SurfaceView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitUntil(view.card.isVisible, timeout=TIMEOUT)
    assert not view.canvas.isVisible()


def test_data_and_picture_go_to_the_clipboard(surface: SurfaceView) -> None:
    surface.menu.on_copy_data()
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == len(cortex().mm) + 1
    side, number, *_, z, value = lines[-1].split("\t")
    assert (side, number) == ("right", "10241")
    assert abs(float(z) - float(value)) < 0.1
    surface.menu.on_copy_picture()
    assert QApplication.clipboard().pixmap().size() == surface.canvas.size()


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_the_ground_is_that_of_the_theme(surface: SurfaceView, name: Any) -> None:
    theme.use(name)
    QApplication.processEvents()
    assert surface.picture().toImage().pixelColor(3, 60).name() == theme.current().surface.lower()


def test_it_can_be_used_without_eyes_and_without_a_mouse(surface: SurfaceView) -> None:
    for widget in (surface.sheet, surface.shape, surface.canvas):
        assert widget.accessibleName()
        assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus
