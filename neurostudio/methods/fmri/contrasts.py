"""Contrasts between conditions: words such as ``(face + house) / 2 - cat`` as weights.

Conditions may have any name. A name that an expression could misread (spaces, brackets) may be quoted: ``'living thing' - tool``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.design import Design

MOST_FOR_PAIRS = 6
ALL = "all conditions"
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_SIGNS = "+-*/()"


@dataclass(frozen=True)
class ContrastSpec:
    """One contrast.

    Attributes
    ----------
    weights : dict of str to float
        Condition -> weight; conditions of weight 0 are not in it.
    """

    name: str
    expression: str
    weights: dict[str, float]


def default_contrasts(conditions: Sequence[str]) -> tuple[ContrastSpec, ...]:
    """Each condition against rest, the mean of all, and each difference of two where there are `MOST_FOR_PAIRS` or fewer."""
    made = [ContrastSpec(name, _quoted(name), {name: 1.0}) for name in conditions]
    if len(conditions) > 1:
        joined = " + ".join(map(_quoted, conditions))
        made.append(ContrastSpec(ALL, f"({joined}) / {len(conditions)}", dict.fromkeys(conditions, 1 / len(conditions))))
    if len(conditions) <= MOST_FOR_PAIRS:
        made += [
            ContrastSpec(f"{one} - {other}", f"{_quoted(one)} - {_quoted(other)}", {one: 1.0, other: -1.0})
            for one, other in combinations(conditions, 2)
        ]
    return tuple(made)


def read_contrasts(expressions: Mapping[str, str], conditions: Sequence[str]) -> tuple[ContrastSpec, ...]:
    """The contrasts of a request; the default ones where it names none.

    Raises
    ------
    RequestError
        An expression cannot be read, names what is no condition, or weighs nothing.
    """
    if not expressions:
        return default_contrasts(conditions)
    made = []
    for name, expression in expressions.items():
        weights = {key: weight for key, weight in read_expression(expression, conditions, name).items() if weight}
        if not weights:
            raise RequestError(f"The contrast '{name}' ({expression}) weighs nothing", "Its weights cancel each other")
        made.append(ContrastSpec(name, expression, weights))
    return tuple(made)


def read_expression(expression: str, conditions: Sequence[str], name: str = "") -> dict[str, float]:
    """Weights of an expression of condition names, numbers, ``+ - * /`` and brackets.

    >>> read_expression("(face + house) / 2 - cat", ["face", "house", "cat"])
    {'face': 0.5, 'house': 0.5, 'cat': -1.0}
    """
    return _Reader(expression, conditions, name or expression).read()


def contrast_rows(contrast: ContrastSpec, design: Design) -> NDArray[np.float64] | None:
    """Weights of the columns of a run, shape (q, K): one row, or one a delay for FIR; None where the run lacks a condition."""
    if not set(contrast.weights) <= set(design.columns_of):
        return None
    n_row = len(next(iter(design.columns_of.values())))
    rows = np.zeros((n_row, design.values.shape[1]))
    for condition, weight in contrast.weights.items():
        for row, column in enumerate(design.columns_of[condition]):
            rows[row, column] += weight
    return rows


# --- inside ---------------------------------------------------------------------------------------------------------------


def _quoted(name: str) -> str:
    mark = '"' if "'" in name else "'"
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f"{mark}{name}{mark}"


@dataclass(frozen=True)
class _Value:
    """A number (``weights`` empty) or weighed conditions."""

    number: float = 0.0
    weights: Mapping[str, float] | None = None


class _Reader:
    """Recursive descent: sum of products of signed names, numbers and brackets."""

    def __init__(self, expression: str, conditions: Sequence[str], name: str) -> None:
        self._expression, self._conditions, self._name = expression, conditions, name
        self._tokens = self._split()
        self._place = 0

    def read(self) -> dict[str, float]:
        value = self._sum()
        if self._place < len(self._tokens):
            raise self._wrong(f"'{self._tokens[self._place][1]}' is not expected there")
        if value.weights is None:
            raise self._wrong("it names no condition")
        return dict(value.weights)

    def _split(self) -> list[tuple[str, str]]:
        """Tokens ``(kind, text)``; the longest name that fits wins, so that names may hold signs."""
        names = sorted(self._conditions, key=len, reverse=True)
        tokens, text = [], self._expression.strip()
        while text:
            quoted = _QUOTED.match(text)
            if quoted:
                tokens.append(("name", quoted.group(1) if quoted.group(1) is not None else quoted.group(2)))
                length = quoted.end()
            else:
                kind, length = self._next(text, names)
                tokens.append((kind, text[:length]))
            text = text[length:].lstrip()
        return tokens

    def _next(self, text: str, names: Sequence[str]) -> tuple[str, int]:
        name = next((name for name in names if text.startswith(name) and _ends(name, text)), None)
        number = _NUMBER.match(text)
        if name is not None and (number is None or len(name) >= number.end()):
            return "name", len(name)
        if number is not None and _ends(number.group(), text):
            return "number", number.end()
        if text[0] in _SIGNS:
            return "sign", 1
        word = re.match(r"[^\s+\-*/()]+", text)
        raise self._unknown(word.group() if word else text)

    def _sum(self) -> _Value:
        value = self._product()
        while (sign := self._take("+-")) is not None:
            value = self._add(value, self._product(), 1.0 if sign == "+" else -1.0)
        return value

    def _product(self) -> _Value:
        value = self._factor()
        while (sign := self._take("*/")) is not None:
            value = self._multiply(value, self._factor(), sign)
        return value

    def _factor(self) -> _Value:
        sign = self._take("+-")
        if sign is not None:
            value = self._factor()
            return value if sign == "+" else self._multiply(_Value(-1.0), value, "*")
        if self._take("(") is not None:
            value = self._sum()
            if self._take(")") is None:
                raise self._wrong("a bracket is not closed")
            return value
        if self._place >= len(self._tokens):
            raise self._wrong("it ends too early")
        kind, text = self._tokens[self._place]
        self._place += 1
        if kind == "number":
            return _Value(float(text))
        if kind == "name":
            if text not in self._conditions:
                raise self._unknown(text)
            return _Value(weights={text: 1.0})
        raise self._wrong(f"'{text}' is not expected there")

    def _take(self, signs: str) -> str | None:
        if self._place < len(self._tokens) and self._tokens[self._place][0] == "sign":
            text = self._tokens[self._place][1]
            if text in signs:
                self._place += 1
                return text
        return None

    def _add(self, one: _Value, other: _Value, sign: float) -> _Value:
        if (one.weights is None) != (other.weights is None):
            raise self._wrong("a number is added to a condition")
        if one.weights is None or other.weights is None:
            return _Value(one.number + sign * other.number)
        names = dict.fromkeys([*one.weights, *other.weights])
        return _Value(weights={name: one.weights.get(name, 0.0) + sign * other.weights.get(name, 0.0) for name in names})

    def _multiply(self, one: _Value, other: _Value, sign: str) -> _Value:
        if sign == "/":
            if other.weights is not None or not other.number:
                raise self._wrong("only a number other than 0 can be divided by")
            other = _Value(1 / other.number)
        if one.weights is not None and other.weights is not None:
            raise self._wrong("two conditions are multiplied")
        if one.weights is None and other.weights is None:
            return _Value(one.number * other.number)
        number = other.number if one.weights is not None else one.number
        weights = one.weights if one.weights is not None else other.weights
        return _Value(weights={name: weight * number for name, weight in (weights or {}).items()})

    def _wrong(self, why: str) -> RequestError:
        return RequestError(
            f"The contrast '{self._name}' cannot be read: {self._expression}",
            why,
            "Write it like face - house, or (a + b) / 2 - c",
        )

    def _unknown(self, word: str) -> RequestError:
        return RequestError(
            f"The contrast '{self._name}' names '{word}', which is no condition",
            fix=f"The conditions are: {', '.join(self._conditions)}",
        )


def _ends(token: str, text: str) -> bool:
    """Whether the token is a whole word at the start of the text: ``face`` is none in ``faces``."""
    rest = text[len(token) :]
    return not rest or not (rest[0].isalnum() or rest[0] == "_") or not (token[-1].isalnum() or token[-1] == "_")
