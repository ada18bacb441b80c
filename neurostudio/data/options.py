"""Checking the options of a reader."""

from collections.abc import Collection, Mapping
from typing import Any

from neurostudio.core.errors import RequestError


def check_options(options: Mapping[str, Any], known: Collection[str], kind: str) -> None:
    """RequestError for an option that the reader of `kind` does not know."""
    unknown = [name for name in options if name not in known]
    if unknown:
        raise RequestError(
            f"Data of the kind '{kind}' have no option '{unknown[0]}'", fix=f"Options: {', '.join(known) or 'none'}"
        )
