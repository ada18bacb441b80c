"""What the navigator shows, as plain data: the project's data sets, runs, reports and methods, filtered and in order.

Everything here runs in a thread; the window's thread only compares two trees (``navigator_diff``).
"""

import importlib.metadata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from neurostudio.app.project import Project
from neurostudio.core.errors import NeuroError
from neurostudio.core.kinds import DATA_KINDS
from neurostudio.core.method import Method
from neurostudio.core.registry import BrokenPlugin, registry
from neurostudio.gui.panels.parts.state_mark import state_icon
from neurostudio.report.wording import number_text, size_text
from neurostudio.store import read
from neurostudio.store.rows import DatasetRow, ReportRow, RunRow

SOME_RUNS = 25
"""More changed runs than this are read with all others, in one query."""

_COUNTED_FACTS = ("rows", "words", "lines", "files")


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree.

    Attributes
    ----------
    key : str
        Names the line from one tree to the next: ``run:<id>``, ``data:<name>``, ``report:<path>``, ``method:<id>`` (page
        keys), and names of groups.
    kind : str
        ``group``, ``subgroup``, ``run``, ``data``, ``report``, ``method`` or ``hint``.
    ref : str
        What it stands for: id of the run or method, name of the data set, path of the report, data kind of a group.
    secondary : str
        Said at the right end, in the secondary colour.
    icon, tint : str
        Icon, and the name of the theme's colour for it.
    reason : str
        Why it cannot be used; then it is greyed.
    """

    key: str
    kind: str
    title: str
    ref: str = ""
    secondary: str = ""
    icon: str = ""
    tint: str = "secondary"
    state: str = ""
    reason: str = ""
    is_pinned: bool = False
    children: tuple["Node", ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Contents:
    """What was read from a project.

    Attributes
    ----------
    runs : dict
        run id -> row, newest first; those that fit the text that is searched.
    main : dict
        run id -> final value of the first metric of its method.
    missing : frozenset of str
        Data sets whose file is not where it was.
    """

    runs: Mapping[str, RunRow] = field(default_factory=dict)
    main: Mapping[str, float] = field(default_factory=dict)
    datasets: tuple[DatasetRow, ...] = ()
    reports: tuple[ReportRow, ...] = ()
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """What is searched: words in names, tags and notes; runs in one of the states, with one of the tags."""

    text: str = ""
    states: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.text.strip() or self.states or self.tags)


# --- reading


def load_all(project: Project, text: str = "") -> Contents:
    """Read everything; runs that fit the text."""
    rows = read.runs(project.store, text=text or None, trashed=None)
    datasets = tuple(read.datasets(project.store))
    return Contents(
        runs={row.run_id: row for row in rows},
        main=_main_values(project, rows, None if not text else [row.run_id for row in rows]),
        datasets=datasets,
        reports=tuple(read.reports(project.store)),
        missing=frozenset(row.name for row in datasets if not row.path.exists()),
    )


def load_some(project: Project, before: Contents, run_ids: Iterable[str]) -> Contents:
    """Read some runs again, and keep the rest as it was."""
    ids = set(run_ids)
    if len(ids) > SOME_RUNS:
        return replace(load_all(project), datasets=before.datasets, reports=before.reports, missing=before.missing)
    fresh: list[RunRow] = []
    gone: set[str] = set()
    for run_id in ids:
        try:
            fresh.append(read.find_run(project.store, run_id))
        except NeuroError:  # its folder was removed since
            gone.add(run_id)
    runs = {run_id: row for run_id, row in before.runs.items() if run_id not in gone}
    is_new = any(row.run_id not in runs for row in fresh)
    runs |= {row.run_id: row for row in fresh}
    if is_new:
        runs = {row.run_id: row for row in sorted(runs.values(), key=lambda row: (row.created, row.run_id), reverse=True)}
    return replace(before, runs=runs, main={**before.main, **_main_values(project, fresh, list(ids))})


def main_metric(method_id: str) -> str:
    """Name of the metric that stands for a run of that method; empty where the method names none."""
    metrics = registry().find(method_id).metrics
    return metrics[0].name if metrics else ""


def _main_values(project: Project, rows: Iterable[RunRow], run_ids: list[str] | None) -> dict[str, float]:
    wanted = {row.run_id: main_metric(row.method) for row in rows}
    found = read.final_values(project.store, run_ids, set(wanted.values()))
    return {run_id: found[run_id][name] for run_id, name in wanted.items() if name in found.get(run_id, {})}


# --- the tree


def tree(contents: Contents, wanted: Wanted, pinned: Iterable[str] = ()) -> tuple[Node, ...]:
    """The four groups with what is in them; a search leaves out groups without a hit."""
    groups = (
        _data_group(contents, wanted),
        _runs_group(contents, wanted, frozenset(pinned)),
        _reports_group(contents, wanted),
        _methods_group(wanted),
    )
    return tuple(group for group in groups if wanted.is_all or group.children)


def tags_of(contents: Contents) -> tuple[str, ...]:
    """Every tag that a run has, sorted."""
    return tuple(sorted({tag for row in contents.runs.values() for tag in row.tags}, key=str.casefold))


def _data_group(contents: Contents, wanted: Wanted) -> Node:
    by_kind: defaultdict[str, list[Node]] = defaultdict(list)
    if not (wanted.states or wanted.tags):
        for row in contents.datasets:
            if _fits(wanted.text, row.name, row.kind, _kind_title(row.kind), row.path.name):
                by_kind[row.kind].append(_data_node(row, is_missing=row.name in contents.missing))
    children = tuple(
        Node(f"kind:{kind}", "subgroup", _kind_title(kind), kind, str(len(by_kind[kind])), children=tuple(by_kind[kind]))
        for kind in sorted(by_kind, key=_kind_title)
    )
    if not children and wanted.is_all:
        children = (Node("hint:data", "hint", "Import data...", icon="import", tint="accent"),)
    return _group("data", "Data", children)


def _runs_group(contents: Contents, wanted: Wanted, pinned: frozenset[str]) -> Node:
    by_method: defaultdict[str, list[Node]] = defaultdict(list)
    sessions: list[Node] = []
    trash: list[Node] = []
    for row in contents.runs.values():
        if (wanted.states and row.state not in wanted.states) or (wanted.tags and not wanted.tags.intersection(row.tags)):
            continue
        node = _run_node(row, contents.main.get(row.run_id), is_pinned=row.run_id in pinned)
        (trash if row.trashed else sessions if row.serve else by_method[row.method]).append(node)
    titles = {method_id: registry().find(method_id).title for method_id in by_method}
    children = [
        Node(
            f"runs:{method_id}",
            "subgroup",
            title,
            method_id,
            str(len(by_method[method_id])),
            children=tuple(by_method[method_id]),
        )
        for method_id, title in sorted(titles.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    ]
    count = sum(len(child.children) for child in children)
    if sessions:
        children.append(Node("runs/sessions", "subgroup", "Live sessions", "", str(len(sessions)), children=tuple(sessions)))
    if trash:
        children.append(Node("runs/trash", "subgroup", "Trash", "", str(len(trash)), children=tuple(trash)))
    return replace(_group("runs", "Runs", tuple(children)), secondary=str(count))


def _reports_group(contents: Contents, wanted: Wanted) -> Node:
    found = []
    if not (wanted.states or wanted.tags):
        for row in contents.reports:
            if _fits(wanted.text, row.title, row.path.name):
                when = datetime.fromtimestamp(row.created, UTC).astimezone().strftime("%Y-%m-%d")
                found.append(
                    Node(
                        f"report:{row.path}",
                        "report",
                        row.title or row.path.name,
                        str(row.path),
                        when,
                        "report",
                        state=row.path.suffix,
                    )
                )
    return _group("reports", "Reports", tuple(found))


def _methods_group(wanted: Wanted) -> Node:
    shown = () if wanted.states or wanted.tags else _method_nodes()
    return _group("methods", "Methods", tuple(node for node in shown if _fits(wanted.text, node.title, node.ref)))


def _group(key: str, title: str, children: tuple[Node, ...]) -> Node:
    leaves = sum(len(child.children) if child.kind == "subgroup" else child.kind != "hint" for child in children)
    return Node(f"group:{key}", "group", title, secondary=str(leaves), children=children)


# --- lines


def _data_node(row: DatasetRow, *, is_missing: bool) -> Node:
    facts = row.report.get("facts", {})
    counted = next((name for name in _COUNTED_FACTS if isinstance(facts.get(name), int)), "")
    amount = f"{number_text(facts[counted])} {counted}" if counted else size_text(row.size)
    icon = data_icon(row.kind)
    if is_missing:
        return Node(f"data:{row.name}", "data", row.name, row.name, "missing", icon, "problem")
    return Node(f"data:{row.name}", "data", row.name, row.name, amount, icon)


def _run_node(row: RunRow, main: float | None, *, is_pinned: bool) -> Node:
    icon, tint = state_icon(row.state)
    title = row.name or row.run_id
    return Node(f"run:{row.run_id}", "run", title, row.run_id, _run_words(row, main), icon, tint, row.state, "", is_pinned)


def _run_words(row: RunRow, main: float | None) -> str:
    """Main metric of a run that is done, progress of one at work, otherwise its state."""
    if row.state == "running":
        if row.progress_total and row.progress_done is not None:
            return f"{min(1.0, row.progress_done / row.progress_total):.0%}".replace("%", " %")
        return row.phase or "starting"
    if row.state == "done":
        if main is None:
            return "done"
        metric = registry().find(row.method).metric(main_metric(row.method))
        unit = f" {metric.unit}" if metric and metric.unit else ""
        return f"{number_text(main, 3, measured=True)}{unit}"
    return "waiting" if row.state == "queued" else row.state


@cache
def _method_nodes() -> tuple[Node, ...]:
    known = registry()
    nodes = [
        Node(f"method:{method.id}", "method", method.title, method.id, "not available" if reason else "", "method", reason=reason)
        for method in known.methods.values()
        for reason in [why_unavailable(method)]
    ]
    nodes += [_broken_node(plugin) for plugin in known.broken]
    return tuple(sorted(nodes, key=lambda node: (bool(node.reason), node.title.casefold())))


def _broken_node(plugin: BrokenPlugin) -> Node:
    reason = f"The plugin {plugin.distribution} cannot be read: {plugin.problem}"
    return Node(
        f"plugin:{plugin.distribution}:{plugin.name}", "method", plugin.name, "", "not available", "method", reason=reason
    )


def why_unavailable(method: Method) -> str:
    """Why a method cannot run here; empty where it can."""
    if method.interpreter:
        return "" if Path(method.interpreter).exists() else f"Its interpreter is missing: {method.interpreter}"
    for package in method.packages:
        try:
            importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            wanted = f"'neurostudio[{method.extra}]'" if method.extra else package
            return f"It needs the package {package}, which is not installed: pip install {wanted}"
    return ""


def data_icon(kind: str) -> str:
    """Icon of a data kind."""
    return f"data-{kind}" if kind in _KINDS_WITH_ICON else "data"


_KINDS_WITH_ICON = frozenset(
    {"labelled-text", "corpus", "table", "word-vectors", "images", "documents", "series", "fmri", "spatial", "language-model"}
)


# --- words


def tooltip(contents: Contents, node: Node) -> str:
    """All about a line that the pointer rests on."""
    if node.kind == "run" and (row := contents.runs.get(node.ref)) is not None:
        return "\n".join(_run_facts(row, contents.main.get(row.run_id)))
    if node.kind == "data":
        found = next((row for row in contents.datasets if row.name == node.ref), None)
        return f"{node.title}\n{_kind_title(found.kind)}, {size_text(found.size)}\n{found.path}" if found else node.title
    if node.kind == "report":
        return f"{node.title}\n{node.ref}"
    if node.kind == "method":
        return node.reason or registry().find(node.ref).summary
    return node.title


def spoken(node: Node) -> str:
    """A line as a screen reader says it."""
    parts = [node.title, node.state if node.kind == "run" else "", node.secondary if node.secondary != node.state else ""]
    parts += ["pinned"] if node.is_pinned else []
    parts += [f"not available: {node.reason}"] if node.reason else []
    return ", ".join(part for part in parts if part)


def _run_facts(row: RunRow, main: float | None) -> list[str]:
    created = datetime.fromtimestamp(row.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    lines = [row.name, f"{registry().find(row.method).title} · {row.state} · {created} · seed {row.seed}"]
    if main is not None:
        lines.append(f"{main_metric(row.method)} {number_text(main)}")
    if row.tags:
        lines.append(f"Tags: {', '.join(row.tags)}")
    if row.notes:
        lines.append(row.notes if len(row.notes) <= 300 else f"{row.notes[:300]}…")
    return lines


def _kind_title(kind: str) -> str:
    return DATA_KINDS[kind].title if kind in DATA_KINDS else kind


def _fits(text: str, *searched: str) -> bool:
    whole = " ".join(searched).casefold()
    return all(word in whole for word in text.casefold().split())


def state_counts(contents: Contents) -> Mapping[str, int]:
    """How many runs outside the trash are in each state."""
    return Counter(row.state for row in contents.runs.values() if not row.trashed and not row.serve)
