"""Fixtures for the page of a run: a project in which ``counting.sum`` runs, and pages in a window."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neurostudio.app import Project, make_request
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.panels.run import RunPage
from neurostudio.gui.studio import Studio
from neurostudio.store import read


@pytest.fixture
def counting(studio: Studio, tmp_path: Path, counting_environment: dict[str, str]) -> Studio:
    """A studio with an empty project open, in which the counting plugin is installed."""
    studio.set_project(OpenProject(Project.create(tmp_path / "counting-study")))
    return studio


@pytest.fixture
def count(counting: Studio, qtbot: Any) -> Callable[..., str]:
    """Start a counting run; returns its id."""

    def start(name: str = "count", **settings: Any) -> str:
        project = counting.project
        assert project is not None
        request = make_request(project.project, "counting.sum", settings=settings, seed=3, name=name)
        submitted = asyncio.ensure_future(project.submit(request))
        qtbot.waitUntil(submitted.done)
        return submitted.result()

    return start


@pytest.fixture
def open_run(qtbot: Any) -> Callable[[Studio, str], RunPage]:
    """The page of a run by its id or name, shown and filled."""

    def open_page(studio: Studio, key: str) -> RunPage:
        assert studio.project is not None
        ids = {row.name: row.run_id for row in read.runs(studio.project.project.store, trashed=None)}
        page = RunPage(studio, ids.get(key, key))
        qtbot.addWidget(page)
        page.resize(1000, 700)
        page.show()
        qtbot.waitUntil(lambda: page.header.isVisible() or page.gone.isVisible())
        return page

    return open_page
