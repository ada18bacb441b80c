"""Top of the page of a brain data set: one line of facts, and what can be done with the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from neurostudio.core.registry import registry
from neurostudio.gui import theme
from neurostudio.gui.panels.data.presenter import DataView
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.widgets import Elided, IconLabel, Row, Title, button, fill, tool_button

ROLE = "bold"
FORMS = {"bids": "BIDS", "bids-derivatives": "BIDS derivatives"}
LEAST_NAME_U = 30


@dataclass(frozen=True)
class Deed:
    """One thing that can be done with brain data: a method, and the verb on its button."""

    method: str
    verb: str
    tooltip: str


DEEDS = (
    Deed("fmri.quality", "Check quality", "Carpet, motion, outliers and signal to noise of the runs"),
    Deed("fmri.clean", "Clean", "Take motion, drift and nuisance signals out of the series"),
    Deed("fmri.glm", "GLM", "Maps of contrasts between events"),
    Deed("fmri.encode", "Encode", "How well features predict each voxel"),
    Deed("fmri.decode_classes", "Decode classes", "Which event was shown, from the pattern"),
)
MENU = {
    "check": ("Check again", "refresh"),
    "folder": ("Show in folder", "folder"),
    "checksum": ("Copy checksum", "copy"),
    "forget": ("Forget", "remove"),
}


class BrainHeader(QWidget):
    """The header::

        (icon) sub-haxby            [Check quality] [Clean] [GLM] [Encode] [Decode classes] [...]
        fMRI · BIDS · 12 runs · 412 MB · linked

    Signals
    -------
    deed_wanted : id of a method
    wanted : key of `MENU`
    """

    deed_wanted = Signal(str)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.icon = IconLabel("data-fmri", 2.4)
        self.name = Title()
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.facts = Elided()
        self.facts.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.deeds: dict[str, QPushButton] = {}
        for deed in DEEDS:
            made = button(deed.verb, "", deed.tooltip)
            made.clicked.connect(partial(self.on_deed, deed.method))
            self.deeds[deed.method] = made
        self.more = tool_button("more", "More")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.more)
        self.actions_of_menu: dict[str, QAction] = {}
        for key, (text, icon) in MENU.items():
            action = self._menu.addAction(theme.icon(icon), text)
            action.setData(key)
            self.actions_of_menu[key] = action
        self._menu.triggered.connect(self.on_menu)
        self.more.setMenu(self._menu)
        self._bar = Flow(*self.deeds.values(), self.more, gap=0.8)
        self._top = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        u = theme.unit(self)
        fill(self._top, (Row(self.icon, self.name), self._bar), u, 0.8)
        fill(QVBoxLayout(self), (self._top, self.facts), u, 0.5)

    def show_data(self, record: DataView, facts: Sequence[str] = (), *, is_usable: bool) -> None:
        """Show a data set; `facts` are counted from its files."""
        self.name.setText(record.row.name)
        parts = (record.kind_title, FORMS.get(record.form, record.form), *facts, record.size, record.place)
        self.facts.setText(" · ".join(part for part in parts if part))
        known = registry().methods
        for deed in DEEDS:
            made = self.deeds[deed.method]
            made.setVisible(deed.method in known)
            made.setEnabled(is_usable)
            made.setToolTip(deed.tooltip if is_usable else "The data cannot be used as they are now")
        self.actions_of_menu["check"].setEnabled(not record.is_missing)
        self.actions_of_menu["checksum"].setEnabled(bool(record.row.sha256))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The buttons stand beside the name where there is room."""
        super().resizeEvent(event)
        is_wide = self.width() >= self._bar.sizeHint().width() + LEAST_NAME_U * theme.unit(self)
        self._top.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    def on_deed(self, method: str, _is_checked: bool = False) -> None:
        """A method is wanted."""
        self.deed_wanted.emit(method)

    @Slot(QAction)
    def on_menu(self, action: QAction) -> None:
        """An entry of the menu was chosen."""
        self.wanted.emit(str(action.data()))
