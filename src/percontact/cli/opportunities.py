# SPDX-License-Identifier: Apache-2.0
"""percontact opportunities: what may be saved, ranked by the money at stake."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from percontact.cli.speak import call, open_book, output_options, say, span_options

if TYPE_CHECKING:
    from percontact.answers.seeking import Answer
    from percontact.pipeline import OpenBook
    from percontact.report.charts.chart import Chart


@click.command("opportunities")
@span_options
@click.option(
    "--where",
    multiple=True,
    metavar="DIM=VALUE",
    help="Only these contacts: team=Billing, channel!=voice. May be repeated.",
)
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many to list.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    where: tuple[str, ...],
    top: int,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """What may be saved, ranked: each with a range of money, a guardrail, its contacts and a next step.

    Looks at whole months; without --from and --to at the last three that have data. JSON, CSV and Parquet
    hold all of them.

    \b
    percontact opportunities --from 2026-04 --to 2026-06
    percontact opportunities --where channel=voice --json
    """
    from percontact.answers.seeking import document, sought

    book = open_book(ctx)
    answer = sought(book, start=start, end=end, where=where)
    told = document(book, answer, top=top)
    say(told, form=form, as_json=as_json, output=output, charts=lambda: _pictures(book, answer, top))
    if output is None and not as_json and form in (None, "text") and answer.found:
        look = next((str(row[3]) for row in told.tables[1].rows if row[3]), "")
        if look:
            click.echo(f"\nNext: {look.replace('percontact', call(ctx), 1)}", err=True)


def _pictures(book: OpenBook, answer: Answer, top: int) -> list[Chart]:
    from percontact.report.sought_charts import stakes_chart
    from percontact.report.spoken import spoken

    drawn = answer.found[:top]
    span = spoken(answer.question.span)
    return [stakes_chart(drawn, book.settings.currency, span, [""] * len(drawn))] if drawn else []
