"""Whatever happens in whatever order, the index says what a new one made from the folders would say."""

import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.events import EventWriter
from neurostudio.core.files import write_json
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store import DatasetRow, Store, ingest_project, ingest_run, rebuild
from neurostudio.store.fold import fold

NAMES = st.sampled_from(["train/loss", "test/accuracy", "a/b"])
NUMBERS = st.floats(width=32) | st.integers(-5, 5)
ROWS = st.lists(st.tuples(NAMES, NUMBERS, st.none() | st.integers(0, 9), st.just(1.0)), min_size=1, max_size=4)
METRICS = st.builds(lambda rows: ("metric", {"rows": rows}), ROWS)
RESUMED = st.builds(lambda seq: ("state", {"state": "running", "attempt": 2, "resumed_seq": seq}), st.integers(0, 12))
EVENTS = st.one_of(
    METRICS,
    METRICS,
    RESUMED,
    RESUMED,
    st.builds(
        lambda state, attempt: ("state", {"state": state, "attempt": attempt}),
        st.sampled_from(["running", "done", "failed", "cancelled", "interrupted"]),
        st.integers(1, 3),
    ),
    st.builds(lambda done: ("progress", {"phase": "fit", "done": done, "total": None, "unit": ""}), st.integers(0, 9)),
    st.builds(
        lambda name, size: (
            "artifact",
            {"name": name, "kind": "table", "path": f"artifacts/{name}.csv", "size": size, "plot": None},
        ),
        st.sampled_from("xy"),
        st.integers(0, 9),
    ),
    st.builds(lambda text: ("log", {"level": "info", "message": text}), st.text(max_size=5)),
    st.just(("error", {"what": "it broke", "why": "", "fix": "", "traceback": ""})),
    st.just(("checkpoint", {"step": "one"})),
)
RUNS = st.integers(0, 1)
TAGS = st.sampled_from("pq")
ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.lists(EVENTS, min_size=1, max_size=5)),
    st.tuples(st.just("write"), st.lists(EVENTS, min_size=1, max_size=5)),
    st.tuples(st.just("tear"), st.integers(1, 30)),
    st.tuples(st.just("damage"), st.none()),
    st.tuples(st.just("cut lines"), st.integers(1, 4)),
    st.tuples(st.just("cut bytes"), st.integers(1, 60)),
    st.tuples(st.just("label"), TAGS),
    st.tuples(st.just("label by hand"), TAGS),
    st.tuples(st.just("label by hand"), TAGS),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("delete"), st.none()),
    st.tuples(st.just("data set"), st.booleans()),
)
AFTERWARDS = st.sampled_from(["ingest", "ingest", "ingest run", "open again", "nothing"])
STEPS = st.lists(st.tuples(RUNS, ACTIONS, AFTERWARDS), max_size=10)
# every file is flushed to the disk: a disk in memory saves most of the time
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class World:
    """A project, and what people, runs and programs may do to it."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.store = Store.open(project, create=True)

    def folder(self, run: int) -> RunFolder:
        folder = RunFolder(self.project / "runs" / f"run-{run}")
        if not folder.request_file.exists():
            folder.create(Request(id=folder.id, name="", method="a.b", settings={}))
        return folder

    def do(self, run: int, action: str, what: Any) -> None:
        """Something happens to a run folder, or somebody changes something."""
        folder = self.folder(run)
        if action == "write":
            writer = EventWriter(folder.events_file)
            for kind, fields in what:
                writer.metrics(fields["rows"]) if kind == "metric" else writer.write(kind, **fields)
            writer.close()
        elif action in ("tear", "damage"):
            line = b'{"seq":1,"t":1,"type":"log","message":"xx"}'[:what] if action == "tear" else b"\nnot json\n"
            with folder.events_file.open("ab") as stream:
                stream.write(line)
        elif action.startswith("cut") and folder.events_file.exists():
            content = folder.events_file.read_bytes()
            kept = content[:-what] if action == "cut bytes" else b"".join(content.splitlines(keepends=True)[:-what])
            folder.events_file.write_bytes(kept)
            ingest_run(self.store, folder)  # a cut that grows back to the same size before anyone looks cannot be seen
        elif action == "label":
            ingest_run(self.store, folder)  # people label runs that they see
            self.store.set_labels(folder.id, tags=[what])
        elif action == "label by hand":
            write_json(folder.labels_file, {"name": what})
        elif action == "cancel":
            folder.request_cancel()
        elif action == "delete":
            shutil.rmtree(folder.path)
        elif action == "data set":
            self.store.put_dataset(DatasetRow("MR", "corpus", Path("/x"))) if what else self.store.forget_dataset("MR")

    def look(self, how: str, run: int) -> None:
        """A program takes in what is new, or is started again."""
        if how == "ingest":
            ingest_project(self.store)
        elif how == "ingest run":
            ingest_run(self.store, self.folder(run))
        elif how == "open again":
            self.store.close()
            self.store = Store.open(self.project)


@settings(max_examples=80, deadline=None)
@given(steps=STEPS)
def test_any_order_of_things_gives_the_index_that_a_rebuild_gives(contents, steps) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as scratch:
        world = World(Path(scratch) / "p")
        for run, (action, what), afterwards in steps:
            world.do(run, action, what)
            world.look(afterwards, run)
        ingest_project(world.store)
        world.store.close()
        kept = contents(world.project)
        rebuild(world.project)
        assert kept == contents(world.project)


@settings(max_examples=300, deadline=None)
@given(events=st.lists(EVENTS, max_size=12), cuts=st.lists(st.integers(0, 12), max_size=4))
def test_folding_in_pieces_is_folding_in_one_piece(events, cuts) -> None:
    record = [{"seq": seq, "t": float(seq), "type": kind, **fields} for seq, (kind, fields) in enumerate(events, start=1)]
    whole = fold(record, 0, None)
    columns: dict = {}
    points: list = []
    bounds = [0, *sorted(min(cut, len(record)) for cut in cuts), len(record)]
    for begin, end in itertools.pairwise(bounds):
        piece = fold(record[begin:end], columns.get("last_seq", 0), columns.get("started"))
        if piece.kept_seq is not None:
            points = [point for point in points if point[1] <= piece.kept_seq]
        points += piece.metrics
        columns.update(piece.columns)
    assert columns == whole.columns
    assert repr(points) == repr(whole.metrics)  # NaN is not equal to itself
