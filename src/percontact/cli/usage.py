# SPDX-License-Identifier: Apache-2.0
"""percontact usage: metered use priced by a dated price sheet."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say


@click.command("usage")
@click.option("--from", "start", metavar="PERIOD", help="First period; default: all the data.")
@click.option("--to", "end", metavar="PERIOD", help="Last period, inclusive.")
@output_options
@click.pass_context
def command(
    ctx: click.Context,
    start: str | None,
    end: str | None,
    form: str | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Price AI resolutions, tokens, minutes, messages and seats by `prices:` of policy.yaml.

    Each vendor's unit is brought to one that can be compared: the cost of a verified resolution.
    """
    from percontact.report.metered import usage_document
    from percontact.values.problem import problem

    book = open_book(ctx)
    if not book.book.has("usage"):
        raise problem(
            "E-DATA-01",
            str(book.workspace.path),
            "there is no metered use yet",
            "It comes from the table usage.",
            "Import it: percontact import usage FILE (used_at, vendor, item, quantity, contact_id).",
        )
    say(usage_document(book.costed, book.span(start, end)), form=form, as_json=as_json, output=output)
