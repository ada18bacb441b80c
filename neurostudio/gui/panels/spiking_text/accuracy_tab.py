"""Tab with how well the networks do: against time, against the number of steps, by class, under attack."""

from PySide6.QtCore import Slot

from neurostudio.gui import theme
from neurostudio.gui.panels.method.pictures import PictureGrid
from neurostudio.gui.panels.parts.flow import Flow
from neurostudio.gui.panels.spiking_text.results import RunResults
from neurostudio.gui.panels.spiking_text.tab import ResultTab
from neurostudio.gui.studio import Studio
from neurostudio.gui.widgets import Tile
from neurostudio.report.wording import mean_and_spread_text, number_text
from neurostudio.store.rows import ArtifactRow

PICTURES = ("accuracy-by-time", "accuracy-by-steps", "confusion", "classes", "robustness")
TILE_U = 20


class AccuracyTab(ResultTab):
    """Tiles over pictures::

    [SNN 0.885 +- 0.006] [ANN 0.904] [Converted 0.885] [8-bit weights 0.883]
    (accuracy after t steps)   (accuracy against T)
    (confusion)                (classes)
    (robustness)
    """

    title = "Accuracy and time"
    missing = ("No accuracy yet", "This run ended before it was tested.")

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.tiles = Flow()
        self.grid = PictureGrid(studio, "")
        self.column.addWidget(self.tiles)
        self.column.addWidget(self.grid)
        self.column.addStretch(1)

    def read(self, results: RunResults) -> tuple[ArtifactRow, ...] | None:
        """The pictures that this run has."""
        return tuple(results.artifacts[name] for name in PICTURES if name in results.artifacts) or None

    @Slot(object)
    def show_data(self, data: tuple[ArtifactRow, ...]) -> None:
        """Show tiles and pictures."""
        results = self.results
        if results is None:
            return
        self.tiles.clear()
        for title, text, change in _tiles(results):
            tile = Tile(title)
            tile.setMinimumWidth(TILE_U * theme.unit(self))
            tile.show_value(text, "", change)
            self.tiles.add(tile)
        self.grid.show_pictures(results.row.run_id, results.row.name, data)


def _tiles(results: RunResults) -> list[tuple[str, str, str]]:
    """Title, number and comparison of each tile that the run has numbers for."""
    metrics = results.metrics
    ann = metrics.get("ann/accuracy")
    found: list[tuple[str, str, str]] = []
    if "test/accuracy" in metrics:
        accuracy, spread = metrics["test/accuracy"], metrics.get("test/accuracy_std", 0.0)
        text = mean_and_spread_text(accuracy, spread) if spread else number_text(accuracy, 3, measured=True)
        found.append(("Accuracy, spiking network", text, _against(accuracy, ann, "the ANN")))
    if ann is not None:
        found.append(("Accuracy, ordinary network", number_text(ann, 3, measured=True), ""))
    if "converted/accuracy" in metrics:
        converted = metrics["converted/accuracy"]
        found.append(("Converted, not fine-tuned", number_text(converted, 3, measured=True), _against(converted, ann, "the ANN")))
    if "converted/agreement" in metrics:
        share = f"{100 * metrics['converted/agreement']:.1f} %"
        found.append(("Agreement with the ANN", share, ""))
    if "test/accuracy_int8" in metrics:
        rounded = metrics["test/accuracy_int8"]
        change = _against(rounded, metrics.get("test/accuracy"), "full precision")
        found.append(("Weights in 8 bits", number_text(rounded, 3, measured=True), change))
    return found


def _against(value: float, other: float | None, name: str) -> str:
    if other is None:
        return ""
    points = 100 * (value - other)
    sign = "+" if points >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{abs(points):.1f} points against {name}"
