"""Events of a run -> what they change in its rows. Pure: no file, no database.

Folding a record in one piece or in any number of pieces, one after the other, gives the same rows: that is what makes the
index an index.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from neurostudio.core.errors import NeuroError
from neurostudio.core.events import FINAL_STATES, Event, State, decode_number

_STATES = frozenset(get_args(State))
_LARGEST = 2**63 - 1  # what an SQLite integer holds

BLANK: dict[str, Any] = {
    "state": "queued",
    "recorded": "queued",
    "attempt": 0,
    "started": None,
    "ended": None,
    "last_event": None,
    "phase": "",
    "progress_done": None,
    "progress_total": None,
    "progress_unit": "",
    "error": None,
    "cursor": 0,
    "last_seq": 0,
    "checkpoint": "",
}
"""Columns of `runs` that come from events, as they are before the first one."""


MetricPoint = tuple[str, int, int, int | None, float, float]
"""One number: name, seq of its event, its place in that event, step, value, t. A bare tuple: there are millions."""

LogLine = tuple[int, float, str, str, str]
"""One line of the log: seq, t, level, message, fields as JSON."""


@dataclass
class Change:
    """What a block of events changes.

    Attributes
    ----------
    columns : dict
        New values for columns of `runs`.
    kept_seq : int or None
        Metric rows in the index that come from later events are dropped before `metrics` are added; None: all stay.
    problems : list of str
        Events that were left out, and why.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    metrics: list[MetricPoint] = field(default_factory=list)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: list[LogLine] = field(default_factory=list)
    kept_seq: int | None = None
    problems: list[str] = field(default_factory=list)


def fold(events: Sequence[Event], last_seq: int, started: float | None) -> Change:
    """Work out what a block of events changes.

    Parameters
    ----------
    events : sequence of dict
        As ``EventReader`` yields them, in order.
    last_seq : int
        Sequence number of the event before the block.
    started : float or None
        When the run began, where that is known by now.
    """
    change = Change()
    metrics, columns = change.metrics, change.columns
    for event in events:
        seq, kind = event["seq"], event["type"]
        if seq.__class__ is not int or not 0 < seq <= _LARGEST:
            change.problems.append(f"an event ({kind}) after number {last_seq} has no number and was left out")
            continue
        n_before = len(metrics)
        try:
            if kind == "metric":  # nearly all events are of this kind: nothing is called on the way
                for part, (name, value, step, t) in enumerate(event["rows"]):
                    if (
                        value.__class__ is float
                        and t.__class__ is float
                        and name.__class__ is str
                        and (step is None or (step.__class__ is int and -_LARGEST <= step <= _LARGEST))
                    ):
                        metrics.append((name, seq, part, step, value, t))
                    else:
                        metrics.append(_odd_point(name, seq, part, step, value, t))
            elif kind in _HANDLERS:
                _check_text(event)
                _HANDLERS[kind](change, event)
                if kind == "state" and event["state"] == "running" and started is None:
                    started = columns["started"] = float(event["t"])
            columns["last_event"] = float(event["t"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            del metrics[n_before:]
            change.problems.append(f"event {seq} ({kind}) is damaged and was left out: {type(error).__name__} {error}")
        if seq > last_seq + 1:
            change.problems.append(f"events {last_seq + 1} to {seq - 1} cannot be read and are missing")
        last_seq = columns["last_seq"] = seq
    return change


def _odd_point(name: Any, seq: int, part: int, step: Any, value: Any, t: Any) -> MetricPoint:
    if not isinstance(name, str) or isinstance(value, bool) or (step is not None and type(step) is not int):
        raise TypeError("a metric row is not [name, value, step, t]")
    if step is not None and not -_LARGEST <= step <= _LARGEST:
        raise ValueError("a step is too large")
    return name, seq, part, step, decode_number(value), float(t)


def _check_text(event: Event) -> None:
    json.dumps(event, ensure_ascii=False).encode()  # half a character of a broken escape cannot be stored


def _on_state(change: Change, event: Event) -> None:
    state, attempt, seq = event["state"], int(event.get("attempt", 0)), event["seq"]
    if state not in _STATES:
        raise ValueError(f"unknown state {state!r}")
    ended = float(event["t"]) if state in FINAL_STATES else None
    change.columns.update(state=state, recorded=state, attempt=attempt, ended=ended)
    if state == "running":
        change.columns["error"] = None  # that of the attempt before
    if event.get("resumed_seq") is None:
        return
    kept = int(event["resumed_seq"])
    if kept < seq:
        # what came after the checkpoint is done again by this attempt
        change.metrics[:] = [point for point in change.metrics if point[1] <= kept]
        change.kept_seq = kept if change.kept_seq is None else min(kept, change.kept_seq)


def _on_progress(change: Change, event: Event) -> None:
    done, total = event.get("done"), event.get("total")
    change.columns.update(
        phase=str(event.get("phase", "")),
        progress_done=None if done is None else float(done),
        progress_total=None if total is None else float(total),
        progress_unit=str(event.get("unit", "")),
    )


def _on_artifact(change: Change, event: Event) -> None:
    size = int(event.get("size", 0))
    if abs(size) > _LARGEST:
        raise ValueError("the size is too large")
    change.artifacts[str(event["name"])] = {
        "name": str(event["name"]),
        "kind": str(event["kind"]),
        "path": str(event["path"]),
        "title": str(event.get("title", "")),
        "size": size,
        "sha256": str(event.get("sha256", "")),
        "plot": dict(event["plot"]) if event.get("plot") else None,
        "seq": event["seq"],
    }


def _on_log(change: Change, event: Event) -> None:
    fields = json.dumps(event.get("fields") or {}, ensure_ascii=False)
    line = (event["seq"], float(event["t"]), str(event.get("level", "info")), str(event["message"]), fields)
    change.logs.append(line)


def _on_error(change: Change, event: Event) -> None:
    error = NeuroError.from_dict(event).as_dict()
    change.columns["error"] = {**error, "traceback": str(event.get("traceback") or "")}


def _on_checkpoint(change: Change, event: Event) -> None:
    change.columns["checkpoint"] = str(event["step"])


_HANDLERS: dict[str, Callable[[Change, Event], None]] = {
    "state": _on_state,
    "progress": _on_progress,
    "artifact": _on_artifact,
    "log": _on_log,
    "error": _on_error,
    "checkpoint": _on_checkpoint,
}
