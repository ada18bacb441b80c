"""Opening a project for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from neurostudio.cli.output import say

if TYPE_CHECKING:
    from neurostudio.app.project import Project


@contextmanager
def opened(path: Path) -> "Iterator[Project]":
    """The project at `path`, closed again at the end; says what its disk does not allow."""
    from neurostudio.app.project import Project

    with Project.open(path) as project:
        if project.store.notice:
            say(project.store.notice, "warning")
        yield project
