"""Import reports keep their content through JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from neurostudio.data.import_report import MAX_LINES, ImportReport, Problem, kept_lines, lines_in_words, worst_first

PROBLEM = st.builds(
    Problem,
    st.sampled_from(["note", "warning", "error"]),
    st.text(),
    st.lists(st.integers(1, 10**6), max_size=5).map(tuple),
)
PLAIN = st.dictionaries(
    st.text(max_size=5), st.integers() | st.text() | st.lists(st.integers(), max_size=3) | st.none(), max_size=4
)


@given(st.builds(ImportReport, st.text(), st.text(), PLAIN, st.lists(PROBLEM, max_size=3).map(tuple), st.tuples(PLAIN), PLAIN))
def test_a_report_comes_back_from_json_as_it_was(report: ImportReport) -> None:
    assert ImportReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


def test_fields_of_a_newer_version_are_accepted() -> None:
    stored = {"kind": "table", "form": "csv", "new": 1, "problems": [{"severity": "grave", "message": "m", "extra": 2}]}
    assert ImportReport.from_dict(stored).problems == (Problem("warning", "m"),)


@given(st.lists(PROBLEM))
def test_problems_stand_worst_first(problems: list[Problem]) -> None:
    rank = ["error", "warning", "note"]
    ordered = worst_first(problems)
    assert [rank.index(problem.severity) for problem in ordered] == sorted(rank.index(p.severity) for p in problems)
    assert sorted(map(repr, ordered)) == sorted(map(repr, problems))


def test_many_lines_are_cut_but_counted() -> None:
    lines = list(range(1, 501))
    assert kept_lines(lines) == tuple(range(1, MAX_LINES + 1))
    assert lines_in_words(lines) == "lines 1, 2, 3, 4, 5 and 495 more"
    assert lines_in_words([4, 8]) == "lines 4 and 8"
