# SPDX-License-Identifier: Apache-2.0
"""Sums by month and by the dimensions most asked for, kept: a question that they can answer reads no row.

What adds up over rows adds up over sums of rows, so the figures are the same to the last digit. Days,
percentiles, different values and other dimensions are read from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.slice import MONTH, Slice
from percontact.records.dialect import in_list, literal, quote

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

DIMENSIONS = (
    "channel", "reason", "team", "site", "actor", "queue", "product", "language", "direction", "segment",
)  # fmt: skip
"""What figures are told apart and filtered by; fewer of them where their combinations are too many."""
FEWEST = 4
"""The first so many are tried last, before nothing is kept."""
MOST_GROUPS = 400_000
"""So many combinations are kept of a table at most: some fifty megabytes."""

Keeping = Callable[[str, Callable[[Path], bool]], Path | None]
"""(what, how it is written) -> the file that keeps it, or None where nothing is kept"""


class KeptSums:
    """Tables of sums, each made of all rows of a Book in one pass and then kept, in a file and in memory.

    con   the connection that the tables are made and read with
    keep  where a table's file is; it writes the file where there is none and one may be written
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, keep: Keeping) -> None:
        self.con, self._keep = con, keep
        self._tables: dict[str, tuple[str, frozenset[str]] | None] = {}
        self._once: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out the first time a key is asked for."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]  # type: ignore[return-value]

    def table(
        self,
        key: str,
        known: Collection[str],
        rows: int,
        make: Callable[[Sequence[str]], str],
        con: duckdb.DuckDBPyConnection | None = None,
    ) -> tuple[str, frozenset[str]] | None:
        """(table, its dimensions) that a key is kept in, or None where it is not kept.

        known  dimensions that the rows have a value of
        rows   how many rows they are made of: sums as long as half of them are not worth keeping
        make   SQL of the columns month, the dimensions given, and the sums, grouped by the former
        con    what that SQL is run with, where it speaks of tables of another connection
        """
        if key not in self._tables:
            dims = [d for d in DIMENSIONS if d in known]
            self._tables[key] = self._made(key, dims, rows, make, con or self.con)
        return self._tables[key]

    def file(self, key: str, make: Callable[[], str]) -> Path | None:
        """The file that the rows of a query are kept in; None where they are not kept."""

        def write(file: Path) -> bool:
            how = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2"
            self.con.execute(f"COPY ({make()}) TO {literal(str(file))} ({how})")
            return True

        return self._keep(key, write)

    def _made(
        self,
        key: str,
        dims: Sequence[str],
        rows: int,
        make: Callable[[Sequence[str]], str],
        con: duckdb.DuckDBPyConnection,
    ) -> tuple[str, frozenset[str]] | None:
        def write(file: Path) -> bool:
            for chosen in dict.fromkeys((tuple(dims), tuple(dims[:FEWEST]))):
                con.execute(f"COPY ({make(chosen)}) TO {literal(str(file))} (FORMAT parquet)")
                found = con.execute(f"SELECT count(*) FROM read_parquet({literal(str(file))})").fetchone()
                if found and found[0] <= min(MOST_GROUPS, max(rows // 2, 1000)):
                    return True
                file.unlink()
            return False

        file = self._keep(key, write)
        if file is None:
            return None
        name = f"kept_sums_{len(self._tables)}"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM read_parquet({literal(str(file))})")
        columns = {row[0] for row in self.con.execute(f"DESCRIBE {name}").fetchall()}
        return name, frozenset(columns & set(DIMENSIONS))


def answerable(question: Slice, dimensions: Collection[str]) -> bool:
    """Whether sums by month and dimension hold all that a question asks for."""
    asked = {*question.by, *(c.dimension for c in question.where if c.dimension != MONTH)}
    return not question.by_day and asked <= set(dimensions) - set(CALENDAR_DIMENSIONS)


def inside(question: Slice) -> str:
    """SQL condition that a kept sum belongs to a question."""
    span = question.months
    tests = [f"month >= DATE '{span.start}' AND month < DATE '{span.end}'"]
    for one in question.where:
        column = f"CAST({quote(one.dimension)} AS VARCHAR)"
        tests.append(holds(column, one.values, negate=one.negate))
    return " AND ".join(tests)


def holds(column: str, values: Collection[str], *, negate: bool) -> str:
    """SQL condition that a column has one of some values ("" = unknown), or has none of them."""
    known = [v for v in values if v]
    tests = [in_list(column, known)] if known else []
    if "" in values:
        tests.append(f"{column} IS NULL")
    found = f"coalesce({' OR '.join(tests) or 'false'}, false)"
    return f"NOT {found}" if negate else found
