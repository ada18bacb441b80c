"""Reports: choosing runs, writing, and looking at what was written."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurostudio.gui.panels.report.page import ReportPage

__all__ = ["ReportPage"]


def __getattr__(name: str) -> Any:
    if name == "ReportPage":
        from neurostudio.gui.panels.report.page import ReportPage

        return ReportPage
    raise AttributeError(name)
