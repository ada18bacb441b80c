"""Small projects to try things on, made from nothing: data that the program writes itself, ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from neurostudio.core.errors import RequestError

if TYPE_CHECKING:
    from neurostudio.app.project import Project

FOLDER = "NeuroStudio"
MOST_FOLDERS = 100
WORDS_PREFIX = "words-run-"


@dataclass(frozen=True)
class SampleStudy:
    """One sample study.

    Attributes
    ----------
    title, text : str
        What it is; what is in it and what one can do with it.
    method : str
        Method that its data are for.
    folder, dataset : str
        Name of its project folder, and of its data set.
    role : str
        Input of the method that the data set fills.
    """

    id: str
    title: str
    text: str
    method: str
    folder: str
    dataset: str
    role: str = "train"


SAMPLE_STUDIES: dict[str, SampleStudy] = {
    study.id: study
    for study in (
        SampleStudy(
            "spiking-english",
            "Spiking text: English reviews",
            "2,400 short reviews in two classes. Train a spiking network and see which words make it fire.",
            "spiking.text",
            "spiking-text-sample",
            "sample-reviews",
        ),
        SampleStudy(
            "spiking-chinese",
            "Spiking text: Chinese reviews",
            "800 short reviews in two classes, cut into words by the program. The same network in another language.",
            "spiking.text",
            "spiking-text-chinese-sample",
            "sample-reviews-chinese",
        ),
        SampleStudy(
            "brain-listening",
            "Brain data: listening to two narrators",
            "A simulated scan of three runs in MNI space, with motion, timed words and the truth beside it. Look at it, clean it, map it.",
            "fmri.glm",
            "brain-listening-sample",
            "listening",
            "bold",
        ),
    )
}


def sample_folder(study: SampleStudy) -> Path:
    """Where a sample study is made unless another folder is chosen: in the documents of this user."""
    return platformdirs.user_documents_path() / FOLDER / study.folder


def make_sample_project(study_id: str = "spiking-english", folder: Path | str | None = None) -> Path:
    """Make a sample study and return its project folder; one that was made there before is left as it is.

    Raises
    ------
    RequestError
        Unknown study, or something else lies in the folder.
    """
    from neurostudio.app.project import INDEX, Project

    if study_id not in SAMPLE_STUDIES:
        raise RequestError(f"There is no sample study '{study_id}'", fix=f"Known ones: {', '.join(SAMPLE_STUDIES)}")
    study = SAMPLE_STUDIES[study_id]
    path = Path(folder).absolute() if folder is not None else _free_place(sample_folder(study))
    if (path / INDEX).exists():
        return path
    with Project.create(path) as project:
        if study_id == "brain-listening":
            add_listening(project, study.dataset)
        else:
            _add_reviews(project, study)
    return path


def add_listening(project: Project, name: str, *, runs: int = 3, volumes: int = 150) -> None:
    """Make the listening sample within a project, and add its scan and the timed words of each run.

    Parameters
    ----------
    name : str
        Of the data set with the scan; the words are ``words-run-1`` and so on.
    runs, volumes : int
        Size of it.
    """
    from neurostudio.app.datasets import import_data
    from neurostudio.data.samples import write_sample_fmri

    root = write_sample_fmri(project.path / "data", runs=runs, volumes=volumes)
    import_data(project, [root], kind="fmri", name=name)
    for number, words in enumerate(sorted((root / "stimuli").glob("*_words.tsv")), start=1):
        import_data(project, [words], kind="table", name=f"{WORDS_PREFIX}{number}")


def _add_reviews(project: Project, study: SampleStudy) -> None:
    from neurostudio.app.datasets import import_data
    from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese

    write = write_sample_reviews_chinese if study.id == "spiking-chinese" else write_sample_reviews
    import_data(project, [write(project.path / "data")], kind="labelled-text", name=study.dataset)


def _free_place(wanted: Path) -> Path:
    """The folder itself, or one beside it where something else lies there."""
    from neurostudio.app.project import INDEX

    for number in range(1, MOST_FOLDERS):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not place.exists() or (place / INDEX).exists() or not any(place.iterdir()):
            return place
    raise RequestError(f"The folder {wanted.parent} holds too many sample studies", fix="Choose another folder")
