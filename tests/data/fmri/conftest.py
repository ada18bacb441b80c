"""Small data sets as files, and a cache of its own for every test."""

import gzip
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurostudio.data.fmri.bids_index import CACHE_VARIABLE

Writer = Callable[..., Path]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def write_files(tmp_path: Path) -> Callable[[Mapping[str, object]], Path]:
    """Write files by relative path: text, bytes, a dict as JSON; returns the folder."""

    def write(files: Mapping[str, object]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = json.dumps(content) if isinstance(content, dict) else content
            path.write_bytes(data if isinstance(data, bytes) else str(data).encode())
        return tmp_path

    return write


def nifti_bytes(
    shape: Sequence[int] = (2, 3, 2, 4),
    *,
    tr: float = 2.0,
    units: int = 10,
    sform_code: int = 1,
    qform_code: int = 0,
    offset_mm: float = 0.0,
    values: Any = None,
    compress: bool = True,
) -> bytes:
    """A NIfTI-1 image of int16 as bytes; `units` 10 is mm and s; `offset_mm` moves the sform against the qform."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, len(shape), *shape, *([1] * (7 - len(shape))))
    struct.pack_into("<hh", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, 1.0, 3.0, 3.0, 3.0, tr, 0.0, 0.0, 0.0)
    struct.pack_into("<f", header, 108, 352.0)
    struct.pack_into("<f", header, 112, 1.0)
    header[123] = units
    struct.pack_into("<hh", header, 252, qform_code, sform_code)
    struct.pack_into("<4f", header, 280, 3.0, 0.0, 0.0, offset_mm)
    struct.pack_into("<4f", header, 296, 0.0, 3.0, 0.0, 0.0)
    struct.pack_into("<4f", header, 312, 0.0, 0.0, 3.0, 0.0)
    header[344:348] = b"n+1\0"
    data = np.arange(int(np.prod(shape)), dtype="<i2") if values is None else np.asarray(values, dtype="<i2")
    whole = bytes(header) + data.tobytes()
    return gzip.compress(whole, mtime=0) if compress else whole


@pytest.fixture
def image() -> Callable[..., bytes]:
    """Make the bytes of a small image."""
    return nifti_bytes
