"""The public Python API: what a person can do with a project, as plain functions.

>>> from neurostudio.app import Project, import_data, make_request, run  # doctest: +SKIP
>>> with Project.create("my-study") as project:  # doctest: +SKIP
...     import_data(project, ["reviews.tsv"])
...     run(project, make_request(project, "spiking.text", inputs={"train": ["reviews"]}, seed=1))
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurostudio.app.batches import run_batch
    from neurostudio.app.compare import compare_runs
    from neurostudio.app.datasets import forget_dataset, import_data, list_datasets, preview
    from neurostudio.app.export import export_curve, export_dataset, export_figure, export_run
    from neurostudio.app.project import Project
    from neurostudio.app.reports import make_report
    from neurostudio.app.requests import make_request
    from neurostudio.app.runs import cancel, label, list_runs, open_session, resume, run, show

__all__ = [
    "Project",
    "cancel",
    "compare_runs",
    "export_curve",
    "export_dataset",
    "export_figure",
    "export_run",
    "forget_dataset",
    "import_data",
    "label",
    "list_datasets",
    "list_runs",
    "make_report",
    "make_request",
    "open_session",
    "preview",
    "resume",
    "run",
    "run_batch",
    "show",
]

# Loaded on first use: the window paints itself before it needs a database.
_HOMES = {
    "batches": ("run_batch",),
    "compare": ("compare_runs",),
    "datasets": ("forget_dataset", "import_data", "list_datasets", "preview"),
    "export": ("export_curve", "export_dataset", "export_figure", "export_run"),
    "project": ("Project",),
    "reports": ("make_report",),
    "requests": ("make_request",),
    "runs": ("cancel", "label", "list_runs", "open_session", "resume", "run", "show"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
