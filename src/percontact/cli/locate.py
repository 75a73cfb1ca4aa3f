# SPDX-License-Identifier: Apache-2.0
"""percontact locate: the slices behind a change of a metric."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import call, open_book, output_options, say, slice_options


@click.command("locate")
@click.argument("metric", metavar="METRIC")
@slice_options
@click.option(
    "--against",
    default="previous",
    show_default=True,
    metavar="WITH",
    help="previous (the span before), last-year or budget.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="DIM",
    help="Look along these dimensions only. Default: channel, team, queue, site, reason, product, language.",
)
@click.option("--top", default=6, show_default=True, type=click.IntRange(1, 20), help="Slices at most.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    metric: str,
    start: str | None,
    end: str | None,
    against: str,
    by: tuple[str, ...],
    top: int,
    where: tuple[str, ...],
    basis: str,
    amounts: str,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Where METRIC changed: the smallest set of slices that explains it, with what each explains.

    METRIC is a sum or a ratio of sums: contacts, handle-time, cost-per-contact, escalation_rate, ...
    Without --from and --to it is the last month that has data.

    \b
    percontact locate contacts --from 2026-03 --to 2026-03
    percontact locate cost-per-contact --from 2026-Q1 --to 2026-Q1 --against last-year
    percontact locate handle-time --by team --by reason --where channel=voice
    """
    from percontact.answers.locating import document, located

    book = open_book(ctx, amounts, snapshot)
    answer = located(
        book, metric, start=start, end=end, against=against, by=by, where=where, basis=basis, top=top
    )
    told = document(book, answer)
    say(told, form=form, as_json=as_json, output=output)
    if output is None and not as_json and form in (None, "text") and answer.located.causes:
        look = str(told.tables[0].rows[0][-1]) if answer.card.table == "contacts" else ""
        if look:
            click.echo(f"\nNext: {look.replace('percontact', call(ctx), 1)}", err=True)
