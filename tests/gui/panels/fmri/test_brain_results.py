"""The results of the methods for brain data: a real run, its maps over its own series, and everything else that it left."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from neurostudio.app import Project, import_data, make_request, run
from neurostudio.app.export import export_figure
from neurostudio.data.fmri.image import open_image
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.fmri.method_page import BrainMethodPage
from neurostudio.gui.panels.fmri.results import BrainResults, choices, open_results
from neurostudio.gui.panels.registry import page_for
from neurostudio.gui.studio import Studio
from tests.gui.panels.fmri.conftest import LONG_MS, write_bids

METHOD = "fmri.glm"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one finished run of the general linear model, made by a real worker."""
    folder = tmp_path_factory.mktemp("brain")
    with pytest.MonkeyPatch.context() as patch, Project.create(folder / "study") as project:
        patch.setenv("NEUROSTUDIO_CACHE", str(folder / "cache"))
        import_data(project, [write_bids(folder / "study" / "data")], name="rest")
        settings = {
            "confounds.strategy": "none",
            "response.estimate": False,
            "threshold.control": "uncorrected",
            "threshold.alpha": 0.2,
        }
        request = make_request(project, METHOD, settings=settings, inputs={"bold": ["rest"]}, seed=1, name="first")
        done = run(project, request)
        assert done.state == "done"
    return folder / "study"


