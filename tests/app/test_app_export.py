"""Drawing one artifact or one metric of a run to a file, or writing the numbers behind the picture."""

import csv
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.app import Project, export_curve, export_figure
from neurostudio.core.errors import NeuroError, RequestError
from neurostudio.core.events import EventWriter
from neurostudio.core.kinds import Plot
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.jobs.recorder import Recorder
from neurostudio.report.content import ReportArtifact, ReportCurve
from neurostudio.report.figures import as_bytes, draw, draw_curves
from neurostudio.report.plotted import shown_plot
from neurostudio.store.read import curve, run_detail
from neurostudio.store.rows import ArtifactRow

IDENTITY = {
    "run": "run-1",
    "name": "first",
    "method": "counting.sum",
    "seed": "7",
    "program": "NeuroStudio 0.1.0",
}


@pytest.fixture
def drawn(project: Project) -> Project:
    """A project with the run ``first``, which left one artifact of each kind that can be drawn and some that cannot."""
    folder = RunFolder(project.path / "runs" / "run-1")
    request = Request("run-1", "first", "counting.sum", {"spec_version": 1}, seed=7, versions={"neurostudio": "0.1.0"})
    folder.create(request)
    with closing(EventWriter(folder.events_file)) as events:
        context = Recorder(folder, request, events, "cpu")
        _leave_everything(context)
        context.flush()
    project.sync()
    return project


def _leave_everything(context: Recorder) -> None:
    for step in range(5):
        context.metric("sum/value", step**2, step)
    context.table(
        "line",
        {"t": [1, 2, 3], "a": [0.5, 0.25, 0.125], "a std": [0.1, 0.1, 0.1], "rest": ["x", "y", "z"]},
        "A line",
        Plot("line", x="t", y=("a",), error={"a": "a std"}),
    )
    context.table("bars", {"layer": ["one", "two"], "MAC": [1, 2], "AC": [3, 4]}, plot=Plot("bars", x="layer", y=("MAC", "AC")))
    context.table("cloud", {"x": [1, 2], "y": [3, 4]}, plot=Plot("scatter", x="x", y=("y",)))
    context.table("confusion", {"true": ["a", "b"], "a": [3, 1], "b": [0, 4]}, plot=Plot("heatmap", x="true", y=("a", "b")))
    context.table("words", {"word": ["good", "bad"], "count": [3, 4]})
    context.array(
        "rates", {"conv": np.array([0.1, 0.2, np.nan]), "pool": np.array([0.3])}, plot=Plot("histogram", y=("conv", "pool"))
    )
    context.array("decision", {"yes": np.array([1.0, 2.0]), "no": np.array([0.0, 1.0])}, plot=Plot("traces", y=("yes", "no")))
    context.array("image", {"field": np.arange(6.0).reshape(2, 3)})
    context.array("cube", {"cube": np.zeros((2, 2, 2))})
    spikes = {"times": np.array([1, 2, 2]), "units": np.array([0, 1, 0]), "groups": [0, 1, 0], "group_names": ["conv", "pool"]}
    context.array("spikes", spikes, kind="spikes")
    context.text("note", "Nothing to draw")
    with context.artifact("picture", "figure", ".svg") as path:
        path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")


def _artifact(project: Project, name: str) -> ArtifactRow:
    return next(row for row in run_detail(project.store, "run-1").artifacts if row.name == name)


