"""What the navigator lists, as plain data."""

from dataclasses import replace
from pathlib import Path

from neurostudio.app import Project, label
from neurostudio.core.method import Method
from neurostudio.gui.shell.navigator_tree import (
    SOME_RUNS,
    Contents,
    Node,
    Wanted,
    load_all,
    load_some,
    spoken,
    tooltip,
    tree,
    why_unavailable,
)
from neurostudio.store.rows import RunRow


def row(number: int, state: str = "done", **changes: object) -> RunRow:
    made = RunRow(
        run_id=f"run-{number:04d}", name=f"name {number}", method="spiking.text", state=state, attempt=1, seed=number, batch="",
        where="local", serve=False, created=1000.0 + number, started=None, ended=None, last_event=None, phase="",
        progress_done=None, progress_total=None, progress_unit="", checkpoint="", tags=(), notes="", trashed=False,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def contents(*rows: RunRow, main: dict[str, float] | None = None) -> Contents:
    return Contents({one.run_id: one for one in rows}, main or {})


def group(nodes: tuple[Node, ...], key: str) -> Node:
    return next(node for node in nodes if node.key == f"group:{key}")


def test_a_run_says_its_main_number_its_progress_or_its_state() -> None:
    listed = contents(
        row(1), row(2, "running", progress_done=61.0, progress_total=100.0), row(3, "running", phase="reading"), row(4, "failed"),
        row(5, "queued"), row(6), main={"run-0001": 0.74212},
    )  # fmt: skip
    (runs,) = group(tree(listed, Wanted()), "runs").children
    assert {node.ref: node.secondary for node in runs.children} == {
        "run-0001": "0.742",
        "run-0002": "61 %",
        "run-0003": "reading",
        "run-0004": "failed",
        "run-0005": "waiting",
        "run-0006": "done",
    }


def test_trash_and_live_sessions_stand_at_the_end_and_do_not_count() -> None:
    runs = group(tree(contents(row(1), row(2, trashed=True), row(3, serve=True)), Wanted()), "runs")
    assert [child.title for child in runs.children] == ["Spiking text classification", "Live sessions", "Trash"]
    assert runs.secondary == "1"


def test_runs_of_a_method_that_is_not_installed_are_listed_too() -> None:
    runs = group(tree(contents(row(1, method="gone.away")), Wanted()), "runs")
    assert [child.title for child in runs.children] == ["gone.away"]


def test_a_filter_leaves_out_groups_without_a_hit() -> None:
    listed = contents(row(1, tags=("pilot",)), row(2, "failed"))
    only_failed = tree(listed, Wanted(states=frozenset({"failed"})))
    assert [node.title for node in only_failed] == ["Runs"]
    assert [node.ref for node in only_failed[0].children[0].children] == ["run-0002"]
    only_pilot = tree(listed, Wanted(tags=frozenset({"pilot"})))
    assert [node.ref for node in only_pilot[0].children[0].children] == ["run-0001"]


def test_an_empty_project_offers_to_import_data() -> None:
    data = group(tree(Contents(), Wanted()), "data")
    assert [(child.kind, child.title) for child in data.children] == [("hint", "Import data...")]
    assert data.secondary == "0"


def test_a_method_without_its_packages_says_what_to_install() -> None:
    missing = Method("a.b", "A", "", "", "", packages=("surely-not-installed",), extra="ab")
    assert "pip install 'neurostudio[ab]'" in why_unavailable(missing)
    assert why_unavailable(replace(missing, packages=())) == ""
    assert "interpreter" in why_unavailable(replace(missing, interpreter="/no/such/python"))


def test_a_screen_reader_hears_state_and_number() -> None:
    (runs,) = group(tree(contents(row(1), main={"run-0001": 0.5}), Wanted(), pinned=["run-0001"]), "runs").children
    assert spoken(runs.children[0]) == "name 1, done, 0.500, pinned"


def test_the_real_project_is_read_whole_and_in_parts(sample_project: Path) -> None:
    with Project.open(sample_project) as project:
        whole = load_all(project)
        assert [one.name for one in whole.runs.values()] == ["broken", "second", "first"]
        assert set(whole.main) == {run_id for run_id, one in whole.runs.items() if one.state == "done"}
        assert [one.name for one in load_all(project, "reco").runs.values()] == []
        first = next(run_id for run_id, one in whole.runs.items() if one.name == "first")
        label(project, first, name="renamed", tags=["pilot"], notes="a word to find")
        part = load_some(project, whole, [first, "no-such-run"])
        assert part.runs[first].name == "renamed"
        assert list(part.runs) == list(whole.runs)
        assert [one.name for one in load_all(project, "word FIND").runs.values()] == ["renamed"]
        many = load_some(project, whole, [first, *(f"no-{number}" for number in range(SOME_RUNS))])
        assert list(many.runs) == list(whole.runs)
        node = next(node for node in group(tree(part, Wanted()), "runs").children[0].children if node.ref == first)
        assert "Tags: pilot" in tooltip(part, node)


def test_a_data_set_whose_file_is_gone_is_marked(sample_project: Path) -> None:
    (sample_project / "data" / "small.vec").unlink()
    with Project.open(sample_project) as project:
        nodes = {node.ref: node for kind in group(tree(load_all(project), Wanted()), "data").children for node in kind.children}
    assert (nodes["small-vectors"].secondary, nodes["small-vectors"].tint) == ("missing", "problem")
    assert nodes["reviews"].secondary == "2,400 rows"
