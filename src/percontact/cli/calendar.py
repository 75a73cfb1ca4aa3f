# SPDX-License-Identifier: Apache-2.0
"""percontact calendar: the days that differ from the usual week, and the public holidays of a country."""

from __future__ import annotations

import json
from pathlib import Path

import click

from percontact.cli.speak import call, open_book, output_options, say


@click.group("calendar")
def command() -> None:
    """Days that differ from the usual week: list them, add the public holidays of a country.

    \b
    percontact calendar holidays Germany --subdivision Bavaria --preview
    percontact calendar holidays DE --subdivision BY --from 2025 --to 2027
    percontact calendar holidays "United Kingdom" --subdivision England --site Leeds
    percontact calendar list --year 2026

    Days of a file come by `percontact import calendar FILE`.
    """


@command.command("list")
@click.option("--year", type=click.IntRange(1900, 2200), help="Default: the newest there are days of.")
@click.option("--site", default="", metavar="NAME", help="Days everywhere, and those of this site.")
@output_options
@click.pass_context
def list_days(
    ctx: click.Context, year: int | None, site: str, form: str | None, as_json: bool, output: Path | None
) -> None:
    """List a year's days that differ, with what brought them, and the working days they leave."""
    from percontact.answers.calendaring import calendar_told, days_kept, years

    book = open_book(ctx)
    said = calendar_told(book, year or years(book)[0], site)
    say(said, form=form, as_json=as_json, output=output)
    if not days_kept(book.book):
        click.echo(f"Next: {call(ctx)} calendar holidays COUNTRY --preview", err=True)


@command.command("holidays")
@click.argument("country")
@click.option("--subdivision", default="", metavar="NAME", help="State, canton, province: BY or Bavaria.")
@click.option(
    "--from", "first", type=int, metavar="YEAR", help="First year. Default: the first that has contacts."
)
@click.option(
    "--to", "last", type=int, metavar="YEAR", help="Last year. Default: the one after the last contacts."
)
@click.option("--site", default="", metavar="NAME", help="The only site they hold for. Default: everywhere.")
@click.option(
    "--names",
    type=click.Choice(["english", "own"]),
    default="english",
    help="How holidays are called: in English (default), or in the country's own language.",
)
@click.option("--preview", is_flag=True, help="List the days; add nothing.")
@output_options
@click.pass_context
def holidays(
    ctx: click.Context,
    country: str,
    subdivision: str,
    first: int | None,
    last: int | None,
    site: str,
    names: str,
    preview: bool,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Add the public holidays of COUNTRY, by code or English name, as one import that can be undone.

    A day that the calendar speaks of already stays as it is. The days come with percontact's extra
    `holidays`; no network is asked.
    """
    from percontact.answers.adding_holidays import Wish, add_holidays, document, fields, offer, told

    book = open_book(ctx)
    wish = Wish(country, subdivision, first, last, site, names)  # type: ignore[arg-type]
    found = offer(book, wish)
    if preview:
        say(document(book, found), form=form, as_json=as_json, output=output)
        return
    if (form and form != "json") or output:
        raise click.UsageError("--format and --output are for --preview; else there is --json.", ctx)
    done = add_holidays(book, wish)
    if as_json or form:
        click.echo(json.dumps(fields(done), indent=2, ensure_ascii=False))
        return
    click.echo(told(done))
    if done.receipt is not None:
        click.echo(f"To undo it: {call(ctx)} imports --undo {done.receipt.number}", err=True)
    click.echo(f"Next: {call(ctx)} calendar list --year {found.last}", err=True)


@command.command("countries")
@click.argument("country", default="")
@output_options
@click.pass_context
def countries(ctx: click.Context, country: str, form: str | None, as_json: bool, output: Path | None) -> None:
    """List the countries whose holidays are known, or the subdivisions of COUNTRY, with their codes."""
    from percontact.answers.adding_holidays import places_told

    say(places_told(open_book(ctx), country), form=form, as_json=as_json, output=output)
