"""Outputs of a run: the list by kind at the left, the chosen one as large as possible."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.run.artifact_source import ArtifactShower, source_of
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import EmptyState, fill
from neurostudio.report.wording import size_text
from neurostudio.store.rows import ArtifactRow

NAME = Qt.ItemDataRole.UserRole
LIST_U = 36


class OutputsSection(QWidget):
    """The list and the view::

    Tables              |
      accuracy-by-time  |   (picture, table, text ...)
      confusion         |
    Spikes              |
      spikes-1          |
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._view: RunView | None = None
        self._shown: ArtifactRow | None = None
        u = theme.unit(self)
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setItemsExpandable(False)
        self.list.setIndentation(round(1.5 * u))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setAccessibleName("Outputs of the run")
        self.list.setUniformRowHeights(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # titles often differ at their end
        self.list.currentItemChanged.connect(self.on_chosen)
        self.shower = ArtifactShower(studio)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.shower)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([LIST_U * u, 3 * LIST_U * u])
        self.list.setMinimumWidth(12 * u)
        self.empty = EmptyState(
            "table", "No outputs yet", "Tables, pictures, spikes and weights stand here once the run has written them."
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.splitter)
        fill(QVBoxLayout(self), (self._stack,), u, 0)

    def show_run(self, view: RunView) -> None:
        """Show the outputs of a run; the chosen one stays chosen, and is read again where it was replaced."""
        before, self._view = self._view, view
        self._stack.setCurrentIndex(1 if view.outputs else 0)
        if before is None or before.outputs != view.outputs:
            self._fill(view)

    def choose(self, name: str) -> bool:
        """Show the output of that name; returns whether there is one."""
        for item in self._items():
            if item.data(0, NAME) == name:
                self.list.setCurrentItem(item)
                return True
        return False

    def chosen(self) -> str:
        """Name of the output that is shown; empty without one."""
        return self._shown.name if self._shown else ""

    def _fill(self, view: RunView) -> None:
        chosen = self.chosen()
        place = self.list.verticalScrollBar().value()
        self.list.blockSignals(True)
        self.list.clear()
        for group in view.outputs:
            heading = QTreeWidgetItem([group.title])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            heading.setFont(0, theme.strong_font())
            self.list.addTopLevelItem(heading)
            for one in group.artifacts:
                item = QTreeWidgetItem([one.title or one.name])
                item.setData(0, NAME, one.name)
                about = "\n".join(
                    part for part in (view.output_help.get(one.name, ""), f"{one.name}, {size_text(one.size)}") if part
                )
                item.setToolTip(0, about)
                heading.addChild(item)
            heading.setExpanded(True)
        self.list.blockSignals(False)
        self.list.verticalScrollBar().setValue(place)
        if not self.choose(chosen):
            first = view.main_picture.name if view.main_picture else view.outputs[0].artifacts[0].name if view.outputs else ""
            self.choose(first)

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount())]
        return [child for top in tops if top for row in range(top.childCount()) if (child := top.child(row)) is not None]

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def on_chosen(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        """Show the chosen output."""
        if current is None or self._view is None:
            return
        name = current.data(0, NAME)
        for group in self._view.outputs:
            for one in group.artifacts:
                if one.name == name and one != self._shown:
                    self._shown = one
                    self.shower.show_artifact(source_of(self._view, one))
