"""Pictures of a run, two beside each other where there is room; the plots are imported when the first one is shown."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Heading, Row, button, fill
from neurostudio.store.rows import ArtifactRow

TWO_FROM_U, HEIGHT_U = 92, 48


class PictureGrid(QWidget):
    """::

        Latest result: mr-seed1                 [Open]
        (accuracy by time)     (confusion)
        (energy)               (firing rates)

    Without a title it is the pictures alone.
    """

    def __init__(self, studio: Studio, title: str = "Latest result") -> None:
        super().__init__()
        self._studio = studio
        self._words = title
        self._run_id = ""
        self._shown: tuple[ArtifactRow, ...] = ()
        self._placed = (0, 0)
        self.panels: list[QWidget] = []
        self._title = Heading()
        self._open = button("Open", "open", "Open the page of this run")
        self._grid = QGridLayout()
        u = theme.unit(self)
        self._grid.setSpacing(2 * u)
        head = Row(self._title, None, self._open)
        head.setVisible(bool(title))
        fill(QVBoxLayout(self), (head, self._grid), u)
        self._open.clicked.connect(lambda: studio.open_page(f"run:{self._run_id}"))
        self.hide()

    def show_pictures(self, run_id: str, run_name: str, artifacts: tuple[ArtifactRow, ...]) -> None:
        """Show these outputs of a run; the same ones are not read again."""
        if (run_id, artifacts) == (self._run_id, self._shown):
            return
        self._run_id, self._shown = run_id, artifacts
        self._title.setText(f"{self._words}: {run_name}" if run_name else self._words)
        project = self._studio.project
        self.setVisible(bool(artifacts) and project is not None)
        if project is not None:
            self._fill(project.path, run_name)

    def _fill(self, project: Path, run_name: str) -> None:
        from neurostudio.gui.views import ArtifactPanel
        from neurostudio.gui.views.source import ArtifactSource

        while len(self.panels) > len(self._shown):
            panel = self.panels.pop()
            self._grid.removeWidget(panel)
            panel.deleteLater()
        for _ in self._shown[len(self.panels) :]:
            panel = ArtifactPanel(self._studio)
            panel.setFixedHeight(HEIGHT_U * theme.unit(self))
            self.panels.append(panel)
        self._place()
        for panel, artifact in zip(self.panels, self._shown, strict=True):
            panel.show_source(ArtifactSource(project, self._run_id, run_name, artifact))  # type: ignore[attr-defined]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place()

    def _place(self) -> None:
        columns = 2 if self.width() >= TWO_FROM_U * theme.unit(self) else 1
        if (columns, len(self.panels)) == self._placed:
            return
        self._placed = (columns, len(self.panels))
        for number, panel in enumerate(self.panels):
            self._grid.addWidget(panel, *divmod(number, columns))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)
