# SPDX-License-Identifier: Apache-2.0
"""Good rows into the files they are kept in: one Parquet file a local month, for contacts also a day cube."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

import duckdb

from percontact.ingest.derive import Written, local
from percontact.ingest.typed import Typed
from percontact.records.book import HOUR_DIMENSIONS, BookFile, Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote

CUBE_DIMENSIONS = ("channel", "direction", "actor", "team", "queue", "site", "reason", "language", "product")
DURATIONS = ("handle_s", "wait_s", "talk_s", "hold_s", "wrap_s")

_SECONDS, _LONG_SECONDS = "DECIMAL(18,3)", "DECIMAL(38,3)"
"""Type of a sum of seconds in a cube; the long one, twice as slow to read, where a sum outgrows the other."""

ROW_GROUP_ROWS = 122_880
"""Rows in a row group: the size DuckDB reads in parallel."""

_SMALL_ROWS = 5_000
"""A file of at most this many rows keeps its cube whatever it saves."""

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
    months = con.execute(
        f"SELECT _month, count(*), min(_line), max(_line) FROM {typed.relation} WHERE {good} "
        "GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    total = sum(count for _, count, _, _ in months)
    relation = typed.landing
    if sum(last - first + 1 for _, _, first, last in months) > _SCATTERED * max(total, 1):
        relation = _sorted(con, typed)
    done, files = 0, []
    for month, count, _, _ in months:
        rows = f"{relation} WHERE {good}" + (f" AND _month = DATE '{month}'" if month else "")
        path = folder / (f"{table.name}-{month:%Y-%m}.parquet" if month else f"{table.name}.parquet")
        files.append(_write(con, typed.columns, rows, path, month, table, settings))
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
    table: Table,
    settings: Settings,
) -> BookFile:
    wanted = ", ".join(quote(c.name) for c in columns)
    _copy(con, f"SELECT {wanted} FROM {rows}", path)
    held = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    durations = [c.name for c in columns if c.name in DURATIONS]
    whole = " AND ".join(f"count(*) FILTER ({name} <> trunc({name})) = 0" for name in durations) or "true"
    ((count, whole_seconds),) = con.execute(f"SELECT count(*), {whole} FROM {held}").fetchall()
    cube = path.with_suffix(".cube.parquet")
    told: tuple[str, ...] = ()
    if table.name == "contacts":
        told = _write_cube(con, held, count, [c.name for c in columns], settings.timezone, cube)
    return BookFile(
        path=path,
        rows=count,
        columns=tuple((c.name, c.sql_type) for c in columns),
        month=month,
        whole_seconds=bool(whole_seconds),
        cube=cube if cube.exists() else None,
        cube_columns=told,
    )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query as Parquet; the rows written."""
    ((count,),) = con.execute(
        f"COPY ({query}) TO {literal(str(path))} "
        f"(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    ).fetchall()
    return int(count)


def _write_cube(
    con: duckdb.DuckDBPyConnection, held: str, count: int, columns: list[str], timezone: str, path: Path
) -> tuple[str, ...]:
    """Write the cube of a month's `count` contacts, where it saves anything; returns its `cube_columns`."""
    local_at = local("started_at", timezone)
    dimensions = tuple(c for c in columns if c in CUBE_DIMENSIONS)
    by_day = [f"CAST({local_at} AS DATE) AS day", *map(quote, dimensions)]
    week = [f"CAST({part}({local_at}) AS INTEGER)" for part in ("isodow", "hour")]
    of_hours = [quote(d) for d in dimensions if d in HOUR_DIMENSIONS]
    by_hour = [f"{week[0]} AS weekday", f"{week[1]} AS hour", *of_hours]
    order = ", ".join(["day", "weekday", "hour", *map(quote, dimensions)])

    def write(*kinds: list[str], seconds: str) -> None:
        rows = " UNION ALL BY NAME ".join(_sums(held, columns, by, seconds) for by in kinds)
        _copy(con, f"FROM ({rows}) ORDER BY {order if len(kinds) > 1 else 'ALL'}", path)

    seconds = _SECONDS
    try:
        write(by_day, by_hour, seconds=seconds)
    except duckdb.ConversionException:
        seconds = _LONG_SECONDS
        write(by_day, by_hour, seconds=seconds)
    ((days, hours),) = con.execute(
        f"SELECT count(day), count(hour) FROM read_parquet({literal(str(path))})"
    ).fetchall()
    if days * 2 > count > _SMALL_ROWS:
        path.unlink()
        return ()
    if hours * 2 > count > _SMALL_ROWS:
        write(by_day, seconds=seconds)
        return dimensions
    return (*dimensions, "hour")


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
