"""Names of the regions of a label image: from a table beside it, or from one that a method wrote. No Qt."""

import csv
from collections.abc import Mapping
from pathlib import Path

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.label_names import LabelNames, find_label_names, read_label_names


def names_beside(path: Path) -> LabelNames:
    """Names and colours; empty where no table lies beside the image, or none that can be read."""
    table = find_label_names(path)
    try:
        return read_label_names(table) if table is not None else LabelNames({})
    except NeuroError:
        return LabelNames({})  # the regions are named by their numbers


def names_in_table(path: Path) -> Mapping[int, str]:
    """Number -> name from a CSV file with the columns ``index`` and ``name``, as methods write it."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        if rows.fieldnames is None or not {"index", "name"} <= set(rows.fieldnames):
            return {}
        return {int(float(row["index"])): row["name"] for row in rows}
