# SPDX-License-Identifier: Apache-2.0
"""A Book: everything a service team did and paid in some periods, as immutable files of known columns.

Every step takes a Book, or a table from it, and gives one back. The tables are Parquet files written
to the contracts of `records.tables`; a Book only names them, so it costs nothing to pass around.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from percontact.records.dialect import literal, quote
from percontact.records.tables import TABLES, landed_columns
from percontact.values.fiscal import FiscalCalendar, Named, Pattern, Weekday, YearEnd


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a whole workspace.

    currency    reporting currency, ISO 4217
    timezone    IANA name; local days and months are counted in it
    demo        whether the data is made up; every output then says so
    calendar    how its weeks and fiscal years are counted; kept as one setting a field
    """

    currency: str
    timezone: str
    fiscal_start_month: int = 1
    demo: bool = False
    fiscal_pattern: Pattern = ""
    fiscal_year_ends: YearEnd = "last"
    fiscal_end_day: Weekday = "saturday"
    fiscal_named: Named = "end"
    week_starts: Weekday = "monday"

    @property
    def calendar(self) -> FiscalCalendar:
        """How weeks and fiscal years are counted."""
        return FiscalCalendar(
            self.fiscal_start_month,
            self.fiscal_pattern,
            self.fiscal_year_ends,
            self.fiscal_end_day,
            self.fiscal_named,
            self.week_starts,
        )


HOUR_DIMENSIONS = ("channel", "actor", "team", "queue")
"""Dimensions that the sums by weekday and hour of a cube keep."""


@dataclass(frozen=True, slots=True)
class BookFile:
    """One immutable Parquet file of a table.

    path           where it lies
    rows           rows in it
    columns        (name, SQL type) in file order
    month          first day of the local month all its rows fall in, or None where the table has no time
    whole_seconds  whether every duration in it is a whole number of seconds
    cube           path of its day cube, or None
    cube_columns   dimension columns of the cube; with `hour` among them it also has rows by weekday and hour,
                   of HOUR_DIMENSIONS, whose day is NULL
    """

    path: Path
    rows: int
    columns: tuple[tuple[str, str], ...]
    month: date | None = None
    whole_seconds: bool = True
    cube: Path | None = None
    cube_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where an import came from: `row_id` of its rows = number x 2^36 + line.

    system  the system and export that the mapping was for, or ""
    lacks   what that export cannot give, keys of records.lacks.LACKS or sentences
    """

    number: int
    name: str
    sha256: str
    sheet: str = ""
    system: str = ""
    lacks: tuple[str, ...] = ()


BookPart = Mapping[str, Collection[date | None] | None]
"""Table -> its months that may be read; None = all. A table that has no months is of the month None."""


@dataclass(frozen=True, slots=True)
class Book:
    """Tables of some periods.

    settings  currency, time zone, fiscal calendar
    files     table name -> its files
    snapshot  id of the workspace's state it was read at, or None for a book made in memory
    sources   import number -> source file, for trails
    part      the months of each table that may be read, None = all of them; see `only`
    """

    settings: Settings
    files: Mapping[str, tuple[BookFile, ...]]
    snapshot: int | None = None
    sources: Mapping[int, Source] = field(default_factory=dict)
    part: BookPart | None = None

    def only(self, part: BookPart) -> Book:
        """The same Book, of which only some months are read: its columns and tables are those of the whole.

        To read a table that the part does not name raises KeyError: what is worked out on a part depends on
        nothing but the part.
        """
        return replace(self, part=part)

    def within(self, part: BookPart) -> list[str]:
        """The files of a part by table, month and name; a name is made from the file's content."""
        return sorted(
            f"{table} {f.month} {f.path.name}"
            for table, months in part.items() for f in self.files.get(table, ())
            if f.rows and (months is None or f.month in months)
        )  # fmt: skip

    def _may_read(self, table: str, month: date | None) -> bool:
        if self.part is None:
            return True
        months = self.part[table]
        return months is None or month in months

    def has(self, table: str) -> bool:
        """Whether the table has any row."""
        return any(f.rows for f in self.files.get(table, ()))

    def rows(self, table: str) -> int:
        """Rows of a table."""
        return sum(f.rows for f in self.files.get(table, ()))

    def columns(self, table: str) -> dict[str, str]:
        """Column name -> SQL type, over the contract, what landing adds, and what the files add."""
        known = {c.name: c.stored for c in TABLES[table].columns} | dict(landed_columns(table))
        # Most files of a table have the same columns.
        for columns in dict.fromkeys(f.columns for f in self.files.get(table, ())):
            for name, sql_type in columns:
                known.setdefault(name, sql_type)
        return known

    def filled(self, table: str) -> set[str]:
        """Columns that at least one file of the table holds."""
        return {name for columns in {f.columns for f in self.files.get(table, ())} for name, _ in columns}

    def months(self, table: str = "contacts") -> list[date]:
        """The local months the table has rows in, in order."""
        return sorted({f.month for f in self.files.get(table, ()) if f.month is not None and f.rows})

    def relation(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
    ) -> str:
        """SQL text of a table as a parenthesised relation, ready after FROM.

        columns  those wanted (default: all); a column no file holds reads as NULL of its type.
                 For tables parted by month the constant column `month` (DATE) may be asked for.
        first    leave out files of months before this one
        last     leave out files of months after this one
        """
        known = self.columns(table)
        wanted = list(columns) if columns is not None else list(known)
        files = [f for f in self.files.get(table, ()) if f.rows and _within(f.month, first, last)]
        files = [f for f in files if self._may_read(table, f.month)]
        if not files:
            return f"(SELECT {_nulls(wanted, known)} WHERE false)"
        # Files of the same columns are one scan: a union of scans doubles the work of a large grouping.
        files.sort(key=lambda f: (f.columns, f.month or date.min))
        parts = [_scan(list(group), wanted, known) for _, group in groupby(files, key=lambda f: f.columns)]
        return "(" + " UNION ALL ".join(parts) + ")"


def _within(month: date | None, first: date | None, last: date | None) -> bool:
    """Whether a file of a month may hold rows of the months from `first` to `last`."""
    return month is None or ((first is None or month >= first) and (last is None or month <= last))


def _scan(files: list[BookFile], wanted: list[str], known: dict[str, str]) -> str:
    held = {name for name, _ in files[0].columns}
    fields = []
    for name in wanted:
        if name == "month" and "month" not in held:
            fields.append(f"{_month_of([f.month for f in files])} AS month")
        elif name in held:
            fields.append(quote(name))
        else:
            fields.append(f"NULL::{known.get(name, 'VARCHAR')} AS {quote(name)}")
    paths = ", ".join(literal(str(f.path)) for f in files)
    return f"SELECT {', '.join(fields)} FROM read_parquet([{paths}], hive_partitioning = false)"


def _month_of(months: Sequence[date | None]) -> str:
    """SQL of the month of a row of files scanned together, by the file it stands in."""
    told = [f"DATE '{month}'" if month else "NULL::DATE" for month in months]
    if len(set(told)) == 1:
        return told[0]
    return f"list_extract([{', '.join(told)}], CAST(file_index AS BIGINT) + 1)"


def _nulls(wanted: list[str], known: dict[str, str]) -> str:
    types = {"month": "DATE"} | known
    return ", ".join(f"NULL::{types.get(name, 'VARCHAR')} AS {quote(name)}" for name in wanted)
