"""What the tests of the commands share: the command line in this process, in one of its own, and a project with two runs."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neurostudio.cli.main import run
from neurostudio.core.run_folder import RunFolder, run_folders


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Starts commands as processes of their own, in the folder of the test."""

    folder: Path
    environment: dict[str, str]

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a command and leave it at work."""
        return subprocess.Popen(
            [sys.executable, "-m", "neurostudio", *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, *words: str | Path) -> Answer:
        """Run a command to its end."""
        return self.answer(self.start(*words))

    @staticmethod
    def answer(process: subprocess.Popen[str]) -> Answer:
        """Wait for a command that was started."""
        out, err = process.communicate(timeout=60)
        return Answer(process.returncode, out, err)


Cli = Callable[..., Answer]


@pytest.fixture
def cli(
    tmp_path: Path, counting_environment: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Cli:
    """Run a command in this process, in the folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*words: str | Path) -> Answer:
        capsys.readouterr()
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call


@pytest.fixture
def shell(tmp_path: Path, plugin_environment: dict[str, str]) -> Shell:
    """Run a command as a process of its own, in the folder of the test."""
    return Shell(tmp_path, dict(plugin_environment))


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory, plugin_environment: dict[str, str]) -> Path:
    """A project with a data set and two runs: ``good`` is done and had the data set as input, ``bad`` has failed."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "numbers.csv").write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    shell = Shell(folder, plugin_environment)
    settings = ("--set", "n=4", "--seed", "7")
    for words, code in (
        (("new", "study"), 0),
        (("import", "study", "numbers.csv", "--kind", "table", "--copy"), 0),
        (("run", "study", "counting.sum", "--input", "table=numbers", "--name", "good", *settings), 0),
        (("run", "study", "counting.sum", "--name", "bad", "--set", "fail_at=3", *settings), 1),
    ):
        answer = shell(*words)
        assert answer.code == code, answer.err
    return folder / "study"


@pytest.fixture
def study(finished_project: Path, tmp_path: Path) -> Path:
    """A copy of that project, in the folder of the test."""
    return Path(shutil.copytree(finished_project, tmp_path / "study"))


@pytest.fixture
def empty(cli: Cli, tmp_path: Path) -> Path:
    """A new project in the folder of the test."""
    assert cli("new", "empty").code == 0
    return tmp_path / "empty"


@pytest.fixture
def install(
    tmp_path: Path, counting_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Install the plugin ``lab_methods``, given as module -> text, for this process and those that it starts."""
    from neurostudio.core.registry import registry

    site = tmp_path / "site"

    def put(entry_point: str, **files: str) -> None:
        package = site / "lab_methods"
        record = site / f"{package.name}-2.1.dist-info"
        for folder in (package, record):
            folder.mkdir(parents=True)
        for name, text in files.items():
            (package / f"{name}.py").write_text(text, encoding="utf-8")
        record.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.name}\nVersion: 2.1\n", encoding="utf-8")
        record.joinpath("entry_points.txt").write_text(f"[neurostudio.methods]\n{entry_point}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(site)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), counting_environment["PYTHONPATH"]]))
        registry.cache_clear()

    yield put
    for name in [name for name, module in sys.modules.items() if str(site) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds; fails when it does not come."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def wait_for_checkpoint() -> Callable[..., RunFolder]:
    """Wait until some run of a project has written a checkpoint; gives its folder."""

    def wait(project: Path, name: str | None = None) -> RunFolder:
        found: list[RunFolder] = []

        def is_there() -> bool:
            found[:] = [
                folder
                for folder in run_folders(project)
                if (folder.checkpoint / "checkpoint.json").exists() and name in (None, folder.request().name)
            ]
            return bool(found)

        wait_for(is_there)
        return found[0]

    return wait