@pytest.fixture
def studied(studio: Studio, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio with a copy of that project."""
    monkeypatch.setenv("NEUROSTUDIO_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "study"
    shutil.copytree(finished, folder)
    studio.set_project(OpenProject(Project.open(folder)))
    return studio


@pytest.fixture
def results(studied: Studio) -> BrainResults:
    """The results of the run."""
    assert studied.project is not None
    return open_results(studied.project.project, studied.project.project.find_run("first").run_id)


@pytest.fixture
def page(studied: Studio, qtbot: QtBot) -> BrainMethodPage:
    """The panel of the method, with its maps."""
    made = page_for(f"method:{METHOD}", studied)
    assert isinstance(made, BrainMethodPage)
    qtbot.addWidget(made)
    made.resize(1500, 1000)
    made.show()
    qtbot.waitUntil(lambda: made.results is not None, timeout=LONG_MS)
    made.show_run("", "Maps")
    qtbot.waitUntil(lambda: made.maps.link.fit is not None, timeout=LONG_MS)
    return made


def test_the_maps_of_a_run_know_the_series_they_came_from(results: BrainResults) -> None:
    names = [one.name for one in results.maps()]
    assert {"z-1", "r2"} <= set(names)
    assert not any(name.startswith("fitted") for name in names)
    series = results.series()
    assert [one.name for one in series] == ["rest run 1", "rest run 2"]
    assert [one.tr_s for one in series] == [2.0, 2.0]
    for number, one in enumerate(series):
        fitted = results.fitted(number)
        assert fitted is not None
        assert open_image(fitted).n_volumes == open_image(one.path).n_volumes
    assert all(one.under is not None for one in results.maps() if one.plot.x)


def test_runs_are_offered_with_their_main_number(studied: Studio) -> None:
    from neurostudio.core.registry import registry

    assert studied.project is not None
    (choice,) = choices(studied.project.project, registry().get(METHOD))
    assert choice.text.startswith("first · glm/")


def test_images_that_are_gone_leave_the_maps_to_be_seen(studied: Studio, qtbot: QtBot) -> None:
    assert studied.project is not None
    shutil.rmtree(studied.project.path / "data" / "rest-study")
    made = page_for(f"method:{METHOD}", studied)
    assert isinstance(made, BrainMethodPage)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.results is not None, timeout=LONG_MS)
    made.show_run("", "Maps")
    qtbot.waitUntil(lambda: made.maps.page == "content" and bool(made.maps.viewer.scene.layers), timeout=LONG_MS)
    assert "No series is plotted" in made.maps.note.text() or "not here any more" in made.maps.note.text()


def test_a_map_lies_over_its_series_with_the_line_of_the_model(
    page: BrainMethodPage, results: BrainResults, qtbot: QtBot
) -> None:
    maps = page.maps
    assert maps.map.currentData() in {one.name for one in results.maps()}
    maps.map.setCurrentIndex(maps.map.findData("z-1"))
    maps.on_map()
    qtbot.waitUntil(lambda: maps.link.fit is not None and len(maps.viewer.scene.layers) == 3, timeout=LONG_MS)
    assert [layer.kind for layer in maps.viewer.scene.layers] == ["anatomy", "bold", "map"]
    mm = maps.viewer.scene.voxel_mm((5, 6, 5))
    maps.viewer.cursor.move_to(mm)
    bold, fit = open_image(results.series()[0].path), open_image(results.fitted(0))  # type: ignore[arg-type]
    bold.load()
    fit.load()

    def shown(kind: str) -> Any:
        return next((one.values for one in maps.timeline.plot.series if one.kind == kind), np.zeros(0))

    qtbot.waitUntil(lambda: np.array_equal(shown("cursor"), bold.series((5, 6, 5))), timeout=LONG_MS)
    qtbot.waitUntil(lambda: np.array_equal(shown("fit"), fit.series((5, 6, 5))), timeout=LONG_MS)
    QTest.mouseClick(maps.series_button, Qt.MouseButton.LeftButton)
    assert not maps.viewer.scene.layers[1].look.is_visible


def test_another_series_brings_its_own_fit(page: BrainMethodPage, results: BrainResults, qtbot: QtBot) -> None:
    maps = page.maps
    before = maps.link.fit
    maps.over.setCurrentIndex(1)
    maps.on_series()
    qtbot.waitUntil(lambda: maps.link.fit is not None and maps.link.fit is not before, timeout=LONG_MS)
    assert maps.link.image is not None
    assert maps.link.image.path == results.series()[1].path


def test_tables_and_pictures_are_shown_by_the_views_of_their_kinds(page: BrainMethodPage, qtbot: QtBot) -> None:
    page.show_run("", "Tables and pictures")
    outputs = page.outputs
    qtbot.waitUntil(lambda: outputs.list.count() > 3, timeout=LONG_MS)
    outputs.choose("design-1")
    assert outputs.chosen() == "design-1"
    qtbot.waitUntil(lambda: outputs.shower.panel is not None and outputs.shower.panel.view is not None, timeout=LONG_MS)
    assert outputs.shower.panel is not None
    qtbot.waitUntil(lambda: outputs.shower.panel.view.state == "done", timeout=LONG_MS)  # type: ignore[union-attr]


def test_the_picture_of_a_map_as_it_is_seen(page: BrainMethodPage, studied: Studio, tmp_path: Path) -> None:
    from neurostudio.gui.views.volume.look_state import look_of

    look = json.loads(json.dumps(look_of(page.maps.viewer)))
    assert studied.project is not None
    name = str(page.maps.map.currentData())
    project = studied.project.project
    picture = export_figure(project, "first", name, tmp_path / "seen.png", look)
    assert picture.read_bytes().startswith(b"\x89PNG")
    said = json.loads(export_figure(project, "first", name, tmp_path / "here.json", look).read_text(encoding="utf-8"))
    values = {Path(layer["name"]).name: layer["value"] for layer in said["layers"]}
    shown = {layer.image.path.name: reading.value for layer, reading in zip(
        reversed(page.maps.viewer.scene.layers), page.maps.viewer.scene.readings(), strict=True
    )}  # fmt: skip
    assert values == pytest.approx(shown)


def test_what_was_looked_at_comes_back(page: BrainMethodPage, studied: Studio, qtbot: QtBot) -> None:
    page.maps.map.setCurrentIndex(page.maps.map.findData("r2"))
    page.maps.on_map()
    state = json.loads(json.dumps(page.state()))
    again = page_for(f"method:{METHOD}", studied)
    assert isinstance(again, BrainMethodPage)
    qtbot.addWidget(again)
    again.show()
    again.restore(state)
    qtbot.waitUntil(lambda: again.maps.map.currentData() == "r2", timeout=LONG_MS)
    assert again.tabs.tabText(again.tabs.currentIndex()) == "Maps"


def test_without_a_run_the_panel_leads_to_one(brain: Studio, qtbot: QtBot) -> None:
    made = page_for(f"method:{METHOD}", brain)
    assert isinstance(made, BrainMethodPage)
    qtbot.addWidget(made)
    made.show()
    made.show_run("", "Maps")
    qtbot.waitUntil(lambda: made.view is not None and made.maps.page == "no run", timeout=LONG_MS)
    with qtbot.waitSignal(brain.form_requested) as wanted:
        QTest.mouseClick(made.maps.no_run.button, Qt.MouseButton.LeftButton)
    assert dict(wanted.args[0].inputs) == {"bold": ["rest"]}
