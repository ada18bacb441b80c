"""Which data a run takes in, without a window: what fits each role, what was chosen, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from neurostudio.app.outputs import RunOutput
from neurostudio.core.kinds import ARTIFACT_KINDS, DATA_KINDS
from neurostudio.core.method import InputRole
from neurostudio.report.wording import NO_BREAK, number_text, size_text
from neurostudio.store.rows import DatasetRow

MOST_FACTS = 3
_COUNTED = (
    "rows",
    "documents",
    "items",
    "images",
    "words",
    "spots",
    "cells",
    "genes",
    "steps",
    "channels",
    "volumes",
    "dimensions",
)
_LISTED = ("classes", "columns", "subjects", "files")
_PLAIN = ("language",)


@dataclass(frozen=True)
class Candidate:
    """Something that fits a role.

    Attributes
    ----------
    reference : str
        As a request names it: a data set, or ``RUN:ARTIFACT``.
    title, facts : str
        For people: its name, and what is known of it.
    """

    reference: str
    title: str
    facts: str
    kind: str
    is_output: bool = False


class InputsModel:
    """The inputs of one method.

    What was chosen stays chosen when the data of the project change; what is gone meanwhile is named, not dropped.
    """

    def __init__(self, roles: Sequence[InputRole]) -> None:
        self.roles = tuple(roles)
        self._chosen: dict[str, list[str]] = {role.name: [] for role in roles}
        self._datasets: list[Candidate] = []
        self._outputs: list[Candidate] = []
        self.is_known = False
        """Whether the data of the project have been looked at."""

    def kinds_of_outputs(self) -> tuple[str, ...]:
        """Artifact kinds that some role takes."""
        kinds = [kind for role in self.roles for kind in role.kinds if kind in ARTIFACT_KINDS]
        return tuple(dict.fromkeys(kinds))

    def update(self, datasets: Sequence[DatasetRow], outputs: Sequence[RunOutput] = ()) -> None:
        """Learn what the project holds now."""
        self._datasets = [Candidate(row.name, row.name, facts_text(row), row.kind) for row in datasets]
        self._outputs = [
            Candidate(
                output.reference, f"{output.run_name}: {output.artifact}", output_facts(output), output.kind, is_output=True
            )
            for output in outputs
        ]
        self.is_known = True
        for role in self.roles:
            self._chosen[role.name] = [self._known_as(reference) for reference in self._chosen[role.name]]
            if role.required and not self._chosen[role.name]:
                self._chosen[role.name] = self._obvious(role)

    def role(self, name: str) -> InputRole:
        """The role of that name; KeyError without one."""
        return next(role for role in self.roles if role.name == name)

    def candidates(self, name: str) -> list[Candidate]:
        """What fits a role: data sets by name, then outputs of runs, newest first."""
        kinds = self.role(name).kinds
        return [candidate for candidate in (*self._datasets, *self._outputs) if candidate.kind in kinds]

    def candidate(self, reference: str) -> Candidate | None:
        """What a reference names, where the project has it."""
        return next((known for known in (*self._datasets, *self._outputs) if known.reference == reference), None)

    def chosen(self, name: str) -> list[str]:
        """References chosen for a role, in order."""
        return list(self._chosen[name])

    def choose(self, name: str, position: int, reference: str) -> None:
        """Choose for one place of a role; an empty reference takes the choice back."""
        chosen = self._chosen[name]
        if not reference:
            del chosen[position : position + 1]
        elif position < len(chosen):
            chosen[position] = reference
        else:
            chosen.append(reference)

    def forget(self) -> None:
        """Another project: nothing is chosen or known of it."""
        self._chosen = {role.name: [] for role in self.roles}
        self._datasets, self._outputs, self.is_known = [], [], False

    def load(self, inputs: Mapping[str, Sequence[str]]) -> None:
        """Take over what a request names; roles that the method does not have are left out."""
        for role in self.roles:
            self._chosen[role.name] = [self._known_as(reference) for reference in inputs.get(role.name, ())]

    def inputs(self) -> dict[str, list[str]]:
        """Role -> references, of the roles for which something is chosen."""
        return {name: list(chosen) for name, chosen in self._chosen.items() if chosen}

    def problems(self) -> dict[str, str]:
        """Role -> what keeps the run from starting."""
        found: dict[str, str] = {}
        for role in self.roles:
            gone = [reference for reference in self._chosen[role.name] if self.is_gone(reference)]
            if gone:
                found[role.name] = f"'{gone[0]}' is not in this project"
            elif role.required and not self._chosen[role.name]:
                found[role.name] = "Choose a data set"
        return found

    def is_gone(self, reference: str) -> bool:
        """Whether a data set that was chosen is no longer there. Outputs are found by the request, however old."""
        return self.is_known and ":" not in reference and self.candidate(reference) is None

    def hint(self, name: str) -> str:
        """What belongs into a role."""
        role = self.role(name)
        words = [f"{DATA_KINDS[kind].title} ({DATA_KINDS[kind].forms})" for kind in role.kinds if kind in DATA_KINDS]
        words += [f"{ARTIFACT_KINDS[kind].title} of an earlier run" for kind in role.kinds if kind in ARTIFACT_KINDS]
        return " or ".join(dict.fromkeys(words))

    def data_kinds(self, name: str) -> tuple[str, ...]:
        """Kinds that can be imported for a role."""
        return tuple(kind for kind in self.role(name).kinds if kind in DATA_KINDS)

    def _known_as(self, reference: str) -> str:
        """An output may be named by its run's name; from here on it is named by the run's id, which is unique."""
        run, colon, artifact = reference.partition(":")
        if not colon or self.candidate(reference) is not None:
            return reference
        named = f"{run}: {artifact}"
        return next((output.reference for output in self._outputs if output.title == named), reference)

    def _obvious(self, role: InputRole) -> list[str]:
        """The data set that goes without saying: the only one that fits, or the only one named like the role."""
        fitting = [known for known in self._datasets if known.kind in role.kinds]
        alike = [known for known in fitting if role.name in known.title.lower()]
        only = fitting if len(fitting) == 1 else alike
        return [only[0].reference] if len(only) == 1 else []


def facts_text(row: DatasetRow) -> str:
    """A few facts of a data set: ``9,596 rows · 2 classes · english``; its size where nothing is known."""
    facts: Mapping[str, Any] = row.report.get("facts") or {}
    words = [f"{number_text(facts[key])}{NO_BREAK}{key}" for key in _COUNTED if _is_number(facts.get(key))]
    lists = [key for key in _LISTED if isinstance(facts.get(key), list | dict) and facts[key]]
    words += [f"{len(facts[key])}{NO_BREAK}{key}" for key in lists[:1]]
    words += [str(facts[key]) for key in _PLAIN if isinstance(facts.get(key), str)]
    return " · ".join(words[:MOST_FACTS]) or size_text(row.size)


def output_facts(output: RunOutput) -> str:
    """What is known of an output: its kind, its method and its size."""
    title = ARTIFACT_KINDS[output.kind].title if output.kind in ARTIFACT_KINDS else output.kind
    return " · ".join((title, output.method, size_text(output.size)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
