"""Arrow keys on numbers."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurostudio.core.spec import SettingInfo, Spec, setting, walk
from neurostudio.gui.form.stepping import is_logarithmic, stepped
from neurostudio.gui.form.text import value_of


class Numbers(Spec):
    count: int = setting(16, title="Count", help="A count.", ge=1, le=100)
    lr: float = setting(1e-3, title="Rate", help="Of learning.", gt=0, le=1)
    decay: float = setting(0.0, title="Weight decay", help="Decay.", ge=0)
    share: float = setting(0.5, title="Share", help="A share.", gt=0, lt=1)
    slope: float = setting(2.0, title="Slope", help="A slope.", gt=0)
    free: int | None = setting(None, title="Free", help="May be empty.", ge=3)


INFO: dict[str, SettingInfo] = {info.name: info for info in walk(Numbers)}


@pytest.mark.parametrize(
    ("name", "text", "direction", "is_big", "after"),
    [
        ("count", "16", 1, False, "17"),
        ("count", "1", -1, False, "1"),
        ("count", "64", 1, True, "100"),
        ("count", "16", -1, True, "8"),
        ("count", "x", 1, False, "x"),
        ("count", "", 1, False, "16"),
        ("lr", "3e-5", 1, False, "5e-5"),
        ("lr", "5e-5", 1, False, "0.0001"),
        ("lr", "0.001", -1, False, "0.0005"),
        ("lr", "3e-3", -1, False, "0.002"),
        ("lr", "1", 1, False, "1"),
        ("lr", "3e-5", 1, True, "0.0003"),
        ("decay", "0", 1, False, "1e-5"),
        ("decay", "0", -1, False, "0"),
        ("share", "0.5", 1, False, "0.51"),
        ("share", "0.999", 1, False, "0.999"),
        ("share", "0.1", 1, True, "0.2"),
        ("slope", "2", 1, False, "3"),
        ("slope", "1", -1, False, "1"),
        ("slope", "0.25", -1, False, "0.24"),
        ("free", "", 1, False, "3"),
        ("free", "3", -1, False, "3"),
    ],
)
def test_steps(name: str, text: str, direction: int, is_big: bool, after: str) -> None:
    assert stepped(INFO[name], text, direction, is_big=is_big) == after


def test_learning_rates_and_decays_are_logarithmic() -> None:
    assert [name for name, info in INFO.items() if is_logarithmic(info)] == ["lr", "decay"]


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(list(INFO)),
    text=st.one_of(st.integers(-5, 200).map(str), st.floats(0, 2).map(repr), st.text(max_size=4)),
    moves=st.lists(st.tuples(st.sampled_from([1, -1]), st.booleans()), max_size=6),
)
def test_steps_never_leave_the_bounds(name: str, text: str, moves: list[tuple[int, bool]]) -> None:
    for direction, is_big in moves:
        after = stepped(INFO[name], text, direction, is_big=is_big)
        if after != text:
            assert value_of(INFO[name], after) is not None
        text = after
