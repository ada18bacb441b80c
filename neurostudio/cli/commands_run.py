"""Commands that run something: run, batch, resume, cancel."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import click
import typer

from neurostudio.cli.arguments import AsJson, ProjectPath, RunKey, Where
from neurostudio.cli.commands_methods import known_method
from neurostudio.cli.commands_show import print_run, run_document
from neurostudio.cli.opening import opened
from neurostudio.cli.output import duration, errors, print_error, print_json, print_table, say, state_text
from neurostudio.core.errors import RequestError, StoreError

if TYPE_CHECKING:
    from neurostudio.app.batches import BatchItem
    from neurostudio.app.project import Project
    from neurostudio.core.events import Event
    from neurostudio.core.run_folder import Status

    Listener = Callable[[list[Event]], None]

T = TypeVar("T")

EXIT_CODES = {"done": 0, "failed": 1, "cancelled": 3, "interrupted": 3}


def run(
    project: ProjectPath,
    method: Annotated[str | None, typer.Argument(help="Method; may be left out where --spec names it.", metavar="METHOD")] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="Data set, or RUN:ARTIFACT, for a role; may be repeated.", metavar="ROLE=NAME"),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="One setting; may be repeated.", metavar="KEY=VALUE")
    ] = None,
    spec: Annotated[Path | None, typer.Option(help="Settings file, or the request.json of a run.", metavar="FILE")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run.", metavar="N")] = None,
    seed: Annotated[int | None, typer.Option(help="Whole number; drawn and recorded unless given.", metavar="SEED")] = None,
    device: Annotated[str | None, typer.Option(help="auto (the default), cpu, cuda, cuda:N or mps.", metavar="DEVICE")] = None,
    on: Where = "local",
    as_json: AsJson = False,
) -> int:
    """Run a method and wait for its end; Ctrl+C stops it, and 'resume' goes on."""
    from neurostudio.app import requests
    from neurostudio.app import runs as use
    from neurostudio.app.spec_file import SpecFile, read_spec_file

    file = read_spec_file(spec) if spec else SpecFile()
    if method and file.method and method != file.method:
        raise RequestError(f"The settings file {spec} is for {file.method}, not for {method}", fix="Leave the method out")
    chosen = known_method(_named(method or file.method))
    flags = requests.read_flags(chosen, settings or [], file.settings)
    with opened(project) as there:
        request = requests.make_request(
            there,
            chosen.id,
            inputs={**file.inputs, **_roles(inputs or [])},
            settings=flags.settings,
            seed=_first(seed, flags.seed, file.seed),
            name=name or file.name,
            device=_first(device, flags.device, file.device),
            cores=_first(flags.cores, file.cores),
            where=on,
        )
        expected = requests.estimate(there, request)
        if expected is not None:
            say(f"{request.name}: about {duration(expected.seconds)} and {expected.memory_gb:.1f} GB, an estimate")
        return _watch(there, request.id, request.name, lambda listener: use.run(there, request, listener), as_json)


def resume(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> int:
    """Go on with a run from its last checkpoint."""
    from neurostudio.app import runs as use

    with opened(project) as there:
        row = there.find_run(run)
        return _watch(there, row.run_id, row.name, lambda listener: use.resume(there, row.run_id, listener), as_json)


def cancel(project: ProjectPath, run: RunKey, as_json: AsJson = False) -> None:
    """Stop a run, wherever it was started from."""
    from neurostudio.app import runs as use

    with opened(project) as there:
        status = use.cancel(there, run)
        row = there.find_run(run)
    if as_json:
        print_json({"id": row.run_id, "state": status.state})
    else:
        say(f"Run '{row.name}' is {status.state}")


def batch(
    file: Annotated[Path, typer.Argument(help="Batch file.", metavar="FILE.yaml")],
    project: Annotated[
        Path | None, typer.Option(help="Project folder; the one that the file names unless given.", metavar="PROJECT")
    ] = None,
    jobs: Annotated[int | None, typer.Option(help="Most runs at the same time.", metavar="N")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Skip what is done, go on with what was stopped.")] = False,
    on: Where = "local",
    as_json: AsJson = False,
) -> int:
    """Run what a batch file lists: single runs, grids over settings, runs that use the outputs of others."""
    from neurostudio.app.batches import project_of, run_batch
    from neurostudio.cli.progress import RunDisplay

    with opened(project_of(file, project)) as there, RunDisplay() as display:

        def on_item(item: "BatchItem") -> None:
            display.end(item.name)
            say(f"{item.name}: {item.outcome}{'. ' if item.reason else ''}{item.reason}")

        items = run_batch(there, file, at_once=jobs, resume=resume, where=on, listener=display.take, on_item=on_item)
    if as_json:
        print_json(items)
    else:
        print_table(["Run", "Outcome", "Id"], [(item.name, state_text(item.outcome), item.run_id) for item in items])
    outcomes = {item.outcome for item in items}
    if outcomes & {"cancelled", "interrupted"}:
        return 3
    return 1 if outcomes - {"done", "skipped"} else 0


def _watch(project: "Project", run_id: str, name: str, work: "Callable[[Listener], Status]", as_json: bool) -> int:
    """Show a run's progress until it ends, then its result."""
    from neurostudio.app import runs as use
    from neurostudio.app.commands import short_path
    from neurostudio.cli.progress import RunDisplay

    with RunDisplay() as display:
        status = work(lambda events: display.take(name, events))
    code = EXIT_CODES.get(status.state, 1)
    folder = project.run_folder(run_id)
    trouble = use.problem(project, folder)
    try:
        project.sync()
    except StoreError as error:  # a full disk: the run has left its record, but there is nothing new to show
        print_error(trouble or error)
        return code or 1
    detail = use.show(project, run_id)
    if as_json:
        print_json(run_document(detail))
    elif status.state == "done":
        print_run(detail)
    if trouble is not None and status.state == "cancelled":
        say(str(trouble), "warning")
    elif trouble is not None:
        if _is_verbose() and detail.error:
            errors().out(detail.error.traceback, highlight=False)
        print_error(trouble)
        say(f"Log: {short_path(folder.log_file)}")
    return code


def _is_verbose() -> bool:
    return bool(click.get_current_context().find_root().params.get("verbose"))


def _named(method: str | None) -> str:
    if not method:
        raise RequestError("No method was named", fix="Write `neurostudio run PROJECT METHOD`; `neurostudio methods` lists them")
    return method


def _first(*values: T | None) -> T | None:
    return next((value for value in values if value is not None), None)


def _roles(flags: list[str]) -> dict[str, list[str]]:
    roles: dict[str, list[str]] = {}
    for flag in flags:
        role, equals, name = flag.partition("=")
        if not equals or not role or not name:
            raise RequestError(f"'{flag}' is not an input", fix="Write ROLE=NAME, for example train=mr")
        roles.setdefault(role.strip(), []).append(name.strip())
    return roles
