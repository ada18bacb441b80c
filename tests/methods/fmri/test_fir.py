"""Responses without a model of their shape: what was planted comes back."""

import numpy as np
import pytest
from scipy.stats import gamma

from neurostudio.core.errors import NeuroError
from neurostudio.data.fmri.events import Events
from neurostudio.methods.fmri.fir import FirFit, Responses, fir_columns

TR_S = 2.0
N_VOLUMES = 240
N_DELAYS = 12
TIMES_S = np.arange(0, 40, TR_S)
HRF = gamma.pdf(TIMES_S, 7) - gamma.pdf(TIMES_S, 17) / 6  # highest at 6 s
NUISANCE = np.vander(np.linspace(-1, 1, N_VOLUMES), 3)


def random_events(seed: int, kinds: str = "ab", n_event: int = 50) -> Events:
    generator = np.random.default_rng(seed)
    volumes = np.sort(generator.choice(np.arange(1, N_VOLUMES - 15), n_event, replace=False))
    return Events(volumes * TR_S, np.zeros(n_event), generator.choice(list(kinds), n_event))


def planted(events: Events, sizes: dict[str, float]) -> np.ndarray:
    signal = np.zeros(N_VOLUMES + len(HRF))
    for onset, kind in zip(events.onset_s, events.trial_type, strict=True):
        place = int(onset / TR_S)
        signal[place : place + len(HRF)] += sizes[str(kind)] * HRF
    return signal[:N_VOLUMES]


def fitted(runs: list[tuple[Events, np.ndarray]], kinds: str = "ab") -> Responses:
    fit = FirFit(list(kinds), N_DELAYS, TR_S, runs[0][1].shape[1])
    for events, signal in runs:
        fit.start_run(fir_columns(events, list(kinds), N_VOLUMES, TR_S, N_DELAYS), NUISANCE)
        fit.add(slice(0, signal.shape[1]), signal)
    return fit.solve()


def test_a_planted_response_comes_back_and_peaks_at_six_seconds() -> None:
    events = random_events(0)
    drift = NUISANCE @ [3.0, -2.0, 100.0]
    responses = fitted([(events, (planted(events, {"a": 1.0, "b": -2.0}) + drift)[:, None])])
    for place, size in enumerate((1.0, -2.0)):
        estimate = responses.values[place, :, 0] / size
        assert responses.delays_s[np.argmax(estimate)] == 6.0
        # the response goes on beyond the last delay, which is little
        assert np.corrcoef(estimate, HRF[:N_DELAYS])[0, 1] > 0.98


def test_events_one_volume_later_move_the_estimate_one_volume_earlier() -> None:
    events = random_events(1, "a")
    signal = planted(events, {"a": 1.0})[:, None]
    later = Events(events.onset_s + TR_S, events.duration_s, events.trial_type)
    earlier = Events(events.onset_s - TR_S, events.duration_s, events.trial_type)
    peak = [int(np.argmax(fitted([(moved, signal)], "a").values[0, :, 0])) for moved in (earlier, events, later)]
    assert peak == [4, 3, 2]


def test_runs_are_fitted_as_one_least_squares_problem() -> None:
    generator = np.random.default_rng(2)
    runs = [(random_events(seed), generator.normal(size=(N_VOLUMES, 5))) for seed in (3, 4)]
    found = fitted(runs)
    columns = [fir_columns(events, ["a", "b"], N_VOLUMES, TR_S, N_DELAYS) for events, _ in runs]
    empty = np.zeros_like(NUISANCE)
    whole = np.vstack([np.hstack([columns[0], NUISANCE, empty]), np.hstack([columns[1], empty, NUISANCE])])
    signal = np.vstack([one for _, one in runs])
    weights = np.linalg.lstsq(whole, signal, rcond=None)[0]
    np.testing.assert_allclose(found.values.reshape(24, 5), weights[:24], atol=1e-5)
    residual = signal - whole @ weights
    noise = np.sqrt((residual**2).sum(axis=0) / (len(whole) - whole.shape[1]))
    error = np.sqrt(np.diag(np.linalg.inv(whole.T @ whole)))[12:24] * noise[3]
    np.testing.assert_allclose(found.error("b", 3), error, rtol=1e-4)


def test_the_duration_is_undone_where_it_is_asked_for() -> None:
    events = Events(np.array([4.0, 10.0]), np.array([6.0, 0.0]), np.array(["a", "a"]))
    onset = fir_columns(events, ["a"], 12, TR_S, 2)
    stimulus = fir_columns(events, ["a"], 12, TR_S, 2, to="stimulus")
    assert np.flatnonzero(onset[:, 0]).tolist() == [2, 5]
    assert np.flatnonzero(stimulus[:, 0]).tolist() == [2, 3, 4, 5]
    assert np.flatnonzero(stimulus[:, 1]).tolist() == [3, 4, 5, 6]


def test_what_cannot_be_told_apart_is_told() -> None:
    onsets = np.arange(20, 220, 20) * TR_S
    both = Events(np.repeat(onsets, 2), np.zeros(20), np.array(["a", "b"] * 10))
    with pytest.raises(NeuroError, match="cannot be told apart"):
        fitted([(both, np.zeros((N_VOLUMES, 1)))])
    fit = FirFit(["a"], 300, TR_S, 1)
    fit.start_run(fir_columns(both, ["a"], N_VOLUMES, TR_S, 300), NUISANCE)
    with pytest.raises(NeuroError, match="too many for the volumes"):
        fit.solve()
