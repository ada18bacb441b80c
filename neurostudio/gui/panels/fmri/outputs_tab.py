"""What a run left besides its maps: tables, design matrices, confusion matrices, pictures, texts."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.fmri.results import BrainResults
from neurostudio.gui.panels.run.artifact_source import ArtifactShower
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.source import ArtifactSource
from neurostudio.gui.widgets import EmptyState, fill
from neurostudio.store.rows import ArtifactRow

NAME = Qt.ItemDataRole.UserRole
LIST_U = 34


class OutputsTab(QWidget):
    """::

        Confusion matrix   |
        Design matrix      |   the chosen one, as its kind is best seen
        Runs               |

    Signals
    -------
    first_run_wanted : there is no run, and somebody wants one
    """

    first_run_wanted = Signal()

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        u = theme.unit(self)
        self._studio = studio
        self._results: BrainResults | None = None
        self._rows: dict[str, ArtifactRow] = {}
        self.list = QListWidget()
        self.list.setAccessibleName("Outputs of the run")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMinimumWidth(12 * u)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.shower = ArtifactShower(studio)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.shower)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([LIST_U * u, 4 * LIST_U * u])
        content = QWidget()
        fill(QVBoxLayout(content), (self.splitter,), u, 0, 1)
        self.no_run = EmptyState("table", "No finished run yet", "Tables and pictures of a run are shown here.", "Set up a run")
        self.none = EmptyState("table", "Nothing besides maps", "This run left no tables or pictures.")
        self._pages = {"no run": self.no_run, "none": self.none, "content": content}
        self._stack = QStackedLayout(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self.no_run.wanted.connect(self.first_run_wanted)
        self.list.currentItemChanged.connect(self.on_chosen)

    def show_results(self, results: BrainResults | None) -> None:
        """Show another run; the output that was looked at stays, where this one has it, too."""
        before = self.chosen()
        self._results = results
        self._rows = {row.name: row for row in results.others()} if results is not None else {}
        was_blocked = self.list.blockSignals(True)
        self.list.clear()
        for row in self._rows.values():
            item = QListWidgetItem(row.title or row.name)
            item.setData(NAME, row.name)
            item.setToolTip(row.name)
            self.list.addItem(item)
        self.list.blockSignals(was_blocked)
        self._stack.setCurrentWidget(self._pages["no run" if results is None else "content" if self._rows else "none"])
        if self._rows:
            self.choose(before if before in self._rows else next(iter(self._rows)))

    def choose(self, name: str) -> None:
        """Show the output of that name."""
        for at in range(self.list.count()):
            if self.list.item(at).data(NAME) == name:
                self.list.setCurrentRow(at)

    def chosen(self) -> str:
        """Name of the output that is shown; empty without one."""
        item = self.list.currentItem()
        return str(item.data(NAME)) if item is not None else ""

    @Slot(QListWidgetItem, QListWidgetItem)
    def on_chosen(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        """Another output was chosen."""
        project, results = self._studio.project, self._results
        if item is None or project is None or results is None:
            return
        row = self._rows[str(item.data(NAME))]
        self.shower.show_artifact(ArtifactSource(project.path, results.row.run_id, results.row.name, row))
