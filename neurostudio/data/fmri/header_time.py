"""What a header says about time: the repetition time, and how far it can be trusted."""

import math
from typing import Literal

TimeUnit = Literal["s", "ms", "us", "Hz", "ppm", "rad/s", ""]

LONGEST_TR_S = 100.0
"""A longer repetition time "in seconds" is most likely one in milliseconds."""

SHORTEST_TR_S = 0.02
"""A shorter one "in milliseconds" is most likely one in seconds."""

_SECONDS: dict[TimeUnit, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_UNITS: dict[int, TimeUnit] = {8: "s", 16: "ms", 24: "us", 32: "Hz", 40: "ppm", 48: "rad/s"}


def time_unit(xyzt_units: int) -> TimeUnit:
    """Unit of the fourth axis by the code in the header; empty where it is not given."""
    return _UNITS.get(xyzt_units & 0b111000, "")


def repetition_in_header(zoom: float, unit: TimeUnit, n_volumes: int) -> tuple[float | None, str]:
    """The repetition time in seconds, and a remark.

    Implausible values are given as they stand, with a remark: to choose is up to a person.

    Parameters
    ----------
    zoom : float
        Distance of two volumes, in `unit`.

    Examples
    --------
    >>> repetition_in_header(1350.0, "ms", 40)
    (1.35, 'The header gives the TR as 1350 ms.')
    >>> repetition_in_header(1.0, "", 40)[0] is None
    True
    """
    if n_volumes < 2:
        return None, ""
    if unit in ("Hz", "ppm", "rad/s"):
        return None, f"TR unknown: the fourth axis is in {unit}, not in seconds."
    if not math.isfinite(zoom) or zoom <= 0:
        return None, f"TR unknown: the header has {zoom:g}."
    if not unit:
        if zoom == 1:
            return None, "TR unknown: the header has 1 without a unit, which programs write when they do not know it."
        tr_s, note = zoom, f"The header gives the TR as {zoom:g} without a unit; seconds are assumed."
    else:
        tr_s = round(zoom * _SECONDS[unit], 9)
        note = "" if unit == "s" else f"The header gives the TR as {zoom:g} {'µs' if unit == 'us' else unit}."
    if tr_s > LONGEST_TR_S:
        return tr_s, f"The header gives a TR of {tr_s:g} s, which is most likely {tr_s:g} ms."
    if unit in ("ms", "us") and tr_s < SHORTEST_TR_S:
        return tr_s, f"The header gives a TR of {zoom:g} {unit}, which is most likely {zoom:g} s."
    return tr_s, note
