"""The report as sections of blocks: the one place that decides what is said and in which order."""

from collections.abc import Iterator

from neurostudio.core.method import Method, Paper
from neurostudio.report.blocks import Block, Citations, ContentsEntry, Facts, Grid, Heading, Prose, Section, Sentence
from neurostudio.report.compare import Comparison, compare, run_labels
from neurostudio.report.comparison_blocks import comparison_blocks
from neurostudio.report.content import ReportContent, RunContent
from neurostudio.report.run_blocks import run_blocks
from neurostudio.report.wording import clean, duration_text, state_sign, time_text

EMPTY_REPORT = "This report holds no runs. Choose one or more runs and write it again."


def report_facts(content: ReportContent) -> Facts:
    """What stands under the title."""
    pairs = [("Project", clean(content.project_name)), ("Runs", str(len(content.runs))), ("Written", time_text(content.created))]
    if content.program_version:
        pairs.append(("Program", f"NeuroStudio {clean(content.program_version)}"))
    return Facts(tuple(pairs))


def contents(content: ReportContent) -> tuple[ContentsEntry, ...]:
    """The contents: names of all sections, without drawing any figure."""
    comparisons = compare(content.runs)
    entries = [ContentsEntry("overview", "Overview")] if len(content.runs) > 1 else []
    entries += [
        ContentsEntry(f"comparison-{number}", _comparison_title(comparison, comparisons))
        for number, comparison in enumerate(comparisons, start=1)
        if len(comparison.runs) > 1
    ]
    labels = run_labels(content.runs)
    if content.runs:
        entries.append(ContentsEntry("methods", _methods_title(comparisons)))
    runs = tuple(
        ContentsEntry(f"run-{number}", clean(labels[run.id]), f"{state_sign(run.state)} {run.state}")
        for number, run in enumerate(content.runs, start=1)
    )
    if len(runs) > 1:
        entries.append(ContentsEntry("run-1", "Runs", inner=runs))
    else:
        entries += runs
    return tuple(entries)


def sections(content: ReportContent) -> Iterator[Section]:
    """Yield the sections one by one: figures are drawn as they come, so that a long report needs little memory."""
    if not content.runs:
        yield Section("overview", "Overview", (Sentence(EMPTY_REPORT),))
        return
    comparisons = compare(content.runs)
    if len(content.runs) > 1:
        yield Section("overview", "Overview", (_overview(content.runs),))
    for number, comparison in enumerate(comparisons, start=1):
        if len(comparison.runs) > 1:
            title = _comparison_title(comparison, comparisons)
            yield Section(f"comparison-{number}", title, tuple(comparison_blocks(comparison)))
    yield Section("methods", _methods_title(comparisons), tuple(_method_blocks([part.method for part in comparisons])))
    labels = run_labels(content.runs)
    for number, run in enumerate(content.runs, start=1):
        yield Section(f"run-{number}", clean(labels[run.id]), tuple(run_blocks(run)), state=run.state)


def _overview(runs: tuple[RunContent, ...]) -> Grid:
    labels = run_labels(runs)
    rows = tuple(
        (
            clean(labels[run.id]),
            clean(run.method.title),
            f"{state_sign(run.state)} {run.state}",
            str(run.seed),
            time_text(run.created),
            duration_text(run.seconds),
        )
        for run in runs
    )
    header = ("Run", "Method", "State", "Seed", "Started", "Time taken")
    return Grid(header, rows, numeric=frozenset({3, 5}), weights=(2.6, 2.6, 1.5, 1.2, 2.2, 1.2))


def _comparison_title(comparison: Comparison, comparisons: list[Comparison]) -> str:
    return "Results side by side" if len(comparisons) == 1 else f"Results: {clean(comparison.method.title)}"


def _methods_title(comparisons: list[Comparison]) -> str:
    return "Method" if len(comparisons) == 1 else "Methods"


def _method_blocks(methods: list[Method]) -> Iterator[Block]:
    for method in methods:
        yield Heading(clean(method.title))
        yield Facts((("Name", clean(method.id)), *((("Brought by", clean(method.source)),) if method.source else ())))
        if method.summary:
            yield Sentence(_sentence(method.summary))
        if method.description:
            yield Prose(method.description)
        if method.papers:
            yield Citations(tuple((clean(_citation(paper)), paper.url) for paper in method.papers))


def _citation(paper: Paper) -> str:
    return f"{paper.authors} ({paper.year}). {paper.title}. {paper.venue}."


def _sentence(text: str) -> str:
    text = clean(text).strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
