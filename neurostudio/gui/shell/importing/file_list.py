"""The files of an import: name, and under it what was found."""

from collections.abc import Sequence

from neurostudio.gui.panels.parts.state_mark import state_icon
from neurostudio.gui.shell.importing.previews import Candidate
from neurostudio.gui.shell.navigator_tree import data_icon
from neurostudio.gui.shell.two_line_list import TwoLineList, TwoLines

_STATES = {"waiting": "queued", "reading": "running", "importing": "running", "imported": "done", "unusable": "failed"}


class FileList(TwoLineList):
    """The list::

    (T) reviews.tsv
        Labelled text, 2,400 rows
    (x) broken.csv
        cannot be read
    """

    def __init__(self) -> None:
        super().__init__("Files to import")

    def show_items(self, items: Sequence[Candidate]) -> None:
        """Show these candidates."""
        self.show_lines([_lines_of(item) for item in items])


def _lines_of(item: Candidate) -> TwoLines:
    icon, tint = _icon_of(item)
    colour = "problem" if item.state == "unusable" else "secondary"
    return TwoLines(str(item.path), item.path.name, item.summary(), icon, tint, colour, tooltip=str(item.path))


def _icon_of(item: Candidate) -> tuple[str, str]:
    """Its kind, or how it stands."""
    if item.state != "ready":
        return state_icon(_STATES[item.state])
    if item.report is not None and any(problem.severity == "warning" for problem in item.report.problems):
        return "warning", "warning"
    return data_icon(item.found_kind), "secondary"
