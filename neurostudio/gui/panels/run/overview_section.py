"""Overview of a run: its numbers, its main picture, and every metric below."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from neurostudio.gui import theme
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.parts.line_table import Cell, Line, LineTable
from neurostudio.gui.panels.run.artifact_source import ArtifactShower, source_of
from neurostudio.gui.panels.run.curves_section import CurvesSection
from neurostudio.gui.panels.run.presenter import MOST_TILES, MetricTile, RunView
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import EmptyState, Heading, Secondary, Tile, fill

LEAST_PICTURE_U = 34
MOST_LINES = 2
HEADERS = ("Metric", "Value", "Change", "Name", "Meaning")
_NOTHING_YET = {
    "queued": ("Waiting for its turn", "Numbers and pictures appear here as soon as the run has written some."),
    "running": ("Nothing written yet", "Numbers and pictures appear here as soon as the run has written some."),
}


class OverviewSection(QScrollArea):
    """The numbers over the picture::

    Compared with second
    +----------+ +----------+ +----------+
    | Accuracy | | Energy   | | ...      |
    | 0.7420   | | 0.31 mJ  | |          |
    +----------+ +----------+ +----------+
    Accuracy by time steps
    (picture)
    All metrics
    (table)
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._tiles: dict[str, Tile] = {}
        self._tile_width = 0
        self._metrics: tuple[MetricTile, ...] = ()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Overview of the run")
        u = theme.unit(self)
        self.compared = Secondary()
        self.tiles = Flow()
        self.empty = QWidget()
        fill(QVBoxLayout(self.empty), (), u)
        self.picture = ArtifactShower(studio)
        self.curves = CurvesSection(studio)
        self.table_title = Heading("All metrics")
        self.table = LineTable("All metrics of the run")
        body = QWidget()
        parts = (self.compared, self.tiles, self.empty, self.picture, self.curves)
        fill(QVBoxLayout(body), (*parts, self.table_title, self.table, None), u)
        self.setWidget(body)

    def show_run(self, view: RunView) -> None:
        """Show the numbers and the main picture of a run."""
        self.compared.setText(f"Change against {view.compared_with}")
        self.compared.setVisible(bool(view.compared_with) and bool(view.metrics))
        self._show_tiles(view.metrics[:MOST_TILES])
        self._show_emptiness(view)
        picture = view.main_picture
        self.picture.setVisible(picture is not None)
        if picture is not None:
            self.picture.show_artifact(source_of(view, picture))
        has_curves = picture is None and bool(view.curves)
        self.curves.setVisible(has_curves)
        if has_curves:
            self.curves.show_run(view)
        self._metrics = view.metrics
        self.table.show_lines(HEADERS, [_line(one) for one in view.metrics])
        self.table.fit_height(len(view.metrics))
        self._fit_picture()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_picture()

    def _fit_picture(self) -> None:
        """Two lines of tiles; the picture takes what they leave of the page, so that it is seen as a whole."""
        u = theme.unit(self)
        per_line = max(1, (self.viewport().width() + u) // (self._tile_width + u))
        n_shown = min(len(self._tiles), MOST_LINES * per_line)
        for place, tile in enumerate(self._tiles.values()):
            tile.setVisible(place < n_shown)
        for part in (self.table_title, self.table):
            part.setVisible(len(self._metrics) > n_shown)
        above = self.tiles.heightForWidth(self.viewport().width()) + self.compared.sizeHint().height() + 3 * u
        height = max(LEAST_PICTURE_U * u, self.viewport().height() - above)
        self.picture.setFixedHeight(height)
        self.curves.setFixedHeight(height)

    def _show_tiles(self, metrics: tuple[MetricTile, ...]) -> None:
        if list(self._tiles) != [one.name for one in metrics]:
            self.tiles.clear()
            self._tiles = {}
            for one in metrics:
                self._tiles[one.name] = Tile(one.title)
                self.tiles.add(self._tiles[one.name])
            self._tile_width = 0
        for one in metrics:
            tile = self._tiles[one.name]
            tile.show_value(one.text, one.unit, one.change)
            if one.help:
                tile.setToolTip(one.help)
        # all of one width, which only grows: numbers that change move nothing
        self._tile_width = max([self._tile_width, *(tile.sizeHint().width() for tile in self._tiles.values())])
        for tile in self._tiles.values():
            tile.setMinimumWidth(self._tile_width)
        self.tiles.setVisible(bool(metrics))

    def _show_emptiness(self, view: RunView) -> None:
        is_empty = not view.metrics and view.main_picture is None
        box = self.empty.layout()
        while box is not None and (item := box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if is_empty and box is not None and view.failure is None:
            title, text = _NOTHING_YET.get(view.row.state, ("No numbers", "The run ended before it wrote any."))
            box.addWidget(EmptyState("picture", title, text))
        self.empty.setVisible(is_empty)


def _line(one: MetricTile) -> Line:
    cells = (
        Cell(one.title, tooltip=one.help),
        Cell(f"{one.text} {one.unit}".strip(), is_number=True),
        Cell(one.change, is_number=True, colour="secondary"),
        Cell(one.name, is_mono=True, colour="secondary"),
        Cell(one.help, colour="secondary"),
    )
    return Line(cells, one.name)
