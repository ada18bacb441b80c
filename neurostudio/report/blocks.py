"""The building blocks of a report. The outline fills them; the page and the PDF each know how to show them.

Their texts come from outside as they are: escaping, and dropping what a format cannot hold, is the work of each format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Heading:
    """Heading inside a section."""

    text: str


@dataclass(frozen=True)
class Prose:
    """Text in the small Markdown of method descriptions."""

    markdown: str


@dataclass(frozen=True)
class Sentence:
    """One remark; a problem is marked as one."""

    text: str
    tone: Literal["note", "problem"] = "note"


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and a short value, in a row."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tile:
    """One number that a reader looks for first."""

    name: str
    value: str
    unit: str = ""


@dataclass(frozen=True)
class Tiles:
    """A row of tiles."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Citations:
    """Publications: text and address, which may be empty."""

    papers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Attributes
    ----------
    numeric, code, breakable : frozenset of int
        Columns of numbers (right-aligned), of names (monospaced), and of paths and checksums (monospaced, broken anywhere).
    whole : frozenset of int
        Columns of short texts that stay on one line.
    strong : frozenset of (row, column)
        Cells that stand out.
    weights : tuple of float
        Relative widths on paper; equal when empty.
    folded : bool
        Closed on the page until asked for.
    on_paper : bool
        Whether the PDF shows it too.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    note: str = ""
    numeric: frozenset[int] = frozenset()
    code: frozenset[int] = frozenset()
    breakable: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    strong: frozenset[tuple[int, int]] = frozenset()
    weights: tuple[float, ...] = ()
    folded: bool = False
    on_paper: bool = True


@dataclass(frozen=True)
class Picture:
    """A figure: drawn here, or a file of the run (`image`, with its media type)."""

    title: str
    caption: str = ""
    figure: Figure | None = None
    image: bytes = b""
    mime: str = ""
    image_for_paper: bytes = b""
    identity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pictures:
    """Small figures, two in a row."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Passage:
    """The beginning of a text, as it stands in its file."""

    title: str
    text: str
    note: str = ""


Block = Heading | Prose | Sentence | Facts | Tiles | Citations | Grid | Picture | Pictures | Passage


@dataclass(frozen=True)
class Section:
    """One section; `anchor` is its name inside the document, `state` that of a run."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    state: str = ""


@dataclass(frozen=True)
class ContentsEntry:
    """One line of the contents."""

    anchor: str
    title: str
    detail: str = ""
    inner: tuple[ContentsEntry, ...] = ()
