"""The commands of ``neurostudio`` and how they end: exit codes, errors without tracebacks."""

import io
import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

import click
import typer

from neurostudio.cli import commands_data, commands_methods, commands_project, commands_run, commands_show
from neurostudio.cli.commands_project import OpenWindow
from neurostudio.cli.help import Command, Group
from neurostudio.cli.output import print_error, say
from neurostudio.core.errors import NeuroError

EXIT_FAILED = 1
EXIT_REQUEST = 2
EXIT_STOPPED = 3
VERBOSE = "--verbose"

COMMANDS: dict[str, Callable[..., Any]] = {  # in the order in which a person meets them
    "demo": commands_project.demo,
    "new": commands_project.new,
    "import": commands_data.import_data,
    "datasets": commands_data.datasets,
    "methods": commands_methods.methods,
    "run": commands_run.run,
    "batch": commands_run.batch,
    "runs": commands_show.runs,
    "show": commands_show.show,
    "resume": commands_run.resume,
    "cancel": commands_run.cancel,
    "export": commands_show.export,
    "report": commands_show.report,
    "doctor": commands_project.doctor,
    "open": commands_project.open_window,
}

app = typer.Typer(
    name="neurostudio",
    cls=Group,
    help="One place for a lab's spiking networks, brain data, language models and reports.",
    epilog="Exit codes: 0 done, 1 a run failed, 2 the request was wrong, 3 cancelled or interrupted.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for _name, _function in COMMANDS.items():
    app.command(name=_name, cls=Command)(_function)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Show the version."),
    verbose: bool = typer.Option(False, VERBOSE, help="Show tracebacks of errors; works with every command."),
    reset_layout: bool = typer.Option(
        False, "--reset-layout", help="Open the window with docks and sizes as at the first start."
    ),
) -> None:
    """Handle options without a command."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    if version:
        from neurostudio import __version__

        sys.stdout.write(f"neurostudio {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.Exit(commands_project.open_window(context, None, reset_layout))


def run(arguments: list[str], open_window: OpenWindow | None = None) -> int:
    """Run one command line; returns the exit code.

    Parameters
    ----------
    open_window : function, optional
        Opens the window on a project, or on none: the command line itself does not know it.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a pipe on Windows may not know every character
    verbose = VERBOSE in arguments
    words = [argument for argument in arguments if argument != VERBOSE]
    try:
        result = app([VERBOSE, *words] if verbose else words, prog_name="neurostudio", standalone_mode=False, obj=open_window)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return EXIT_REQUEST
    except (click.Abort, KeyboardInterrupt):
        say("Stopped.")
        return EXIT_STOPPED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except NeuroError as error:
        if verbose:
            traceback.print_exc()
        print_error(error)
        return EXIT_REQUEST
    except Exception as error:  # noqa: BLE001 - the last door: a person gets a sentence, not a traceback
        if verbose:
            traceback.print_exc()
        why = f"{type(error).__name__}: {error}"
        print_error(NeuroError("NeuroStudio stopped on an error of its own", why, "Run it again with --verbose for the details"))
        return EXIT_FAILED
