# SPDX-License-Identifier: Apache-2.0
"""percontact check: what is missing, doubtful or unplaced, worst first."""

from __future__ import annotations

import json

import click

from percontact.cli.speak import advice, call, open_book


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Say in plain words what is missing, doubtful or unplaced and what to do about it, worst first.

    Exit code 1 when a figure cannot be shown or may be wrong.
    """
    from percontact.answers.checking import checked
    from percontact.answers.measuring import target_findings

    book = open_book(ctx)
    found = [*checked(book), *target_findings(book)]
    if as_json:
        click.echo(
            json.dumps(
                [{"weight": f.weight, "what": f.what, "do": f.do} for f in found],
                indent=2,
                ensure_ascii=False,
            )
        )
    elif not found:
        click.echo("Nothing is missing or doubtful.")
    else:
        for f in found:
            click.echo(f"{f.weight:9} {f.what}\n{'':9} -> {advice(f.do, call(ctx))}")
    if any(f.weight in ("stop", "wrong") for f in found):
        ctx.exit(1)
