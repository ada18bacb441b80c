"""Where the files lie that come with the program: icons, help pages, sample settings."""

import sys
from functools import cache
from pathlib import Path

import neurostudio


@cache
def resource_folder() -> Path:
    """The folder ``resources`` of a checkout, or its copy in an installed or bundled program."""
    package = Path(neurostudio.__file__).resolve().parent
    places = (package.parent / "resources", Path(sys.prefix) / "share" / "neurostudio", package / "resources")
    return next((place for place in places if (place / "icons").is_dir()), places[0])
