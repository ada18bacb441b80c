"""The foot of the settings panel: what is missing, what the run will need, and the button that starts it."""

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from neurostudio.core.method import Estimate
from neurostudio.gui import theme
from neurostudio.gui.form.method_form import Obstacle, estimate_text
from neurostudio.gui.widgets import Hairline, Secondary, button, tool_button

LINES = 2
_ABOUT = "An estimate, not a promise."


class Footer(QWidget):
    """Stays at the bottom while the form scrolls::

        ---------------------------------------
        Train: choose a data set
        est. 95 s · 0.4 GB      (copy v)  [ Run ]

    Signals
    -------
    problem_clicked : go to the field that is wrong.
    """

    problem_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        u = theme.unit(self)
        self._obstacle: Obstacle | None = None
        self._reason = ""
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.RichText)
        self.problem.setWordWrap(True)
        self.problem.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.problem.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.estimate = Secondary("", wrap=False)
        self.copy: QToolButton = tool_button("copy", "Copy this run as command, batch entry or Python")
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.run = button("Run", "run", primary=True)
        line = QHBoxLayout()
        line.setSpacing(u)
        line.addWidget(self.estimate, 1)
        line.addWidget(self.copy)
        line.addWidget(self.run)
        inner = QVBoxLayout()
        inner.setContentsMargins(round(1.2 * u), u, 2 * u, u)
        inner.setSpacing(round(0.5 * u))
        inner.addWidget(self.problem)
        inner.addLayout(line)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(Hairline())
        box.addLayout(inner)
        self.problem.linkActivated.connect(self.on_link)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_obstacle(self._obstacle, self._reason)  # a link carries its colour
        elif event.type() == QEvent.Type.FontChange:
            self._fit()

    def show_obstacle(self, obstacle: Obstacle | None, reason: str = "") -> None:
        """Say what keeps the run from starting, as a link to the field; `reason` where it is no field."""
        self._obstacle, self._reason = obstacle, reason
        text = reason or (obstacle.text if obstacle else "")
        can_run = not text
        self.run.setEnabled(can_run)
        self.copy.setEnabled(can_run)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        tip = f"Start this run ({keys})" if can_run else text
        self.run.setToolTip(tip)
        self.run.setAccessibleDescription(tip)
        is_wrong = obstacle is not None and obstacle.is_wrong and not reason
        # a link takes the colour of links: what is only missing is no alarm
        self.problem.setForegroundRole(QPalette.ColorRole.BrightText if is_wrong else QPalette.ColorRole.PlaceholderText)
        colour = f' style="color: {theme.current().problem}"' if is_wrong else ""
        link = obstacle is not None and not reason
        self.problem.setText(f'<a href="field"{colour}>{escape(text)}</a>' if link else escape(text))
        self.problem.setFocusPolicy(Qt.FocusPolicy.StrongFocus if link else Qt.FocusPolicy.NoFocus)
        self.problem.setAccessibleName(f"Before it can run: {text}" if text else "Nothing is missing")
        self.problem.setToolTip(text)

    def show_refusal(self, text: str) -> None:
        """Say why the request was refused when it was made."""
        self.problem.setForegroundRole(QPalette.ColorRole.BrightText)
        self.problem.setText(escape(text))
        self.problem.setToolTip(text)

    def show_estimate(self, found: Estimate | None) -> None:
        """Show what the run will need; nothing while it is not known."""
        self.estimate.setText(estimate_text(found) if found else "")
        self.estimate.setToolTip(" ".join(filter(None, (found.note, _ABOUT))) if found else "")
        self.estimate.setAccessibleName(f"Estimated time and memory: {self.estimate.text()}" if found else "No estimate yet")

    @Slot(str)
    def on_link(self, _link: str) -> None:
        """The link was clicked, or chosen with the keyboard."""
        self.problem_clicked.emit()

    def _fit(self) -> None:
        self.problem.setFont(theme.secondary_font())
        self.problem.setFixedHeight(LINES * self.problem.fontMetrics().lineSpacing() + 2)
        self.estimate.setFont(theme.number_font(theme.SECONDARY_SIZE))
