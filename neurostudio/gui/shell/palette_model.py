"""What the command palette finds, and in which order. Plain Python: a search runs in a thread where it asks the index."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

LONGEST = 120
MOST_HITS = 60
MOST_RECENT = 12
WIDEST_GAPS = 2
"""Letters left out for each letter typed, beyond which scattered letters are chance."""


class Fit(IntEnum):
    """How well a title fits what was typed; the best first."""

    EXACT = 0
    BEGINS = 1
    WORD_STARTS = 2
    INSIDE = 3
    INITIALS = 4
    HELP_WORDS = 5
    SCATTERED = 6


@dataclass(frozen=True)
class Hit:
    """One line of the palette.

    Attributes
    ----------
    key : str
        What the provider needs to act on it: id of a command, key of a page, name of a setting.
    detail : str
        Said beside the title, in the secondary colour.
    words : str
        More text that is searched, such as the help of a command.
    keys : str
        Shortcut, as people read it.
    reason : str
        Why it cannot be chosen now; empty where it can.
    """

    key: str
    title: str
    icon: str = ""
    detail: str = ""
    words: str = ""
    keys: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Provider:
    """Where hits come from.

    Attributes
    ----------
    name : str
        What its hits are, such as ``Run``: said to screen readers and shown where a hit has no detail.
    icon : str
        For hits without one; may be empty.
    search : function
        Text -> hits that may fit, in the order in which they are shown for an empty text. They are ranked later.
    choose : function
        Acts on a hit.
    is_slow : bool
        `search` asks the index: it is called in a thread, a moment after the last key.
    """

    name: str
    icon: str
    search: Callable[[str], Sequence[Hit]]
    choose: Callable[[Hit], object]
    is_slow: bool = False


@dataclass(frozen=True)
class Found:
    """A hit at its place in the list: who offers it, and which letters of its title were typed."""

    provider: Provider
    hit: Hit
    letters: tuple[int, ...] = ()

    @property
    def id(self) -> tuple[str, str]:
        """Names the thing from one search to the next."""
        return (self.provider.name, self.hit.key)

    def spoken(self) -> str:
        """The line as a screen reader says it."""
        hit = self.hit
        parts = [hit.title.removesuffix("..."), hit.detail or self.provider.name]
        parts += [f"shortcut {hit.keys}"] if hit.keys else []
        parts += [f"not available: {hit.reason}"] if hit.reason else []
        return ", ".join(parts)


class Recent:
    """What was chosen lately, the last first."""

    def __init__(self, ids: Iterable[Sequence[str]] = ()) -> None:
        pairs = [(str(one[0]), str(one[1])) for one in ids if len(one) == 2]
        self.ids: list[tuple[str, str]] = list(dict.fromkeys(pairs))[:MOST_RECENT]

    def add(self, found: Found) -> None:
        """Put one at the top."""
        self.ids = [found.id, *(one for one in self.ids if one != found.id)][:MOST_RECENT]

    def place(self, found: Found) -> int:
        """0 for the last one; as many as there are for one that was not chosen lately."""
        return self.ids.index(found.id) if found.id in self.ids else len(self.ids)


def ranked(text: str, offers: Iterable[tuple[Provider, Sequence[Hit]]], recent: Recent, most: int = MOST_HITS) -> list[Found]:
    """The hits that fit, best first; the order does not depend on the order of the providers.

    Without a text: what was chosen lately, then everything in the order of the providers.

    Parameters
    ----------
    offers : list of (provider, hits)
        What each provider found for `text`.
    """
    everything = [(provider, hit) for provider, hits in offers for hit in hits]
    words = folded(text).split()
    if not words:
        lines = [Found(provider, hit) for provider, hit in everything]
        # sorted() keeps the order of the others; what cannot be chosen comes last
        return sorted(lines, key=lambda line: (bool(line.hit.reason), recent.place(line)))[:most]
    order: list[tuple[tuple[object, ...], Found]] = []
    for provider, hit in everything:
        is_shortcut = bool(hit.keys) and hit.keys.lower() == text.strip().lower()
        place = (Fit.EXACT, 0, ()) if is_shortcut else fit(words, hit.title, f"{hit.words} {hit.detail} {hit.keys}")
        if place is not None:
            found = Found(provider, hit, place[2])
            rank = (place[0], recent.place(found), bool(hit.reason), place[1], len(hit.title), folded(hit.title), *found.id)
            order.append((rank, found))
    order.sort(key=lambda pair: pair[0])
    return [found for _, found in order[:most]]


def fit(words: Sequence[str], title: str, more: str = "") -> tuple[Fit, int, tuple[int, ...]] | None:
    """How folded words fit a title: kind of fit, a penalty (less is better) and the letters of the title; None for not at all.

    >>> fit(["rep"], "Write report...")
    (<Fit.WORD_STARTS: 2>, 6, (6, 7, 8))
    >>> fit(["wr"], "Write report...")[0].name, fit(["wrep"], "Write report...")[0].name
    ('BEGINS', 'INITIALS')
    """
    name = folded(title)
    if name.split() == list(words):
        return Fit.EXACT, 0, tuple(index for index, letter in enumerate(name) if letter != " ")
    phrase = " ".join(words)
    if name.startswith(phrase):
        return Fit.BEGINS, 0, tuple(range(len(phrase)))
    starts = [_word_start(name, word) for word in words]
    if all(start >= 0 for start in starts):
        return Fit.WORD_STARTS, starts[0], _letters(starts, words)
    inside = [name.find(word) for word in words]
    if all(start >= 0 for start in inside):
        return Fit.INSIDE, inside[0], _letters(inside, words)
    letters = "".join(words)
    if _is_within(letters, name):
        chunks = _fewest_chunks(letters, name)
        at_starts = all(index == 0 or name[index - 1] == " " or index - 1 in chunks for index in chunks)
        if at_starts:
            return Fit.INITIALS, _gaps(chunks), chunks
        if (named := _help_fit(words, name, more)) is not None:
            return named
        if _gaps(chunks) <= WIDEST_GAPS * len(chunks):
            return Fit.SCATTERED, _gaps(chunks), chunks
        return None
    return _help_fit(words, name, more)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case, with a space for each character that is neither letter nor digit; as long as the text itself."""
    return "".join(_fold(letter) for letter in text[:LONGEST])


