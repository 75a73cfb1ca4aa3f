# SPDX-License-Identifier: Apache-2.0
"""percontact cost: the cost statement."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import call, open_book, output_options, say, slice_options


@click.command("cost")
@slice_options
@click.option(
    "--grain",
    default="month",
    metavar="GRAIN",
    help="day, week, month (default), quarter, year, fiscal-month, fiscal-quarter, fiscal-year.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIM",
    help="channel, team, reason, agent, customer, case, pool, account, category, ... May be repeated.",
)
@click.option(
    "--per",
    default="contact",
    metavar="UNIT",
    help="contact (default), handle-minute, resolution, verified-resolution, case or customer.",
)
@click.option(
    "--guard",
    "guards",
    multiple=True,
    is_flag=False,
    flag_value="",
    metavar="[METRIC]",
    help="Quality beside the cost: the metrics named, or CSAT, FCR, service level and repeat contacts.",
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    grain: str,
    by: tuple[str, ...],
    where: tuple[str, ...],
    basis: str,
    per: str,
    guards: tuple[str, ...],
    amounts: str,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """What contacts cost: ledger, pools, contacts, and what is unused or unassigned.

    \b
    percontact cost --from 2026-01 --to 2026-06 --by channel
    percontact cost --by team --by reason --where channel=voice --basis full
    percontact cost --per resolution --grain quarter --format xlsx -o cost.xlsx
    """
    book = open_book(ctx, amounts, snapshot)
    question = book.ask(start=start, end=end, grain=grain, by=by, where=where, basis=basis)
    if guards:
        from percontact.answers.measuring import guarded

        say(guarded(book, question, per, [g for g in guards if g]), form=form, as_json=as_json, output=output)
        return
    from percontact.report.statement_chart import statement_charts

    found = book.state(question, per)
    say(found, form=form, as_json=as_json, output=output, charts=lambda: statement_charts(found))
    if output is None and not as_json and form in (None, "text"):
        click.echo(
            f"\nNext: {call(ctx)} trace opens a figure down to its rows; "
            f"{call(ctx)} check says what is doubtful.",
            err=True,
        )
