"""What the page of brain data says, without a window."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.gui.panels.fmri.event_lines import event_lines, place_of
from neurostudio.gui.panels.fmri.opened import open_run, words_of
from neurostudio.gui.panels.fmri.presenter import BrainView, answer, file_lines, load_brain, selection_of
from neurostudio.gui.panels.registry import kind_of, page_for
from neurostudio.gui.studio import Studio
from neurostudio.gui.views.timeline.traces import FRAMEWISE, MOTION_NAMES
from tests.gui.panels.fmri.conftest import AFFINE, TR_S, VOLUMES, save, values


def view_of(studio: Studio, name: str = "rest") -> BrainView:
    assert studio.project is not None
    view = load_brain(studio.project.project, name)
    assert view is not None
    return view


def test_the_tree_has_subjects_with_their_runs_and_says_what_is_missing(brain: Studio) -> None:
    view = view_of(brain)
    leaves = [(leaf.path, leaf.title, leaf.trouble) for leaf in view.leaves]
    assert (("sub-01",), "rest run 1", "") in leaves
    assert (("sub-01",), "rest run 2", "") in leaves
    assert (("sub-02",), "rest run 1", "not downloaded") in leaves
    assert view.first_key().startswith("run:sub-01")


def test_a_data_set_that_is_not_there_gives_nothing(brain: Studio) -> None:
    assert brain.project is not None
    assert load_brain(brain.project.project, "no-such-data") is None
    assert kind_of(brain.project.project, "no-such-data") == ""


def test_a_kind_of_data_may_have_a_page_of_its_own(brain: Studio) -> None:
    from neurostudio.gui.panels.data import DataPage
    from neurostudio.gui.panels.fmri import BrainPage

    own, plain = page_for("data:rest", brain), page_for("data:no-such-data", brain)
    assert isinstance(own, BrainPage)
    assert isinstance(plain, DataPage)
    for page in (own, plain):
        page.deleteLater()


def test_a_run_is_opened_with_everything_that_belongs_to_it(brain: Studio, bids: Path) -> None:
    view = view_of(brain)
    run = view.run(view.first_key())
    assert run is not None
    opened = open_run(view.first_key(), run.bold, run, {}, words_of(run, bids))
    assert opened.image.n_loaded == 0  # the header only
    assert opened.tr_s == TR_S
    assert opened.events is not None
    assert len(opened.events) == 3
    assert opened.words is not None
    assert opened.words.text == ("once", "upon")
    traces = opened.traces()
    assert next(iter(traces)) == FRAMEWISE
    assert {*MOTION_NAMES, "csf"} <= traces.keys()
    assert np.nanargmax(traces[FRAMEWISE]) in (10, 11)
    facts = dict(opened.facts())
    assert facts["Size"] == "12 × 14 × 10 voxels"
    assert facts["Axes"].startswith("LAS: they run to the left, to the front, up")
    assert facts["Repetition time"] == "2 s, from the JSON file"
    assert {line.role: line.state for line in file_lines(run)}["Events"] == "here"
    assert opened.questions == ()
    assert opened.standing_note == ""


def test_a_table_that_cannot_be_read_leaves_the_image_to_be_looked_at(brain: Studio) -> None:
    view = view_of(brain)
    run = view.run(view.first_key())
    assert run is not None
    assert run.events is not None
    run.events.write_text("no table at all", encoding="utf-8")
    opened = open_run("", run.bold, run, {})
    assert opened.events is None
    assert any(str(run.events.name) in note or "onset" in note for note in opened.notes())


def test_without_orientation_a_note_stands(tmp_path: Path) -> None:
    opened = open_run("", save(tmp_path / "bare.nii.gz", values(), code=0), None, {})
    assert opened.standing_note == "No orientation in the header; left and right are unknown"
    assert "unknown" in dict(opened.facts())["Axes"]


def test_two_repetition_times_are_a_question_with_both_as_answers(brain: Studio, bids: Path) -> None:
    (bids / "task-rest_bold.json").write_text(json.dumps({"RepetitionTime": 2.5}), encoding="utf-8")
    view = view_of(brain)
    assert view.data is None
    (question,) = view.questions
    assert question.key == "tr_s"
    assert sorted(choice.options["tr_s"] for choice in question.choices) == [2.0, 2.5]
    assert brain.project is not None
    answer(brain.project.project, "rest", {"tr_s": 2.5})
    again = view_of(brain)
    assert again.data is not None
    assert {run.tr_s for run in again.data.runs} == {2.5}
    assert again.record.row.options["tr_s"] == 2.5


def test_an_unknown_repetition_time_is_asked_for(tmp_path: Path) -> None:
    path = save(tmp_path / "alone.nii.gz", values(), tr_s=0.0)
    opened = open_run("", path, None, {})
    assert opened.tr_s is None
    (question,) = opened.questions
    assert question.wants_number
    assert question.choices == ()
    assert open_run("", path, None, {"tr_s": 3.0}).questions == ()


def test_an_answer_that_cannot_be_is_refused_and_changes_nothing(brain: Studio) -> None:
    assert brain.project is not None
    before = view_of(brain).record.row
    with pytest.raises(RequestError):
        answer(brain.project.project, "rest", {"orientation": "sideways"})
    assert view_of(brain).record.row == before


def test_a_method_gets_only_the_choices_that_are_needed(brain: Studio) -> None:
    view = view_of(brain)
    assert view.data is not None
    assert selection_of(view.data, view.data.runs[0]).get("selection.task") is None
    assert selection_of(view.data, None) == {}


def test_an_image_that_was_not_downloaded_cannot_be_opened(brain: Studio) -> None:
    view = view_of(brain)
    missing = next(leaf for leaf in view.leaves if leaf.trouble)
    path = view.image(missing.key)
    assert path is not None
    with pytest.raises(NeuroError, match="not downloaded"):
        open_run(missing.key, path, view.run(missing.key), {})


@given(st.floats(-100, 1000), st.floats(0.1, 10), st.integers(1, 400))
def test_an_event_lies_in_the_volume_that_was_being_taken(onset: float, tr_s: float, n_volumes: int) -> None:
    volume, trouble = place_of(onset, tr_s, n_volumes)
    if volume is None:
        assert onset >= (n_volumes - 1e-6) * tr_s
        assert trouble
    elif onset >= 0:
        assert volume * tr_s <= onset + 1e-6 * tr_s
        assert onset < (volume + 1 + 1e-6) * tr_s
    else:
        assert (volume, trouble) == (0, "before the first volume")


def test_events_have_their_volumes(brain: Studio) -> None:
    view = view_of(brain)
    run = view.run(view.first_key())
    opened = open_run("", run.bold, run, {})  # type: ignore[union-attr]
    assert opened.events is not None
    lines = event_lines(opened.events, TR_S, VOLUMES)
    assert [(line.onset_s, line.name, line.volume) for line in lines] == [
        (4.0, "faces", 2),
        (17.0, "houses", 8),
        (31.0, "faces", 15),
    ]
    assert [line.volume for line in event_lines(opened.events, None, VOLUMES)] == [None] * 3


def test_the_affine_is_shown_as_it_is_used(tmp_path: Path) -> None:
    opened = open_run("", save(tmp_path / "image.nii.gz", values()), None, {})
    shown = np.array([[float(word) for word in line.split()] for line in opened.matrix()])
    assert np.allclose(shown, AFFINE)
