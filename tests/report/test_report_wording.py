"""Numbers and texts as people read them."""

import math
import unicodedata
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.report import wording
from neurostudio.report.wording import (
    clean,
    duration_text,
    fact_text,
    mean_and_spread_text,
    number_text,
    shortened,
    size_text,
    state_text,
    time_text,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.752345, "0.7523"),
        (0.75, "0.75"),
        (-0.5, "−0.5"),
        (20480, "20,480"),
        (1234567.0, "1,234,567"),
        (0, "0"),
        (-0.0, "0"),
        (0.0000123, "1.23 × 10⁻⁵"),
        (2.5e13, "2.5 × 10¹³"),
        (math.nan, "not a number"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_a_number_reads_with_four_digits_and_a_true_minus(value: float, text: str) -> None:
    assert number_text(value).replace(wording.NO_BREAK, " ") == text


def test_a_measured_number_keeps_its_last_zeros() -> None:
    assert number_text(0.75, measured=True) == "0.7500"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_never_loses_more_than_its_fourth_digit(value: float) -> None:
    text = number_text(value).replace("−", "-").replace(",", "").replace(wording.NO_BREAK, "")
    mantissa, _, exponent = text.partition("×10")
    back = {sup: plain for plain, sup in zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True)}
    shown = float(f"{mantissa}e{''.join(back[char] for char in exponent) or '0'}") if abs(value) < 1e308 else value
    assert shown == pytest.approx(value, rel=6e-4)


@pytest.mark.parametrize(
    ("mean", "spread", "text"),
    [
        (0.75213, 0.00612, "0.7521 ± 0.0061"),
        (1234.5, 12.3, "1,234 ± 12"),
        (0.5, 0.0, "0.5 ± 0"),
        (math.nan, 1.0, "not a number ± 1"),
    ],
)
def test_mean_and_spread_share_their_decimals(mean: float, spread: float, text: str) -> None:
    assert mean_and_spread_text(mean, spread).replace(wording.NO_BREAK, " ") == text


@given(st.text())
def test_clean_text_fits_into_xml(text: str) -> None:
    cleaned = clean(text)
    assert ET.fromstring(f"<a>{escape(cleaned)}</a>").text in (cleaned, None)
    assert not any(unicodedata.category(char) == "Cs" for char in cleaned)


@given(st.text(max_size=60), st.integers(2, 40))
def test_shortened_text_keeps_both_ends_and_the_limit(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit or short == text
    assert short == text or (short[0] == text[0] and "…" in short)


def test_sizes_times_and_states_are_said_in_units() -> None:
    assert size_text(999) == "999 bytes"
    assert size_text(1_500) == "1.5 KB"
    assert size_text(412_000_000) == "412 MB"
    assert duration_text(None) == "–"
    assert duration_text(4.23) == "4.2 s"
    assert duration_text(84.6) == "1:25"
    assert duration_text(3909) == "1:05:09"
    assert time_text(0) == "–"
    assert time_text(1_795_490_100.0).startswith("2026-11-24")
    assert state_text("failed").startswith("✗")


def test_settings_and_facts_read_as_words() -> None:
    assert value_text(True) == "on"
    assert value_text(None) == "none"
    assert value_text([3, 4, 5]) == "3, 4, 5"
    assert value_text({}) == "empty"
    assert value_text("  ") == "empty"
    assert value_text({"a": 1}) == '{"a": 1}'
    assert fact_text("rows", 9596) == "9,596 rows"
    assert fact_text("size_bytes", 134_300_434) == "134 MB"
    assert fact_text("encoding", "utf-8") == "encoding: utf-8"
