"""The rules of the house that a linter cannot see, and the promises of the public interface."""

import ast
import importlib
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import neurostudio
from neurostudio.cli.main import app

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "neurostudio"
MODULES = sorted(PACKAGE.rglob("*.py"))
PUBLIC_ROOMS = ("app", "core", "store", "jobs", "data", "report")
LINE_LIMIT = 600
HEAVY = ("sqlalchemy", "alembic", "torch", "numpy", "matplotlib", "pandas", "scipy", "dask", "distributed", "PySide6")


def loaded_modules(code: str, **environment: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after `code`."""
    program = f"import sys, json\n{code}\nsys.stderr.write(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return set(json.loads(answer.stderr.splitlines()[-1]))


def test_the_floors_of_the_house_hold() -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-2000:]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"]], ids=" ".join)
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['neurostudio', *{arguments!r}]; from neurostudio.__main__ import main; main()"
    assert loaded_modules(code).isdisjoint(HEAVY)


def test_listing_methods_and_their_settings_loads_no_method_code() -> None:
    code = (
        "from neurostudio.core.registry import registry\nfrom neurostudio.core.spec import walk\n"
        "for method in registry().methods.values(): walk(method.load_spec()); method.load_estimate()"
    )
    assert loaded_modules(code).isdisjoint({*HEAVY, "rjieba", "nir"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_a_module_says_what_it_is_for_stays_small_and_never_pickles(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "no docstring"
    assert source.count("\n") <= LINE_LIMIT
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {name.partition(".")[0] for name in names} & {
                "pickle",
                "cPickle",
                "dill",
                "cloudpickle",
                "joblib",
                "shelve",
            }
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("torch.load", "torch.save", "eval", "exec", "os.system")
            for keyword in node.keywords:
                assert not (keyword.arg in ("trust_remote_code", "shell") and ast.unparse(keyword.value) == "True")
                assert not (keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False")


def public_things() -> list[tuple[str, object]]:
    found = []
    for room in PUBLIC_ROOMS:
        for info in pkgutil.walk_packages([str(PACKAGE / room)], f"neurostudio.{room}."):
            if "migrations" in info.name:
                continue
            module = importlib.import_module(info.name)
            for name, thing in vars(module).items():
                is_ours = getattr(thing, "__module__", None) == info.name
                if not name.startswith("_") and is_ours and (inspect.isclass(thing) or inspect.isfunction(thing)):
                    found.append((f"{info.name}.{name}", thing))
    return found


def test_every_public_function_and_class_explains_itself() -> None:
    silent = [name for name, thing in public_things() if not inspect.getdoc(thing)]
    assert silent == []


def test_the_public_api_is_the_documented_one() -> None:
    import neurostudio.app as api

    assert all(inspect.getdoc(getattr(api, name)) for name in api.__all__)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    imported = re.search(r"from neurostudio\.app import ([\w, ]+)", readme)
    assert imported is not None
    assert {name.strip() for name in imported.group(1).split(",")} <= set(api.__all__)


def test_jobs_run_with_sockets_blocked(tmp_path: Path, plugin_environment: dict[str, str]) -> None:
    """A site customisation refuses every connection, in the command and in the worker that it starts."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*args, **kwargs): raise RuntimeError('a socket was used')\n"
        "socket.socket.connect = refuse\nsocket.create_connection = refuse\nsocket.getaddrinfo = refuse\n"
    )
    environment = {**plugin_environment, "PYTHONPATH": f"{tmp_path}{os.pathsep}{plugin_environment['PYTHONPATH']}"}
    (tmp_path / "reviews.tsv").write_text("text\tlabel\na good film\t1\na bad film\t0\nso good\t1\nso bad\t0\n")

    def command(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "neurostudio", *arguments], env=environment, cwd=tmp_path, check=True, capture_output=True
        )

    command("new", "study")
    command("import", "study", "reviews.tsv")
    command("run", "study", "counting.sum", "--set", "n=3", "--seed", "1")
    command("report", "study", "--output", "report.html")
    assert (tmp_path / "report.html").stat().st_size > 0


def commands_in(text: str) -> list[list[str]]:
    """Every ``neurostudio ...`` line of the fenced blocks of a page, comments cut."""
    blocks = re.findall(r"```(?:\w+)?\n(.*?)```", text, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line.split() for line in lines if line.startswith("neurostudio ")]


PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "resources" / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_links_in_the_docs_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = get_command(app).commands  # type: ignore[attr-defined]
    for _, name, *arguments in commands_in(text):
        assert name in known, name
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= options, (name, arguments)
    for link in re.findall(r"\]\((?!https?://)([^)#]+)\)", text):
        assert (page.parent / link).exists(), link


def test_every_command_is_in_the_help_page() -> None:
    page = (REPOSITORY / "resources" / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name in get_command(app).commands:  # type: ignore[attr-defined]
        assert f"neurostudio {name}" in page, name


def test_the_version_is_one() -> None:
    assert neurostudio.__version__ in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
