"""The next larger and smaller number, for arrow keys and the wheel: exact decimals, inside the bounds, fit to the quantity.

Whole numbers go by one. Numbers go by the last digit that is written, or along 1-2-5 where the quantity is read on a
logarithmic scale (learning rates, decays): 3e-3 -> 5e-3 -> 1e-2.
"""

import math
from decimal import Decimal

from neurostudio.core.spec import SettingInfo
from neurostudio.gui.form.text import Unreadable, scalar, scalar_text, value_of

LOGARITHMIC_BELOW = 0.01
FIRST_ABOVE_ZERO = Decimal("1e-5")
BIG_STEP = 10
_LOGARITHMIC_WORDS = ("learning rate", "weight decay", "tolerance", "epsilon")
_SERIES = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


def is_logarithmic(info: SettingInfo) -> bool:
    """Whether equal factors, not equal distances, are the steps of this quantity."""
    if info.form != "float":
        return False
    is_positive = info.bounds.get("gt", info.bounds.get("ge", -1)) >= 0
    is_small = isinstance(info.default, float) and 0 < info.default < LOGARITHMIC_BELOW
    return is_positive and (is_small or any(word in info.title.lower() for word in _LOGARITHMIC_WORDS))


def stepped(info: SettingInfo, text: str, direction: int, *, is_big: bool = False) -> str:
    """The text after one step up (+1) or down (-1); the same text where there is no number or no room.

    Parameters
    ----------
    is_big : bool
        A large step: twice or half for whole numbers, ten of the small ones or a factor of ten for others.
    """
    try:
        number = Decimal(scalar_text(scalar(info.form, text)))
    except Unreadable:
        if text.strip():
            return text
        number = Decimal(scalar_text(info.default)) if info.default is not None else _first(info)
        return _if_allowed(info, number, text)
    if info.form == "int":
        new = _next_whole(number, direction) if is_big else number + direction
    elif is_logarithmic(info):
        new = _next_in_series(number, direction, is_big)
    else:
        new = number + direction * _distance(info, number) * (BIG_STEP if is_big else 1)
    return _if_allowed(info, _held(info, new, number), text)


def _first(info: SettingInfo) -> Decimal:
    lowest = info.bounds.get("ge", info.bounds.get("gt", 0))
    return Decimal(math.floor(lowest) + 1) if "gt" in info.bounds else Decimal(str(lowest))


def _next_whole(number: Decimal, direction: int) -> Decimal:
    if number == 0:
        return Decimal(direction)
    grows = (direction > 0) == (number > 0)
    return number * 2 if grows else Decimal(int(number / 2))


def _next_in_series(number: Decimal, direction: int, is_big: bool) -> Decimal:
    if number <= 0:
        return FIRST_ABOVE_ZERO if direction > 0 else number
    if is_big:
        return number.scaleb(direction)
    decade = Decimal(1).scaleb(number.adjusted())
    mantissa = number / decade
    if direction > 0:
        return decade * next(step for step in _SERIES if step > mantissa)
    return decade * next((step for step in reversed(_SERIES) if step < mantissa), Decimal("0.5"))


def _distance(info: SettingInfo, number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    written = Decimal(1).scaleb(min(int(exponent), 0))
    low = info.bounds.get("ge", info.bounds.get("gt"))
    high = info.bounds.get("le", info.bounds.get("lt"))
    if low is None or high is None or high <= low:
        return written
    share = Decimal(1).scaleb(math.ceil(math.log10(high - low)) - 2)
    return min(written, share)


def _held(info: SettingInfo, new: Decimal, old: Decimal) -> Decimal:
    """Stop at a bound that belongs to the range; keep the old number where the bound does not."""
    bounds = {key: Decimal(str(bound)) for key, bound in info.bounds.items()}
    if "ge" in bounds and new < bounds["ge"]:
        return bounds["ge"]
    if "le" in bounds and new > bounds["le"]:
        return bounds["le"]
    if ("gt" in bounds and new <= bounds["gt"]) or ("lt" in bounds and new >= bounds["lt"]):
        return old
    return new


def _if_allowed(info: SettingInfo, number: Decimal, otherwise: str) -> str:
    text = scalar_text(int(number) if info.form == "int" else float(number))
    try:
        value_of(info, text)
    except Unreadable:
        return otherwise
    return text
