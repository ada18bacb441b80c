"""Entry point: ``worker`` first, then the window, then the command line. Nothing heavy is imported here.

A worker must start fast and must not load the command line; ``--version`` must answer at once; the window must be painted
before anything else is loaded.
"""

import sys
from pathlib import Path


def main() -> int:
    """Run the program with the arguments of this process; returns its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["worker"]:
        from neurostudio.jobs.worker import main as worker

        return worker(arguments[1:])
    if arguments == ["--version"]:
        from neurostudio import __version__

        sys.stdout.write(f"neurostudio {__version__}\n")
        return 0
    if not arguments:
        return _open_window()
    from neurostudio.cli.main import run

    return run(arguments, open_window)


def open_window(project: Path | None = None, reset_layout: bool = False) -> int:
    """Open the window; this module alone knows both ways in."""
    from neurostudio.gui.main import run

    return run(project, reset_layout)


def _open_window() -> int:
    """Without a command line: the window is painted before its parser would be loaded."""
    from neurostudio.core.errors import NeuroError

    try:
        return open_window()
    except NeuroError as error:
        from neurostudio.cli.main import EXIT_REQUEST
        from neurostudio.cli.output import print_error

        print_error(error)
        return EXIT_REQUEST


if __name__ == "__main__":
    sys.exit(main())
