"""Top of the page of a data set: what it is, where it lies, and what can be done with it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.data.presenter import DataView, Use
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.widgets import Elided, IconLabel, Row, Secondary, Title, button, fill, tool_button

CHECKSUM_SHOWN = 12
_ICON_NAMES = frozenset(
    ("corpus", "documents", "fmri", "images", "labelled-text", "language-model", "series", "spatial", "table", "word-vectors")
)


class DataHeader(QWidget):
    """The header::

        (icon) reviews
        Labelled text · digit-sentence · 14 KB · linked · added 2026-11-24 06:12
        /data/reviews.txt
        sha256 3fa9c1... [copy]
        [Use in a run] [Check again] [Show in folder] [Forget]

    Signals
    -------
    use_wanted : Use
    check_wanted, folder_wanted, forget_wanted : nothing
    """

    use_wanted = Signal(object)
    check_wanted = Signal()
    folder_wanted = Signal()
    forget_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._uses: tuple[Use, ...] = ()
        self._checksum = ""
        self.icon = IconLabel("data", 2.4)
        self.name = Title()
        self.facts = Secondary()
        self.path = Elided()
        self.path.setFont(theme.mono_font())
        self.path.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.checksum = QLabel()
        self.checksum.setFont(theme.mono_font())
        self.checksum.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.copy = tool_button("copy", "Copy the checksum")
        self.copy.clicked.connect(self.on_copy)
        self.use = button("Use in a run", "run", "Put these data into the settings form of a method", primary=True)
        self.check = button("Check again", "refresh", "Read the data again, and keep what is found")
        self.folder = button("Show in folder", "folder", "Show the data in the file manager")
        self.forget = button("Forget", "remove", "Take the data off the list of the project; the files stay")
        self.use.clicked.connect(self.on_use)
        self.check.clicked.connect(self.check_wanted)
        self.folder.clicked.connect(self.folder_wanted)
        self.forget.clicked.connect(self.forget_wanted)
        self._menu = QMenu(self.use)
        self._menu.triggered.connect(self.on_chosen)
        fill(
            QVBoxLayout(self),
            (
                Row(self.icon, self.name, None, gap=1),
                self.facts,
                self.path,
                Row(self.checksum, self.copy, None, gap=0.5),
                Flow(self.use, self.check, self.folder, self.forget, gap=0.8),
            ),
            theme.unit(self),
            0.6,
        )

    def show_data(self, view: DataView) -> None:
        """Show a data set."""
        row = view.row
        self.icon.show_icon(icon_name(row.kind))
        self.name.setText(row.name)
        added = f"added {view.added}" if view.added else ""
        self.facts.setText(" · ".join(part for part in (view.kind_title, view.form, view.size, view.place, added) if part))
        self.path.setText(str(row.path))
        self._checksum = row.sha256
        self.checksum.setText(f"sha256 {row.sha256[:CHECKSUM_SHOWN]}…" if row.sha256 else "No checksum")
        self.checksum.setToolTip(row.sha256)
        self.copy.setVisible(bool(row.sha256))
        is_usable = view.trouble is None and not view.report.errors
        self.use.setEnabled(is_usable and bool(view.uses))
        self.use.setToolTip(
            "Put these data into the settings form of a method" if self.use.isEnabled() else _why_not(view, is_usable=is_usable)
        )
        self.check.setEnabled(not view.is_missing)
        self._show_uses(view.uses)

    def _show_uses(self, uses: tuple[Use, ...]) -> None:
        if uses == self._uses:
            return
        self._uses = uses
        self._menu.clear()
        for use in uses:
            self._menu.addAction(f"{use.title}: {use.role}").setData(use)
        self.use.setMenu(self._menu if len(uses) > 1 else None)  # type: ignore[arg-type]

    @Slot()
    def on_use(self) -> None:
        """Where there is one way to use the data, take it."""
        if len(self._uses) == 1:
            self.use_wanted.emit(self._uses[0])

    @Slot(QAction)
    def on_chosen(self, action: QAction) -> None:
        """One of several ways was chosen."""
        self.use_wanted.emit(action.data())

    @Slot()
    def on_copy(self) -> None:
        """Put the checksum on the clipboard."""
        QGuiApplication.clipboard().setText(self._checksum)


def icon_name(kind: str) -> str:
    """Icon of a data kind."""
    return f"data-{kind}" if kind in _ICON_NAMES else "data"


def _why_not(view: DataView, *, is_usable: bool) -> str:
    if not is_usable:
        return view.trouble.what if view.trouble else view.report.errors[0].message
    return f"No method here takes data of the kind {view.kind_title.lower()}"
