import json
import math
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from neurostudio.core.errors import StoreError
from neurostudio.core.files import write_json
from neurostudio.core.kinds import Plot
from neurostudio.core.run_folder import RunFolder, process_started
from neurostudio.store import Store, ingest_project, ingest_run, read

RUNNING = {"type": "state", "state": "running", "attempt": 1}
DONE = {"type": "state", "state": "done", "attempt": 1}


def metric(*rows: tuple[str, float, int | None]) -> dict:
    return {"type": "metric", "rows": [(name, value, step, 5.0) for name, value, step in rows]}


@pytest.fixture
def living() -> Iterator[subprocess.Popen]:
    """A process that could be a worker."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def claim(folder: RunFolder, process: subprocess.Popen) -> None:
    worker = {"pid": process.pid, "started": process_started(process.pid), "host": socket.gethostname(), "attempt": 1}
    write_json(folder.worker_file, worker)


def test_a_finished_run_is_in_the_index_with_all_it_said(store: Store, project: Path, make_run) -> None:
    plot = Plot("line", x="step", y=("loss",), baselines={"chance": 0.5}).as_dict()
    given = {
        "role": "train",
        "name": "MR",
        "kind": "labelled-text",
        "path": "data/mr.tsv",
        "sha256": "ab",
        "source": {"dataset": "MR"},
    }
    folder = make_run(
        "run-1",
        RUNNING,
        {"type": "progress", "phase": "fit", "done": 3, "total": 10, "unit": "batch"},
        metric(("train/loss", 0.5, 1), ("test/accuracy", 0.7, None)),
        metric(("train/loss", 0.25, 2)),
        {"type": "log", "level": "warning", "message": "少 data", "fields": {"rows": 3}},
        {"type": "checkpoint", "step": "epoch 2"},
        {
            "type": "artifact",
            "name": "curve",
            "kind": "table",
            "path": "artifacts/curve.csv",
            "title": "Old",
            "size": 1,
            "sha256": "",
        },
        {
            "type": "artifact",
            "name": "curve",
            "kind": "table",
            "path": "artifacts/curve.csv",
            "title": "Curve",
            "size": 7,
            "sha256": "cd",
            "plot": plot,
        },
        DONE,
        seed=7,
        batch="grid",
        settings={"spec_version": 1, "lr": 1e-4},
    )
    document = json.loads(folder.request_file.read_text(encoding="utf-8"))
    write_json(folder.request_file, {**document, "inputs": [given]})

    ingested = ingest_project(store)

    assert (ingested.runs, ingested.events, ingested.problems) == (("run-1",), 9, ())
    detail = read.run_detail(store, "run-1")
    row = detail.row
    assert (row.name, row.method, row.state, row.attempt, row.seed, row.batch) == (
        "name of run-1",
        "spiking.text",
        "done",
        1,
        7,
        "grid",
    )
    assert (row.phase, row.progress_done, row.progress_total, row.progress_unit) == ("fit", 3, 10, "batch")
    assert row.checkpoint == "epoch 2"
    assert row.started is not None
    assert row.started <= row.ended == row.last_event
    assert detail.settings == {"spec_version": 1, "lr": 1e-4}
    assert detail.request["inputs"] == [given]
    assert [(i.role, i.name, i.path, i.source) for i in detail.inputs] == [
        ("train", "MR", project / "data/mr.tsv", {"dataset": "MR"})
    ]
    (artifact,) = detail.artifacts
    assert (artifact.title, artifact.size, artifact.path) == ("Curve", 7, folder.artifacts / "curve.csv")
    assert artifact.plot == Plot.from_dict(plot)
    assert detail.metrics == {"test/accuracy": 0.7, "train/loss": 0.25}
    assert detail.error is None
    assert [(line.level, line.message, line.fields) for line in read.logs(store, "run-1")] == [
        ("warning", "少 data", {"rows": 3})
    ]


def test_nothing_new_is_nothing_to_do(store: Store, make_run) -> None:
    make_run("run-1", RUNNING, metric(("a/b", 1.0, 1)), DONE)
    ingest_project(store)
    before = store.file.stat().st_mtime_ns, store.file.with_name("project.sqlite-wal").stat().st_size
    assert ingest_project(store) == ingest_project(store)
    assert ingest_project(store).runs == ()
    assert before == (store.file.stat().st_mtime_ns, store.file.with_name("project.sqlite-wal").stat().st_size)


def test_a_torn_last_line_counts_once_it_is_whole(store: Store, make_run) -> None:
    folder = make_run("run-1", RUNNING, DONE)
    line = json.dumps({"seq": 3, "t": 9.0, "type": "metric", "rows": [["a/b", 1.5, 1, 9.0]]})
    with folder.events_file.open("a", encoding="utf-8") as stream:
        stream.write(line[:20])
        stream.flush()
        assert ingest_project(store).events == 2
        assert ingest_project(store).events == 0
        stream.write(line[20:] + "\n")
    assert ingest_project(store).events == 1
    assert read.final_values(store) == {"run-1": {"a/b": 1.5}}


def test_a_torn_tail_that_the_next_attempt_cuts_off_is_no_loss(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric(("a/b", 1.0, 1)))
    with folder.events_file.open("a", encoding="utf-8") as stream:
        stream.write('{"seq":3,"t":')
    assert ingest_run(store, folder) == 2
    add_events(folder, metric(("a/b", 2.0, 2)), DONE)
    assert ingest_run(store, folder) == 2
    assert read.curve(store, "run-1", "a/b").values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("changed", ["cut", "cut and grown", "other lines"])
def test_a_record_that_was_put_back_from_a_copy_is_read_again_from_the_start(
    store: Store, project: Path, make_run, add_events, changed: str
) -> None:
    folder = make_run("run-1", RUNNING, *(metric(("a/b", float(i), i)) for i in range(5)), {"type": "log", "message": "x"}, DONE)
    ingest_project(store)
    lines = folder.events_file.read_bytes().splitlines(keepends=True)
    if changed == "other lines":
        lines[0] = lines[0].replace(b"}", b" }")
    folder.events_file.write_bytes(b"".join(lines[:3] if changed != "other lines" else lines[:4]))
    if changed != "cut":
        add_events(folder, *(metric(("a/b", 100.0 + i, i), ("a/c", 1.0, i)) for i in range(9)), DONE)
    ingested = ingest_project(store)
    assert ingested.runs == ("run-1",)
    expected = {
        "cut": [0.0, 1.0],
        "cut and grown": [0.0, 1.0, *range(100, 109)],
        "other lines": [0.0, 1.0, 2.0, *range(100, 109)],
    }
    assert read.curve(store, "run-1", "a/b").values.tolist() == expected[changed]
    assert read.logs(store, "run-1") == []


def test_another_record_of_the_same_length_is_known_by_its_numbers(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, *(metric(("a/b", float(i), i)) for i in range(5)))
    ingest_project(store)
    lines = folder.events_file.read_bytes().splitlines(keepends=True)
    filler = b'{"seq":4,"t":1.0,"type":"log","message":"%s"}\n'
    length = sum(map(len, lines[3:])) - len(filler % b"")
    folder.events_file.write_bytes(b"".join(lines[:3]) + filler % (b"x" * length))
    add_events(folder, metric(("a/b", 50.0, 2)), DONE)
    ingest_project(store)
    assert read.curve(store, "run-1", "a/b").values.tolist() == [0.0, 1.0, 50.0]


def test_two_resumptions_in_one_block_drop_what_either_drops(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, *(metric(("a/b", float(i), i)) for i in range(3)))
    ingest_project(store)
    again = {"type": "state", "state": "running"}
    add_events(
        folder, {**again, "attempt": 2, "resumed_seq": 2}, metric(("a/b", 9.0, 1)), {**again, "attempt": 3, "resumed_seq": 6}
    )
    ingest_project(store)
    assert read.curve(store, "run-1", "a/b").values.tolist() == [0.0, 9.0]


def test_a_record_that_is_gone_leaves_a_run_without_events(store: Store, make_run) -> None:
    folder = make_run("run-1", RUNNING, metric(("a/b", 1.0, 1)), DONE)
    ingest_project(store)
    folder.events_file.unlink()
    ingest_project(store)
    assert read.find_run(store, "run-1").state == "queued"
    assert read.curve_names(store, "run-1") == []


@pytest.mark.parametrize("in_one_go", [True, False], ids=["one pass", "a pass an event"])
@pytest.mark.parametrize(("kept_seq", "expected"), [(3, [1.0, 2.0, 30.0]), (0, [30.0]), (9, [1.0, 2.0, 3.0, 30.0])])
def test_a_resumed_run_has_the_work_that_was_done_again_once(
    store: Store, make_run, add_events, in_one_go: bool, kept_seq: int, expected: list[float]
) -> None:
    events = [
        RUNNING,
        metric(("a/b", 1.0, 1)),
        metric(("a/b", 2.0, 2)),
        metric(("a/b", 3.0, 3), ("only/before", 1.0, None)),
        {"type": "state", "state": "running", "attempt": 2, "resumed_seq": kept_seq},
        metric(("a/b", 30.0, 3)),
        DONE,
    ]
    folder = make_run()
    for event in events:
        add_events(folder, event)
        if not in_one_go:
            ingest_run(store, folder)
    ingest_run(store, folder)
    assert read.curve(store, "run-1", "a/b").values.tolist() == expected
    assert read.final_values(store)["run-1"]["a/b"] == 30.0
    assert ("only/before" in read.curve_names(store, "run-1")) == (kept_seq == 9)


def test_a_resumed_run_without_new_metrics_falls_back_to_the_values_that_are_kept(store: Store, make_run, add_events) -> None:
    folder = make_run("run-1", RUNNING, metric(("a/b", 1.0, 1)), metric(("a/b", 2.0, 2)))
    ingest_run(store, folder)
    add_events(folder, {"type": "state", "state": "running", "attempt": 2, "resumed_seq": 2})
    ingest_run(store, folder)
    assert read.final_values(store) == {"run-1": {"a/b": 1.0}}


def test_values_that_are_no_numbers_come_back_as_they_were(store: Store, make_run) -> None:
    make_run(
        "run-1",
        metric(("a/b", math.nan, 1), ("a/b", math.inf, 2), ("a/b", -math.inf, 3), ("a/c", math.nan, None)),
        metric(("a/b", 3, 4)),
    )
    ingest_project(store)
    values = read.curve(store, "run-1", "a/b").values
    assert math.isnan(values[0])
    assert values[1:].tolist() == [math.inf, -math.inf, 3.0]
    assert math.isnan(read.run_detail(store, "run-1").metrics["a/c"])


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"seq":2,"t":1.0,"type":"metric"}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[["a/b",1.0,1,1.0],["a/b",2.0]]}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[["a/b","many",1,1.0]]}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[["a/b",1.0,"one",1.0]]}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[["a/b",1.0,99999999999999999999,1.0]]}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[["a/b",1.0,1,null]]}',
        '{"seq":2,"t":1.0,"type":"metric","rows":[[7,1.0,1,1.0]]}',
        '{"seq":2,"t":1.0,"type":"state","state":"flying"}',
        '{"seq":2,"t":1.0,"type":"log","message":"half a character \\ud800"}',
        '{"seq":2,"t":1.0,"type":"artifact","name":"x"}',
        '{"seq":2,"t":1.0,"type":"artifact","name":"x","kind":"table","path":"x","plot":3}',
        '{"seq":2,"t":"now","type":"progress","done":"much"}',
        '{"seq":2,"type":"error"}',
    ],
)
def test_a_damaged_line_is_told_and_does_not_hide_the_others(store: Store, make_run, add_events, line: str) -> None:
    folder = make_run("run-1", RUNNING)
    with folder.events_file.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.write('{"seq":3,"t":2.0,"type":"metric","rows":[["a/b",5.0,1,2.0]]}\n')
    add_events(folder, DONE)
    ingested = ingest_project(store)
    assert len(ingested.problems) == 1
    assert "run-1" in ingested.problems[0]
    assert read.run_detail(store, "run-1").row.state == "done"
    assert read.curve(store, "run-1", "a/b").values.tolist() == [5.0]


@pytest.mark.parametrize(
    "line",
    [
        '{"seq":"two","t":1.0,"type":"log","message":"x"}',
        '{"seq":-5,"t":1.0,"type":"log","message":"x"}',
        '{"seq":null,"type":""}',
    ],
)
def test_a_line_with_a_number_that_is_none_is_left_out(store: Store, make_run, add_events, line: str) -> None:
    folder = make_run("run-1", RUNNING)
    with folder.events_file.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.write('{"seq":2,"t":2.0,"type":"metric","rows":[["a/b",5.0,1,2.0]]}\n')
    add_events(folder, DONE)
    assert len(ingest_project(store).problems) == 1
    assert read.curve(store, "run-1", "a/b").values.tolist() == [5.0]
    assert read.find_run(store, "run-1").state == "done"


def test_events_of_a_newer_program_are_passed_over(store: Store, make_run) -> None:
    make_run(
        "run-1", RUNNING, {"type": "hologram", "beam": 3}, {"type": "exchange", "request": {}, "seconds": 1, "error": None}, DONE
    )
    ingested = ingest_project(store)
    assert (ingested.events, ingested.problems) == (4, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "does not hold a JSON object"),
        ("{}", "is not a request"),
        ('{"method": "a.b", "settings": 3}', "is not a request"),
        ('{"method": "a.b", "settings": {}, "seed": 99999999999999999999}', "too large"),
        ('{"method": "a.b", "settings": {}, "inputs": [3]}', "is not a request"),
        ('{"method": "a.b", "settings": {"x": "\\ud800"}}', "is not a request"),
        ('{"format": 9, "method": "a.b", "settings": {}}', "newer program"),
    ],
)
def test_a_damaged_request_is_told_and_does_not_hide_the_others(store: Store, make_run, text: str, told: str) -> None:
    make_run("run-1", RUNNING, DONE).request_file.write_text(text, encoding="utf-8")
    make_run("run-2", RUNNING, DONE)
    ingested = ingest_project(store)
    assert ingested.runs == ("run-2",)
    assert len(ingested.problems) == 1
    assert told in ingested.problems[0]
    with pytest.raises(StoreError, match=told):
        ingest_run(store, RunFolder(store.project / "runs" / "run-1"))


def test_a_record_without_a_request_is_told_and_a_folder_being_made_is_not(store: Store, project: Path, make_run) -> None:
    make_run("run-1", RUNNING).request_file.unlink()
    (project / "runs" / "run-2").mkdir()
    (project / "runs" / ".partial-run-3").mkdir()
    (problem,) = ingest_project(store).problems
    assert "run-1 has no request.json" in problem


def test_a_run_is_what_its_worker_is(store: Store, make_run, add_events, living: subprocess.Popen) -> None:
    folder = make_run()

    def state() -> str:
        ingest_project(store)
        return read.find_run(store, "run-1").state

    assert state() == "queued"
    claim(folder, living)
    assert state() == "running"
    add_events(folder, RUNNING, metric(("a/b", 1.0, 1)))
    assert state() == "running"
    assert read.find_run(store, "run-1").ended is None
    living.kill()
    living.wait()
    assert state() == "interrupted"
    row = read.find_run(store, "run-1")
    assert row.ended == row.last_event
    folder.request_cancel()
    assert state() == "cancelled"
    add_events(folder, DONE)
    assert state() == "done"


def test_a_queued_run_that_was_cancelled_before_it_began_is_cancelled(store: Store, make_run) -> None:
    make_run().request_cancel()
    ingest_project(store)
    assert read.find_run(store, "run-1").state == "cancelled"


def test_a_failed_run_tells_why_and_a_new_attempt_forgets_it(store: Store, make_run, add_events) -> None:
    error = {"type": "error", "what": "It broke", "why": "Bad luck", "fix": "Try again", "traceback": "Traceback ..."}
    folder = make_run("run-1", RUNNING, error, {"type": "state", "state": "failed", "attempt": 1})
    ingest_project(store)
    detail = read.run_detail(store, "run-1")
    assert detail.row.state == "failed"
    assert detail.error is not None
    assert (detail.error.what, detail.error.why, detail.error.fix, detail.error.traceback) == (
        "It broke",
        "Bad luck",
        "Try again",
        "Traceback ...",
    )
    first_start = detail.row.started
    add_events(folder, {**RUNNING, "attempt": 2, "resumed_seq": 0}, {**DONE, "attempt": 2})
    ingest_project(store)
    detail = read.run_detail(store, "run-1")
    assert (detail.row.state, detail.row.attempt, detail.error, detail.row.started) == ("done", 2, None, first_start)


def test_labels_that_came_with_the_folder_or_changed_by_hand_are_taken_in(store: Store, make_run) -> None:
    folder = make_run("run-1", DONE)
    write_json(folder.labels_file, {"name": "copied", "tags": ["old"]})
    ingest_project(store)
    assert read.find_run(store, "copied").tags == ("old",)
    write_json(folder.labels_file, {"notes": "by hand"})
    assert ingest_project(store).runs == ("run-1",)
    row = read.find_run(store, "run-1")
    assert (row.name, row.tags, row.notes) == ("name of run-1", (), "by hand")
    folder.labels_file.unlink()
    ingest_project(store)
    assert read.find_run(store, "run-1").notes == ""


def test_damaged_labels_are_told_and_left_out(store: Store, make_run) -> None:
    folder = make_run("run-1", DONE)
    folder.labels_file.write_text('{"tags": [3]}', encoding="utf-8")
    (problem,) = ingest_project(store).problems
    assert "labels" in problem
    assert read.find_run(store, "run-1").tags == ()


def test_a_run_whose_folder_is_gone_is_forgotten_whole(store: Store, project: Path, make_run, contents) -> None:
    make_run("run-1", RUNNING, metric(("a/b", 1.0, 1)), {"type": "log", "message": "x"}, DONE)
    make_run("run-2", RUNNING, metric(("a/b", 1.0, 1)), DONE)
    ingest_project(store)
    shutil.rmtree(project / "runs" / "run-1")
    assert ingest_project(store).runs == ("run-1",)
    assert [row.run_id for row in read.runs(store)] == ["run-2"]
    assert {row[0] for row in contents(project)["metrics"]} == {"run-2"}


def test_a_renamed_run_folder_goes_by_its_new_name(store: Store, project: Path, make_run) -> None:
    make_run("run-1", RUNNING, DONE)
    ingest_project(store)
    (project / "runs" / "run-1").rename(project / "runs" / "copy")
    assert ingest_project(store).runs == ("copy", "run-1")
    assert [row.run_id for row in read.runs(store)] == ["copy"]


def test_data_set_records_are_taken_in_and_damaged_ones_told(store: Store, project: Path) -> None:
    good = {"name": "MR", "kind": "labelled-text", "path": "data/mr.tsv", "sha256": "ab", "size": 3, "mtime_ns": 4, "added": 5.0}
    write_json(project / "data" / "MR.dataset.json", good)
    write_json(project / "data" / "twin.dataset.json", good)
    write_json(project / "data" / "half.dataset.json", {"name": "half"})
    (project / "data" / "broken.dataset.json").write_text("{", encoding="utf-8")
    problems = " ".join(ingest_project(store).problems)
    assert all(name in problems for name in ("twin.dataset.json", "half.dataset.json", "broken.dataset.json"))
    (row,) = read.datasets(store)
    assert (row.name, row.path, row.size, row.copied) == ("MR", project / "data" / "mr.tsv", 3, False)
    (project / "data" / "MR.dataset.json").unlink()
    (project / "data" / "twin.dataset.json").unlink()
    ingest_project(store)
    assert read.datasets(store) == []


def test_a_record_longer_than_a_block_is_taken_in_whole(store: Store, make_run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neurostudio.store.intake.BLOCK_BYTES", 300)
    make_run("run-1", RUNNING, *(metric(("a/b", float(i), i), ("a/c", 0.5, None)) for i in range(200)), DONE)
    assert ingest_project(store).events == 202
    assert read.curve(store, "run-1", "a/b").values.tolist() == [float(i) for i in range(200)]
