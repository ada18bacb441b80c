"""One notice on a card: in the list of notices, and on a toast."""

import time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.shell.notice_book import LEVEL_ICONS, LEVEL_WORDS, Entry
from neurostudio.gui.widgets import IconLabel, Secondary, button, fill, tool_button


class NoticeCard(QWidget):
    """A notice::

        (cross) Error  Run 'mr-seed1' failed              06:12  (copy) (x)
                The vectors do not fit the text.
                Choose other vectors, or raise text.most_unknown.
                [Open]

    Signals
    -------
    wanted : Notice
        Its button was pressed.
    close_wanted : the cross was pressed
    """

    wanted = Signal(object)
    close_wanted = Signal()

    def __init__(self, entry: Entry, *, can_close: bool = False) -> None:
        super().__init__()
        self.entry = entry
        u = theme.unit(self)
        self._icon = IconLabel("info")
        self._title, self._text, self._fix = _words(strong=True), _words(), _words()
        self._fix.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._time = Secondary("", wrap=False)
        self._copy = tool_button("copy", "Copy the notice")
        self._copy.clicked.connect(self.on_copy)
        self.action = button("")
        self.action.clicked.connect(self.on_action)
        self.close_button = tool_button("close", "Close the notice")
        self.close_button.clicked.connect(self.close_wanted)
        self.close_button.setVisible(can_close)
        head = QHBoxLayout()
        fill(head, (self._icon, self._title, self._time, self._copy, self.close_button), u, 0.6)
        head.setStretch(1, 1)
        body = QVBoxLayout()
        fill(body, (self._text, self._fix), u, 0.3)
        body.addWidget(self.action, alignment=Qt.AlignmentFlag.AlignLeft)
        body.setContentsMargins(round(2.6 * u), 0, u, 0)
        self._column = QVBoxLayout(self)
        fill(self._column, (head, body), u, 0.3, 0.8)
        self.show_entry(entry)

    def show_entry(self, entry: Entry) -> None:
        """Show a notice, or the same with another count."""
        self.entry = entry
        notice = entry.notice
        name, tint = LEVEL_ICONS[notice.level]
        self._icon.show_icon(name, tint)
        self._icon.setToolTip(LEVEL_WORDS[notice.level])
        times = f"  ({entry.count} times)" if entry.count > 1 else ""
        self._title.setText(
            f"{LEVEL_WORDS[notice.level]}: {notice.title}{times}" if notice.level != "done" else notice.title + times
        )
        for label, text in ((self._text, notice.text), (self._fix, notice.fix)):
            label.setText(text)
            label.setVisible(bool(text))
        self._time.setText(time.strftime("%H:%M", time.localtime(notice.t)))
        self._time.setToolTip(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(notice.t)))
        self.action.setText(notice.action_text)
        self.action.setVisible(bool(notice.action_text and notice.action_key))
        self.action.setAccessibleName(f"{notice.action_text}: {notice.title}")
        self.setAccessibleName(entry.as_text())

    def end_with(self, widget: QWidget) -> None:
        """Put a widget, such as a line, under the notice."""
        self._column.addWidget(widget)

    @Slot()
    def on_copy(self) -> None:
        """Copy all of it."""
        QGuiApplication.clipboard().setText(self.entry.as_text())

    @Slot()
    def on_action(self) -> None:
        """The button was pressed."""
        self.wanted.emit(self.entry.notice)


def _words(*, strong: bool = False) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if strong:
        label.setFont(theme.strong_font())
    return label
