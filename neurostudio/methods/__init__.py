"""The science: one folder per domain, each listing its :class:`~neurostudio.core.method.Method` records as ``METHODS``.

A new domain is a new folder here; a new method is a module in its domain and a record in that domain's ``METHODS``.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from neurostudio.core.method import Method


def built_in() -> Iterator[Method]:
    """Yield the methods of every domain folder; imports the records only, none of the methods' code."""
    for domain in pkgutil.iter_modules(__path__):
        if domain.ispkg:
            yield from getattr(importlib.import_module(f"{__name__}.{domain.name}"), "METHODS", ())
