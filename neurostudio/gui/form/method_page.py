"""The form of one method as people see it: title, preset, name, data, settings and run options."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from neurostudio.app.presets import Preset, read_preset, remove_preset, save_preset
from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.form.fold import FoldButton
from neurostudio.gui.form.inputs_form import InputsForm
from neurostudio.gui.form.method_form import DEFAULT_PRESET, MethodForm, Obstacle, citation_text
from neurostudio.gui.form.preset_bar import PresetBar, SavePreset
from neurostudio.gui.form.row import EDITOR_U, FIRST_STRETCH, GUTTER_U, LABEL_U, UNBOUNDED
from neurostudio.gui.form.spec_form import FOLD_INSET_U, WIDE_FROM_U, SpecForm
from neurostudio.gui.studio import Notice, Studio
from neurostudio.gui.widgets import Heading, Secondary, Title


class MethodPage(QWidget):
    """One method::

        Spiking text classification
        Lv, Xu & Zheng 2023
        Preset [ Default       v ] (save) (remove)
        Name   [ spiking-text-mr          ]
        Data
          Train  [ mr.train      v ]
        [ search settings ]
          Time steps  [ 16   steps ]
        > Run options

    Signals
    -------
    changed : something was filled in.
    import_requested : role, and the kinds of data that fit it (tuple of str).
    """

    changed = Signal()
    import_requested = Signal(str, object)

    def __init__(self, form: MethodForm, studio: Studio) -> None:
        super().__init__()
        self.form = form
        self._studio = studio
        self._kept = form.settings.state() if form.preset else {}
        u = theme.unit(self)
        gutter = round(GUTTER_U * u)
        method = form.method
        title, paper = Title(method.title), Secondary(citation_text(method.papers) or method.summary)
        paper.setToolTip("\n".join(one.citation() for one in method.papers) or method.summary)
        self.presets = PresetBar()
        self.presets.show_presets(method.id, form.preset)
        self.name = QLineEdit(form.name)
        self.name.setAccessibleName("Name of the run")
        self.name.setToolTip("Name of the run; made from method and data where it is left empty")
        self._head = QGridLayout()
        self._head.setContentsMargins(gutter, round(1.5 * u), 0, u)
        self._head.setSpacing(u)
        self._head_labels = [QLabel("Preset"), QLabel("Name")]
        for row, (label, widget) in enumerate(zip(self._head_labels, (self.presets, self.name), strict=True)):
            label.setBuddy(self.presets.combo if row == 0 else widget)
            self._head.addWidget(label, row, 0)
            self._head.addWidget(widget, row, 1)
        self._head.setColumnStretch(1, FIRST_STRETCH)
        self.inputs = InputsForm(form.inputs)
        self.settings = SpecForm(form.settings, studio.undo, is_gradual=True)
        self.options = SpecForm(form.options, studio.undo, has_search=False, is_gradual=True)
        self.fold = FoldButton("Run options")
        self.fold.setFont(theme.strong_font())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 2 * u, 2 * u, 2 * u)
        box.setSpacing(0)
        for label in (title, paper):
            label.setContentsMargins(gutter, 0, 0, 0)
            box.addWidget(label)
        box.addLayout(self._head)
        if method.inputs:
            data, settings = Heading("Data"), Heading("Settings")
            for heading in (data, settings):
                heading.setContentsMargins(gutter, u, 0, u)
            box.addWidget(data)
            box.addWidget(self.inputs)
            box.addWidget(settings)
        else:
            self.inputs.setParent(self)
            self.inputs.hide()
        box.addWidget(self.settings)
        box.addSpacing(u)
        fold_line = QHBoxLayout()
        fold_line.setContentsMargins(round((GUTTER_U - FOLD_INSET_U) * u), 0, 0, u)
        fold_line.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        box.addLayout(fold_line)
        box.addWidget(self.options)
        self.options.hide()
        box.addStretch(1)
        self._connect()

    def detach(self) -> None:
        """Hear no more of the models: call before the page is thrown away."""
        self.settings.detach()
        self.options.detach()
        self.form.settings.unwatch(self._on_settings_changed)

    def refresh(self) -> None:
        """Show the form again: after it was filled in, or learnt of other data."""
        self.inputs.refresh()
        if self.name.text() != self.form.name:
            self.name.setText(self.form.name)

    def show_default_name(self, name: str) -> None:
        """Show the name that the run gets where none is typed."""
        self.name.setPlaceholderText(name)

    def go_to(self, obstacle: Obstacle) -> None:
        """Go to the field that is wrong."""
        if obstacle.where == "input":
            self.inputs.focus_role(obstacle.name)
        elif obstacle.where == "setting":
            self.settings.focus_setting(obstacle.name)
        else:
            self.fold.open()
            self.options.focus_setting(obstacle.name)

    # --- slots ---

    @Slot(str)
    def on_name_typed(self, name: str) -> None:
        """The run has another name."""
        self.form.name = name
        self.changed.emit()

    @Slot()
    def on_changed(self) -> None:
        """Something was filled in."""
        self.changed.emit()

    @Slot(object)
    def on_preset_chosen(self, preset: Preset | None) -> None:
        """Load a preset, or the defaults; one step of undo."""
        name = DEFAULT_PRESET if preset is None else preset.name
        try:
            wanted = {} if preset is None else read_preset(preset)
            self.settings.change(f"load preset {name}", lambda: self.form.settings.load(wanted))
        except NeuroError as error:
            self._studio.report_error(error)
            self.presets.show_current(self.form.preset)
            return
        self._use_preset(name)

    @Slot()
    def on_save_wanted(self) -> None:
        """Ask for a name, and save."""
        tasks.start(self._save_preset(), self)

    @Slot(object)
    def on_remove_wanted(self, preset: Preset) -> None:
        """Remove an own preset; the settings stay in the form."""
        remove_preset(preset)
        self.form.preset = ""
        self.presets.show_presets(self.form.method.id, "")
        self.changed.emit()

    # --- inside ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        u = theme.unit(self)
        is_wide = self.settings.width() >= WIDE_FROM_U * u
        for label in self._head_labels:
            label.setMinimumWidth(round(LABEL_U * u) - self._head.horizontalSpacing() if is_wide else 0)
        for field in (self.presets, self.name):
            field.setMaximumWidth(round(EDITOR_U * u) if is_wide else UNBOUNDED)
        self._head.setColumnStretch(2, 1 if is_wide else 0)

    def _connect(self) -> None:
        self.fold.folded.connect(self.options.setVisible)
        self.name.textEdited.connect(self.on_name_typed)
        self.inputs.changed.connect(self.on_changed)
        self.inputs.import_requested.connect(self.import_requested)
        self.settings.edited.connect(self.on_changed)
        self.options.edited.connect(self.on_changed)
        self.presets.chosen.connect(self.on_preset_chosen)
        self.presets.save_wanted.connect(self.on_save_wanted)
        self.presets.remove_wanted.connect(self.on_remove_wanted)
        self.form.settings.watch(self._on_settings_changed)

    def _on_settings_changed(self, _keys: frozenset[str]) -> None:
        """Settings that were changed by hand are no preset any more; without changes they are the default."""
        if self.form.preset and self.form.settings.state() == self._kept:
            return
        self.form.preset = "" if self.form.settings.changed() else DEFAULT_PRESET
        self._kept = self.form.settings.state()
        self.presets.show_current(self.form.preset)

    def _use_preset(self, name: str) -> None:
        self.form.preset = name
        self._kept = self.form.settings.state()
        self.presets.show_current(name)
        self.changed.emit()

    async def _save_preset(self) -> None:
        own = self.form.preset if self.form.preset != DEFAULT_PRESET else ""
        dialog = SavePreset(self.form.method.id, own, self)
        try:
            if await tasks.answer(dialog) != QDialog.DialogCode.Accepted:
                return
            settings = self.form.settings.settings()
            preset = save_preset(self.form.method.id, dialog.name.text(), settings, replace=True)
        except NeuroError as error:
            self._studio.report_error(error)
            return
        finally:
            dialog.deleteLater()
        self.presets.show_presets(self.form.method.id, preset.name)
        self._use_preset(preset.name)
        self._studio.notify(Notice("done", f"Preset '{preset.name}' saved", str(preset.path)))
