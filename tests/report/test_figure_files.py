"""Figure files: identity inside, the same bytes every time, all or nothing."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from matplotlib.text import Text
from PIL import Image
from pypdf import PdfReader

from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.report import ReportArtifact, RunContent, identity
from neurostudio.report.figures import as_bytes, draw, save

RUN_ID = "20261124-031500-spiking-text-000000"


@pytest.fixture
def bars(table_artifact: Callable[..., ReportArtifact]) -> ReportArtifact:
    return table_artifact({"x": ["a", "b"], "y": [1, 2]}, Plot("bars", x="x", y=("y",)), "energy")


@pytest.fixture
def about(make_run: Callable[..., RunContent]) -> dict[str, str]:
    return identity(make_run(0, name="名 <b>"))


def test_the_identity_names_run_method_seed_and_program(about: dict[str, str]) -> None:
    assert about == {"run": RUN_ID, "name": "名 <b>", "method": "spiking.text", "seed": "0", "program": "NeuroStudio 0.1.0"}


def test_an_svg_carries_the_run_in_its_metadata_and_loads_nothing(
    tmp_path: Path, bars: ReportArtifact, about: dict[str, str]
) -> None:
    figure = draw(bars)
    assert figure is not None
    save(figure, tmp_path / "out" / "f.svg", about, "Energy")
    text = (tmp_path / "out" / "f.svg").read_text(encoding="utf-8")
    tree = ET.fromstring(text)
    said = [(element.tag.rpartition("}")[2], element.text or "") for element in tree.iter()]
    assert ("title", "Energy") in said
    assert ("source", RUN_ID) in said
    assert [text for tag, text in said if tag == "description" and "seed 0" in text]
    assert "<dc:date>" not in text
    assert not [
        value for element in tree.iter() for key, value in element.items() if key.endswith("href") and not value.startswith("#")
    ]


def test_a_png_carries_the_run_in_its_metadata(tmp_path: Path, bars: ReportArtifact, about: dict[str, str]) -> None:
    figure = draw(bars)
    assert figure is not None
    save(figure, tmp_path / "f.png", about)
    with Image.open(tmp_path / "f.png") as picture:
        assert picture.info["Source"] == RUN_ID
        assert picture.info["Title"] == "名 <b>"
        assert picture.info["Software"] == "NeuroStudio 0.1.0"


def test_a_pdf_carries_the_run_in_its_metadata(tmp_path: Path, bars: ReportArtifact, about: dict[str, str]) -> None:
    figure = draw(bars)
    assert figure is not None
    save(figure, tmp_path / "f.pdf", about)
    metadata = PdfReader(tmp_path / "f.pdf").metadata
    assert metadata is not None
    assert metadata.subject == RUN_ID


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_figure_gives_the_same_bytes(bars: ReportArtifact, about: dict[str, str], suffix: str) -> None:
    first, second = (as_bytes(figure, suffix, about) for figure in (draw(bars), draw(bars)) if figure is not None)
    assert first == second


def test_a_picture_that_leaves_the_report_shows_its_title_and_run(bars: ReportArtifact, about: dict[str, str]) -> None:
    figure = draw(bars, about)
    assert figure is not None
    words = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "Energy" in words
    assert RUN_ID in words


def test_another_format_is_refused_and_nothing_is_left(tmp_path: Path, bars: ReportArtifact, about: dict[str, str]) -> None:
    figure = draw(bars)
    assert figure is not None
    with pytest.raises(RequestError, match=r"'.gif'"):
        save(figure, tmp_path / "out" / "f.gif", about)
    assert not (tmp_path / "out").exists()
