"""What only a look into the data can tell: how long the sentences are, what two sets share, a line with those around it.

No Qt. Each function reads files and takes its time: the page calls it in a thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from neurostudio.app import Project
from neurostudio.core.errors import NeuroError
from neurostudio.data.encoding import iter_lines
from neurostudio.data.language import count_words
from neurostudio.data.overlap import shared_sentences
from neurostudio.data.registry import open_data
from neurostudio.report.wording import clean
from neurostudio.store import read
from neurostudio.store.rows import DatasetRow

MOST_BINS = 30
MOST_LINES = 200_000
MOST_COMPARED = 8
LINES_AROUND = 2
LINE_CHARACTERS = 2000


@dataclass(frozen=True)
class Histogram:
    """How many items have how many words: ``counts[bin]`` items have ``lows[bin]`` words up to the next bin.

    Attributes
    ----------
    width : int
        Words in one bin.
    beyond : int
        Items that are longer than the last bin; long tails would hide the rest.
    """

    what: str
    unit: str
    lows: tuple[int, ...]
    counts: tuple[int, ...]
    width: int
    beyond: int = 0
    is_cut: bool = False


@dataclass(frozen=True)
class Overlap:
    """Sentences that a data set shares with another one."""

    other: str
    n_shared: int
    n_row: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileLine:
    """One line of a file, with its number from 1."""

    number: int
    text: str


def length_histogram(row: DatasetRow) -> Histogram | None:
    """Words of each sentence or line; None for kinds that have none."""
    if row.kind == "labelled-text":
        texts: Sequence[str] = open_data(row.path, row.kind, row.options).texts
        return _histogram([count_words(text) for text in texts], "sentences")
    if row.kind == "corpus":
        lines = islice(open_data(row.path, row.kind, row.options).iter_lines(), MOST_LINES + 1)
        counts = [count_words(line) for line in lines if line.strip()]
        return _histogram(counts[:MOST_LINES], "lines", is_cut=len(counts) > MOST_LINES)
    return None


def overlaps(project: Project, row: DatasetRow) -> tuple[Overlap, ...]:
    """What labelled text shares with the other sets of the project; those that cannot be read are left out."""
    others = [one for one in read.datasets(project.store) if one.kind == row.kind == "labelled-text" and one.name != row.name]
    if not others:
        return ()
    here: Sequence[str] = open_data(row.path, row.kind, row.options).texts
    found = []
    for other in others[:MOST_COMPARED]:
        try:
            there: Any = open_data(other.path, other.kind, other.options)
        except NeuroError:  # missing or broken: its own page says so
            continue
        pairs = shared_sentences(there.texts, here)
        examples = tuple(clean(here[place])[:LINE_CHARACTERS] for _, place in pairs[:3])
        found.append(Overlap(other.name, len(pairs), len(here), examples))
    return tuple(found)


def lines_around(path: Path, number: int, encoding: str | None = None, around: int = LINES_AROUND) -> tuple[FileLine, ...]:
    """A line of a text file with those around it; empty where the file has fewer lines.

    Raises
    ------
    RequestError
        The file cannot be read as text.
    """
    first = max(1, number - around)
    lines = islice(iter_lines(path, encoding), first - 1, number + around)
    found = tuple(FileLine(first + place, clean(line)[:LINE_CHARACTERS]) for place, line in enumerate(lines))
    return found if any(line.number == number for line in found) else ()


def _histogram(lengths: Sequence[int], what: str, *, is_cut: bool = False) -> Histogram | None:
    if not lengths:
        return None
    ordered = sorted(lengths)
    longest = ordered[min(len(ordered) - 1, int(0.995 * len(ordered)))]
    low = ordered[0]
    width = max(1, -(-(longest - low + 1) // MOST_BINS))
    n_bin = (longest - low) // width + 1
    counts = [0] * n_bin
    for length in ordered:
        place = (length - low) // width
        if place < n_bin:
            counts[place] += 1
    lows = tuple(low + place * width for place in range(n_bin))
    return Histogram(what, "words", lows, tuple(counts), width, len(ordered) - sum(counts), is_cut)
