"""Cutting volumes, and events with them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.censoring import FIRST, SHORT, UNSTEADY, cut_events, cut_volumes
from neurostudio.methods.fmri.outliers import pieces

TR_S = 2.0


def events_of(*rows: tuple[float, float]) -> Events:
    onset, duration = (np.array(column, float) for column in zip(*rows, strict=True))
    return Events(onset, duration, np.array([f"e{place}" for place in range(len(rows))]))


def test_first_unsteady_moved_and_short_pieces_are_cut_for_their_own_reasons() -> None:
    fd = np.full(20, 0.1)
    fd[[8, 11]] = 0.9
    steady = np.ones(20, np.bool_)
    steady[2] = False
    cut = cut_volumes(20, drop_first=2, steady=steady, fd_mm=fd, most_fd_mm=0.5, least_segment=5)
    assert cut.why[:3] == [FIRST, FIRST, UNSTEADY]
    assert (cut.why[8], cut.why[11]) == ("FD", "FD")
    assert cut.why[9:11] == [SHORT, SHORT]
    assert list(cut.volumes) == [3, 4, 5, 6, 7, *range(12, 20)]


def test_without_motion_no_piece_is_too_short() -> None:
    assert cut_volumes(3, least_segment=5).kept.all()


def test_events_stay_as_they_are_where_nothing_is_cut() -> None:
    moved = cut_events(events_of((-3, 5), (10, 4), (38, 10)), np.ones(20, np.bool_), TR_S)
    assert moved.onset_s == (-3, 10, 38)
    assert moved.duration_s == (5, 4, 10)
    assert moved.lost == 0


def test_an_event_over_a_cut_becomes_two_that_meet_and_one_inside_is_lost() -> None:
    kept = np.ones(20, np.bool_)
    kept[5:8] = False  # 10 s to 16 s
    moved = cut_events(events_of((8, 10), (11, 2), (16, 2), (12, 0), (20, 0)), kept, TR_S)
    assert list(zip(moved.onset_s, moved.duration_s, moved.source, strict=True)) == [
        (8, 2, 0),
        (10, 2, 0),
        (10, 2, 2),
        (14, 0, 4),
    ]
    assert moved.lost == 2


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 29), st.integers(1, 12))
def test_each_volume_has_the_same_events_before_and_after_the_cut(flags: list[bool], first: int, length: int) -> None:
    kept = np.array(flags, np.bool_)
    onset, duration = first * TR_S, length * TR_S
    moved = cut_events(events_of((onset, duration)), kept, TR_S)
    middle = (np.arange(len(kept)) + 0.5) * TR_S
    before = ((middle >= onset) & (middle < onset + duration))[kept]
    middle_after = (np.arange(int(kept.sum())) + 0.5) * TR_S
    after = np.zeros(len(middle_after), np.bool_)
    for begin, lasts in zip(moved.onset_s, moved.duration_s, strict=True):
        after |= (middle_after >= begin - 1e-6) & (middle_after < begin + lasts - 1e-6)
    assert (before == after).all()
    assert len(moved.onset_s) <= max(len(pieces(kept)), 1)
