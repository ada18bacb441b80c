"""The live worker in threads: closed while it starts, closed twice, and never left behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.app import Project, list_runs
from neurostudio.core.errors import NeuroError
from neurostudio.gui.panels.spiking_text.live_bench import LiveBench
from neurostudio.jobs.live import SessionEndedError

pytestmark = pytest.mark.slow  # live workers are started


@pytest.fixture
def project(sample_project: Path) -> Iterator[Project]:
    """The sample."""
    opened = Project.open(sample_project)
    yield opened
    opened.close()


def run_id(project: Project, name: str) -> str:
    return next(row.run_id for row in list_runs(project) if row.name == name)


def test_an_answer_comes_in_parts_and_ends_with_its_time(project: Project) -> None:
    bench = LiveBench(project, run_id(project, "first"))
    bench.start()
    try:
        parts: list[str] = []
        took = bench.ask("The bread was bad.", 0, lambda name, _: parts.append(name))
        assert parts == ["words", "decision", "spikes", "energy"]
        assert took > 0
        with pytest.raises(NeuroError, match="no words"):
            bench.ask("   ", 0, lambda *_: None)
        assert bench.is_alive  # a bad question does not end the session
    finally:
        bench.close()
    assert not bench.is_alive
    with pytest.raises(SessionEndedError):
        bench.ask("again", 0, lambda *_: None)
    bench.close()


def test_closing_while_it_starts_leaves_no_worker(project: Project) -> None:
    bench = LiveBench(project, run_id(project, "second"))
    starting = threading.Thread(target=bench.start)
    starting.start()
    bench.close()
    starting.join(60)
    assert not starting.is_alive()
    assert not bench.is_alive


def test_a_run_without_a_network_is_refused_before_anything_starts(project: Project) -> None:
    before = len(list_runs(project))
    with pytest.raises(NeuroError, match="has no artifact 'snn'"):
        LiveBench(project, run_id(project, "broken")).start()
    assert len(list_runs(project)) == before
