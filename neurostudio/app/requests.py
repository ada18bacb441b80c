"""From what a person asks for to a checked request: everything that can be wrong is found here, before anything starts."""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from neurostudio.app.datasets import dataset_input
from neurostudio.app.project import Project
from neurostudio.core.compute import available_cores
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Estimate, Input, Method
from neurostudio.core.provenance import machine, package_versions
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, new_run_id
from neurostudio.core.spec import Spec, from_flags, merged, nested
from neurostudio.store.read import dataset as read_dataset
from neurostudio.store.read import run_detail

SEED_BITS = 31
LOCAL = "local"
RUN_KEYS = ("seed", "device", "cores")
_DASK = "dask://"


def make_request(
    project: Project,
    method_id: str,
    *,
    inputs: Mapping[str, Sequence[str]] | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int | None = None,
    name: str | None = None,
    device: str | None = None,
    cores: int | None = None,
    where: str = LOCAL,
    serve: bool = False,
    batch: str = "",
    roles_to_come: Sequence[str] = (),
) -> Request:
    """Check everything and return the request of a new run; nothing is written yet.

    Parameters
    ----------
    inputs : dict
        role -> names of data sets, or ``RUN:ARTIFACT`` for the output of an earlier run.
    settings : dict
        Nested or dotted plain settings.
    seed : int, optional
        Drawn and recorded unless given.
    cores : int, optional
        Threads; what the method asks for unless given.
    roles_to_come : sequence of str
        Input roles that earlier runs of a batch will fill.

    Raises
    ------
    RequestError
        Unknown method or role, missing input, wrong kind, bad setting.
    """
    method = registry().get(method_id)
    spec = method.load_spec().from_settings(nested(settings or {}))
    resolved = _resolve_inputs(project, method, inputs or {}, serve, roles_to_come)
    run_id = new_run_id(method.id)
    if where != LOCAL and not where.startswith(_DASK):
        raise RequestError(f"There is no place '{where}' to run at", fix="Use 'local' or 'dask://HOST:PORT'")
    return Request(
        id=run_id,
        name=name or _default_name(method, resolved),
        method=method.id,
        settings=spec.as_settings(),
        inputs=tuple(resolved),
        seed=secrets.randbits(SEED_BITS) if seed is None else _seed(seed),
        device=device or "auto",
        cores=cores or min(method.resources.cores, available_cores()),
        where=where,
        serve=serve,
        batch=batch,
        created=time.time(),
        versions=package_versions(method.packages),
        machine=machine(),
    )


def checked_spec(method: Method, settings: Mapping[str, Any]) -> Spec:
    """The Spec of nested or dotted plain settings."""
    return method.load_spec().from_settings(nested(settings))


