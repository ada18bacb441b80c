"""Commands about data sets and methods: import, datasets, methods."""

from pathlib import Path
from typing import Annotated, Any

import typer

from neurostudio.cli.commands_project import AsJson, ProjectPath
from neurostudio.cli.output import number, print_json, print_line, print_table, say, size
from neurostudio.core.method import Method


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(name="import")(import_data)
    app.command(name="datasets")(datasets)
    app.command(name="methods")(methods)


def import_data(
    project: ProjectPath,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")],
    kind: Annotated[str | None, typer.Option(help="Data set kind; recognised from the content unless given.")] = None,
    name: Annotated[str | None, typer.Option(help="Name in the project.")] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy into the project; otherwise data stay where they are.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Text encoding, such as windows-1252 or gb18030.")] = None,
    text_column: Annotated[str | None, typer.Option(help="Column that holds the text.")] = None,
    label_column: Annotated[str | None, typer.Option(help="Column that holds the label.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add data sets to a project, with a report of what is in them."""
    from neurostudio.app.datasets import import_data as import_files
    from neurostudio.app.project import Project

    given = {"encoding": encoding, "text_column": text_column, "label_column": label_column}
    options = {key: value for key, value in given.items() if value is not None}
    with Project.open(project) as opened:
        imported = import_files(opened, paths, kind=kind, name=name, copy=copy, options=options)
    if as_json:
        print_json([{**one.__dict__, "report": one.report.as_dict()} for one in imported])
        return
    for one in imported:
        again = " (known already: found again)" if one.found_again else ""
        say(f"Imported '{one.name}' as {one.kind}{again}")
        print_table(["Fact", "Value"], [(key.replace("_", " "), _fact_text(value)) for key, value in one.report.facts.items()])
        for problem in one.report.problems:
            say(f"{problem.severity}: {problem.message}", "yellow" if problem.severity != "note" else "")


def datasets(project: ProjectPath, as_json: AsJson = False) -> None:
    """List the data sets of a project."""
    from neurostudio.app.datasets import list_datasets
    from neurostudio.app.project import Project

    with Project.open(project) as opened:
        rows = list_datasets(opened)
    if as_json:
        print_json(rows)
    elif not rows:
        say(f"No data sets yet. Add one: neurostudio import {project} FILE")
    else:
        print_table(
            ["Name", "Kind", "Rows", "Size", "Path"],
            [
                (row.name, row.kind, number(dict(row.report.get("facts", {})).get("rows")), size(row.size), row.path)
                for row in rows
            ],
            right=("Rows", "Size"),
        )


def methods(
    method: Annotated[str | None, typer.Argument(help="Method id.", metavar="[METHOD]")] = None,
    as_json: AsJson = False,
) -> None:
    """List the methods, or describe one: inputs, settings, outputs, metrics and source."""
    from neurostudio.core.registry import registry

    known = registry()
    if method is not None:
        found = known.get(method)
        if as_json:
            print_json(_method_document(found))
        else:
            _print_method(found)
        return
    if as_json:
        print_json(
            [{"id": one.id, "title": one.title, "summary": one.summary, "source": one.source} for one in known.methods.values()]
        )
    else:
        print_table(["Method", "What it does"], [(one.id, one.summary) for one in known.methods.values()])
    for broken in known.broken:
        say(f"The plugin '{broken.name}' of {broken.distribution} cannot be read: {broken.problem}", "yellow")


def _method_document(method: Method) -> dict[str, Any]:
    from neurostudio.core.spec import walk

    spec = method.load_spec()
    return {
        "id": method.id,
        "title": method.title,
        "summary": method.summary,
        "description": method.description,
        "source": method.source,
        "papers": [paper.citation() for paper in method.papers],
        "inputs": method.inputs,
        "outputs": method.outputs,
        "metrics": method.metrics,
        "resources": method.resources,
        "settings": walk(spec),
        "schema": spec.model_json_schema(),
    }


def _print_method(method: Method) -> None:
    from neurostudio.core.spec import walk

    print_line(f"{method.id}: {method.title}")
    print_line(method.summary)
    for paper in method.papers:
        print_line(f"Source: {paper.citation()}")
    if method.description:
        print_line(f"\n{method.description}")
    if method.inputs:
        print_line("\nInputs (--input ROLE=NAME)")
        rows = [
            (
                role.name,
                " or ".join(role.kinds),
                f"{'' if role.required else 'optional. '}{role.help}{' May be given several times.' if role.many else ''}",
            )
            for role in method.inputs
        ]
        print_table(["Role", "Kind", "What"], rows)
    settings = [info for info in walk(method.load_spec()) if info.form != "spec"]
    print_line("\nSettings (--set KEY=VALUE)")
    print_table(
        ["Setting", "Type", "Default", "Bounds", "Unit", "What"],
        [
            (info.name, info.type_text(), _default_text(info.default), info.bounds_text(), info.unit, info.help)
            for info in settings
        ],
    )
    if method.outputs:
        print_line("\nOutputs")
        print_table(["Artifact", "Kind", "What"], [(one.name, one.kind, one.help) for one in method.outputs])
    if method.metrics:
        print_line("\nMetrics")
        print_table(["Metric", "Unit", "What"], [(one.name, one.unit, one.help) for one in method.metrics])


def _default_text(value: Any) -> str:
    if isinstance(value, dict) and value:
        return str(next(iter(value.values())))  # a union shows its tag
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _fact_text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_fact_text(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_fact_text(item) for item in value)
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
