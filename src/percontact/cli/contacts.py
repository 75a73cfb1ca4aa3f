# SPDX-License-Identifier: Apache-2.0
"""percontact contacts: single contacts with their cost."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import count, open_book, output_options, say, slice_options


@click.command("contacts")
@slice_options
@click.option("--top", default=20, show_default=True, type=click.IntRange(1), help="How many to list.")
@click.option(
    "--sort", default="cost", type=click.Choice(["cost", "cheapest", "newest", "oldest"]), show_default=True
)
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    where: tuple[str, ...],
    basis: str,
    amounts: str,
    snapshot: int | None,
    top: int,
    sort: str,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """List contacts with their cost; with -o FILE.parquet or FILE.csv, write all of them, exact to 1e-12."""
    from percontact.costing.contact_cost import write_contacts
    from percontact.report.contact_list import contact_document

    book = open_book(ctx, amounts, snapshot)
    question = book.ask(start=start, end=end, where=where, basis=basis)
    chosen = form or (output.suffix.lstrip(".") if output else None)
    if output is not None and chosen in ("parquet", "csv"):
        rows = write_contacts(book.costed, question, output, form=chosen)
        click.echo(f"Wrote {count(rows, 'contact')} to {output}.", err=True)
        return
    say(
        contact_document(book.costed, question, top=top, sort=sort), form=form, as_json=as_json, output=output
    )
