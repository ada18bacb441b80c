"""The report as sections of blocks: the one place that decides what is said and in which order."""

from collections.abc import Iterator

from neurostudio.core.method import Method, Paper
from neurostudio.report.blocks import Block, Citations, ContentsEntry, Facts, Grid, Heading, Prose, Section, Sentence
from neurostudio.report.compare import Comparison, compare, run_labels
from neurostudio.report.comparison_blocks import comparison_blocks
from neurostudio.report.content import ReportContent, RunContent
from neurostudio.report.run_blocks import run_blocks
from neurostudio.report.wording import NO_BREAK, duration_text, state_text, time_text

EMPTY_REPORT = "This report holds no runs. Choose one or more runs and write it again."


def report_facts(content: ReportContent) -> Facts:
    """What stands under the title."""
    pairs = [("Project", content.project_name), ("Runs", str(len(content.runs))), ("Written", time_text(content.created))]
    if content.program_version:
        pairs.append(("Program", f"NeuroStudio {content.program_version}"))
    return Facts(tuple(pairs))


def contents(content: ReportContent) -> tuple[ContentsEntry, ...]:
    """The contents: names of all sections, without drawing any figure."""
    comparisons = _comparisons(content.runs)
    entries = [ContentsEntry("overview", "Overview")] if len(content.runs) > 1 else []
    entries += [
        ContentsEntry(f"comparison-{number}", _comparison_title(comparison, comparisons))
        for number, comparison in enumerate(comparisons, start=1)
    ]
    labels = run_labels(content.runs)
    if content.runs:
        entries.append(ContentsEntry("methods", _methods_title(_methods(content.runs))))
    runs = tuple(
        ContentsEntry(f"run-{number}", labels[run.id], state_text(run.state)) for number, run in enumerate(content.runs, start=1)
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
    comparisons = _comparisons(content.runs)
    methods = _methods(content.runs)
    if len(content.runs) > 1:
        yield Section("overview", "Overview", (_overview(content.runs, several_methods=len(methods) > 1),))
    for number, comparison in enumerate(comparisons, start=1):
        unfinished = sum(run.method.id == comparison.method.id and run.state != "done" for run in content.runs)
        title = _comparison_title(comparison, comparisons)
        yield Section(f"comparison-{number}", title, tuple(comparison_blocks(comparison, unfinished)))
    yield Section("methods", _methods_title(methods), tuple(_method_blocks(methods)))
    labels = run_labels(content.runs)
    for number, run in enumerate(content.runs, start=1):
        yield Section(f"run-{number}", labels[run.id], tuple(run_blocks(run)), state=run.state)


def _methods(runs: tuple[RunContent, ...]) -> list[Method]:
    return list({run.method.id: run.method for run in runs}.values())


def _comparisons(runs: tuple[RunContent, ...]) -> list[Comparison]:
    """Only finished runs are set side by side: half a run has half its metrics."""
    finished = compare(run for run in runs if run.state == "done")
    return [comparison for comparison in finished if len(comparison.runs) > 1]


def _overview(runs: tuple[RunContent, ...], *, several_methods: bool) -> Grid:
    labels = run_labels(runs)
    rows = tuple(
        (
            labels[run.id],
            *([run.method.title] if several_methods else []),
            state_text(run.state),
            str(run.seed),
            time_text(run.created),
            duration_text(run.seconds),
        )
        for run in runs
    )
    if several_methods:
        header: tuple[str, ...] = ("Run", "Method", "State", "Seed", "Started", f"Time{NO_BREAK}taken")
        return Grid(header, rows, numeric=frozenset({3, 5}), whole=frozenset({2, 4}), weights=(2.6, 2.6, 1.5, 1.2, 2.3, 1.2))
    header = ("Run", "State", "Seed", "Started", f"Time{NO_BREAK}taken")
    return Grid(header, rows, numeric=frozenset({2, 4}), whole=frozenset({1, 3}), weights=(4, 1.5, 1.2, 2.3, 1.2))


def _comparison_title(comparison: Comparison, comparisons: list[Comparison]) -> str:
    return "Results side by side" if len(comparisons) == 1 else f"Results: {comparison.method.title}"


def _methods_title(methods: list[Method]) -> str:
    return "Method" if len(methods) == 1 else "Methods"


def _method_blocks(methods: list[Method]) -> Iterator[Block]:
    for method in methods:
        yield Heading(method.title)
        yield Facts((("Name", method.id), *((("Brought by", method.source),) if method.source else ())))
        if method.summary:
            yield Sentence(_sentence(method.summary))
        if method.description:
            yield Prose(method.description)
        if method.papers:
            yield Citations(tuple((_citation(paper), paper.url) for paper in method.papers))


def _citation(paper: Paper) -> str:
    return f"{paper.authors} ({paper.year}). {paper.title}. {paper.venue}."


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
