"""The grammar of the Chinese sample reviews."""

from collections.abc import Sequence
from random import Random

from neurostudio.data.sample_reviews import Grammar

_PLAIN = (
    "{clause}，{clause2}，{verdict}。",
    "{scene}，{clause}，{clause2}。",
    "{thing}{degree}{adjective}，{clause}。",
    "{clause}，{verdict}。",
    "{scene}。{clause}，总的来说{degree}{adjective}。",
    "{verdict}！{thing}{clause}，{clause2}。",
    "大家都说{thing}{degree}{adjective}，{clause}。",
)
_MIXED = (
    "虽然{other}，但是{clause}。",
    "{other}，不过{clause}。",
    "{clause}，尽管{other}。",
    "都说{other}，其实{clause}，这才是关键。",
    "{scene}。{other}，可是最后{clause}。",
    "刚开始觉得{other}，后来才发现{clause}。",
    "{other}倒是真的，然而{clause}。",
)
_NEGATED = (
    "谁说{thing}{opposite}？根本不是这样。",
    "{thing}一点也不{opposite}，{scene}。",
    "{scene}，并不觉得{noun}{opposite}。",
    "没有人会说{thing}的{noun}{opposite}。",
    "{thing}的{noun}从来谈不上{opposite}。",
    "说{thing}的{noun}{opposite}的人，大概没有来过。",
    "{scene}，{noun}算不上{opposite}，{noun2}也算不上。",
)


def _tokens(text: str) -> Sequence[str]:
    return text


def _agreement(words: dict[str, str]) -> dict[str, str]:  # noqa: ARG001 - Chinese words do not change
    return {}


def _finish(random: Random, text: str) -> str:  # noqa: ARG001 - the patterns end with their marks
    return text


CHINESE = Grammar(_PLAIN, _MIXED, _NEGATED, "", _tokens, run_length=4, agreement=_agreement, finish=_finish)
