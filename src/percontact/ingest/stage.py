# SPDX-License-Identifier: Apache-2.0
"""Good rows into the files they are kept in: one Parquet file a local month, for contacts also a day cube."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from percontact.ingest.derive import Written, local
from percontact.ingest.typed import Typed
from percontact.records.book import HOUR_DIMENSIONS, BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote

By = Literal["day", "hour"]
"""What a cube sums by."""

CUBE_DIMENSIONS = ("channel", "direction", "actor", "team", "queue", "site", "reason", "language", "product")
DURATIONS = ("handle_s", "wait_s", "talk_s", "hold_s", "wrap_s")

_SECONDS, _LONG_SECONDS = "DECIMAL(18,3)", "DECIMAL(38,3)"
"""Type of a sum of seconds in a cube; the long one, twice as slow to read, where a sum outgrows the other."""

ROW_GROUP_ROWS = 122_880
"""Rows in a row group: the size DuckDB reads in parallel."""

DICTIONARY_ENTRIES = 8_192
"""Different values of a column in a row group up to which they are written once each; agents are thousands.
Trying further, for ids of which each is another, takes time and saves nothing."""

_SMALL_ROWS = 5_000
"""A file of at most this many rows keeps its cube whatever it saves."""

_SAVING = 2
"""Contacts a row of a cube must stand for, on average, to be worth its making and its place."""

_SCATTERED = 3
"""From this overlap of the months' line ranges on, sorting once is cheaper than one scan a month."""


def write_months(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    table: Table,
    settings: Settings,
    *,
    without: Collection[int],
    folder: Path,
    progress: Callable[[int], None],
) -> tuple[BookFile, ...]:
    """Write the good rows, in file order, as <table>[-<month>].parquet in `folder`.

    without   lines left out besides those with a fault
    progress  is told the rows written so far
    """
    con.execute("CREATE OR REPLACE TEMP TABLE without (line BIGINT)")
    if without:
        con.execute("INSERT INTO without SELECT unnest($1::BIGINT[])", [sorted(without)])
    good = "_fault IS NULL" + (" AND _line NOT IN (SELECT line FROM without)" if without else "")
    names = [c.name for c in typed.columns]
    whole = (
        " AND ".join(f"count(*) FILTER ({n} <> trunc({n})) = 0" for n in names if n in DURATIONS) or "true"
    )
    months = con.execute(
        f"SELECT _month, count(*), min(_line), max(_line), {whole} FROM {typed.relation} WHERE {good} "
        "GROUP BY _month ORDER BY _month"
    ).fetchall()
    total = sum(count for _, count, *_ in months)
    cubes = _worth_a_cube(con, typed, good, names) if table.name == "contacts" else {}
    relation = typed.landing
    if sum(last - first + 1 for _, _, first, last, _ in months) > _SCATTERED * max(total, 1):
        relation = _sorted(con, typed)
    done, files = 0, []
    for month, count, _, _, whole_seconds in months:
        rows = f"{relation} WHERE {good}" + (f" AND _month = DATE '{month}'" if month else "")
        path = folder / (f"{table.name}-{month:%Y-%m}.parquet" if month else f"{table.name}.parquet")
        file = _write(con, typed.columns, rows, path, month, settings, cubes.get(month, ()))
        files.append(replace(file, whole_seconds=bool(whole_seconds)))
        done += count
        progress(done)
    return tuple(files)


def _sorted(con: duckdb.DuckDBPyConnection, typed: Typed) -> str:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sorted AS FROM {typed.landing} WHERE _fault IS NULL "
        "ORDER BY _month, _line"
    )
    return "sorted"


