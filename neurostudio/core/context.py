"""What a run function is handed: its inputs, and the ways to report progress, metrics and artifacts.

A run function works with any :class:`Context`. In a worker it is the one that writes the run folder; in a notebook
:class:`NotebookContext` keeps everything in memory and in one folder:

>>> context = NotebookContext(seed=1)
>>> context.metric("test/accuracy", 0.75)
>>> context.metrics["test/accuracy"]
[(None, 0.75)]
"""

from __future__ import annotations

import contextlib
import csv
import json
import logging
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurostudio.core.compute import torch_device
from neurostudio.core.errors import Cancelled, NeuroError
from neurostudio.core.files import remove, replaced
from neurostudio.core.kinds import Plot, artifact_kind

if TYPE_CHECKING:
    from neurostudio.core.method import Input

logger = logging.getLogger(__name__)


class Context(ABC):
    """The door between a run function and whoever runs it.

    Attributes
    ----------
    seed : int
        Seed of the run; every random number must come from it.
    cores : int
        Threads that the run may use; already set for torch and the BLAS libraries in a worker.
    inputs : sequence of Input
        Resolved inputs, in the order given.
    identity : dict
        Run id, method and program version, to be written into the metadata of files.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        device: str = "cpu",
        cores: int = 1,
        inputs: Sequence[Input] = (),
        identity: Mapping[str, str] | None = None,
    ) -> None:
        self.seed = seed
        self._device = device
        self.cores = cores
        self.inputs = tuple(inputs)
        self.identity = dict(identity or {})

    @property
    def device(self) -> str:
        """torch device to use: ``cpu``, ``cuda`` ... ``auto`` is resolved when first asked for, since that loads torch."""
        if self._device == "auto":
            self._device = torch_device(self._device)
        return self._device

    # --- inputs

    def input(self, role: str) -> Input | None:
        """The input of a role, None where it was not given."""
        return next((given for given in self.inputs if given.role == role), None)

    def inputs_of(self, role: str) -> list[Input]:
        """Every input of a role that takes several."""
        return [given for given in self.inputs if given.role == role]

    # --- reporting

    @abstractmethod
    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Record one number under a ``family/name``; the last one of a name is its final value."""

    @abstractmethod
    def progress(self, done: float, total: float | None, phase: str, unit: str = "") -> None:
        """Say how far the phase is; cheap, so call it often. `total` None: not known."""

    @abstractmethod
    def log(self, message: str, level: str = "info", **fields: Any) -> None:
        """Say something to the person who reads the log; `level` is debug, info, warning or error."""

    @abstractmethod
    def should_stop(self) -> bool:
        """True once the run was asked to stop; look at least twice a second."""

    def check_stop(self) -> None:
        """Raise Cancelled when the run was asked to stop."""
        if self.should_stop():
            raise Cancelled

    # --- outputs

    @contextlib.contextmanager
    def artifact(self, name: str, kind: str, suffix: str = "", title: str = "", plot: Plot | None = None) -> Iterator[Path]:
        """Yield a path to write one output to; it appears under its name only when the block ends well.

        Parameters
        ----------
        name : str
            Lower-case words joined by ``-``; a later artifact of the same name replaces the earlier one.
        kind : str
            One of ``core.kinds.ARTIFACT_KINDS``.
        suffix : str
            File ending with the dot; empty for ``weights``: then the path is a folder, already made.
        plot : Plot, optional
            How its numbers are best drawn.
        """
        if suffix not in artifact_kind(kind).suffixes:
            raise ValueError(f"artifact {name!r}: kind {kind!r} is written as {artifact_kind(kind).suffixes}, not {suffix!r}")
        target = self._artifact_folder() / f"{name}{suffix}"
        with replaced(target) as partial:
            if not suffix:
                partial.mkdir()
            yield partial
        self._record_artifact(name, kind, target, title or name.replace("-", " ").capitalize(), plot)

    def table(self, name: str, columns: Mapping[str, Sequence[Any]], title: str = "", plot: Plot | None = None) -> None:
        """Write a ``table`` artifact (CSV) from equally long columns; floats keep all their digits."""
        lengths = {len(column) for column in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"table {name!r}: columns of different lengths {lengths}")
        with (
            self.artifact(name, "table", ".csv", title, plot) as path,
            path.open("w", encoding="utf-8", newline="") as stream,
        ):
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))

    def array(self, name: str, arrays: Mapping[str, Any], title: str = "", plot: Plot | None = None, kind: str = "array") -> None:
        """Write an ``array`` (or ``spikes``) artifact: one ``.npz`` of named numpy arrays."""
        import numpy as np

        with self.artifact(name, kind, ".npz", title, plot) as path, path.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **{key: np.asarray(value) for key, value in arrays.items()})

    def text(self, name: str, text: str, suffix: str = ".txt", title: str = "", kind: str = "text") -> None:
        """Write a ``text`` (or ``model-card``) artifact."""
        with self.artifact(name, kind, suffix, title) as path:
            path.write_text(text, encoding="utf-8", newline="\n")

    def json_lines(self, name: str, rows: Sequence[Mapping[str, Any]], title: str = "") -> None:
        """Write a ``text`` artifact with one JSON object a line."""
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self.text(name, "".join(lines), ".jsonl", title)

    # --- checkpoints

    @contextlib.contextmanager
    @abstractmethod
    def checkpoint(self, step: str) -> Iterator[Path]:
        """Yield an empty folder; what is written there is what a resumed run will find. All or nothing.

        `step` names the place reached, for people. Never write pickles: safetensors and JSON.
        """

    @abstractmethod
    def last_checkpoint(self) -> Path | None:
        """Folder of the last whole checkpoint, None on a fresh start."""

    # --- for subclasses

    @abstractmethod
    def _artifact_folder(self) -> Path: ...

    @abstractmethod
    def _record_artifact(self, name: str, kind: str, path: Path, title: str, plot: Plot | None) -> None: ...


