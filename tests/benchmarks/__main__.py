"""``python -m tests.benchmarks [NAME] [--json] [--quick]``: run one comparison, or list them."""

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from types import ModuleType

from neurostudio.core.provenance import machine
from tests.benchmarks._measure import Row

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Every benchmark: the modules of this folder, but for helpers and tests."""
    return sorted(file.stem.replace("_", "-") for file in FOLDER.glob("*.py") if not file.name.startswith(("_", "test_")))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Compare NeuroStudio with what others use.")
    parser.add_argument("name", nargs="?", help="which one; without it they are listed")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="take small inputs, where the benchmark has them")
    given = parser.parse_args(arguments)
    if given.name is None:
        titles = {name: _title(name) for name in names()}
        print(json.dumps(titles, indent=2) if given.json else "\n".join(f"{name:<18}{title}" for name, title in titles.items()))
        return 0
    if given.name not in names():
        print(f"There is no benchmark '{given.name}'. Known: {', '.join(names())}.", file=sys.stderr)
        return 2
    measure = _module(given.name).run
    if given.quick and "quick" not in inspect.signature(measure).parameters:
        print(f"The benchmark '{given.name}' has no small inputs: leave --quick out.", file=sys.stderr)
        return 2
    rows: list[Row] = measure(quick=True) if given.quick else measure()
    print(_document(given.name, rows) if given.json else _table(rows))
    return 0


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"tests.benchmarks.{name.replace('-', '_')}")


def _title(name: str) -> str:
    return (_module(name).__doc__ or "").strip().splitlines()[0]


def _document(name: str, rows: list[Row]) -> str:
    fields = [
        {"case": r.case, "unit": r.unit, "ours": r.ours, "peer": r.peer, "peer_name": r.peer_name, "ratio": r.ratio} for r in rows
    ]
    return json.dumps({"name": name, "machine": machine(), "rows": fields}, indent=2, ensure_ascii=False)


def _table(rows: list[Row]) -> str:
    head = ("case", "unit", "ours", "peer", "peer name", "ratio")
    cells = [(r.case, r.unit, _number(r.ours), _number(r.peer), r.peer_name, _number(r.ratio)) for r in rows]
    widths = [max(len(row[column]) for row in (head, *cells)) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (head, *cells)]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "A ratio above 1 means ours is better."])


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
