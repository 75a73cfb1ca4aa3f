# SPDX-License-Identifier: Apache-2.0
"""percontact init: make a workspace."""

from __future__ import annotations

import json
from pathlib import Path

import click

from percontact.cli.settings import calendar_options, told
from percontact.cli.speak import writing_to


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--currency", required=True, metavar="EUR", help="Reporting currency, ISO 4217.")
@click.option(
    "--timezone",
    required=True,
    metavar="Europe/Berlin",
    help="Time zone in which days and months are counted.",
)
@calendar_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    folder: Path,
    currency: str,
    timezone: str,
    fiscal_start: int | None,
    fiscal_weeks: str | None,
    fiscal_year_ends: str | None,
    fiscal_named: str | None,
    week_starts: str | None,
    as_json: bool,
) -> None:
    """Make a workspace in DIR. How weeks and fiscal years are counted can be changed later: settings."""
    from zoneinfo import available_timezones

    from percontact.answers.holding import with_calendar
    from percontact.records.book import Settings
    from percontact.store.workspace import Workspace
    from percontact.values.currencies import CURRENCIES
    from percontact.values.problem import did_you_mean, problem

    currency = currency.strip().upper()
    if currency not in CURRENCIES:
        raise problem(
            "E-ARG-01",
            "--currency",
            f"{currency!r} is no currency code",
            "A currency is three letters of ISO 4217; those of the past (DEM, ITL) are known too.",
            "Write EUR, USD, GBP, ...",
        )
    if timezone not in available_timezones():
        raise problem(
            "E-ARG-01",
            "--timezone",
            f"{timezone!r} is no time zone",
            did_you_mean(timezone, available_timezones()),
            "Write Europe/Berlin, America/New_York, UTC, ...",
        )
    settings = with_calendar(
        Settings(currency, timezone), fiscal_start, fiscal_weeks, fiscal_year_ends, fiscal_named, week_starts
    )
    with writing_to(folder):
        workspace = Workspace.create(folder, settings)
    if as_json:
        click.echo(json.dumps({"folder": str(workspace.path), **told(settings)}))
        return
    click.echo(f"Made a workspace in {folder}: {currency}, {timezone}.")
    click.echo(
        f"Next: percontact -C {folder} import contacts FILE, then import ledger FILE, then cost.", err=True
    )
