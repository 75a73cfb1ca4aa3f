# SPDX-License-Identifier: Apache-2.0
"""percontact measure: metrics by period and slice, defined by cards, several in one pass."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import call, open_book, output_options, say, slice_options


@click.command("measure")
@click.argument("metrics", nargs=-1, required=True, metavar="METRIC...")
@slice_options
@click.option(
    "--grain",
    default="month",
    metavar="GRAIN",
    help="day, week, month (default), quarter, year, fiscal-month, fiscal-quarter, fiscal-year.",
)
@click.option("--by", multiple=True, metavar="DIM", help="channel, team, reason, ... May be repeated.")
@click.option(
    "--compare",
    multiple=True,
    metavar="WITH",
    help="previous, last-year, budget or target: the totals beside those of another span, or beside what was "
    "planned or promised. May be repeated.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="METRIC.NAME=VALUE",
    help="Set a parameter of a card: service_level.within_s=30.",
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    metrics: tuple[str, ...],
    start: str | None,
    end: str | None,
    grain: str,
    by: tuple[str, ...],
    compare: tuple[str, ...],
    settings: tuple[str, ...],
    where: tuple[str, ...],
    basis: str,
    amounts: str,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Measure METRICs: each by its card, for any slice and period.

    \b
    percontact measure CSAT FCR service_level CPC --by team --from 2026-01
    percontact measure AHT --where channel=voice --compare previous --compare last-year
    percontact measure service_level --set service_level.within_s=30
    """
    from percontact.answers.exploring import drawn
    from percontact.answers.measuring import measured

    book = open_book(ctx, amounts, snapshot)
    answer = measured(
        book, metrics, start=start, end=end, grain=grain, by=by, where=where, basis=basis,
        compare=compare, settings=settings,
    )  # fmt: skip
    say(
        answer, form=form, as_json=as_json, output=output,
        charts=lambda: drawn(
            book, metrics[0], start=start, end=end, grain=grain, by=by, where=where, basis=basis
        ),
    )  # fmt: skip
    if output is None and not as_json and form in (None, "text"):
        click.echo(f"\nNext: {call(ctx)} kpi show {metrics[0]} says what it means.", err=True)