def _write(
    con: duckdb.DuckDBPyConnection,
    columns: tuple[Written, ...],
    rows: str,
    path: Path,
    month: date | None,
    settings: Settings,
    cubes: tuple[By, ...],
) -> BookFile:
    wanted = ", ".join(quote(c.name) for c in columns)
    _copy(con, f"SELECT {wanted} FROM {rows}", path)
    held = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    ((count,),) = con.execute(f"SELECT count(*) FROM {held}").fetchall()
    cube = path.with_suffix(".cube.parquet") if cubes else None
    told: tuple[str, ...] = ()
    if cube is not None:
        told = _write_cube(con, held, [c.name for c in columns], settings.timezone, cube, cubes)
    return BookFile(
        path=path,
        rows=count,
        columns=tuple((c.name, c.sql_type) for c in columns),
        month=month,
        cube=cube,
        cube_columns=told,
    )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query as Parquet; the rows written."""
    ((count,),) = con.execute(
        f"COPY ({query}) TO {literal(str(path))} "
        f"(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
        f"DICTIONARY_SIZE_LIMIT {DICTIONARY_ENTRIES}, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    ).fetchall()
    return int(count)


def _worth_a_cube(
    con: duckdb.DuckDBPyConnection, typed: Typed, good: str, columns: list[str]
) -> dict[date, tuple[By, ...]]:
    """The cubes that each month of contacts gets: by day; and by hour too, where that also saves rows.

    By estimate and by days of UTC, for a cube changes no answer, and making one to count it costs the most.
    """
    dimensions = [quote(c) for c in columns if c in CUBE_DIMENSIONS]
    of_hours = [quote(c) for c in columns if c in HOUR_DIMENSIONS]
    by_day = f"approx_count_distinct(hash({', '.join(['bucket // 96', *dimensions])}))"
    by_hour = f"approx_count_distinct(hash({', '.join(['bucket // 4 % 168', *of_hours])}))"

    def saves(of: str, having: str) -> set[date]:
        """Months of which the rows of a cube are few enough."""
        query = (
            f"SELECT _month FROM {typed.relation} WHERE {good} AND {having} GROUP BY _month "
            f"HAVING count(*) <= {_SMALL_ROWS} OR {of} * {_SAVING} <= count(*)"
        )
        return {month for (month,) in con.execute(query).fetchall()}

    days = saves(by_day, "true")
    listed = ", ".join(literal(f"{month}") for month in sorted(days))
    hours = saves(by_hour, f"_month IN ({listed})") if days else set()
    return {month: ("day", "hour") if month in hours else ("day",) for month in days}


def _write_cube(
    con: duckdb.DuckDBPyConnection,
    held: str,
    columns: list[str],
    timezone: str,
    path: Path,
    cubes: tuple[By, ...],
) -> tuple[str, ...]:
    """Write the cubes of a month's contacts as one file; returns its `cube_columns`."""
    local_at = local("started_at", timezone)
    dimensions = tuple(c for c in columns if c in CUBE_DIMENSIONS)
    week = [f"CAST({part}({local_at}) AS INTEGER)" for part in ("isodow", "hour")]
    of_hours = [quote(d) for d in dimensions if d in HOUR_DIMENSIONS]
    by: dict[By, list[str]] = {
        "day": [f"CAST({local_at} AS DATE) AS day", *map(quote, dimensions)],
        "hour": [f"{week[0]} AS weekday", f"{week[1]} AS hour", *of_hours],
    }
    order = ", ".join(["day", "weekday", "hour", *map(quote, dimensions)])

    def write(seconds: str) -> None:
        rows = " UNION ALL BY NAME ".join(_sums(held, columns, by[kind], seconds) for kind in cubes)
        _copy(con, f"FROM ({rows}) ORDER BY {order if len(cubes) > 1 else 'ALL'}", path)

    try:
        write(_SECONDS)
    except duckdb.ConversionException:
        write(_LONG_SECONDS)
    return (*dimensions, "hour") if "hour" in cubes else dimensions


def _sums(held: str, columns: list[str], by: list[str], seconds: str) -> str:
    """Sums of a month's contacts.

    by       day (DATE, local) and the dimensions present in the file; where day is NULL, the weekday (ISO),
             the local hour and those of HOUR_DIMENSIONS
    n        rows;  count, handled, abandoned = count - handled
    handle_s, wait_s, talk_s, hold_s, wrap_s    of type `seconds`, NULL where none is known;  messages  BIGINT
    measured, reported, derived, standard       handled contacts whose handle time is known that way
    unmeasured                                  handled contacts without a handle time
    anchor   smallest row_id
    """
    sums = [
        "count(*) AS n",
        _sum("count"),
        _sum("handled"),
        "CAST(sum(count - handled) AS BIGINT) AS abandoned",
    ]
    for name in DURATIONS:
        value = f"CAST(sum({name}) AS {seconds})" if name in columns else f"NULL::{seconds}"
        sums.append(f"{value} AS {name}")
    sums.append(_sum("messages") if "messages" in columns else "NULL::BIGINT AS messages")
    known = "handle_s IS NOT NULL" if "handle_s" in columns else "false"
    for basis in ("measured", "reported", "derived", "standard"):
        sums.append(_sum("handled", f"{known} AND handle_basis = '{basis}'", basis))
    sums.append(_sum("handled", f"NOT ({known})", "unmeasured"))
    return f"SELECT {', '.join([*by, *sums, 'min(row_id) AS anchor'])} FROM {held} GROUP BY ALL"


def _sum(column: str, when: str = "", name: str = "") -> str:
    """A whole sum that stays whole: a HUGEINT would turn into a DOUBLE in Parquet."""
    of = f"coalesce(sum({column}) FILTER ({when}), 0)" if when else f"sum({column})"
    return f"CAST({of} AS BIGINT) AS {name or column}"
