"""How large the brain data of a run are, guessed from the facts of its data sets before anything is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

BASE_GB = 0.4
SERIES_NOTE = "Memory is that of the largest run, float32 within the mask; a run too large for it is worked on from the disk."
_PACKED = 0.6  # a .nii.gz to its content
_BRAIN = 0.3  # share of a volume that is brain
_READ_BYTES_PER_S = 6e7
_DEFAULT_BYTES = 6e7


@dataclass(frozen=True)
class SizeOfData:
    """Values in the masks of all runs, and the bytes of the images as stored and unpacked.

    Attributes
    ----------
    values : float
        Voxels of the mask times volumes, all runs.
    raw_bytes : float
        Unpacked images, all runs.
    runs : int
        Number of runs; the largest is taken to be an even share.
    """

    values: float
    raw_bytes: float
    runs: int

    @classmethod
    def of(cls, inputs: Mapping[str, list[dict[str, Any]]]) -> Self:
        """From the facts of the role ``bold``; without facts, one ordinary run."""
        raw, runs = 0.0, 0
        for facts in inputs.get("bold", ()):
            stored = float(facts.get("size_bytes") or 0)
            raw += float(facts.get("raw_bytes") or stored / _PACKED)
            runs += int(facts.get("runs") or 1) if not isinstance(facts.get("runs"), list) else len(facts["runs"])
        raw = raw or _DEFAULT_BYTES
        return cls(values=raw / 2 * _BRAIN, raw_bytes=raw, runs=max(runs, 1))

    @property
    def read_s(self) -> float:
        """Seconds to unpack each image twice: once to verify it, once to work on it."""
        return 2 * self.raw_bytes / _READ_BYTES_PER_S

    def memory_gb(self, copies: float) -> float:
        """Memory for so many copies of the largest run within the mask, beside the unpacked image."""
        return BASE_GB + (copies * 4 * self.values + self.raw_bytes) / self.runs / 1e9
