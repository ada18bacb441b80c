"""Who may import whom, and what a quick answer may not load."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contracts.conftest import Visit

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = {"sqlalchemy", "alembic", "torch", "numpy", "matplotlib", "pandas", "pydantic", "yaml", "psutil", "reportlab", "dask"}
NOT_IN_THE_WINDOW = {
    "torch", "transformers", "scanpy", "snntorch", "peft", "matplotlib", "reportlab", "pandas", "scipy", "dask", "alembic", "typer",
    "nilearn", "sklearn", "himalaya",
}  # fmt: skip
SCIENCE = {"torch", "safetensors", "nir", "scipy", "matplotlib", "pandas", "sqlalchemy", "alembic", "transformers"}


def loaded_after(code: str, environment: dict[str, str]) -> set[str]:
    """Top-level packages that a fresh process holds after running `code`."""
    program = f"import sys, json\n{code}\nsys.stderr.write(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return {name.partition(".")[0] for name in json.loads(answer.stderr)}


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["run", "--help"], ["import", "-h"], ["report", "--help"]])
def test_help_and_version_load_nothing_heavy(words: list[str], plugin_environment: dict[str, str]) -> None:
    code = f"sys.argv[1:] = {words!r}\nfrom neurostudio.__main__ import main\nassert main() == 0"
    assert not loaded_after(code, plugin_environment) & HEAVY


def test_listing_methods_loads_none_of_their_code(plugin_environment: dict[str, str]) -> None:
    code = "from neurostudio.cli.main import run\nassert run(['methods']) == 0\n"
    names = loaded_after(code, plugin_environment)
    assert not names & (SCIENCE | {"numpy"})


def test_the_settings_of_a_method_load_no_science(plugin_environment: dict[str, str]) -> None:
    code = (
        "from neurostudio.core.registry import registry\n"
        "for method in registry().methods.values(): method.load_spec(); method.load_estimate()\n"
    )
    assert not loaded_after(code, plugin_environment) & (SCIENCE | {"numpy"})


def test_the_application_layer_loads_neither_science_nor_window(plugin_environment: dict[str, str]) -> None:
    names = loaded_after("import neurostudio.app", plugin_environment)
    assert not names & {"torch", "transformers", "peft", "snntorch", "scanpy", "pandas", "PySide6", "pyqtgraph", "qasync"}


@pytest.mark.slow
def test_the_window_shows_every_page_without_science_and_print_libraries(visit: "Visit") -> None:
    kinds = {key.partition(":")[0] for key in visit.pages}
    assert kinds == {"welcome", "method", "data", "run", "compare", "report", "help"}
    assert "pyqtgraph" in visit.packages
    assert not visit.packages & NOT_IN_THE_WINDOW


@pytest.mark.slow
def test_a_visit_to_every_page_meets_no_error(visit: "Visit") -> None:
    assert visit.errors == ()
    assert "Traceback" not in visit.printed


def test_the_floors_of_the_house_hold() -> None:
    lint = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    assert lint, "import-linter belongs to the extra 'test'"
    answer = subprocess.run([lint, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
