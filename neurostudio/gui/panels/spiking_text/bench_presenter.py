"""What the bench knows, without Qt: answers that grow part by part, and the history of sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.spiking_text.sentence import Sentence, layers_of_answer
from neurostudio.report.wording import number_text

MOST_KEPT = 40
QUICK_MS = 500.0
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Answer:
    """One sentence with one encoder seed, and what the network said as far as it has arrived.

    Attributes
    ----------
    millijoule : mapping
        Network -> energy of this sentence, by estimate.
    verdict : str
        Which network needs less, in a sentence.
    latency_ms : float, optional
        From the question to the end of the answer; None while it is on its way.
    """

    number: int
    text: str
    seed: int
    sentence: Sentence
    millijoule: Mapping[str, float] = field(default_factory=dict)
    verdict: str = ""
    latency_ms: float | None = None

    @property
    def is_quick(self) -> bool:
        """Whether answers come fast enough to ask while somebody types."""
        return self.latency_ms is not None and self.latency_ms < QUICK_MS

    def with_part(self, name: str, content: Any) -> "Answer":
        """The answer with one more part; parts of a newer worker are ignored."""
        sentence = self.sentence
        if name == "words":
            words = tuple(str(word) for word in content["words"])
            known = tuple(bool(one) for one in content["known"])
            return replace(self, sentence=replace(sentence, words=words, known=known, n_cut=int(content["n_cut"])))
        if name == "decision":
            return replace(
                self,
                sentence=replace(
                    sentence,
                    classes=tuple(content["labels"]),
                    curves=np.array(content["class_curves"], dtype=float),
                    by_occlusion=np.array(content["by_occlusion"], dtype=float),
                    by_spikes=np.array(content["by_spikes"], dtype=float),
                ),
            )
        if name == "spikes":
            raster = np.array(content["input"], dtype=float).reshape(len(sentence.words), -1)
            return replace(self, sentence=replace(sentence, input_raster=raster, layers=layers_of_answer(content["layers"])))
        if name == "energy":
            return replace(self, millijoule=dict(content["millijoule"]), verdict=str(content["verdict"]))
        return self

    def summary(self) -> str:
        """One line for the history."""
        said = self.sentence.said
        share = f" {100 * self.sentence.probabilities.max():.0f} %" if said else ""
        return f"{said}{share} · seed {self.seed}"


class History:
    """The answers of this bench, newest first; the same sentence with the same seed stands once."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._count = 0

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All that is kept."""
        return tuple(self._answers)

    def begin(self, text: str, seed: int) -> Answer:
        """A new, empty answer."""
        self._count += 1
        return Answer(self._count, text, seed, Sentence(text, ()))

    def put(self, answer: Answer) -> None:
        """Keep a finished answer."""
        others = [one for one in self._answers if (one.text, one.seed) != (answer.text, answer.seed)]
        self._answers = [answer, *others][:MOST_KEPT]

    def find(self, number: int) -> Answer | None:
        """The answer of that number."""
        return next((one for one in self._answers if one.number == number), None)

    def clear(self) -> None:
        """Forget all: another network answers from now on."""
        self._answers = []


def checked_text(text: str) -> str:
    """The sentence to ask; NeuroError where there is none."""
    text = " ".join(text.split())
    if not text:
        raise NeuroError("There is no sentence to classify", fix="Type one in the field above, or choose an example")
    return text


def next_seed(seed: int) -> int:
    """Another seed: the next one, from 0 again after the largest."""
    return 0 if seed >= LARGEST_SEED else seed + 1


def words_note(sentence: Sentence) -> str:
    """What happened to words that the network could not take, in a sentence; empty where all is well."""
    parts = []
    unknown = sentence.unknown_words
    if unknown:
        names = ", ".join(f"“{word}”" for word in unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")
        verb = "is" if len(unknown) == 1 else "are"
        parts.append(f"{names} {verb} not in the vocabulary.")
    if sentence.n_cut:
        words = "word is" if sentence.n_cut == 1 else "words are"
        parts.append(f"{sentence.n_cut} {words} cut: the network reads {len(sentence.words)} words.")
    return " ".join(parts)


def difference(first: Answer, second: Answer) -> str:
    """How two answers differ, in a sentence."""
    one, other = first.sentence, second.sentence
    if not one.said or not other.said or one.classes != other.classes:
        return ""
    at = one.classes.index(one.said)
    shift = 100 * (other.probabilities[at] - one.probabilities[at])
    same = "Both say" if one.said == other.said else f"“{one.said}” against “{other.said}”: the share of"
    sign = "+" if shift >= 0 else "\N{MINUS SIGN}"
    words = (
        f"{same} “{one.said}”, {sign}{abs(shift):.0f} points"
        if one.said == other.said
        else f"{same} “{one.said}” changes by {sign}{abs(shift):.0f} points"
    )
    return f"{words}. Decided after {steps(one.decided_at)} and {steps(other.decided_at)}."


def steps(count: int) -> str:
    """A number of time steps.

    >>> steps(1), steps(4)
    ('1 step', '4 steps')
    """
    return f"{count} step" if count == 1 else f"{count} steps"


def energy_text(millijoule: float) -> str:
    """An energy with the unit that keeps it readable.

    >>> energy_text(0.00140)
    '1.40 µJ'
    """
    for factor, unit in ((1.0, "mJ"), (1e3, "µJ"), (1e6, "nJ")):
        if abs(millijoule) * factor >= 1:
            return f"{number_text(millijoule * factor, 3, measured=True)} {unit}"
    return f"{number_text(millijoule * 1e9, 3, measured=True)} pJ"


def latency_text(answer: Answer) -> str:
    """How long the answer took."""
    return "" if answer.latency_ms is None else f"{answer.latency_ms:.0f} ms"


def ranked(classes: Sequence[str], probabilities: Sequence[float]) -> list[tuple[str, float]]:
    """Classes with their probability, the largest first."""
    return sorted(zip(classes, (float(p) for p in probabilities), strict=True), key=lambda one: -one[1])
