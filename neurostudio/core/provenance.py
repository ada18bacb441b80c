"""Where a result comes from: checksums of inputs, versions of packages, the machine."""

import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Iterable
from pathlib import Path

import neurostudio

ALWAYS_RECORDED = ("numpy", "pydantic")


def sha256_of(path: Path) -> str:
    """Checksum of a file, or of a folder: of its sorted relative names and the checksums of their files.

    Hidden files and half-written ones are left out of a folder's checksum.
    """
    if not path.is_dir():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for name in sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()):
        if not any(part.startswith(".") for part in name.split("/")):
            digest.update(f"{name}\0{sha256_of(path / name)}\n".encode())
    return digest.hexdigest()


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def package_versions(packages: Iterable[str] = ()) -> dict[str, str]:
    """Version of this program, of Python and of the named distributions; a missing one is left out."""
    versions = {"neurostudio": neurostudio.__version__, "python": platform.python_version()}
    for name in (*ALWAYS_RECORDED, *packages):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def machine() -> dict[str, str | int]:
    """What a reader of a result may want to know about the machine; no names of people or hosts."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:
            models = [line.partition(":")[2].strip() for line in stream if line.startswith("model name")]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()
