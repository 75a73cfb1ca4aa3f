# SPDX-License-Identifier: Apache-2.0
"""percontact events: what happened and may explain a change; the same events as on the app's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from percontact.cli.speak import call, count, open_book, output_options, say

if TYPE_CHECKING:
    from percontact.people.events import Happening
    from percontact.people.state import State
    from percontact.pipeline import OpenBook

F = TypeVar("F", bound=Callable[..., Any])


def happening_options(command: F) -> F:
    """What is said of an event besides its name."""
    for option in (
        click.option("--note", "text", metavar="TEXT", help="More about it."),
        click.option("--reason", metavar="NAME", help="The contact reason it touched."),
        click.option("--team", metavar="NAME", help="The team it touched."),
        click.option("--channel", metavar="NAME", help="The channel it touched. Default: everything."),
        click.option("--kind", metavar="WORD", help="release, price, outage, training, campaign, ..."),
        click.option("--to", "until", metavar="DAY", help="Its last day. Default: one day, or lasting."),
    ):
        command = option(command)
    return command


@click.group("events")
def command() -> None:
    """Note what happened: charts mark it, watch and explain name it as a candidate by time.

    \b
    percontact events note "New checkout" --from 2026-03-09 --kind release
    percontact events note "Lines down" --from 2026-04-02 --kind outage --channel voice
    percontact events change 2 --to 2026-04-03
    percontact events list

    Events of a file come by `percontact import events FILE` and change with it.
    """
    from percontact.values.problem import problem

    try:
        import percontact.people.state  # noqa: F401 (all that it needs is imported with it)
    except ImportError as error:
        what, why = f"{error.name} is not installed", "Author and history of events are kept by the app."
        do = "Install it: pip install 'percontact[web]'. Or bring a file: percontact import events FILE."
        raise problem("E-LIB-01", "percontact events", what, why, do) from None


@command.command("list")
@output_options
@click.pass_context
def list_events(ctx: click.Context, form: str | None, as_json: bool, output: Path | None) -> None:
    """List what happened, the newest first: what was noted here, and what came with files."""
    from percontact.answers.noting import document, in_step, listed
    from percontact.people import events

    book = open_book(ctx)
    with _opened(book) as state:
        noted = events.events(state)
    found = listed(book.book, noted)
    say(document(book, found), form=form, as_json=as_json, output=output)
    if not in_step(book.book, noted):
        click.echo("Not all that was noted stands in the figures: percontact events bring-in", err=True)
    elif not found:
        click.echo(f'Next: {call(ctx)} events note "What happened" --from DAY', err=True)


@command.command("note")
@click.argument("name")
@click.option("--from", "start", metavar="DAY", required=True, help="Its first day: 2026-03-09.")
@happening_options
@click.pass_context
def note(ctx: click.Context, /, name: str, start: str, **said: str | None) -> None:
    """Note an event by NAME, a few words that stand at its mark on charts."""
    from percontact.answers import noting
    from percontact.people import COMMAND_LINE
    from percontact.people.events import Happening

    book = open_book(ctx)
    happening = _said(Happening(name, noting.day(start, "--from")), said)
    with _opened(book) as state:
        known = noting.values_of(book, happening)
        made = noting.note(book.workspace, state, happening, known, by=COMMAND_LINE)
    click.echo(f"Noted event {made.id}: {made.happening.event}, from {made.happening.started_on}.")


@command.command("change")
@click.argument("number", type=int)
@click.option("--name", metavar="TEXT", help="What happened, in a few words.")
@click.option("--from", "start", metavar="DAY", help="Its first day.")
@happening_options
@click.pass_context
def change(
    ctx: click.Context, /, number: int, name: str | None, start: str | None, **said: str | None
) -> None:
    """Change event NUMBER of those noted here; what is not named stays. An empty text takes a part away."""
    from percontact.answers import noting
    from percontact.people import COMMAND_LINE, events

    book = open_book(ctx)
    with _opened(book) as state:
        happening = events.one(state, number).happening
        if name is not None:
            happening = replace(happening, event=name)
        if start is not None:
            happening = replace(happening, started_on=noting.day(start, "--from"))
        happening = _said(happening, said)
        known = noting.values_of(book, happening)
        noting.change(book.workspace, state, number, happening, known, by=COMMAND_LINE)
    click.echo(f"Changed event {number}: {happening.event}, from {happening.started_on}.")


@command.command("remove")
@click.argument("number", type=int)
@click.pass_context
def remove(ctx: click.Context, number: int) -> None:
    """Remove event NUMBER of those noted here. How it read stays in the audit."""
    from percontact.answers import noting
    from percontact.people import COMMAND_LINE, events

    book = open_book(ctx)
    with _opened(book) as state:
        was = events.one(state, number).happening
        noting.remove(book.workspace, state, number, by=COMMAND_LINE)
    click.echo(f"Removed event {number}: {was.event}, from {was.started_on}.")


@command.command("take-over")
@click.argument("number", type=int, metavar="IMPORT")
@click.pass_context
def take_over(ctx: click.Context, number: int) -> None:
    """Note the events of IMPORT here, so that they can be changed, and undo that import."""
    from percontact.answers import noting
    from percontact.people import COMMAND_LINE

    book = open_book(ctx)
    with _opened(book) as state:
        many = noting.take_over(book.workspace, state, number, by=COMMAND_LINE)
    click.echo(f"Took over {count(many, 'event')} of import {number}, which is undone.")


@command.command("bring-in")
@click.pass_context
def bring_in(ctx: click.Context) -> None:
    """Make the figures have all that was noted, where an import of it failed or was undone."""
    from percontact.answers import noting

    book = open_book(ctx)
    with _opened(book) as state:
        noting.bring_in(book.workspace, state)
    click.echo("The figures have all that was noted.")


@contextmanager
def _opened(book: OpenBook) -> Iterator[State]:
    """The application's database of a workspace."""
    from percontact.people import open_state

    state = open_state(book.workspace.path)
    try:
        yield state
    finally:
        state.close()


def _said(happening: Happening, said: dict[str, str | None]) -> Happening:
    """An event with what the options say of it; an option that was not given leaves its part as it was."""
    from percontact.answers.noting import day

    parts: dict[str, Any] = {n: said[n] for n in ("kind", "channel", "team", "reason") if said[n] is not None}
    if (until := said["until"]) is not None:
        parts["ended_on"] = day(until, "--to") if until.strip() else None
    if said["text"] is not None:
        parts["note"] = said["text"]
    return replace(happening, **parts)
