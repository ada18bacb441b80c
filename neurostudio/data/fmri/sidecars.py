"""What the JSON sidecars of a run say about time: repetition time, slice timing, discarded volumes.

The repetition time is trusted in this order: what a person chose, ``RepetitionTime`` of the sidecar, the header. Two sources that
differ by more than 1 % are a question to the person, never a silent choice.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeGuard

from neurostudio.data.import_report import Problem

TOLERANCE = 0.01
"""Relative difference from which two repetition times contradict each other."""

LONGEST_TR_S = 100.0
"""A longer repetition time "in seconds" is most likely one in milliseconds."""

SHORTEST_TR_S = 0.02
"""A shorter one is most likely a number of seconds that was taken for one of milliseconds."""

DISCARDED = ("NumberOfVolumesDiscardedByScanner", "NumberOfVolumesDiscardedByUser")

OF_SOURCE = frozenset({"RepetitionTime", "VolumeTiming", "TaskName", *DISCARDED})
"""What the sidecars of a raw run say of its preprocessed images too; slice timing, say, is corrected by then."""


@dataclass(frozen=True)
class RepetitionTime:
    """The repetition time of a run.

    Attributes
    ----------
    tr_s : float or None
        Seconds; None where it is not known, or the sources contradict each other.
    source : str
        ``option``, ``sidecar``, ``header``, or empty.
    candidates_s : tuple of float
        What a person may choose from where there is a question.
    problem : Problem or None
        A question (severity ``error``), or what else there is to say. It is worded without the name of a run.
    """

    tr_s: float | None
    source: str = ""
    candidates_s: tuple[float, ...] = ()
    problem: Problem | None = None


def repetition_time(sidecar: Mapping[str, Any], header_s: float | None, chosen_s: float | None = None) -> RepetitionTime:
    """Find the repetition time of a run.

    Parameters
    ----------
    sidecar : dict
        Merged metadata of the run.
    header_s : float or None
        Seconds as the header has them, implausible ones too; None where it has none.
    chosen_s : float or None
        The option ``tr_s``.
    """
    written_s, oddity = _of_sidecar(sidecar)
    if chosen_s is not None:
        others = [("the sidecar", written_s), ("the header", header_s)]
        words = [f"{name} says {value:g} s" for name, value in others if value is not None and not _is_same(chosen_s, value)]
        message = f"The TR is {chosen_s:g} s as chosen with tr_s, but {' and '.join(words)}"
        return RepetitionTime(chosen_s, "option", problem=Problem("warning", message) if words else None)
    if written_s is not None and header_s is not None:
        return _of_both(written_s, header_s, oddity)
    known_s, source = (written_s, "sidecar") if written_s is not None else (header_s, "header")
    if known_s is None:
        message = oddity or "The TR is not known: neither a sidecar nor the header tells it"
        return RepetitionTime(None, problem=Problem("warning", f"{message}; choose it with the option tr_s (--option tr_s=2)"))
    if known_s > LONGEST_TR_S:
        message = f"The {source} says a TR of {known_s:g} s, which is most likely {known_s:g} ms"
        return _question(message, (known_s / 1000, known_s))
    if known_s < SHORTEST_TR_S:
        message = f"The {source} says a TR of {known_s:g} s, which is most likely {1000 * known_s:g} s"
        return _question(message, (1000 * known_s, known_s))
    return RepetitionTime(known_s, source, problem=Problem("warning", oddity) if oddity else None)


def differ(one_s: float, other_s: float) -> bool:
    """Whether two repetition times contradict each other."""
    return abs(one_s - other_s) > TOLERANCE * min(abs(one_s), abs(other_s))


def slice_timing_problem(sidecar: Mapping[str, Any], shape: Sequence[int], tr_s: float | None) -> Problem | None:
    """What is wrong with the slice timing of a run whose image has this shape; None where nothing is."""
    times = sidecar.get("SliceTiming")
    if times is None:
        return None
    if not isinstance(times, list) or not all(map(_is_number, times)) or not times:
        return Problem("warning", "SliceTiming is no list of numbers; it cannot be used")
    axis = "ijk".find(str(sidecar.get("SliceEncodingDirection", "k"))[:1])
    if 0 <= axis < len(shape) and len(times) != shape[axis]:
        return Problem("warning", f"SliceTiming has {len(times)} times, but the image has {shape[axis]} slices")
    if tr_s is not None and max(times) > tr_s * (1 + TOLERANCE):
        return Problem("warning", f"SliceTiming reaches {max(times):g} s, beyond the TR of {tr_s:g} s; it may be in milliseconds")
    return None


def n_discarded(sidecar: Mapping[str, Any]) -> int:
    """How many volumes were thrown away before the first stored one, by the scanner or by a person."""
    counts = [sidecar.get(name) for name in DISCARDED]
    return sum(int(count) for count in counts if _is_number(count) and count > 0)


def _of_sidecar(sidecar: Mapping[str, Any]) -> tuple[float | None, str]:
    """Repetition time of a sidecar in seconds, and what is odd about it."""
    value = sidecar.get("RepetitionTime")
    if value is not None:
        if isinstance(value, str):
            value = _number_in(value)
        if _is_number(value) and value > 0:
            return float(value), ""
        return None, f"RepetitionTime in the sidecar is {str(sidecar['RepetitionTime'])[:40]!r}, no positive number"
    times = sidecar.get("VolumeTiming")
    if isinstance(times, list) and len(times) > 1 and all(map(_is_number, times)):
        steps = [after - before for before, after in pairwise(times)]
        if min(steps) <= 0 or differ(min(steps), max(steps)):
            return None, "The volumes were not taken at even times (VolumeTiming), so there is no one TR"
        return sum(steps) / len(steps), ""
    return None, ""


def _of_both(written_s: float, header_s: float, oddity: str) -> RepetitionTime:
    if not differ(written_s, header_s):
        if written_s > LONGEST_TR_S:
            message = f"The sidecar and the header say a TR of {written_s:g} s, which is most likely {written_s:g} ms"
            return _question(message, (written_s / 1000, written_s))
        return RepetitionTime(written_s, "sidecar", problem=Problem("warning", oddity) if oddity else None)
    for is_odd, mended_s in ((header_s > LONGEST_TR_S, header_s / 1000), (header_s < SHORTEST_TR_S, 1000 * header_s)):
        if is_odd and not differ(written_s, mended_s):
            message = f"The header says a TR of {header_s:g} s; its unit is wrong, as the sidecar with {written_s:g} s shows"
            return RepetitionTime(written_s, "sidecar", problem=Problem("note", message))
    message = f"The sidecar says a TR of {written_s:g} s, the header says {header_s:g} s"
    return _question(message, (written_s, header_s))


def _is_same(chosen_s: float, value_s: float) -> bool:
    """Whether a value is the chosen one, as it stands or in another unit."""
    return not (differ(value_s, chosen_s) and differ(value_s / 1000, chosen_s) and differ(1000 * value_s, chosen_s))


def _question(message: str, candidates_s: tuple[float, ...]) -> RepetitionTime:
    choice = f"choose the right one with the option tr_s (--option tr_s={candidates_s[0]:g})"
    return RepetitionTime(None, candidates_s=candidates_s, problem=Problem("error", f"{message}; {choice}"))


def _number_in(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
