"""The settings of the next run: what stands in the right dock of the window."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request
from neurostudio.gui import tasks, theme
from neurostudio.gui.form.footer import Footer
from neurostudio.gui.form.method_form import MethodForm, build, holdings, look_ahead
from neurostudio.gui.form.method_page import MethodPage
from neurostudio.gui.open_project import OpenProject
from neurostudio.gui.running import RECIPES, copy_recipe
from neurostudio.gui.studio import FormRequest, Studio
from neurostudio.gui.tasks import in_background
from neurostudio.gui.widgets import EmptyState

logger = logging.getLogger(__name__)

DEBOUNCE_MS = 300


class SettingsPanel(QWidget):
    """Everything about the next run, and the button that starts it::

        Spiking text classification
        ...
        Train  [ mr.train      v ]
        Time steps  [ 16   steps ]
        ---------------------------------------
        Train: choose a data set
        est. 95 s · 0.4 GB      (copy v)  [ Run ]

    The form of each method stays as it was left while another one is shown.

    Signals
    -------
    run_requested : Request, made and checked as by the command line.
    import_requested : role, and the kinds of data that fit it (tuple of str).
    draft_changed : something was filled in; see :meth:`draft`.
    can_run_changed : whether the run can start now.
    """

    run_requested = Signal(object)
    import_requested = Signal(str, object)
    draft_changed = Signal()
    can_run_changed = Signal(bool)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.page: MethodPage | None = None
        self._forms: dict[str, MethodForm] = {}
        self._project: OpenProject | None = None
        self._is_building = False
        self._is_filling = False
        self._could_run = False
        self._n_looks = 0
        self._font = theme.body_font()
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self.on_quiet)
        self.empty = EmptyState("settings", "No method chosen", "Choose a method to fill in what its run needs.")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.footer = Footer()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.empty, 1)
        box.addWidget(self._scroll, 1)
        box.addWidget(self.footer)
        self._scroll.hide()
        self.footer.hide()
        self.setAccessibleName("Settings")
        self._make_menu()
        self.footer.run.clicked.connect(self.run)
        self.footer.problem_clicked.connect(self.on_problem_clicked)
        studio.project_changed.connect(self.on_project_changed)
        self.on_project_changed()

    # --- what the shell asks ---

    @property
    def form(self) -> MethodForm | None:
        """What is filled in for the method on the screen."""
        return self.page.form if self.page else None

    def show_method(self, request: FormRequest) -> None:
        """Show a method, filled in as far as the request says; RequestError for an unknown method or setting."""
        form = self._form_of(request.method_id)
        with self._filling():
            form.fill(request.settings, request.inputs, request.seed, request.name)
        self._brought_up(form)

    @property
    def can_run(self) -> bool:
        """Whether the run can start now."""
        return self.page is not None and self.footer.run.isEnabled()

    @Slot()
    def run(self) -> None:
        """Make the request and hand it on; nothing happens while something is missing."""
        if self.page is not None and self.can_run:
            self._is_building = True
            self._show_obstacle()
            tasks.start(self._run(self.page.form), self)

    def draft(self) -> dict[str, Any]:
        """What was filled in for each method, and which one is shown; plain JSON."""
        return {
            "method": self.page.form.method.id if self.page else "",
            "forms": {method_id: form.draft() for method_id, form in self._forms.items()},
            "unfolded": self.page.settings.unfolded() if self.page else [],
        }

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Take up a draft; methods that are not installed any more are left out."""
        known = registry().methods
        with self._filling():
            for method_id, kept in (draft.get("forms") or {}).items():
                if method_id not in known:
                    continue
                try:
                    self._form_of(method_id).restore(kept)
                except NeuroError as error:  # a plugin whose packages are gone
                    logger.info("draft left out method=%s error=%s", method_id, error)
        shown = draft.get("method")
        if shown in self._forms:
            page = self._brought_up(self._forms[shown])
            page.settings.unfold(list(draft.get("unfolded") or ()))

    # --- slots ---

    @Slot()
    def on_project_changed(self) -> None:
        """Another project: other data."""
        if self._project is not None:
            self._project.datasets_changed.disconnect(self.on_data_changed)
            self._project.run_ended.disconnect(self.on_run_ended)
            for form in self._forms.values():
                form.inputs.forget()
        self._project = self.studio.project
        if self._project is not None:
            self._project.datasets_changed.connect(self.on_data_changed)
            self._project.run_ended.connect(self.on_run_ended)
        if self.page is not None:
            self.page.refresh()
            self._show_obstacle()
        self.on_data_changed()

    @Slot()
    def on_data_changed(self) -> None:
        """The project holds other data now."""
        if self.page is not None and self._project is not None:
            tasks.start(self._learn(self.page, self._project), self)

    @Slot(object)
    def on_run_ended(self, _row: object) -> None:
        """A run left outputs, which may fit an input."""
        if self.page is not None and self.page.form.inputs.kinds_of_outputs():
            self.on_data_changed()

    @Slot()
    def on_problem_clicked(self) -> None:
        """Go to the first field that is wrong."""
        obstacle = self.page.form.obstacle() if self.page else None
        if self.page is not None and obstacle is not None:
            self.page.go_to(obstacle)
            focused = self.page.focusWidget()
            if focused is not None:
                self._scroll.ensureWidgetVisible(focused)

    @Slot()
    def on_changed(self) -> None:
        """Something was filled in."""
        self._show_obstacle()
        self.footer.show_estimate(None)
        if self.isVisible():
            self._timer.start()
        self.draft_changed.emit()

    @Slot()
    def on_quiet(self) -> None:
        """Nobody typed for a moment: look ahead."""
        if self.page is not None and self._project is not None and self.can_run:
            tasks.start(self._look_ahead(self.page, self._project), self)

    # --- events ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # where the window has a shortcut for it, the key does not come here
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.run()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.page is not None and theme.body_font() != self._font:
            self._show(self.page.form)  # all sizes follow the font

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    # --- inside ---

    def _form_of(self, method_id: str) -> MethodForm:
        if method_id not in self._forms:
            form = MethodForm(registry().get(method_id))
            form.prefer(self.studio.settings.default_device, self.studio.settings.default_cores)
            for model in (form.settings, form.options):
                model.watch(lambda _keys: self._come_back_to(form))
            self._forms[method_id] = form
        return self._forms[method_id]

    def _come_back_to(self, form: MethodForm) -> None:
        """Undo reached a method that is not on the screen: show what it changes."""
        if self.page is not None and self.page.form is not form and not self._is_filling:
            self._show(form)

    @contextmanager
    def _filling(self) -> Iterator[None]:
        self._is_filling = True
        try:
            yield
        finally:
            self._is_filling = False

    def _brought_up(self, form: MethodForm) -> MethodPage:
        """The widgets of a method; built where others are on the screen."""
        if self.page is None or self.page.form is not form:
            return self._show(form)
        self.page.refresh()
        self.on_changed()
        return self.page

    def _show(self, form: MethodForm) -> MethodPage:
        """Build the widgets of a method; those of the one before are thrown away, what was filled in stays."""
        if self.page is not None:
            self.page.detach()
            self._scroll.takeWidget().deleteLater()  # not at once: one of its own keys may have asked for it
        page = MethodPage(form, self.studio)
        page.changed.connect(self.on_changed)
        page.import_requested.connect(self.import_requested)
        self.page = page
        self._font = theme.body_font()
        self._scroll.setWidget(page)
        self.empty.hide()
        self._scroll.show()
        self.footer.show()
        self.on_changed()
        self.on_data_changed()
        return page

    def _show_obstacle(self) -> None:
        reason = ""
        if self._project is None:
            reason = "Open a project to run this in"
        elif self._project.project.store.read_only:
            reason = "This project can only be read"
        elif self._is_building:
            reason = "The run is being prepared"
        self.footer.show_obstacle(self.page.form.obstacle() if self.page else None, reason)
        if self.can_run != self._could_run:
            self._could_run = self.can_run
            self.can_run_changed.emit(self._could_run)

    def _make_menu(self) -> None:
        menu = QMenu(self.footer.copy)
        for form, words in RECIPES.items():
            action = menu.addAction(theme.icon("copy"), f"Copy as {words}")
            action.triggered.connect(lambda _checked=False, chosen=form: tasks.start(self._copy(chosen), self))
        self.footer.copy.setMenu(menu)

    async def _learn(self, page: MethodPage, project: OpenProject) -> None:
        kinds = page.form.inputs.kinds_of_outputs()
        found = await in_background(holdings, project.project, kinds)
        if project is self._project and page is self.page:
            page.form.inputs.update(found.datasets, found.outputs)
            page.refresh()
            self.on_changed()

    async def _look_ahead(self, page: MethodPage, project: OpenProject) -> None:
        self._n_looks += 1
        look = self._n_looks
        name, found = await in_background(look_ahead, project.project, page.form.wanted())
        if look == self._n_looks and page is self.page:
            page.show_default_name(name)
            self.footer.show_estimate(found)

    async def _run(self, form: MethodForm) -> None:
        try:
            request = await self._request(form)
        except NeuroError as error:
            self._end_building()
            self.footer.show_refusal(str(error))
            self.studio.report_error(error)
            return
        except Exception:
            self._end_building()
            raise
        self._end_building()
        self.run_requested.emit(request)

    def _end_building(self) -> None:
        self._is_building = False
        self._show_obstacle()

    async def _request(self, form: MethodForm) -> Request:
        project = self._project
        if project is None:
            raise NeuroError("No project is open", fix="Open one, or make a new one")
        return await in_background(build, project.project, form.wanted())

    async def _copy(self, form: str) -> None:
        if self.page is None or self._project is None:
            return
        try:
            request = await self._request(self.page.form)
        except NeuroError as error:
            self.studio.report_error(error)
            return
        copy_recipe(self.studio, form, request, self._project.path)
