"""Whatever happens in whatever order, the index says what a new one made from the folders would say."""

import itertools
import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from neurostudio.core.errors import StoreError
from neurostudio.core.events import EventWriter
from neurostudio.core.files import write_json
from neurostudio.core.run_folder import Request, RunFolder
from neurostudio.store import DatasetRow, Store, ingest_project, ingest_run, rebuild
from neurostudio.store.fold import fold

NAMES = st.sampled_from(["train/loss", "test/accuracy", "a/b"])
NUMBERS = st.floats(width=32) | st.integers(-5, 5)
ROWS = st.lists(st.tuples(NAMES, NUMBERS, st.none() | st.integers(0, 9), st.just(1.0)), min_size=1, max_size=4)
EVENTS = st.one_of(
    st.builds(lambda rows: ("metric", {"rows": rows}), ROWS),
    st.builds(
        lambda state, attempt: ("state", {"state": state, "attempt": attempt}),
        st.sampled_from(["running", "done", "failed", "cancelled", "interrupted"]),
        st.integers(1, 3),
    ),
    st.builds(lambda seq: ("state", {"state": "running", "attempt": 2, "resumed_seq": seq}), st.integers(0, 12)),
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
RUNS = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("write"), RUNS, st.lists(EVENTS, min_size=1, max_size=5)),
    st.tuples(st.just("tear"), RUNS, st.integers(1, 30)),
    st.tuples(st.just("damage"), RUNS, st.just(0)),
    st.tuples(st.just("cut"), RUNS, st.integers(1, 200)),
    st.tuples(st.just("label"), RUNS, st.text(max_size=3)),
    st.tuples(st.just("label by hand"), RUNS, st.text(max_size=3)),
    st.tuples(st.just("cancel"), RUNS, st.just(0)),
    st.tuples(st.just("delete"), RUNS, st.just(0)),
    st.tuples(st.just("data set"), RUNS, st.booleans()),
    st.tuples(st.just("ingest run"), RUNS, st.just(0)),
    st.tuples(st.just("ingest"), RUNS, st.just(0)),
    st.tuples(st.just("open again"), RUNS, st.just(0)),
)


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

    def do(self, action: str, run: int, what: object) -> None:
        folder = self.folder(run)
        if action == "write":
            writer = EventWriter(folder.events_file)
            for kind, fields in what:
                writer.metrics(fields["rows"]) if kind == "metric" else writer.write(kind, **fields)
            writer.close()
        elif action == "tear":
            with folder.events_file.open("ab") as stream:
                stream.write(b'{"seq":1,"t":1,"type":"log","message":"xx"}'[:what])
        elif action == "damage":
            with folder.events_file.open("ab") as stream:
                stream.write(b"\nnot json\n")
        elif action == "cut":
            if folder.events_file.exists():
                folder.events_file.write_bytes(folder.events_file.read_bytes()[:-what])
        elif action == "label":
            try:
                self.store.set_labels(folder.id, tags=[what])
            except StoreError as error:
                raise AssertionError from error
        elif action == "label by hand":
            write_json(folder.labels_file, {"name": what})
        elif action == "cancel":
            folder.request_cancel()
        elif action == "delete":
            shutil.rmtree(folder.path)
        elif action == "data set":
            self.store.put_dataset(DatasetRow("MR", "corpus", Path("/x"))) if what else self.store.forget_dataset("MR")
        elif action == "ingest run":
            ingest_run(self.store, folder)
        elif action == "ingest":
            ingest_project(self.store)
        elif action == "open again":
            self.store.close()
            self.store = Store.open(self.project)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, max_size=14))
def test_any_order_of_things_gives_the_index_that_a_rebuild_gives(contents, steps) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "p")
        for action, run, what in steps:
            if action == "label":
                ingest_run(world.store, world.folder(run))  # people label runs that they see
            world.do(action, run, what)
        ingest_project(world.store)
        world.store.close()
        kept = contents(world.project)
        rebuild(world.project)
        assert kept == contents(world.project)


@settings(max_examples=100, deadline=None)
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
