"""Commands about runs: run, batch, runs, show, resume, cancel."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurostudio.cli.commands_project import AsJson, ProjectPath
from neurostudio.cli.output import duration, number, print_error, print_json, print_line, print_table, say, size, state_text
from neurostudio.core.errors import NeuroError, RequestError, StoreError

if TYPE_CHECKING:
    from neurostudio.app.project import Project
    from neurostudio.core.events import Event
    from neurostudio.core.run_folder import Status
    from neurostudio.store.rows import RunDetail

EXIT_CODES = {"done": 0, "failed": 1, "cancelled": 3, "interrupted": 3}
RunKey = Annotated[str, typer.Argument(help="Run: id, name, start of the id, or 'latest'.", metavar="RUN")]
Where = Annotated[str, typer.Option("--on", help="'local' or dask://HOST:PORT.", metavar="WHERE")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (run, batch, runs, show, resume, cancel):
        app.command(name=command.__name__)(command)


def run(
    project: ProjectPath,
    method: Annotated[str | None, typer.Argument(help="Method id; left out where --spec names it.", metavar="[METHOD]")] = None,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="Data set, or RUN:ARTIFACT, for a role.", metavar="ROLE=NAME")
    ] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="One setting.", metavar="KEY=VALUE")] = None,
    spec: Annotated[Path | None, typer.Option(help="Settings file, or the request.json of a run.", metavar="FILE")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.", metavar="N")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed; drawn and recorded unless given.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda ...")] = None,
    on: Where = "local",
    as_json: AsJson = False,
) -> int:
    """Run one method and wait for its end; Ctrl+C stops it, and 'resume' goes on."""
    from neurostudio.app import requests
    from neurostudio.app import runs as use
    from neurostudio.app.project import Project
    from neurostudio.core.registry import registry

    given = requests.read_spec_file(spec) if spec else {}
    method_id = method or given.get("method")
    if not method_id:
        raise RequestError("No method was named", fix="neurostudio run PROJECT METHOD; 'neurostudio methods' lists them")
    chosen, options = requests.settings_from_flags(registry().get(method_id), settings or [], given.get("settings"))
    options = {"seed": given.get("seed"), "device": given.get("device"), "cores": given.get("cores"), **options}
    if seed is not None:
        options["seed"] = seed
    if device is not None:
        options["device"] = device
    with Project.open(project) as opened:
        request = requests.make_request(
            opened,
            method_id,
            inputs={**given.get("inputs", {}), **_roles(inputs or [])},
            settings=chosen,
            name=name or given.get("name"),
            where=on,
            **options,
        )
        expected = requests.estimate(opened, request)
        if expected is not None:
            say(
                f"{request.name}: about {duration(expected.seconds)} and {expected.memory_gb:.1f} GB, an estimate; seed {request.seed}"
            )
        return _watch(opened, request.id, request.name, lambda listener: use.run(opened, request, listener), as_json)


def resume(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> int:
    """Go on with a run from its last checkpoint."""
    from neurostudio.app import runs as use
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        row = opened.find_run(run)
        return _watch(opened, row.run_id, row.name, lambda listener: use.resume(opened, row.run_id, listener), as_json)


def cancel(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> int:
    """Stop a run, wherever it was started from."""
    from neurostudio.app import runs as use
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        status = use.cancel(opened, run)
        row = opened.find_run(run)
    if as_json:
        print_json({"id": row.run_id, "state": status.state})
    else:
        say(f"Run '{row.name}' is {status.state}")
    return 0


def batch(
    file: Annotated[Path, typer.Argument(help="Batch file.", metavar="FILE.yaml")],
    project: Annotated[Path | None, typer.Option(help="Project folder; the file's own unless given.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Most runs at the same time.", metavar="N", min=1)] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip what is done, go on with what was stopped.")] = False,
    on: Where = "local",
    as_json: AsJson = False,
) -> int:
    """Run many: a list, or a grid over settings; runs may use other runs' outputs."""
    from neurostudio.app.batches import project_of, run_batch
    from neurostudio.app.project import Project
    from neurostudio.cli.progress import RunDisplay

    folder = project_of(file, project)
    with Project.open(folder) as opened, RunDisplay() as display:

        def on_item(item: Any) -> None:
            display.end(item.name)
            say(f"{item.name}: {item.outcome}{'. ' + item.reason if item.reason else ''}")

        items = run_batch(opened, file, at_once=jobs, resume=resume, where=on, listener=display.take, on_item=on_item)
    if as_json:
        print_json(items)
    else:
        print_table(["Run", "Outcome", "Id"], [(item.name, item.outcome, item.run_id) for item in items])
    outcomes = {item.outcome for item in items}
    if outcomes & {"cancelled", "interrupted"}:
        return 3
    return 1 if outcomes - {"done", "skipped"} else 0


