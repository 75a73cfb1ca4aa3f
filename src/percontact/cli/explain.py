# SPDX-License-Identifier: Apache-2.0
"""percontact explain: why a cost changed, split exactly by cause."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from percontact.cli.speak import call, open_book, output_options, say

if TYPE_CHECKING:
    from percontact.answers.explaining import Explained
    from percontact.report.charts.chart import Chart


@click.command("explain")
@click.option(
    "--from",
    "start",
    metavar="PERIOD",
    help="The period before the change: 2025-12, 2025-Q4, 2025-W50, ... One side of two, not the start of a "
    "span. With --against: where the span begins, as elsewhere.",
)
@click.option(
    "--to",
    "end",
    metavar="PERIOD",
    help="The period after the change; default: the last month. With --against: where the span ends, as "
    "elsewhere.",
)
@click.option(
    "--against",
    metavar="WITH",
    help="previous, last-year or budget: hold the span --from .. --to against the one before it, the same a "
    "year earlier, or what was planned.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIM",
    help="The tree of contacts, from the top: channel, team, reason (default). May be repeated.",
)
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only these contacts: team=Billing.")
@click.option(
    "--per", default="contact", metavar="UNIT", help="contact (default), resolution, or total: total cost."
)
@click.option(
    "--basis",
    default=None,
    metavar="BASIS",
    help="used (default), full (with unused and unassigned cost; always so against a budget) or marginal.",
)
@click.option("--part", metavar="PART", help="Open one part: 'handle time', 'channel mix', currency, ...")
@click.option(
    "--amounts",
    type=click.Choice(["effective", "billed"]),
    default="effective",
    help="Cost spread over the days it is for, or when booked.",
)
@click.option("--snapshot", type=int, metavar="N", help="The data as it was at an earlier state.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    against: str | None,
    by: tuple[str, ...],
    where: tuple[str, ...],
    per: str,
    basis: str | None,
    part: str | None,
    amounts: str,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Why a cost changed: the change split exactly into volume, mix, handle time, idle time, prices, ....

    A change has two sides. --from A --to B holds B against A: two periods. With --against, --from and --to
    are the first and last period of one span, as in all other commands.

    \b
    percontact explain --from 2025-12 --to 2026-01          January against December
    percontact explain --to 2026-Q1 --per total             the quarter against the one before
    percontact explain --from 2026-01 --to 2026-06 --against previous
                                                            the half year against the one before
    percontact explain --from 2025-12 --to 2026-01 --part "handle time"
    percontact explain --to 2026-01 -o why.pdf               on paper; why.svg, why.png: the picture alone
    """
    from percontact.answers.explaining import document, explained

    book = open_book(ctx, amounts, snapshot)
    found = explained(
        book, start=start, end=end, against=against, by=by, where=where, basis=basis, per=per,
        accounts="with" if part else "without",
    )  # fmt: skip
    answer = document(book, found, part=part, call=call(ctx))
    say(answer, form=form, as_json=as_json, output=output, charts=lambda: [_picture(found)])
    if output is None and not as_json and form in (None, "text") and part is None and found.bridge.parts:
        name = found.bridge.parts[0].name
        click.echo(f"\nNext: add --part '{name}' to open it.", err=True)


def _picture(found: Explained) -> Chart:
    from percontact.report.bridge_chart import bridge_chart

    return bridge_chart(found.bridge, lambda part: "", where=found.where, basis=found.basis)
