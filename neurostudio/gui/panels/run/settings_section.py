"""Settings of a run: what differs from the defaults first, then all of them."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.filter_edit import FilterEdit, fits
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.run.presenter import RunView, SettingLine
from neurostudio.gui.widgets import fill

HEADERS = ("Setting", "Value", "Default", "Name")


class SettingsSection(QWidget):
    """The table::

    [search settings          ]
    Setting        Value     Default    Name
    Differ from the default (2)
    Time steps     4 steps   16 steps   time_steps
    All settings (41)
    ...
    """

    def __init__(self) -> None:
        super().__init__()
        self._settings: tuple[SettingLine, ...] = ()
        self.filter = FilterEdit("Search settings")
        self.table = LineTable("Settings of the run")
        self.filter.textChanged.connect(self.on_filter)
        fill(QVBoxLayout(self), (self.filter, self.table), theme.unit(self))

    def show_run(self, view: RunView) -> None:
        """Show the settings of a run."""
        if view.settings != self._settings:
            self._settings = view.settings
            self.on_filter()

    @Slot()
    def on_filter(self) -> None:
        """Show the settings that hold the words of the filter."""
        words = self.filter.text()
        shown = [one for one in self._settings if fits(words, one.title, one.name, one.value, one.group)]
        self.table.show_lines(HEADERS, list(_lines(shown)))


def _lines(settings: Sequence[SettingLine]) -> Iterator[Line]:
    changed = [one for one in settings if one.is_changed]
    yield _section(f"Differ from the default ({len(changed)})" if changed else "All as by default", "changed")
    yield from (_line(one, "changed") for one in changed)
    yield _section(f"All settings ({len(settings)})", "all")
    yield from (_line(one, "all") for one in settings)


def _section(title: str, key: str) -> Line:
    return Line((Cell(title, colour="secondary"),), f"section {key} {title}", is_section=True)


def _line(one: SettingLine, part: str) -> Line:
    cells = (
        Cell(one.title, tooltip=one.help),
        Cell(one.value, is_strong=one.is_changed),
        Cell(one.default, colour="secondary"),
        Cell(one.name, is_mono=True, colour="secondary"),
    )
    return Line(cells, f"{part} {one.name}")
