"""Sentences that two data sets share, so that a test on one of them is no test of what was learnt from the other.

Published sets spell the same sentence differently (spaces around punctuation, split contractions, brackets written as
``-LRB-``, quotes and dashes of all shapes), so they are compared in a plain form.
"""

import re
import unicodedata
from collections.abc import Sequence

_LEFT_BRACKET, _RIGHT_BRACKET = re.compile("-l[rsc]b-"), re.compile("-r[rsc]b-")
_SAME_MARKS = str.maketrans("‘’‚`´“”„–—−[]{}", "'''''\"\"\"---()()")
_BEFORE_CONTRACTION = re.compile(r"\s+(?=n't\b)")
_AROUND_MARKS = re.compile(r"\s*([^\w\s]+)\s*")
_BLANKS = re.compile(r"\s+")
_NOT_LETTERS = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Plain form of a sentence: NFKC, lower case, one shape of quotes, dashes and brackets, no blanks around punctuation.

    >>> normalised("It 's  a film you ca n't miss , -LRB- really -RRB- !")
    "it's a film you can't miss,(really)!"
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(_SAME_MARKS).replace("''", '"')
    text = _RIGHT_BRACKET.sub(")", _LEFT_BRACKET.sub("(", text))
    text = _BEFORE_CONTRACTION.sub("", text)
    text = _BLANKS.sub(" ", _AROUND_MARKS.sub(r"\1", text)).strip()
    return unicodedata.normalize("NFKC", text)


def shared_sentences(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places that hold the same sentence.

    Parameters
    ----------
    a, b : sequence of str
        Sentences, such as those to train on and those to test on.

    Returns
    -------
    list of (int, int)
        For each sentence of `b` that `a` holds too: its first place in `a`, and its place in `b`; in the order of `b`.

    Notes
    -----
    Sentences are the same when their letters and digits are, whatever stands between them: some sets drop accents or marks
    at the end of a sentence.

    Examples
    --------
    >>> shared_sentences(["Good .", "It 's bad"], ["it's bad !", "fine"])
    [(1, 0)]
    """
    places: dict[str, int] = {}
    for place, text in enumerate(a):
        places.setdefault(_key(text), place)
    keys = ((place, _key(text)) for place, text in enumerate(b))
    return [(places[key], place) for place, key in keys if key in places]


def _key(text: str) -> str:
    """Letters and digits of a sentence without accents; the plain form where it has none."""
    plain = normalised(text)
    bare = "".join(mark for mark in unicodedata.normalize("NFD", plain) if not unicodedata.combining(mark))
    return _NOT_LETTERS.sub("", bare) or plain
