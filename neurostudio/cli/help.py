"""The pages of ``--help``: what each argument is, what an option needs, in plain text.

Typer 0.20 loses the help of arguments under Click 8.5 and escapes square brackets for a mark-up that is not used here;
with a Typer that does neither, this module can go.
"""

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import click
from typer.core import TyperCommand, TyperGroup
from typer.models import ArgumentInfo

_END_OF_CLAUSE = re.compile(r"[.:;](?=\s|$)")


class Command(TyperCommand):
    """One command; its arguments are described by the ``Annotated`` types of its function."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections Arguments and Options."""
        told = _argument_help(self.callback) if self.callback else {}
        arguments = [
            (param.make_metavar(ctx), told.get(param.name or "", ""))
            for param in self.get_params(ctx)
            if isinstance(param, click.Argument)
        ]
        _write(formatter, "Arguments", arguments)
        _write(formatter, "Options", _option_rows(self, ctx))


class Group(TyperGroup):
    """The program: its commands in the order in which they were added, each in one line."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections Options and Commands."""
        _write(formatter, "Options", _option_rows(self, ctx))
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        _write(formatter, "Commands", [(name, _first_sentence(command)) for name, command in commands if command])


def _option_rows(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    records = [param.get_help_record(ctx) for param in command.get_params(ctx) if isinstance(param, click.Option)]
    return [(names, text.replace("\\[", "[")) for names, text in filter(None, records)]


def _argument_help(callback: Callable[..., Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, parameter in inspect.signature(callback).parameters.items():
        if get_origin(parameter.annotation) is Annotated:
            for mark in get_args(parameter.annotation)[1:]:
                if isinstance(mark, ArgumentInfo):
                    found[name] = mark.help or ""
    return found


def _first_sentence(command: click.Command) -> str:
    """What stands before the first colon, semicolon or stop of its help."""
    return _END_OF_CLAUSE.split(command.help or "", maxsplit=1)[0]


def _write(formatter: click.HelpFormatter, title: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows)
