"""Reading ``--spec FILE``: the ``request.json`` of a run, or YAML with settings alone or under ``settings:``.

.. code-block:: yaml

    method: spiking.text
    inputs: {train: reviews}
    settings: {time_steps: 4, encoder.kind: direct}
    seed: 1
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from neurostudio.core.errors import RequestError
from neurostudio.core.run_folder import Request

_KEYS = ("method", "inputs", "settings", "seed", "name", "device", "cores")
_KEYS_OF_A_REQUEST = frozenset({"format", *Request.__dataclass_fields__})


@dataclass(frozen=True)
class SpecFile:
    """What a settings file asks for; None and empty where it leaves something open.

    Attributes
    ----------
    settings : dict
        Nested or dotted plain settings, not yet checked against a method.
    inputs : dict
        role -> names of data sets and ``RUN:ARTIFACT`` references.
    """

    method: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, list[str]] = field(default_factory=dict)
    seed: int | None = None
    name: str | None = None
    device: str | None = None
    cores: int | None = None


def read_spec_file(path: Path) -> SpecFile:
    """Read a settings file; RequestError says what is wrong with it."""
    document = _load(path)
    if not document.keys() & {"method", "settings"}:
        return SpecFile(settings=document)
    known = _KEYS_OF_A_REQUEST if "format" in document else frozenset(_KEYS)
    unknown = [key for key in document if key not in known]
    if unknown:
        raise RequestError(f"The settings file {path} has an unknown key '{unknown[0]}'", fix=f"Known keys: {', '.join(_KEYS)}")
    settings = document.get("settings") or {}
    if not isinstance(settings, Mapping):
        raise RequestError(f"'settings' in {path} is not a set of 'name: value' lines")
    return SpecFile(
        method=_text(document, "method", path),
        settings=dict(settings),
        inputs=_inputs(document.get("inputs") or {}, path),
        seed=_whole(document, "seed", path),
        name=_text(document, "name", path),
        device=_text(document, "device", path),
        cores=_whole(document, "cores", path),
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RequestError(f"There is no settings file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"The settings file {path} cannot be read", str(error)) from error
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise RequestError(f"The settings file {path} is not valid YAML", f"{where}{problem or 'it cannot be parsed'}") from error
    if not isinstance(document, Mapping):
        raise RequestError(f"The settings file {path} holds no settings", fix="Write 'name: value' lines")
    return {str(key): value for key, value in document.items()}


def _inputs(given: Any, path: Path) -> dict[str, list[str]]:
    if isinstance(given, Mapping):
        return {
            str(role): [str(name) for name in (names if isinstance(names, list) else [names])] for role, names in given.items()
        }
    inputs: dict[str, list[str]] = {}
    try:  # as a request lists them
        for one in given:
            source = one["source"]
            reference = f"{source['run']}:{source['artifact']}" if "run" in source else source["dataset"]
            inputs.setdefault(one["role"], []).append(reference)
    except (KeyError, TypeError):
        raise RequestError(f"The inputs in {path} cannot be read", fix="Write 'inputs: {ROLE: NAME}'") from None
    return inputs


def _text(document: Mapping[str, Any], key: str, path: Path) -> str | None:
    value = document.get(key)
    if value is None or isinstance(value, str | int | float):
        return None if value is None else str(value)
    raise RequestError(f"'{key}' in {path} is {value!r}, not a text")


def _whole(document: Mapping[str, Any], key: str, path: Path) -> int | None:
    value = document.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise RequestError(f"'{key}' in {path} is {value!r}, not a whole number")
