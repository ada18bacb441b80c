"""The line where a preset is chosen, saved or removed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from neurostudio.app.presets import Preset, check_preset_name, list_presets
from neurostudio.core.errors import RequestError
from neurostudio.gui import theme
from neurostudio.gui.form.method_form import DEFAULT_PRESET
from neurostudio.gui.form.row import ProblemLine
from neurostudio.gui.widgets import tool_button

CHANGED = "Own settings"


class PresetBar(QWidget):
    """Presets of one method::

        [ Default          v ] (save) (remove)

    Signals
    -------
    chosen : Preset, or None for the default.
    save_wanted, remove_wanted : the buttons were pressed.
    """

    chosen = Signal(object)
    save_wanted = Signal()
    remove_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._presets: list[Preset | None] = []
        self.combo = _Combo()
        self.combo.setAccessibleName("Preset")
        self.combo.setToolTip("Named sets of settings: those of the program and your own")
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.save = tool_button("save", "Save these settings as a preset...")
        self.remove = tool_button("trash", "Remove this preset of yours")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(round(0.3 * theme.unit(self)))
        box.addWidget(self.combo, 1)
        box.addWidget(self.save)
        box.addWidget(self.remove)
        self.combo.activated.connect(self.on_activated)
        self.save.clicked.connect(self.save_wanted)
        self.remove.clicked.connect(self.on_remove)

    def show_presets(self, method_id: str, current: str) -> None:
        """List the presets of a method; `current` is the name of the one in use, empty where the settings are none of them."""
        self._presets = [None, *list_presets(method_id)]
        self.combo.clear()
        for preset in self._presets:
            self.combo.addItem(DEFAULT_PRESET if preset is None else preset.name)
            if preset is not None:
                owner = "One of your own presets" if preset.is_own else "Comes with the program"
                self.combo.setItemData(self.combo.count() - 1, owner, Qt.ItemDataRole.ToolTipRole)
                self.combo.setItemIcon(self.combo.count() - 1, theme.icon("edit" if preset.is_own else "method"))
        self.show_current(current)

    def show_current(self, name: str) -> None:
        """Show which preset the settings are."""
        names = [DEFAULT_PRESET if preset is None else preset.name for preset in self._presets]
        is_known = name in names
        if not is_known and self.combo.count() == len(names):
            self.combo.addItem(CHANGED)
        elif is_known and self.combo.count() > len(names):
            self.combo.removeItem(len(names))
        self.combo.setCurrentIndex(names.index(name) if is_known else len(names))
        self.remove.setEnabled(is_known and (own := self._presets[names.index(name)]) is not None and own.is_own)

    @Slot(int)
    def on_activated(self, index: int) -> None:
        """A preset was chosen."""
        if index < len(self._presets):
            self.chosen.emit(self._presets[index])

    @Slot()
    def on_remove(self) -> None:
        """The preset in use is to be removed."""
        preset = self._presets[self.combo.currentIndex()]
        if preset is not None:
            self.remove_wanted.emit(preset)


class SavePreset(QDialog):
    """Asks for a name::

    Name  [ quick            ]
          There is a preset of that name; it is replaced
                 [Cancel] [Save]
    """

    def __init__(self, method_id: str, suggested: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.setWindowTitle("Save preset")
        self._known = {preset.name.casefold(): preset for preset in list_presets(method_id)}
        u = theme.unit(self)
        self.name = QLineEdit(suggested)
        self.name.setAccessibleName("Name of the preset")
        self.name.setMinimumWidth(30 * u)
        label = QLabel("Name")
        label.setBuddy(self.name)
        self.note = ProblemLine()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        box = QVBoxLayout(self)
        box.setContentsMargins(2 * u, 2 * u, 2 * u, 2 * u)
        box.setSpacing(round(0.5 * u))
        for widget in (label, self.name, self.note, self._buttons):
            box.addWidget(widget)
        self.name.textChanged.connect(self.on_name)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.on_name(suggested)

    @Slot(str)
    def on_name(self, name: str) -> None:
        """Say what is wrong with the name, or that it is taken."""
        name = name.strip()
        known = self._known.get(name.casefold())
        problem, can_save = "", bool(name)
        if name:
            try:
                check_preset_name(name)
            except RequestError as error:
                problem, can_save = error.fix or error.what, False
        if known is not None:
            can_save = can_save and known.is_own
            problem = f"Replaces your preset '{known.name}'" if known.is_own else "This name belongs to a preset of the program"
        self.note.setText(problem)
        self._buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(can_save)


class _Combo(QComboBox):
    """Leaves the wheel to the page unless it has the keyboard."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
