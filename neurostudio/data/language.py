"""Counting words and guessing the language of a text, well enough for an import report."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_WORD = re.compile(rf"[{_HAN}]|[^\s{_HAN}]+")
_OTHER_ASIAN = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_BASIC_LATIN = re.compile(r"[A-Za-z]")
# fmt: off
_ENGLISH_WORDS = frozenset({
    "the", "a", "an", "and", "of", "to", "in", "is", "it", "that", "this",
    "for", "with", "but", "as", "was", "on", "be", "are", "not", "you", "i",
})
# fmt: on
_MIN_HAN_SHARE = 0.3
_MIN_LATIN_SHARE = 0.95
_MIN_ENGLISH_WORDS = 0.05
_ENOUGH_WORDS = 200
_READ_CHARACTERS = 500_000


def count_words(text: str) -> int:
    """Number of words: runs without white space, and each Chinese character by itself.

    >>> count_words("a good film"), count_words("很好吃 ok")
    (3, 4)
    """
    return len(_WORD.findall(text))


def guess_language(texts: Iterable[str]) -> str:
    """``english``, ``chinese`` or ``other``, by the share of scripts; Latin text must also hold everyday English words.

    Text of fewer than 200 words is called English by its script alone. At most half a million characters are read.
    """
    han = asian = basic = letters = size = 0
    words: Counter[bool] = Counter()
    for text in texts:
        letters += sum(1 for character in text if character.isalpha())
        han += len(_HAN_CHARACTER.findall(text))
        asian += len(_OTHER_ASIAN.findall(text))
        basic += len(_BASIC_LATIN.findall(text))
        words.update(word in _ENGLISH_WORDS for word in text.lower().split())
        size += len(text)
        if size > _READ_CHARACTERS:
            break
    if not letters:
        return "other"
    if han >= _MIN_HAN_SHARE * letters and asian < 0.1 * letters:
        return "chinese"
    if basic < _MIN_LATIN_SHARE * letters:
        return "other"
    n_word = words[True] + words[False]
    return "english" if n_word < _ENOUGH_WORDS or words[True] >= _MIN_ENGLISH_WORDS * n_word else "other"


def spread(values: Sequence[int]) -> dict[str, Any]:
    """Smallest, median, mean, 95th percentile (nearest rank) and largest of some counts.

    >>> spread([4, 1, 1])
    {'min': 1, 'median': 1, 'mean': 2.0, 'p95': 4, 'max': 4}
    """
    if not values:
        return {"min": 0, "median": 0, "mean": 0.0, "p95": 0, "max": 0}
    ordered = sorted(values)
    n = len(ordered)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return {
        "min": ordered[0],
        "median": int(middle) if middle.is_integer() else middle,
        "mean": round(sum(ordered) / n, 2),
        "p95": ordered[-(-95 * n // 100) - 1],
        "max": ordered[-1],
    }
