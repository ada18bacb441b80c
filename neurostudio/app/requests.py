"""From what a person asks for to a checked request: everything that can be wrong is found here, before anything starts."""

import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neurostudio.app.datasets import dataset_input
from neurostudio.app.project import Project
from neurostudio.core.compute import available_cores
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Estimate, Input, InputRole, Method
from neurostudio.core.provenance import machine, package_versions
from neurostudio.core.registry import registry
from neurostudio.core.run_folder import Request, new_run_id
from neurostudio.core.spec import Spec, flatten, from_flags, nested, walk
from neurostudio.store.read import dataset as read_dataset
from neurostudio.store.read import run_detail

SEED_BITS = 31
LOCAL = "local"
_RUN_OPTIONS = ("seed", "device", "cores")
AUTO = "auto"
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_DASK = re.compile(r"dask://[^/\s]+:\d+")


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
    if where != LOCAL and not _DASK.fullmatch(where):
        raise RequestError(f"There is no place '{where}' to run at", fix="Use 'local' or 'dask://HOST:PORT'")
    if device is not None and not _DEVICE.fullmatch(str(device)):
        raise RequestError(f"There is no device '{device}'", fix="Use auto, cpu, cuda, cuda:N or mps")
    if cores is not None and cores < 1:
        raise RequestError(f"A run cannot work on {cores} cores", fix="Use a whole number from 1 up")
    return Request(
        id=new_run_id(method.id),
        name=name or _default_name(method, resolved),
        method=method.id,
        settings=spec.as_settings(),
        inputs=tuple(resolved),
        seed=secrets.randbits(SEED_BITS) if seed is None else _seed(seed),
        device=device or AUTO,
        cores=cores or min(method.resources.cores, available_cores()),
        where=where,
        serve=serve,
        batch=batch,
        created=time.time(),
        versions=package_versions(method.packages),
        machine=machine(),
    )


@dataclass(frozen=True)
class Flags:
    """What ``--set KEY=VALUE`` flags ask for; seed, device and cores are None where no flag names them."""

    settings: dict[str, Any]
    seed: int | None = None
    device: str | None = None
    cores: int | None = None


def read_flags(method: Method, flags: Iterable[str], base: Mapping[str, Any] | None = None) -> Flags:
    """Read ``KEY=VALUE`` flags: settings, laid over those of `base`, and the run options ``seed``, ``device`` and ``cores``.

    Raises
    ------
    RequestError
        For a flag that is none, or settings in `base` that the method does not take.
    """
    spec = method.load_spec()
    options: dict[str, str] = {}
    rest: list[str] = []
    for flag in flags:
        key, equals, value = (part.strip() for part in flag.partition("="))
        if equals and key in _RUN_OPTIONS:
            options[key] = value
        else:
            rest.append(flag)
    whole = spec.from_settings(nested(base)).as_settings() if base else {}
    return Flags(
        settings=from_flags(spec, rest, _without_replaced_members(spec, whole, rest)),
        seed=_whole("seed", options["seed"]) if "seed" in options else None,
        device=options.get("device"),
        cores=_whole("cores", options["cores"]) if "cores" in options else None,
    )


def require_role(method: Method, name: str, n_given: int) -> InputRole:
    """The input role of that name, where it takes so many; RequestError otherwise."""
    role = method.role(name)
    if role is None:
        known = ", ".join(role.name for role in method.inputs) or "none"
        raise RequestError(f"{method.id} has no input '{name}'", fix=f"Its inputs: {known}")
    if n_given > 1 and not role.many:
        raise RequestError(f"The input '{name}' of {method.id} takes one data set, not {n_given}")
    return role


def require_kind(role: InputRole, kind: str, reference: str, method_id: str) -> None:
    """RequestError where data of this kind do not fit the role."""
    if kind not in role.kinds:
        raise RequestError(f"'{reference}' is {kind}, and the input '{role.name}' of {method_id} takes {' or '.join(role.kinds)}")


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


def _without_replaced_members(spec: type[Spec], base: Mapping[str, Any], flags: Iterable[str]) -> dict[str, Any]:
    """`base` without the settings of those members of unions that the flags replace by another member."""
    infos = walk(spec)
    names, unions = {info.name for info in infos}, {info.name for info in infos if info.form == "union"}
    flat = flatten(base)
    for flag in flags:
        name, _, tag = (part.strip() for part in flag.partition("="))
        union = name.rpartition(".")[0]
        if union in unions and name not in names and flat.get(name, tag) != tag:
            flat = {key: value for key, value in flat.items() if not key.startswith(f"{union}.")}
    return nested(flat)


def _resolve_inputs(
    project: Project, method: Method, inputs: Mapping[str, Sequence[str]], serve: bool, to_come: Sequence[str]
) -> list[Input]:
    resolved: list[Input] = []
    for role_name, references in inputs.items():
        role = require_role(method, role_name, len(references))
        for reference in references:
            given = _resolve(project, role_name, reference)
            require_kind(role, given.kind, reference, method.id)
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
