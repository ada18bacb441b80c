"""Series in words and as a table, for the clipboard, for files, and for people who do not see the plot. No Qt."""

from collections.abc import Sequence

import numpy as np

from neurostudio.gui.views.timeline.series import Series
from neurostudio.report.wording import number_text


def as_table(series: Sequence[Series], tr_s: float | None) -> str:
    """Series as lines with tabulators: volume (from 0), time where the TR is known, a column for each; empty without series."""
    if not series:
        return ""
    lines = ["\t".join(["volume", *(["time_s"] if tr_s else []), *(one.name for one in series)])]
    for t in range(max(len(one.values) for one in series)):
        cells = [str(t), *([f"{t * tr_s:g}"] if tr_s else [])]
        cells += [f"{one.values[t]:.7g}" if t < len(one.values) and np.isfinite(one.values[t]) else "n/a" for one in series]
        lines.append("\t".join(cells))
    return "\n".join(lines)


def series_sentence(series: Sequence[Series], tr_s: float | None) -> str:
    """What the plot shows, in one or two sentences."""
    if not series:
        return "No series."
    n_volumes = max(len(one.values) for one in series)
    length = f"{n_volumes} volumes" + (f", {number_text(n_volumes * tr_s)} s" if tr_s else "")
    parts = []
    for one in series:
        known = one.values[np.isfinite(one.values)]
        if known.size:
            parts.append(f"{one.name} from {number_text(float(known.min()))} to {number_text(float(known.max()))}")
        else:
            parts.append(f"{one.name} without values")
    return f"{length}: {'; '.join(parts)}."
