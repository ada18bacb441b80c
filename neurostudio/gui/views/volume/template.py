"""The MNI152 head that comes with the program: for orientation under maps that lie in its space. No Qt."""

from functools import cache
from pathlib import Path

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.image import Image, open_image
from neurostudio.data.fmri.templates import mni152_t1

MNI152 = "mni152"
"""What a plot calls it."""


def t1_path() -> Path | None:
    """Where the T1 image of the template lies, its skull removed; None where the package with it is missing."""
    try:
        return mni152_t1()
    except NeuroError:
        return None


@cache
def template() -> Image | None:
    """The template, read; None where it is missing."""
    path = t1_path()
    if path is None:
        return None
    image = open_image(path)
    image.load()
    return image
