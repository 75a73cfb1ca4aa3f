# SPDX-License-Identifier: Apache-2.0
"""percontact settings: what holds for a whole workspace, and how its weeks and fiscal years are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import click

from percontact.cli.speak import call
from percontact.values.fiscal import NAMED, PATTERNS, WEEKDAYS, YEAR_ENDS

if TYPE_CHECKING:
    from percontact.records.book import Settings

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
MONTHS = "months"
ENDS = [f"{rule}-{day}" for rule in YEAR_ENDS for day in WEEKDAYS]


def calendar_options(command: F) -> F:
    """How weeks and fiscal years are counted."""
    for option in (
        click.option(
            "--week-starts",
            type=click.Choice(WEEKDAYS),
            help="First day of the week: monday (default), or the first day of a fiscal year of weeks.",
        ),
        click.option(
            "--fiscal-named",
            type=click.Choice(NAMED),
            help="Whether FY2026 ends (default) or starts in 2026.",
        ),
        click.option(
            "--fiscal-year-ends",
            type=click.Choice(ENDS),
            metavar="RULE",
            help="Of a fiscal year of weeks: last-saturday (default) of the month before --fiscal-start, or "
            "nearest-saturday, the one nearest to its end; any weekday.",
        ),
        click.option(
            "--fiscal-weeks",
            type=click.Choice([*PATTERNS[1:], MONTHS]),
            help="Weeks in the fiscal months of each quarter; months = calendar months (default).",
        ),
        click.option(
            "--fiscal-start",
            type=click.IntRange(1, 12),
            help="First month of the fiscal year, 1 to 12. Default: 1.",
        ),
    ):
        command = option(command)
    return command


def told(settings: Settings) -> dict[str, object]:
    """The settings as an object for programs."""
    return {k: v for k, v in asdict(settings).items() if k != "demo"}


@click.command("settings")
@calendar_options
@click.option("--json", "as_json", is_flag=True, help="Print the settings as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    fiscal_start: int | None,
    fiscal_weeks: str | None,
    fiscal_year_ends: str | None,
    fiscal_named: str | None,
    week_starts: str | None,
    as_json: bool,
) -> None:
    """Show what holds for the workspace; change how its weeks and fiscal years are counted.

    \b
    percontact settings --fiscal-start 4
    percontact settings --week-starts sunday
    percontact settings --fiscal-start 2 --fiscal-weeks 4-5-4 --fiscal-year-ends nearest-saturday \\
        --fiscal-named start

    Rows stay as they are: only the names and bounds of weeks and fiscal periods change. Currency and time
    zone cannot change, because rows were read by them.
    """
    from percontact.answers.holding import calendar_words, with_calendar
    from percontact.store.workspace import Workspace

    workspace = Workspace.open(ctx.find_root().obj)
    wanted = with_calendar(
        workspace.settings, fiscal_start, fiscal_weeks, fiscal_year_ends, fiscal_named, week_starts
    )
    if wanted != workspace.settings:
        workspace = workspace.recount(wanted.calendar)
    settings = workspace.settings
    if as_json:
        click.echo(json.dumps(told(settings), indent=2))
        return
    click.echo(f"{settings.currency}, {settings.timezone}; {calendar_words(settings)}.")
    click.echo(f"Next: {call(ctx)} cost --grain fiscal-quarter", err=True)
