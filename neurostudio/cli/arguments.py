"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ProjectPath = Annotated[Path, typer.Argument(help="Project folder.", metavar="PROJECT")]
RunKey = Annotated[str, typer.Argument(help="Id or name of a run, the start of its id, or 'latest'.", metavar="RUN")]
Where = Annotated[
    str, typer.Option("--on", help="'local' (the default) or dask://HOST:PORT.", metavar="WHERE", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
