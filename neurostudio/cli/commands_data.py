"""Commands about data sets: import, datasets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neurostudio.cli.arguments import AsJson, ProjectPath
from neurostudio.cli.opening import opened
from neurostudio.cli.output import number, print_facts, print_json, print_table, say, size
from neurostudio.core.errors import RequestError

if TYPE_CHECKING:
    from neurostudio.app.datasets import Imported
    from neurostudio.data.import_report import ImportReport

_MOST_NAMED = 12
_SWITCHES = {"true": True, "false": False}


def import_data(
    project: ProjectPath,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")],
    kind: Annotated[
        str | None, typer.Option(help="Kind of data; recognised from the content unless given.", metavar="KIND")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name in the project; from the file name unless given.", metavar="NAME")
    ] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy into the project; otherwise data stay where they are.")] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Text encoding, such as windows-1252 or gb18030.", metavar="ENCODING")
    ] = None,
    text_column: Annotated[str | None, typer.Option(help="Column that holds the text.", metavar="COLUMN")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column that holds the label.", metavar="COLUMN")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="Another option of the reader, such as quoting=none.", metavar="KEY=VALUE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add data sets to a project; each is read, checked and described."""
    from neurostudio.app.datasets import import_data as import_files

    given = {"encoding": encoding, "text_column": text_column, "label_column": label_column}
    options = {**_reader_options(option or []), **{key: value for key, value in given.items() if value is not None}}
    with opened(project) as there:
        imported = import_files(there, paths, kind=kind, name=name, copy=copy, options=options)
    if as_json:
        print_json([{**one.__dict__, "report": one.report.as_dict()} for one in imported])
        return
    for one in imported:
        say(f"Imported '{one.name}' as {one.kind}{_known_before(one)}")
        print_facts((key.replace("_", " "), text) for key, text in _facts(one.report))
        for problem in one.report.problems:
            say(f"{problem.severity.capitalize()}: {problem.message}", problem.severity)


def datasets(project: ProjectPath, as_json: AsJson = False) -> None:
    """List the data sets of a project."""
    from neurostudio.app.commands import command, short_path
    from neurostudio.app.datasets import list_datasets

    with opened(project) as there:
        rows = list_datasets(there)
    if as_json:
        print_json(rows)
    elif not rows:
        say(f"No data sets yet. Add one: {command('import', project, 'FILE')}")
    else:
        print_table(
            ["Name", "Kind", "Rows", "Size", "Path"],
            [
                (
                    row.name,
                    row.kind,
                    number(dict(row.report.get("facts", {})).get("rows")),
                    size(row.size),
                    short_path(row.path) + ("" if row.path.exists() else " (missing)"),
                )
                for row in rows
            ],
            right=("Rows", "Size"),
        )


def _reader_options(flags: list[str]) -> dict[str, str | bool]:
    options: dict[str, str | bool] = {}
    for flag in flags:
        key, equals, value = (part.strip() for part in flag.partition("="))
        if not equals or not key:
            raise RequestError(f"'{flag}' is not an option of a reader", fix="Write KEY=VALUE, for example quoting=none")
        options[key] = _SWITCHES.get(value, value)
    return options


def _known_before(one: "Imported") -> str:
    if one.changed:
        return ", in place of its former content"
    return ", known already: found again" if one.found_again else ""


def _facts(report: "ImportReport") -> list[tuple[str, str]]:
    """Facts that say something, each in words."""
    if report.kind == "fmri":
        from neurostudio.report.brain_facts import brain_fact_lines

        return [(name.lower() if name != "TR" else name, text) for name, text in brain_fact_lines(report.facts)]
    return [(key, text) for key, value in report.facts.items() if (text := _fact_text(value))]


def _fact_text(value: Any) -> str:
    if isinstance(value, dict):
        parts = [f"{key} {text}".replace("_", " ") for key, inner in value.items() if (text := _fact_text(inner))]
        return _listed(parts)
    if isinstance(value, list | tuple):
        return _listed([_fact_text(item) for item in value])
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _listed(parts: list[str]) -> str:
    more = f" and {len(parts) - _MOST_NAMED:,} more" if len(parts) > _MOST_NAMED else ""
    return ", ".join(parts[:_MOST_NAMED]) + more
