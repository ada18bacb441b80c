"""The typed handle of a labelled-text data set."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LabelledText:
    """Texts, each with one class.

    Attributes
    ----------
    texts : tuple of str
        One text an item, without white space at its ends.
    labels : tuple of int
        Class of each item, an index into `classes`.
    classes : tuple of str
        Class names: by value when all are integers, else by alphabet.
    lines : tuple of int
        Line (from 1) in the file on which each item begins; its number within the folder for one item a file.
    source : Path
        File or folder they were read from.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    lines: tuple[int, ...]
    source: Path

    def __len__(self) -> int:
        return len(self.texts)
