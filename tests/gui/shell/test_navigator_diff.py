"""Steps from one list to another, checked against the list that they must lead to."""

from hypothesis import given
from hypothesis import strategies as st

from neurostudio.gui.shell.navigator_diff import Insert, Move, Remove, Step, steps

KEYS = st.lists(st.integers(0, 30).map(str), unique=True, max_size=25)


def applied(old: list[str], made: list[Step]) -> list[str]:
    rows = list(old)
    for step in made:
        if isinstance(step, Remove):
            assert 0 <= step.first <= step.last < len(rows)
            del rows[step.first : step.last + 1]
        elif isinstance(step, Move):
            assert 0 <= step.source < len(rows)
            assert step.target not in (step.source, step.source + 1), "Qt refuses a move to where the row stands"
            row = rows.pop(step.source)
            rows.insert(step.target - (step.source < step.target), row)
        else:
            assert isinstance(step, Insert)
            assert 0 <= step.first <= len(rows)
            rows[step.first : step.first] = step.keys
    return rows


@given(KEYS, KEYS)
def test_the_steps_lead_from_any_list_to_any_other(old: list[str], new: list[str]) -> None:
    assert applied(old, list(steps(old, new))) == new


@given(KEYS, st.randoms(use_true_random=False))
def test_a_shuffled_list_only_moves_rows(old: list[str], random: object) -> None:
    new = list(old)
    random.shuffle(new)  # type: ignore[attr-defined]
    made = list(steps(old, new))
    assert all(isinstance(step, Move) for step in made)
    assert len(made) < max(1, len(old)), "one row at least can stay where it is"


@given(KEYS, st.integers(0, 24), st.integers(0, 24))
def test_one_row_that_moved_is_one_step(old: list[str], source: int, target: int) -> None:
    if not old:
        return
    new = list(old)
    new.insert(target % len(old), new.pop(source % len(old)))
    assert len(list(steps(old, new))) == (new != old)


def test_neighbours_come_and_go_together() -> None:
    thousand = [str(number) for number in range(1000)]
    assert list(steps([], thousand)) == [Insert(0, tuple(thousand))]
    assert list(steps(thousand, [])) == [Remove(0, 999)]
    assert list(steps(thousand, ["new", *thousand[:500], *thousand[510:]])) == [Remove(500, 509), Insert(0, ("new",))]


def test_the_same_list_needs_no_step() -> None:
    assert list(steps(["a", "b"], ["a", "b"])) == []
