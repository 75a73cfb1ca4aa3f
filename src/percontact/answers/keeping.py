# SPDX-License-Identifier: Apache-2.0
"""Answers to what has come in: the tables and how fresh they are, imports and receipts, what to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from percontact.answers.checking import checked
from percontact.ingest.masked import Mask
from percontact.pipeline import OpenBook
from percontact.records.dialect import connect, quote
from percontact.records.tables import TABLES
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.health import Finding
from percontact.report.words import count_text
from percontact.store.history import Import
from percontact.store.workspace import Workspace
from percontact.values.codes import CODES

if TYPE_CHECKING:
    import duckdb

ROWS_A_PAGE = 50
WEIGHTS = {
    "stop": "no figure can be shown",
    "wrong": "a figure may be wrong",
    "doubtful": "rests on an estimate",
    "note": "good to know",
}
STATES = {"live": "counts", "replaced": "replaced", "undone": "undone"}


def held(book: OpenBook, table: str = "") -> Document:
    """The tables that have rows, how far they reach, and the files they came from; the newest first.

    table  only the files of this table
    """
    imports = list(reversed(book.workspace.receipts()))
    live = [i for i in imports if i.state == "live"]
    named = [name for name in TABLES if book.book.has(name)]
    reach = _reach(book, named)
    rows: list[tuple[Cell, ...]] = []
    for name in named:
        of = [i for i in live if i.receipt.table == name]
        first, last = reach[name]
        rows.append(
            (
                name, book.book.rows(name), _month(first), _month(last), len(of),
                sum(i.receipt.aside for i in of), max((i.at.date() for i in of), default=None),
            )
        )  # fmt: skip
    tables = Table(
        "Tables",
        (
            TableColumn("table", "Table"), TableColumn("rows", "Rows", "count"), TableColumn("from", "From"),
            TableColumn("to", "To"), TableColumn("files", "Files", "count"),
            TableColumn("aside", "Rows set aside", "count"),
            TableColumn("imported", "Last import", "date"),
        ),
        tuple(rows),
    )  # fmt: skip
    chosen = [i for i in imports if not table or i.receipt.table == table]
    return Document(
        "Data",
        _headline(book, len(live), sum(i.receipt.aside for i in live)),
        (tables, _files(chosen, table)),
        notes=_kept(book.workspace.kept_bytes()),
        data={
            "tables": [dict(zip([c.name for c in tables.columns], map(_plain, r), strict=True)) for r in rows]
        },
        demo="All data is made up (demo)." if book.settings.demo else "",
    )


def _kept(room: int) -> tuple[str, ...]:
    """How much room kept sums take, where it is any to speak of."""
    if room < 100_000:
        return ()
    says = f"Sums kept so that pages open at once take {room / 1e6:,.1f} MB beside the data."
    return (f"{says} What no state of the books needs is removed; what is missing is made anew.",)


def _plain(cell: Cell) -> object:
    return cell.isoformat() if isinstance(cell, date) else cell


def _reach(book: OpenBook, tables: Sequence[str]) -> dict[str, tuple[date | None, date | None]]:
    """The first and the last day that the rows of each table speak of; None where they have no dates."""
    found: dict[str, tuple[date | None, date | None]] = {}
    with closing(connect()) as con:
        for name in tables:
            months = book.book.months(name)
            found[name] = (months[0], months[-1]) if months else _dates(book, name, con)
    return found


def _dates(book: OpenBook, name: str, con: duckdb.DuckDBPyConnection) -> tuple[date | None, date | None]:
    there = book.book.filled(name)
    dated = [c.name for c in TABLES[name].columns if c.kind in ("date", "instant") and c.name in there]
    if not dated:
        return None, None
    begin, end = dated[0], "period_end" if "period_end" in dated else dated[0]
    row = con.execute(
        f"SELECT CAST(min({quote(begin)}) AS DATE), CAST(max({quote(end)}) AS DATE) "
        f"FROM {book.book.relation(name, list(dict.fromkeys([begin, end])))}"
    ).fetchone()
    first, last = row or (None, None)
    # A span ends before the day it names as its end.
    return first, last - timedelta(days=1) if last and end == "period_end" else last


def _month(day: date | None) -> str:
    return f"{day:%B %Y}" if day else "no dates"


def _headline(book: OpenBook, files: int, aside: int) -> str:
    if not files:
        return "Nothing has come in yet. Contacts and one cost line a month are enough for a first figure."
    rows = sum(book.book.rows(t) for t in TABLES)
    many = "1 file" if files == 1 else f"{files:,} files"
    kept = f"{rows:,} rows of {many} count."
    if not aside:
        return f"{kept} No row is set aside."
    return f"{kept} {aside:,} {'row is' if aside == 1 else 'rows are'} set aside, each with its reason."


def _files(imports: Sequence[Import], table: str) -> Table:
    rows = tuple(
        (
            i.receipt.name, i.receipt.table, i.receipt.seen, i.receipt.landed, i.receipt.aside,
            len(i.receipt.suspicions), f"{i.at:%Y-%m-%d %H:%M}", STATES.get(i.state, i.state),
            i.receipt.number,
        )
        for i in imports
    )  # fmt: skip
    return Table(
        f"Files of {table}" if table else "Files",
        (
            TableColumn("file", "File"), TableColumn("table", "Table"),
            TableColumn("seen", "Rows", "count"), TableColumn("landed", "Landed", "count"),
            TableColumn("aside", "Set aside", "count"), TableColumn("doubts", "Doubts", "count"),
            TableColumn("at", "Imported (UTC)"), TableColumn("state", "State"),
            TableColumn("import", "Import", "count", detail=True),
        ),
        rows,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One import with all that is known of it.

    codes  (code, what it means, rows) of the rows set aside, the most frequent first
    """

    one: Import
    codes: tuple[tuple[str, str, int], ...]
    document: Document


