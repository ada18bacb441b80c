"""What can be chosen for the options of brain data: repetition times that contradict each other, and the files beside an image.

Plain Python; lists one folder, so it is called in a thread.
"""

import re
from pathlib import Path
from typing import Any

from neurostudio.data.import_report import ImportReport

OF_FOLDERS = ("files",)
"""Options that mean nothing for one image."""

MOST_FILES = 100

_COMPANIONS = {
    "events": re.compile(r"\.(tsv|csv|txt)$", re.IGNORECASE),
    "confounds": re.compile(r"\.(tsv|csv|txt|par|1D)$", re.IGNORECASE),
    "mask": re.compile(r"\.nii(\.gz)?$", re.IGNORECASE),
}
_ORIENTATIONS = (("sform", "sform: to a template or another image"), ("qform", "qform: as the scanner placed it"))


def brain_choices(name: str, path: Path, report: ImportReport | None) -> tuple[tuple[Any, str], ...]:
    """Values and words to choose from for one option."""
    facts = report.facts if report else {}
    if name == "tr_s":
        return tuple((float(value), f"{value:g} s") for value in facts.get("tr_candidates_s", ()))
    if name == "orientation":
        return _ORIENTATIONS
    if name == "files":
        return tuple((pattern, f"{pattern} ({count})") for pattern, count in facts.get("file_patterns", {}).items())
    folder = path if path.is_dir() else path.parent
    try:
        names = sorted(one.name for one in folder.iterdir() if _COMPANIONS[name].search(one.name) and one != path)
    except OSError:  # the preview says what is wrong with the folder
        return ()
    return tuple((one, one) for one in names[:MOST_FILES])


def brain_found(name: str, report: ImportReport | None) -> str:
    """What was found for an option without a choice; empty where nothing was."""
    facts = report.facts if report else {}
    value = facts.get("affine_source" if name == "orientation" else name, "")
    if name == "tr_s":
        return f"{value:g} s" if isinstance(value, int | float) else f"{value} s" if value else ""
    return str(value) if value not in ("", "none", "unclear") else ""