def _columns(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    return dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("line", ".png"),
        ("line", ".pdf"),
        *((name, ".svg") for name in ("line", "bars", "cloud", "confusion", "rates", "decision", "image", "spikes")),
    ],
)
def test_a_picture_is_the_figure_of_the_report_with_the_identity_of_the_run(
    name: str, suffix: str, drawn: Project, tmp_path: Path
) -> None:
    written = export_figure(drawn, "first", name, tmp_path / f"out{suffix}")
    row = _artifact(drawn, name)
    shown = ReportArtifact(row.name, row.kind, row.path, row.title, row.size, row.sha256, row.plot)
    shown = ReportArtifact(**{**shown.__dict__, "plot": shown_plot(shown)})
    figure = draw(shown, IDENTITY)
    assert figure is not None
    assert written.read_bytes() == as_bytes(figure, suffix, IDENTITY, row.title or row.name)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("line", {"t": ["1", "2", "3"], "a": ["0.5", "0.25", "0.125"], "a std": ["0.1", "0.1", "0.1"]}),
        ("bars", {"layer": ["one", "two"], "MAC": ["1", "2"], "AC": ["3", "4"]}),
        ("cloud", {"x": ["1", "2"], "y": ["3", "4"]}),
        ("confusion", {"true": ["a", "b"], "a": ["3", "1"], "b": ["0", "4"]}),
        ("words", {"word": ["good", "bad"], "count": ["3", "4"]}),
        ("decision", {"index": ["0", "1"], "yes": ["1.0", "2.0"], "no": ["0.0", "1.0"]}),
        ("image", {"row": list("000111"), "column": list("012012"), "value": [f"{n}.0" for n in range(6)]}),
        ("spikes", {"time": ["1", "2", "2"], "unit": ["0", "1", "0"], "group": ["conv", "pool", "conv"]}),
    ],
)
def test_the_numbers_of_a_figure_are_written_as_they_are_in_the_file(
    name: str, columns: dict[str, list[str]], drawn: Project, tmp_path: Path
) -> None:
    assert _columns(export_figure(drawn, "first", name, tmp_path / "out.csv")) == columns


def test_the_numbers_of_a_histogram_are_its_bins(drawn: Project, tmp_path: Path) -> None:
    columns = _columns(export_figure(drawn, "first", "rates", tmp_path / "out.csv"))
    assert list(columns) == ["from", "to", "conv", "pool"]
    assert (sum(map(int, columns["conv"])), sum(map(int, columns["pool"]))) == (2, 1)
    assert (float(columns["from"][0]), float(columns["to"][-1])) == (0.1, 0.3)


def test_a_metric_is_drawn_over_its_steps_and_written_with_its_times(drawn: Project, tmp_path: Path) -> None:
    written = export_curve(drawn, "first", "sum/value", tmp_path / "out.svg")
    found = curve(drawn.store, "run-1", "sum/value")
    figure = draw_curves(
        {"sum/value": ReportCurve("sum/value", "", list(found.steps), list(found.values))}, identity=IDENTITY
    ).figure
    assert written.read_bytes() == as_bytes(figure, ".svg", IDENTITY, "sum/value")
    columns = _columns(export_curve(drawn, "first", "sum/value", tmp_path / "out.csv"))
    assert columns["step"] == ["0", "1", "2", "3", "4"]
    assert columns["value"] == ["0.0", "1.0", "4.0", "9.0", "16.0"]
    assert len(columns["time"]) == 5


def test_a_picture_of_the_run_is_copied(drawn: Project, tmp_path: Path) -> None:
    assert export_figure(drawn, "first", "picture", tmp_path / "copy.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("lines", "out.png", "Run 'first' has no artifact 'lines'. Did you mean line"),
        ("line", "out.gif", "cannot be written as 'out.gif'. Give a file that ends in .png, .svg, .pdf or .csv"),
        ("words", "out.png", "'words' has no picture: it is of the kind table. Export it as .csv"),
        ("cube", "out.png", "'cube' has no picture"),
        ("note", "out.png", "'note' has no picture: it is of the kind text. Copy its file"),
        ("note", "out.csv", "'note' has no numbers"),
        ("picture", "out.png", "'picture' has no picture"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(name: str, file: str, message: str, drawn: Project, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        export_figure(drawn, "first", name, tmp_path / file)
    assert message in str(caught.value)
    assert not (tmp_path / file).exists()


def test_an_unknown_metric_names_close_ones_and_a_missing_file_is_named(drawn: Project, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="Did you mean sum/value"):
        export_curve(drawn, "first", "sum/values", tmp_path / "out.png")
    shutil.rmtree(drawn.path / "runs" / "run-1" / "artifacts")
    for file in ("out.png", "out.csv"):
        with pytest.raises(NeuroError, match=r"line\.csv is missing"):
            export_figure(drawn, "first", "line", tmp_path / file)


def test_a_disk_that_cannot_be_written_leaves_nothing_behind(drawn: Project, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises((NeuroError, OSError)):
        export_figure(drawn, "first", "line", tmp_path / "file" / "out.png")
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
