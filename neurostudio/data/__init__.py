"""Readers: a path -> a typed handle, with a report on what was found.

The function that lists them, ``registry.readers``, is not here: its name is that of the package of the built-in ones.
"""

from neurostudio.data.import_report import ImportReport, Problem
from neurostudio.data.registry import Reader, inspect, open_data, recognise

__all__ = ["ImportReport", "Problem", "Reader", "inspect", "open_data", "recognise"]
