"""The overview of a method: what it is, what it needs, what ran, and the first pictures of the latest run."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.core.method import Method
from neurostudio.gui import theme
from neurostudio.gui.panels.method.needs import NeedsView
from neurostudio.gui.panels.method.pictures import PictureGrid
from neurostudio.gui.panels.method.presenter import MethodView, main_metrics
from neurostudio.gui.panels.method.runs_table import RunsTable
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.widgets import PAGE_MARGIN, ErrorCard, Heading, Row, Secondary, Title, button, fill, tool_button


class MethodOverview(QScrollArea):
    """One column that scrolls::

        Spiking text classification                     [ Set up a run ]
        Trains a text CNN on labelled sentences ...
        Lv, C., Xu, J. (2023). Spiking convolutional ...          (copy)
        > About this method
        What it needs
        Runs (3)
        Latest result: mr-seed1
        (picture) (picture)

    Signals
    -------
    set_up_wanted : somebody wants to fill in the settings
    sample_wanted : kind of data
    """

    set_up_wanted = Signal()
    sample_wanted = Signal(str)

    def __init__(self, studio: Studio, method: Method, *, with_pictures: bool = True) -> None:
        super().__init__()
        self._studio = studio
        self._method = method
        self.set_up = button("Set up a run", "settings", "Show the settings of this method", primary=True)
        self.problem = ErrorCard()
        self.problem.hide()
        self.needs = NeedsView()
        self.runs = RunsTable(main_metrics(method))
        self.pictures = PictureGrid(studio) if with_pictures else None
        self._fold = button("About this method", "right")
        self._description = _Prose(method.description)
        self._build()
        self.set_up.clicked.connect(self.set_up_wanted)
        self._fold.clicked.connect(self.on_fold)
        self.needs.import_wanted.connect(studio.ask_import)
        self.needs.sample_wanted.connect(self.sample_wanted)
        self.runs.opened.connect(lambda run_id: studio.open_page(f"run:{run_id}"))
        self.runs.compared.connect(lambda ids: studio.open_page(f"compare:{','.join(ids)}"))

    def show_view(self, view: MethodView) -> None:
        """Show what was read."""
        self.needs.show_needs(view.needs)
        self.runs.show_runs(view.runs)
        if self.pictures is not None:
            self.pictures.show_pictures(view.latest, view.latest_name, view.pictures)

    def show_problem(self, error: NeuroError | None) -> None:
        """Say why the method cannot run here."""
        self.set_up.setEnabled(error is None)
        if error is None:
            self.problem.hide()
        else:
            self.problem.show_error(error)

    @Slot()
    def on_fold(self) -> None:
        """Show or hide the description."""
        self._description.setVisible(not self._description.isVisible())
        self._fold.setIcon(theme.icon("fold" if self._description.isVisible() else "right"))

    def _build(self) -> None:
        u = theme.unit(self)
        content = QWidget()
        column = QVBoxLayout(content)
        summary = QLabel(self._method.summary)
        summary.setWordWrap(True)
        title = Title(self._method.title)
        parts: list[QWidget] = [Row(title, self.set_up), summary]
        _widen(title)
        parts += [self._citation(paper.citation()) for paper in self._method.papers]
        if self._method.source not in ("", "neurostudio", "unknown"):
            parts.append(Secondary(f"Brought by the package {self._method.source}"))
        parts.append(self.problem)
        if self._method.description:
            parts += [Row(self._fold, None), self._description]
        self._description.hide()
        fill(column, tuple(parts), u, 1, PAGE_MARGIN)
        if self._method.inputs:
            column.addSpacing(u)
            column.addWidget(Heading("What it needs"))
            column.addWidget(self.needs)
        column.addSpacing(u)
        column.addWidget(self.runs)
        if self.pictures is not None:
            column.addSpacing(u)
            column.addWidget(self.pictures)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _citation(self, text: str) -> QWidget:
        words = Secondary(text)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = tool_button("copy", "Copy the citation")
        copy.clicked.connect(lambda: self._copy(text))
        row = Row(words, copy)
        layout = row.layout()
        if layout is not None:
            layout.setAlignment(copy, Qt.AlignmentFlag.AlignTop)
        _widen(words)
        return row

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._studio.notify(Notice("info", "Copied the citation", text))


def _widen(label: QLabel) -> None:
    """Let a label take the room beside a button, and keep its height for its width."""
    policy = label.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)


class _Prose(QLabel):
    """The small Markdown of a method's description."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.MarkdownText)
        self.setText(markdown)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setOpenExternalLinks(True)
