"""The options of an fMRI data set, chosen at import and stored with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurostudio.core.errors import RequestError
from neurostudio.data.numbers import is_number

ORIENTATIONS = ("sform", "qform")
OPTIONS = ("tr_s", "orientation", "files", "events", "confounds", "mask")


@dataclass(frozen=True)
class FmriOptions:
    """How to read a data set where its files leave a question.

    Attributes
    ----------
    tr_s : float or None
        Repetition time of every run in seconds; wins over sidecars and headers.
    orientation : str or None
        ``sform`` or ``qform``, for images in which the two disagree.
    files : str
        Pattern of the images that are runs, in a folder that is not BIDS.
    events, confounds, mask : str
        Files for every run, relative to the folder of the data set.
    """

    tr_s: float | None = None
    orientation: str | None = None
    files: str = ""
    events: str = ""
    confounds: str = ""
    mask: str = ""

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> "FmriOptions":
        """Check options as they come from a command line, a form or a record; RequestError for what cannot be."""
        orientation = options.get("orientation") or None
        if orientation is not None and orientation not in ORIENTATIONS:
            raise RequestError(f"'{orientation}' is no orientation of an image", fix=f"Use one of: {', '.join(ORIENTATIONS)}")
        words = {name: str(options.get(name) or "").strip() for name in ("files", "events", "confounds", "mask")}
        return cls(_seconds(options.get("tr_s")), orientation, **words)

    def as_dict(self) -> dict[str, Any]:
        """The options that were chosen."""
        return {name: value for name in OPTIONS if (value := getattr(self, name))}

    def companion(self, name: str, folder: Path) -> Path | None:
        """The file chosen as ``events``, ``confounds`` or ``mask``; RequestError where it is not there."""
        given: str = getattr(self, name)
        if not given:
            return None
        path = folder / given
        if not path.is_file():
            raise RequestError(
                f"The {name} file '{given}' is not there: {path}",
                fix=f"Give the option {name} relative to {folder}, or leave it out",
            )
        return path


def _seconds(value: object) -> float | None:
    if value is None or value == "":
        return None
    text = str(value).strip().removesuffix("s").strip()
    if not is_number(text) or not 0 < float(text) < float("inf"):
        raise RequestError(f"'{value}' is no repetition time", fix="Give seconds, for example tr_s=2")
    return float(text)
