# SPDX-License-Identifier: Apache-2.0
"""percontact kpi: list, search and explain the metrics."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say


@click.command("kpi")
@click.argument("words", nargs=-1, metavar="[show METRIC | WORD...]")
@click.option("--from", "start", metavar="PERIOD", help="First period of the figures shown.")
@click.option("--to", "end", metavar="PERIOD", help="Last period, inclusive.")
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="The slice of the figures: channel=voice.")
@click.option(
    "--rate", "rates", multiple=True, metavar="CUR=RATE", help="Convert published figures: GBP=1.15."
)
@click.option("--inflation", metavar="SHARE", help="Yearly rise of prices for published figures: 0.03.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    start: str | None,
    end: str | None,
    where: tuple[str, ...],
    rates: tuple[str, ...],
    inflation: str | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """List metrics, find them by WORDs, or explain one with today's own figures in its formula.

    \b
    percontact kpi
    percontact kpi churn
    percontact kpi show FCR --format md
    """
    from percontact.answers.measuring import explained, listed

    folder = ctx.find_root().obj
    if words[:1] == ("show",):
        if len(words) != 2:
            raise click.UsageError("kpi show takes one metric: percontact kpi show CSAT.")
        has_book = (Path(folder) / "manifest.sqlite").is_file()
        book = open_book(ctx) if has_book else None
        answer = explained(
            words[1], book, start=start, end=end, where=where, rates=rates, inflation=inflation
        )
    else:
        answer = listed(words, Path(folder))
    say(answer, form=form, as_json=as_json, output=output)
