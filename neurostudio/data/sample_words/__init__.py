"""Words and phrases from which the sample reviews are made, one YAML file a language."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Aspect:
    """One side of a thing, with what may be said of it: verb phrases that agree with the noun."""

    noun: str
    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """One thing that people have opinions on.

    Attributes
    ----------
    things : tuple of str
        Names for it.
    scenes : tuple of str
        Neutral clauses around it: they say nothing about the opinion.
    aspects : tuple of Aspect
        Its sides.
    """

    things: tuple[str, ...]
    scenes: tuple[str, ...]
    aspects: tuple[Aspect, ...]


@dataclass(frozen=True)
class Lexicon:
    """Subjects and words of one language; adjectives and verdicts fit every subject."""

    subjects: tuple[Subject, ...]
    good_adjectives: tuple[str, ...]
    bad_adjectives: tuple[str, ...]
    good_verdicts: tuple[str, ...]
    bad_verdicts: tuple[str, ...]
    degrees: tuple[str, ...]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language: ``english`` or ``chinese``."""
    import yaml

    words = yaml.safe_load(files(__name__).joinpath(f"{language}.yaml").read_text(encoding="utf-8"))
    subjects = words.pop("subjects")
    return Lexicon(
        subjects=tuple(
            Subject(
                tuple(subject["things"]),
                tuple(subject["scenes"]),
                tuple(Aspect(noun, tuple(said["good"]), tuple(said["bad"])) for noun, said in subject["aspects"].items()),
            )
            for subject in subjects
        ),
        **{name: tuple(group) for name, group in words.items()},
    )
