"""Reading the curves of a run little by little."""

from pathlib import Path

import pytest

from neurostudio.app import Project, make_request, run
from neurostudio.gui.panels.run.curve_reader import CurveReader
from neurostudio.store.uses import repeated_names


@pytest.fixture
def counted(tmp_path: Path, counting_environment: dict[str, str]):
    with Project.create(tmp_path / "study") as project:
        request = make_request(project, "counting.sum", settings={"n": 12}, seed=1, name="count")
        run(project, request)
        yield project, request.id


def test_only_metrics_that_were_written_twice_are_curves(counted: tuple[Project, str]) -> None:
    project, run_id = counted
    assert repeated_names(project.store, run_id) == ["sum/value"]


def test_a_live_run_gives_each_point_once(counted: tuple[Project, str]) -> None:
    reader = CurveReader(*counted)
    first = reader.read(["sum/value"], None, is_live=True)
    assert (first.family, first.news[0].is_whole, len(first.news[0].curve.values)) == ("sum", True, 12)
    assert reader.read(["sum/value"], "sum", is_live=True).news == ()


def test_a_run_that_is_over_is_read_once(counted: tuple[Project, str]) -> None:
    reader = CurveReader(*counted)
    assert len(reader.read(["sum/value"], "sum", is_live=False).news[0].curve.values) == 12
    assert reader.read(["sum/value"], "sum", is_live=False).news == ()
    reader.restart()
    assert len(reader.read(["sum/value"], "sum", is_live=False).news) == 1


def test_another_family_begins_again(counted: tuple[Project, str]) -> None:
    reader = CurveReader(*counted)
    names = ["sum/value", "other/value"]
    reader.read(names, "sum", is_live=False)
    assert [len(news.curve.values) for news in reader.read(names, "other", is_live=False).news] == [0]
    assert [len(news.curve.values) for news in reader.read(names, "sum", is_live=False).news] == [12]
    assert reader.read(names, "gone", is_live=False).family == "sum"
