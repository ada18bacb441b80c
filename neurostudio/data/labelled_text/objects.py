"""JSON lines and JSON arrays as objects with the line each begins on."""

import json
import re
from pathlib import Path
from typing import Any, TypeAlias

from neurostudio.core.errors import RequestError

Objects: TypeAlias = list[tuple[int, dict[str, Any]]]

_BETWEEN = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def json_lines(text: str, path: Path) -> Objects:
    """One object a line; blank lines give an empty object, so that they are reported as empty rows.

    Raises
    ------
    RequestError
        A line is not a JSON object.
    """
    found: Objects = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            found.append((number, {}))
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"{path}, line {number}: not a JSON object", str(error), "Mend or remove the line") from error
        if not isinstance(value, dict):
            raise RequestError(f"{path}, line {number}: not a JSON object but {type(value).__name__}", fix="Mend the line")
        found.append((number, value))
    return found


def json_array(text: str, path: Path) -> Objects:
    """One array of objects.

    Raises
    ------
    RequestError
        The text is not JSON, or holds something else.
    """
    found: Objects = []
    position = _skip(text, text.index("[") + 1) if "[" in text else len(text)
    line, counted = 1, 0
    while position < len(text) and text[position] != "]":
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise RequestError(f"{path}, line {line}: not JSON", str(error), "Mend the file") from error
        if not isinstance(value, dict):
            raise RequestError(f"{path}, line {line}: not a JSON object but {type(value).__name__}", fix="Mend the item")
        found.append((line, value))
        position = _skip(text, end)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "]":
            break
    if text[position : position + 1] != "]" or text[position + 1 :].strip():
        line += text.count("\n", counted, position)
        raise RequestError(f"{path}, line {line}: the JSON array is broken off or badly formed here", fix="Mend the file")
    return found


def plain_text(value: object, joined: bool = False) -> str:
    """A JSON value as text; a missing one, an object or (unless `joined`) a list is empty."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else _number(value)
    if joined and isinstance(value, list) and all(isinstance(word, str) for word in value):
        return plain_text(" ".join(value))
    return ""


def _number(value: float) -> str:
    return "" if value != value else f"{value:.15g}" if isinstance(value, float) else str(value)


def _skip(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position
