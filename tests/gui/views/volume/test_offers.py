"""What a menu offers to lay over an image, and names of labels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.app import Project
from neurostudio.core.kinds import Plot
from neurostudio.gui.views.volume.adding import dropped_files
from neurostudio.gui.views.volume.names import names_beside, names_in_table
from neurostudio.gui.views.volume.number_edit import numbers_of
from neurostudio.gui.views.volume.offers import is_image, layer_options, offers
from tests.gui.views.volume.conftest import write_image

DATA = np.ones((3, 4, 5), np.int16)


def test_without_a_project_there_is_the_template() -> None:
    assert [offer.group for offer in offers(None)] == ["Templates"]


def test_data_sets_of_a_project_are_offered(tmp_path: Path) -> None:
    from neurostudio.store.rows import DatasetRow

    folder = tmp_path / "bids"
    folder.mkdir()
    write_image(folder / "a_bold.nii.gz", DATA)
    single = write_image(tmp_path / "single.nii.gz", DATA)
    with Project.create(tmp_path / "study") as project:
        for name, path, kind in (("many", folder, "fmri"), ("one", single, "fmri"), ("words", single, "table")):
            project.store.put_dataset(DatasetRow(name, kind, path))
        found = [offer.title for offer in offers(project) if offer.group == "Data"]
    assert sorted(found) == ["many: a_bold.nii.gz", "one"]


@pytest.mark.parametrize(
    ("plot", "wanted"),
    [
        (None, (None, None, (), "")),
        (Plot("slices", x="mni152", baselines={"threshold": 2.3}, y_label="z"), ("map", 2.3, (), "z")),
        (Plot("slices", y=("a", "b")), (None, None, ("a", "b"), "")),
        (Plot("labels", y=("regions",)), ("labels", None, (), "")),
    ],
)
def test_a_plot_says_how_a_layer_looks(plot: Plot | None, wanted: Any) -> None:
    assert layer_options(plot) == wanted


def test_names_are_found_beside_an_image(tmp_path: Path) -> None:
    image = write_image(tmp_path / "atlas_dseg.nii.gz", DATA)
    assert names_beside(image).names == {}
    (tmp_path / "atlas_dseg.tsv").write_text("index\tname\n1\tInsula\n", encoding="utf-8")
    assert names_beside(image).names[1] == "Insula"
    table = tmp_path / "other.csv"
    table.write_text("number,words\n1,one\n", encoding="utf-8")
    assert names_in_table(table) == {}


def test_images_are_known_by_their_names(tmp_path: Path) -> None:
    from PySide6.QtCore import QUrl

    image = write_image(tmp_path / "t1.nii.gz", DATA)
    assert is_image(image)
    assert not is_image(tmp_path)
    assert not is_image(tmp_path / "missing.nii")
    assert dropped_files([QUrl.fromLocalFile(str(image)), QUrl("https://example.org/a.nii")]) == [image]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1 2 3", (1, 2, 3)), ("-1.5,2;3e1", (-1.5, 2, 30)), ("−4 5 6 mm", (-4, 5, 6)), ("1 2", None), ("", None), ("a b c", None)],
)
def test_three_numbers_are_read_however_they_are_set_apart(text: str, wanted: Any) -> None:
    assert numbers_of(text) == wanted
