"""Runs in stages that survive a kill: what a finished stage left is in the checkpoint, and a resumed run skips it.

A checkpoint holds tensors (safetensors) and plain values (JSON), and the names of the finished stages. Inside a long stage
:meth:`Stages.save_now_and_then` keeps the state of the work under way.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from neurostudio.core.context import Context

TENSORS_FILE = "state.safetensors"
VALUES_FILE = "state.json"
SAVE_EVERY_S = 5.0

State = Callable[[], tuple[Mapping[str, Tensor], Any]]


class Stages:
    """The stages of one run and the state that they hand on.

    Attributes
    ----------
    tensors : dict of str to Tensor
        Handed from stage to stage; replace entries, do not change them in place.
    values : dict
        The same for numbers, texts and lists of them.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._done: list[str] = []
        self._saved = time.monotonic()
        self._under_way: tuple[dict[str, Tensor], Any] | None = None
        self.tensors: dict[str, Tensor] = {}
        self.values: dict[str, Any] = {}
        folder = context.last_checkpoint()
        if folder is not None:
            self._load(folder)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was done before: the run was not resumed from a checkpoint."""
        return not self._done and self._under_way is None

    def is_done(self, name: str) -> bool:
        """Whether a stage was finished, now or before the run was resumed."""
        return name in self._done

    def run(self, name: str, work: Callable[[], None]) -> None:
        """Do the work of a stage unless it was done before, and save what it left."""
        if self.is_done(name):
            return
        self._context.check_stop()
        work()
        self._done.append(name)
        self._under_way = None
        self._save(name, {}, None)

    def state_under_way(self) -> tuple[dict[str, Tensor], Any] | None:
        """What :meth:`save_now_and_then` kept of the stage that was cut, None where there is none."""
        return self._under_way

    def save(self, step: str, state: State) -> None:
        """Save the state of the stage under way; `state` gives its tensors and its plain values."""
        tensors, values = state()
        self._save(step, dict(tensors), values)

    def save_now_and_then(self, step: str, state: State) -> None:
        """The same when the last save is some seconds old."""
        if time.monotonic() - self._saved >= SAVE_EVERY_S:
            self.save(step, state)

    def _save(self, step: str, under_way: dict[str, Tensor], under_way_values: Any) -> None:
        named = {f"done/{name}": tensor for name, tensor in self.tensors.items()}
        named |= {f"under-way/{name}": tensor for name, tensor in under_way.items()}
        document = {"done": self._done, "values": self.values, "under_way": under_way_values}
        with self._context.checkpoint(step) as folder:
            save_file({name: tensor.detach().cpu().contiguous() for name, tensor in named.items()}, folder / TENSORS_FILE)
            (folder / VALUES_FILE).write_text(json.dumps(document), encoding="utf-8")
        self._saved = time.monotonic()

    def _load(self, folder: Path) -> None:
        tensors = load_file(folder / TENSORS_FILE)
        document = json.loads((folder / VALUES_FILE).read_text(encoding="utf-8"))
        self._done, self.values = list(document["done"]), dict(document["values"])
        self.tensors = {name.removeprefix("done/"): tensor for name, tensor in tensors.items() if name.startswith("done/")}
        under_way = {name.removeprefix("under-way/"): tensor for name, tensor in tensors.items() if name.startswith("under-way/")}
        if document["under_way"] is not None:
            self._under_way = (under_way, document["under_way"])
