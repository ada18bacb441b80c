"""The index of a project: ``project.sqlite``, made from the run folders and always to be made again from them."""

from neurostudio.store.check import check
from neurostudio.store.curves import CurvePlace, CurveTail
from neurostudio.store.ingest import Ingested, ingest_project, ingest_run
from neurostudio.store.lock import ProjectLock
from neurostudio.store.rebuild import rebuild
from neurostudio.store.rows import ArtifactRow, Curve, DatasetRow, LogRow, ReportRow, RunDetail, RunError, RunRow
from neurostudio.store.write import Store

__all__ = [
    "ArtifactRow",
    "Curve",
    "CurvePlace",
    "CurveTail",
    "DatasetRow",
    "Ingested",
    "LogRow",
    "ProjectLock",
    "ReportRow",
    "RunDetail",
    "RunError",
    "RunRow",
    "Store",
    "check",
    "ingest_project",
    "ingest_run",
    "rebuild",
]
