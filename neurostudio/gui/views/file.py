"""Any other output: its files with their sizes, and its folder."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices

from neurostudio.core.kinds import ARTIFACT_KINDS
from neurostudio.gui.views.source import ArtifactSource, unreadable
from neurostudio.gui.views.table import Grid
from neurostudio.gui.views.table_data import TableData
from neurostudio.gui.views.table_model import TableModel
from neurostudio.gui.views.tints import ColourIndex
from neurostudio.gui.views.view import View
from neurostudio.gui.widgets import Column, Heading, Row, Secondary, button
from neurostudio.report.wording import number_text, size_text

MOST_FILES = 2_000


@dataclass(frozen=True)
class FileFacts:
    """Files of an output: path inside the run's folder, bytes."""

    files: tuple[tuple[str, int], ...]
    n_file: int
    size: int


def load_files(source: ArtifactSource) -> FileFacts:
    """List the file, or the files of the folder; NeuroError where there is none."""
    path = source.path
    try:
        found = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        sizes = [(one.relative_to(path.parent).as_posix(), one.stat().st_size) for one in found]
    except OSError as error:
        raise unreadable(path, error) from error
    return FileFacts(tuple(sizes[:MOST_FILES]), len(sizes), sum(size for _, size in sizes))


class FileView(View):
    """What there is, for kinds without a picture of their own::

    Volume, 3 files, 4.2 MB                [Open folder]
    bold_mean.nii.gz     4.1 MB
    """

    def __init__(self, colour_index: ColourIndex | None = None) -> None:
        super().__init__(colour_index)
        self.heading = Heading()
        self.words = Secondary("")
        self.open = button("Open folder", "folder")
        self.model = TableModel(self)
        self.grid = Grid(self.model)
        self.grid.verticalHeader().hide()
        self.grid.horizontalHeader().setStretchLastSection(True)
        self.grid.setAccessibleName("Files")
        self.set_content(Column(Row(self.heading, None, self.open), self.words, self.grid))
        self.add_menu(self.grid)
        self.open.clicked.connect(self.on_open)
        self.grid.copy_wanted.connect(self.copy_data)

    @staticmethod
    def load(source: ArtifactSource) -> FileFacts:
        return load_files(source)

    def show_data(self, data: FileFacts) -> None:
        kind = ARTIFACT_KINDS.get(self.source.kind) if self.source else None
        count = "1 file" if data.n_file == 1 else f"{number_text(data.n_file)} files"
        self.heading.setText(f"{kind.title if kind else 'Output'}, {count}, {size_text(data.size)}")
        self.words.setText(f"The first {number_text(MOST_FILES)} are listed." if data.n_file > MOST_FILES else "")
        self.words.setVisible(bool(self.words.text()))
        rows = [(name, size_text(size)) for name, size in data.files]
        self.model.set_table(TableData(("File", "Size"), rows, len(rows)))
        self.grid.fit_columns()

    def data_text(self) -> str:
        return "\n".join(row[0] for row in self.model.table.rows)

    @Slot()
    def on_open(self) -> None:
        """The folder is wanted."""
        if self.source is not None:
            open_folder(self.source.path)


def open_folder(path: Path) -> None:
    """Show a folder, or the folder of a file, in the file manager of the desktop."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))
