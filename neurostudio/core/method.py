"""The record that describes a method to the rest of the program.

A method is one :class:`Method` with a Spec class and a run function, both named by import path so that listing methods
imports none of their code. Built-in methods and plugins use the same record and the same door (``core.registry``).
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from neurostudio.core.context import Context
from neurostudio.core.errors import NeuroError
from neurostudio.core.spec import Spec

RunFunction = Callable[[Spec, Context], None]


@dataclass(frozen=True)
class Paper:
    """The publication that a method comes from."""

    authors: str
    title: str
    venue: str
    year: int
    url: str = ""

    def citation(self) -> str:
        """One line for a reference list."""
        return f"{self.authors} ({self.year}). {self.title}. {self.venue}." + (f" {self.url}" if self.url else "")


@dataclass(frozen=True)
class InputRole:
    """One thing that a method takes in.

    Attributes
    ----------
    name : str
        Word of the field: ``train``, ``bold``, ``model`` ...
    kinds : tuple of str
        Data set kinds that fit, and artifact kinds for outputs of other runs.
    many : bool
        May be given several times.
    """

    name: str
    kinds: tuple[str, ...]
    help: str
    required: bool = True
    many: bool = False


@dataclass(frozen=True)
class Output:
    """One artifact that a run leaves; `when` says on what it depends, empty for always.

    A name that ends with ``-N`` stands for numbered ones. Reports show outputs in the order of the record.
    """

    name: str
    kind: str
    help: str
    when: str = ""


@dataclass(frozen=True)
class MetricInfo:
    """One metric that a run writes. `better` is ``higher``, ``lower`` or empty where neither is."""

    name: str
    help: str
    unit: str = ""
    better: str = "higher"


@dataclass(frozen=True)
class Resources:
    """What one run occupies while it works; the queue starts no more runs than fit."""

    cores: int = 1
    memory_gb: float = 1.0
    gpus: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a run will probably need, said before it starts."""

    seconds: float
    memory_gb: float
    note: str = ""


class EstimateFunction(Protocol):
    """``estimate(spec, inputs)``: `inputs` maps a role to the facts of its data sets (``rows``, ``size_bytes`` ...)."""

    def __call__(self, spec: Any, inputs: Mapping[str, list[dict[str, Any]]]) -> Estimate: ...


class Session(Protocol):
    """What a live worker keeps in memory. Built as ``session(spec, context)``; answers one request at a time."""

    def handle(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the parts of the answer as plain JSON values; raise NeuroError for a bad request."""


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes
    ----------
    id : str
        ``domain.name``, lower case.
    spec, run, estimate, session : str
        ``package.module:name``. `run` is ``run(spec, context)``; `estimate` and `session` may be empty.
    session_inputs : tuple of str
        Input roles that a live session needs; the other roles are only for runs.
    resources : Resources
        Least that a run occupies.
    packages : tuple of str
        Distributions that the run needs; their versions are recorded with each run.
    extra : str
        Extra of ``pip install neurostudio[...]`` that brings them.
    interpreter : str
        Path of another Python that runs this method; empty for this one.
    description : str
        A few paragraphs in plain Markdown for the method's page and the report.
    """

    id: str
    title: str
    summary: str
    spec: str
    run: str
    papers: tuple[Paper, ...] = ()
    inputs: tuple[InputRole, ...] = ()
    outputs: tuple[Output, ...] = ()
    metrics: tuple[MetricInfo, ...] = ()
    resources: Resources = field(default_factory=Resources)
    estimate: str = ""
    session: str = ""
    session_inputs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    extra: str = ""
    interpreter: str = ""
    description: str = ""
    source: str = ""

    @property
    def domain(self) -> str:
        """Part of the id before the dot."""
        return self.id.partition(".")[0]

    def load_spec(self) -> type[Spec]:
        """Import the Spec class (light: pydantic only)."""
        return self._load(self.spec)  # type: ignore[no-any-return]

    def load_run(self) -> RunFunction:
        """Import the run function, with all that it needs: only a worker does this."""
        return self._load(self.run)  # type: ignore[no-any-return]

    def load_estimate(self) -> EstimateFunction | None:
        """Import the estimate function, None where there is none (light: pydantic only)."""
        return self._load(self.estimate) if self.estimate else None

    def load_session(self) -> Callable[[Spec, Context], Session] | None:
        """Import the live session class, None where there is none."""
        return self._load(self.session) if self.session else None

    def role(self, name: str) -> InputRole | None:
        """The input role of that name."""
        return next((role for role in self.inputs if role.name == name), None)

    def metric(self, name: str) -> MetricInfo | None:
        """The metric of that name."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def output_order(self, artifact: str) -> int:
        """Place of an artifact among the outputs; those that the record does not name come last."""
        numbered = re.sub(r"-\d+$", "-N", artifact)
        names = [output.name for output in self.outputs]
        return next((names.index(name) for name in (artifact, numbered) if name in names), len(names))

    def _load(self, path: str) -> Any:
        module, _, name = path.partition(":")
        try:
            return getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name is None or module == error.name or module.startswith(f"{error.name}."):
                raise
            wanted = f"pip install 'neurostudio[{self.extra}]'" if self.extra else f"pip install {error.name}"
            raise NeuroError(f"{self.id} needs the package '{error.name}', which is not installed", fix=wanted) from error


@dataclass(frozen=True)
class Input:
    """One resolved input of a run, as it stands in ``request.json``.

    Attributes
    ----------
    role, name, kind : str
        The role it fills, its name in the project, and its kind.
    path : Path
        Absolute on this machine; relative to the project folder in the file where it lies inside.
    sha256 : str
        Checksum of the content.
    options : dict
        How to read it (encoding, columns ...), as chosen at the import.
    source : dict
        Where it comes from: ``{"dataset": name}`` or ``{"run": id, "artifact": name}``.
    """

    role: str
    name: str
    kind: str
    path: Path
    sha256: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
