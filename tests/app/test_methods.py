"""Which method a project is opened with."""

from pathlib import Path

from neurostudio.app import Project, import_data
from neurostudio.app.methods import first_method
from neurostudio.data.samples import write_sample_reviews


def test_the_method_whose_data_are_there_comes_first(tmp_path: Path, counting_environment: dict[str, str]) -> None:
    with Project.create(tmp_path / "study") as project:
        assert first_method(project) == "counting.sum", "nothing is there: the first of all"
        import_data(project, [write_sample_reviews(tmp_path)], kind="labelled-text")
        assert first_method(project) == "spiking.text"
