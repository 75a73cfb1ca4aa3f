# SPDX-License-Identifier: Apache-2.0
"""percontact imports: what was read, with receipts; set-aside rows; undo."""

from __future__ import annotations

import csv
import json
import sys

import click


@click.command("imports")
@click.option(
    "--aside", "aside", type=int, metavar="N", help="Print the rows that import N set aside, as CSV."
)
@click.option(
    "--undo", "undo", type=int, metavar="N", help="Take import N out of the Book; its history stays."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(ctx: click.Context, aside: int | None, undo: int | None, as_json: bool) -> None:
    """List imports: rows seen = landed + set aside."""
    from percontact.store.workspace import Workspace

    workspace = Workspace.open(ctx.find_root().obj)
    if undo is not None:
        receipt = workspace.undo(undo)
        done = {"undone": undo, "table": receipt.table, "name": receipt.name, "rows": receipt.landed}
        said = (
            f"Import {undo} ({receipt.name}, {receipt.landed:,} rows of {receipt.table}) is out of the Book; "
            "what it had replaced does not come back by itself."
        )
        click.echo(json.dumps(done) if as_json else said)
        return
    if aside is not None:
        fields = ("line", "column", "code", "reason", "text")
        rows = [{f: getattr(a.row, f) for f in fields} for a in workspace.aside(aside)]
        if as_json:
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
            return
        writer = csv.DictWriter(sys.stdout, fields)
        writer.writeheader()
        writer.writerows(rows)
        return
    found = workspace.receipts()
    if as_json:
        names = ("number", "table", "name", "seen", "landed", "aside", "snapshot")
        listed = [
            {n: getattr(i.receipt, n) for n in names} | {"at": i.at.isoformat(), "state": i.state}
            for i in found
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    if not found:
        click.echo("Nothing is imported yet. Next: percontact import contacts FILE.")
        return
    click.echo(
        f"{'N':>4}  {'table':10} {'seen':>11} {'landed':>11} {'aside':>7}  "
        f"{'state':8} {'snapshot':>8} {'at (UTC)':16}  file"
    )
    for i in found:
        r = i.receipt
        click.echo(
            f"{r.number:>4}  {r.table:10} {r.seen:>11,} {r.landed:>11,} {r.aside:>7,}  "
            f"{i.state:8} {r.snapshot:>8} {i.at:%Y-%m-%d %H:%M}  {r.name}"
        )
