"""Curves of a run: the metrics of one family in one picture, which goes on while the run does."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.parts.choice import choice, fill_choice
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.panels.run.curve_reader import CurveReader, CurvesRead, family_of
from neurostudio.gui.panels.run.presenter import RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import EmptyState, button, fill

if TYPE_CHECKING:
    from neurostudio.gui.views.curves import CurvesView

ENDINGS = ((".png", "PNG..."), (".svg", "SVG..."), (".pdf", "PDF..."), (".csv", "CSV..."))


class CurvesSection(QWidget):
    """The picture::

    [finetune v]                                     [Export]
    [x] finetune/loss [x] finetune/validation_accuracy
    (lines)
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._view: RunView | None = None
        self._reader: CurveReader | None = None
        self._shown: tuple[str, dict[str, None]] = ("", {})
        self.family = choice("Family of metrics")
        self.export = button("Export", "export", "Draw one metric for print, or write its points to a file")
        self._menu = QMenu(self.export)
        self.export.setMenu(self._menu)
        self.empty = EmptyState("picture", "No curves yet", "A metric that a run writes again and again is drawn here.")
        self.curves: CurvesView | None = None
        self._place = QVBoxLayout()
        for control in (self.family, self.export):
            control.setFont(theme.secondary_font())
        fill(QVBoxLayout(self), (self._place, self.empty), theme.unit(self), 0)
        self.family.currentIndexChanged.connect(self.on_family)
        self._menu.triggered.connect(self.on_export)
        self._refresher = Refresher(self, self._question, self._show, studio.report_error)

    def show_run(self, view: RunView) -> None:
        """Show the curves of a run, or what has come to them."""
        self._view = view
        self._refresher.ask()

    @Slot()
    def on_family(self) -> None:
        """Another family was chosen."""
        self._refresher.ask()

    @Slot(QAction)
    def on_export(self, action: QAction) -> None:
        """A metric and a kind of file were chosen."""
        metric, ending = action.data()
        tasks.start(self._export(metric, ending), self)

    @Slot(str)
    def on_export_wanted(self, ending: str) -> None:
        """A kind of file was chosen in the menu of the picture; of several metrics ask for the one."""
        names = list(self._shown[1])
        if len(names) == 1:
            tasks.start(self._export(names[0], ending), self)
            return
        menu = QMenu(self)
        for name in names:
            menu.addAction(f"{name}...").setData((name, ending))
        menu.triggered.connect(self.on_export)
        menu.popup(QCursor.pos())

    def _question(self) -> Callable[[], Any]:
        project, view = self._studio.project, self._view
        if project is None or view is None:
            return lambda: CurvesRead("", ())
        if self._reader is None:
            self._reader = CurveReader(project.project, view.row.run_id)
        names = [info.name for info in view.curves]
        return partial(self._reader.read, names, self.family.currentData(), is_live=view.is_at_work)

    def _show(self, read: CurvesRead) -> None:
        names = [info.name for info in self._view.curves] if self._view else []
        self.empty.setVisible(not names)
        if self.curves is not None:
            self.curves.setVisible(bool(names))
        if not names:
            return
        families = list(dict.fromkeys(map(family_of, names)))
        fill_choice(self.family, [(family, family or "Other") for family in families])
        self._offer([name for name in names if family_of(name) == read.family])
        self._draw(read)

    def _draw(self, read: CurvesRead) -> None:
        curves = self.curves or self._made()
        family, known = self._shown
        if any(news.is_whole and news.name in known for news in read.news) and family == read.family and self._reader:
            # a resume has dropped what came after its checkpoint: begin anew with all of the family
            self._shown = ("", {})
            self._reader.restart()
            self._refresher.ask()
            return
        if family != read.family or not known:
            if not read.news:
                return
            self._shown = (read.family, dict.fromkeys(news.name for news in read.news))
            label = self._label(list(self._shown[1]))
            curves.set_curves({news.name: news.curve for news in read.news}, y_label=label)
            curves.canvas.reset()
            return
        for news in read.news:
            self._shown[1].setdefault(news.name)
            curves.append(news.name, news.curve.steps, news.curve.values, news.curve.times)

    def _made(self) -> "CurvesView":
        from neurostudio.gui.views.curves import CurvesView

        self.curves = CurvesView(self._studio.colour_index)
        self.curves.export_wanted.connect(self.on_export_wanted)
        controls = self.curves.controls
        controls.arrange([self.family, *controls.widgets(), self.export])
        self._place.addWidget(self.curves)
        return self.curves

    def _label(self, names: list[str]) -> str:
        units = {info.name: info.unit for info in self._view.curves} if self._view else {}
        unit = units.get(names[0], "")
        return f"{names[0] if len(names) == 1 else 'Value'} ({unit})" if unit else ""

    def _offer(self, names: list[str]) -> None:
        """Metrics that can be exported."""
        if [action.text() for action in self._menu.actions()] == names:
            return
        self._menu.clear()
        for name in names:
            inner = self._menu.addMenu(name)
            for ending, words in ENDINGS:
                inner.addAction(words).setData((name, ending))

    async def _export(self, metric: str, ending: str) -> None:
        from neurostudio.gui.views.exporting import ask_path, export

        project, view = self._studio.project, self._view
        if project is None or view is None:
            return
        path = await ask_path(self, f"{view.row.name} {metric}", ending)
        if path is not None:
            await export(self._studio, project.path, view.row.run_id, path, curve=metric)
