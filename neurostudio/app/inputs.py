"""Inputs of a run that is there already: how they are named again, and where its data lie by now."""

from collections.abc import Iterable
from dataclasses import replace

from neurostudio.app.datasets import dataset_input
from neurostudio.app.project import Project
from neurostudio.core.errors import RequestError
from neurostudio.core.method import Input
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store.intake import take_request


def references(inputs: Iterable[Input]) -> dict[str, list[str]]:
    """role -> names of data sets and ``RUN:ARTIFACT`` references, as a new request is given them."""
    found: dict[str, list[str]] = {}
    for given in inputs:
        source = given.source
        reference = f"{source['run']}:{source['artifact']}" if "run" in source else source.get("dataset", given.name)
        found.setdefault(given.role, []).append(reference)
    return found


def find_inputs(project: Project, folder: RunFolder) -> Request:
    """The request of a run with its inputs where they lie now; written down where that is another place.

    Raises
    ------
    RequestError
        An input is nowhere, or the data set has other content by now; it is named.
    """
    request = folder.request()
    found = replace(request, inputs=tuple(_find(project, request, given) for given in request.inputs))
    if found != request:
        folder.create(found)
        take_request(project.store, folder)
    return found


def _find(project: Project, request: Request, given: Input) -> Input:
    if given.path.exists():
        return given
    if "dataset" not in given.source:
        raise RequestError(f"The input '{given.name}' of run '{request.name}' is missing: {given.path}")
    now = dataset_input(project, given.role, str(given.source["dataset"]))
    if now.sha256 != given.sha256:
        raise RequestError(
            f"The data set '{given.name}' is not what run '{request.name}' began with",
            f"That had the checksum {given.sha256}",
            "Import the data that it began with under this name, or run it anew",
        )
    return replace(given, path=now.path)
