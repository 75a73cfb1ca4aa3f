# SPDX-License-Identifier: Apache-2.0
"""percontact usage: metered use priced by a dated price sheet."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say, span_options


@click.command("usage")
@span_options
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

    book = open_book(ctx)
    book.need("usage")
    say(usage_document(book.costed, book.span(start, end)), form=form, as_json=as_json, output=output)
