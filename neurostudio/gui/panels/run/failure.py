"""Why a run did not end well, as a person needs it: what, why, where, and the one thing to do now. No Qt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from neurostudio.core.errors import NeuroError
from neurostudio.store import read
from neurostudio.store.rows import RunDetail
from neurostudio.store.write import Store

if TYPE_CHECKING:
    from neurostudio.gui.panels.run.presenter import SettingLine

Action = Literal["resume", "settings", "data", "log", ""]
ACTION_TEXTS: dict[Action, str] = {
    "resume": "Resume",
    "settings": "Edit settings",
    "data": "Show data",
    "log": "Show log",
    "": "",
}
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')
_DATA_LINE = re.compile(r"\bline (\d+)\b")
_WORD = r"(?<![\w.]){}(?![\w]|\.\w)"


@dataclass(frozen=True)
class Failure:
    """What the error card shows.

    Attributes
    ----------
    where : str
        The setting, the line of the data, or the line of the program; empty where it cannot be told.
    action : str
        What its button does: one of the keys of `ACTION_TEXTS`.
    dataset : str
        Name of the data set for the action ``data``.
    """

    error: NeuroError
    where: str = ""
    action: Action = ""
    dataset: str = ""
    traceback: str = ""


def failure_of(detail: RunDetail, settings: Sequence["SettingLine"], store: Store) -> Failure | None:
    """Why the run stands where it stands; None while all is well."""
    state = detail.row.state
    if state == "interrupted":
        return _interrupted(detail, store)
    if state != "failed":
        return None
    if detail.error is None:
        return Failure(NeuroError("The run failed", "It left no reason", "Look at the end of its log"), action="log")
    found = detail.error
    error = NeuroError(found.what, found.why, found.fix)
    text = f"{found.what} {found.why} {found.fix}"
    named = [line for line in settings if re.search(_WORD.format(re.escape(line.name)), text) and _is_telling(line.name, text)]
    if named:
        line = max(named, key=lambda one: len(one.name))
        place = f"Setting: {line.title} ({line.name})" if line.title != line.name else f"Setting: {line.name}"
        return Failure(error, place, "settings", traceback=found.traceback)
    data = next((one for one in detail.inputs if str(one.path) in text or one.path.name in text), None)
    if data is not None and "dataset" in data.source:
        at_line = _DATA_LINE.search(text)
        place = f"Data set: {data.name}" + (f", line {at_line[1]}" if at_line else "")
        return Failure(error, place, "data", data.source["dataset"], found.traceback)
    frames = list(_FRAME.finditer(found.traceback))
    is_of_the_program = bool(found.why) and found.traceback.rstrip().endswith(found.why)  # not one that the method foresaw
    if frames and is_of_the_program:
        last = frames[-1]
        file = last["file"].replace("\\", "/").rpartition("/")[2]
        return Failure(error, f"Program: {file}, line {last['line']}, in {last['function']}", "log", traceback=found.traceback)
    return Failure(error, "", "resume" if detail.row.checkpoint else "settings", traceback=found.traceback)


def _interrupted(detail: RunDetail, store: Store) -> Failure:
    last = read.logs(store, detail.row.run_id, limit=1)
    why = "Its process ended before the run was over" + (f"; the last line of its log: {last[0].message}" if last else "")
    place = detail.row.checkpoint
    fix = (
        f"Resume goes on from the last checkpoint ({place})"
        if place
        else "It made no checkpoint yet: Resume starts it from the beginning"
    )
    return Failure(NeuroError("The run was interrupted", why, fix), action="resume")


def _is_telling(name: str, text: str) -> bool:
    """Whether a setting's name in a sentence means the setting: everyday words such as ``encoder`` only where quoted."""
    return "." in name or "_" in name or f"'{name}'" in text or f"{name}=" in text
