"""The page that sets runs side by side: what differs, how the metrics came out, curves and scatter."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.gui import tasks, theme
from neurostudio.gui.panels.compare.chips import Chip, ChipRow
from neurostudio.gui.panels.compare.curves import CurvesSection
from neurostudio.gui.panels.compare.exports import export_numbers, export_picture
from neurostudio.gui.panels.compare.picker import RunPicker
from neurostudio.gui.panels.compare.presenter import CompareView, curve_columns, load_compare, metric_columns
from neurostudio.gui.panels.compare.scatter import ScatterSection
from neurostudio.gui.panels.compare.tables import MetricsTable, SettingsTable
from neurostudio.gui.panels.page import Page
from neurostudio.gui.panels.parts.refresh import Refresher
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.tints import distinct
from neurostudio.gui.widgets import PAGE_MARGIN, EmptyState, ErrorCard, Row, Title, button, fill

LEAST_SECTION_U = 2
SECTIONS = ("Metrics", "Curves", "Settings", "Scatter")


class ComparePage(Page):
    """Runs side by side::

        Comparison                                             [Report...]
        [# v mr-seed0 x] [# v mr-seed1 x] [Add run...]
        | Metrics | Curves | Settings | Scatter |
        (the section)

    It shows the pinned runs as long as it was opened on them; runs that are added or removed here are pinned or dropped.
    """

    help_topic = "runs"

    def __init__(self, studio: Studio, run_ids: str) -> None:
        ids = tuple(one for one in run_ids.split(",") if one)
        super().__init__(studio, f"compare:{run_ids}", "Comparison", "compare")
        self._ids = ids or studio.pinned
        self._view: CompareView | None = None
        self.chips = ChipRow()
        self.report = button("Report...", "report", "Put these runs into a report, with the figures drawn for print")
        self.card = ErrorCard()
        self.metrics = MetricsTable()
        self.settings = SettingsTable()
        self.curves = CurvesSection(studio)
        self.scatter = ScatterSection(studio)
        self.tabs = QTabWidget()
        self.empty = EmptyState(
            "pin",
            "Nothing to compare yet",
            "Pin runs with the pin in the list of runs, or with Run, Pin for comparison; then open the comparison again.",
            "Add run...",
        )
        self._build()
        self.chips.reordered.connect(self.on_reordered)
        self.chips.opened.connect(self.on_opened)
        self.chips.add_wanted.connect(self.on_add)
        self.empty.wanted.connect(self.on_add)
        self.report.clicked.connect(self.on_report)
        self.scatter.opened.connect(self.on_opened)
        self.metrics.export_wanted.connect(self.on_export_metrics)
        self.curves.picture_wanted.connect(self.on_export_curves_picture)
        self.curves.numbers_wanted.connect(self.on_export_curves)
        self.scatter.picture_wanted.connect(self.on_export_scatter_picture)
        self.scatter.numbers_wanted.connect(self.on_export_scatter)
        self._refresher = Refresher(self, self._question, self._show, self._fail, 0.5)
        studio.pins_changed.connect(self.on_pins_changed)
        if studio.project is not None:
            studio.project.runs_changed.connect(self.on_runs_changed)
        self._pinned = studio.pinned
        self._refresher.ask()

    def run_ids(self) -> tuple[str, ...]:
        return self._ids

    def state(self) -> dict[str, Any]:
        return {"runs": list(self._ids), "section": SECTIONS[self.tabs.currentIndex()]}

    def restore(self, state: dict[str, Any]) -> None:
        if isinstance(runs := state.get("runs"), list):
            self._ids = tuple(map(str, runs))
        if state.get("section") in SECTIONS:
            self.tabs.setCurrentIndex(SECTIONS.index(state["section"]))
        self._refresher.ask()

    # --- slots

    @Slot()
    def on_pins_changed(self) -> None:
        """Follow the pins while the page shows what was pinned."""
        if set(self._ids) == set(self._pinned) and self._ids != self.studio.pinned:
            self._ids = self.studio.pinned
            self._refresher.ask()
        self._pinned = self.studio.pinned

    @Slot(object)
    def on_runs_changed(self, run_ids: frozenset[str]) -> None:
        """Read again where one of these runs changed."""
        if not run_ids or run_ids & set(self._ids):
            self._refresher.ask()

    @Slot(object)
    def on_reordered(self, ids: tuple[str, ...]) -> None:
        """Compare these runs, in this order."""
        was_pinned = set(self._ids) == set(self.studio.pinned)
        self._ids = tuple(ids)
        if was_pinned:
            self.studio.pin(ids)
        self._show_chips()
        self._refresher.ask()

    @Slot(str)
    def on_opened(self, run_id: str) -> None:
        """Show one run."""
        self.studio.open_page(f"run:{run_id}")

    @Slot()
    def on_add(self) -> None:
        """Choose more runs."""
        tasks.start(self._pick(), self)

    @Slot()
    def on_report(self) -> None:
        """Put the runs into a report."""
        self.studio.open_page(f"report:new:{','.join(self._ids)}")

    @Slot(bool)
    def on_export_metrics(self, by_group: bool) -> None:
        """Write the metrics to a file."""
        if self._view is not None:
            columns = partial(metric_columns, self._view.comparison, by_group=by_group)
            self._export(export_numbers(self.studio, self, "metrics", columns))

    @Slot()
    def on_export_curves(self) -> None:
        """Write the curves to a file."""
        self._export(export_numbers(self.studio, self, "curves", partial(curve_columns, self.curves.shown.curves)))

    @Slot()
    def on_export_curves_picture(self) -> None:
        """Write the picture of the curves to a file."""
        if self.curves.curves is not None:
            self._export(export_picture(self.studio, self, "curves", self.curves.curves.picture()))

    @Slot()
    def on_export_scatter(self) -> None:
        """Write the points to a file."""
        self._export(export_numbers(self.studio, self, "scatter", self.scatter.columns))

    @Slot()
    def on_export_scatter_picture(self) -> None:
        """Write the picture of the points to a file."""
        if self.scatter.canvas is not None:
            self._export(export_picture(self.studio, self, "scatter", self.scatter.canvas.picture()))

    @Slot()
    def on_tab(self) -> None:
        """Bring the section that was opened up to date."""
        if self._view is not None:
            self._update_section(self._view)

    # --- inside

    def _build(self) -> None:
        u = theme.unit(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Sections of the comparison")
        self.tabs.tabBar().setAccessibleName("Sections of the comparison")
        for name, section in zip(SECTIONS, (self.metrics, self.curves, self.settings, self.scatter), strict=True):
            holder = QWidget()
            fill(QVBoxLayout(holder), (section,), u, 0)
            holder.layout().setContentsMargins(0, u, 0, 0)  # type: ignore[union-attr]
            holder.setMinimumSize(1, LEAST_SECTION_U * u)  # a page that is not open must not make this one larger
            self.tabs.addTab(holder, name)
        self.tabs.currentChanged.connect(self.on_tab)
        self._body = QWidget()
        fill(QVBoxLayout(self._body), (Row(Title("Comparison"), None, self.report), self.chips, self.card, self.tabs), u, 1.2)
        column = QVBoxLayout(self)
        fill(column, (self._body, self.empty), u, 0)
        side = round(PAGE_MARGIN * u)
        column.setContentsMargins(side, 2 * u, side, 2 * u)
        for part in (self._body, self.empty, self.card):
            part.hide()

    def _question(self) -> Callable[[], CompareView | None]:
        project = self.studio.project
        return partial(load_compare, project.project, self._ids) if project and self._ids else lambda: None

    def _show(self, view: CompareView | None) -> None:
        self._view = view if view is not None and view.comparison.runs else None
        self._body.setVisible(self._view is not None)
        self.empty.setVisible(self._view is None)
        self.card.hide()
        if self._view is None:
            return
        count = len(self._view.comparison.runs)
        title = f"Compare {count} runs" if count > 1 else "Comparison"
        if title != self.title:
            self.set_title(title)
        self._show_chips()
        self._update_section(self._view)

    def _show_chips(self) -> None:
        if self._view is None:
            return
        runs = {run.run_id: run for run in self._view.comparison.runs}
        colours = distinct(runs, self.studio.colour_index)
        chips = [
            Chip(run_id, runs[run_id].label, runs[run_id].state, colours[run_id], runs[run_id].method)
            for run_id in self._ids
            if run_id in runs
        ]
        self.chips.show_chips(chips)

    def _fail(self, error: NeuroError) -> None:
        self._body.show()
        self.card.show_error(error)

    def _update_section(self, view: CompareView) -> None:
        section = (self.metrics, self.curves, self.settings, self.scatter)[self.tabs.currentIndex()]
        section.show_view(view)

    def _export(self, coroutine: Any) -> None:
        tasks.start(self._told(coroutine), self)

    async def _told(self, coroutine: Any) -> None:
        try:
            await coroutine
        except NeuroError as error:
            self.studio.report_error(error)

    async def _pick(self) -> None:
        dialog = RunPicker(self.studio, self._ids, self)
        is_wanted = await tasks.answer(dialog)
        chosen: Sequence[str] = dialog.chosen()
        dialog.deleteLater()
        if is_wanted and chosen:
            self.on_reordered((*self._ids, *chosen))
