"""Sets NeuroStudio up in ``.venv`` beside this repository, then runs the demo or the tests.

    python3 installers/setup.py          set up
    python3 installers/setup.py demo     set up, then run the demo (options go on to `neurostudio demo`)
    python3 installers/setup.py test     set up, then lint, type checks and tests (--slow: the long tests, too)

Works on Linux, macOS and Windows with nothing but Python 3.11 or newer. Run again, it only brings what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "installers" / "requirements.lock"
STAMP = ENVIRONMENT / "installed"
EXTRAS = "gui,spiking,fmri,language,dask,benchmarks,test"
OLDEST_PYTHON = (3, 11)

TORCH = "2.13.0"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("codespell", "neurostudio", "tests", "resources", "installers", "README.md", "CHANGELOG.md"),
)


def main(arguments: list[str]) -> int:
    """Set up, then do what `arguments` ask for; returns the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        say(f"NeuroStudio needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 2
    if arguments and arguments[0] not in ("demo", "test"):
        say(__doc__ or "")
        return 2
    try:
        set_up()
    except subprocess.CalledProcessError as error:
        say(f"Setting up stopped at: {' '.join(map(str, error.cmd))}")
        return 1
    qt_libraries()
    if arguments[:1] == ["demo"]:
        return call(tool("neurostudio"), "demo", *arguments[1:])
    if arguments[:1] == ["test"]:
        return test(arguments[1:])
    say(f"Ready. Start with: {tool('neurostudio')} --help")
    return 0


def set_up() -> None:
    """Make the environment and install torch, the locked packages and NeuroStudio itself; a second run is quick."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + TORCH.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    if not python().exists():
        say(f"Making the environment {ENVIRONMENT}")
        venv.EnvBuilder(with_pip=True).create(ENVIRONMENT)
    install_torch()
    say("Installing the locked packages")
    pip("--requirement", str(LOCK))
    say("Installing NeuroStudio")
    pip("--no-deps", "--editable", f"{ROOT}[{EXTRAS}]")
    STAMP.write_text(wanted, encoding="utf-8")


def install_torch() -> None:
    """Install torch: the CUDA build where there is an NVIDIA card, else the small CPU build."""
    if shutil.which("nvidia-smi") or sys.platform != "linux":
        say(f"Installing torch {TORCH}")
        pip(f"torch=={TORCH}")
        return
    say(f"Installing torch {TORCH} for the CPU")
    for attempt in ([f"torch=={TORCH}+cpu"], [f"torch=={TORCH}", "--index-url", CPU_WHEELS], [f"torch=={TORCH}"]):
        if pip_works(*attempt):
            return
    raise subprocess.CalledProcessError(1, ["pip", "install", f"torch=={TORCH}"])


def qt_libraries() -> None:
    """Install the system libraries of Qt's window where that is allowed, else name the command."""
    sys.path.insert(0, str(ROOT))
    from neurostudio.core.system import missing_qt_packages

    missing = missing_qt_packages()
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say(f"Installing the libraries of Qt's window: {' '.join(missing)}")
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
    say(f"The window needs system libraries that are missing here: sudo {' '.join(command)}")


def test(options: list[str]) -> int:
    """Lint, type checks and tests; stops at the first that fails."""
    for check in CHECKS:
        say(f"Running {' '.join(check)}")
        code = call(tool(check[0]), *check[1:])
        if code:
            return code
    code = call(python(), "-m", "pytest", "-m", "not slow")
    if code == 0 and "--slow" in options:
        code = call(python(), "-m", "pytest", "-m", "slow")
    return code


def pip(*arguments: str) -> None:
    """Install with pip; CalledProcessError when it fails."""
    subprocess.run([python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def pip_works(*arguments: str) -> bool:
    """Try to install with pip, without its complaints."""
    command = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", *arguments]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def call(*command: str | Path) -> int:
    """Run a program in the repository and return its exit code."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


def python() -> Path:
    """Python of the environment."""
    return tool("python")


def tool(name: str) -> Path:
    """A program of the environment."""
    return ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin") / (f"{name}.exe" if sys.platform == "win32" else name)


def say(text: str) -> None:
    """One line for the person in front."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
