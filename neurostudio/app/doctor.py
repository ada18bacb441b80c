"""What this machine has, whether a project is sound, and how to make its index again."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

import neurostudio
from neurostudio.app.commands import command
from neurostudio.app.project import has_index, require_project_folder
from neurostudio.core.compute import available_cores
from neurostudio.core.errors import NeuroError
from neurostudio.core.registry import registry
from neurostudio.core.system import missing_qt_packages
from neurostudio.store.check import check
from neurostudio.store.ingest import ingest_project
from neurostudio.store.read import datasets
from neurostudio.store.read import runs as read_runs
from neurostudio.store.rebuild import rebuild
from neurostudio.store.write import Store

PACKAGES = (
    "torch",
    "PySide6-Essentials",
    "pyqtgraph",
    "qasync",
    "numpy",
    "sqlalchemy",
    "pydantic",
    "distributed",
    "nir",
    "rjieba",
)
_PROBE_TIMEOUT_S = 60


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `note` says what to do where something is missing."""

    what: str
    found: str
    note: str = ""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuilt index holds, and what could not be read into it: one sentence each."""

    runs: int
    datasets: int
    events: int
    problems: tuple[str, ...]


def check_machine() -> list[Check]:
    """Look at program, Python, memory, device, Qt and packages. Heavy packages are asked in a process of their own."""
    memory = psutil.virtual_memory()
    checks = [
        Check("NeuroStudio", neurostudio.__version__),
        Check("Python", platform.python_version()),
        Check("System", f"{platform.system()} {platform.release()} {platform.machine()}"),
        Check("Cores", str(available_cores())),
        Check("Memory", f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB free"),
        Check("Disk here", f"{shutil.disk_usage(os.curdir).free / 1e9:.1f} GB free"),
        _torch_device(),
        _qt_platform(),
    ]
    for name in PACKAGES:
        try:
            checks.append(Check(name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            checks.append(Check(name, "not installed"))
    known = registry()
    checks.append(Check("Methods", ", ".join(known.methods)))
    checks += [Check(f"Plugin {broken.name}", "cannot be read", broken.problem) for broken in known.broken]
    return checks


def check_project(path: Path | str) -> list[str]:
    """Problems of a project, one sentence each; empty when it is sound."""
    folder = require_project_folder(path)
    if not has_index(folder):
        return [f"The index is missing. Make it again: {command('doctor', folder, '--rebuild')}"]
    try:
        store = Store.open(folder)
    except NeuroError as error:
        return [str(error)]
    try:
        notices = [store.notice] if store.notice else []
        return [*notices, *ingest_project(store).problems, *check(store)]
    finally:
        store.close()


def rebuild_index(path: Path | str) -> Rebuilt:
    """Make the index again from the run folders; the old one is kept in ``backups``."""
    folder = require_project_folder(path)
    ingested = rebuild(folder)
    store = Store.open(folder)
    try:
        return Rebuilt(len(read_runs(store)), len(datasets(store)), ingested.events, ingested.problems)
    finally:
        store.close()


def _torch_device() -> Check:
    found = _ask_python("import torch; print('cuda: ' + torch.cuda.get_device_name() if torch.cuda.is_available() else 'cpu')")
    return Check("Torch device", found or "torch is not installed", "" if found else "pip install 'neurostudio[spiking]'")


def _qt_platform() -> Check:
    missing = missing_qt_packages()
    if missing:
        return Check("Qt window", "libraries are missing", f"sudo apt-get install {' '.join(missing)}")
    found = _ask_python(
        "from PySide6.QtGui import QGuiApplication as A; a = A([]); print(a.platformName())",
        QT_QPA_PLATFORM=os.environ.get("QT_QPA_PLATFORM", ""),
    )
    if found:
        return Check("Qt window", found)
    return Check("Qt window", "cannot open", "No display, or PySide6 is not installed: pip install 'neurostudio[gui]'")


def _ask_python(code: str, **environment: str) -> str:
    """What a fresh Python prints for `code`; empty when it fails."""
    extra = {key: value for key, value in environment.items() if value}
    try:
        answer = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT_S,
            env={**os.environ, **extra},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
