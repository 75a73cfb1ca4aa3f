# SPDX-License-Identifier: Apache-2.0
"""percontact close: pin a period's figures to what they came from."""

from __future__ import annotations

import json

import click

from percontact.cli.speak import open_book


@click.command("close")
@click.argument("period")
@click.option("--reopen", metavar="BECAUSE", help="Open it again, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@click.pass_context
def command(ctx: click.Context, period: str, reopen: str | None, as_json: bool) -> None:
    """Close PERIOD: keep its figures with the snapshot and policy they came from.

    Later imports do not change what was reported; `percontact close PERIOD` again says whether today's data
    still gives the same figures.
    """
    from percontact.answers.closing import close_period

    record = close_period(open_book(ctx), period, reopen=reopen)
    click.echo(json.dumps(record, indent=2, default=str) if as_json else str(record["says"]))
    if record.get("differs"):
        ctx.exit(1)