def settings_from_flags(
    method: Method, flags: Iterable[str], base: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split ``KEY=VALUE`` flags into settings (laid over `base`) and run options (seed, device, cores)."""
    options: dict[str, Any] = {}
    rest: list[str] = []
    for flag in flags:
        key, equals, value = flag.partition("=")
        if equals and key.strip() in RUN_KEYS:
            options[key.strip()] = value.strip() if key.strip() == "device" else _whole(key.strip(), value.strip())
        else:
            rest.append(flag)
    return from_flags(method.load_spec(), rest, base), options


def read_spec_file(path: Path) -> dict[str, Any]:
    """Read ``--spec FILE``: a ``request.json``, or YAML/JSON with settings alone or under ``settings:``.

    Returns
    -------
    dict
        Any of method, settings, inputs (role -> references), seed, name, device, cores.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RequestError(f"There is no settings file {path}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RequestError(f"The settings file {path} cannot be read", str(error).splitlines()[0]) from error
    if not isinstance(document, Mapping):
        raise RequestError(f"The settings file {path} holds no settings", fix="Write 'name: value' lines")
    if "settings" not in document and "method" not in document:
        return {"settings": dict(document)}
    found = {key: document[key] for key in ("method", "settings", "seed", "name", "device", "cores") if key in document}
    inputs: dict[str, list[str]] = {}
    given = document.get("inputs") or {}
    if isinstance(given, Mapping):
        inputs = {role: [str(ref) for ref in (refs if isinstance(refs, list) else [refs])] for role, refs in given.items()}
    else:  # request.json
        for one in given:
            source = one.get("source", {})
            reference = f"{source['run']}:{source['artifact']}" if "run" in source else one["name"]
            inputs.setdefault(one["role"], []).append(reference)
    return {**found, "inputs": inputs}


def estimate(project: Project, request: Request) -> Estimate | None:
    """Time and memory that a run will probably need; None where the method makes no estimate."""
    method = registry().get(request.method)
    function = method.load_estimate()
    if function is None:
        return None
    facts: dict[str, list[dict[str, Any]]] = {}
    for given in request.inputs:
        known = dict(read_dataset(project.store, given.name).report.get("facts", {})) if "dataset" in given.source else {}
        facts.setdefault(given.role, []).append(known)
    return function(method.load_spec().from_settings(request.settings), facts)


def merge_settings(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Nested or dotted settings `over` laid over `base`."""
    return merged(nested(base), nested(over))


def _resolve_inputs(
    project: Project, method: Method, inputs: Mapping[str, Sequence[str]], serve: bool, to_come: Sequence[str]
) -> list[Input]:
    resolved: list[Input] = []
    for role_name, references in inputs.items():
        role = method.role(role_name)
        if role is None:
            known = ", ".join(role.name for role in method.inputs) or "none"
            raise RequestError(f"{method.id} has no input '{role_name}'", fix=f"Its inputs: {known}")
        if len(references) > 1 and not role.many:
            raise RequestError(f"The input '{role_name}' of {method.id} takes one data set, not {len(references)}")
        for reference in references:
            given = _resolve(project, role_name, reference)
            if given.kind not in role.kinds:
                raise RequestError(
                    f"'{reference}' is {given.kind}, and the input '{role_name}' of {method.id} takes {' or '.join(role.kinds)}"
                )
            resolved.append(given)
    for role in method.inputs:
        needed = role.name in method.session_inputs if serve else role.required
        if needed and role.name not in inputs and role.name not in to_come:
            raise RequestError(
                f"{method.id} needs the input '{role.name}': {role.help}", fix=f"Give it with --input {role.name}=NAME"
            )
    return resolved


def _resolve(project: Project, role: str, reference: str) -> Input:
    run_key, colon, artifact_name = reference.partition(":")
    if not colon:
        return dataset_input(project, role, reference)
    row = project.find_run(run_key)
    detail = run_detail(project.store, row.run_id)
    for artifact in detail.artifacts:
        if artifact.name == artifact_name:
            path = project.run_folder(row.run_id).path / artifact.path
            if not path.exists():
                raise RequestError(f"The artifact '{artifact_name}' of run {row.name} is missing: {path}")
            return Input(
                role, reference, artifact.kind, path, artifact.sha256, {}, {"run": row.run_id, "artifact": artifact_name}
            )
    names = ", ".join(artifact.name for artifact in detail.artifacts) or "none"
    raise RequestError(f"Run '{row.name}' has no artifact '{artifact_name}'", fix=f"Its artifacts: {names}")


def _default_name(method: Method, inputs: Sequence[Input]) -> str:
    first = f"-{inputs[0].name}" if inputs and "dataset" in inputs[0].source else ""
    return f"{method.id.replace('.', '-')}{first}"


def _seed(seed: int) -> int:
    if not 0 <= seed < 2**SEED_BITS:
        raise RequestError(f"The seed {seed} is out of range", fix=f"Use a whole number from 0 to {2**SEED_BITS - 1}")
    return seed


def _whole(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RequestError(f"'{key}' cannot be '{text}'", fix="It is a whole number") from None
