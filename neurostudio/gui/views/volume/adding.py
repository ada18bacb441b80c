"""How images come over others: from the project, from files, dropped, or kept with the layout. All of it in threads."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image
from neurostudio.gui import tasks, theme
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.volume.layers import Kind, Layer, make_layer
from neurostudio.gui.views.volume.loading import Loading
from neurostudio.gui.views.volume.names import names_beside
from neurostudio.gui.views.volume.offers import SUFFIXES, Offer, layer_options, offers

FILTER = f"Brain images ({' '.join('*' + suffix for suffix in SUFFIXES)})"


class Adding(QObject):
    """Opens images and makes layers of them.

    Signals
    -------
    made : Layer
        A layer is ready to be shown; its first volume is there.
    failed : NeuroError
    """

    made = Signal(object)
    failed = Signal(object)

    def __init__(self, widget: QWidget, loading: Loading) -> None:
        super().__init__(widget)
        self._widget, self._loading = widget, loading
        self.studio: Studio | None = None
        self._menu: QMenu | None = None

    async def layer_of(
        self,
        path: Path,
        *,
        name: str = "",
        kind: Kind | None = None,
        orientation: str | None = None,
        origin: str = "",
        **options: Any,
    ) -> Layer:
        """Open an image; returns once its first volume is there. NeuroError where it cannot be read."""
        image = await self._loading.open(path, orientation)
        return await self.layer_from(image, name=name, kind=kind, origin=origin, **options)

    async def layer_from(self, image: Image, *, kind: Kind | None = None, **options: Any) -> Layer:
        """A layer of an image that is open; what it must know of its values is found in a thread."""
        await self._loading.read(image)
        return await tasks.in_background(_made, image, kind, options)

    def add_files(self, paths: list[Path]) -> None:
        """Show files, each as what it seems to be."""
        for path in paths:
            tasks.start(self._add(path), self)

    def add_offer(self, offer: Offer) -> None:
        """Show what was chosen in the menu."""
        kind, threshold, volume_names, unit = layer_options(offer.plot)
        options = {"threshold": threshold, "volume_names": volume_names, "unit": unit}
        tasks.start(self._add(offer.path, name=offer.title, kind=kind or offer.kind, **options), self)

    def ask_file(self) -> None:
        """Let the person choose files."""
        tasks.start(self._ask(), self)

    def show_menu(self, at: QPoint) -> None:
        """Offer what the project has, at a place of the screen."""
        tasks.start(self._offer(at), self)

    @Slot()
    def on_file(self) -> None:
        """A file is wanted."""
        self.ask_file()

    # --- inside

    async def _add(self, path: Path, **options: Any) -> None:
        try:
            self.made.emit(await self.layer_of(path, **options))
        except NeuroError as error:
            self.failed.emit(error)

    async def _ask(self) -> None:
        dialog = QFileDialog(self._widget, "Show images over these", "", f"{FILTER};;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self.add_files(await tasks.chosen_paths(dialog))

    async def _offer(self, at: QPoint) -> None:
        opened = self.studio.project if self.studio else None
        try:
            found = await tasks.in_background(offers, opened.project if opened else None)
        except NeuroError as error:
            found = []
            self.failed.emit(error)
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = QMenu(self._widget)
        menu.addAction(theme.icon("folder"), "From a file...").triggered.connect(self.on_file)
        groups = {offer.group: menu.addMenu(offer.group) for offer in found}
        for offer in found:
            action = groups[offer.group].addAction(offer.title.replace("&", "&&"))
            action.setToolTip(str(offer.path))
            action.triggered.connect(partial(self._chosen, offer))
        menu.popup(at)

    def _chosen(self, offer: Offer, _is_checked: bool = False) -> None:
        self.add_offer(offer)


def dropped_files(urls: list[Any]) -> list[Path]:
    """The files among dropped addresses."""
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]


def _made(image: Image, kind: Kind | None, options: dict[str, Any]) -> Layer:
    layer = make_layer(image, kind=kind, **options)
    if layer.kind == "labels" and not layer.names:
        found = names_beside(image.path)
        layer.names, layer.region_colours = found.names, found.colours
    return layer
