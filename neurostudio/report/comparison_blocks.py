"""Runs of one method side by side: what differs between them, their metrics, and their curves in one picture."""

from collections.abc import Iterator, Sequence

from neurostudio.report.blocks import Block, Grid, Heading, Picture, Pictures, Sentence
from neurostudio.report.compare import Comparison, Group, best_of, run_labels
from neurostudio.report.content import ReportCurve, RunContent
from neurostudio.report.wording import number_text, value_text

COLUMNS_ON_PAPER = 5
MAX_CURVES = 8
SHORT_NAME = 10  # characters; longer names at the lines need a wide figure


def comparison_blocks(comparison: Comparison, unfinished: int = 0) -> Iterator[Block]:
    """Yield the blocks of one comparison: at most five columns of values in a table, so that it fits a page.

    `unfinished` runs of the same method are left out of it, and the reader is told so.
    """
    repeated = [group for group in comparison.groups if len(group.runs) > 1]
    left_out = f" {unfinished} more did not finish and {'is' if unfinished == 1 else 'are'} left out." if unfinished else ""
    yield Sentence(_what_differs(comparison) + left_out)
    few = len(comparison.runs) + len(repeated) <= COLUMNS_ON_PAPER
    columns = _all_columns(comparison) if few else [(group.name, group) for group in comparison.groups]
    for part in _parts(columns):
        yield from _differences(comparison, part)
        yield _metrics(comparison, part, mark_best=len(comparison.groups) > 1 and not (few and repeated))
    if not few and repeated:
        labels = run_labels(comparison.runs)
        for group in repeated:
            single = [(labels[run.id], Group(labels[run.id], (run,))) for run in group.runs]
            for part in _parts(single):
                title = f"Each run of {group.name}"
                yield Grid(**{**_metrics(comparison, part, mark_best=False).__dict__, "title": title, "folded": True})
    yield from _curves(comparison)


def _what_differs(comparison: Comparison) -> str:
    groups, runs = comparison.groups, comparison.runs
    if len(groups) == 1:
        return f"The {len(runs)} runs have the same settings and data and differ only by their seed."
    if len(groups) == len(runs):
        return f"{len(runs)} runs that differ by what the table names."
    return f"{len(runs)} runs in {len(groups)} groups; the runs of one group differ only by their seed."


Column = tuple[str, Group]


def _all_columns(comparison: Comparison) -> list[Column]:
    labels = run_labels(comparison.runs)
    columns: list[Column] = []
    for group in comparison.groups:
        columns += [(labels[run.id], Group(labels[run.id], (run,))) for run in group.runs]
        if len(group.runs) > 1:
            columns.append((f"{group.name}: mean ± SD" if len(comparison.groups) > 1 else "Mean ± SD", group))
    return columns


def _parts(columns: Sequence[Column]) -> list[Sequence[Column]]:
    return [columns[start : start + COLUMNS_ON_PAPER] for start in range(0, len(columns), COLUMNS_ON_PAPER)]


def _differences(comparison: Comparison, columns: Sequence[Column]) -> Iterator[Grid]:
    """Settings and data that are not the same in all groups; nothing where all are."""
    if not comparison.differing and not comparison.differing_roles:
        return
    first = [group.runs[0] for _, group in columns]
    rows = [(_setting_name(comparison, name), *(_setting_text(run, name) for run in first)) for name in comparison.differing]
    rows += [(f"Data: {role}", *(_data_names(run, role) for run in first)) for role in comparison.differing_roles]
    yield Grid(
        header=("", *(name for name, _ in columns)),
        rows=tuple(rows),
        title="Settings that differ",
        numeric=frozenset(range(1, len(columns) + 1)),
        weights=_weights(columns),
    )


def _metrics(comparison: Comparison, columns: Sequence[Column], *, mark_best: bool) -> Grid:
    groups = [group for _, group in columns]
    rows = []
    strong = set()
    for row, info in enumerate(comparison.metrics):
        name = f"{info.name} ({info.unit})" if info.unit else info.name
        rows.append((name, *(group.summary_text(info.name) for group in groups)))
        best = best_of(info, comparison.groups) if mark_best else None
        if best is not None and comparison.groups[best] in groups:
            strong.add((row, groups.index(comparison.groups[best]) + 1))
    sizes = sorted({len(group.runs) for group in groups})
    repeats = [size for size in sizes if size > 1]
    spread = f"Mean ± standard deviation over {' or '.join(str(size) for size in repeats)} seeds." if repeats else ""
    return Grid(
        header=("Metric", *(_with_count(name, group) if len(sizes) > 1 else name for name, group in columns)),
        rows=tuple(rows),
        title="Metrics",
        note=" ".join(part for part in (spread, "Bold: the best of all groups." if strong else "") if part)
        or ("" if rows else "No run wrote a metric."),
        numeric=frozenset(range(1, len(columns) + 1)),
        code=frozenset({0}),
        strong=frozenset(strong),
        weights=_weights(columns),
    )


def _with_count(name: str, group: Group) -> str:
    return name if len(group.runs) == 1 or "±" in name else f"{name} (n = {len(group.runs)})"


def _weights(columns: Sequence[Column]) -> tuple[float, ...]:
    return (2.0, *(1.25 for _ in columns))


def _setting_name(comparison: Comparison, name: str) -> str:
    info = comparison.runs[0].setting_titles.get(name)
    if info is None:
        return name
    return f"{info.title} ({info.unit})" if info.unit else info.title


def _setting_text(run: RunContent, name: str) -> str:
    return value_text(run.settings[name]) if name in run.settings else "–"


def _data_names(run: RunContent, role: str) -> str:
    return ", ".join(given.name for given in run.inputs if given.role == role) or "–"


def _curves(comparison: Comparison) -> Iterator[Block]:
    from neurostudio.report.figures import draw_curves

    labels = run_labels(comparison.runs)
    group_of = {labels[run.id]: group.name for group in comparison.groups for run in group.runs}
    found: dict[str, dict[str, ReportCurve]] = {}
    for run in comparison.runs:
        for curve in run.curves:
            if len(curve.values) > 1:
                found.setdefault(curve.name, {})[labels[run.id]] = curve
    shared = {name: curves for name, curves in found.items() if len(curves) > 1}
    if not shared:
        return
    yield Heading("Curves")
    small = max(len(group.name) for group in comparison.groups) <= SHORT_NAME
    pictures = []
    for name in list(shared)[:MAX_CURVES]:
        drawing = draw_curves(shared[name], group_of, small=small)
        about = {"run": ", ".join(run.id for run in comparison.runs), "method": comparison.method.id, "name": name}
        pictures.append(Picture(name, drawing.caption, figure=drawing.figure, identity=about))
    yield from [Pictures(tuple(pictures))] if small else pictures
    if len(shared) > MAX_CURVES:
        yield Sentence(f"{number_text(len(shared) - MAX_CURVES)} further metrics have curves; each is in its run's record.")
