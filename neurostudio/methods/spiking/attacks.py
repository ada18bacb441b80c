"""Attacks on text classifiers that need no download, and what a defender should know about their success.

``characters``
    DeepWordBug style: the most important words are misspelt (swap, delete, insert a letter).
``neighbours``
    The most important words are replaced by near words of the user's own vectors, the most harmful first (greedy).
``random``
    The control: random words at random places, without looking at the scores.

Importance of a word is how much the score of the true class falls when the unknown word stands in its place. A classifier with a random
encoder gives other scores each time, which by itself defeats greedy attacks: attack a mean over several fixed encodings, and
test successes again with fresh seeds (`retest`).
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from torch import Tensor
from torch.nn import functional

from neurostudio.core.errors import RequestError
from neurostudio.methods.spiking.rates import UNKNOWN
from neurostudio.methods.spiking.training import derive_seed
from neurostudio.methods.spiking.vocabulary import UNKNOWN_WORD, Vocabulary

Attack = Literal["characters", "neighbours", "random"]
Outcome = Literal["wrong before", "held", "fooled", "stopped"]
Score = Callable[[list[list[str]]], Tensor]
Candidates = Callable[[str, random.Random, int], list[str]]


@dataclass(frozen=True)
class AttackSettings:
    """Limits of an attack.

    Attributes
    ----------
    max_changed : float
        Share of the words that may change, rounded down, at least one word.
    n_candidates : int
        Replacements tried for one word.
    seed : int
        Of the choices at random; each sentence has its own, so their order does not matter.
    """

    max_changed: float = 0.1
    n_candidates: int = 15
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.max_changed <= 1:
            raise RequestError(f"The share of changed words is {self.max_changed}", fix="Give a share above 0 and at most 1")
        if self.n_candidates < 1:
            raise RequestError(f"The number of candidates is {self.n_candidates}", fix="Try at least one replacement")


@dataclass(frozen=True)
class AttackResult:
    """What became of one sentence.

    Attributes
    ----------
    index : int
        Place in the list of sentences.
    outcome : Outcome
        ``wrong before``: misclassified already, not attacked. ``held``: the label stood. ``fooled``: another class won.
        ``stopped``: the run was asked to stop in the middle of this sentence.
    tokens : tuple of str
        The words in the end; `changed` are the places that differ from the original.
    n_query : int
        Sentences that were scored.
    truth_before, truth_after : float
        Probability of the true class.
    still_fooled : bool or None
        Of a fooled sentence: whether fresh encoder seeds are fooled too; None where it was not tested.
    """

    index: int
    outcome: Outcome
    tokens: tuple[str, ...]
    changed: tuple[int, ...]
    n_query: int
    truth_before: float
    truth_after: float
    still_fooled: bool | None = None


@dataclass(frozen=True)
class AttackSummary:
    """Scores of one attack over its finished sentences.

    Attributes
    ----------
    clean_accuracy, accuracy : float
        Before and under the attack.
    accuracy_fresh : float
        Under the attack, where a success only counts if fresh encoder seeds are fooled too.
    success_rate : float
        Fooled sentences among those that were right before.
    mean_queries : float
        Sentences scored for one attacked sentence.
    """

    n_sentence: int
    clean_accuracy: float
    accuracy: float
    accuracy_fresh: float
    success_rate: float
    mean_queries: float


class NearWords:
    """Nearest neighbours of words by the cosine of their vectors; looked up when asked.

    Parameters
    ----------
    vocabulary : Vocabulary
    vectors : Tensor, shape [n_word, n_dim]
        Words without a vector (zero rows) have no neighbours and are nobody's.
    """

    def __init__(self, vocabulary: Vocabulary, vectors: Tensor) -> None:
        self.vocabulary = vocabulary
        self._unit = functional.normalize(vectors, dim=1)
        self._known = vectors.ne(0).any(dim=1)
        self.of = lru_cache(maxsize=None)(self._find)

    def _find(self, word: str, n: int) -> tuple[str, ...]:
        number = self.vocabulary.index.get(word, UNKNOWN)
        if not self._known[number]:
            return ()
        closeness = (self._unit @ self._unit[number]).masked_fill(~self._known, -2.0)
        closeness[number] = -2.0
        best = closeness.topk(min(n, len(closeness))).indices.tolist()
        return tuple(self.vocabulary.words[row] for row in best if closeness[row] > -2.0)


@dataclass
class _Sentence:
    """One sentence under attack."""

    index: int
    label: int
    tokens: list[str]
    scorer: Score
    n_query: int = 0
    truth_before: float = 0.0
    truth: float = 0.0
    is_fooled: bool = False
    changed: list[int] = field(default_factory=list)

    def score(self, variants: list[list[str]]) -> Tensor:
        self.n_query += len(variants)
        return self.scorer(variants)

    def look(self) -> None:
        """Score the sentence as it stands."""
        (scores,) = self.score([self.tokens])
        self.truth_before = self.truth = float(scores[self.label])
        self.is_fooled = int(scores.argmax()) != self.label

    def replace_best(self, place: int, words: Sequence[str]) -> None:
        """Put the most harmful of some words at a place, if it harms at all."""
        variants = [[*self.tokens[:place], word, *self.tokens[place + 1 :]] for word in words]
        scores = self.score(variants)
        wrong = scores.argmax(-1) != self.label
        truth = scores[:, self.label] - wrong.to(scores.dtype)  # a variant that fools goes before all others
        best = int(truth.argmin())
        if wrong[best] or scores[best, self.label] < self.truth:
            self.put(place, variants[best], float(scores[best, self.label]), bool(wrong[best]))

    def put(self, place: int, tokens: list[str], truth: float, is_fooled: bool) -> None:
        self.tokens, self.truth, self.is_fooled = tokens, truth, is_fooled
        self.changed.append(place)

    def result(self, outcome: Outcome, still_fooled: bool | None = None) -> AttackResult:
        return AttackResult(
            self.index,
            outcome,
            tuple(self.tokens),
            tuple(sorted(self.changed)),
            self.n_query,
            self.truth_before,
            self.truth,
            still_fooled,
        )


def attack(
    kind: Attack,
    sentences: Sequence[Sequence[str]],
    labels: Sequence[int],
    score: Score,
    settings: AttackSettings,
    near_words: NearWords | None = None,
    vocabulary: Vocabulary | None = None,
    retest: Score | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Iterator[AttackResult]:
    """Attack sentences one by one; the results so far are the caller's when it stops.

    Parameters
    ----------
    kind : Attack
    sentences : sequence of token lists
    labels : sequence of int
        True classes.
    score : callable
        Token lists -> probabilities [sentence, class]; the same every time (fixed seeds).
    settings : AttackSettings
    near_words : NearWords, optional
        Needed for ``neighbours``.
    vocabulary : Vocabulary, optional
        Words that ``random`` draws from; needed for it.
    retest : callable, optional
        Like `score`, with fresh encoder seeds: every fooled sentence is scored again.
    should_stop : callable, optional
        Looked at before each query; then the sentence under attack is yielded as ``stopped`` and nothing follows.
    """
    candidates = _candidates(kind, near_words, vocabulary)
    stop = should_stop or (lambda: False)
    for index, (tokens, label) in enumerate(zip(sentences, labels, strict=True)):
        if stop():
            return
        sentence = _Sentence(index, int(label), list(tokens), score)
        chance = random.Random(derive_seed(settings.seed, kind, index))
        sentence.look()
        if sentence.is_fooled:
            yield sentence.result("wrong before")
            continue
        n_change = max(1, int(settings.max_changed * len(tokens)))
        if kind == "random":
            outcome = _replace_at_random(sentence, candidates, chance, n_change, stop)
        else:
            outcome = _replace_greedily(sentence, candidates, chance, n_change, settings.n_candidates, stop)
        still_fooled = None
        if outcome == "fooled" and retest is not None:
            still_fooled = int(retest([sentence.tokens])[0].argmax()) != sentence.label
        yield sentence.result(outcome, still_fooled)
        if outcome == "stopped":
            return


def summarise(results: Iterable[AttackResult]) -> AttackSummary:
    """Scores over the sentences that were finished."""
    done = [result for result in results if result.outcome != "stopped"]
    attacked = [result for result in done if result.outcome != "wrong before"]
    n_fooled = sum(result.outcome == "fooled" for result in attacked)
    n_still = sum(result.outcome == "fooled" and result.still_fooled is not False for result in attacked)
    n = max(len(done), 1)
    return AttackSummary(
        n_sentence=len(done),
        clean_accuracy=len(attacked) / n,
        accuracy=(len(attacked) - n_fooled) / n,
        accuracy_fresh=(len(attacked) - n_still) / n,
        success_rate=n_fooled / max(len(attacked), 1),
        mean_queries=sum(result.n_query for result in attacked) / max(len(attacked), 1),
    )


def misspell(word: str, chance: random.Random, n: int) -> list[str]:
    """Up to `n` different misspellings: two letters swapped, one deleted, or one inserted."""
    ways: set[str] = set()
    ways.update(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
    if len(word) > 1:
        ways.update(word[:i] + word[i + 1 :] for i in range(len(word)))
    ways.update(word[:i] + chance.choice(string.ascii_lowercase) + word[i:] for i in range(len(word) + 1))
    ways.discard(word)
    ordered = sorted(ways)
    return chance.sample(ordered, min(n, len(ordered)))


def _candidates(kind: Attack, near_words: NearWords | None, vocabulary: Vocabulary | None) -> Candidates:
    if kind == "characters":
        return lambda word, chance, n: misspell(word, chance, n) if any(letter.isalpha() for letter in word) else []
    if kind == "neighbours":
        if near_words is None:
            raise RequestError("The attack 'neighbours' needs word vectors")
        return lambda word, _chance, n: list(near_words.of(word, n))
    if vocabulary is None or len(vocabulary) < 3:
        raise RequestError("The attack 'random' needs a vocabulary to draw from")
    return lambda _word, chance, n: chance.choices(vocabulary.words[UNKNOWN + 1 :], k=n)


def _replace_greedily(
    sentence: _Sentence, candidates: Candidates, chance: random.Random, n_change: int, n_candidates: int, stop: Callable[[], bool]
) -> Outcome:
    """Change the most important words first."""
    if stop():
        return "stopped"
    for place in _places_by_importance(sentence):
        if sentence.is_fooled or len(sentence.changed) == n_change:
            break
        if stop():
            return "stopped"
        if words := candidates(sentence.tokens[place], chance, n_candidates):
            sentence.replace_best(place, words)
    return "fooled" if sentence.is_fooled else "held"


def _replace_at_random(
    sentence: _Sentence, candidates: Candidates, chance: random.Random, n_change: int, stop: Callable[[], bool]
) -> Outcome:
    """Change random words, whatever it does to the scores."""
    for place in chance.sample(range(len(sentence.tokens)), min(n_change, len(sentence.tokens))):
        if sentence.is_fooled:
            break
        if stop():
            return "stopped"
        (word,) = candidates(sentence.tokens[place], chance, 1)
        tokens = [*sentence.tokens[:place], word, *sentence.tokens[place + 1 :]]
        (scores,) = sentence.score([tokens])
        sentence.put(place, tokens, float(scores[sentence.label]), int(scores.argmax()) != sentence.label)
    return "fooled" if sentence.is_fooled else "held"


def _places_by_importance(sentence: _Sentence) -> list[int]:
    """Places of the words, the one first whose absence harms the true class most."""
    if not sentence.tokens:
        return []
    without = [[*sentence.tokens[:place], UNKNOWN_WORD, *sentence.tokens[place + 1 :]] for place in range(len(sentence.tokens))]
    return sentence.score(without)[:, sentence.label].argsort(stable=True).tolist()
