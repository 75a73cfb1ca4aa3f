# SPDX-License-Identifier: Apache-2.0
"""The history of imports: what was landed, what was set aside, what has been replaced or undone since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from percontact.records import Source
from percontact.records.landing import Aside, Receipt
from percontact.store.manifest import reading
from percontact.values.problem import Problem, problem

State = Literal["live", "replaced", "undone"]

_PAGE_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Import:
    """One import as the history keeps it.

    receipt      its counts, as given when it was made
    at           when (UTC)
    state        live: in the newest Book; replaced or undone: in the Books of older snapshots only
    ended        snapshot that first lacks it, or None while it is live
    replaced_by  number of the import that stands for it now, or None
    sha256       of its bytes, table, sheet and mapping
    sheet        sheet of a spreadsheet, or ""
    kept         whether the source file's bytes are kept in the workspace
    mapping      text of the mapping file it was read with, or ""
    headers      the file's own headers; () for imports made before they were kept
    who          login name of the person who imported it, or ""
    purged       when its source file and the texts of its set-aside rows were purged (UTC), or None
    """

    receipt: Receipt
    at: datetime
    state: State
    ended: int | None
    replaced_by: int | None
    sha256: str
    sheet: str
    kept: bool
    mapping: str = ""
    headers: tuple[str, ...] = ()
    who: str = ""
    purged: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was set aside, and the import it came with.

    number  of the import
    table   it would have landed in
    name    of the source file
    row     line, column, code, reason and text
    """

    number: int
    table: str
    name: str
    row: Aside


_RECEIPT = (
    "table_name, number, name, seen, landed, aside, i.snapshot, notes, replaced, suspicions, source, lacks, "
    "merged"
)
_RECEIPT_FIELDS = 13


def _receipt(row: tuple[Any, ...], root: Path, *, unchanged: bool = False) -> Receipt:
    table, number, name, seen, landed, aside, snapshot, notes, replaced, doubts, source, lacks, merged = row
    return Receipt(
        table=table,
        number=number,
        name=name,
        seen=seen,
        landed=landed,
        aside=aside,
        snapshot=snapshot,
        notes=tuple(json.loads(notes)),
        unchanged=unchanged,
        replaced=replaced,
        folder=root,
        suspicions=tuple(Problem(**one) for one in json.loads(doubts)),
        source=source,
        lacks=tuple(json.loads(lacks)),
        merged=merged,
    )


def imports(con: sqlite3.Connection, root: Path) -> list[Import]:
    """Every import, oldest first."""
    found = con.execute(
        f"SELECT {_RECEIPT}, s.at, state, ended, replaced_by, sha256, sheet, original IS NOT NULL, mapping, "
        "headers, who, purged FROM imports i JOIN snapshots s ON s.id = i.snapshot "
        "ORDER BY i.snapshot, number"
    )
    return [_import(row[:_RECEIPT_FIELDS], row[_RECEIPT_FIELDS:], root) for row in found]


def _import(receipt: tuple[Any, ...], rest: tuple[Any, ...], root: Path) -> Import:
    at, state, ended, replaced_by, sha256, sheet, kept, mapping, headers, who, purged = rest
    return Import(
        receipt=_receipt(receipt, root),
        at=datetime.fromisoformat(at),
        state=state,
        ended=ended,
        replaced_by=replaced_by,
        sha256=sha256,
        sheet=sheet,
        kept=bool(kept),
        mapping=mapping,
        headers=tuple(json.loads(headers)),
        who=who,
        purged=datetime.fromisoformat(purged) if purged else None,
    )


def one_import(con: sqlite3.Connection, root: Path, number: int) -> tuple[Receipt, State, int | None]:
    """The receipt of an import, its state, and the snapshot it ended with. Raises E-ARG-01 when unknown."""
    query = f"SELECT {_RECEIPT}, state, ended FROM imports i WHERE number = ?"
    row = con.execute(query, [number]).fetchone()
    if row is None:
        raise _unknown(number)
    return _receipt(row[:_RECEIPT_FIELDS], root), row[-2], row[-1]


def find_same(con: sqlite3.Connection, root: Path, sha256: str) -> Receipt | None:
    """The receipt, marked unchanged, of the live import of the same bytes, or None."""
    query = f"SELECT {_RECEIPT} FROM imports i WHERE sha256 = ? AND state = 'live'"
    row = con.execute(query, [sha256]).fetchone()
    return _receipt(row, root, unchanged=True) if row else None


def find_name(con: sqlite3.Connection, table: str, name: str) -> list[int]:
    """Numbers of the live imports of a table from files of this name, oldest first."""
    query = "SELECT number FROM imports WHERE table_name = ? AND name = ? AND state = 'live' ORDER BY number"
    return [number for (number,) in con.execute(query, [table, name])]


def find_corrections(con: sqlite3.Connection, numbers: Sequence[int]) -> list[int]:
    """Numbers of the live imports of rows that these imports had set aside, and so on, oldest first."""
    live = con.execute("SELECT number, headers FROM imports WHERE state = 'live' ORDER BY number").fetchall()
    of = {number: next(iter(json.loads(headers)), "") for number, headers in live}
    found: list[int] = []
    for number, first in of.items():
        if first in {f"aside_of_import_{n}" for n in (*numbers, *found)} and number not in numbers:
            found.append(number)
    return found


def source_of(con: sqlite3.Connection, number: int) -> tuple[Source, str | None, str]:
    """The source of an import, live or not; the path of its kept original or None; its mapping's text.

    Raises E-ARG-01 when there is no such import.
    """
    query = "SELECT number, name, sha256, sheet, original, mapping FROM imports WHERE number = ?"
    row = con.execute(query, [number]).fetchone()
    if row is None:
        raise _unknown(number)
    return Source(*row[:4]), row[4], row[5]


def set_aside(root: Path, number: int | None) -> Iterator[SetAside]:
    """Rows set aside: of one import, live or not, or of all live ones; by import, then in file order.

    Read a page at a time, so that a slow reader holds no transaction open. Rows set aside never change.
    """
    with reading(root) as con:
        if number is not None:
            one_import(con, root, number)
        chosen = "SELECT number, table_name, name FROM imports WHERE aside > 0 AND "
        if number is None:
            found = con.execute(f"{chosen} state = 'live' ORDER BY number").fetchall()
        else:
            found = con.execute(f"{chosen} number = ?", [number]).fetchall()
    for one, table, name in found:
        after = 0
        while True:
            with reading(root) as con:
                page = con.execute(
                    "SELECT rowid, line, column_name, code, reason, text FROM asides "
                    "WHERE number = ? AND rowid > ? ORDER BY rowid LIMIT ?",
                    [one, after, _PAGE_ROWS],
                ).fetchall()
            if not page:
                break
            yield from (SetAside(one, table, name, Aside(*row[1:])) for row in page)
            after = page[-1][0]


def _unknown(number: int) -> Exception:
    what = f"there is no import {number}"
    return problem(
        "E-ARG-01", f"import {number}", what, "No import got this number.", "`percontact imports` lists them."
    )
