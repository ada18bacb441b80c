"""One run: how it ended, its metrics, settings, data, curves, outputs, versions."""

from collections.abc import Iterator, Mapping, Sequence

from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import ARTIFACT_KINDS, DATA_KINDS
from neurostudio.report.artifact_blocks import artifact_blocks
from neurostudio.report.blocks import Block, Facts, Grid, Heading, Picture, Pictures, Prose, Sentence, Tile, Tiles
from neurostudio.report.compare import metric_infos
from neurostudio.report.content import ReportCurve, RunContent, identity
from neurostudio.report.wording import (
    duration_text,
    fact_text,
    number_text,
    size_text,
    state_text,
    time_text,
    value_text,
)

MAX_TILES = 4
MAX_CURVES = 8
_NO_METRICS = {
    "failed": "The run ended before it wrote a metric.",
    "queued": "The run has not started yet.",
    "running": "The run has written no metric yet.",
}


def run_blocks(run: RunContent) -> Iterator[Block]:
    """Yield everything that the report says about one run."""
    yield _facts(run)
    yield from _ending(run)
    if run.notes.strip():
        yield Heading("Notes")
        yield Prose(run.notes)
    yield Heading("Metrics")
    yield from _metrics(run)
    yield Heading("Settings")
    yield from _settings(run)
    yield Heading("Data")
    yield _inputs(run)
    yield from _curves(run)
    yield from _outputs(run)
    yield Heading("Record")
    yield from _record(run)


def _facts(run: RunContent) -> Facts:
    pairs = [
        ("State", state_text(run.state)),
        ("Method", run.method.title),
        ("Seed", str(run.seed)),
        ("Started", time_text(run.created)),
        ("Time taken", duration_text(run.seconds)),
        ("Run", run.id),
    ]
    if run.attempt > 1:
        pairs.insert(4, ("Attempts", str(run.attempt)))
    if run.tags:
        pairs.append(("Tags", ", ".join(tag for tag in run.tags)))
    return Facts(tuple(pairs))


def _ending(run: RunContent) -> Iterator[Block]:
    if run.error:
        yield Sentence(str(NeuroError.from_dict(run.error)), tone="problem")
    elif run.state == "failed":
        yield Sentence("The run failed, and left no reason in its record; its log may hold one.", tone="problem")
    elif run.state in ("cancelled", "interrupted"):
        yield Sentence(f"The run was {run.state}: what follows is what it had written until then.")


def _metrics(run: RunContent) -> Iterator[Block]:
    infos = metric_infos(run.method, run.metrics)
    if not infos:
        yield Sentence(_NO_METRICS.get(run.state, "The run wrote no metric."))
        return
    main = [info for info in infos if info.help][:MAX_TILES] or infos[:MAX_TILES]
    yield Tiles(tuple(Tile(info.name, number_text(run.metrics[info.name], measured=True), info.unit) for info in main))
    rows = tuple((info.name, number_text(run.metrics[info.name], measured=True), info.unit, info.help) for info in infos)
    yield Grid(
        ("Metric", "Value", "Unit", "Meaning"), rows, numeric=frozenset({1}), code=frozenset({0}), weights=(2.4, 1.3, 1, 3.6)
    )


def _settings(run: RunContent) -> Iterator[Block]:
    if run.changed:
        yield Grid(
            header=("Setting", "Name", "Value", "Default"),
            rows=tuple((*_setting(run, name), *_with_unit(run, name, pair)) for name, pair in run.changed.items()),
            title="Different from the defaults",
            code=frozenset({1}),
            weights=(2.2, 2.2, 1.8, 1.8),
        )
    else:
        yield Sentence("All settings have their defaults.")
    if run.settings:
        yield Grid(
            header=("Setting", "Name", "Value"),
            rows=tuple((*_setting(run, name), *_with_unit(run, name, (value,))) for name, value in run.settings.items()),
            title="All settings",
            code=frozenset({1}),
            weights=(2.4, 2.4, 3.0),
            folded=True,
        )


def _setting(run: RunContent, name: str) -> tuple[str, str]:
    info = run.setting_titles.get(name)
    return (info.title if info else "", name)