class NotebookContext(Context):
    """Runs a method without a project: metrics stay in memory, artifacts go to one folder, progress is logged.

    Attributes
    ----------
    metrics : dict of str to list
        name -> [(step, value), ...]
    artifacts : dict of str to Path
    folder : Path
        Where artifacts and checkpoints go; a temporary folder unless given.
    """

    def __init__(self, folder: Path | str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="neurostudio-"))
        self.metrics: dict[str, list[tuple[int | None, float]]] = {}
        self.artifacts: dict[str, Path] = {}
        self.messages: list[tuple[str, str]] = []
        self.stop_requested = False

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        self.metrics.setdefault(name, []).append((step, float(value)))

    def final(self, name: str) -> float:
        """Last value of a metric; NeuroError when the run wrote none of that name."""
        if name not in self.metrics:
            raise NeuroError(f"The run wrote no metric '{name}'", fix=f"It wrote: {', '.join(self.metrics) or 'none'}")
        return self.metrics[name][-1][1]

    def progress(self, done: float, total: float | None, phase: str, unit: str = "") -> None:
        logger.debug("progress phase=%s done=%s total=%s unit=%s", phase, done, total, unit)

    def log(self, message: str, level: str = "info", **fields: Any) -> None:
        self.messages.append((level, message))
        logger.log(logging.getLevelNamesMapping()[level.upper()], message)

    def should_stop(self) -> bool:
        return self.stop_requested

    @contextlib.contextmanager
    def checkpoint(self, step: str) -> Iterator[Path]:
        with replaced(self.folder / "checkpoint") as partial:
            partial.mkdir()
            yield partial

    def last_checkpoint(self) -> Path | None:
        folder = self.folder / "checkpoint"
        return folder if folder.is_dir() else None

    def forget_checkpoint(self) -> None:
        """Start from the beginning the next time."""
        remove(self.folder / "checkpoint")

    def _artifact_folder(self) -> Path:
        return self.folder

    def _record_artifact(self, name: str, kind: str, path: Path, title: str, plot: Plot | None) -> None:
        self.artifacts[name] = path
