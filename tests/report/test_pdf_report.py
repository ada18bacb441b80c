"""The PDF: pages that can be opened, searched and cited."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from neurostudio.core.method import Method
from neurostudio.report import ReportArtifact, ReportContent, RunContent, write_report

Maker = Callable[..., RunContent]


def pdf_of(content: ReportContent, folder: Path) -> PdfReader:
    write_report(content, folder / "report.pdf")
    return PdfReader(folder / "report.pdf")


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.slow
def test_three_seeds_are_told_on_numbered_pages(three_seeds: ReportContent, tmp_path: Path) -> None:
    reader = pdf_of(three_seeds, tmp_path)
    text = text_of(reader)
    for run in three_seeds.runs:
        assert run.id in text.replace(" ", "")
    for said in (
        "Movie reviews with spikes",
        "test/accuracy",
        "Mean ± SD",
        "Different from the defaults",
        "9,596 rows",
        "Contents",
        "0.2471",
    ):
        assert said in text
    assert f"Page 1 of {len(reader.pages)}" in text
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in text
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.title == "Movie reviews with spikes"
    assert metadata.author == "NeuroStudio"
    assert metadata.subject == ", ".join(run.id for run in three_seeds.runs)
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["Overview", "Results side by side", "Method", "mr-seed0", "mr-seed1", "mr-seed2"]
    assert sum(len(page.images) for page in reader.pages) == 3 + 3 * (2 + 5)


def test_the_same_content_gives_the_same_bytes(make_run: Maker, tmp_path: Path) -> None:
    content = ReportContent("Again", "study", 1.0, (replace(make_run(0), artifacts=()),))
    write_report(content, tmp_path / "a.pdf")
    write_report(content, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_an_empty_report_is_one_page(tmp_path: Path) -> None:
    reader = pdf_of(ReportContent("Nothing", "study", 0.0), tmp_path)
    assert len(reader.pages) == 1
    assert "This report holds no runs." in text_of(reader)


def test_hostile_long_and_chinese_names_are_set_as_text(make_run: Maker, tmp_path: Path) -> None:
    name = "<b>&amp; <para> " + "very-long-name-without-a-space" * 12
    method = Method(
        "lab.other",
        "其他方法",
        "方法",
        "",
        "",
        description="# 标题\n\n- **一** `two` [x](javascript:y) [p](https://example.org/?a=1&b=2)\n\n```\n  <code>\n```\n",
    )
    run = replace(
        make_run(0),
        name=name,
        method=method,
        state="failed",
        metrics={"中/文": float("nan"), name: 1.0},
        error={"what": "坏了 <x>", "why": "\x00\ud800", "fix": "修"},
        notes="笔记 <i>",
        artifacts=(),
    )
    reader = pdf_of(ReportContent("研究 & <i>", "项目", 1.0, (run, make_run(1)), "0.1.0"), tmp_path)
    text = text_of(reader)
    for said in ("其他方法", "研究 & <i>", "坏了 <x>", "not a number", "<b>&amp; <para>", "<code>"):
        assert said.replace(" ", "") in text.replace(" ", "")
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", ())
        if "/URI" in annotation.get_object().get("/A", {})
    ]
    assert "https://example.org/?a=1&b=2" in links
    assert not [link for link in links if link.startswith("javascript")]


def test_pictures_of_the_run_are_set_and_an_svg_alone_is_named(make_run: Maker, tmp_path: Path) -> None:
    Image.new("RGBA", (40, 3000), (255, 0, 0, 128)).save(tmp_path / "tall.png")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    for name in ("alone.svg", "both.svg"):
        (tmp_path / name).write_text(svg, encoding="utf-8")
    Image.new("RGB", (30, 20)).save(tmp_path / "both.png")
    artifacts = tuple(ReportArtifact(name, "figure", tmp_path / name, name) for name in ("tall.png", "alone.svg", "both.svg"))
    reader = pdf_of(ReportContent("Pictures", "study", 1.0, (replace(make_run(0), artifacts=artifacts, curves=()),)), tmp_path)
    assert sum(len(page.images) for page in reader.pages) == 2
    assert "This picture is an SVG file: it is in the HTML report" in text_of(reader)


def test_a_table_longer_than_a_page_goes_on_with_its_header(make_run: Maker, tmp_path: Path) -> None:
    run = replace(
        make_run(0), metrics={f"family/metric_{number}": float(number) for number in range(120)}, artifacts=(), curves=()
    )
    reader = pdf_of(ReportContent("Long", "study", 1.0, (run,)), tmp_path)
    pages = [page.extract_text() for page in reader.pages]
    with_metrics = [page for page in pages if "family/metric_" in page]
    assert len(with_metrics) >= 2
    assert all("Meaning" in page for page in with_metrics)
