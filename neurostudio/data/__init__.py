"""Readers: a path -> a typed handle, with a report on what was found."""

from neurostudio.data.import_report import ImportReport, Problem
from neurostudio.data.registry import Reader, inspect, open_data, readers, recognise

__all__ = ["ImportReport", "Problem", "Reader", "inspect", "open_data", "readers", "recognise"]
