"""Folders of pictures."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from neurostudio.core.errors import RequestError
from neurostudio.data import inspect, open_data, recognise
from neurostudio.data.readers.images import PicturesReader

KIND = "images"


def picture(path: Path, size: tuple[int, int] = (6, 4), colour: tuple[int, ...] = (10, 20, 30), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    for name in ("cats/one.png", "cats/two.png", "dogs/three.bmp"):
        picture(made / name)
    return made


def test_a_folder_of_classes_is_recognised_and_counted(folder: Path) -> None:
    assert recognise(folder) == KIND
    report = inspect(folder)
    assert (report.form, report.problems) == ("folder of classes", ())
    assert (report.facts["pictures"], report.facts["classes"]) == (3, 2)
    assert report.facts["sizes"] == [{"width": 6, "height": 4, "pictures": 3}]
    handle = open_data(folder, KIND)
    assert handle.names == ("cats/one.png", "cats/two.png", "dogs/three.bmp")
    assert handle.classes == ("cats", "cats", "dogs")
    assert handle.picture("cats/one.png")[0, 0].tolist() == [10, 20, 30]


def test_a_picture_is_found_by_path_name_or_stem_when_only_one_fits(folder: Path) -> None:
    picture(folder / "dogs/one.png")
    handle = open_data(folder, KIND)
    assert handle.find("cats/one.png") == "cats/one.png"
    assert handle.find("stimuli\\cats\\one.png") == "cats/one.png"
    assert handle.find("three") == "dogs/three.bmp"
    assert handle.find("two.png") == "cats/two.png"
    assert handle.find("one.png") is None
    assert handle.find("absent.png") is None


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [("L", 7, [7, 7, 7]), ("RGBA", (10, 20, 30, 0), [255, 255, 255]), ("P", 0, [0, 0, 0]), ("1", 1, [255, 255, 255])],
)
def test_every_mode_becomes_colour(tmp_path: Path, mode: str, colour: tuple[int, ...], expected: list[int]) -> None:
    picture(tmp_path / "a.png", colour=colour, mode=mode)
    values = open_data(tmp_path, KIND).picture("a.png")
    assert values.shape == (4, 6, 3)
    assert values.dtype == np.uint8
    assert values[0, 0].tolist() == expected


def test_sixteen_bits_are_spread_over_the_range(tmp_path: Path) -> None:
    Image.fromarray(np.array([[100, 1100], [600, 100]], np.uint16)).save(tmp_path / "a.png")
    assert open_data(tmp_path, KIND).picture("a.png")[:, :, 0].tolist() == [[0, 255], [127, 0]]


def test_damaged_pictures_are_counted_and_named(folder: Path) -> None:
    whole = (folder / "dogs/three.bmp").read_bytes()
    (folder / "dogs/three.bmp").write_bytes(whole[:60])
    (folder / "cats/two.png").write_text("no picture")
    (problem,) = inspect(folder).problems
    assert (problem.severity, problem.lines) == ("warning", (2, 3))
    assert "2 of 3 pictures cannot be read" in problem.message
    with pytest.raises(RequestError, match="damaged picture"):
        open_data(folder, KIND).picture("dogs/three.bmp")
    with pytest.raises(RequestError, match="no picture"):
        open_data(folder, KIND).picture("cats/two.png")


def test_a_folder_without_pictures_and_a_file_are_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a")
    with pytest.raises(RequestError, match="holds no pictures"):
        inspect(tmp_path / "texts", KIND)
    with pytest.raises(RequestError, match="pictures are a folder"):
        inspect(folder / "cats" / "one.png", KIND)


def test_a_few_pictures_among_texts_are_not_taken_for_pictures(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("text")
    assert PicturesReader().recognise(tmp_path) == 0
