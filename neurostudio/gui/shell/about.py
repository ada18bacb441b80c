"""About the program: version, and what it is made of."""

import importlib.metadata
import platform
from collections.abc import Iterable

import PySide6
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

import neurostudio
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.popup import resize_within
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import IconLabel, Row, Secondary, Title, button, fill

SENTENCE = "One place for a lab's spiking networks, brain data, language models and reports."
PARTS = (
    "PySide6-Essentials",
    "pyqtgraph",
    "qasync",
    "numpy",
    "SQLAlchemy",
    "alembic",
    "pydantic",
    "matplotlib",
    "reportlab",
    "torch",
    "safetensors",
    "nir",
    "rjieba",
    "distributed",
    "psutil",
    "platformdirs",
    "PyYAML",
    "typer",
    "markdown-it-py",
)
SIZE_U = QSize(70, 62)


def licences(names: Iterable[str] = PARTS) -> list[tuple[str, str, str]]:
    """Name, version and licence of each part that is installed."""
    found = []
    for name in names:
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        named = about.json
        first_line = str(named.get("license", "")).strip().partition("\n")[0]
        stated = str(named.get("license_expression", "")) or _classifier(named.get("classifier", ())) or first_line
        found.append((name, importlib.metadata.version(name), stated or "see its page"))
    return found


def versions() -> str:
    """One line about this program, for a mail or an issue."""
    return f"NeuroStudio {neurostudio.__version__}, Python {platform.python_version()}, Qt {PySide6.__version__}, {platform.platform()}"


class AboutDialog(QDialog):
    """Version and licences::

    (icon) NeuroStudio
           0.1.0, Python 3.11, Qt 6.11
    part            version     licence
    [ Copy details ]                        [ Close ]
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About NeuroStudio")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        u = theme.unit(self)
        words = QVBoxLayout()
        fill(words, (Title(f"NeuroStudio {neurostudio.__version__}"), Secondary(SENTENCE), Secondary(versions())), u, 0.4)
        head = QHBoxLayout()
        fill(head, (IconLabel("spikes", 5, "accent"), words), u, 2)
        head.setStretch(1, 1)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Made with", "Version", "Licence"])
        self.table.setAccessibleName("What NeuroStudio is made with")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.copy = button("Copy details", "copy", "Copy versions and licences as text")
        self.copy.clicked.connect(self.on_copy)
        self.shut = button("Close")
        self.shut.clicked.connect(self.accept)
        fill(QVBoxLayout(self), (head, self.table, Row(self.copy, None, self.shut)), u, 2, 3)
        resize_within(self, SIZE_U)
        self.shut.setDefault(True)
        self.shut.setFocus()
        self._parts: list[tuple[str, str, str]] = []
        tasks.start(self._load(), self)

    @Slot()
    def on_copy(self) -> None:
        """Copy it as text."""
        lines = [versions(), *(" ".join(part) for part in self._parts)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    async def _load(self) -> None:
        self._parts = await in_background(licences)
        self.table.setRowCount(len(self._parts))
        for row, part in enumerate(self._parts):
            for column, text in enumerate(part):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)


def _classifier(lines: str | Iterable[str]) -> str:
    """Licence as the index of packages names it."""
    return ", ".join(line.rpartition(":: ")[2] for line in lines if line.startswith("License ::"))
