# SPDX-License-Identifier: Apache-2.0
"""percontact marketing: cost per contact in the marketing sense."""

from __future__ import annotations

from pathlib import Path

import click

from percontact.cli.speak import open_book, output_options, say, span_options


@click.command("marketing")
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
    """(marketing + advertising spend) / contacts reached, a campaign a row;
    no part of the cost of service.
    """
    from percontact.answers.marketing import marketing

    say(marketing(open_book(ctx), start, end), form=form, as_json=as_json, output=output)
