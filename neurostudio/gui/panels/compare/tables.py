"""The tables of a comparison: settings that differ, and metrics with the best marked."""

from collections.abc import Iterator

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.compare.presenter import CompareView, metric_rows
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.widgets import EmptyState, Row, Secondary, button, fill


class SettingsTable(QWidget):
    """Settings that are not the same in all runs; what differs from the first run is strong::

    Setting          mr-seed0    mr-seed1    direct
    Time steps       16 steps    16 steps    *4 steps*
    Data
    train            reviews     reviews     *reviews-2*
    """

    def __init__(self) -> None:
        super().__init__()
        self.table = LineTable("Settings that differ")
        self.same = EmptyState("settings", "No setting differs", "These runs have the same settings and the same data.")
        self.hint = Secondary("Strong: other than in the first run.", wrap=False)
        self.copy = button("Copy table", "copy", "Copy the table with tabs, for a spreadsheet")
        self.copy.clicked.connect(self.on_copy)
        self._bar = Row(self.hint, None, self.copy)
        fill(QVBoxLayout(self), (self._bar, self.table, self.same), theme.unit(self))

    def show_view(self, view: CompareView) -> None:
        """Show what differs between runs."""
        comparison = view.comparison
        is_same = not comparison.settings and not comparison.inputs and not _seeds_differ(view)
        self.same.setVisible(is_same)
        self._bar.setVisible(not is_same)
        self.table.setVisible(not is_same)
        self.table.show_lines(("Setting", *view.names, "Name"), list(_setting_lines(view)))

    @Slot()
    def on_copy(self) -> None:
        """Copy the table."""
        QGuiApplication.clipboard().setText(self.table.as_tsv())


class MetricsTable(QWidget):
    """Final values; the best of each line is marked::

        [x] pool seeds                                  [Copy table] [Export CSV...]
        Metric           mr (3 seeds)                 direct
        test/accuracy    (star) best 0.75 ±0.01       0.71

    Signals
    -------
    export_wanted : whether groups are pooled
    """

    export_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._view: CompareView | None = None
        self.pool = QCheckBox("Pool runs that differ only by their seed")
        self.pool.setChecked(True)
        self.pool.setToolTip("Mean over the seeds, and the lowest and the highest value in brackets")
        self.pool.toggled.connect(self.on_pool)
        self.table = LineTable("Final metrics")
        self.none = EmptyState("table", "No metrics yet", "Final values stand here once a run has written some.")
        self.copy = button("Copy table", "copy", "Copy the table with tabs, for a spreadsheet")
        self.export = button("Export CSV...", "export", "Write the numbers with all their digits to a file")
        self.copy.clicked.connect(self.on_copy)
        self.export.clicked.connect(lambda: self.export_wanted.emit(self.is_pooled()))
        self._bar = Flow(self.pool, self.copy, self.export)
        fill(QVBoxLayout(self), (self._bar, self.table, self.none), theme.unit(self))

    def is_pooled(self) -> bool:
        """Whether the table has a column for each group."""
        return self._view is not None and self._view.has_groups and self.pool.isChecked()

    def show_view(self, view: CompareView) -> None:
        """Show the metrics of runs."""
        self._view = view
        self.pool.setVisible(view.has_groups)
        by_group = self.is_pooled()
        has_any = bool(view.comparison.metrics)
        self.none.setVisible(not has_any)
        self._bar.setVisible(has_any)
        self.table.setVisible(has_any)
        names = _group_names(view) if by_group else view.names
        lines = []
        for row in metric_rows(view.comparison, by_group=by_group):
            fields = (
                Cell(
                    f"best  {field.text}" if field.is_best else field.text,
                    is_strong=field.is_best,
                    is_number=True,
                    icon="best" if field.is_best else "",
                    tint="good",
                    tooltip=field.tooltip,
                )
                for field in row.fields
            )
            lines.append(Line((Cell(row.title, is_mono=True, tooltip=row.help), *fields), row.name))
        self.table.show_lines(("Metric", *names), lines)

    @Slot()
    def on_pool(self) -> None:
        """Pool seeds, or show each run."""
        if self._view is not None:
            self.show_view(self._view)

    @Slot()
    def on_copy(self) -> None:
        """Copy the table."""
        QGuiApplication.clipboard().setText(self.table.as_tsv())


def _setting_lines(view: CompareView) -> Iterator[Line]:
    comparison = view.comparison
    for setting in comparison.settings:
        unit = f" {setting.unit}" if setting.unit else ""
        texts = [
            f"{text}{unit}" if isinstance(value, int | float) and not isinstance(value, bool) else text
            for text, value in zip(setting.texts, setting.values, strict=True)
        ]
        yield Line((Cell(setting.title), *_cells(texts), Cell(setting.name, is_mono=True, colour="secondary")), setting.name)
    if _seeds_differ(view):
        seeds = [str(run.seed) for run in comparison.runs]
        yield Line((Cell("Seed"), *_cells(seeds), Cell("seed", is_mono=True, colour="secondary")), "seed")
    if comparison.inputs:
        yield Line((Cell("Data", colour="secondary"),), "section data", is_section=True)
    for given in comparison.inputs:
        yield Line((Cell(given.role), *_cells(given.names), Cell("")), f"input {given.role}")


def _cells(texts: "list[str] | tuple[str, ...]") -> list[Cell]:
    return [Cell(text, is_strong=text != texts[0]) for text in texts]


def _seeds_differ(view: CompareView) -> bool:
    return len({run.seed for run in view.comparison.runs}) > 1


def _group_names(view: CompareView) -> tuple[str, ...]:
    return tuple(
        f"{group.name} ({len(group.run_ids)} seeds)" if len(group.run_ids) > 1 else group.name for group in view.comparison.groups
    )
