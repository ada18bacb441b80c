"""Contrasts: expressions are read as arithmetic, and what cannot be read is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.contrasts import ALL, contrast_rows, default_contrasts, read_contrasts, read_expression
from neurostudio.methods.fmri.design import make_design
from neurostudio.methods.fmri.specs.glm import DesignSettings

NAMES = ("face", "faces", "house", "scrambled-pix", "living thing", "a/b", "1back")
PLAIN = ("a", "b", "c")


@pytest.mark.parametrize(
    ("expression", "weights"),
    [
        ("face", {"face": 1}),
        ("face - house", {"face": 1, "house": -1}),
        ("(face + faces) / 2 - house", {"face": 0.5, "faces": 0.5, "house": -1}),
        ("2*face - .5 * (house + 1back)", {"face": 2, "house": -0.5, "1back": -0.5}),
        ("scrambled-pix - face", {"scrambled-pix": 1, "face": -1}),
        ("'living thing' - living thing + a/b", {"living thing": 0, "a/b": 1}),
        ('-"a/b"', {"a/b": -1}),
        ("(face - house)*-2e0", {"face": -2, "house": 2}),
    ],
)
def test_an_expression_gives_the_weights_of_its_conditions(expression: str, weights: dict[str, float]) -> None:
    assert read_expression(expression, NAMES) == weights


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("face -", "ends too early"),
        ("fac - house", "'fac', which is no condition"),
        ("'fac'", "'fac', which is no condition"),
        ("face * house", "multiplied"),
        ("face + 1", "number is added"),
        ("(face", "not closed"),
        ("face) - house", "not expected"),
        ("face house", "not expected"),
        ("face / 0", "divided"),
        ("1 / face", "divided"),
        ("3", "names no condition"),
        ("", "ends too early"),
    ],
)
def test_what_cannot_be_read_is_told(expression: str, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        read_expression(expression, NAMES)


def expressions() -> st.SearchStrategy[str]:
    numbers = st.integers(1, 9).map(str)
    return st.recursive(
        st.sampled_from(PLAIN),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" + ", " - ", "+", "-"]), inner).map("".join).map("({})".format),
            st.tuples(numbers, st.sampled_from(["*", " * "]), inner).map("".join),
            st.tuples(inner, st.just(" / "), numbers).map("".join),
            inner.map("-({})".format),
        ),
        max_leaves=8,
    )


@given(expressions())
def test_expressions_are_read_as_python_reads_them(expression: str) -> None:
    axes = dict(zip(PLAIN, np.eye(3), strict=True))
    expected = eval(expression, {"__builtins__": {}}, axes)  # made above, of three names and numbers
    found = read_expression(expression, PLAIN)
    np.testing.assert_allclose([found.get(name, 0.0) for name in PLAIN], expected, atol=1e-9)


def test_the_defaults_are_each_condition_their_mean_and_their_differences_up_to_six() -> None:
    three = default_contrasts(["a", "b", "c"])
    assert [one.name for one in three] == ["a", "b", "c", ALL, "a - b", "a - c", "b - c"]
    assert three[3].weights == dict.fromkeys("abc", 1 / 3)
    assert len(default_contrasts(list("abcdef"))) == 6 + 1 + 15
    assert len(default_contrasts(list("abcdefg"))) == 7 + 1
    assert [one.name for one in default_contrasts(["a"])] == ["a"]


def test_the_expressions_of_the_defaults_can_be_read_again() -> None:
    for one in default_contrasts(NAMES[:6]):
        assert read_expression(one.expression, NAMES) == pytest.approx(one.weights)


def test_a_contrast_that_weighs_nothing_is_refused() -> None:
    with pytest.raises(RequestError, match="weighs nothing"):
        read_contrasts({"none": "a - a"}, ["a", "b"])


def test_rows_weigh_the_response_and_not_its_derivatives_and_each_delay_of_a_fir() -> None:
    events = Events(np.array([10.0, 40.0, 70.0, 100.0]), np.full(4, 10.0), np.array(["a", "b", "a", "b"]))
    difference = read_contrasts({"d": "a - b"}, ["a", "b"])[0]
    derived = make_design("run", events, 70, 2.0, ["a", "b"], DesignSettings(hrf="spm + derivative"))
    rows = contrast_rows(difference, derived)
    assert rows is not None
    assert {derived.names[place]: weight for place, weight in enumerate(rows[0]) if weight} == {"a": 1, "b": -1}
    delays = make_design("run", events, 70, 2.0, ["a", "b"], DesignSettings(hrf="fir", fir_until_s=6))
    rows = contrast_rows(difference, delays)
    assert rows is not None
    assert rows.shape == (3, delays.values.shape[1])
    assert (np.abs(rows).sum(axis=1) == 2).all()
    lacking = make_design("run", events.of_type("a"), 70, 2.0, ["a", "b"], DesignSettings())
    assert contrast_rows(difference, lacking) is None
