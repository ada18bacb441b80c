"""Commands about what ran: runs, show, export, report."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from neurostudio.cli.arguments import AsJson, ProjectPath, RunKey
from neurostudio.cli.opening import opened
from neurostudio.cli.output import (
    counted,
    duration,
    number,
    print_facts,
    print_json,
    print_line,
    print_table,
    print_title,
    say,
    size,
    state_text,
    value_text,
)
from neurostudio.core.errors import NeuroError, RequestError

if TYPE_CHECKING:
    from neurostudio.core.method import Method
    from neurostudio.store.rows import RunDetail, RunRow

_CHECKSUM_SHOWN = 12


def runs(
    project: ProjectPath,
    method: Annotated[str | None, typer.Option(help="Only runs of this method.", metavar="METHOD")] = None,
    state: Annotated[str | None, typer.Option(help="Only runs in this state, such as failed.", metavar="STATE")] = None,
    search: Annotated[str | None, typer.Option(help="Only runs with this text in name, notes or tags.", metavar="TEXT")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of a project, newest first."""
    from neurostudio.app import runs as use

    with opened(project) as there:
        rows = use.list_runs(there, method=method, state=state, text=search)
        short = _short_ids([row.run_id for row in use.list_runs(there)])
    if as_json:
        print_json(rows)
    elif rows:
        print_table(
            ["Name", "State", "Method", "Seed", "Time", "Id"],
            [
                (row.name, _state(row), row.method, row.seed, duration(row.seconds), short.get(row.run_id, row.run_id))
                for row in rows
            ],
            right=("Seed", "Time"),
        )
    elif short:
        say("No run fits")
    else:
        say("No runs yet. `neurostudio methods` lists what can be run.")