def _with_unit(run: RunContent, name: str, values: Sequence[object]) -> tuple[str, ...]:
    info = run.setting_titles.get(name)
    labels: Mapping[str, str] = info.labels if info else {}
    unit = f" {info.unit}" if info and info.unit else ""
    return tuple(
        labels.get(str(value), value_text(value))
        + (unit if isinstance(value, int | float) and not isinstance(value, bool) else "")
        for value in values
    )


def _inputs(run: RunContent) -> Block:
    if not run.inputs:
        return Sentence("The run took no data set.")
    rows = []
    for given in run.inputs:
        kind = DATA_KINDS.get(given.kind) or ARTIFACT_KINDS.get(given.kind)
        facts = ", ".join(fact_text(name, value) for name, value in given.facts.items())
        what = "; ".join(part for part in (kind.title if kind else given.kind, facts) if part)
        rows.append((given.role, given.name, what, given.path_text, given.sha256 or "not recorded"))
    header = ("Role", "Data set", "What it is", "Path", "SHA-256")
    return Grid(header, tuple(rows), breakable=frozenset({3, 4}), weights=(1.0, 1.5, 2.2, 2.4, 2.9))


def _curves(run: RunContent) -> Iterator[Block]:
    from neurostudio.report.figures import draw_curves

    panels = curve_panels([curve for curve in run.curves if len(curve.values) > 1])
    if not panels:
        return
    yield Heading("Curves")
    pictures = []
    for title, curves in panels[:MAX_CURVES]:
        unit = curves[0].unit
        caption = title if not unit else f"{title} ({unit})"
        drawing = draw_curves({curve.name: curve for curve in curves}, small=True, y_label=caption)
        pictures.append(Picture(title, drawing.caption, figure=drawing.figure, identity=identity(run)))
    yield Pictures(tuple(pictures))
    if len(panels) > MAX_CURVES:
        yield Sentence(f"{len(panels) - MAX_CURVES} further metrics have curves; they are in the run's record.")


def curve_panels(curves: Sequence[ReportCurve]) -> list[tuple[str, list[ReportCurve]]]:
    """Curves that belong in one picture: ``train/loss`` and ``validation/loss``, where unit and steps are alike."""
    panels: list[list[ReportCurve]] = []
    for curve in curves:
        fitting = (panel for panel in panels if len(panel) < 4 and _alike(panel[0], curve))
        panel = next(fitting, None)
        if panel is None:
            panels.append([curve])
        else:
            panel.append(curve)
    return [(panel[0].name if len(panel) == 1 else _leaf(panel[0].name), panel) for panel in panels]


def _alike(first: ReportCurve, second: ReportCurve) -> bool:
    ends = [max((step for step in curve.steps if step is not None), default=len(curve.steps)) for curve in (first, second)]
    return _leaf(first.name) == _leaf(second.name) and first.unit == second.unit and max(ends) <= 2 * min(ends)


def _leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _outputs(run: RunContent) -> Iterator[Block]:
    about = identity(run)
    shown = (block for artifact in run.artifacts for block in artifact_blocks(artifact, about))
    first = next(shown, None)
    if first is not None:
        yield Heading("Figures and tables")
        yield first
        yield from shown


def _record(run: RunContent) -> Iterator[Block]:
    if run.artifacts:
        rows = tuple(
            (
                artifact.name,
                ARTIFACT_KINDS[artifact.kind].title if artifact.kind in ARTIFACT_KINDS else artifact.kind,
                size_text(artifact.size),
                artifact.sha256,
            )
            for artifact in run.artifacts
        )
        header = ("Output", "Kind", "Size", "SHA-256")
        yield Grid(
            header,
            rows,
            title="Output files",
            numeric=frozenset({2}),
            breakable=frozenset({3}),
            weights=(2.4, 1.2, 1.2, 4),
            folded=True,
        )
    else:
        yield Sentence("The run left no output files.")
    origin = tuple((name, str(value)) for name, value in {**run.versions, **run.machine}.items())
    if origin:
        yield Grid(("", ""), origin, title="Versions and machine", weights=(1.4, 4), folded=True)
