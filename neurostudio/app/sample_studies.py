"""Small projects to try things on, made from nothing: data that the program writes itself, ready to run."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from neurostudio.core.errors import RequestError

FOLDER = "NeuroStudio"
MOST_FOLDERS = 100


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
    """

    id: str
    title: str
    text: str
    method: str
    folder: str
    dataset: str


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
    from neurostudio.app.datasets import import_data
    from neurostudio.app.project import INDEX, Project
    from neurostudio.data.samples import write_sample_reviews, write_sample_reviews_chinese

    if study_id not in SAMPLE_STUDIES:
        raise RequestError(f"There is no sample study '{study_id}'", fix=f"Known ones: {', '.join(SAMPLE_STUDIES)}")
    study = SAMPLE_STUDIES[study_id]
    path = Path(folder).absolute() if folder is not None else _free_place(sample_folder(study))
    if (path / INDEX).exists():
        return path
    with Project.create(path) as project:
        write = write_sample_reviews_chinese if study_id == "spiking-chinese" else write_sample_reviews
        import_data(project, [write(project.path / "data")], kind="labelled-text", name=study.dataset)
    return path


def _free_place(wanted: Path) -> Path:
    """The folder itself, or one beside it where something else lies there."""
    from neurostudio.app.project import INDEX

    for number in range(1, MOST_FOLDERS):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not place.exists() or (place / INDEX).exists() or not any(place.iterdir()):
            return place
    raise RequestError(f"The folder {wanted.parent} holds too many sample studies", fix="Choose another folder")