def runs(
    project: ProjectPath,
    method: Annotated[str | None, typer.Option(help="Only runs of this method.")] = None,
    state: Annotated[str | None, typer.Option(help="Only runs in this state.")] = None,
    search: Annotated[str | None, typer.Option(help="Only runs with this text in name, notes or tags.", metavar="TEXT")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of a project, newest first."""
    from neurostudio.app import runs as use
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        rows = use.list_runs(opened, method=method, state=state, text=search)
    if as_json:
        print_json(rows)
    elif not rows:
        say("No runs yet. 'neurostudio methods' lists what can be run.")
    else:
        print_table(
            ["Name", "State", "Method", "Seed", "Time", "Id"],
            [(row.name, state_text(row.state), row.method, row.seed, duration(row.seconds), row.run_id) for row in rows],
            right=("Seed", "Time"),
        )


def show(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> None:
    """Show a run: state, settings, inputs with checksums, final metrics, artifacts."""
    from neurostudio.app import runs as use
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        detail = use.show(opened, run)
    print_json(run_document(detail)) if as_json else _print_run(detail)


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


def _print_run(detail: "RunDetail") -> None:
    from neurostudio.core.registry import registry
    from neurostudio.core.spec import flatten

    row = detail.row
    print_table(
        ["Run", "State", "Method", "Seed", "Time", "Id"],
        [(row.name, state_text(row.state), row.method, row.seed, duration(row.seconds), row.run_id)],
    )
    method = registry().find(row.method)
    changed = (
        method.load_spec().from_settings(detail.settings).changed()
        if method.spec
        else {key: (value, "") for key, value in flatten(detail.settings).items()}
    )
    if changed:
        print_line("\nSettings that differ from the defaults")
        print_table(["Setting", "Value", "Default"], [(key, value, default) for key, (value, default) in changed.items()])
    if detail.inputs:
        print_line("\nInputs")
        print_table(
            ["Role", "Name", "Kind", "SHA-256"], [(one.role, one.name, one.kind, one.sha256[:16]) for one in detail.inputs]
        )
    if detail.metrics:
        print_line("\nMetrics")
        units = {metric.name: metric.unit for metric in method.metrics}
        print_table(
            ["Metric", "Value", "Unit"],
            [(key, number(value), units.get(key, "")) for key, value in detail.metrics.items()],
            right=("Value",),
        )
    if detail.artifacts:
        print_line("\nArtifacts")
        print_table(
            ["Name", "Kind", "Size", "Path"],
            [(one.name, one.kind, size(one.size), one.path) for one in detail.artifacts],
            right=("Size",),
        )
    if detail.error:
        print_error(NeuroError(detail.error.what, detail.error.why, detail.error.fix))


def _watch(
    project: "Project",
    run_id: str,
    name: str,
    work: Callable[[Callable[[list["Event"]], None]], "Status"],
    as_json: bool,
) -> int:
    """Show a run's progress until it ends, then its result."""
    from neurostudio.app import runs as use
    from neurostudio.cli.progress import RunDisplay

    with RunDisplay() as display:
        status = work(lambda events: display.take(name, events))
    code = EXIT_CODES.get(status.state, 1)
    trouble = use.problem(project, project.run_folder(run_id))
    try:
        project.sync()
    except StoreError as error:  # a full disk: the run has left its record, but there is nothing new to show
        print_error(trouble or error)
        return code or 1
    detail = use.show(project, run_id)
    if as_json:
        print_json(run_document(detail))
    elif status.state == "done":
        _print_run(detail)
    if trouble is not None:
        print_error(trouble)
    return code


def _roles(flags: list[str]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for flag in flags:
        role, equals, name = flag.partition("=")
        if not equals or not role or not name:
            raise RequestError(f"'{flag}' is not an input", fix="Write ROLE=NAME, for example train=mr")
        roles.setdefault(role.strip(), []).append(name.strip())
    return roles