def import_shown(workspace: Workspace, number: int, page: int = 1) -> Shown:
    """An import: its receipt, doubts, and one page of its set-aside rows, as far as they may be shown.

    Raises E-ARG-01 when there is none of that number.
    """
    one = workspace.one_import(number)
    r = one.receipt
    mask = Mask(r.table, one.headers, one.mapping)
    counted = Counter(a.row.code for a in workspace.aside(number)) if r.aside else Counter[str]()
    codes = tuple((code, CODES[code][0] if code in CODES else code, n) for code, n in counted.most_common())
    shown = [
        mask.row(a.row) for a in islice(workspace.aside(number), (page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)
    ]
    aside = Table(
        "Rows set aside",
        (
            TableColumn("line", "Line", "count"), TableColumn("column", "Column"),
            TableColumn("code", "Code"), TableColumn("reason", "Why", prose=True),
            TableColumn("text", "The row"),
        ),
        tuple((a.line, a.column or "the row", a.code, a.reason, a.text) for a in shown),
    )  # fmt: skip
    kinds = Table(
        "Why rows were set aside",
        (
            TableColumn("what", "What is wrong", prose=True), TableColumn("code", "Code"),
            TableColumn("rows", "Rows", "count"), TableColumn("do", "What to do", prose=True),
        ),
        tuple((what, code, n, CODES[code][2] if code in CODES else "") for code, what, n in codes),
    )  # fmt: skip
    doubts = Table(
        "Doubts about rows that landed",
        (
            TableColumn("what", "What looks wrong", prose=True),
            TableColumn("why", "Why", prose=True),
            TableColumn("do", "What to do", prose=True),
        ),
        tuple((f"{d.where}: {d.what}", d.why, d.do) for d in r.suspicions),
    )
    merged = f"{r.merged:,} merged into them + " if r.merged else ""
    return Shown(
        one,
        codes,
        Document(
            f"{r.name} into {r.table}",
            f"{count_text(r.seen)} {'row' if r.seen == 1 else 'rows'} = {r.landed:,} landed + {merged}"
            f"{r.aside:,} set aside.",
            tuple(t for t in (kinds, doubts, aside) if t.rows),
            notes=tuple(r.notes),
            facts=_facts(one),
        ),
    )


def _facts(one: Import) -> tuple[tuple[str, str], ...]:
    r = one.receipt
    kept = f"purged on {one.purged:%Y-%m-%d}" if one.purged else "kept" if one.kept else "not kept"
    found = [
        ("Imported", f"{one.at:%Y-%m-%d %H:%M} UTC{f' by {one.who}' if one.who else ''}"),
        ("State", _state(one)),
        ("Snapshot", str(r.snapshot)),
        ("Sheet", one.sheet),
        ("Source", r.source),
        ("What it cannot tell", ", ".join(r.lacks)),
        ("The file", f"{kept}, sha256 {one.sha256[:16]}..."),
    ]
    return tuple((name, fact) for name, fact in found if fact)


def _state(one: Import) -> str:
    if one.state == "live":
        return f"counts, stands for {one.receipt.replaced}" if one.receipt.replaced else "counts"
    by = f" by import {one.replaced_by}" if one.replaced_by else ""
    return f"{STATES.get(one.state, one.state)}{by} in snapshot {one.ended}; older snapshots still have it"


def checks(book: OpenBook) -> tuple[Document, list[Finding]]:
    """What is missing, doubtful or unplaced, worst first; the findings beside it in the same order."""
    found = checked(book) if any(book.book.has(t) for t in TABLES) else []
    worst = sum(f.weight in ("stop", "wrong") for f in found)
    if not found:
        says = "Nothing is missing or doubtful."
    elif worst:
        are = "finding needs" if worst == 1 else "findings need"
        says = f"{worst:,} {are} attention: a figure may be wrong or cannot be shown."
    else:
        says = "No figure is known to be wrong. What follows is good to know."
    table = Table(
        "What check finds",
        (
            TableColumn("finding", "Finding", prose=True),
            TableColumn("weight", "How bad"),
            TableColumn("do", "What to do", prose=True),
        ),
        tuple((f.what, WEIGHTS[f.weight], f.do) for f in found),
    )
    data = {"findings": [{"weight": f.weight, "what": f.what, "do": f.do} for f in found]}
    demo = "All data is made up (demo)." if book.settings.demo else ""
    return Document("Checks", says, (table,), data=data, demo=demo), found
