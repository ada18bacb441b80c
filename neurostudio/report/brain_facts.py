"""The facts of brain data in words, for the window and the command line: what headers say, and what a data set holds."""

from collections.abc import Mapping
from typing import Any

from neurostudio.report.wording import number_text, size_text

_COUNTS = {
    "subjects": "Subjects",
    "sessions": "Sessions",
    "runs": "Runs",
    "volumes": "Volumes",
    "runs_with_events": "Runs with events",
    "runs_with_confounds": "Runs with confounds",
    "other_images": "Other images",
    "surface_files": "Surface files",
    "discarded_volumes": "Volumes discarded before",
}
_TEXTS = {
    "holds": "Holds",
    "format": "Format",
    "tasks": "Tasks",
    "grids": "Grids",
    "spaces": "Spaces",
    "events": "Events",
    "confounds": "Confounds",
    "mask": "Mask",
    "anatomy": "Anatomy",
}
_ORDER = (
    *("holds", "format", "subjects", "sessions", "tasks", "runs", "volumes", "shape", "zooms_mm", "grids", "spaces", "tr_s"),
    *("orientation", "data_type", "scaling", "events", "confounds", "mask", "anatomy", "runs_with_events"),
    *("runs_with_confounds", "discarded_volumes", "other_images", "surface_files", "missing_images", "raw_bytes", "size_bytes"),
)


def brain_fact_lines(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of a data set of the kind ``fmri`` as pairs of name and text.

    >>> brain_fact_lines({"runs": 8, "tr_s": "2.5", "size_bytes": 1_000_000})
    [('Runs', '8'), ('TR', '2.5 s'), ('Size', '1 MB')]
    """
    lines = [_line(key, facts) for key in _ORDER]
    return [line for line in lines if line is not None]


def _line(key: str, facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Name and text of one fact; None where there is nothing to say."""
    if key == "orientation":
        return _orientation(facts)
    if key == "scaling":
        return _scaling(facts)
    value = facts.get(key)
    if key == "tr_s" and not value and (candidates := facts.get("tr_candidates_s")):
        return "TR", f"{' or '.join(f'{one:g} s' for one in candidates)}: not clear"
    if value in (None, "", [], {}) or (value == 0 and key not in ("runs", "volumes")):
        return None
    if key in _COUNTS:
        return _COUNTS[key], number_text(value)
    if key in _TEXTS:
        return _TEXTS[key], str(value)
    if key == "tr_s":
        seconds = f"{value:g}" if isinstance(value, int | float) else str(value)
        source = {"sidecar": ", from the sidecar", "header": ", from the header", "option": ", as chosen"}
        return "TR", f"{seconds} s{source.get(str(facts.get('tr_from', '')), '')}"
    if key == "missing_images":
        size = f", {size_text(facts['missing_bytes'])}" if facts.get("missing_bytes") else ""
        return "Images not downloaded", f"{number_text(value)}{size}"
    if key in ("shape", "zooms_mm"):
        text = " × ".join(number_text(one, 4) for one in value)
        return ("Voxels", text) if key == "shape" else ("Voxel size", f"{text} mm")
    if key == "data_type":
        return "Data type", f"{value}, big-endian" if facts.get("big_endian") else str(value)
    return ("Uncompressed", size_text(value)) if key == "raw_bytes" else ("Size", size_text(value))


def _orientation(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    source = facts.get("affine_source")
    if source is None:
        return None
    codes = f"sform {facts.get('sform_code', 0)}, qform {facts.get('qform_code', 0)}"
    if source == "unclear":
        return "Orientation", f"sform and qform disagree ({codes})"
    if source == "none":
        return "Orientation", f"none: left and right are unknown ({codes})"
    return "Orientation", f"{facts.get('axes', '')}, from the {source} ({codes})"


def _scaling(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    slope, inter = facts.get("slope", 1.0), facts.get("inter", 0.0)
    if (slope, inter) == (1.0, 0.0):
        return None
    return "Scaling", f"stored × {number_text(slope, 6)} + {number_text(inter, 6)}"
