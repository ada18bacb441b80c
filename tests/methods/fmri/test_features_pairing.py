"""Which input belongs to which run."""

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.methods.fmri.features.pairing import Pairing, pair

RUNS = ["sub-01_task-story_run-1", "sub-01_task-story_run-2"]


def paired(names: list[str], runs: list[str] = RUNS, serves_all: bool = False, **explicit: str) -> tuple[Pairing, ...]:
    return pair(names, runs, [serves_all] * len(names), explicit, "features")


def test_the_run_number_in_a_name_says_the_run_and_the_rest_is_the_space() -> None:
    assert paired(["sound_run-2", "sound_run-01", "run2.tsv", "run-1.tsv"]) == (
        Pairing("sound", (1, 0)),
        Pairing("features", (3, 2)),
    )
    bids = [f"sub-01_task-story_run-{run}_loudness.tsv" for run in (1, 2)]
    assert paired(bids) == (Pairing("loudness", (0, 1)),)


def test_the_whole_name_of_a_run_says_it_too() -> None:
    assert paired([f"{RUNS[1]}_sound", f"{RUNS[0]}_sound"]) == (Pairing("sound", (1, 0)),)
    assert paired(["b", "a"], ["a", "b"]) == (Pairing("features", (1, 0)),)


def test_one_run_has_a_space_for_each_input_and_one_input_serves_every_run() -> None:
    assert paired(["sound", "words"], ["only"]) == (Pairing("sound", (0,)), Pairing("words", (1,)))
    assert paired(["sound"]) == (Pairing("sound", (0, 0)),)


def test_as_many_inputs_as_runs_are_taken_in_order() -> None:
    assert paired(["section_3_words", "section_1_words"]) == (Pairing("section-words", (0, 1)),)


def test_tables_that_hold_every_run_are_spaces() -> None:
    assert paired(["sound", "words"], serves_all=True) == (Pairing("sound", (0, 0)), Pairing("words", (1, 1)))


def test_settings_decide_where_names_do_not() -> None:
    found = pair(["x", "y", "z"], ["a1", "b2"], [False] * 3, {"x": "b2", "y": "a1", "z": "*"}, "features")
    assert found == (Pairing("z", (2, 2)), Pairing("features", (1, 0)))


def test_names_that_differ_beside_the_run_are_one_space_where_each_run_has_one() -> None:
    assert paired(["prologue_words_run-1", "chapter_words_run-2"]) == (Pairing("words", (0, 1)),)


@pytest.mark.parametrize(
    ("names", "explicit", "said"),
    [
        (["p", "q", "r"], {}, "3 inputs .* and 2 runs cannot be paired.*features.pairs"),
        (["sound_run-1"], {}, "run-2 has no input of 'sound'"),
        (["sound_run-1", "sound-run-1", "sound_run-2"], {}, "both belong to the run .*run-1"),
        (["p"], {"p": "absent"}, "a run 'absent' that is not there"),
    ],
)
def test_what_cannot_be_paired_is_refused(names: list[str], explicit: dict[str, str], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        paired(names, **explicit)
