# SPDX-License-Identifier: Apache-2.0
"""percontact imports: what was read, with receipts; set-aside rows; undo."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from percontact.cli.receipts import mask_of
from percontact.cli.speak import call, count
from percontact.values.problem import problem

if TYPE_CHECKING:
    from percontact.store.workspace import Workspace


@click.command("imports")
@click.option(
    "--show", "show", type=int, metavar="N", help="Print all that is known of import N, doubts included."
)
@click.option(
    "--aside",
    "aside",
    type=int,
    metavar="N",
    help="Print the rows that import N set aside, as CSV, without cells that may be a person's.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --aside: write those rows whole to FILE, to be corrected and imported with the same mapping.",
)
@click.option(
    "--undo", "undo", type=int, metavar="N", help="Take import N out of the Book; its history stays."
)
@click.option(
    "--purge-originals",
    "purging",
    is_flag=True,
    help="Forget kept source files and the texts of set-aside rows; needs --older-than. Rows stay.",
)
@click.option("--older-than", metavar="DAYS", help="How old an import must be to be purged: 90d.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    show: int | None,
    aside: int | None,
    output: Path | None,
    undo: int | None,
    purging: bool,
    older_than: str | None,
    as_json: bool,
) -> None:
    """List imports: rows seen = landed + set aside. `doubts` counts what looks wrong in the rows landed.

    \b
    percontact imports --aside 3 -o fix.csv     the rows set aside, with their reasons, to correct
    percontact imports --undo 3                 as if import 3 had never been
    percontact imports --purge-originals --older-than 90d
    """
    from percontact.cli.receipts import fields, listed, page
    from percontact.store.workspace import Workspace

    if sum([show is not None, aside is not None, undo is not None, purging]) > 1:
        raise click.UsageError("--show, --aside, --undo and --purge-originals exclude each other.")
    if output and aside is None:
        raise click.UsageError("-o FILE goes with --aside N.")
    if purging != (older_than is not None):
        raise click.UsageError("--purge-originals goes with --older-than DAYS, e.g. --older-than 90d.")
    workspace = Workspace.open(ctx.find_root().obj)
    if undo is not None:
        _undo(workspace, undo, as_json)
        return
    if purging and older_than is not None:
        _purge(workspace, older_than, as_json)
        return
    if aside is not None and output is not None:
        _export(workspace, aside, output, as_json, call(ctx))
        return
    if aside is not None:
        _aside(workspace, aside, as_json, call(ctx))
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
        click.echo(f"Nothing is imported yet. Next: {call(ctx)} import contacts FILE.")
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


def _export(workspace: Workspace, number: int, output: Path, as_json: bool, again: str) -> None:
    from percontact.ingest.aside_file import write_aside

    one = workspace.one_import(number)
    if one.purged:
        raise problem(
            "E-DATA-01",
            f"import {number}",
            f"the texts of its set-aside rows were purged on {one.purged:%Y-%m-%d}",
            "They were forgotten with the source file, so there is nothing to correct.",
            "Export the rows from the source again.",
        )
    if not one.headers and one.receipt.aside:
        raise problem(
            "E-DATA-01",
            f"import {number}",
            "its header was not kept",
            "It was made by an earlier percontact, which kept the rows set aside and not their header.",
            f"{again} imports --aside {number} lists the rows.",
        )
    rows = (each.row for each in workspace.aside(number))
    written = write_aside(
        output, rows, number=number, headers=one.headers, mapping=one.mapping,
        original=workspace.kept_original(number),
    )  # fmt: skip
    left = one.receipt.aside - written
    if as_json:
        done = {"import": number, "file": str(output), "rows": written, "left_out_by_the_mapping": left}
        click.echo(json.dumps(done))
        return
    besides = f" ({left:,} that the mapping leaves out on purpose are not in it)" if left else ""
    click.echo(f"{output}: {count(written, 'row')} set aside by import {number}{besides}.")
    mapping = " --mapping M.yaml, the mapping of the first time" if one.mapping else ""
    click.echo(
        f"Next: correct the cells, leave the first two columns, then {again} import {one.receipt.table} "
        f"{output}{mapping}.",
        err=True,
    )


def _purge(workspace: Workspace, older_than: str, as_json: bool) -> None:
    days = re.fullmatch(r"(\d{1,5})\s*d?", older_than.strip())
    if not days:
        raise click.UsageError(f"--older-than {older_than}: write a number of days, e.g. 90d.")
    done = workspace.purge(timedelta(days=int(days[1])))
    if as_json:
        click.echo(json.dumps({"purged": done}))
        return
    named = f": {', '.join(str(n) for n in done)}" if done else ""
    click.echo(
        f"Purged the source files and the texts of set-aside rows of {count(len(done), 'import')}{named}. "
        "All rows, receipts and figures stay."
    )


def _aside(workspace: Workspace, number: int, as_json: bool, again: str) -> None:
    from percontact.ingest.masked import HIDDEN, NOT_TOLD_APART

    fields = ("line", "column", "code", "reason", "text")
    mask = mask_of(workspace, number)
    rows = [{f: getattr(mask.row(a.row), f) for f in fields} for a in workspace.aside(number)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, fields)
    writer.writeheader()
    writer.writerows(rows)
    if any(HIDDEN in row["text"] or row["text"] == NOT_TOLD_APART for row in rows):
        whole = f"{again} imports --aside {number} -o FILE writes the rows whole, to be corrected."
        click.echo(f"Cells that may be a person's are not shown ({HIDDEN}). {whole}", err=True)
