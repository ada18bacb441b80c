"""Commands about projects and this machine: new, demo, doctor, open."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from neurostudio.cli.arguments import AsJson, ProjectPath
from neurostudio.cli.output import counted, print_json, print_line, print_table, say, state_text
from neurostudio.core.errors import RequestError

OpenWindow = Callable[[Path | None, bool], int]


def new(project: ProjectPath) -> None:
    """Make an empty project folder."""
    from neurostudio.app.commands import command
    from neurostudio.app.project import Project

    with Project.create(project) as made:
        say(f"Made the project {made.path}")
        say(f"Add data: {command('import', made.path, 'FILE')}")


def open_window(
    context: typer.Context,
    project: Annotated[
        Path | None, typer.Argument(help="Project folder; without it the welcome page.", metavar="PROJECT")
    ] = None,
    reset_layout: Annotated[bool, typer.Option("--reset-layout", help="Docks and sizes as at the first start.")] = False,
) -> int:
    """Open the window, on a project or on the welcome page."""
    window: OpenWindow | None = context.obj
    if window is None:
        raise RequestError("There is no window here", fix="Start the program as `neurostudio`")
    return window(project, reset_layout)


def demo(
    project: Annotated[Path, typer.Option("--project", help="Folder of the sample project.", metavar="DIR")] = Path(
        "neurostudio-demo"
    ),
    quick: Annotated[bool, typer.Option("--quick", help="Smaller data and fewer steps: about a minute.")] = False,
    as_json: AsJson = False,
) -> int:
    """Make a sample project, run the main jobs on it and write a report."""
    from neurostudio.app.commands import short_path
    from neurostudio.app.demo import run_demo
    from neurostudio.cli.progress import RunDisplay

    with RunDisplay() as display:
        outcome = run_demo(project, quick, display.take, say)
    if as_json:
        print_json(outcome)
    else:
        print_table(
            ["Run", "State", "Result"],
            [(row.name, state_text(row.state), row.result) for row in outcome.runs],
        )
        say(f"Report: {short_path(outcome.report)}")
    return 0 if all(row.state == "done" for row in outcome.runs) else 1


def doctor(
    project: Annotated[Path | None, typer.Argument(help="Project folder to check.", metavar="PROJECT")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index again from the run folders.")] = False,
    as_json: AsJson = False,
) -> int:
    """Say what this machine has, or check a project; --rebuild makes its index again."""
    from neurostudio.app.doctor import check_machine, check_project, rebuild_index

    if project is None:
        if rebuild:
            raise RequestError("--rebuild needs a project", fix="Write `neurostudio doctor PROJECT --rebuild`")
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
        held = (counted(done.runs, "run"), counted(done.datasets, "data set"), counted(done.events, "event"))
        say(f"Made the index again: {', '.join(held)}")
    found = dict.fromkeys([*(done.problems if done else ()), *problems])
    for problem in found:
        print_line(f"- {problem}")
    if not found:
        say("No problems found")
    return 0 if not problems else 1