def show(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> None:
    """Show all about one run: state, settings, inputs with checksums, final metrics, artifacts."""
    from neurostudio.app import runs as use

    with opened(project) as there:
        detail = use.show(there, run)
    print_json(run_document(detail)) if as_json else print_run(detail)


def export(
    project: ProjectPath,
    to: Annotated[
        Path, typer.Option("--to", help="Folder to write to; with --artifact, --curve or --dataset a file.", metavar="DIR|FILE")
    ],
    run: Annotated[
        str | None, typer.Argument(help="Id or name of a run, the start of its id, or 'latest'.", metavar="[RUN]")
    ] = None,
    artifact: Annotated[
        str | None,
        typer.Option("--artifact", help="Draw this artifact: .png, .svg, .pdf; or its numbers: .csv.", metavar="NAME"),
    ] = None,
    curve: Annotated[
        str | None, typer.Option("--curve", help="Draw this metric over its steps; the same endings.", metavar="METRIC")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Draw this data set of brain images; the same endings.", metavar="NAME")
    ] = None,
    look: Annotated[
        Path | None, typer.Option("--look", help="What the viewer of volumes has set, as JSON.", metavar="FILE.json")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy what a run left to a folder: artifacts, metrics and request as ordinary files; or draw one thing to a file."""
    from neurostudio.app import export as use
    from neurostudio.app.commands import short_path
    from neurostudio.app.seen import read_look

    _check_export(run, artifact, curve, dataset, look)
    with opened(project) as there:
        state = None if look is None else read_look(look)
        if dataset is not None:
            written = [use.export_dataset(there, dataset, to, state)]
        elif artifact is not None:
            written = [use.export_figure(there, run or "", artifact, to, state)]
        elif curve is not None:
            written = [use.export_curve(there, run or "", curve, to)]
        else:
            written = use.export_run(there, run or "", to)
    if as_json:
        print_json({"written": written})
        return
    for path in written:
        print_line(short_path(path))


def _check_export(run: str | None, artifact: str | None, curve: str | None, dataset: str | None, look: Path | None) -> None:
    """RequestError for flags that do not go together."""
    given = [flag for flag, value in (("--artifact", artifact), ("--curve", curve), ("--dataset", dataset)) if value is not None]
    if len(given) > 1:
        raise RequestError(f"{' and '.join(given)} cannot both be given", fix="Export one after the other")
    if dataset is not None and run is not None:
        raise RequestError(f"A run ('{run}') and a data set ('{dataset}') cannot both be given", fix="Leave one of them out")
    if dataset is None and run is None:
        raise RequestError("Say what to export", fix="Name a run, or give --dataset NAME")
    if look is not None and artifact is None and dataset is None:
        raise RequestError("--look belongs to --artifact or --dataset", fix="Name the volume that is looked at")


def report(
    project: ProjectPath,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .html or .pdf.", metavar="FILE")],
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs to report; all that have ended unless given.", metavar="RUN...")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Title of the report.", metavar="TITLE", show_default=False)] = "",
    simple: Annotated[
        bool, typer.Option("--simple", help="Tables and PNG pictures only, for mail programs and word processors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a report that stands alone: settings, data, metrics, figures, versions."""
    from neurostudio.app.commands import short_path
    from neurostudio.app.reports import make_report

    with opened(project) as there:
        made = make_report(there, runs or [], output, title, simple=simple)
    if as_json:
        print_json(made)
    else:
        say(f"Wrote {short_path(made.path)} with {counted(len(made.runs), 'run')}")


def run_document(detail: "RunDetail") -> dict[str, Any]:
    """A run as ``show --json`` gives it."""
    row = detail.row
    return {
        "id": row.run_id,
        "name": row.name,
        "method": row.method,
        "state": row.state,
        "attempt": row.attempt,
        "seed": row.seed,
        "created": row.created,
        "started": row.started,
        "ended": row.ended,
        "seconds": row.seconds,
        "tags": row.tags,
        "notes": row.notes,
        "settings": detail.settings,
        "inputs": detail.inputs,
        "metrics": detail.metrics,
        "artifacts": detail.artifacts,
        "error": {"what": detail.error.what, "why": detail.error.why, "fix": detail.error.fix} if detail.error else None,
        "versions": detail.request.get("versions", {}),
        "machine": detail.request.get("machine", {}),
    }


def print_run(detail: "RunDetail") -> None:
    """A run as ``show`` prints it."""
    from neurostudio.core.registry import registry

    row = detail.row
    method = registry().find(row.method)
    print_line(Text.assemble((row.name, "bold"), "  ", _state(row)))
    print_facts(_about(detail, method))
    if detail.error:
        print_title("Error")
        print_facts([(NeuroError(detail.error.what, detail.error.why, detail.error.fix),)])
    changed = _changed_settings(method, detail.settings)
    if changed:
        print_title("Settings that differ from the defaults" if method.spec else "Settings")
        print_facts(changed)
    if detail.inputs:
        print_title("Inputs")
        print_facts((one.role, one.name, one.kind, f"sha256 {one.sha256[:_CHECKSUM_SHOWN]}") for one in detail.inputs)
    if detail.metrics:
        print_title("Metrics")
        known = [metric.name for metric in method.metrics]  # what matters most comes first there
        names = sorted(detail.metrics, key=lambda name: (known.index(name) if name in known else len(known), name))
        units = {metric.name: metric.unit for metric in method.metrics}
        print_facts(((name, number(detail.metrics[name]), units.get(name, "")) for name in names), right=(1,))
    if detail.artifacts:
        print_title("Artifacts")
        ordered = sorted(detail.artifacts, key=lambda one: (method.output_order(one.name), one.name))
        print_facts(((one.name, one.kind, size(one.size), one.path.relative_to(detail.folder)) for one in ordered), right=(2,))


def _about(detail: "RunDetail", method: "Method") -> list[tuple[str, str]]:
    from neurostudio.app.commands import short_path

    row = detail.row
    facts = {
        "Method": row.method if method.spec else f"{row.method} (not installed here)",
        "Started": "" if row.started is None else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row.started)),
        "Time": "" if row.started is None else duration(row.seconds),
        "Attempts": str(row.attempt) if row.attempt > 1 else "",
        "Seed": str(row.seed),
        "Tags": ", ".join(row.tags),
        "Notes": row.notes,
        "Id": row.run_id,
        "Folder": short_path(detail.folder),
    }
    return [(name, text) for name, text in facts.items() if text]


def _changed_settings(method: "Method", settings: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value and default of each setting that differs; all of them where the method cannot say its defaults."""
    from neurostudio.core.spec import VERSION_KEY, flatten, walk

    try:
        spec = method.load_spec() if method.spec else None
        changed = spec.from_settings(settings).changed() if spec else {}
    except NeuroError:  # settings of another version of the method
        spec = None
    if spec is None:
        return [(key, value_text(value), "") for key, value in flatten(settings).items() if key != VERSION_KEY]
    may_be_none = {info.name for info in walk(spec) if info.optional}
    return [
        (key, value_text(value), f"default {value_text(default)}" if default is not None or key in may_be_none else "")
        for key, (value, default) in changed.items()
    ]


def _state(row: "RunRow") -> Text:
    """State; of a run at work also how far it is."""
    text = state_text(row.state)
    if row.state == "running" and row.progress_done is not None and row.progress_total:
        text.append(f" {row.phase} {100 * row.progress_done / row.progress_total:.0f}%")
    return text


def _short_ids(ids: list[str]) -> dict[str, str]:
    """Each id cut to its date and time where no other one starts so: enough to name the run."""
    starts = {one: "-".join(one.split("-")[:2]) for one in ids}
    taken = list(starts.values())
    return {one: start if taken.count(start) == 1 else one for one, start in starts.items()}
