# SPDX-License-Identifier: Apache-2.0
"""percontact customers: cost to serve by customer and segment, and how concentrated it is."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say, slice_options


@click.command("customers")
@slice_options
@click.option(
    "--by",
    metavar="DIM",
    help="segment, plan, country, ... of the customer; product, reason, ... of the contact.",
)
@click.option("--top", default=10, show_default=True, type=click.IntRange(0), help="How many to list.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    where: tuple[str, ...],
    basis: str,
    by: str | None,
    top: int,
    amounts: str,
    snapshot: int | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """What serving customers costs: what share the dearest 1%, 5% and 20% cause, by segment or product.

    \b
    percontact customers --from 2026-01 --by segment
    percontact customers --by product
    percontact customers --where channel=voice --top 50
    """
    from percontact.answers.measuring import served

    book = open_book(ctx, amounts, snapshot)
    question = book.ask(start=start, end=end, where=where, basis=basis)
    say(served(book, question, by=by, top=top), form=form, as_json=as_json, output=output)
