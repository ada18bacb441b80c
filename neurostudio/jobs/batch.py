"""Batch files: a list of runs, or a grid over settings, in YAML; runs may use the outputs of other runs.

.. code-block:: yaml

    project: my-study            # beside this file; --project overrides
    defaults:
      method: spiking.text
      inputs: {train: mr}
    runs:
      - name: direct
        settings: {encoder.kind: direct}
      - name: seeds
        grid: {seed: [0, 1, 2], time_steps: [4, 16]}
      - name: again
        inputs: {model: {run: direct, artifact: snn}}

An entry with a grid becomes one run for each combination, named ``seeds-seed0-time_steps4`` and so on.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from neurostudio.core.errors import RequestError
from neurostudio.core.spec import flatten, nested

_TOP_KEYS = frozenset({"project", "defaults", "runs"})
_ENTRY_KEYS = frozenset({"name", "method", "inputs", "settings", "seed", "grid", "device", "cores"})
_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True)
class OutputOf:
    """An input that is the output of another entry of the same batch."""

    entry: str
    artifact: str


@dataclass(frozen=True)
class PlannedRun:
    """One run of a batch, grid already unfolded.

    Attributes
    ----------
    inputs : dict
        role -> data set names, ``run:artifact`` references of the project, or outputs of other entries.
    settings : dict
        Nested plain settings, not yet checked against the method's Spec.
    """

    name: str
    method: str
    inputs: dict[str, tuple[str | OutputOf, ...]]
    settings: dict[str, Any]
    seed: int | None = None
    device: str | None = None
    cores: int | None = None

    @property
    def after(self) -> tuple[str, ...]:
        """Names of the entries whose outputs it needs."""
        return tuple({ref.entry: None for refs in self.inputs.values() for ref in refs if isinstance(ref, OutputOf)})


@dataclass(frozen=True)
class BatchPlan:
    """A batch file, read. `project` is the folder it names, None where it names none."""

    source: Path
    project: Path | None
    runs: tuple[PlannedRun, ...]


def read_batch(path: Path) -> BatchPlan:
    """Read and unfold a batch file; RequestError names the entry and what is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RequestError(f"There is no batch file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"The batch file {path} cannot be read", str(error)) from error
    except yaml.YAMLError as error:
        raise RequestError(f"The batch file {path} is not valid YAML", _yaml_problem(error)) from error
    if not isinstance(document, Mapping) or not isinstance(document.get("runs"), list) or not document["runs"]:
        raise RequestError(f"The batch file {path} lists no runs", fix="Give it a list under 'runs:'")
    _refuse_unknown(document, _TOP_KEYS, f"The batch file {path}")
    defaults = _mapping(document.get("defaults"), "defaults")
    _refuse_unknown(defaults, _ENTRY_KEYS - {"name"}, "'defaults'")
    runs = tuple(run for number, entry in enumerate(document["runs"], 1) for run in _unfold(entry, defaults, number))
    _check(runs)
    project = document.get("project")
    return BatchPlan(path, (path.parent / str(project)) if project else None, _in_order(runs))


def _unfold(entry: Any, defaults: Mapping[str, Any], number: int) -> Iterator[PlannedRun]:
    where = f"Entry {number} of the batch"
    entry = _mapping(entry, where)
    where = f"Batch entry '{entry.get('name', number)}'"
    _refuse_unknown(entry, _ENTRY_KEYS, where)
    method = str(entry.get("method") or defaults.get("method") or "")
    if not method:
        raise RequestError(f"{where} names no method", fix="Give it 'method:', or put one under 'defaults:'")
    grid = {**_mapping(defaults.get("grid"), where), **_mapping(entry.get("grid"), where)}
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise RequestError(f"{where}: the grid of '{key}' is not a list", fix=f"Write {key}: [first, second]")
    fixed = {**_flat(defaults.get("settings"), where), **_flat(entry.get("settings"), where)}
    inputs = {**_mapping(defaults.get("inputs"), where), **_mapping(entry.get("inputs"), where)}
    base = str(entry.get("name") or f"{method.replace('.', '-')}-{number}")
    for values in itertools.product(*grid.values()):
        point = dict(zip(grid, values, strict=True))
        settings = {**fixed, **{key: value for key, value in point.items() if key != "seed"}}
        seed = point.get("seed", settings.pop("seed", entry.get("seed", defaults.get("seed"))))
        yield PlannedRun(
            name="-".join([base, *(f"{key.rpartition('.')[2]}{_short(value)}" for key, value in point.items())]),
            method=method,
            inputs={role: tuple(_reference(ref, where) for ref in _listed(refs)) for role, refs in inputs.items()},
            settings=nested(settings),
            seed=_whole(seed, "seed", where),
            device=entry.get("device", defaults.get("device")),
            cores=_whole(entry.get("cores", defaults.get("cores")), "cores", where),
        )


def _check(runs: tuple[PlannedRun, ...]) -> None:
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"Two batch entries are called '{name}'", fix="Give each its own 'name:'")
    for run in runs:
        for needed in run.after:
            if needed not in names:
                raise RequestError(f"Batch entry '{run.name}' uses the output of '{needed}', which is not in the batch")


def _in_order(runs: tuple[PlannedRun, ...]) -> tuple[PlannedRun, ...]:
    """Entries with what they depend on first; RequestError for a circle."""
    placed: dict[str, PlannedRun] = {}
    left = list(runs)
    while left:
        ready = [run for run in left if all(name in placed for name in run.after)]
        if not ready:
            raise RequestError(f"Batch entries wait for each other in a circle: {', '.join(run.name for run in left)}")
        placed.update({run.name: run for run in ready})
        left = [run for run in left if run.name not in placed]
    return tuple(placed.values())


def _reference(reference: Any, where: str) -> str | OutputOf:
    if isinstance(reference, Mapping):
        if set(reference) != {"run", "artifact"}:
            raise RequestError(f"{where}: an input from another run is written {{run: NAME, artifact: NAME}}")
        return OutputOf(str(reference["run"]), str(reference["artifact"]))
    return str(reference)


def _listed(references: Any) -> list[Any]:
    return references if isinstance(references, list) else [references]


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RequestError(f"{where} is not a set of 'name: value' lines")
    return {str(key): inner for key, inner in value.items()}


def _flat(settings: Any, where: str) -> dict[str, Any]:
    """Settings with dotted names down to the leaves, so that an entry can override one leaf of a default."""
    return flatten(nested(_mapping(settings, where)))


def _whole(value: Any, name: str, where: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise RequestError(f"{where}: '{name}' is {value!r}, not a whole number")


def _refuse_unknown(mapping: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = [str(key) for key in mapping if key not in known]
    if unknown:
        raise RequestError(f"{where} has an unknown key '{unknown[0]}'", fix=f"Known keys: {', '.join(sorted(known))}")


def _short(value: Any) -> str:
    return _NOT_IN_NAMES.sub("_", str(value))


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    return f"Line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)
