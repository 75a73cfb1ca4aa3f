# SPDX-License-Identifier: Apache-2.0
"""percontact watch: spikes, new levels, trends and missing days, told early and seldom falsely."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from percontact.cli.speak import call, open_book, output_options, say


@click.command("watch")
@click.argument("metrics", nargs=-1, metavar="[METRIC...]")
@click.option("--from", "start", metavar="PERIOD", help="First period watched. Default: the last 13 weeks.")
@click.option("--to", "end", metavar="PERIOD", help="Last period watched. Default: the end of the data.")
@click.option(
    "--by",
    multiple=True,
    metavar="DIM",
    help="Dimensions whose values are watched one by one: channel, team, reason (default). May be repeated.",
)
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only these contacts: team=Billing.")
@click.option(
    "--grain",
    type=click.Choice(["day", "hour"]),
    default="day",
    show_default=True,
    help="hour: each hour of the day is watched by itself, so that what lasts hours is found.",
)
@click.option(
    "--alerts",
    "alerts_a_week",
    type=click.FloatRange(0.02, 100),
    default=2.0,
    show_default=True,
    metavar="N",
    help="The most alerts told a week.",
)
@click.option(
    "--false-alarms",
    type=click.FloatRange(0.001, 20),
    default=0.5,
    show_default=True,
    metavar="N",
    help="Alarms a year that one series may raise where nothing happens; fewer where many are watched.",
)
@click.option("--snapshot", type=int, metavar="N", help="The data as it was at an earlier state.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    metrics: tuple[str, ...],
    start: str | None,
    end: str | None,
    by: tuple[str, ...],
    where: tuple[str, ...],
    grain: Literal["day", "hour"],
    alerts_a_week: float,
    false_alarms: float,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """What broke: volume, handle time, cost and quality, day by day, of the whole and of every slice.

    \b
    percontact watch
    percontact watch contacts_offered --from 2026-01 --by reason --alerts 1
    percontact watch --grain hour --by channel
    percontact watch customer_satisfaction --by team --false-alarms 0.1
    """
    from percontact.answers.picturing import alert_drawn
    from percontact.answers.watching import Watching, document, watched
    from percontact.report.watched import follow_up

    book = open_book(ctx, "effective", snapshot)
    found = watched(book, Watching(metrics, start, end, by, where, alerts_a_week, false_alarms, grain))
    say(
        document(book, found), form=form, as_json=as_json, output=output,
        charts=lambda: alert_drawn(book, found, where),
    )  # fmt: skip
    if output is None and not as_json and form in (None, "text") and found.alerts:
        click.echo(f"\nNext: {call(ctx)} {follow_up(found)}", err=True)
