"""The documentation cannot rot: its commands parse, its files exist, its settings are settings."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml
from typer.main import get_command

import neurostudio.app
from neurostudio.cli.main import COMMANDS, app
from neurostudio.core.registry import registry
from neurostudio.core.spec import from_flags

REPOSITORY = Path(__file__).resolve().parents[2]
README = REPOSITORY / "README.md"
PAGES = [README, *sorted((REPOSITORY / "resources" / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
FILE = re.compile(r"`((?:neurostudio|resources|tests|installers)/[\w./-]+)`")
MADE_BY_A_READER = {"neurostudio/methods/counting"}  # the example of the page about adding a method


def name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def commands(page: Path) -> list[str]:
    """Lines in fences, and whole commands between backticks, that begin with ``neurostudio``."""
    text = page.read_text(encoding="utf-8")
    lines = [line.strip() for _, block in FENCE.findall(text) for line in block.splitlines()]
    inline = re.findall(r"`(neurostudio [^`]+)`", FENCE.sub("", text))
    return [line for line in [*lines, *inline] if line.startswith("neurostudio ") and "..." not in line]


def parse(line: str) -> None:
    """Check the sub-command, its options and the number of its arguments; AssertionError says what is wrong."""
    words = shlex.split(line, comments=True)[1:]
    if words in ([], ["--reset-layout"]):  # the window
        return
    if words[0] in ("--help", "--version", "worker") or words[0].startswith("worker"):
        return
    assert words[0] in COMMANDS, line
    group = get_command(app)
    assert isinstance(group, click.Group)
    command = group.commands[words[0]]
    try:
        context = command.make_context(words[0], list(words[1:]), resilient_parsing=False)
    except click.exceptions.Exit:  # --help
        return
    except click.MissingParameter:
        # the name of a command in running text, such as `neurostudio cancel`, and nothing else, may stand alone
        assert len(words) == 1, line
        return
    except click.ClickException as error:
        raise AssertionError(f"{line}: {error.format_message()}") from error
    if words[0] == "run" and context.params["method"] in registry().methods:
        method = registry().get(context.params["method"])
        settings = [flag for flag in context.params["settings"] or [] if "KEY" not in flag and not flag.startswith("seed=")]
        method.load_spec().from_settings(from_flags(method.load_spec(), settings))
        for flag in context.params["inputs"] or []:
            assert method.role(flag.partition("=")[0]), line


@pytest.mark.parametrize(("page", "line"), [(page, line) for page in PAGES for line in commands(page)], ids=str)
def test_every_command_of_the_documentation_parses(page: Path, line: str) -> None:
    parse(line)


def test_a_wrong_command_would_be_found() -> None:
    for line in (
        "neurostudio rum study",
        "neurostudio run study spiking.text --sett n=3",
        "neurostudio run study spiking.text --set time_step=3",
        "neurostudio show study",
        "neurostudio report study",
    ):
        with pytest.raises(Exception, match=r"rum|sett|time_step|show study|report study"):
            parse(line)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_and_file_of_the_documentation_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(FENCE.sub("", text)):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target
    for target in FILE.findall(text):
        assert (REPOSITORY / target).exists() or target.startswith(tuple(MADE_BY_A_READER)), target


def test_the_readme_and_the_help_page_name_every_command() -> None:
    readme = README.read_text(encoding="utf-8")
    page = (REPOSITORY / "resources" / "docs" / "command-line.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert re.search(rf"neurostudio {command}\b|setup\.py {command}\b", readme), command
        assert f"neurostudio {command}" in page, command


def test_the_help_page_names_every_option() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    group = get_command(app)
    assert isinstance(group, click.Group)
    for command in group.commands.values():
        for option in (param for param in command.params if isinstance(param, click.Option)):
            assert option.opts[0] in text, f"{command.name} {option.opts[0]}"


def test_what_the_readme_imports_is_public() -> None:
    imported = re.search(r"from neurostudio\.app import ([\w, ]+)", README.read_text(encoding="utf-8"))
    assert imported is not None
    assert {word.strip() for word in imported.group(1).split(",")} <= set(neurostudio.app.__all__)


def test_the_version_is_in_the_list_of_changes() -> None:
    assert neurostudio.__version__ in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_yaml_example_can_be_read(page: Path) -> None:
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "yaml":
            assert isinstance(yaml.safe_load(block), dict | list)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_python_example_compiles(page: Path) -> None:
    for language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            assert compile(block, name(page), "exec").co_code


@pytest.mark.parametrize("path", sorted((REPOSITORY / "resources" / "settings").glob("*.yaml")), ids=lambda path: path.name)
def test_every_settings_file_that_comes_along_fits_its_method(path: Path) -> None:
    from neurostudio.app.requests import read_flags
    from neurostudio.app.spec_file import read_spec_file

    file = read_spec_file(path)
    assert file.method
    assert read_flags(registry().get(file.method), [], file.settings).settings
