# SPDX-License-Identifier: Apache-2.0
"""percontact import: read files into a table; rows in = rows landed + rows set aside."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from percontact.cli.proposing import Choice, as_answers
from percontact.cli.receipts import mask_of, parted
from percontact.cli.speak import Bar, advice, call, count

if TYPE_CHECKING:
    from percontact.records.landing import Aside, Receipt
    from percontact.store.workspace import Workspace


KINDS_SHOWN = 3
ROWS_LOOKED_AT = 10_000
"""Of the rows set aside, the first of each code is shown; of millions, no more are looked at."""


@click.command("import")
@click.argument("table", metavar="TABLE")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
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
@click.option(
    "--answer", "given", multiple=True, metavar="KEY=VALUE", help="Answer a question. May be repeated."
)
@click.option(
    "--propose", "only_propose", is_flag=True, help="Print the mapping that would be used; read nothing."
)
@click.option("--replace", is_flag=True, help="These files stand for earlier ones of the same names.")
@click.option("--add", is_flag=True, help="These files count besides earlier ones of the same names.")
@click.option("--json", "as_json", is_flag=True, help="Print receipts, or the proposal, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    table: str,
    files: tuple[Path, ...],
    mapping_file: Path | None,
    yes: bool,
    given: tuple[str, ...],
    only_propose: bool,
    replace: bool,
    add: bool,
    as_json: bool,
) -> None:
    """Read FILEs (CSV, TSV, JSON, Excel, Parquet, also as .gz or .zip, or 'calls_*.csv') into TABLE.

    TABLE is contacts, handlings, cases, capacity, ledger, usage, customers, surveys, campaigns, targets,
    budgets, fx, calendar or events. A file with the table's own headers (docs/reference/tables.md) is read at
    once. For any other, how it would be read is shown first; what the file cannot tell is asked, and the
    answer is kept as a mapping file for the next one. Each row is landed or set aside with its reason; the
    same bytes twice change nothing.
    """
    from percontact.answers.receiving import land_readings
    from percontact.ingest.sources_named import named_files
    from percontact.store.workspace import Workspace

    if replace and add:
        raise click.UsageError("--replace and --add exclude each other.")
    workspace = Workspace.open(ctx.find_root().obj)
    if not files:
        _say_which_table(ctx, workspace, table)
    choice = Choice(
        workspace, table, as_answers(given), call(ctx), yes=yes, as_json=as_json, words=_typed(ctx)
    )
    paths = named_files(files)
    if only_propose:
        ctx.exit(max(choice.print_proposal(path) for path in paths))
    receipts = []
    for path in paths:
        choice.made = ()
        mappings = choice.of(path, mapping_file)
        if mappings is None:
            ctx.exit(1)
        bars = Bars()
        found = land_readings(
            workspace, table, path, mappings, named=mapping_file is not None, replace=replace, add=add,
            progress=bars.next,
        )  # fmt: skip
        try:
            for receipt in found:
                bars.done()
                receipts.append(receipt)
                if not as_json:
                    _tell(workspace, receipt, call(ctx))
        finally:
            bars.done()
        if not any(r.landed or r.unchanged for r in receipts[-len(mappings) :]):
            choice.forget()
    if as_json:
        click.echo(json.dumps([_fields(r) for r in receipts], indent=2))
    if any(r.seen and not r.landed for r in receipts):
        ctx.exit(1)
    if not as_json:
        click.echo(f"Next: {_next(workspace, table, call(ctx))}", err=True)


class Bars:
    """A progress line for each reading of a file; the earlier one is taken away first."""

    def __init__(self) -> None:
        self.shown: Bar | None = None

    def next(self) -> Bar:
        """The line of the next reading."""
        self.done()
        self.shown = Bar()
        return self.shown

    def done(self) -> None:
        """Take the line away."""
        if self.shown is not None:
            self.shown.done()
            self.shown = None


def _typed(ctx: click.Context) -> str:
    """The command as it was typed, without the answers, to be said again with them."""
    import shlex

    words, skip = [], False
    for word in sys.argv[1:]:
        if skip or word == "--answer" or word.startswith("--answer="):
            skip = word == "--answer"
        else:
            words.append(shlex.quote(word))
    return " ".join(["percontact", *words])


def _say_which_table(ctx: click.Context, workspace: Workspace, name: str) -> None:
    """`import calls.csv`: no table was named, so say which one the file looks like."""
    from percontact.ingest.kinds import tables_like
    from percontact.records.tables import TABLES

    path = Path(name)
    if name in TABLES or not path.is_file():
        raise click.UsageError("Missing argument 'FILE...'.", ctx)
    likely = tables_like(path, workspace.settings)
    if not likely:
        what = f"Say what it holds: {call(ctx)} import TABLE {name}. Its headers tell nothing certain."
        raise click.UsageError(what, ctx)
    best, others = likely[0], [t for t, _ in likely[1:3]]
    click.echo(f"{name} looks like {best[0]}: {best[1]}.", err=True)
    if others:
        click.echo(f"It could also be {' or '.join(others)}.", err=True)
    click.echo(f"If it is, say so: {call(ctx)} import {best[0]} {name}", err=True)
    ctx.exit(2)


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
        click.echo(advice(str(doubt), again), err=True)
    if len(receipt.suspicions) > KINDS_SHOWN:
        more = len(receipt.suspicions) - KINDS_SHOWN
        click.echo(f"{count(more, 'more doubt')}: {again} imports --show {receipt.number}", err=True)
    if receipt.aside:
        _show_aside(workspace, receipt, again)


def _show_aside(workspace: Workspace, receipt: Receipt, again: str) -> None:
    """The first row of each kind, in four parts, and where the others are."""
    from percontact.ingest import problem_of

    mask = mask_of(workspace, receipt.number)
    kinds: dict[str, Aside] = {}
    for one in islice(workspace.aside(receipt.number), ROWS_LOOKED_AT):
        kinds.setdefault(one.row.code, one.row)
    for row in list(kinds.values())[:KINDS_SHOWN]:
        # The file that imports --aside -o writes holds what is left out here.
        click.echo(str(problem_of(mask.row(row), receipt.name)), err=True)
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
    from percontact.store.policies import POLICY_FILE

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
