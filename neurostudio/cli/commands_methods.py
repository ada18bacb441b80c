"""The command about methods: what can be run, and with which settings."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from neurostudio.cli.arguments import AsJson
from neurostudio.cli.output import print_facts, print_json, print_line, print_table, print_title, say, value_text
from neurostudio.core.errors import RequestError

if TYPE_CHECKING:
    from neurostudio.core.method import Method
    from neurostudio.core.spec import SettingInfo


def methods(
    method: Annotated[str | None, typer.Argument(help="Method to describe; all are listed without it.", metavar="METHOD")] = None,
    as_json: AsJson = False,
) -> None:
    """List the methods, or describe one: inputs, settings, outputs, metrics and source."""
    from neurostudio.core.registry import registry

    if method is not None:
        found = known_method(method)
        print_json(_document(found)) if as_json else _print_method(found)
        return
    known = registry().methods.values()
    if as_json:
        print_json([{"id": one.id, "title": one.title, "summary": one.summary, "source": one.source} for one in known])
    else:
        print_table(["Method", "What it does"], [(one.id, one.summary) for one in known])
    _name_broken_plugins()


def known_method(method_id: str) -> "Method":
    """The method of that id; RequestError when there is none, after naming the plugins that might have brought it."""
    from neurostudio.core.registry import registry

    try:
        return registry().get(method_id)
    except RequestError:
        _name_broken_plugins()
        raise


def _name_broken_plugins() -> None:
    from neurostudio.core.registry import registry

    for broken in registry().broken:
        say(f"The plugin '{broken.name}' of {broken.distribution} cannot be read: {broken.problem}", "warning")


def _document(method: "Method") -> dict[str, Any]:
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


def _print_method(method: "Method") -> None:
    from neurostudio.core.spec import walk

    print_line(Text(f"{method.id}: {method.title}", style="bold"))
    print_line(method.summary)
    for paper in method.papers:
        print_line(f"Source: {paper.citation()}")
    if method.description:
        print_line(f"\n{method.description}")
    if method.inputs:
        print_title("Inputs (--input ROLE=NAME)")
        print_facts(
            (role.name, " or ".join(role.kinds), _role_text(role.help, role.required, role.many)) for role in method.inputs
        )
    settings = [info for info in walk(method.load_spec()) if info.form != "spec"]
    if settings:
        print_title("Settings and their defaults (--set KEY=VALUE)")
        unions = {info.name: f"{info.name}.{_tag(info)}" for info in settings if info.form == "union"}
        print_facts((unions.get(info.name, info.name), _default_text(info), _setting_text(info, unions)) for info in settings)
    if method.outputs:
        print_title("Outputs")
        print_facts((one.name, one.kind, one.help) for one in method.outputs)
    if method.metrics:
        print_title("Metrics")
        print_facts((one.name, one.unit, one.help) for one in method.metrics)


def _role_text(what: str, required: bool, many: bool) -> str:
    return f"{'' if required else 'Optional. '}{what}{' May be given several times.' if many else ''}"


def _setting_text(info: "SettingInfo", unions: dict[str, str]) -> str:
    """What it does, then in brackets what it may be and on what it depends."""
    only = f"only with {unions[info.when[0]]}={info.when[1]}" if info.when else ""
    allowed = ", ".join(filter(None, (info.type_text(), info.bounds_text(), info.unit, only)))
    return f"{info.help} [{allowed}]"


def _default_text(info: "SettingInfo") -> str:
    return value_text(info.default[_tag(info)] if info.form == "union" else info.default)


def _tag(union: "SettingInfo") -> str:
    """Name of the setting that tells the members of a union apart."""
    return next(str(name) for name, value in union.default.items() if value in union.choices)
