"""The report for viewers that know little HTML (mail programs, word processors, the preview in the window).

The same blocks as the page and the PDF, as plain tables and PNG pictures: no SVG, no script, nothing that folds. The pictures
lie in a folder beside the file, as browsers save pages: ``report.html`` and ``report_files/``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from neurostudio.core.files import remove, replaced
from neurostudio.report.blocks import Picture
from neurostudio.report.content import ReportContent
from neurostudio.report.html import environment
from neurostudio.report.outline import contents, report_facts, sections

FILES_ENDING = "_files"
_PIXELS_PER_INCH = 96
_PNG_START = b"\x89PNG\r\n\x1a\n"
_WIDEST = 710


@dataclass(frozen=True)
class Image:
    """A picture as the page names it: address relative to the page, and size in pixels of 1/96 inch."""

    source: str
    width: int
    height: int


def files_folder(path: Path) -> Path:
    """Where the pictures of such a report lie."""
    return path.with_name(f"{path.stem}{FILES_ENDING}")


def write_simple(content: ReportContent, path: Path) -> None:
    """Write the page and the folder of its pictures; each appears whole or not at all, the page last.

    Raises
    ------
    NeuroError
        When the disk is full or not writable.
    """
    folder = files_folder(path)
    with replaced(folder) as partial:
        partial.mkdir()
        document = _page(content, _Writer(partial, quote(folder.name)))
    if not any(folder.iterdir()):
        remove(folder)
    with replaced(path) as file:
        file.write_text(document, encoding="utf-8")


class _Writer:
    """Writes one picture after the other and says where it is."""

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._address = address
        self._count = 0

    def __call__(self, picture: Picture) -> Image | None:
        """The address of the picture as PNG; None for one that exists as SVG only."""
        image = _png(picture)
        if image is None:
            return None
        self._count += 1
        name = f"figure-{self._count}.png"
        (self._folder / name).write_bytes(image)
        return Image(f"{self._address}/{name}", *_shown_size(picture, image))


def _png(picture: Picture) -> bytes | None:
    if picture.figure is not None:
        from neurostudio.report.figures import as_bytes

        return as_bytes(picture.figure, ".png", picture.identity, picture.title)
    return next((image for image in (picture.image, picture.image_for_paper) if image.startswith(_PNG_START)), None)


def _shown_size(picture: Picture, image: bytes) -> tuple[int, int]:
    """Width and height: that of the sheet, or of the picture itself up to the width of the text."""
    if picture.figure is not None:
        width, height = (float(inch) * _PIXELS_PER_INCH for inch in picture.figure.get_size_inches())
    else:  # the first chunk of a PNG begins with both, big-endian
        width, height = (float(int.from_bytes(image[at : at + 4], "big")) for at in (16, 20))
    scale = min(1.0, _WIDEST / max(width, 1.0))
    return round(width * scale), round(height * scale)


def _page(content: ReportContent, write: Callable[[Picture], Image | None]) -> str:
    return (
        environment()
        .get_template("simple.html.j2")
        .render(
            title=content.title or "Report",
            facts=report_facts(content),
            contents=contents(content),
            sections=sections(content),
            image_of=write,
        )
    )
