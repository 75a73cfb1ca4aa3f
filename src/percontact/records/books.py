# SPDX-License-Identifier: Apache-2.0
"""Books made from rows in memory: the tiny book of the docs, books of tests, books of a simulation."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.records.book import Book, BookFile, Settings, Source
from percontact.records.column import Table
from percontact.records.dialect import BUCKET, connect, literal, quote
from percontact.records.tables import ROW_BITS, TABLES

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, object]


def make_book(
    tables: Mapping[str, Sequence[Row]],
    *,
    currency: str = "EUR",
    timezone: str = "UTC",
    fiscal_start_month: int = 1,
    settings: Settings | None = None,
) -> Book:
    """A Book of rows given as mappings of contract columns (and further dimensions) to values.

    settings  in place of the three before it. Instants are UTC. The rows are trusted to keep the contract: reading and checking is `ingest`'s work.
    The files live in a temporary folder until the program ends.
    """
    folder = Path(tempfile.mkdtemp(prefix="percontact-book-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    con = connect()
    files: dict[str, tuple[BookFile, ...]] = {}
    sources: dict[int, Source] = {}
    for number, (name, rows) in enumerate(tables.items(), 1):
        table = TABLES[name]
        sources[number] = Source(number, f"{name}.csv", "")
        numbered = [dict(row) | {"row_id": (number << ROW_BITS) | (i + 2)} for i, row in enumerate(rows)]
        by_month: dict[date | None, list[Row]] = {}
        for row in numbered:
            by_month.setdefault(_month(row, table, ZoneInfo(timezone)), []).append(row)
        groups = sorted(by_month.items(), key=lambda item: item[0] or date.min)
        files[name] = tuple(
            _write(con, folder / f"{name}-{i}.parquet", table, m, g) for i, (m, g) in enumerate(groups)
        )
    return Book(settings or Settings(currency, timezone, fiscal_start_month), files, None, sources)


def _month(row: Row, table: Table, zone: ZoneInfo) -> date | None:
    """First day of the local month of a row, None for tables without a time."""
    if table.when is None:
        return None
    return (
        datetime.fromisoformat(str(row[table.when]))
        .replace(tzinfo=UTC)
        .astimezone(zone)
        .date()
        .replace(day=1)
    )


def _write(
    con: duckdb.DuckDBPyConnection, path: Path, table: Table, month: date | None, rows: Sequence[Row]
) -> BookFile:
    defaults = {c.name: c.default for c in table.columns if c.default is not None}
    names = list(dict.fromkeys([*(n for row in rows for n in row), *defaults]))
    filled = [{**defaults, **row} for row in rows]
    types = {n: _stored(table, n) for n in names} | {"row_id": "BIGINT"}
    values = ", ".join("(" + ", ".join(_text(row.get(n)) for n in names) + ")" for row in filled)
    fields = [f"CAST({quote(n)} AS {types[n]}) AS {quote(n)}" for n in names]
    extra: list[str] = []
    if table.name in ("contacts", "handlings"):
        for needed, kind in (
            ("handle_s", "DECIMAL(18,3)"),
            ("outcome", "VARCHAR"),
            ("handle_basis", "VARCHAR"),
        ):
            if needed not in names:
                fields.append(f"CAST(NULL AS {kind}) AS {needed}")
                types[needed] = kind
        extra = [
            f"{BUCKET['duckdb'].format(at='started_at')} AS bucket",
            "coalesce(handle_basis, CASE WHEN handle_s IS NULL THEN 'none' ELSE 'measured' END)"
            " AS handle_basis",
        ]
        types["bucket"] = "INTEGER"
    if table.name == "contacts":
        extra.append("CASE WHEN lower(outcome) = 'abandoned' THEN 0 ELSE \"count\" END AS handled")
        types["handled"] = "BIGINT"
    typed = f"SELECT {', '.join(fields)} FROM (VALUES {values}) AS v({', '.join(map(quote, names))})"
    kept = "* EXCLUDE (handle_basis)" if extra else "*"
    con.execute(f"""
        COPY (SELECT {", ".join([kept, *extra])} FROM ({typed}))
        TO {literal(str(path))} (FORMAT parquet)
    """)
    whole = all(
        Decimal(str(row[n])) % 1 == 0
        for row in filled
        for n in names
        if n.endswith("_s") and row.get(n) is not None
    )
    return BookFile(path, len(rows), tuple(types.items()), month, whole)


def _stored(table: Table, name: str) -> str:
    """SQL type of a column; a further dimension is text."""
    column = table.column(name)
    return column.stored if column else "VARCHAR"


def _text(value: object) -> str:
    return "NULL" if value is None else literal(str(value))


def tiny() -> Book:
    """The tiny book: one month, 12,000 EUR, 400 practical hours, 4,000 voice contacts of 5 minutes.

    Cost per contact is 2.50 on basis used and 3.00 on basis full; 2,000 EUR of capacity is unused.
    """
    june = {"period_start": "2026-06-01", "period_end": "2026-07-01"}
    return make_book(
        {
            "contacts": [
                {
                    "contact_id": f"d{day}",
                    "started_at": f"2026-06-{day:02d} 09:00:00",
                    "channel": "voice",
                    "team": "voice",
                    "count": 200,
                    "handle_s": 200 * 300,
                }
                for day in range(1, 21)
            ],
            "capacity": [{"group": "voice", **june, "practical_h": 400}],
            "ledger": [
                {
                    "line_id": "6100-06",
                    "account": "6100",
                    "account_name": "Salaries",
                    **june,
                    "amount": "12000.00",
                }
            ],
        }
    )
