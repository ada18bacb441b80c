"""Which method fits a project."""

from neurostudio.app.project import Project
from neurostudio.core.registry import registry
from neurostudio.store.read import datasets


def first_method(project: Project) -> str:
    """Id of the first method whose required inputs are all there as data sets of the project; else of the first method."""
    kinds = {row.kind for row in datasets(project.store)}
    methods = registry().methods
    for method in methods.values():
        required = [role for role in method.inputs if role.required]
        if required and all(kinds.intersection(role.kinds) for role in required):
            return method.id
    return next(iter(methods))
