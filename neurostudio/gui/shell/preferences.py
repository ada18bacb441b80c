"""The preferences: each change holds at once, and is written in the background."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from neurostudio.app.settings import UserSettings, load, save
from neurostudio.gui import tasks, theme
from neurostudio.gui.shell.popup import resize_within
from neurostudio.gui.shell.preference_table import GROUPS, Group, Preference, defaults
from neurostudio.gui.studio import Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import Card, Heading, Row, Secondary, button, fill, tool_button

SIZE_U = QSize(84, 110)
LABEL_U = 20
SCALE_STEP_PERCENT = 10

_writing: WeakKeyDictionary[Studio, asyncio.Lock] = WeakKeyDictionary()


async def write(studio: Studio) -> None:
    """Write the preferences as they are now, in the background; of several changes at once the last one stays."""
    async with _writing.setdefault(studio, asyncio.Lock()):
        await in_background(save, studio.settings)


class PreferencesDialog(QDialog):
    """Preferences in groups::

    Appearance
      Colours     [ As the system  v ]            (reset)
                  High contrast is black, white and yellow ...
      Text size   [ 110 %          ^ ]            (reset)
    Runs
      ...
    [ Reset all ]                                [ Close ]
    """

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self.setWindowTitle("Preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        u = theme.unit(self)
        self.problems = Card()
        self.problems.is_problem = True
        self.problems.hide()
        self._editors: dict[str, Editor] = {}
        column = QVBoxLayout()
        fill(column, (self.problems, *(self._group(group) for group in GROUPS), None), u, 3, 0)
        content = QWidget()
        content.setLayout(column)
        column.setContentsMargins(3 * u, 3 * u, 3 * u, u)
        self.area = QScrollArea()
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reset_all = button("Reset all", "reset", "Every preference on this sheet as it comes")
        self.shut = button("Close")
        self.shut.setDefault(True)
        fill(QVBoxLayout(self), (self.area, Row(self.reset_all, None, self.shut, margin=2)), u, 0)
        self.reset_all.clicked.connect(self.on_reset_all)
        self.shut.clicked.connect(self.accept)
        studio.settings_changed.connect(self.on_settings)
        self.on_settings(studio.settings)
        tasks.start(self._load_problems(), self)

    def editor(self, name: str) -> "Editor":
        """The editor of one preference."""
        return self._editors[name]

    # --- slots

    @Slot(object)
    def on_settings(self, settings: UserSettings) -> None:
        """The preferences are others: by this dialog, by a menu, or by opening a project."""
        for name, editor in self._editors.items():
            editor.show_value(getattr(settings, name))
        self.reset_all.setEnabled(defaults(settings) != settings)
        resize_within(self, SIZE_U)

    @Slot()
    def on_reset_all(self) -> None:
        """Every preference as it comes."""
        self._take(defaults(self._studio.settings))

    # --- inside

    def _change(self, name: str, value: Any) -> None:
        if getattr(self._studio.settings, name) != value:
            self._take(self._studio.settings.model_copy(update={name: value}))

    def _take(self, settings: UserSettings) -> None:
        self._studio.change_settings(settings)
        tasks.start(write(self._studio))  # no owner: it is written to its end, also when the dialog closes

    def _group(self, group: Group) -> QWidget:
        box = QWidget()
        box.setAccessibleName(group.title)
        grid = QGridLayout(box)
        u = theme.unit(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * u)
        grid.setVerticalSpacing(round(0.6 * u))
        grid.setColumnMinimumWidth(0, LABEL_U * u)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Heading(group.title), 0, 0, 1, 3)
        row = 1
        for preference in group.preferences:
            editor = Editor(preference, partial(self._change, preference.name))
            self._editors[preference.name] = editor
            if editor.has_label:
                label = QLabel(preference.title)
                label.setBuddy(editor.field)
                grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(editor.field, row, 1)
            grid.addWidget(editor.reset, row, 2)
            grid.addWidget(Secondary(preference.help), row + 1, 1)
            grid.setRowMinimumHeight(row + 2, u)
            row += 3
        return box

    async def _load_problems(self) -> None:
        loaded = await in_background(load)
        if not loaded.notices:
            return
        layout = self.problems.layout()
        assert layout is not None  # noqa: S101 - a card is made with one
        for notice in loaded.notices:
            layout.addWidget(Secondary(notice))
        self.problems.setAccessibleName(" ".join(loaded.notices))
        self.problems.show()


class Editor:
    """The field of one preference, and the button that resets it."""

    def __init__(self, preference: Preference, change: Callable[[Any], None]) -> None:
        self.preference = preference
        self.field: QCheckBox | QComboBox | QSpinBox
        self.has_label = True
        default = preference.default
        if isinstance(default, bool):
            self.has_label = False
            self.field = QCheckBox(preference.title)
            self.field.toggled.connect(change)
        elif preference.choices:
            self.field = QComboBox()
            for value, words in preference.choices.items():
                self.field.addItem(words, value)
            self.field.activated.connect(lambda index: change(self.field.itemData(index)))
        else:
            self.field = self._number(preference, change)
        self.field.setAccessibleName(preference.title)
        self.field.setAccessibleDescription(preference.help)
        self.field.setToolTip(preference.help)
        self.reset = tool_button("reset", f"Reset {preference.title.lower()}")
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keep)
        self.reset.clicked.connect(lambda: change(default))

    def show_value(self, value: Any) -> None:
        """Show what holds now."""
        self.field.blockSignals(True)
        if isinstance(self.field, QCheckBox):
            self.field.setChecked(value)
        elif isinstance(self.field, QComboBox):
            if self.field.findData(value) < 0:  # such as cuda:1, from the file
                self.field.addItem(str(value), value)
            self.field.setCurrentIndex(self.field.findData(value))
        else:
            self.field.setValue(round(value * 100) if self.preference.is_share else value)
        self.field.blockSignals(False)
        self.reset.setVisible(value != self.preference.default)

    def _number(self, preference: Preference, change: Callable[[Any], None]) -> QSpinBox:
        field = QSpinBox()
        least, most = preference.bounds
        if preference.is_share:
            field.setRange(round(least * 100), round(most * 100))
            field.setSingleStep(SCALE_STEP_PERCENT)
            field.valueChanged.connect(lambda value: change(value / 100))
        else:
            field.setRange(round(least), round(most))
            field.setSpecialValueText(preference.automatic)
            field.valueChanged.connect(change)
        field.setSuffix(preference.unit)
        field.setKeyboardTracking(False)
        return field
