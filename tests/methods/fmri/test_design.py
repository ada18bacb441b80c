"""The design matrix: nilearn's columns, and refusals that name what cannot be told apart."""

import numpy as np
import pandas as pd
import pytest
from nilearn.glm.first_level import make_first_level_design_matrix

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.design import make_design, spikes, wanted_conditions
from neurostudio.methods.fmri.specs.glm import DesignSettings

TR_S = 2.0
N_VOLUMES = 100


def events_of(*rows: tuple[float, float, str]) -> Events:
    onset, duration, kind = zip(*rows, strict=True) if rows else ((), (), ())
    return Events(np.array(onset, float), np.array(duration, float), np.array(kind, dtype=np.str_))


ALTERNATING = events_of(*[(10.0 + 15 * number, 5.0, "ab"[number % 2]) for number in range(12)])


@pytest.mark.parametrize("hrf", ["spm", "spm + derivative", "glover + derivative + dispersion", "fir"])
@pytest.mark.parametrize("drift", ["cosine", "polynomial"])
def test_the_columns_are_nilearns(hrf: str, drift: str) -> None:
    settings = DesignSettings.from_settings({"hrf": hrf, "drift": drift, "drift_order": 2, "fir_until_s": 8})
    design = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], settings)
    table = pd.DataFrame({"onset": ALTERNATING.onset_s, "duration": ALTERNATING.duration_s, "trial_type": ALTERNATING.trial_type})
    expected = make_first_level_design_matrix(
        np.arange(N_VOLUMES) * TR_S,
        table,
        hrf_model=hrf,
        drift_model=drift,
        drift_order=2,
        high_pass=0.01,
        fir_delays=[0, 1, 2, 3],
    )
    assert sorted(design.names) == sorted(expected.columns)
    np.testing.assert_allclose(design.values, expected[list(design.names)].to_numpy(), atol=1e-9)


def test_conditions_may_have_any_name() -> None:
    named = Events(ALTERNATING.onset_s, ALTERNATING.duration_s, np.where(ALTERNATING.trial_type == "a", "constant", "drift 1/2"))
    design = make_design("run", named, N_VOLUMES, TR_S, ["constant", "drift 1/2"], DesignSettings())
    plain = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], DesignSettings())
    assert design.names[:2] == ("constant", "drift 1/2")
    np.testing.assert_array_equal(design.values, plain.values)


def test_a_condition_that_the_run_lacks_gets_no_column() -> None:
    design = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b", "c"], DesignSettings())
    assert design.conditions == ("a", "b")
    assert design.n_events == {"a": 6, "b": 6}


def test_events_without_an_effect_in_the_run_are_told_and_left_out() -> None:
    late = events_of(*zip(ALTERNATING.onset_s, ALTERNATING.duration_s, ALTERNATING.trial_type, strict=True), (500.0, 5.0, "a"))
    design = make_design("run-3", late, N_VOLUMES, TR_S, ["a", "b"], DesignSettings())
    assert design.n_events["a"] == 6
    assert any("run-3: 1 events begin after its end at 200 s" in note for note in design.notes)
    last = events_of(*zip(ALTERNATING.onset_s, ALTERNATING.duration_s, ALTERNATING.trial_type, strict=True), (198.0, 0.0, "c"))
    design = make_design("run-3", last, N_VOLUMES, TR_S, ["a", "b", "c"], DesignSettings())
    assert design.conditions == ("a", "b")
    assert any("events of c come too late" in note for note in design.notes)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (events_of(), "Its table of events is empty"),
        (events_of((300.0, 1.0, "a")), "No event of the conditions falls into run-2"),
        (events_of((10.0, 1.0, "z")), "Its events have: z"),
        (events_of((198.0, 0.0, "a")), "has an effect within run-2"),
    ],
)
def test_a_run_without_any_event_is_refused(events: Events, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        make_design("run-2", events, N_VOLUMES, TR_S, ["a"], DesignSettings())


def test_conditions_that_say_the_same_are_refused_by_name() -> None:
    doubled = events_of(
        *[(onset, 5.0, kind) for onset in ALTERNATING.onset_s[::2] for kind in ("left", "right")], (50.0, 2.0, "other")
    )
    with pytest.raises(RequestError, match=r"'left' of run-1 cannot be told apart from right"):
        make_design("run-1", doubled, N_VOLUMES, TR_S, ["left", "right", "other"], DesignSettings())


def test_a_condition_that_a_confound_follows_is_told() -> None:
    plain = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], DesignSettings())
    noise = np.random.default_rng(0).normal(0, 0.05, N_VOLUMES)
    design = make_design(
        "run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], DesignSettings(), ["motion"], (plain.values[:, 0] + noise)[:, None]
    )
    assert any("% of the regressor 'a' is its own" in note for note in design.notes)


def test_confounds_that_say_nothing_new_are_left_out() -> None:
    random = np.random.default_rng(1).normal(size=N_VOLUMES)
    confounds = np.stack([random, 3 * random + 5, np.ones(N_VOLUMES)], axis=1)
    design = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], DesignSettings(), ["one", "copy", "still"], confounds)
    assert "one" in design.names
    assert any("copy, still" in note for note in design.notes)
    assert np.linalg.matrix_rank(design.values) == design.values.shape[1]


def test_more_columns_than_volumes_are_refused() -> None:
    with pytest.raises(RequestError, match="columns for 30 volumes"):
        make_design("run", ALTERNATING, 30, TR_S, ["a", "b"], DesignSettings(hrf="fir", fir_until_s=40))


def test_a_fir_that_outlasts_the_run_is_refused() -> None:
    late = events_of((170.0, 2.0, "a"), (180.0, 2.0, "a"))
    with pytest.raises(RequestError, match="zero in every volume"):
        make_design("run", late, N_VOLUMES, TR_S, ["a"], DesignSettings(hrf="fir", fir_until_s=40))


def test_spikes_take_their_volumes_out_of_a_fit() -> None:
    is_bad = np.zeros(N_VOLUMES, bool)
    is_bad[[3, 50]] = True
    names, columns = spikes(is_bad)
    design = make_design("run", ALTERNATING, N_VOLUMES, TR_S, ["a", "b"], DesignSettings(), names, columns)
    signal = np.random.default_rng(2).normal(size=N_VOLUMES)
    kept = np.linalg.lstsq(design.values, signal, rcond=None)[0][:2]
    signal[[3, 50]] = 1e4
    np.testing.assert_allclose(np.linalg.lstsq(design.values, signal, rcond=None)[0][:2], kept, atol=1e-6)


def test_the_conditions_are_those_of_all_runs_or_those_that_were_asked_for() -> None:
    runs = [events_of((1.0, 1.0, "b"), (2.0, 1.0, "n/a")), events_of((1.0, 1.0, "a"), (5.0, 1.0, "b"))]
    assert wanted_conditions(runs, DesignSettings()) == ("b", "a")
    assert wanted_conditions(runs, DesignSettings(conditions=["a"])) == ("a",)
    with pytest.raises(RequestError, match=r"no condition 'c'.*The events have: b, a"):
        wanted_conditions(runs, DesignSettings(conditions=["c"]))
    with pytest.raises(RequestError, match="no events to model"):
        wanted_conditions([events_of()], DesignSettings())
