"""Counting words and guessing languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data.language import count_words, guess_language, spread

GERMAN = "Der Hund rannte durch den Wald und suchte nach dem Ball, den seine Herrin geworfen hatte. " * 20


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("a quiet, funny film", "english"),
        ("很好吃，味道足 ok", "chinese"),
        ("この映画はとても面白かった", "other"),
        ("이 영화는 정말 재미있었다", "other"),
        ("Это хороший фильм", "other"),
        (GERMAN, "other"),
        ("12 34 !", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_guessed_by_script_and_everyday_words(text: str, language: str) -> None:
    assert guess_language([text]) == language


@given(st.lists(st.sampled_from(["ab", "c", "很", "好吃"]), max_size=8))
def test_words_are_runs_of_letters_and_single_chinese_characters(parts: list[str]) -> None:
    assert count_words(" ".join(parts)) == sum(2 if part == "好吃" else 1 for part in parts)


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_a_spread_is_ordered_and_within_bounds(values: list[int]) -> None:
    found = spread(values)
    assert found["min"] == min(values) <= found["median"] <= max(values) == found["max"]
    assert found["p95"] in values
    assert sum(value <= found["p95"] for value in values) >= 0.95 * len(values)
