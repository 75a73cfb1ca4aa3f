# SPDX-License-Identifier: Apache-2.0
"""percontact import: read files into a table; rows in = rows landed + rows set aside."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from percontact.cli.receipts import parted
from percontact.cli.speak import Bar, call, count

if TYPE_CHECKING:
    from percontact.records.landing import Aside, Receipt
    from percontact.store.workspace import Workspace


KINDS_SHOWN = 3
ROWS_LOOKED_AT = 10_000
"""Of the rows set aside, the first of each code is shown; of millions, no more are looked at."""


@click.command("import")
@click.argument("table", metavar="TABLE")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    "mapping_file",
    metavar="M.yaml",
    type=click.Path(path_type=Path),
    help="How the file's columns become the table's: a file, or a name of `percontact help sources`.",
)
@click.option(
    "--yes", is_flag=True, help="Ask nothing: do what is certain, stop with the question otherwise."
)
@click.option("--replace", is_flag=True, help="These files stand for earlier ones of the same names.")
@click.option("--add", is_flag=True, help="These files count besides earlier ones of the same names.")
@click.option("--json", "as_json", is_flag=True, help="Print receipts as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    table: str,
    files: tuple[Path, ...],
    mapping_file: Path | None,
    yes: bool,
    replace: bool,
    add: bool,
    as_json: bool,
) -> None:
    """Read FILEs (CSV, TSV, Excel, Parquet) into TABLE.

    TABLE is contacts, handlings, cases, capacity, ledger, usage, customers, surveys, campaigns, targets,
    budgets, fx, calendar or events. Headers are the table's own column names (docs/reference/tables.md), or a
    mapping file says what they mean. Each row is landed or set aside with its reason; the same bytes twice
    change nothing.
    """
    from percontact.ingest.source import mapping_of
    from percontact.pipeline import land
    from percontact.store.workspace import Workspace

    if replace and add:
        raise click.UsageError("--replace and --add exclude each other.")
    workspace = Workspace.open(ctx.find_root().obj)
    mapping = mapping_of(mapping_file, table) if mapping_file else None
    receipts = []
    for path in files:
        bar = Bar()
        try:
            receipts.append(
                land(workspace, table, path, mapping=mapping, replace=replace, add=add, progress=bar)
            )
        finally:
            bar.done()
        if not as_json:
            _tell(workspace, receipts[-1], call(ctx))
    if as_json:
        click.echo(json.dumps([_fields(r) for r in receipts], indent=2))
    if any(r.seen and not r.landed for r in receipts):
        ctx.exit(1)
    if not as_json:
        click.echo(f"Next: {_next(workspace, table, call(ctx))}", err=True)


def _tell(workspace: Workspace, receipt: Receipt, again: str) -> None:
    if receipt.unchanged:
        click.echo(
            f"{receipt.name}: the same bytes are in {receipt.table} already "
            f"(import {receipt.number}); nothing changed."
        )
        return
    click.echo(
        f"{receipt.name}: {count(receipt.seen, 'row')} = "
        f"{receipt.landed:,} landed in {receipt.table} + {parted(receipt)}{receipt.aside:,} set aside."
    )
    for note in receipt.notes:
        click.echo(f"  {note}")
    for doubt in receipt.suspicions[:KINDS_SHOWN]:
        click.echo(str(doubt), err=True)
    if len(receipt.suspicions) > KINDS_SHOWN:
        more = len(receipt.suspicions) - KINDS_SHOWN
        click.echo(f"{count(more, 'more doubt')}: {again} imports --show {receipt.number}", err=True)
    if receipt.aside:
        _show_aside(workspace, receipt, again)


def _show_aside(workspace: Workspace, receipt: Receipt, again: str) -> None:
    """The first row of each kind, in four parts, and where the others are."""
    from percontact.ingest import problem_of

    kinds: dict[str, Aside] = {}
    for one in islice(workspace.aside(receipt.number), ROWS_LOOKED_AT):
        kinds.setdefault(one.row.code, one.row)
    for row in list(kinds.values())[:KINDS_SHOWN]:
        click.echo(str(problem_of(row, receipt.name)), err=True)
    meant = set(kinds) <= {"E-SKIP-01", "E-SKIP-02"}
    do = "" if meant else " Correct the file and import it with --replace."
    if set(kinds) == {"E-TIME-01"} and not receipt.landed:
        do = (
            " If all dates are written alike, say how in a mapping file, with the line\n"
            "    format: '%d.%m.%Y %H:%M'      (day.month.year; %m/%d/%Y and so on)\n"
            "  and import with --mapping FILE.yaml --replace."
        )
    click.echo(
        f"The rows set aside, with their text: {again} imports --aside {receipt.number}.{do}", err=True
    )


def _next(workspace: Workspace, table: str, again: str) -> str:
    """What to do after an import, by what the workspace holds now."""
    from percontact.pipeline import POLICY_FILE

    book = workspace.book()
    for needed, what in (("contacts", "the contacts"), ("ledger", "the costs")):
        if not book.has(needed):
            return f"{again} import {needed} FILE, {what}; one line a month is enough."
    if table == "capacity":
        return (
            f"name each group as `group:` of its pool in {POLICY_FILE}; "
            f"then {again} cost shows unused capacity."
        )
    if not (workspace.path / POLICY_FILE).is_file():
        return f"{again} cost; then {again} policy propose, to say which cost goes where."
    return f"{again} cost; {again} check says what is missing or doubtful."


def _fields(receipt: Receipt) -> dict[str, object]:
    names = ("table", "number", "name", "seen", "landed", "merged", "aside", "snapshot", "unchanged")
    return {n: getattr(receipt, n) for n in names} | {
        "notes": list(receipt.notes),
        "source": receipt.source,
        "lacks": list(receipt.lacks),
        "suspicions": [asdict(doubt) for doubt in receipt.suspicions],
    }
