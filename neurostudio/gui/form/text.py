"""What people type and what it means: raw text of a field <-> the plain value of a setting, and words for what is wrong.

The raw content of a field is either a plain value, as it was loaded, or what was typed in its place:

========  =====================================================================
form      typed
========  =====================================================================
bool      True or False
choice    one of the choices, None where it may be empty
union     tag of the member
int ...   the text; for a list the items with commas, for texts one a line
dict      rows ``[[name, text], ...]``
========  =====================================================================

Loaded values stay themselves until someone types, so that a form changes nothing that it only shows.
"""

import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from neurostudio.core.spec import SettingInfo

MOST_DIGITS = 300
_TRUE, _FALSE = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class Unreadable(Exception):  # noqa: N818 - a remark on what was typed, which the form shows beside the field
    """What was typed is no value of this setting; the message says why."""


def value_of(info: SettingInfo, raw: Any) -> Any:
    """The plain value that a raw content stands for.

    Raises
    ------
    Unreadable
        With a sentence for the person who typed it.
    """
    if raw is None:
        if info.optional:
            return None
        raise Unreadable("Choose one" if info.form == "choice" else "Must not be empty")
    if info.form in ("bool", "choice", "union", "str"):
        value = raw
    elif info.form == "list":
        value = _items(info, raw) if isinstance(raw, str) else list(raw)
    elif info.form == "dict":
        value = dict(raw) if isinstance(raw, dict) else _rows(info, raw)
    elif isinstance(raw, str):
        value = scalar(info.form, raw)
    else:
        value = raw
    _check_limits(info, value)
    return value


def text_of(info: SettingInfo, raw: Any) -> str:
    """The text that a field shows for its raw content."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if info.form == "list":
        return ("\n" if info.item == "str" else ", ").join(scalar_text(item) for item in raw)
    return scalar_text(raw)


def rows_of(raw: Any) -> list[tuple[str, str]]:
    """The rows that a field of names and values shows."""
    pairs = raw.items() if isinstance(raw, dict) else raw or ()
    return [(str(name), scalar_text(value)) for name, value in pairs]


def scalar_text(value: Any) -> str:
    """One value as text that reads back as the same value: ``3e-5``, ``0.5``, ``2``, ``yes``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, float):
        return str(value)
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    if e:
        return f"{mantissa}e{int(exponent)}"
    return mantissa.removesuffix(".0")


def scalar(kind: str, text: str) -> Any:
    """Read one ``bool``, ``int``, ``float`` or ``str``; Unreadable says what it is not."""
    if kind == "str":
        return text
    plain = text.strip().replace("−", "-")
    if not plain:
        raise Unreadable("Must not be empty")
    if kind == "bool":
        return _switch(plain)
    if kind == "int":
        return _whole(plain)
    return _number(plain)


def limits_text(info: SettingInfo) -> str:
    """What is allowed, as half a sentence: ``above 0 and at most 1``; empty without bounds."""
    bounds = info.bounds
    ends = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    if set(bounds) == {"ge", "le"}:
        return f"from {_limit(bounds['ge'])} to {_limit(bounds['le'])}"
    return " and ".join(f"{words} {_limit(bounds[key])}" for key, words in ends.items() if key in bounds)


def empty_text(info: SettingInfo) -> str:
    """What it means to leave a setting empty, in few words: from the sentence "Empty: ..." of its help."""
    before, found, meaning = info.help.partition("Empty: ")
    if not info.optional:
        return ""
    return meaning.partition(". ")[0].rstrip(".") if found and (not before or before.endswith((" ", "\n"))) else "none"


def choice_text(info: SettingInfo, choice: Any) -> str:
    """A choice in words for people."""
    return info.labels.get(str(choice), str(choice))


def default_text(info: SettingInfo, default: Any) -> str:
    """The default in words: ``16 steps``, ``on``, ``empty: none``."""
    if default is None:
        return f"empty ({empty_text(info)})" if empty_text(info) != "none" else "empty"
    if info.form == "bool":
        return "on" if default else "off"
    if info.form in ("choice", "union"):
        return choice_text(info, default)
    if info.form == "dict":
        return ", ".join(f"{name} = {value}" for name, value in rows_of(default)) or "empty"
    text = text_of(info, default).replace("\n", "; ") or "empty"
    return f"{text} {info.unit}".strip() if info.form in ("int", "float") else text


def fits(info: SettingInfo, raw: Any) -> bool:
    """Whether something can be the raw content of this setting: for states that were written by another version."""
    if raw is None:
        return info.optional
    if info.form == "bool":
        return isinstance(raw, bool)
    if info.form in ("choice", "union"):
        return raw in info.choices
    if info.form == "str":
        return isinstance(raw, str)
    if info.form == "dict":
        return isinstance(raw, dict) or (isinstance(raw, list) and all(isinstance(row, list) and len(row) == 2 for row in raw))
    if info.form == "list":
        return isinstance(raw, str | list)
    return isinstance(raw, str | int | float) and not isinstance(raw, bool)


# --- inside -------------------------------------------------------------------------------------------------------------


def _whole(text: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable("Not a whole number") from None
    if not number.is_finite() or number.adjusted() > MOST_DIGITS or number != number.to_integral_value():
        raise Unreadable("Not a whole number")
    return int(number)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        hint = ": write a point, as in 0.5" if "," in text else ""
        raise Unreadable(f"Not a number{hint}") from None
    if not math.isfinite(number):
        raise Unreadable("Not a number")
    return number


def _switch(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise Unreadable("Write yes or no")


def _items(info: SettingInfo, text: str) -> list[Any]:
    if info.item == "str":
        return [line for line in text.splitlines() if line.strip()]
    parts = [part.strip() for part in text.replace(";", ",").split(",")]
    if not parts[-1]:
        parts.pop()  # nothing there, or a comma before the item that is typed next
    items: list[Any] = []
    for number, part in enumerate(parts, 1):
        try:
            items.append(scalar(info.item, part))
        except Unreadable as problem:
            what = f"'{part}'" if part else f"Item {number}"
            raise Unreadable(f"{what}: {_lower(str(problem))}") from None
    return items


def _rows(info: SettingInfo, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in rows:
        if not name and not text.strip():
            continue  # a row that was added and not yet filled in
        if name in values:
            raise Unreadable(f"'{name}' stands there twice")
        try:
            values[name] = scalar(info.item, text)
        except Unreadable as problem:
            raise Unreadable(f"'{name}': {_lower(str(problem))}") from None
    return values


def _check_limits(info: SettingInfo, value: Any) -> None:
    least = info.bounds.get("min_length")
    if least is not None and isinstance(value, str | list | dict) and len(value) < least:
        things = "character" if info.form == "str" else "item"
        raise Unreadable(f"Needs at least {least:g} {things}{'s' if least > 1 else ''}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    bounds = info.bounds
    inside = (
        ("ge" not in bounds or value >= bounds["ge"])
        and ("gt" not in bounds or value > bounds["gt"])
        and ("le" not in bounds or value <= bounds["le"])
        and ("lt" not in bounds or value < bounds["lt"])
    )
    if not inside:
        raise Unreadable(f"Must be {limits_text(info)}")


def _limit(bound: float) -> str:
    return scalar_text(float(bound))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
