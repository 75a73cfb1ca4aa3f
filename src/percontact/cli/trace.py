# SPDX-License-Identifier: Apache-2.0
"""percontact trace: from a figure down to ledger lines, contacts and source rows."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say, slice_options


@click.command("trace")
@click.argument("contact_id", required=False)
@slice_options
@click.option("--pool", metavar="POOL", help="Only what this pool brings.")
@click.option(
    "--top",
    default=10,
    show_default=True,
    type=click.IntRange(1),
    help="How many lines and contacts to list.",
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    contact_id: str | None,
    start: str | None,
    end: str | None,
    where: tuple[str, ...],
    basis: str,
    amounts: str,
    snapshot: int | None,
    pool: str | None,
    top: int,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Open a figure: its pools, the ledger lines behind them, its contacts, each with file and line.

    \b
    percontact trace --from 2026-03 --to 2026-03 --where channel=voice
    percontact trace C-1042                     one contact, priced line by line
    """
    from percontact.answers.tracing import traced

    book = open_book(ctx, amounts, snapshot)
    question = book.ask(start=start, end=end, where=where, basis=basis)
    say(
        traced(book, question, contact_id=contact_id, pool=pool, top=top),
        form=form,
        as_json=as_json,
        output=output,
    )
