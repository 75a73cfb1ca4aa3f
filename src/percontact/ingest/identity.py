# SPDX-License-Identifier: Apache-2.0
"""Rows that are there already: in the same file, or landed by an earlier import. The first one counts."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from percontact.ingest.rules import ASIDE
from percontact.ingest.typed import Typed
from percontact.records.book import Book
from percontact.records.column import Table
from percontact.records.dialect import quote
from percontact.records.tables import ROW_BITS

_FIRST_ROWS = 2_000
"""Rows by which it is seen at once that ids are in no order."""

_TWICE = f"Counting it twice would be wrong, {ASIDE}: the first one stands."


def already_there(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    table: Table,
    book: Book | None,
    ignore_imports: Collection[int],
) -> dict[int, str]:
    """Line -> reason of every good row whose id came before.

    book            rows landed before; those of `ignore_imports` do not count
    Only hashes of the ids are held for all rows; ids themselves are compared where two hashes agree.
    """
    if table.key is None:
        return {}
    key = quote(table.key)
    good = f"(SELECT _line, {key} AS id FROM {typed.relation} WHERE _fault IS NULL)"
    found: dict[int, str] = {}
    if book is not None and book.has(table.name):
        found |= _in_book(con, good, table, book, ignore_imports)
    if not _ascending(con, good):
        found = _twice(con, good, table, typed.bits) | found
    return found


def _ascending(con: duckdb.DuckDBPyConnection, good: str) -> bool:
    """Whether each id comes after the one before it, or each before it: then none comes twice.

    Shorter ones first, as numbers are counted. Exports are often in the order of their ids, and to see that
    takes a fifth of the time of comparing all with all.
    """
    first = f"(FROM {good} LIMIT {_FIRST_ROWS})"
    return any(_all_are(con, sign, first) and _all_are(con, sign, good) for sign in (">", "<"))


def _all_are(con: duckdb.DuckDBPyConnection, sign: str, rows: str) -> bool:
    """Whether each id is greater (or less) than the last, shorter ones being less."""
    beyond = f"strlen(id) {sign} strlen(last) OR (strlen(id) = strlen(last) AND id {sign} last)"
    query = f"SELECT coalesce(bool_and({beyond}), true) FROM (SELECT id, lag(id) OVER () AS last FROM {rows})"
    ((all_are,),) = con.execute(query).fetchall()
    return bool(all_are)


def _twice(con: duckdb.DuckDBPyConnection, good: str, table: Table, bits: int) -> dict[int, str]:
    con.execute(f"CREATE TEMP TABLE twice AS SELECT hash(id) AS h FROM {good} GROUP BY h HAVING count(*) > 1")
    rows = con.execute(
        "SELECT _line, id, first FROM (SELECT _line, id, min(_line) OVER (PARTITION BY id) AS first "
        f"FROM {good} SEMI JOIN twice ON hash(id) = h) WHERE _line > first ORDER BY _line"
    ).fetchall()
    con.execute("DROP TABLE twice")
    return {
        line: f"`{table.key}` {identity} stands on line {first >> bits} of this file. {_TWICE}"
        for line, identity, first in rows
    }


def _in_book(
    con: duckdb.DuckDBPyConnection, good: str, table: Table, book: Book, ignore_imports: Collection[int]
) -> dict[int, str]:
    ignored = ", ".join(str(int(number)) for number in sorted(ignore_imports))
    counted = f"WHERE (row_id >> {ROW_BITS}) NOT IN ({ignored})" if ignored else ""
    key = str(table.key)
    landed = (
        f"(SELECT {quote(key)} AS id, row_id FROM {book.relation(table.name, [key, 'row_id'])} {counted})"
    )
    rows = con.execute(
        f"SELECT _line, any_value(g.id), min(b.row_id) FROM {good} g JOIN {landed} b USING (id) "
        "GROUP BY _line ORDER BY _line"
    ).fetchall()
    found = {}
    for line, identity, row_id in rows:
        number, at = row_id >> ROW_BITS, row_id & ((1 << ROW_BITS) - 1)
        source = book.sources.get(number)
        where = f"line {at} of {source.name}" if source else f"line {at}"
        found[int(line)] = f"`{key}` {identity} was landed by import {number} ({where}). {_TWICE}"
    return found
