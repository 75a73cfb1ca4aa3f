# SPDX-License-Identifier: Apache-2.0
"""percontact settings: what holds for a whole workspace, and how its weeks and fiscal years are counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
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


def with_calendar(
    settings: Settings,
    start: int | None,
    weeks: str | None,
    year_ends: str | None,
    named: str | None,
    week_starts: str | None,
) -> Settings:
    """Settings with the options that were given. Raises E-ARG-03 for a year's end without weeks."""
    from percontact.values.problem import problem

    pattern = settings.fiscal_pattern if weeks is None else _one(PATTERNS, "" if weeks == MONTHS else weeks)
    if year_ends and not pattern:
        what, why = "the fiscal year is not one of weeks", "One of calendar months ends with a month."
        do = "Say --fiscal-weeks 4-4-5 too, or leave it out."
        raise problem("E-ARG-03", f"--fiscal-year-ends {year_ends}", what, why, do)
    kept = f"{settings.fiscal_year_ends}-{settings.fiscal_end_day}"
    rule, _, day = (year_ends or kept).partition("-")
    if week_starts is None and pattern and (weeks or year_ends):
        week_starts = WEEKDAYS[(WEEKDAYS.index(_one(WEEKDAYS, day)) + 1) % 7]
    return replace(
        settings,
        fiscal_start_month=start or settings.fiscal_start_month,
        fiscal_pattern=pattern,
        fiscal_year_ends=_one(YEAR_ENDS, rule),
        fiscal_end_day=_one(WEEKDAYS, day),
        fiscal_named=_one(NAMED, named or settings.fiscal_named),
        week_starts=_one(WEEKDAYS, week_starts or settings.week_starts),
    )


def _one(known: Iterable[T], wanted: object) -> T:
    """The one of known values that equals what click has checked."""
    return next(k for k in known if k == wanted)


def told(settings: Settings) -> dict[str, object]:
    """The settings as an object for programs."""
    return {k: v for k, v in asdict(settings).items() if k != "demo"}


def calendar_words(settings: Settings) -> str:
    """How weeks and fiscal years are counted, in words."""
    from percontact.values.fiscal import FiscalCalendar

    if settings.calendar == FiscalCalendar():
        return "weeks from Monday, fiscal years are calendar years"
    weeks = f"weeks from {settings.week_starts.capitalize()}"
    named = f"FY2026 {settings.fiscal_named}s in 2026" if settings.fiscal_start_month > 1 else ""
    start = settings.calendar.year_start(2026)
    first = f"FY2026 begins on {start}"
    if settings.fiscal_pattern:
        ends = f"the {settings.fiscal_year_ends} {settings.fiscal_end_day.capitalize()}"
        kind = f"fiscal years of weeks, {settings.fiscal_pattern}, ending on {ends}"
    else:
        kind = f"fiscal years from month {settings.fiscal_start_month}"
    return ", ".join(x for x in (weeks, kind, named, first) if x)


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
