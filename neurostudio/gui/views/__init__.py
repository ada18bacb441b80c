"""One view for each kind of artifact, never for a method, and the one canvas that plots are drawn on.

pyqtgraph is imported with the modules that draw: import those when a page is first made.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurostudio.gui.views.artifact_panel import ArtifactPanel
    from neurostudio.gui.views.registry import view_for
    from neurostudio.gui.views.source import ArtifactSource

__all__ = ["ArtifactPanel", "ArtifactSource", "view_for"]

_HOMES = {"ArtifactPanel": "artifact_panel", "ArtifactSource": "source", "view_for": "registry"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
