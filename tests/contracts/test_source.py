"""What the source itself promises: no pickles, no eval, small modules, and a docstring on everything public."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import neurostudio

PACKAGE = Path(neurostudio.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 600
DOCUMENTED = ("app", "core", "store", "jobs", "data", "report", "cli")
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "yaml.load", "os.system"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}


def name_of(node: ast.expr) -> str:
    """``a.b.c`` of a dotted expression."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_reads_pickles_or_runs_text_as_code(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name.partition(".")[0] for alias in node.names} & UNSAFE_MODULES, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in UNSAFE_MODULES, node.lineno
            assert not (node.module == "torch" and "load" in {alias.name for alias in node.names}), node.lineno
        elif isinstance(node, ast.Call):
            assert name_of(node.func) not in UNSAFE_CALLS, f"line {node.lineno}: {name_of(node.func)}"
            for word in node.keywords:
                if word.arg in ("allow_pickle", "trust_remote_code", "shell"):
                    assert ast.unparse(word.value) == "False", f"line {node.lineno}: {word.arg}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(ast.parse(text)), "a module begins with what it is for"


def modules_of(room: str) -> Iterator[ModuleType]:
    package = importlib.import_module(f"neurostudio.{room}")
    yield package
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations." not in module.name:  # what Alembic calls there has names of its own
            yield importlib.import_module(module.name)


@pytest.mark.parametrize("room", DOCUMENTED)
def test_everything_public_has_a_docstring(room: str) -> None:
    """A method that fills in one of its base class is documented there."""
    silent: list[str] = []
    for module in modules_of(room):
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
                continue
            if not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            if not inspect.getdoc(thing):
                silent.append(f"{module.__name__}.{name}")
            if inspect.isclass(thing):
                silent += [
                    f"{module.__name__}.{name}.{inner}"
                    for inner, member in vars(thing).items()
                    if not inner.startswith("_")
                    and (inspect.isfunction(member) or isinstance(member, property | classmethod | staticmethod))
                    and not inspect.getdoc(getattr(thing, inner))
                ]
    assert silent == []
