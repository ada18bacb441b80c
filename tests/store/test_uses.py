"""Which runs worked with a data set, and which metrics are curves."""

from pathlib import Path

import pytest

from neurostudio.app import Project, import_data, label, make_request, run
from neurostudio.store.uses import repeated_names, runs_with_dataset

pytestmark = pytest.mark.usefixtures("counting_environment")


def test_runs_are_found_by_their_data_and_curves_by_their_points(tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("the cat sat\non the mat\n", encoding="utf-8")
    with Project.create(tmp_path / "study") as project:
        import_data(project, [story], kind="corpus", name="story")
        with_data = make_request(project, "counting.sum", inputs={"corpus": ["story"]}, settings={"n": 3}, name="with")
        without = make_request(project, "counting.sum", settings={"n": 1}, name="without")
        for request in (with_data, without):
            run(project, request)
        assert [row.name for row in runs_with_dataset(project.store, "story")] == ["with"]
        assert runs_with_dataset(project.store, "other") == []
        assert repeated_names(project.store, with_data.id) == ["sum/value"]
        assert repeated_names(project.store, without.id) == []
        label(project, with_data.id, trashed=True)
        assert runs_with_dataset(project.store, "story") == []
