"""The simple form of a report: every block as plain tables and PNG pictures, and nothing else."""

import re
import struct
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.report import ReportArtifact, ReportContent, write_report
from neurostudio.report.simple import files_folder

HOSTILE = "<script>alert('1')</script>\"><img src=http://evil.example/x onerror=alert(2)>{{ 7*7 }}"
DOCUMENT_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "p",
    "b",
    "br",
    "hr",
    "span",
    "div",
}
KNOWN_TAGS = DOCUMENT_TAGS | {"table", "tr", "th", "td", "a", "img", "pre", "code", "em", "strong", "ul", "li"}


class Tags(HTMLParser):
    """Tags with attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def written(content: ReportContent, folder: Path) -> tuple[str, Tags]:
    path = folder / "my report.html"
    write_report(content, path, simple=True)
    assert [file.name for file in folder.iterdir() if file.name.startswith(".partial")] == []
    text = path.read_text(encoding="utf-8")
    return text, Tags(text)


def test_a_simple_report_says_what_the_page_says_with_plain_tags_only(three_seeds: ReportContent, tmp_path: Path) -> None:
    text, page = written(three_seeds, tmp_path)
    assert {tag for tag, _ in page.tags} <= KNOWN_TAGS
    for said in (
        three_seeds.title,
        "The 3 runs have the same settings and data and differ only by their seed.",
        "Mean ± SD",
        "Spiking Convolutional Neural Networks for Text Classification",
        "Different from the defaults",
        *(run.name for run in three_seeds.runs),
    ):
        assert said in page.text
    assert "data:image" not in text
    assert str(tmp_path) not in text


@pytest.mark.slow
def test_its_pictures_are_png_files_beside_it_in_the_size_of_the_sheet(three_seeds: ReportContent, tmp_path: Path) -> None:
    _, page = written(three_seeds, tmp_path)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    folder = files_folder(tmp_path / "my report.html")
    assert len(images) == len(list(folder.iterdir())) == 3 + 3 * (2 + 5)
    for attributes in images:
        source = str(attributes["src"])
        assert source.startswith("my%20report_files/figure-")
        image = (folder / source.rpartition("/")[2]).read_bytes()
        assert image.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", image[16:24])
        assert width > int(str(attributes["width"])) > 100  # more pixels than a screen shows at 100 %
        assert width / height == pytest.approx(int(str(attributes["width"])) / int(str(attributes["height"])), rel=0.02)
        assert str(attributes["alt"]).strip()


@pytest.mark.slow
def test_links_inside_lead_to_anchors_that_exist(three_seeds: ReportContent, tmp_path: Path) -> None:
    _, page = written(three_seeds, tmp_path)
    anchors = {attributes["name"] for tag, attributes in page.tags if tag == "a" and "name" in attributes}
    targets = {str(attributes["href"])[1:] for _, attributes in page.tags if str(attributes.get("href", "")).startswith("#")}
    assert targets
    assert targets <= anchors


def test_hostile_texts_stay_texts(three_seeds: ReportContent, tmp_path: Path) -> None:
    run = replace(three_seeds.runs[0], name=HOSTILE, notes=HOSTILE, tags=(HOSTILE,))
    _, page = written(replace(three_seeds, title=HOSTILE, runs=(run,)), tmp_path)
    assert {tag for tag, _ in page.tags} <= KNOWN_TAGS
    assert all(str(attributes["src"]).startswith("my%20report_files/") for tag, attributes in page.tags if tag == "img")
    assert "alert('1')" in page.text
    assert "{{ 7*7 }}" in page.text


def test_a_picture_that_exists_as_svg_only_is_named_and_said_to_be_elsewhere(three_seeds: ReportContent, tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"></svg>', encoding="utf-8")
    artifact = ReportArtifact("drawing", "figure", drawing, "A drawing")
    run = replace(three_seeds.runs[0], artifacts=(artifact,), curves=())
    folder = tmp_path / "out"
    text, page = written(replace(three_seeds, runs=(run,)), folder)
    assert "A drawing" in page.text
    assert "can be seen in the HTML report" in page.text
    assert not re.search(r"<img", text)
    assert not files_folder(folder / "my report.html").exists()


@pytest.mark.slow
def test_a_second_report_replaces_the_pictures_of_the_first(three_seeds: ReportContent, tmp_path: Path) -> None:
    written(three_seeds, tmp_path)
    one = replace(three_seeds, runs=three_seeds.runs[:1])
    _, page = written(one, tmp_path)
    named = {str(attributes["src"]).rpartition("/")[2] for tag, attributes in page.tags if tag == "img"}
    assert named == {file.name for file in files_folder(tmp_path / "my report.html").iterdir()}


def test_a_simple_pdf_is_refused(three_seeds: ReportContent, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="A simple report is HTML"):
        write_report(three_seeds, tmp_path / "report.pdf", simple=True)
    assert not list(tmp_path.glob("*report*"))
