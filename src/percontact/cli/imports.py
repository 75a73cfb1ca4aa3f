# SPDX-License-Identifier: Apache-2.0
"""percontact imports: what was read, with receipts; set-aside rows; undo."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING

import click

from percontact.cli.speak import call, count

if TYPE_CHECKING:
    from percontact.store.workspace import Workspace


@click.command("imports")
@click.option(
    "--show", "show", type=int, metavar="N", help="Print all that is known of import N, doubts included."
)
@click.option(
    "--aside", "aside", type=int, metavar="N", help="Print the rows that import N set aside, as CSV."
)
@click.option(
    "--undo", "undo", type=int, metavar="N", help="Take import N out of the Book; its history stays."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(ctx: click.Context, show: int | None, aside: int | None, undo: int | None, as_json: bool) -> None:
    """List imports: rows seen = landed + set aside. `doubts` counts what looks wrong in the rows landed."""
    from percontact.cli.receipts import fields, listed, page
    from percontact.store.workspace import Workspace

    if sum(option is not None for option in (show, aside, undo)) > 1:
        raise click.UsageError("--show, --aside and --undo exclude each other.")
    workspace = Workspace.open(ctx.find_root().obj)
    if undo is not None:
        _undo(workspace, undo, as_json)
        return
    if aside is not None:
        _aside(workspace, aside, as_json)
        return
    if show is not None:
        one = workspace.one_import(show)
        text = json.dumps(fields(one), indent=2, ensure_ascii=False) if as_json else None
        click.echo(text or "\n".join(page(one, call(ctx))))
        return
    found = workspace.receipts()
    if as_json:
        click.echo(json.dumps([fields(one) for one in found], indent=2, ensure_ascii=False))
    elif not found:
        click.echo("Nothing is imported yet. Next: percontact import contacts FILE.")
    else:
        click.echo("\n".join(listed(found)))
        click.echo(f"Next: {call(ctx)} imports --show N", err=True)


def _undo(workspace: Workspace, number: int, as_json: bool) -> None:
    receipt = workspace.undo(number)
    done = {"undone": number, "table": receipt.table, "name": receipt.name, "rows": receipt.landed}
    rows = count(receipt.landed, "row")
    said = f"Import {number} ({receipt.name}, {rows} of {receipt.table}) is out of the Book."
    if receipt.replaced:
        said += (
            f" It stood for {receipt.replaced}, which does not come back by itself: import that file again."
        )
    click.echo(json.dumps(done) if as_json else said)


def _aside(workspace: Workspace, number: int, as_json: bool) -> None:
    fields = ("line", "column", "code", "reason", "text")
    rows = [{f: getattr(a.row, f) for f in fields} for a in workspace.aside(number)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, fields)
    writer.writeheader()
    writer.writerows(rows)
