"""Writing figures: vector or pixels, with the run's identity in the file's metadata and the same bytes every time."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from neurostudio.core.errors import RequestError
from neurostudio.core.files import replaced
from neurostudio.report import style
from neurostudio.report.wording import clean

FIGURE_SUFFIXES = (".svg", ".png", ".pdf")


def save(figure: Figure, path: Path, identity: Mapping[str, str], title: str = "") -> None:
    """Write a figure, all or nothing.

    Parameters
    ----------
    figure : Figure
        As drawn by this package.
    path : Path
        Ends in ``.svg``, ``.png`` or ``.pdf``.
    identity : mapping
        Of the run (``report.content.identity``); goes into the metadata.
    title : str, optional
        Title in the metadata; the run's name unless given.

    Raises
    ------
    RequestError
        For another suffix.
    """
    content = as_bytes(figure, path.suffix.lower(), identity, title)
    with replaced(path) as partial:
        partial.write_bytes(content)


def as_bytes(figure: Figure, suffix: str, identity: Mapping[str, str], title: str = "") -> bytes:
    """The content of such a file."""
    if suffix not in FIGURE_SUFFIXES:
        raise RequestError(f"A figure cannot be written as '{suffix}'", fix=f"Choose one of {', '.join(FIGURE_SUFFIXES)}")
    stream = io.BytesIO()
    with style.applied():
        figure.savefig(stream, format=suffix[1:], metadata=_metadata(suffix, identity, title))
    return stream.getvalue()


def _metadata(suffix: str, identity: Mapping[str, str], title: str) -> dict[str, Any]:
    """Title, source and description in the words of each format; no date, so the same figure gives the same bytes."""
    identity = {key: clean(value) for key, value in identity.items()}
    title = clean(title or identity.get("name", ""))
    run = identity.get("run", "")
    program = identity.get("program", "NeuroStudio")
    description = "; ".join(f"{key} {value}" for key, value in identity.items())
    if suffix == ".svg":
        return {"Title": title, "Source": run, "Description": description, "Creator": program, "Date": None}
    if suffix == ".png":
        return {"Title": title, "Source": run, "Description": description, "Software": program}
    return {"Title": title, "Subject": run, "Keywords": description, "Creator": program, "CreationDate": None}
