"""Entry point: ``worker`` first, then the command line. Nothing heavy is imported here.

A worker must start fast and must not load the command line; ``--version`` must answer at once.
"""

import sys


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
    from neurostudio.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
