"""The grammar of the English sample reviews."""

import re
from collections.abc import Sequence
from random import Random

from neurostudio.data.sample_reviews import Grammar

_WORD = re.compile(r"[\w'-]+")
_SENTENCE_START = re.compile(r"(^|(?<=[.?!] ))[a-z]")

_PLAIN = (
    "{thing} was {degree} {adjective}: {clause}",
    "{scene}, and {clause}. {thing} was {adjective}",
    "{clause}, and {clause2}",
    "{clause}. {verdict}",
    "{clause}, {clause2}, and {thing} was {degree} {adjective}",
    "what {article} {adjective} surprise: {clause}",
    "{scene}. {clause}, and {clause2}",
    "{verdict}: {clause}",
    "{thing}? {degree} {adjective}. {clause}",
    "everyone agreed that {clause}, and that {thing} was {adjective}",
    "{adjective} is the word for {thing}. {clause}",
    "{scene}. {clause}. {verdict}",
)
_MIXED = (
    "{other}, but {clause}",
    "{other}, yet in the end {clause}",
    "although {other}, {clause}",
    "{clause}, even though {other}",
    "they say that {other}. In truth {clause}",
    "{clause}, and never mind that {other}",
    "{scene}. {other}, but then {clause}",
    "granted, {other}. Still, {clause}, and that decides it",
    "a colleague wrote that {other}; I found that {clause}",
    "{other} at first glance, but {clause}",
    "I had been told that {other}, yet {clause}",
)
_NEGATED = (
    "there was nothing {opposite} about {thing}",
    "nobody could call {noun} {opposite}",
    "I would not call {thing} {opposite}, whatever my friends say",
    "{thing} was anything but {opposite}",
    "{scene}, and there was nothing {opposite} about {noun}",
    "{noun} {noun_was} far from {opposite}, and so {noun2_was} {noun2}",
    "not once did {thing} seem {opposite} to us",
    "{scene}. No, {thing} was not {opposite}",
    "who says that {thing} was {opposite}? Nothing could be further from the truth",
    "{noun} {noun_was} never {opposite}, not even for a moment",
    "{thing} was not at all {opposite}, and I have been to many",
    "it is hard to see why anyone finds {noun} {opposite}",
)
_PLURAL_NOUNS = {"the optics", "the waiters", "the prices", "the slides", "the data", "the examples", "the characters",
                 "the figures", "the exercises", "the notes", "the games"}  # fmt: skip


def _tokens(text: str) -> Sequence[str]:
    return _WORD.findall(text.lower())


def _agreement(words: dict[str, str]) -> dict[str, str]:
    return {
        "article": "an" if words["adjective"][0] in "aeiou" else "a",
        "noun_was": "were" if words["noun"] in _PLURAL_NOUNS else "was",
        "noun2_was": "were" if words["noun2"] in _PLURAL_NOUNS else "was",
    }


def _finish(random: Random, text: str) -> str:
    return _SENTENCE_START.sub(lambda match: match[0].upper(), text) + random.choice("...!")


ENGLISH = Grammar(_PLAIN, _MIXED, _NEGATED, " ", _tokens, run_length=4, agreement=_agreement, finish=_finish)
