"""Adding up random numbers."""

import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from neurostudio.core.context import Context
from neurostudio_counting.specs import SumSpec

_STATE = "state.json"
_BALLAST = "ballast.bin"


@dataclass
class Count:
    """Where the run stands: what each step so far drew."""

    drawn: list[float] = field(default_factory=list)

    @property
    def total(self) -> float:
        """Sum in the order of drawing, so that it is the same to the last digit after a resume."""
        return sum(self.drawn)

    @classmethod
    def load(cls, folder: Path | None) -> "Count":
        """Read a checkpoint; a fresh count without one."""
        return cls(json.loads((folder / _STATE).read_text(encoding="utf-8"))) if folder else cls()

    def save(self, folder: Path, ballast_kb: int) -> None:
        """Write a checkpoint."""
        (folder / _STATE).write_text(json.dumps(self.drawn), encoding="utf-8")
        if ballast_kb:
            (folder / _BALLAST).write_bytes(len(self.drawn).to_bytes(4, "big") * (256 * ballast_kb))


def run(spec: SumSpec, context: Context) -> None:
    """Count to `spec.n`, from the last checkpoint on."""
    _measure_inputs(context)
    count = Count.load(context.last_checkpoint())
    first = len(count.drawn)
    context.log("counting", first=first, n=spec.n)
    for step in range(first, spec.n):
        if not spec.deaf:
            context.check_stop()
        if step + 1 == spec.fail_at:
            raise ZeroDivisionError(f"stumbled at step {step + 1}")
        time.sleep(spec.pause_ms / 1000)
        count.drawn.append(random.Random(f"{context.seed}/{step}").random())
        context.metric("sum/value", count.total, step=step)
        context.progress(step + 1, spec.n, "counting", "steps")
        if spec.n == 2 * (step + 1):
            _write_table(context, "halfway", count)
        if spec.checkpoint_every and (step + 1) % spec.checkpoint_every == 0:
            with context.checkpoint(f"step {step + 1}") as folder:
                count.save(folder, spec.ballast_kb)
    context.metric("sum/steps_done", spec.n - first)
    _write_table(context, "halfway", count)
    _write_table(context, "steps", count)
    with context.artifact("total", "weights") as folder:
        (folder / "parts").mkdir()
        (folder / "config.json").write_text(json.dumps({"total": count.total}), encoding="utf-8")
        (folder / "parts" / "count.txt").write_text(str(len(count.drawn)), encoding="utf-8")


def _measure_inputs(context: Context) -> None:
    for given in context.inputs:
        files = [given.path] if given.path.is_file() else [path for path in given.path.rglob("*") if path.is_file()]
        context.log("read", path=str(given.path), files=len(files))
        context.metric("input/bytes", sum(file.stat().st_size for file in files))


def _write_table(context: Context, name: str, count: Count) -> None:
    sums = [sum(count.drawn[: step + 1]) for step in range(len(count.drawn))]
    context.table(name, {"step": list(range(len(count.drawn))), "drawn": count.drawn, "sum": sums})
