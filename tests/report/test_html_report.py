"""The page: whole, alone, safe, and it says what was done."""

import base64
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from neurostudio.core.errors import RequestError
from neurostudio.core.kinds import Plot
from neurostudio.core.method import Method, Paper
from neurostudio.report import ReportArtifact, ReportContent, ReportInput, RunContent, write_report

Maker = Callable[..., RunContent]
VOID = {"meta", "img", "br", "hr", "link", "input"}
HOSTILE = "<script>alert('1')</script>\"><img src=http://evil.example/x onerror=alert(2)>{{ 7*7 }}\x00\ud800"


class Page(HTMLParser):
    """Tags with attributes, the text, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self._hidden = False
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data

    def values(self, name: str) -> list[tuple[str, str]]:
        return [(tag, str(attributes[name])) for tag, attributes in self.tags if name in attributes]


def page_of(content: ReportContent, folder: Path) -> Page:
    path = folder / "report.html"
    write_report(content, path)
    assert [file.name for file in folder.iterdir() if file.name.startswith(".partial")] == []
    return Page(path.read_text(encoding="utf-8"))


def assert_alone(page: Page) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "object", "embed", "form", "base"})
    assert all(value.startswith("data:image/") for _, value in page.values("src"))
    for tag, value in page.values("href"):
        assert tag == "a"
        assert value.startswith(("#", "https://", "http://"))
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    css = page.source.partition("<style>")[2].partition("</style>")[0]
    assert css
    assert "url(" not in css
    assert "@import" not in css


def test_three_seeds_are_compared_and_each_is_told(three_seeds: ReportContent, tmp_path: Path) -> None:
    page = page_of(three_seeds, tmp_path)
    assert_alone(page)
    for run in three_seeds.runs:
        assert run.id in page.text
        assert run.name in page.text
    for said in (
        "Movie reviews with spikes",
        "my-study",
        "The 3 runs have the same settings and data and differ only by their seed.",
        "Mean ± SD",
        "Spiking Convolutional Neural Networks for Text Classification",
        "tailored TextCNN",
        "Different from the defaults",
        "32 steps",
        "16 steps",
        "9,596 rows",
        "3f" * 32,
        "/data/corpora/MR/mr.test.tsv",
        "Share of test sentences that the fine-tuned spiking network labels correctly.",
        "from the lowest to the highest run",
        "Shown: the first 12 of 27 rows.",
        "2.13.0",
        "Intel Xeon Platinum 8481C",
    ):
        assert said in page.text
    assert str(tmp_path) not in page.source
    anchors = {value for _, value in page.values("id")}
    assert {value[1:] for _, value in page.values("href") if value.startswith("#")} <= anchors


def test_pictures_have_words_for_those_who_do_not_see_them_and_the_run_inside(three_seeds: ReportContent, tmp_path: Path) -> None:
    page = page_of(three_seeds, tmp_path)
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 3 + 3 * (2 + 5)
    assert all(str(attributes["alt"]).strip() for attributes in pictures)
    drawn = [base64.b64decode(str(attributes["src"]).partition(",")[2]).decode() for attributes in pictures]
    for run in three_seeds.runs:
        assert sum(run.id in svg for svg in drawn) >= 7
    assert not any(mark in svg for svg in drawn for mark in ("<script", 'href="http', "@import"))


def test_the_same_content_gives_the_same_page(make_run: Maker, tmp_path: Path) -> None:
    content = ReportContent("Again", "study", 1.0, (make_run(0),))
    assert page_of(content, tmp_path).source == page_of(content, tmp_path).source


def test_hostile_names_stay_text_everywhere(make_run: Maker, tmp_path: Path) -> None:
    run = make_run(0)
    table = tmp_path / "t.csv"
    table.write_text(
        f'"{HOSTILE.replace(chr(0), "").replace(chr(0xD800), "").replace(chr(34), chr(34) * 2)}",n\n<b>x</b>,1\n',
        encoding="utf-8",
    )
    svg = tmp_path / "f.svg"
    svg.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(3)</script></svg>', encoding="utf-8")
    method = Method(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        "",
        "",
        papers=(Paper(HOSTILE, HOSTILE, HOSTILE, 2026, "javascript:alert(1)"),),
        description=HOSTILE,
    )
    hostile = replace(
        run,
        id=HOSTILE,
        name=HOSTILE,
        method=method,
        state=HOSTILE,
        notes=HOSTILE,
        tags=(HOSTILE,),
        settings={HOSTILE: HOSTILE},
        changed={HOSTILE: (HOSTILE, [HOSTILE])},
        inputs=(ReportInput(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}),),
        metrics={HOSTILE: 1.0},
        versions={HOSTILE: HOSTILE},
        error={"what": HOSTILE, "why": HOSTILE, "fix": HOSTILE},
        artifacts=(
            ReportArtifact(
                HOSTILE, "table", table, HOSTILE, plot=Plot("bars", caption=HOSTILE, x_label=HOSTILE, baselines={HOSTILE: 1})
            ),
            ReportArtifact(HOSTILE, "table", table, HOSTILE),
            ReportArtifact(HOSTILE, "figure", svg, HOSTILE),
            ReportArtifact(HOSTILE, HOSTILE, table, HOSTILE),
        ),
    )
    finished = [replace(hostile, id=f"{HOSTILE}{seed}", state="done", seed=seed) for seed in (1, 2)]
    page = page_of(ReportContent(HOSTILE, HOSTILE, 1.0, (hostile, *finished), HOSTILE), tmp_path)
    assert_alone(page)
    assert "<script>alert('1')</script>" in page.text
    assert "{{ 7*7 }}" in page.text
    assert len([1 for tag, _ in page.tags if tag == "img"]) == 3 + 3 * (
        2 + 2
    )  # curves side by side; each run its curves, bars and svg


def test_an_empty_report_says_what_to_do(tmp_path: Path) -> None:
    page = page_of(ReportContent("Nothing yet", "study", 0.0), tmp_path)
    assert_alone(page)
    assert "This report holds no runs. Choose one or more runs and write it again." in page.text


def test_a_failed_run_shows_its_reason_and_is_left_out_of_the_comparison(make_run: Maker, tmp_path: Path) -> None:
    error = {
        "what": "data/中文.tsv has no column 'label'",
        "why": "",
        "fix": "Name the column",
        "traceback": "Traceback /home/someone",
    }
    failed = replace(make_run(2), state="failed", metrics={}, curves=(), artifacts=(), error=error)
    page = page_of(ReportContent("With a failure", "study", 1.0, (make_run(0), make_run(1), failed)), tmp_path)
    assert "data/中文.tsv has no column 'label'. Name the column." in page.text
    assert "The 2 runs have the same settings and data" in page.text
    assert "1 more did not finish and is left out." in page.text
    assert "The run ended before it wrote a metric." in page.text
    assert "The run left no output files." in page.text
    assert "/home/someone" not in page.source


@pytest.mark.parametrize(
    ("state", "said"),
    [("failed", "left no reason"), ("interrupted", "The run was interrupted"), ("queued", "has not started yet")],
)
def test_a_run_that_did_not_finish_says_so(make_run: Maker, tmp_path: Path, state: str, said: str) -> None:
    run = replace(make_run(0), state=state, metrics={}, curves=(), artifacts=())
    assert said in page_of(ReportContent("One", "study", 1.0, (run,)), tmp_path).text


def test_an_unknown_method_without_any_knowledge_still_gives_a_report(tmp_path: Path) -> None:
    bare = RunContent(
        "id-1", "", Method("lab.secret", "lab.secret", "This method is not installed here", "", ""), "done", metrics={"a/b": 0.5}
    )
    page = page_of(ReportContent("", "", 0.0, (bare,)), tmp_path)
    assert "This method is not installed here." in page.text
    assert "The run took no data set." in page.text
    assert "All settings have their defaults." in page.text


def test_broken_outputs_become_sentences(make_run: Maker, tmp_path: Path) -> None:
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04")
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nxxxx")
    (tmp_path / "torn.svg").write_bytes(b"nothing")
    (tmp_path / "empty.csv").write_bytes(b"")
    artifacts = (
        ReportArtifact("a", "array", tmp_path / "torn.npz", "Torn array", plot=Plot("heatmap")),
        ReportArtifact("b", "figure", tmp_path / "torn.png", "Torn picture"),
        ReportArtifact("c", "figure", tmp_path / "torn.svg", "No picture"),
        ReportArtifact("d", "figure", tmp_path / "gone.svg", "Gone picture"),
        ReportArtifact("e", "table", tmp_path / "empty.csv", "Empty table"),
        ReportArtifact("f", "text", tmp_path / "gone.txt", "Gone text"),
        ReportArtifact("g", "weights", tmp_path / "gone", "Weights"),
    )
    page = page_of(ReportContent("Broken", "study", 1.0, (replace(make_run(0), artifacts=artifacts, curves=()),)), tmp_path)
    for said in (
        "Torn array is not shown. torn.npz cannot be read.",
        "Torn picture is not shown. torn.png is a damaged picture.",
        "No picture is not shown. torn.svg is neither an SVG nor a PNG picture.",
        "Gone picture is not shown. gone.svg is missing",
        "Empty table is not shown. empty.csv is empty.",
        "Gone text is not shown. gone.txt is missing",
    ):
        assert said in page.text
    assert str(tmp_path) not in page.source


def test_odd_numbers_and_chinese_words_are_shown_as_they_are(make_run: Maker, tmp_path: Path) -> None:
    run = replace(make_run(0, name="中文情感"), metrics={"test/accuracy": float("nan"), "train/loss": float("inf")})
    other = replace(make_run(1, name="另一个"), metrics={"test/accuracy": 0.5})
    page = page_of(ReportContent("研究报告", "项目", 1.0, (run, other)), tmp_path)
    assert "not a number" in page.text
    assert "∞" in page.text
    assert "研究报告" in page.text
    assert "中文情感" in page.text


@pytest.mark.slow
def test_twelve_runs_are_told_in_groups(make_run: Maker, tmp_path: Path) -> None:
    runs = []
    for number, steps in enumerate((4, 8, 16, 24)):
        settings = {"time_steps": steps}
        runs += [
            replace(make_run(10 * number + seed, name=f"T{steps}-seed{seed}", settings=settings), artifacts=())
            for seed in range(3)
        ]
    page = page_of(ReportContent("Twelve", "study", 1.0, tuple(runs)), tmp_path)
    assert_alone(page)
    assert "12 runs in 4 groups; the runs of one group differ only by their seed." in page.text
    assert "Settings that differ" in page.text
    assert "Each run of T16" in page.text
    assert "Bold: the best of all groups." in page.text
    assert any("strong" in value for _, value in page.values("class"))


def test_another_suffix_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"ends in .html or .pdf"):
        write_report(ReportContent("x", "y", 0.0), tmp_path / "report.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_fails_leaves_the_old_one_whole(tmp_path: Path, make_run: Maker) -> None:
    path = tmp_path / "report.html"
    write_report(ReportContent("Old", "study", 1.0), path)
    broken = replace(make_run(0), metrics={"a": "no number"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="no number"):
        write_report(ReportContent("New", "study", 1.0, (broken,)), path)
    assert "Old" in path.read_text(encoding="utf-8")


def test_importing_the_report_loads_nothing_heavy() -> None:
    code = (
        "import sys, neurostudio.report; print([m for m in ('matplotlib', 'reportlab', 'jinja2', 'numpy') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert answer.stdout.strip() == "[]"
