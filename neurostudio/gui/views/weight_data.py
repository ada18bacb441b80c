"""Weights in safetensors files, read without torch: what is there, and one tensor at a time.

The format: eight bytes with the length of the header (little-endian), the header in JSON, then the numbers of all tensors.
Source: https://github.com/huggingface/safetensors, section "Format".
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurostudio.core.errors import NeuroError
from neurostudio.gui.views.source import ArtifactSource, unreadable
from neurostudio.report.artifact_data import read_text

MOST_HEADER_BYTES = 100_000_000  # the limit of the format
MOST_VALUES = 2_000_000  # of a tensor that are counted
MOST_CONFIG_CHARACTERS = 200_000
_LENGTH_BYTES = 8
_DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
    "BF16": "<u2",  # the upper half of a 32-bit float
}


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file.

    Attributes
    ----------
    dtype : str
        As the file names it: ``F32``, ``BF16`` ...
    start, end : int
        Place of its bytes in the file.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: Path
    start: int
    end: int

    @property
    def count(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes."""
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Weights:
    """The tensors of a model, its configuration, and the other files beside them."""

    tensors: tuple[Tensor, ...]
    config: str = ""
    files: tuple[str, ...] = ()

    @property
    def n_parameter(self) -> int:
        """Numbers in all."""
        return sum(tensor.count for tensor in self.tensors)


@dataclass(frozen=True, eq=False)
class TensorValues:
    """What a view shows of one tensor: all its numbers, and a part of them for counting."""

    tensor: Tensor
    values: NDArray[Any]
    counted: NDArray[np.float64]


def load_weights(source: ArtifactSource) -> Weights:
    """List the tensors of all ``.safetensors`` files of a folder, or of one such file.

    Raises
    ------
    NeuroError
        When there is no such file, or one of them is damaged.
    """
    path = source.path
    try:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        inside = [file for file in files if file.is_file()]
    except OSError as error:
        raise unreadable(path, error) from error
    weights = [file for file in inside if file.suffix == ".safetensors"]
    if not weights:
        names = ", ".join(file.relative_to(path).as_posix() for file in inside[:6]) if path.is_dir() else path.name
        raise NeuroError(f"'{source.name}' holds no .safetensors file", f"It holds: {names or 'nothing'}")
    tensors = [tensor for file in weights for tensor in read_header(file)]
    config = next((file for file in inside if file.name in ("config.json", "adapter_config.json")), None)
    return Weights(
        tuple(sorted(tensors, key=lambda tensor: tensor.name)),
        read_text(config, MOST_CONFIG_CHARACTERS)[0] if config else "",
        tuple(file.relative_to(path).as_posix() if path.is_dir() else file.name for file in inside),
    )


def read_header(file: Path) -> list[Tensor]:
    """The tensors that a file names; their places are checked against its size.

    Raises
    ------
    NeuroError
        When the file is missing, cut off, or not a safetensors file.
    """
    try:
        with file.open("rb") as stream:
            size = file.stat().st_size
            length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
            if size < _LENGTH_BYTES or length > min(MOST_HEADER_BYTES, size - _LENGTH_BYTES):
                raise _damaged(file, "its header is longer than the file")
            header = json.loads(stream.read(length))
    except OSError as error:
        raise unreadable(file, error) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, "its header is no JSON") from error
    if not isinstance(header, dict):
        raise _damaged(file, "its header is no table of tensors")
    first = _LENGTH_BYTES + length
    return [_tensor(name, fields, file, first, size) for name, fields in header.items() if name != "__metadata__"]


def load_values(tensor: Tensor) -> TensorValues:
    """Read one tensor; numbers of 16 bits become floats.

    Raises
    ------
    NeuroError
        When the file is gone, or its kind of number is unknown here.
    """
    kind = _DTYPES.get(tensor.dtype)
    if kind is None:
        raise NeuroError(f"{tensor.name} holds numbers of the kind {tensor.dtype}, which cannot be shown")
    try:
        if tensor.count == 0:
            values: NDArray[Any] = np.empty(tensor.shape, dtype=np.float32)
        else:
            values = np.memmap(tensor.file, dtype=kind, mode="r", offset=tensor.start, shape=tensor.shape)
    except (OSError, ValueError) as error:
        raise unreadable(tensor.file, error) from error
    if tensor.dtype == "BF16":
        values = (np.asarray(values, dtype=np.uint32) << 16).view(np.float32)
    flat = values.reshape(-1)
    every = max(1, math.ceil(tensor.count / MOST_VALUES))
    return TensorValues(tensor, values, np.asarray(flat[::every], dtype=np.float64))


def _tensor(name: str, fields: Any, file: Path, first: int, size: int) -> Tensor:
    try:
        start, end = (first + int(offset) for offset in fields["data_offsets"])
        tensor = Tensor(name, str(fields["dtype"]), tuple(int(length) for length in fields["shape"]), file, start, end)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file, f"the entry of '{name}' is incomplete") from error
    kind = _DTYPES.get(tensor.dtype)
    if not first <= start <= end <= size or min(tensor.shape, default=0) < 0:
        raise _damaged(file, f"'{name}' lies outside of the file")
    if kind is not None and tensor.count * np.dtype(kind).itemsize != tensor.size:
        raise _damaged(file, f"'{name}' has another size than its shape tells")
    return tensor


def _damaged(file: Path, why: str) -> NeuroError:
    return NeuroError(
        f"{file.name} cannot be read", f"It is no whole safetensors file: {why}", "Restore it from a copy, or run again"
    )
