"""Reports and figures: a page or a PDF of any runs that stands alone, drawn from stored artifacts only."""

from neurostudio.report.content import ReportArtifact, ReportContent, ReportCurve, ReportInput, RunContent, identity
from neurostudio.report.write import write_report

__all__ = [
    "ReportArtifact",
    "ReportContent",
    "ReportCurve",
    "ReportInput",
    "RunContent",
    "identity",
    "write_report",
]
