"""What the header of the image says, in plain words."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.fact_list import FactList
from neurostudio.gui.widgets import Heading, IconLabel, Row, Secondary, button, fill


class HeaderTab(QScrollArea):
    """::

    Format            NIfTI-1, little-endian
    Size              64 × 64 × 36 voxels
    ...
    (i) The fourth axis was squeezed ...
    Affine            -4.0   0.0 ...
    [Copy]
    """

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self.facts = FactList()
        self.notes = QVBoxLayout()
        self.matrix = QLabel()
        self.matrix.setFont(theme.mono_font())
        self.matrix.setAccessibleName("Affine")
        self.matrix_title = Heading("Affine")
        self.copy = button("Copy", "copy", "Copy the header as text")
        self.copy.clicked.connect(self.on_copy)
        self._sidecar_title = Heading("JSON files")
        self.sidecar = FactList()
        self._facts: tuple[tuple[str, str], ...] = ()
        content = QWidget()
        column = QVBoxLayout(content)
        parts = (
            self.facts,
            self.notes,
            self.matrix_title,
            Secondary("From voxels to millimetres: x grows to the right, y to the front, z up."),
        )
        fill(column, (*parts, self.matrix, self._sidecar_title, self.sidecar, Row(self.copy, None), None), u, 1, 2)
        for title in (self.matrix_title, self._sidecar_title):
            title.setContentsMargins(0, u, 0, 0)  # two gaps between groups
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Header of the image")

    def show_header(
        self,
        facts: Sequence[tuple[str, str]],
        notes: Sequence[str],
        matrix: Sequence[str],
        sidecar: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show the facts, remarks, the affine, and what the JSON files say."""
        self._facts = tuple(facts)
        self.facts.show_facts(facts)
        while (item := self.notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for note in notes:
            words = QLabel(note)
            words.setWordWrap(True)
            line = Row(IconLabel("note", 1.8, "secondary"), words, gap=0.8)
            line.layout().setStretch(1, 1)  # type: ignore[union-attr]
            self.notes.addWidget(line)
        self.matrix.setText("\n".join(matrix))
        self.sidecar.show_facts(sidecar)
        self._sidecar_title.setVisible(bool(sidecar))
        self.sidecar.setVisible(bool(sidecar))

    @Slot()
    def on_copy(self) -> None:
        """Put the header on the clipboard."""
        lines = [f"{name}\t{value}" for name, value in self._facts]
        QGuiApplication.clipboard().setText("\n".join([*lines, "", self.matrix.text()]))
