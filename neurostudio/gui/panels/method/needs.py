"""What a method needs: each input with its kinds, and the next step where the project has nothing that fits."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.method.presenter import Need
from neurostudio.gui.widgets import Secondary, button, fill

MOST_NAMES = 3


class NeedsView(QWidget):
    """The inputs::

        train       Labelled text            reviews and 2 more
                    Labelled sentences to learn from ...
        vectors     Word vectors, optional   [Import...]

    Signals
    -------
    import_wanted : kind of data
    sample_wanted : kind of data
    """

    import_wanted = Signal(str)
    sample_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._shown: tuple[Need, ...] = ()
        u = theme.unit(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * u)
        self._grid.setVerticalSpacing(u)
        self._grid.setColumnStretch(1, 1)

    def show_needs(self, needs: tuple[Need, ...]) -> None:
        """Show these inputs."""
        if needs == self._shown:
            return
        self._shown = needs
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, need in enumerate(needs):
            self._add(row, need)

    def _add(self, row: int, need: Need) -> None:
        name = QLabel(need.role.name)
        name.setFont(theme.strong_font())
        kinds = QLabel(need.kinds + ("" if need.role.required else ", optional") + (", several" if need.role.many else ""))
        kinds.setWordWrap(True)
        words = QWidget()
        column = QGridLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(kinds)
        column.addWidget(Secondary(need.role.help))
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(words, row, 1)
        self._grid.addWidget(self._offer(need), row, 2, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)

    def _offer(self, need: Need) -> QWidget:
        """What fits, by name; or the buttons that bring some."""
        offer = QWidget()
        line = QHBoxLayout(offer)
        fill(line, (), theme.unit(self))
        if need.fitting:
            rest = len(need.fitting) - MOST_NAMES
            names = ", ".join(need.fitting[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")
            found = Secondary(names, wrap=False)
            found.setToolTip(f"In this project: {', '.join(need.fitting)}")
            line.addWidget(found)
            return offer
        if need.data_kind:
            bring = button("Import...", "import", f"Choose a file for '{need.role.name}'")
            bring.setAccessibleName(f"Import {need.kinds} for {need.role.name}")
            bring.clicked.connect(lambda: self.import_wanted.emit(need.data_kind))
            line.addWidget(bring)
        if need.sample and need.role.required:
            sample = button("Use sample", "sample", "Make the sample data set in this project")
            sample.clicked.connect(lambda: self.sample_wanted.emit(need.sample))
            line.addWidget(sample)
        if not need.data_kind:
            line.addWidget(Secondary("Output of another run", wrap=False))
        return offer
