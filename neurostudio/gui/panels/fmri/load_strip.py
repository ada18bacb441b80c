"""How much of an image is there while the rest is read, in one line that keeps its place."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from neurostudio.gui import theme
from neurostudio.gui.widgets import fill, tool_button
from neurostudio.report.wording import number_text


class LoadStrip(QWidget):
    """The line, which stands beside the tabs so that nothing jumps when it comes and goes::

        37 of 300 volumes loaded   ####-------- (stop)

    Signals
    -------
    stop_wanted : nothing
    """

    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setFont(theme.number_font(theme.SECONDARY_SIZE))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Volumes that are loaded")
        self.stop = tool_button("stop", "Read no further")
        self.stop.clicked.connect(self.stop_wanted)
        u = theme.unit(self)
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.bar.setFixedHeight(round(0.8 * u))
        fill(QHBoxLayout(self), (self.words, self.bar, self.stop), u, 1.5)
        self.bar.setFixedWidth(8 * u)
        self.hide()

    def show_progress(self, done: int, total: int) -> None:
        """Say how far it is; complete images need no line."""
        is_at_work = 0 < done < total
        self.setVisible(is_at_work)
        widest = f"{number_text(total)} of {number_text(total)} volumes loaded"
        self.words.setMinimumWidth(self.words.fontMetrics().horizontalAdvance(widest))
        self.words.setText(f"{number_text(done)} of {number_text(total)} volumes loaded")
        self.setAccessibleName(self.words.text())
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
