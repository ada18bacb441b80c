"""The view of one artifact on the page of a run: made when the first artifact is shown, since plots are heavy to import."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.widgets import fill
from neurostudio.store.rows import ArtifactRow

if TYPE_CHECKING:
    from neurostudio.gui.views import ArtifactPanel


class ArtifactShower(QWidget):
    """A panel for artifacts that takes no time until there is one."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._source: ArtifactSource | None = None
        self.panel: ArtifactPanel | None = None
        fill(QVBoxLayout(self), (), theme.unit(self), 0)

    def show_artifact(self, source: ArtifactSource) -> None:
        """Show an artifact; the same one is not read again."""
        from neurostudio.gui.views import ArtifactPanel

        if source == self._source:
            return
        self._source = source
        if self.panel is None:
            self.panel = ArtifactPanel(self._studio)
            self.layout().addWidget(self.panel)  # type: ignore[union-attr]
        self.panel.show_source(source)


def source_of(view: RunView, artifact: ArtifactRow) -> ArtifactSource:
    """An artifact of a run as the views take it."""
    return ArtifactSource(view.folder.parent.parent, view.row.run_id, view.row.name, artifact)
