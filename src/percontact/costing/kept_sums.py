# SPDX-License-Identifier: Apache-2.0
"""Sums by month and by the dimensions most asked for, kept: a question that they can answer reads no row.

What adds up over rows adds up over sums of rows, so the figures are the same to the last digit. Days,
percentiles, different values and other dimensions are read from the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.slice import MONTH, Slice
from percontact.records.dialect import connect, in_list, literal, quote

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.reach import Reach
    from percontact.costing.work import Work

T = TypeVar("T")

FORMAT = 2
"""Counts up when the columns of a file change, or when sums are made another way."""
DIMENSIONS = (
    "channel", "reason", "team", "site", "actor", "queue", "product", "language", "direction", "segment",
)  # fmt: skip
"""What figures are told apart and filtered by; fewer of them where their combinations are too many."""
FEWEST = 4
"""The first so many are tried last, before nothing is kept."""
MOST_GROUPS = 20_000
"""So many combinations are kept of a month at most: some three megabytes."""
FEW_GROUPS = 1_000
"""So many are kept however few the rows are."""
_TOO_MANY = "too_many"
"""The one column of the file of a month whose combinations are about as many as its rows."""


class Keeper(Protocol):
    """Where sums are kept, each under what it depends on.

    keeps  whether new ones may be kept
    """

    @property
    def keeps(self) -> bool: ...

    def find(self, depends_on: str) -> Path | None: ...

    def keep(self, writes: Mapping[str, Callable[[Path], None]]) -> None:
        """Keep files: what each depends on -> how it is written."""

    def sums(self, what: str, write: Callable[[Path], bool]) -> Path | None:
        """A file that belongs to the whole state; made where it is missing and may be kept."""


@dataclass(frozen=True)
class Monthly:
    """Sums that are made month by month.

    months  month -> all that its sums depend on, so that other files, rules or cards make other sums
    rows    how many rows a month's sums are made of: as many as half of them are not worth keeping
    make    (connection, months, dimensions) -> SQL of the columns month, the dimensions, and the sums, of at
            least these months; the connection is fresh, and temporary tables of it are welcome
    """

    months: Mapping[date, str]
    rows: Callable[[date], int]
    make: Callable[[duckdb.DuckDBPyConnection, Collection[date], Sequence[str]], str]


class KeptSums:
    """Tables of sums by month: each month made of what it depends on and then kept, in a file and in memory.

    con     the connection that the tables are read with
    keeper  where a month's file is
    reach   how far the sums of a month of the Book reach
    work    the work of the costed Book, where it is costed: hours are asked of its sums
    """

    work: Work | None = None

    def __init__(self, con: duckdb.DuckDBPyConnection, keeper: Keeper, reach: Reach) -> None:
        self.con, self._keeper, self.reach = con, keeper, reach
        self._tables: dict[str, tuple[str, frozenset[str]] | None] = {}
        self._once: dict[Hashable, object] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out the first time a key is asked for."""
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]  # type: ignore[return-value]

    def table(
        self, key: str, known: Collection[str], monthly: Callable[[], Monthly]
    ) -> tuple[str, frozenset[str]] | None:
        """(table, its dimensions) that a key is kept in, or None where it is not kept.

        known    dimensions that the rows have a value of
        monthly  gives how its sums are made
        Months whose files are there are read; the others are made together in one pass.
        """
        if key not in self._tables:
            dims = [d for d in DIMENSIONS if d in known]
            self._tables[key] = self._read(self._files(key, dims, monthly()))
        return self._tables[key]

    def file(self, key: str, make: Callable[[], str]) -> Path | None:
        """The file that the rows of a query are kept in; None where they are not kept."""

        def write(file: Path) -> bool:
            how = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2"
            self.con.execute(f"COPY ({make()}) TO {literal(str(file))} ({how})")
            return True

        return self._keeper.sums(key, write)

    def _files(self, key: str, dims: Sequence[str], monthly: Monthly) -> list[Path] | None:
        """The file of each month; those that are missing are made, where that is allowed."""
        names = {m: f"{FORMAT} {key} {dims} {m} {told}" for m, told in monthly.months.items()}
        files = {m: self._keeper.find(name) for m, name in names.items()}
        missing = [m for m, file in files.items() if file is None]
        if missing and self._keeper.keeps:
            self._make(missing, dims, monthly, names)
            files |= {m: self._keeper.find(names[m]) for m in missing}
        found = [file for file in files.values() if file is not None]
        return found if len(found) == len(files) else None

    def _make(
        self, months: Sequence[date], dims: Sequence[str], monthly: Monthly, names: Mapping[date, str]
    ) -> None:
        most = {m: min(MOST_GROUPS, max(monthly.rows(m) // 2, FEW_GROUPS)) for m in months}
        left = list(months)
        for chosen in dict.fromkeys((tuple(dims), tuple(dims[:FEWEST]))):
            if not left:
                return
            with connect() as con:
                con.execute(f"CREATE TEMP TABLE made AS FROM ({monthly.make(con, left, chosen)})")
                counted = dict(con.execute("SELECT month, count(*) FROM made GROUP BY 1").fetchall())
                fit = [m for m in left if counted.get(m, 0) <= most[m]]
                fields = _fields(con, "made")
                self._keeper.keep({names[m]: partial(_write, con, fields, m) for m in fit})
            left = [m for m in left if m not in fit]
        self._keeper.keep({names[m]: _write_too_many for m in left})

    def _read(self, files: list[Path] | None) -> tuple[str, frozenset[str]] | None:
        """The months' sums as one table, by the dimensions that all of them have."""
        if not files:
            return None
        alike = self._by_columns(files)
        if (_TOO_MANY,) in alike:
            return None
        kept = {name for name in next(iter(alike)) if all(name in columns for columns in alike)}
        dims = [d for d in DIMENSIONS if d in kept]
        sums = [name for name in next(iter(alike)) if name in kept - {"month", *dims}]
        sides = []
        for columns, of_them in alike.items():
            paths = ", ".join(literal(str(file)) for file in of_them)
            wider = set(columns) - kept
            added = [f"sum({x}) AS {x}" if wider else x for x in sums]
            fields = ", ".join(["month", *map(quote, dims), *added])
            group = f" GROUP BY {', '.join(['month', *map(quote, dims)])}" if wider else ""
            sides.append(f"SELECT {fields} FROM read_parquet([{paths}], hive_partitioning = false){group}")
        name = f"kept_sums_{len(self._tables)}"
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {' UNION ALL '.join(sides)}")
        return name, frozenset(dims)

    def _by_columns(self, files: Sequence[Path]) -> dict[tuple[str, ...], list[Path]]:
        listed = ", ".join(literal(str(file)) for file in files)
        query = f"SELECT file_name, name FROM parquet_schema([{listed}]) WHERE num_children IS NULL"
        columns: dict[str, list[str]] = {}
        for file, name in self.con.execute(query).fetchall():
            columns.setdefault(file, []).append(name)
        alike: dict[tuple[str, ...], list[Path]] = {}
        for file in files:
            alike.setdefault(tuple(columns[str(file)]), []).append(file)
        return alike


def _fields(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """Fields of a table; the engine's widest integers, which Parquet would hold as floats, as BIGINT.

    A sum that outgrows it is an error, never another number.
    """
    told = [(row[0], row[1]) for row in con.execute(f"DESCRIBE {table}").fetchall()]
    return ", ".join(
        f"CAST({quote(name)} AS BIGINT) AS {quote(name)}" if kind == "HUGEINT" else quote(name)
        for name, kind in told
    )


def _write(con: duckdb.DuckDBPyConnection, fields: str, month: date, file: Path) -> None:
    rows = f"SELECT {fields} FROM made WHERE month = DATE '{month}'"
    con.execute(f"COPY ({rows}) TO {literal(str(file))} (FORMAT parquet)")


def _write_too_many(file: Path) -> None:
    with connect() as con:
        con.execute(f"COPY (SELECT 1 AS {_TOO_MANY}) TO {literal(str(file))} (FORMAT parquet)")


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
