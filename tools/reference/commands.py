# SPDX-License-Identifier: Apache-2.0
"""The page of commands, from their own help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from percontact.cli.group import percontact
from reference.markdown import grid, joined


def commands_page() -> str:
    """Every command with its arguments and options, from the command line's own help."""
    return joined("the commands' own help, src/percontact/cli/", _commands())


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield (
        "`percontact COMMAND --help` prints the same. Results go to stdout, progress and hints to stderr, so "
        "a result can be piped. Every command takes `--json`, but `completion`, which prints a script. "
        "`-C DIR` may stand before the command or after it."
    )
    yield (
        "Exit codes: 0 ok, 1 a problem was found, 2 wrong usage, 130 stopped by Ctrl-C. `NO_COLOR` is "
        "honoured. `PERCONTACT_MEMORY` (default 1GB) and `PERCONTACT_THREADS` (default all cores) bound the "
        "engine."
    )
    yield "## percontact"
    yield from _command(percontact, "percontact")
    context = click.Context(percontact, info_name="percontact")
    for name in percontact.list_commands(context):
        command = percontact.get_command(context, name)
        assert command is not None
        yield f"## {name}"
        yield from _command(command, f"percontact {name}")
        if isinstance(command, click.Group):
            for below in command.list_commands(context):
                found = command.get_command(context, below)
                assert found is not None
                yield f"### {name} {below}"
                yield from _command(found, f"percontact {name} {below}")


def _command(command: click.Command, called: str) -> Iterator[str]:
    arguments = [_argument(p) for p in command.params if isinstance(p, click.Argument)]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    after = ["COMMAND"] if isinstance(command, click.Group) else []
    usage = " ".join([called, *(["[OPTIONS]"] if options else []), *arguments, *after])
    yield f"```\n{usage}\n```"
    yield _help(command.help or "")
    if options:
        yield grid(("option", "what it does"), ((f"`{_option(o)}`", _says(o)) for o in options))


def _argument(argument: click.Parameter) -> str:
    name = argument.metavar or _taken(argument.type) or (argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    return f"{names} {option.metavar or _taken(option.type) or 'TEXT'}"


def _taken(kind: object) -> str:
    """What an option takes, in words that do not hang on click's version."""
    if isinstance(kind, click.Choice):
        return "|".join(str(choice) for choice in kind.choices)
    if isinstance(kind, click.Path):
        return "FILE" if not kind.dir_okay else "PATH"
    return "N" if isinstance(kind, click.types.IntParamType) else ""


def _says(option: click.Option) -> str:
    notes = [option.help or ""]
    if option.required:
        notes.append("Needed.")
    elif option.show_default and not option.is_flag:
        notes.append(f"Default: {option.default}.")
    return " ".join(note for note in notes if note) or "-"


def _help(text: str) -> str:
    """Help as Markdown: what click must not wrap (a block that begins with \\b) is shown as it stands."""
    blocks = []
    for block in inspect.cleandoc(text).split("\n\n"):
        if block.startswith("\b"):
            blocks.append("```\n" + block.removeprefix("\b").strip("\n") + "\n```")
        else:
            blocks.append(" ".join(block.split()))
    return "\n\n".join(blocks)
