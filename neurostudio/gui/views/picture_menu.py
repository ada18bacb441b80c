"""The menu of the right mouse button of pictures that are no artifact of a run: copy and save what is seen, and its numbers."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from neurostudio.core.errors import NeuroError
from neurostudio.core.files import replaced
from neurostudio.gui import tasks, theme

PICTURE, TABLE = "Picture (*.png)", "Table (*.tsv)"


class PictureMenu(QObject):
    """::

        Copy picture
        Copy data
        ------------
        Save picture...
        Save data...

    Parameters
    ----------
    owner : QWidget
        Whose menu it is.
    name : str
        What the files are called unless someone says otherwise.
    picture, data_text : callable
        What is seen, and its numbers as lines with tabulators.
    """

    def __init__(self, owner: QWidget, name: str, picture: Callable[[], QPixmap], data_text: Callable[[], str]) -> None:
        super().__init__(owner)
        self._owner, self.name = owner, name
        self._picture, self._data_text = picture, data_text
        owner.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.entries = [
            self._add("Copy picture", "copy", self.on_copy_picture),
            self._add("Copy data", "copy", self.on_copy_data),
            self._add("Save picture...", "export", self.on_save_picture),
            self._add("Save data...", "export", self.on_save_data),
        ]
        separator = QAction(owner)
        separator.setSeparator(True)
        owner.insertAction(self.entries[2], separator)

    @Slot()
    def on_copy_picture(self) -> None:
        """What is seen to the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._picture())

    @Slot()
    def on_copy_data(self) -> None:
        """Its numbers to the clipboard."""
        QGuiApplication.clipboard().setText(self._data_text())

    @Slot()
    def on_save_picture(self) -> None:
        """What is seen to a file."""
        tasks.start(self._save(png_bytes(self._picture()), ".png", PICTURE), self)

    @Slot()
    def on_save_data(self) -> None:
        """Its numbers to a file."""
        tasks.start(self._save(f"{self._data_text()}\n".encode(), ".tsv", TABLE), self)

    def _add(self, text: str, icon: str, slot: Callable[[], None]) -> QAction:
        action = QAction(theme.icon(icon), text, self._owner)
        action.triggered.connect(slot)
        self._owner.addAction(action)
        return action

    async def _save(self, content: bytes, suffix: str, what: str) -> None:
        dialog = QFileDialog(self._owner, "Save", f"{self.name}{suffix}", what)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix[1:])
        path = await tasks.chosen_path(dialog)
        if path is not None:
            await tasks.in_background(_write, path, content)


def png_bytes(picture: QPixmap) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(buffer.data().data())


def _write(path: Path, content: bytes) -> None:
    try:
        with replaced(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise NeuroError(f"Cannot write {path}", error.strerror or str(error), "Choose another folder") from error
