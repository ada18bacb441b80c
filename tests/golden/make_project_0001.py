"""Makes ``project_0001``, a small project as a program with the first schema left it, and ``project_0001.sql``, its index.

``python tests/golden/make_project_0001.py [FOLDER]`` from the repository root. The index is kept as text: no binary file in
the repository. It only runs as long as a current index can be cut back to the first schema; the files it made stay for ever.
"""

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neurostudio.store import Store, ingest_project

ADDED_LATER = ("final_metrics", "reports", "layout")

REQUEST = {
    "format": 1,
    "method": "spiking.text",
    "settings": {"spec_version": 1, "epochs": 2, "lr": 0.001},
    "inputs": [
        {
            "role": "train",
            "name": "MR",
            "kind": "labelled-text",
            "path": "data/mr.tsv",
            "sha256": "9f2c",
            "options": {"encoding": "utf-8"},
            "source": {"dataset": "MR"},
        }
    ],
    "seed": 3,
    "device": "cpu",
    "cores": 1,
    "where": "local",
    "serve": False,
    "batch": "",
    "versions": {"neurostudio": "0.1.0"},
    "machine": {"cores": 2},
}

FIRST = [
    {"type": "state", "state": "running", "attempt": 1, "pid": 1, "host": "golden"},
    {"type": "progress", "phase": "fit", "done": 1, "total": 2, "unit": "epoch"},
    {"type": "metric", "rows": [["train/loss", 0.5, 1, 1790856002.0], ["train/loss", "nan", 2, 1790856002.5]]},
    {"type": "checkpoint", "step": "epoch 1"},
    {"type": "metric", "rows": [["train/loss", 0.25, 3, 1790856003.0], ["test/accuracy", 0.75, None, 1790856003.0]]},
    {"type": "log", "level": "info", "message": "训练完成", "fields": {"epochs": 2}},
    {
        "type": "artifact",
        "name": "curve",
        "kind": "table",
        "path": "artifacts/curve.csv",
        "title": "Loss",
        "size": 23,
        "sha256": "",
        "plot": {"form": "line", "x": "step", "y": ["loss"]},
    },
    {"type": "state", "state": "done", "attempt": 1},
]

SECOND = [
    {"type": "state", "state": "running", "attempt": 1, "pid": 2, "host": "golden"},
    {"type": "metric", "rows": [["train/loss", 0.75, 1, 1790942402.0]]},
    {"type": "error", "what": "There was not enough memory", "why": "", "fix": "Use a smaller batch", "traceback": "Traceback"},
    {"type": "state", "state": "failed", "attempt": 1},
]


def main(folder: Path) -> None:
    """Write the project and the text of its index into `folder`."""
    project = folder / "project_0001"
    _make_run(project, "20261001-120000-spiking-text-aaaaaa", "first try", 1790856000.0, FIRST)
    second = _make_run(project, "20261002-120000-spiking-text-bbbbbb", "second try", 1790942400.0, SECOND)
    _write(second / "labels.json", {"name": "", "tags": ["paper"], "notes": "too large", "trashed": False})
    curve = project / "runs" / "20261001-120000-spiking-text-aaaaaa" / "artifacts" / "curve.csv"
    curve.parent.mkdir()
    curve.write_text("step,loss\n1,0.5\n3,0.25\n", encoding="utf-8", newline="\n")
    (project / "data").mkdir()
    record = {
        "name": "MR",
        "kind": "labelled-text",
        "path": "data/mr.tsv",
        "sha256": "9f2c",
        "size": 20,
        "mtime_ns": 1,
        "added": 2.0,
    }
    _write(project / "data" / "MR.dataset.json", record)
    (project / "data" / "mr.tsv").write_text("label\ttext\n1\tfine\n", encoding="utf-8", newline="\n")
    (folder / "project_0001.sql").write_text(_index_of(project), encoding="utf-8", newline="\n")


def _make_run(project: Path, run_id: str, name: str, created: float, events: list[dict]) -> Path:
    folder = project / "runs" / run_id
    folder.mkdir(parents=True)
    _write(folder / "request.json", {**REQUEST, "id": run_id, "name": name, "created": created})
    lines = (
        json.dumps({"seq": seq, "t": created + seq, **event}, ensure_ascii=False) for seq, event in enumerate(events, start=1)
    )
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return folder


def _write(file: Path, document: dict) -> None:
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _index_of(project: Path) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "project"
        index.mkdir()
        for name in ("runs", "data"):
            (index / name).symlink_to(project / name)
        with Store.open(index, create=True) as store:
            assert ingest_project(store).problems == ()
        with closing(sqlite3.connect(index / "project.sqlite")) as connection:
            for table in ADDED_LATER:
                connection.execute(f"DROP TABLE {table}")
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
            lines = "\n".join(connection.iterdump()).splitlines()
            return "".join(f"{line.rstrip()}\n" for line in lines if line.strip())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
