"""The form of a Spec: sections of settings with search, folded advanced ones, marks of what was changed, and undo."""

from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.form.fold import FoldButton
from neurostudio.gui.form.model import WHOLE, FormModel
from neurostudio.gui.form.places import Place
from neurostudio.gui.form.row import GUTTER_U, SettingRow
from neurostudio.gui.form.sections import Section, is_found, sections
from neurostudio.gui.form.undo import ChangeForm, EditSetting
from neurostudio.gui.widgets import Elided, Heading, Secondary, button

WIDE_FROM_U = 50
FOLD_INSET_U = 0.8  # room left of the arrow inside its button


class SpecForm(QWidget):
    """Every setting of a Spec::

        [ search settings            ]
        3 changed              [Reset all]

        . Time steps   [ 16      steps ] (reset)
          Encoder      [ bernoulli   v ]
        Training
          Epochs       [ 6             ]
        > Advanced (1)

    Parameters
    ----------
    model : FormModel
        What it shows and changes.
    undo : QUndoStack, optional
        Takes each edit; without one, edits cannot be undone.
    has_search : bool
        Show the search box and the count of what was changed; small forms go without.
    is_gradual : bool
        Make the rows of the first section now and those of each other one in a later turn of the event loop: a long form
        takes a tenth of a second, which is felt when a project opens.

    Signals
    -------
    edited : name of a setting that changed, empty for several at once.
    validity_changed : whether the settings can be used.
    """

    edited = Signal(str)
    validity_changed = Signal(bool)

    def __init__(
        self, model: FormModel, undo: QUndoStack | None = None, *, has_search: bool = True, is_gradual: bool = False
    ) -> None:
        super().__init__()
        self.model = model
        self._undo = undo
        self._go = 0
        self._is_wide = False
        self._was_valid = model.is_valid
        u = theme.unit(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(theme.icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.count = Elided(mode=Qt.TextElideMode.ElideRight)
        self.count.setFont(theme.secondary_font())
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.reset_all = button("Reset all", "reset", "Set every setting to its default")
        self._nothing = Secondary("No setting fits this search.")
        self._whole = _problem_label()
        self._top = QWidget()
        head = QVBoxLayout(self._top)
        head.setContentsMargins(round(GUTTER_U * u), 0, 0, u)
        head.setSpacing(u)
        line = QHBoxLayout()
        line.addWidget(self.count, 1)
        line.addWidget(self.reset_all)
        head.addWidget(self.search)
        head.addLayout(line)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._top)
        self._top.setVisible(has_search)
        box.addWidget(self._whole)
        box.addWidget(self._nothing)
        self._parts = [_Part(section, self) for section in sections(model.places)]
        for part in self._parts:
            box.addWidget(part)
        box.addStretch(1)
        self.search.textChanged.connect(self.on_search)
        self.reset_all.clicked.connect(self.on_reset_all)
        model.watch(self._on_model_changed)
        self._turns = QTimer(self, interval=0)
        self._turns.timeout.connect(self.on_turn)
        self._waiting = self._parts[1:] if is_gradual else []
        self._arrange_some()
        self._show_all()

    # --- what others ask ---

    def detach(self) -> None:
        """Hear no more of the model: call before the form is thrown away."""
        self.model.unwatch(self._on_model_changed)

    def row(self, name: str) -> SettingRow:
        """The row of a setting, made where it was not shown yet."""
        place = self.model.place(name)
        row = next(part for part in self._parts if part.holds(place)).row(place)
        self.put_in_tab_order()
        return row

    def focus_setting(self, name: str) -> None:
        """Go to a setting, wherever it is folded away; a nested Spec or the whole goes to its first setting."""
        self.search.clear()
        if name == WHOLE:
            place = self.model.fields()[0]
        else:
            place = self.model.place(name)
            if not place.is_field:
                place = next(inner for inner in self.model.fields() if inner.key.startswith(f"{place.key}."))
        part = next(part for part in self._parts if part.holds(place))
        if place in part.section.advanced:
            part.fold.open()
        part.row(place).editor.target().setFocus(Qt.FocusReason.OtherFocusReason)

    def unfolded(self) -> list[str]:
        """Headings of the sections whose advanced settings are shown."""
        return [part.section.heading for part in self._parts if part.fold.is_open]

    def unfold(self, headings: list[str]) -> None:
        """Show the advanced settings of these sections."""
        for part in self._parts:
            part.fold.open(part.section.heading in headings)

    def change(self, text: str, change: Any) -> None:
        """Change the whole model in one step of undo; `text` names it."""
        command = ChangeForm(text, self.model, change)
        if self._undo is not None:
            self._undo.push(command)

    # --- slots ---

    @Slot()
    def on_turn(self) -> None:
        """The event loop is free: make the rows of the next section."""
        if not self._waiting:
            self._turns.stop()
            return
        self._waiting.pop(0).arrange()

    @Slot(str, object)
    def on_row_edited(self, key: str, raw: Any) -> None:
        """Somebody typed."""
        if self._undo is None:
            self.model.put(key, raw)
        else:
            self._undo.push(EditSetting(self.model, key, raw, self._go))

    @Slot(str)
    def on_row_accepted(self, key: str) -> None:
        """Somebody is done typing in this field."""
        self._go += 1
        self.model.accept(key)

    @Slot(str)
    def on_reset_wanted(self, key: str) -> None:
        """One setting back to its default."""
        place = self.model.place(key)
        self._go += 1
        self.on_row_edited(key, place.info.default[place.tag] if place.tag else place.info.default)
        self._go += 1

    @Slot()
    def on_reset_all(self) -> None:
        """Every setting back to its default."""
        self.change("reset all settings", self.model.reset_all)

    @Slot()
    def on_undo(self) -> None:
        """Take back the last step."""
        if self._undo is not None:
            self._go += 1
            self._undo.undo()

    @Slot()
    def on_redo(self) -> None:
        """Do it again."""
        if self._undo is not None:
            self._go += 1
            self._undo.redo()

    @Slot(str)
    def on_search(self, words: str) -> None:
        """Show what fits; what is folded away is found, too."""
        self._arrange()

    # --- inside ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= WIDE_FROM_U * theme.unit(self)
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            for part in self._parts:
                part.set_wide(is_wide)

    def put_in_tab_order(self) -> None:
        """Tab goes from row to row in the order on the screen, in whichever order they were made."""
        stops = [self.search, self.reset_all, *(stop for part in self._parts for stop in part.stops())]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def make_row(self, place: Place) -> SettingRow:
        """A row that tells this form what happens in it."""
        row = SettingRow(place)
        row.set_wide(self._is_wide)
        row.edited.connect(self.on_row_edited)
        row.accepted.connect(self.on_row_accepted)
        row.reset_wanted.connect(self.on_reset_wanted)
        row.undo_wanted.connect(self.on_undo)
        row.redo_wanted.connect(self.on_redo)
        self.show_row(row)
        return row

    def show_row(self, row: SettingRow) -> None:
        """Show in a row what the model says."""
        key = row.place.key
        row.show_state(self.model.raw(key), self.model.error(key), self.model.is_changed(key))

    def is_shown(self, place: Place, *, is_folded: bool) -> bool:
        """Whether a setting is to be seen now."""
        words = self.search.text().strip()
        return self.model.is_active(place) and (is_found(place, words) if words else not is_folded)

    @property
    def is_searching(self) -> bool:
        """Whether only what was searched for is shown."""
        return bool(self.search.text().strip())

    def _on_model_changed(self, keys: frozenset[str]) -> None:
        if any(self.model.places[key].info.form == "union" for key in keys):
            self._arrange()
        self._show_all()
        names = {self.model.places[key].name for key in keys}
        self.edited.emit(names.pop() if len(names) == 1 else "")
        if self.model.is_valid != self._was_valid:
            self._was_valid = self.model.is_valid
            self.validity_changed.emit(self._was_valid)

    def _arrange(self) -> None:
        self._waiting = []
        found = [part.arrange() for part in self._parts]
        self._nothing.setVisible(self.is_searching and not any(found))

    def _arrange_some(self) -> None:
        """The sections that do not wait for a later turn."""
        for part in self._parts:
            if part in self._waiting:
                part.hide()
            else:
                part.arrange()
        self._nothing.hide()
        if self._waiting:
            self._turns.start()

    def _show_all(self) -> None:
        for part in self._parts:
            part.show_state()
        n_changed = len(self.model.changed())
        counted = "1 differs" if n_changed == 1 else f"{n_changed} differ"
        self.count.setText(f"{counted} from the default" if n_changed else "All as by default")
        self.reset_all.setEnabled(n_changed > 0)
        whole = self.model.errors().get(WHOLE, "")
        self._whole.setText(whole)
        self._whole.setVisible(bool(whole))


class _Part(QWidget):
    """One section: heading, basic settings, and the advanced ones under a button. Rows are made when first shown."""

    def __init__(self, section: Section, form: SpecForm) -> None:
        super().__init__()
        self.section = section
        self._form = form
        self._rows: dict[str, SettingRow] = {}
        u = theme.unit(self)
        self._heading = Heading(section.heading)
        self._heading.setContentsMargins(round(GUTTER_U * u), round(1.6 * u), 0, u)
        self._problem = _problem_label()
        self.fold = FoldButton()
        self.fold.folded.connect(self.on_fold)
        self._basic, self._advanced = QVBoxLayout(), QVBoxLayout()
        fold_line = QHBoxLayout()
        fold_line.setContentsMargins(round((GUTTER_U - FOLD_INSET_U) * u), 0, 0, round(0.4 * u))
        fold_line.addWidget(self.fold)
        fold_line.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._heading)
        self._heading.setVisible(bool(section.heading))
        box.addWidget(self._problem)
        for inner in (self._basic, fold_line, self._advanced):
            box.addLayout(inner)
        for rows in (self._basic, self._advanced):
            rows.setSpacing(0)

    def holds(self, place: Place) -> bool:
        """Whether this is the section of a setting."""
        return place in self.section.basic or place in self.section.advanced

    def row(self, place: Place) -> SettingRow:
        """The row of a setting, made where it is missing."""
        if place.key not in self._rows:
            is_advanced = place in self.section.advanced
            order, layout = (self.section.advanced, self._advanced) if is_advanced else (self.section.basic, self._basic)
            before = [other for other in order[: order.index(place)] if other.key in self._rows]
            row = self._form.make_row(place)
            layout.insertWidget(len(before), row)
            self._rows[place.key] = row
        return self._rows[place.key]

    def arrange(self) -> bool:
        """Show the rows that are to be seen; returns whether there is any."""
        is_folded = not self.fold.is_open
        shown, n_rows = 0, len(self._rows)
        for place in (*self.section.basic, *self.section.advanced):
            is_shown = self._form.is_shown(place, is_folded=is_folded and place in self.section.advanced)
            shown += is_shown
            if is_shown:
                self.row(place).setVisible(True)
            elif place.key in self._rows:
                self._rows[place.key].setVisible(False)
        if len(self._rows) > n_rows:
            self._form.put_in_tab_order()
        self.fold.setVisible(bool(self._active_advanced()) and not self._form.is_searching)
        is_there = shown > 0 or not self.fold.isHidden()
        self.setVisible(is_there)
        return is_there

    def set_wide(self, is_wide: bool) -> None:
        """Titles left of the editors, or above them."""
        for row in self._rows.values():
            row.set_wide(is_wide)

    def show_state(self) -> None:
        """Show what the model says, and say on the button what is folded away."""
        model = self._form.model
        for row in self._rows.values():
            self._form.show_row(row)
        problems = [model.error(key) for key in self.section.specs]
        first = next(filter(None, problems), "")
        self._problem.setText(first)
        self._problem.setVisible(bool(first))
        inside = self._active_advanced()
        n_changed = sum(model.is_changed(place.key) for place in inside)
        n_wrong = sum(bool(model.error(place.key)) for place in inside)
        notes = [f"{n_wrong} to correct"] if n_wrong else [f"{n_changed} changed"] if n_changed else []
        about = f" settings of {self.section.heading.lower()}" if self.section.heading else " settings"
        self.fold.show_text(f"Advanced ({', '.join([str(len(inside)), *notes])})", about)

    @Slot(bool)
    def on_fold(self, is_open: bool) -> None:
        """Show or fold away the advanced settings."""
        self.arrange()
        self.show_state()

    def _active_advanced(self) -> list[Place]:
        return [place for place in self.section.advanced if self._form.model.is_active(place)]

    def stops(self) -> list[QWidget]:
        """Where Tab stops, in the order on the screen."""
        stops: list[QWidget] = []
        for other in (*self.section.basic, None, *self.section.advanced):
            row = self._rows.get(other.key) if other else None
            if other is None:
                stops.append(self.fold)
            elif row is not None:
                stops += [*row.editor.tab_stops(), row.reset]
        return stops


def _problem_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setForegroundRole(QPalette.ColorRole.BrightText)
    label.setContentsMargins(round(GUTTER_U * theme.unit(label)), 0, 0, round(0.8 * theme.unit(label)))
    label.hide()
    return label