def _fold(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 and lower.isalnum() else letter if letter.isalnum() else " "


def _word_start(text: str, word: str) -> int:
    """Where a word of the text begins with `word`; -1 for nowhere."""
    if text.startswith(word):
        return 0
    index = text.find(f" {word}")
    return index + 1 if index >= 0 else -1


def _letters(starts: Iterable[int], words: Iterable[str]) -> tuple[int, ...]:
    spots = {index for start, word in zip(starts, words, strict=True) for index in range(start, start + len(word))}
    return tuple(sorted(spots))


def _help_fit(words: Sequence[str], name: str, more: str) -> tuple[Fit, int, tuple[int, ...]] | None:
    """Every word begins a word of the title or of the help."""
    text = folded(more)
    in_title = {word: start for word in words if (start := _word_start(name, word)) >= 0}
    if all(word in in_title or _word_start(text, word) >= 0 for word in words):
        return Fit.HELP_WORDS, len(words) - len(in_title), _letters(in_title.values(), in_title)
    return None


def _is_within(letters: str, text: str) -> bool:
    """Whether the letters stand in the text in this order."""
    index = -1
    for letter in letters:
        index = text.find(letter, index + 1)
        if index < 0:
            return False
    return True


def _fewest_chunks(letters: str, text: str) -> tuple[int, ...]:
    """Places of the letters in the text, in order: at the starts of words, and together, as far as that is possible."""

    @cache
    def best(letter: int, begin: int) -> tuple[int, tuple[int, ...]] | None:
        if letter == len(letters):
            return 0, ()
        answer: tuple[int, tuple[int, ...]] | None = None
        index = text.find(letters[letter], begin)
        while index >= 0:
            rest = best(letter + 1, index + 1)
            if rest is None:
                break
            goes_on = letter > 0 and index == begin
            cost = rest[0] + (0 if goes_on else 1 if index == 0 or text[index - 1] == " " else 8)
            if answer is None or cost < answer[0]:
                answer = cost, (index, *rest[1])
            index = text.find(letters[letter], index + 1)
        return answer

    found = best(0, 0)
    return found[1] if found else ()


def _gaps(places: Sequence[int]) -> int:
    """Letters left out between the first and the last place."""
    return places[-1] - places[0] + 1 - len(places)
