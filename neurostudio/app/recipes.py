"""A run as something to keep or to pass on: a command line, an entry of a batch file, a Python script.

Each names only what differs from the defaults, and gives the same run again in the same project.
"""

import pprint
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from neurostudio.app.commands import shell_line
from neurostudio.app.inputs import references
from neurostudio.app.requests import AUTO, LOCAL
from neurostudio.core.compute import available_cores
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Method
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request
from neurostudio.core.spec import Spec, from_flags, to_flags, walk

_WIDTH = 100
_INDENT = " " * 8
_SCRIPT = """\
from neurostudio.app import Project, make_request, run

with Project.open({project}) as project:
    request = make_request(
        project,
{arguments}    )
    status = run(project, request)
    print(request.id, status.state)
"""


def as_command(request: Request, project: Path) -> str:
    """A line for the shell that starts the same run.

    Raises
    ------
    RequestError
        The method is not installed here, or the request is a live session.
    """
    method, spec = _read(request)
    words = ["neurostudio", "run", str(project.absolute()), request.method]
    for role, names in references(request.inputs).items():
        words += [word for name in names for word in ("--input", f"{role}={name}")]
    words += [word for flag in _changed_flags(spec) for word in ("--set", flag)]
    if request.cores != _usual_cores(method):
        words += ["--set", f"cores={request.cores}"]
    words += ["--seed", str(request.seed)]
    if request.name:
        words += ["--name", request.name]
    if request.device != AUTO:
        words += ["--device", request.device]
    if request.where != LOCAL:
        words += ["--on", request.where]
    return shell_line(*words)


def as_batch_entry(request: Request) -> str:
    """The same run as an entry of a batch file, to be put under ``runs:``; raises like :func:`as_command`."""
    method, spec = _read(request)
    inputs = {role: names if len(names) > 1 else names[0] for role, names in references(request.inputs).items()}
    entry: dict[str, Any] = {"name": request.name, "method": request.method}
    entry |= {"inputs": inputs} if inputs else {}
    settings = _changed_settings(spec)
    entry |= {"settings": settings} if settings else {}
    entry["seed"] = request.seed
    entry |= {"device": request.device} if request.device != AUTO else {}
    entry |= {"cores": request.cores} if request.cores != _usual_cores(method) else {}
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=_WIDTH)


def as_python(request: Request, project: Path) -> str:
    """A script that makes the same run and waits for its end; raises like :func:`as_command`."""
    method, spec = _read(request)
    options: dict[str, Any] = {}
    inputs, settings = references(request.inputs), _changed_settings(spec)
    options |= {"inputs": inputs} if inputs else {}
    options |= {"settings": settings} if settings else {}
    options |= {"seed": request.seed, "name": request.name}
    options |= {"device": request.device} if request.device != AUTO else {}
    options |= {"cores": request.cores} if request.cores != _usual_cores(method) else {}
    options |= {"where": request.where} if request.where != LOCAL else {}
    arguments = [repr(request.method), *(f"{key}={_source(value, len(key) + 1)}" for key, value in options.items())]
    indented = "".join(f"{_INDENT}{argument},\n" for argument in arguments)
    return _SCRIPT.format(project=repr(str(project.absolute())), arguments=indented)


def _source(value: Any, offset: int) -> str:
    """A plain value as Python source, broken into lines where it is too wide; `offset` is where it stands in its line."""
    text = pprint.pformat(value, width=_WIDTH - len(_INDENT) - offset, sort_dicts=False)
    return text.replace("\n", "\n" + _INDENT + " " * offset)


def _read(request: Request) -> tuple[Method, Spec]:
    if request.serve:
        raise RequestError(f"'{request.name}' is a live session, which is only started from the window")
    method = registry().get(request.method)
    return method, method.load_spec().from_settings(request.settings)


def _usual_cores(method: Method) -> int:
    return min(method.resources.cores, available_cores())


def _changed_flags(spec: Spec) -> list[str]:
    """The fewest ``KEY=VALUE`` flags that give this Spec: the members of unions that are chosen, and what differs in them."""
    kind = type(spec)
    flags, usual = to_flags(spec), set(to_flags(kind()))
    settings = {info.name for info in walk(kind)}  # without the tags that choose a member of a union
    tags = [flag for flag in flags if flag not in usual and _name(flag) not in settings]
    usual_of_these = set(to_flags(kind.from_settings(from_flags(kind, tags))))
    changed = [flag for flag in flags if flag in tags or flag not in usual_of_these]
    is_same = kind.from_settings(from_flags(kind, changed)) == spec
    return changed if is_same else flags


def _changed_settings(spec: Spec) -> dict[str, Any]:
    """The same as plain settings with dotted names."""
    plain = spec.as_settings()
    return {name: _value(plain, name) for name in map(_name, _changed_flags(spec))}


def _name(flag: str) -> str:
    return flag.partition("=")[0]


def _value(settings: Mapping[str, Any], name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = value[part]
    return value
