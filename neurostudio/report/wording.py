"""Numbers, sizes, times and values as people read them. Used by the page, the PDF and the figures alike."""

import json
import math
import unicodedata
from datetime import UTC, datetime
from typing import Any

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SIGNIFICANT_DIGITS = 4
NO_BREAK = "\N{NO-BREAK SPACE}"  # a number stays on one line
_SIZE_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_STATE_SIGNS = {
    "queued": "○",
    "running": "↻",
    "done": "✓",
    "failed": "✗",
    "cancelled": "▬",
    "interrupted": "◐",
}


def clean(text: object) -> str:
    """Text without control characters and half surrogates, which neither XML nor PDF can hold; tabs become spaces."""
    kept = (" " if char == "\t" else char for char in str(text).replace("\r\n", "\n"))
    return "".join(char for char in kept if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co"))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters; the middle is left out, since names often differ at both ends.

    >>> shortened("spiking-text-seed-0", 11)
    'spiki…eed-0'
    """
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


def number_text(value: float, digits: int = SIGNIFICANT_DIGITS, *, measured: bool = False) -> str:
    r"""A number with `digits` significant digits; whole numbers in full with thin groups.

    A `measured` number keeps the zeros at its end: they were measured too, and a column of them stays in line.

    >>> number_text(0.752345), number_text(0.5), number_text(0.5, measured=True), number_text(20480), number_text(0.0000123)
    ('0.7523', '0.5', '0.5000', '20,480', '1.23\xa0×\xa010⁻⁵')
    """
    value = float(value)
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if value.is_integer() and size < 1e12:
        return _minus(f"{int(value):,}")
    if 1e-4 <= size < 1e6:
        decimals = max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{value:,.{decimals}f}"
        return _minus(text.rstrip("0").rstrip(".") if "." in text and not measured else text)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{_minus(mantissa)}{NO_BREAK}×{NO_BREAK}10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def mean_and_spread_text(mean: float, spread: float) -> str:
    r"""Mean ± spread, both to the second significant digit of the spread.

    >>> mean_and_spread_text(0.75213, 0.00612)
    '0.7521 ±\xa00.0061'
    """
    size = max(abs(mean), abs(spread))
    if not (math.isfinite(mean) and math.isfinite(spread)) or spread == 0 or not 1e-3 <= size < 1e6:
        return f"{number_text(mean)} ±{NO_BREAK}{number_text(spread, 2)}"
    decimals = min(max(0, 1 - math.floor(math.log10(spread))), 6)
    return f"{_minus(f'{mean:,.{decimals}f}')} ±{NO_BREAK}{spread:,.{decimals}f}"


def size_text(size_bytes: float) -> str:
    """File size with a decimal unit.

    >>> size_text(532), size_text(412_000_000)
    ('532 bytes', '412 MB')
    """
    value, unit = float(size_bytes), 0
    while value >= 999.5 and unit < len(_SIZE_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_SIZE_UNITS[unit]}" if unit == 0 or value >= 99.5 else f"{value:.3g} {_SIZE_UNITS[unit]}"


def duration_text(seconds: float | None) -> str:
    """Working time: ``0:24``, ``1:05:09``; below ten seconds with a decimal."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def time_text(unix_seconds: float) -> str:
    """A point in time, UTC, to the minute; a dash for 0."""
    if not unix_seconds:
        return "–"
    return datetime.fromtimestamp(unix_seconds, UTC).strftime(f"%Y-%m-%d{NO_BREAK}%H:%M{NO_BREAK}UTC")


def value_text(value: Any) -> str:
    """A plain setting: words for switches and nothing, digits in full for numbers."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(value_text(item) for item in value) or "empty"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str) if value else "empty"
    if isinstance(value, str):
        return clean(value) if value.strip() else "empty"
    return clean(value)


def fact_text(name: str, value: Any) -> str:
    """One counted fact of a data set: ``rows`` 9596 -> ``9,596 rows``; sizes with a unit."""
    words = clean(name).replace("_", " ")
    if name.endswith("_bytes") and isinstance(value, int | float):
        return size_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{words}: {value_text(value)}"
    return f"{number_text(value)} {words}"


def state_text(state: str) -> str:
    """A state with its sign, so that it never rests on colour alone: ``✓ done``."""
    return f"{_STATE_SIGNS.get(state, '·')}{NO_BREAK}{clean(state)}"


def _minus(text: str) -> str:
    return text.replace("-", "−")
