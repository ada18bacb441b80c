"""Praat TextGrid files, in the long and the short form of text.

Praat reads its text files by one rule, and so does this module: free-standing numbers, strings in quotes (a quote inside is
doubled) and flags in angle brackets count; every other word, such as ``xmin =`` or ``intervals [3]:``, is for people. The two
forms are then the same. Source: Praat manual, "TextGrid file formats".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neurostudio.core.errors import RequestError
from neurostudio.data.numbers import is_number

_TOKEN = re.compile(r'"(?:[^"]|"")*"(?=\s|$)|"|![^\n]*|\n|[^\s]+')
_FILE_TYPES = ("ooTextFile", "ooTextFile short")


@dataclass(frozen=True)
class Interval:
    """One labelled stretch of time; a point has the same begin and end.

    Attributes
    ----------
    line : int
        Line of the file on which its text stands.
    """

    begin_s: float
    end_s: float
    text: str
    tier: str
    line: int


@dataclass(frozen=True)
class _Token:
    value: str
    is_string: bool
    line: int


def is_praat_text(text: str) -> bool:
    """Whether `text` begins as a text file of Praat, a TextGrid or another object."""
    return "ooTextFile" in text[:200]


def parse_textgrid(text: str, path: Path) -> list[Interval]:
    """Intervals and points of all tiers, in the order of the file, those without text too.

    Raises
    ------
    RequestError
        The file ends too early, or holds something else where a number or a text is due: names the line.
    """
    tokens = _Tokens(text, path)
    if (kind := tokens.string("the file type")) not in _FILE_TYPES:
        raise RequestError(f"{path} is no TextGrid in text form", f"It is called '{kind}'", "Save it as a text file in Praat")
    if (kind := tokens.string("the object class")) != "TextGrid":
        raise RequestError(f"{path} holds a {kind} and not a TextGrid", fix="Save the TextGrid alone in Praat")
    tokens.number("the begin of the file")
    tokens.number("the end of the file")
    if tokens.flag() == "<absent>":
        return []
    found: list[Interval] = []
    for _ in range(tokens.count("the number of tiers")):
        found += _tier(tokens, path)
    return found


def _tier(tokens: "_Tokens", path: Path) -> Iterator[Interval]:
    form = tokens.string("the class of a tier")
    if form not in ("IntervalTier", "TextTier"):
        raise RequestError(f"{path}, line {tokens.line}: a tier of the class '{form}' is not known")
    name = tokens.string("the name of a tier")
    tokens.number("the begin of a tier")
    tokens.number("the end of a tier")
    for _ in range(tokens.count(f"the number of entries in the tier '{name}'")):
        begin = tokens.number("a time")
        end = tokens.number("a time") if form == "IntervalTier" else begin
        yield Interval(begin, end, tokens.string("a text"), name, tokens.line)


class _Tokens:
    """What counts in the file, one after the other; `line` is that of the last one taken."""

    def __init__(self, text: str, path: Path) -> None:
        self._path = path
        self._tokens = _tokens(text, path)
        self._next: _Token | None = None
        self.line = 1

    def string(self, what: str) -> str:
        token = self._take(what)
        if not token.is_string:
            raise self._wrong(what, token)
        return token.value

    def number(self, what: str) -> float:
        token = self._take(what)
        if token.is_string or not is_number(token.value):
            raise self._wrong(what, token)
        value = float(token.value)
        if value - value != 0:
            raise RequestError(f"{self._path}, line {self.line}: {what} is not finite")
        return value

    def count(self, what: str) -> int:
        value = self.number(what)
        if value < 0 or value != int(value):
            raise RequestError(f"{self._path}, line {self.line}: {what} is {value:g}, not a whole number")
        return int(value)

    def flag(self) -> str:
        """The flag that says whether tiers exist; some writers leave it out."""
        token = self._take("the number of tiers")
        if token.value in ("<exists>", "<absent>"):
            return token.value
        self._next = token
        return "<exists>"

    def _take(self, what: str) -> _Token:
        token, self._next = self._next or next(self._tokens, None), None
        if token is None:
            raise RequestError(
                f"{self._path} ends where {what} is due", "The file was cut off", "Save it again in Praat, or copy it again"
            )
        self.line = token.line
        return token

    def _wrong(self, what: str, token: _Token) -> RequestError:
        shown = f"'{token.value[:40]}'"
        return RequestError(f"{self._path}, line {token.line}: found {shown} where {what} is due", fix="Mend the file in Praat")


def _tokens(text: str, path: Path) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word == "\n":
            line += 1
        elif word == '"':
            raise RequestError(
                f"{path}, line {line}: a text is not closed here",
                "Its last quote is missing, or a quote inside it is not doubled",
                "Mend the line",
            )
        elif word.startswith('"'):
            yield _Token(word[1:-1].replace('""', '"'), True, line)
            line += word.count("\n")
        elif not word.startswith("!") and (is_number(word) or word in ("<exists>", "<absent>")):
            yield _Token(word, False, line)
