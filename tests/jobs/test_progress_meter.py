"""Rate and time left from progress events."""

from neurostudio.jobs.follow import ProgressMeter


def event(t: float, done: float, total: float | None = 100, phase: str = "training") -> dict[str, object]:
    return {"seq": 1, "t": t, "type": "progress", "phase": phase, "done": done, "total": total, "unit": "batches"}


def test_a_steady_rate_gives_the_time_left() -> None:
    meter = ProgressMeter()
    first = meter.update(event(0, 0))
    assert first.rate is None
    assert first.left_s is None
    for second in range(1, 6):
        progress = meter.update(event(second, 10 * second))
    assert progress.rate == 10
    assert progress.left_s == 5


def test_a_new_phase_and_an_unknown_total_have_no_time_left() -> None:
    meter = ProgressMeter()
    meter.update(event(0, 0))
    meter.update(event(1, 50))
    assert meter.update(event(2, 1, phase="testing")).left_s is None
    assert meter.update(event(3, 2, total=None, phase="testing")).left_s is None


def test_a_resumed_run_that_starts_lower_counts_afresh() -> None:
    meter = ProgressMeter()
    meter.update(event(0, 50))
    meter.update(event(1, 60))
    assert meter.update(event(100, 40)).rate is None
