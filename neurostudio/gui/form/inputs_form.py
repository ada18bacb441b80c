"""The part of the settings where data are chosen: one picker for each input role of a method."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from neurostudio.core.method import InputRole
from neurostudio.gui import theme
from neurostudio.gui.form.input_picker import InputPicker, release
from neurostudio.gui.form.inputs_model import InputsModel
from neurostudio.gui.form.row import EDITOR_U, FIRST_STRETCH, GUTTER_U, LABEL_U, UNBOUNDED, FieldLabel, ProblemLine
from neurostudio.gui.form.spec_form import WIDE_FROM_U
from neurostudio.gui.widgets import Elided, button, tool_button


class InputsForm(QWidget):
    """Data of a run::

        Train, required  [ (T) mr.train      v ]
                         9,596 rows · 2 classes
        Test             [ none              v ]

    Signals
    -------
    changed : another choice was made.
    import_requested : role, and the kinds of data that fit it (tuple of str).
    """

    changed = Signal()
    import_requested = Signal(str, object)

    def __init__(self, model: InputsModel) -> None:
        super().__init__()
        self.model = model
        self._is_wide = False
        self._roles = {role.name: _RoleRow(role, model) for role in model.roles}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for row in self._roles.values():
            row.changed.connect(self.on_changed)
            row.import_wanted.connect(self.on_import_wanted)
            box.addWidget(row)
        box.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show what the model says: after it learnt of other data, or was filled in."""
        for row in self._roles.values():
            row.refresh()

    def focus_role(self, name: str) -> None:
        """Go to the picker of a role."""
        self._roles[name].pickers[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def pickers(self, name: str) -> list[InputPicker]:
        """The pickers of a role, in order."""
        return list(self._roles[name].pickers)

    @Slot()
    def on_changed(self) -> None:
        """Another choice."""
        self.changed.emit()

    @Slot(str)
    def on_import_wanted(self, name: str) -> None:
        """Ask for an import of what fits."""
        self.import_requested.emit(name, self.model.data_kinds(name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= WIDE_FROM_U * theme.unit(self)
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            for row in self._roles.values():
                row.set_wide(is_wide)


class _RoleRow(QWidget):
    """One role: its pickers, and under the last one what was chosen, what is missing or what fits."""

    changed = Signal()
    import_wanted = Signal(str)

    def __init__(self, role: InputRole, model: InputsModel) -> None:
        super().__init__()
        self._role = role
        self._model = model
        self.pickers: list[InputPicker] = []
        self._lines: list[QWidget] = []
        self._is_wide: bool | None = None
        self._list = QVBoxLayout()
        self._list.setSpacing(round(0.5 * theme.unit(self)))
        title = role.name[:1].upper() + role.name[1:].replace("_", " ")
        self._title = title
        self._label = FieldLabel(f"{title} (required)" if role.required else title, self)
        self._label.setToolTip(role.help)
        self._note = Elided(mode=Qt.TextElideMode.ElideRight)
        self._note.setFont(theme.secondary_font())
        self._note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._problem = ProblemLine()
        self._add = button("Add another", "add", f"One more for {role.name}")
        self._add.setAccessibleName(f"Add another to {role.name}")
        self._add.clicked.connect(self.on_add)
        self._note.setFixedHeight(self._problem.height())
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(round(GUTTER_U * theme.unit(self)), 0, 0, theme.unit(self))
        self._grid.setVerticalSpacing(round(0.2 * theme.unit(self)))
        self._grid.setHorizontalSpacing(0)
        self.set_wide(False)

    def set_wide(self, is_wide: bool) -> None:
        """Put the title left of the pickers, or above them."""
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        u = theme.unit(self)
        while self._grid.count():
            self._grid.takeAt(0)
        self._label.setMinimumWidth(round(LABEL_U * u) if is_wide else 0)
        self._label.setMaximumWidth(round(LABEL_U * u) if is_wide else UNBOUNDED)
        self._label.setContentsMargins(0, round(0.5 * u) if is_wide else 0, 0, 0)
        row, column = (0, 1) if is_wide else (1, 0)
        self._grid.addWidget(self._label, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(self._list, row, column)
        self._grid.addWidget(self._note, row + 1, column)
        self._grid.addWidget(self._problem, row + 1, column)
        self._grid.addWidget(self._add, row + 2, column, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(0, 0 if is_wide else 1)
        self._grid.setColumnStretch(1, FIRST_STRETCH if is_wide else 0)
        self._grid.setColumnStretch(2, 1 if is_wide else 0)
        for line in self._lines:
            line.setMaximumWidth(round(EDITOR_U * u) if is_wide else UNBOUNDED)

    def refresh(self) -> None:
        """Show what the model says."""
        chosen = self._model.chosen(self._role.name)
        places = chosen or [""]
        while len(self._lines) > len(places):
            self.pickers.pop()
            release(self._lines.pop())
        while len(self._lines) < len(places):
            self._make_line()
        for picker, reference in zip(self.pickers, places, strict=True):
            self._show_in(picker, reference)
        self._show_note()

    @Slot()
    def on_add(self) -> None:
        """One more place, to be filled in."""
        self._make_line()
        self._show_in(self.pickers[-1], "")
        self.pickers[-1].setFocus()
        self._add.setEnabled(False)

    @Slot()
    def on_import(self) -> None:
        """Something is to be imported for this role."""
        self.import_wanted.emit(self._role.name)

    def _choose(self, position: int, reference: str) -> None:
        self._model.choose(self._role.name, position, reference)
        self.refresh()
        self.changed.emit()

    def _show_in(self, picker: InputPicker, reference: str) -> None:
        role = self._role
        candidates = self._model.candidates(role.name)
        empty = "Choose..." if role.required else "none"
        if not candidates and role.required and self._model.is_known:
            empty = "Nothing here fits yet"
        picker.show_candidates(
            candidates,
            reference,
            empty,
            can_be_empty=not role.required,
            can_import=bool(self._model.data_kinds(role.name)),
            gone="Not in this project" if self._model.is_gone(reference) else "",
        )
        many = f" {self.pickers.index(picker) + 1}" if role.many else ""
        picker.setAccessibleName(f"{self._title}{many}{', required' if role.required else ''}")
        picker.setToolTip(f"{role.help}\nFits: {self._model.hint(role.name)}")
        known = self._model.candidate(reference)
        problem = self._model.problems().get(role.name, "")
        picker.setAccessibleDescription(". ".join(filter(None, (problem, known.facts if known else "", role.help.rstrip(".")))))

    def _show_note(self) -> None:
        name = self._role.name
        chosen = self._model.chosen(name)
        problem = self._model.problems().get(name, "") if chosen else ""  # not yet chosen is not wrong
        last = self._model.candidate(chosen[-1]) if chosen else None
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        if last is not None:
            note = last.facts
        elif self._model.is_known and not self._model.candidates(name):
            note = f"Fits: {self._model.hint(name)}"
        else:
            note = ""
        self._note.setText(note)
        self._note.setVisible(not problem)
        self._add.setVisible(self._role.many)
        self._add.setEnabled(bool(chosen))

    def _make_line(self) -> None:
        picker = InputPicker()
        line = QWidget()
        box = QHBoxLayout(line)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(picker, 1)
        if self._role.many:
            remove = tool_button("close", f"Remove this {self._role.name}")
            remove.clicked.connect(lambda: self._choose(self.pickers.index(picker), ""))
            box.addWidget(remove)
        picker.chosen.connect(lambda reference: self._choose(self.pickers.index(picker), reference))
        picker.import_wanted.connect(self.on_import)
        if self._is_wide:
            line.setMaximumWidth(round(EDITOR_U * theme.unit(self)))
        self._list.addWidget(line)
        self.pickers.append(picker)
        self._lines.append(line)
        self._label.setBuddy(self.pickers[0])
