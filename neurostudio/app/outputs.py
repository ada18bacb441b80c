"""Outputs of runs that can be the inputs of others."""

from collections.abc import Iterable
from dataclasses import dataclass

from neurostudio.app.project import Project
from neurostudio.store.read import artifacts_of_kinds

MOST_OUTPUTS = 200


@dataclass(frozen=True)
class RunOutput:
    """One output of a run.

    Attributes
    ----------
    reference : str
        ``RUN:ARTIFACT``, as a request names it.
    size : int
        Bytes.
    created : float
        When its run was asked for; Unix seconds.
    """

    reference: str
    run_id: str
    run_name: str
    method: str
    artifact: str
    kind: str
    size: int
    created: float


def list_outputs(project: Project, kinds: Iterable[str]) -> list[RunOutput]:
    """Outputs of these kinds, those of the newest runs first, at most :data:`MOST_OUTPUTS`."""
    wanted = list(kinds)
    found = artifacts_of_kinds(project.store, wanted, MOST_OUTPUTS) if wanted else []
    return [
        RunOutput(
            reference=f"{run.run_id}:{artifact.name}",
            run_id=run.run_id,
            run_name=run.name,
            method=run.method,
            artifact=artifact.name,
            kind=artifact.kind,
            size=artifact.size,
            created=run.created,
        )
        for run, artifact in found
    ]
