"""What holds for every command: help, exit codes, errors in a sentence, tracebacks only where they were asked for."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from neurostudio import __version__
from neurostudio.cli.main import COMMANDS, app

CONTRACT = [
    "new",
    "import",
    "datasets",
    "methods",
    "run",
    "batch",
    "runs",
    "show",
    "resume",
    "cancel",
    "export",
    "report",
    "demo",
    "doctor",
    "open",
]  # fmt: skip


def test_every_command_of_the_contract_is_there() -> None:
    assert sorted(COMMANDS) == sorted(CONTRACT)


def test_the_version_and_the_help_answer(cli: Callable[..., Any]) -> None:
    assert cli("--version").out == f"neurostudio {__version__}\n"
    page = cli("--help")
    assert page.code == 0
    assert [name for name in re.findall(r"^  ([a-z]+)  ", page.out, re.MULTILINE) if name in COMMANDS] == list(COMMANDS)
    assert all(len(line) <= 80 for line in page.out.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_explains_each_argument_and_option(name: str, cli: Callable[..., Any]) -> None:
    page = cli(name, "-h")
    assert page.code == 0
    assert "\\[" not in page.out
    arguments = page.out.splitlines()[0].partition("[OPTIONS]")[2].split()
    told = dict(re.findall(r"^  (\S+)  +(\S.+)$", page.out.partition("Arguments:")[2].partition("Options:")[0], re.MULTILINE))
    assert set(told) == set(arguments)
    options = page.out.partition("Options:")[2]
    for option in get_command(app).commands[name].params:  # type: ignore[attr-defined]
        if option.param_type_name == "option":
            assert re.search(rf"{option.opts[-1]}\b.*(  +|\n {{10,}})\S", options), option.opts


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "There is no window here. Start the program as `neurostudio`"),
        (("open", "empty"), "There is no window here"),
        (("ruun",), "No such command 'ruun'"),
        (("run", "empty", "counting.sum", "--colour"), "No such option '--colour'"),
        (("show", "empty"), "Missing argument 'RUN'"),
        (("show", "empty", "one"), "There is no run in"),
        (("runs", "nowhere"), "There is no project folder"),
        (("runs", "plain"), "is not a project"),
        (("new", "empty"), "exists already and is not empty"),
        (("methods", "counting"), "Did you mean counting.sum?"),
        (("run", "empty"), "No method was named"),
        (("run", "empty", "counting.prod"), "There is no method 'counting.prod'"),
        (("run", "empty", "counting.sum", "--set", "n=many"), "Setting 'n' cannot be 'many'. Allowed: int, >= 1"),
        (("run", "empty", "counting.sum", "--set", "n=0"), "Setting 'n' cannot be '0'"),
        (("run", "empty", "counting.sum", "--set", "steps=3"), "There is no setting 'steps'"),
        (("run", "empty", "counting.sum", "--set", "n"), "Write KEY=VALUE"),
        (("run", "empty", "counting.sum", "--set", "seed=x"), "'seed' cannot be 'x'"),
        (("run", "empty", "counting.sum", "--set", "cores=0"), "cannot work on 0 cores"),
        (("run", "empty", "counting.sum", "--seed", "-1"), "The seed -1 is out of range"),
        (("run", "empty", "counting.sum", "--device", "gpu"), "There is no device 'gpu'"),
        (("run", "empty", "counting.sum", "--on", "slurm"), "There is no place 'slurm' to run at"),
        (("run", "empty", "counting.sum", "--on", "dask://lab"), "There is no place 'dask://lab' to run at"),
        (("run", "empty", "counting.sum", "--input", "train=x"), "counting.sum has no input 'train'. Its inputs: table, corpus"),
        (("run", "empty", "counting.sum", "--input", "table=x"), "There is no data set in"),
        (("run", "empty", "counting.sum", "--input", "table"), "Write ROLE=NAME"),
        (("run", "empty", "spiking.text"), "spiking.text needs the input 'train'"),
        (("resume", "empty", "latest"), "There is no run in"),
        (("cancel", "empty", "latest"), "There is no run in"),
        (("export", "empty", "latest", "--to", "out"), "There is no run in"),
        (("report", "empty", "--output", "r.html"), "There is no finished run to report"),
        (("batch", "none.yaml"), "There is no batch file none.yaml"),
        (("doctor", "--rebuild"), "--rebuild needs a project"),
        (("doctor", "nowhere"), "There is no project folder"),
        (("doctor", "plain", "--rebuild"), "is not a project"),
        (("import", "empty", "nowhere.csv"), "There is no file"),
    ],
)
def test_a_wrong_request_is_refused_in_a_sentence(
    words: tuple[str, ...], message: str, cli: Callable[..., Any], empty: Path, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    answer = cli(*words, *(["--json"] if words and words[0] not in ("open", "new", "ruun") else []))
    assert answer.code == 2
    assert message in answer.err
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert not list((empty / "runs").iterdir()), "nothing may be started"


def test_two_values_for_a_role_that_takes_one_are_refused(cli: Callable[..., Any], study: Path) -> None:
    answer = cli("run", "study", "counting.sum", "--input", "table=numbers", "--input", "table=good:steps")
    assert answer.code == 2
    assert "takes one data set, not 2" in answer.err


def test_an_output_of_another_run_is_an_input_of_its_kind(cli: Callable[..., Any], study: Path) -> None:
    assert (
        "'good:total' is weights, and the input 'table'" in cli("run", "study", "counting.sum", "--input", "table=good:total").err
    )
    assert "has no artifact 'sum'" in cli("run", "study", "counting.sum", "--input", "table=good:sum").err
    answer = cli("run", "study", "counting.sum", "--input", "table=good:steps", "--json")
    assert answer.code == 0
    assert answer.document["inputs"][0]["source"]["artifact"] == "steps"


def test_verbose_shows_the_traceback_of_an_error(cli: Callable[..., Any], empty: Path) -> None:
    answer = cli("show", "empty", "nothing", "--verbose")
    assert answer.code == 2
    assert "Traceback" in answer.err
    assert answer.err.rstrip().splitlines()[-1].startswith("Error: There is no run")


def test_an_error_of_the_program_itself_is_a_sentence_too(
    cli: Callable[..., Any], empty: Path, install: Callable[..., None]
) -> None:
    install(
        "lab = lab_methods:METHOD",
        __init__="from neurostudio.core.method import Method\n"
        "METHOD = Method(id='lab.torn', title='Torn', summary='Its settings cannot be loaded.', spec='lab_methods.specs:S', run='x:y')\n",
        specs="raise LookupError('torn out')\n",
    )
    answer = cli("run", "empty", "lab.torn")
    assert answer.code == 1
    assert "NeuroStudio stopped on an error of its own. LookupError: torn out." in answer.err
    assert "Traceback" not in answer.err
    assert "Traceback" in cli("run", "empty", "lab.torn", "--verbose").err


def test_standard_output_that_was_closed_is_no_error(shell: Any, study: Path) -> None:
    process = shell.start("runs", study, "--json")
    process.stdout.close()
    process.stdout = None
    answer = shell.answer(process)
    assert "Traceback" not in answer.err


def test_json_on_a_narrow_pipe_stays_json(shell: Any, empty: Path) -> None:
    (shell.folder / "文.csv").write_text("数,b\n1,2\n", encoding="utf-8")
    shell.environment.update(PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    answer = shell("import", "empty", "文.csv", "--kind", "table", "--name", "numbers", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)[0]["path"].endswith("文.csv")
    assert shell("datasets", "empty").code == 0
