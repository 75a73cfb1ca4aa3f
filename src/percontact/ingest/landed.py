# SPDX-License-Identifier: Apache-2.0
"""Rows that keep their contract, as the looks for suspicion see them: by SQL, with their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from percontact.records.book import Book, BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote
from percontact.records.tables import PART_BITS, ROW_BITS, TABLES

SAMPLE_ROWS = 50_000
"""Rows that a look at how values are spread needs at most: a share of 1 % is then known to 0.05 %."""


@dataclass(frozen=True, slots=True)
class Landed:
    """Rows of one table, of one file or of a whole Book.

    name      what a suspicion says they are in: the file's name, or "" for a Book
    relation  SQL, ready after FROM; has row_id
    columns   column -> SQL type, of those that hold something
    rows      how many
    made_ids  whether the key was made from the line, because the file has none
    parted    whether several rows are made of one line, so that a row id bears PART_BITS more
    """

    con: duckdb.DuckDBPyConnection
    name: str
    table: Table
    settings: Settings
    relation: str
    columns: dict[str, str]
    rows: int
    made_ids: bool = False
    parted: bool = False

    @property
    def line(self) -> str:
        """SQL of the line of the source file a row stands on."""
        bits = PART_BITS if self.parted else 0
        return f"((row_id & {(1 << ROW_BITS) - 1}) >> {bits})"

    @property
    def where(self) -> str:
        """What a suspicion of the rows as a whole is in."""
        return self.name or self.table.name

    def at(self, line: int | None) -> str:
        """Where a suspicion of one line is."""
        return f"{self.name}:{line}" if self.name and line else self.where

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return all(name in self.columns for name in names)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query in which {rows} stands for the relation."""
        return self.con.execute(query.replace("{rows}", self.relation)).fetchall()

    def sample(self) -> str:
        """SQL condition that keeps about SAMPLE_ROWS rows, the same ones every time."""
        every = self.rows // SAMPLE_ROWS
        return f"hash(row_id) % {every} = 0" if every > 1 else "true"

    def of_kind(self, *kinds: str) -> list[str]:
        """Columns of the contract of these kinds, in its order."""
        return [c.name for c in self.table.columns if c.kind in kinds and c.name in self.columns]

    def words(self) -> list[str]:
        """Columns that hold names or words, those the file added too; no ids and no hashes."""
        ids = {c.name for c in self.table.columns if c.kind in ("id", "person", "currency")}
        fixed = {c.name for c in self.table.columns if c.one_of}
        return [n for n, t in self.columns.items() if t == "VARCHAR" and n not in ids | fixed]


def landed_file(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[BookFile],
    table: Table,
    settings: Settings,
    *,
    name: str,
    made_ids: bool,
    parted: bool,
) -> Landed:
    """The rows of one staged file."""
    paths = ", ".join(literal(str(file.path)) for file in files)
    relation = f"read_parquet([{paths}], hive_partitioning = false)"
    columns = dict(files[0].columns) if files else {}
    rows = sum(file.rows for file in files)
    return Landed(con, name, table, settings, relation, columns, rows, made_ids, parted)


def landed_book(con: duckdb.DuckDBPyConnection, book: Book, table: str) -> Landed:
    """The rows of one table of a Book."""
    filled = book.filled(table)
    columns = {n: t for n, t in book.columns(table).items() if n in filled}
    relation = book.relation(table, [*columns])
    return Landed(con, "", TABLES[table], book.settings, relation, columns, book.rows(table))


def label(name: str) -> str:
    """A column in SQL."""
    return quote(name)


def figure(value: float) -> str:
    """A number in a sentence: no more digits than say something.

    >>> figure(187.4), figure(1234567.0), figure(0.0042), figure(60.0)
    ('187.4', '1,234,567', '0.0042', '60')
    """
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.2g}"


def some(items: Sequence[object], at_most: int = 5) -> str:
    """The first few of a list, and how many more there are.

    >>> some([1, 2, 3], at_most=2)
    '1, 2 and 1 more'
    """
    shown = ", ".join(str(item) for item in items[:at_most])
    return f"{shown} and {len(items) - at_most:,} more" if len(items) > at_most else shown
