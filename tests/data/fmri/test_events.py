"""Events of a run."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events, read_events

Write = Callable[[Mapping[str, object]], Path]
seconds = st.decimals(min_value=-10, max_value=1000, places=3)


def events_of(write_files: Write, text: object, name: str = "a_events.tsv", run_s: float | None = None) -> Events:
    return read_events(write_files({name: text}) / name, run_s)


def test_events_are_sorted_and_keep_their_other_columns(write_files: Write) -> None:
    text = "onset\tduration\ttrial_type\tresponse_time\n10\t2\tface\t0.7\n4.5\tn/a\thouse\tn/a\n10\t1\tcat\t0.5\n"
    events = events_of(write_files, text)
    assert events.onset_s.tolist() == [4.5, 10, 10]
    assert events.duration_s.tolist() == [0, 2, 1]
    assert events.trial_type.tolist() == ["house", "face", "cat"]
    assert events.extra == {"response_time": ("n/a", "0.7", "0.5")}
    assert events.lines == (3, 2, 4)
    assert events.end_s.tolist() == [4.5, 12, 11]
    assert {problem.message for problem in events.problems} == {
        "a_events.tsv: 1 of 3 events have no duration; 0 s was taken (line 3)",
        "a_events.tsv: the onsets were not in order; the events were sorted",
    }
    faces = events.of_type("face")
    assert (len(faces), faces.types, faces.extra["response_time"], faces.lines) == (1, ("face",), ("0.7",), (2,))


def test_real_events_have_the_eight_categories_and_nothing_odd(shared_data: Callable[[str], Path]) -> None:
    events = read_events(shared_data("fmri_haxby_runs/task001_run001/bold_events.tsv"), run_s=121 * 2.5)
    assert sorted(events.types) == ["bottle", "cat", "chair", "face", "house", "scissors", "scrambledpix", "shoe"]
    assert len(events) == 8
    assert events.problems == ()


def test_overlapping_events_of_two_types_stay(shared_data: Callable[[str], Path]) -> None:
    events = read_events(shared_data("fmri_audiovisual_bold/events.tsv"), run_s=192)
    assert len(events.of_type("visual")) == 4
    assert events.of_type("auditory").onset_s.tolist() == [0, 90, 180]
    assert events.problems == ()


@pytest.mark.parametrize(
    ("rows", "run_s", "message"),
    [
        ("5\t1\n300\t1\n", 242, "1 of 2 events begin after the end of the run at 242 s; the last at 300 s (line 3)"),
        ("5\t1\n40\t1\n", 242, "The last event begins at 40 s, before half of the run, which ends at 242 s"),
        ("300\t1\n400\t1\n", 242, "No event lies within the run, which ends at 242 s (lines 2 and 3)"),
        ("5\t1\n240\t10\n", 242, "1 of 2 events begin in the run but last beyond its end at 242 s (line 3)"),
        ("-3\t1\n240\t1\n", 242, "1 of 2 events begin before the first volume (line 2)"),
    ],
)
def test_events_that_do_not_fit_the_run_are_named(write_files: Write, rows: str, run_s: float, message: str) -> None:
    events = events_of(write_files, f"onset\tduration\n{rows}", run_s=run_s)
    assert any(message in problem.message for problem in events.problems)


def test_an_event_that_ends_with_the_run_is_no_problem(write_files: Write) -> None:
    assert events_of(write_files, "onset\tduration\ttrial_type\n232\t10\ta\n", run_s=242).problems == ()


def test_without_a_type_all_events_are_of_one(write_files: Write) -> None:
    events = events_of(write_files, "onset\tduration\n1\t1\n2\t1\n")
    assert events.types == ("event",)
    assert "no column trial_type" in events.problems[0].message


def test_three_columns_of_numbers_are_an_fsl_file(write_files: Write) -> None:
    events = events_of(write_files, "0 30 1\n60 30 0.5\n", "visual.txt")
    assert events.types == ("visual",)
    assert events.duration_s.tolist() == [30, 30]
    assert events.extra == {"weight": ("1", "0.5")}


def test_a_table_with_a_header_alone_has_no_events(write_files: Write) -> None:
    events = events_of(write_files, "onset\tduration\ttrial_type\n")
    assert len(events) == 0
    assert events.types == ()
    assert events.beside_run(10) == ()
    assert "holds no events" in events.problems[0].message


@pytest.mark.parametrize("separator", [",", ";", " "])
def test_other_separators_are_read(write_files: Write, separator: str) -> None:
    text = "\n".join(separator.join(row) for row in (("onset", "duration", "trial_type"), ("1", "2", "a"), ("3", "4", "b")))
    events = events_of(write_files, text, "events.csv")
    assert (events.onset_s.tolist(), events.types) == ([1, 3], ("a", "b"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("onset\ttrial_type\n1\ta\n", "has no column 'duration'. Its columns are: onset, trial_type"),
        ("begin\tduration\n1\t1\n", "has no column 'onset'"),
        ("onset\tduration\n1\t1\nsoon\t1\n", "line 3: 'soon' in the column 'onset' is not a number"),
        ("onset\tduration\nn/a\t1\n", "line 2: 'n/a' in the column 'onset' is not a number"),
        ("onset\tduration\n1\t-1\n", "line 2: the duration is negative"),
        ("onset\tduration\ninf\t1\n", "line 2: the onset is not a finite number"),
        ("onset\tduration\n1\n", "line 2: 1 field where the first line has 2"),
        ("onset\tonset\n1\t1\n", "several columns 'onset'"),
        ("1\t2\n", "the first line holds numbers"),
        ("", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file but a PNG image"),
        ("onset\tduration\ttrial_type\n1\t1\t脸\n".encode("gb18030"), "line 2: the bytes are not UTF-8"),
    ],
)
def test_what_cannot_be_used_is_refused_by_line(write_files: Write, text: object, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        events_of(write_files, text)
    assert message in str(caught.value)
    assert "--encoding" not in str(caught.value)


@given(rows=st.lists(st.tuples(seconds, st.none() | seconds.map(abs), st.sampled_from(["a", "b c", "脸"])), max_size=12))
def test_every_written_event_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, object, str]]
) -> None:
    path = tmp_path_factory.mktemp("events") / "x_events.tsv"
    body = "".join(f"{onset}\t{'n/a' if duration is None else duration}\t{kind}\n" for onset, duration, kind in rows)
    path.write_text(f"onset\tduration\ttrial_type\n{body}", encoding="utf-8")
    events = read_events(path)
    wanted = sorted(
        ((float(str(onset)), float(str(duration or 0)), kind) for onset, duration, kind in rows), key=lambda row: row[0]
    )
    assert list(zip(events.onset_s, events.duration_s, map(str, events.trial_type), strict=True)) == wanted
    assert np.all(np.diff(events.onset_s) >= 0)
