"""Artifacts to look at: small files of each kind, and views that have loaded them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from neurostudio.core.kinds import Plot
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.views.view import View
from neurostudio.store.rows import ArtifactRow

MakeSource = Callable[..., ArtifactSource]
ShowView = Callable[..., Any]


@pytest.fixture
def make_source(tmp_path: Path) -> MakeSource:
    """Make an artifact of a file in the folder of the test; `content` is text, bytes or arrays."""

    def make(kind: str, file: str, content: object = None, plot: Plot | None = None) -> ArtifactSource:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, dict):
            np.savez_compressed(path, allow_pickle=False, **{name: np.asarray(array) for name, array in content.items()})
        size = path.stat().st_size if path.is_file() else 0
        name = path.name.split(".")[0]
        return ArtifactSource(tmp_path, "run-1", "first", ArtifactRow(name, kind, path, f"The {name}", size, "", plot, 1))

    return make


@pytest.fixture
def show(qtbot: Any) -> ShowView:
    """Load an artifact into a view of that kind, and wait until it is there or has failed."""

    def load(kind: type[View], source: ArtifactSource, size: tuple[int, int] = (800, 500)) -> Any:
        view = kind()
        qtbot.addWidget(view)
        view.resize(*size)
        view.show()
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        view.show_source(source)
        qtbot.waitUntil(lambda: view.state in ("done", "error"), timeout=10_000)
        for _ in range(3):
            QApplication.processEvents()
        return view

    return load


@pytest.fixture
def clipboard(qapp: QApplication) -> Callable[[], str]:
    """What is on the clipboard as text."""
    return lambda: qapp.clipboard().text()
