"""Commands about projects and this machine: new, open, doctor, demo, report, export."""

from pathlib import Path
from typing import Annotated

import typer

from neurostudio.cli.output import print_json, print_line, print_table, say
from neurostudio.core.errors import NeuroError, RequestError

ProjectPath = Annotated[Path, typer.Argument(help="Project folder.", metavar="PROJECT")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (new, open_window, export, report, demo, doctor):
        app.command(name={"open_window": "open"}.get(command.__name__, command.__name__))(command)


def no_window() -> NeuroError:
    """What to say where the window was asked for."""
    return RequestError("This version has no window yet", fix="Every job runs from the command line: neurostudio --help")


def new(project: ProjectPath) -> None:
    """Make an empty project folder."""
    from neurostudio.app.project import Project

    with Project.create(project) as made:
        say(f"Made the project {made.path}")


def open_window(project: ProjectPath) -> None:  # noqa: ARG001 - part of the public interface
    """Open the window on a project."""
    raise no_window()


def export(
    project: ProjectPath,
    run: Annotated[str, typer.Argument(help="Run: id, name, start of the id, or 'latest'.", metavar="RUN")],
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.", metavar="DIR")],
    as_json: AsJson = False,
) -> None:
    """Copy a run's artifacts, metrics and request to a folder as ordinary files."""
    from neurostudio.app.export import export_run
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        written = export_run(opened, run, to)
    if as_json:
        print_json({"written": written})
    else:
        for path in written:
            print_line(str(path))


def report(
    project: ProjectPath,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .html or .pdf.", metavar="FILE")],
    runs: Annotated[list[str] | None, typer.Argument(help="Runs; all finished ones unless given.", metavar="[RUN]...")] = None,
    title: Annotated[str, typer.Option("--title", help="Title of the report.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write a report that stands alone: what was done, settings, data, metrics, figures, versions."""
    from neurostudio.app.project import Project
    from neurostudio.app.reports import make_report

    with Project.open(project) as opened:
        made = make_report(opened, runs or [], output, title)
    if as_json:
        print_json(made)
    else:
        say(f"Wrote {made.path} with {len(made.runs)} run{'s' if len(made.runs) != 1 else ''}")


def demo(
    project: Annotated[Path, typer.Option("--project", help="Folder of the sample project.", metavar="DIR")] = Path(
        "neurostudio-demo"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="Smaller data and fewer steps: about half a minute.")] = False,
    as_json: AsJson = False,
) -> int:
    """Make a sample project, run the main jobs on it and write a report; needs no network and no files."""
    from neurostudio.app.demo import run_demo
    from neurostudio.cli.progress import RunDisplay

    with RunDisplay() as display:
        outcome = run_demo(project, quick, display.take, say)
    if as_json:
        print_json(outcome)
    else:
        print_table(
            ["Run", "State", "SNN accuracy", "ANN accuracy"],
            [
                (row.name, row.state, *(f"{row.metrics.get(key, float('nan')):.3f}" for key in ("test/accuracy", "ann/accuracy")))
                for row in outcome.runs
            ],
            right=("SNN accuracy", "ANN accuracy"),
        )
        say(f"Report: {outcome.report}")
    return 0 if all(row.state == "done" for row in outcome.runs) else 1


def doctor(
    project: Annotated[Path | None, typer.Argument(help="Project folder to check.", metavar="[PROJECT]")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index again from the run folders.")] = False,
    as_json: AsJson = False,
) -> int:
    """Say what this machine has; with a project, check it, and with --rebuild make its index again."""
    from neurostudio.app.doctor import check_machine, check_project, rebuild_index

    if project is None:
        if rebuild:
            raise RequestError("--rebuild needs a project", fix="neurostudio doctor PROJECT --rebuild")
        checks = check_machine()
        if as_json:
            print_json({"machine": checks})
        else:
            print_table(["What", "Found", "Note"], [(check.what, check.found, check.note) for check in checks])
        return 0
    done = rebuild_index(project) if rebuild else None
    problems = check_project(project)
    if as_json:
        print_json({"rebuilt": done, "problems": problems})
        return 0 if not problems else 1
    if done is not None:
        say(f"Made the index again: {done.runs} runs, {done.datasets} data sets, {done.events} events")
    found = dict.fromkeys([*(done.problems if done else ()), *problems])
    for problem in found:
        print_line(f"- {problem}")
    if not found:
        say("No problems found")
    return 0 if not problems else 1
