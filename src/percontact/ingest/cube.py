# SPDX-License-Identifier: Apache-2.0
"""The cubes of a month of contacts: sums by day, and by weekday and hour, kept beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from percontact.ingest.derive import local
from percontact.ingest.parquet import write_parquet
from percontact.records.book import HOUR_DIMENSIONS
from percontact.records.dialect import quote

By = Literal["day", "hour"]
"""What a cube sums by."""

CUBE_DIMENSIONS = ("channel", "direction", "actor", "team", "queue", "site", "reason", "language", "product")
DURATIONS = ("handle_s", "wait_s", "talk_s", "hold_s", "wrap_s")

_SECONDS, _LONG_SECONDS = "DECIMAL(18,3)", "DECIMAL(38,3)"
"""Type of a sum of seconds in a cube; the long one, twice as slow to read, where a sum outgrows the other."""

_SMALL_ROWS = 5_000
"""A file of at most this many rows keeps its cube whatever it saves."""

_SAVING = 2
"""Contacts a row of a cube must stand for, on average, to be worth its making and its place."""

_ENTRIES = 512
"""Entries of a dictionary in a cube, whose columns are mostly sums: in a larger one, few come twice."""


@dataclass(frozen=True, slots=True)
class Month:
    """What a look at a month's contacts tells.

    rows     how many
    cubes    those it gets: by day; and by hour too, where that also saves rows
    single   each stands for one contact
    handled  none was abandoned
    timed    each has a handle time
    basis    how all their handle times are known; "" = in several ways
    """

    rows: int
    cubes: tuple[By, ...]
    single: bool
    handled: bool
    timed: bool
    basis: str


def month_of(con: duckdb.DuckDBPyConnection, held: str, columns: Sequence[str]) -> Month:
    """Look at a month's contacts once: how many, and what need not be summed because all have it in common.

    held  SQL, ready after FROM, of the month's rows
    Rows that a cube saves are estimated, by days of UTC: a cube changes no answer, and making one to count
    its rows costs the most.
    """
    by_day = ["bucket // 96", *(quote(c) for c in columns if c in CUBE_DIMENSIONS)]
    by_hour = ["bucket // 4 % 168", *(quote(c) for c in columns if c in HOUR_DIMENSIONS)]
    estimates = ", ".join(f"approx_count_distinct(hash({', '.join(keys)}))" for keys in (by_day, by_hour))
    timed = "count(handle_s)" if "handle_s" in columns else "0"
    ((rows, single, handled, timed, known, basis, other, days, hours),) = con.execute(
        'SELECT count(*), bool_and("count" = 1), bool_and(handled IS NOT DISTINCT FROM "count"), '
        f"{timed}, count(handle_basis), min(handle_basis), max(handle_basis), {estimates} FROM {held}"
    ).fetchall()
    cubes: tuple[By, ...] = ("day", "hour")
    if rows > _SMALL_ROWS:
        cubes = () if days * _SAVING > rows else ("day", "hour") if hours * _SAVING <= rows else ("day",)
    alike = basis if basis == other and known == rows else ""
    return Month(rows, cubes, bool(single), bool(handled), timed == rows, alike)


def write_cube(
    con: duckdb.DuckDBPyConnection,
    held: str,
    columns: Sequence[str],
    timezone: str,
    path: Path,
    month: Month,
) -> tuple[str, ...]:
    """Write the cubes of a month's contacts as one file; returns its `cube_columns`.

    held  SQL, ready after FROM, of the month's rows
    """
    local_at = local("started_at", timezone)
    dimensions = tuple(c for c in columns if c in CUBE_DIMENSIONS)
    week = [f"CAST({part}({local_at}) AS INTEGER)" for part in ("isodow", "hour")]
    of_hours = [quote(d) for d in dimensions if d in HOUR_DIMENSIONS]
    by: dict[By, list[str]] = {
        "day": [f"CAST({local_at} AS DATE) AS day", *map(quote, dimensions)],
        "hour": [f"{week[0]} AS weekday", f"{week[1]} AS hour", *of_hours],
    }
    keys = ["day", *(["weekday", "hour"] if "hour" in month.cubes else []), *map(quote, dimensions)]

    def write(seconds: str) -> None:
        summed, told = _sums(columns, month, seconds)
        rows = " UNION ALL BY NAME ".join(
            f"SELECT {', '.join([*by[kind], *summed])} FROM {held} GROUP BY ALL" for kind in month.cubes
        )
        # What only repeats another column is written from it, after sorting.
        ordered = f"(FROM ({rows}) ORDER BY {', '.join(keys)})"
        write_parquet(con, f"SELECT {', '.join([*keys, *told])} FROM {ordered}", path, entries=_ENTRIES)

    try:
        write(_SECONDS)
    except duckdb.ConversionException:
        write(_LONG_SECONDS)
    return (*dimensions, "hour") if "hour" in month.cubes else dimensions


def _sums(columns: Sequence[str], month: Month, seconds: str) -> tuple[list[str], list[str]]:
    """SQL of what has to be summed, and of the columns of a cube that are made of it.

    n        rows;  count, handled, abandoned = count - handled
    handle_s, wait_s, talk_s, hold_s, wrap_s    of type `seconds`, NULL where none is known;  messages  BIGINT
    measured, reported, derived, standard       handled contacts whose handle time is known that way
    unmeasured                                  handled contacts without a handle time
    anchor   smallest row_id
    """
    summed: dict[str, str] = {"n": "count(*)", "anchor": "min(row_id)"}
    told: dict[str, str] = {"n": "n"}

    def column(name: str, of: str | None, *, instead: str) -> None:
        """One that is summed as `of` says, or is known to be another or none."""
        if of is not None:
            summed[name] = of
        told[name] = name if of is not None else instead

    column("count", None if month.single else _whole('sum("count")'), instead="n")
    column("handled", None if month.handled else _whole("sum(handled)"), instead=told["count"])
    told["abandoned"] = _whole("0" if month.handled else f"{told['count']} - handled")
    for name in DURATIONS:
        total = f"CAST(sum({name}) AS {seconds})" if name in columns else None
        column(name, total, instead=f"NULL::{seconds}")
    messages = _whole("sum(messages)") if "messages" in columns else None
    column("messages", messages, instead=_whole("NULL"))
    known = "handle_s IS NOT NULL" if "handle_s" in columns else "false"
    for basis in ("measured", "reported", "derived", "standard"):
        of = f"coalesce(sum(handled) FILTER ({known} AND handle_basis = '{basis}'), 0)"
        every = month.timed and basis == month.basis
        none = month.basis not in ("", basis)
        column(basis, None if every or none else _whole(of), instead=_whole("0") if none else told["handled"])
    unmeasured = _whole(f"coalesce(sum(handled) FILTER (NOT ({known})), 0)")
    column("unmeasured", None if month.timed else unmeasured, instead=_whole("0"))
    told["anchor"] = "anchor"
    return _named(summed), _named(told)


def _named(columns: dict[str, str]) -> list[str]:
    return [f"{sql} AS {quote(name)}" if sql != name else quote(name) for name, sql in columns.items()]


def _whole(of: str) -> str:
    """A whole sum that stays whole: a HUGEINT would turn into a DOUBLE in Parquet."""
    return f"CAST({of} AS BIGINT)"
