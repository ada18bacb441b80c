"""Making up reviews: sentences whose class depends on their words, on negation, and on which of two clauses has the last say.

A model that only counts words gets most of them right, but not the ones where a word of praise stands behind a "nothing" or
in the clause that is taken back. No two reviews share most of their runs of words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from neurostudio.data.sample_words import Aspect, Lexicon, Subject

CLASSES = ("negative", "positive")
MAX_SHARED_RUNS = 0.5
SHARE_MIXED = 0.13
SHARE_NEGATED = 0.06

_TRIES = 200


@dataclass(frozen=True)
class Grammar:
    """How the reviews of one language are put together.

    Attributes
    ----------
    plain, mixed, negated : tuple of str
        Patterns. They may name ``thing``, ``scene`` (neutral); ``clause``, ``clause2``, ``adjective``, ``verdict``, ``degree``
        (of the class); ``other``, a clause of the other class; ``noun``, ``noun2``, ``opposite``, an adjective of the other
        class; and what `agreement` adds.
    joiner : str
        Between a noun and what is said of it.
    tokens : function
        Splits a sentence into the units of `run_length`.
    run_length : int
        Units in the runs by which near duplicates are told.
    agreement : function
        ``agreement(words) -> dict``: more words that depend on those chosen.
    finish : function
        ``finish(random, sentence) -> sentence``: capitals, full stops.
    """

    plain: tuple[str, ...]
    mixed: tuple[str, ...]
    negated: tuple[str, ...]
    joiner: str
    tokens: Callable[[str], Sequence[str]]
    run_length: int
    agreement: Callable[[dict[str, str]], dict[str, str]]
    finish: Callable[[Random, str], str]


def make_reviews(grammar: Grammar, words: Lexicon, rows: int, seed: int) -> list[tuple[str, str]]:
    """Texts with their class, half of each class, in random order.

    Raises
    ------
    ValueError
        When that many different reviews cannot be made.
    """
    random = Random(seed)
    seen = _Seen(grammar)
    reviews = []
    for row in range(rows):
        is_good = row % 2 == 0
        texts = _drafts(grammar, words, random, is_good)
        text = next((draft for draft in texts if seen.add_if_new(draft)), None)
        if text is None:
            raise ValueError(f"only {row} different reviews can be made, {rows} were asked for")
        reviews.append((text, CLASSES[is_good]))
    random.shuffle(reviews)
    return reviews


def _drafts(grammar: Grammar, words: Lexicon, random: Random, is_good: bool) -> Iterator[str]:
    for _ in range(_TRIES):
        draw = random.random()
        if draw < SHARE_MIXED:
            patterns = grammar.mixed
        elif draw < SHARE_MIXED + SHARE_NEGATED:
            patterns = grammar.negated
        else:
            patterns = grammar.plain
        filled = _choose_words(grammar, words, random, random.choice(words.subjects), is_good)
        yield grammar.finish(random, random.choice(patterns).format(**filled, **grammar.agreement(filled)))


def _choose_words(grammar: Grammar, words: Lexicon, random: Random, subject: Subject, is_good: bool) -> dict[str, str]:
    first, second = random.sample(subject.aspects, 2)
    good, bad = words.good_adjectives, words.bad_adjectives

    def say(aspect: Aspect, good_of_it: bool) -> str:
        return aspect.noun + grammar.joiner + random.choice(aspect.good if good_of_it else aspect.bad)

    return {
        "thing": random.choice(subject.things),
        "scene": random.choice(subject.scenes),
        "noun": first.noun,
        "noun2": second.noun,
        "clause": say(first, is_good),
        "clause2": say(second, is_good),
        "other": say(second, not is_good),
        "adjective": random.choice(good if is_good else bad),
        "opposite": random.choice(bad if is_good else good),
        "degree": random.choice(words.degrees),
        "verdict": random.choice(words.good_verdicts if is_good else words.bad_verdicts),
    }


class _Seen:
    """Runs of units of the reviews so far, to refuse near duplicates."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._reviews_with: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        self._n_runs: list[int] = []

    def add_if_new(self, text: str) -> bool:
        """Keep a review unless it shares more than half of the runs of one before it, or that one of its."""
        units = self._grammar.tokens(text)
        length = min(self._grammar.run_length, len(units))
        runs = {tuple(units[start : start + length]) for start in range(len(units) - length + 1)}
        shared: defaultdict[int, int] = defaultdict(int)
        for run in runs:
            for review in self._reviews_with[run]:
                shared[review] += 1
        if any(count > MAX_SHARED_RUNS * min(len(runs), self._n_runs[review]) for review, count in shared.items()):
            return False
        for run in runs:
            self._reviews_with[run].append(len(self._n_runs))
        self._n_runs.append(len(runs))
        return True
