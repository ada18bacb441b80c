"""No command needs a network: everything is done again with sockets that refuse to connect, this machine's own included."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contracts.conftest import Visit


def test_the_block_holds(offline: dict[str, str]) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    answer = subprocess.run([sys.executable, "-c", code], env=offline, capture_output=True, text=True, check=False)
    assert "a socket was opened" in answer.stderr


@pytest.mark.slow
def test_a_study_from_import_to_report_needs_no_network(tmp_path: Path, offline: dict[str, str]) -> None:
    (tmp_path / "numbers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for line in (
        "new study",
        "import study numbers.csv --kind table",
        "run study counting.sum --input table=numbers --set n=3",
        "show study latest",
        "report study --output all.html",
        "report study --output all.pdf",
        "doctor study",
        "doctor",
    ):
        answer = subprocess.run(
            [sys.executable, "-m", "neurostudio", *line.split()],
            cwd=tmp_path,
            env=offline,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, (line, answer.stderr)
    assert "a socket was opened" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("log.txt"))


@pytest.mark.slow  # opens every page of the window
def test_no_page_of_the_window_needs_a_network(visit: "Visit") -> None:
    assert "a socket was opened" not in visit.printed
    assert "a socket was opened" not in "".join(visit.errors)
