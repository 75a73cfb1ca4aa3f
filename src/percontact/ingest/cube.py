# SPDX-License-Identifier: Apache-2.0
"""The cubes of a month of contacts: sums by day, and by weekday and hour, kept beside the rows."""

from __future__ import annotations

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


def worth_a_cube(con: duckdb.DuckDBPyConnection, held: str, columns: list[str]) -> tuple[By, ...]:
    """The cubes that a month of contacts gets: by day; and by hour too, where that also saves rows.

    held  SQL, ready after FROM, of the month's rows
    By estimate and by days of UTC, for a cube changes no answer, and making one to count it costs the most.
    """
    by_day = ["bucket // 96", *(quote(c) for c in columns if c in CUBE_DIMENSIONS)]
    by_hour = ["bucket // 4 % 168", *(quote(c) for c in columns if c in HOUR_DIMENSIONS)]
    estimates = ", ".join(f"approx_count_distinct(hash({', '.join(keys)}))" for keys in (by_day, by_hour))
    ((rows, days, hours),) = con.execute(f"SELECT count(*), {estimates} FROM {held}").fetchall()
    if rows > _SMALL_ROWS and days * _SAVING > rows:
        return ()
    return ("day", "hour") if rows <= _SMALL_ROWS or hours * _SAVING <= rows else ("day",)


def write_cube(
    con: duckdb.DuckDBPyConnection,
    held: str,
    columns: list[str],
    timezone: str,
    path: Path,
    cubes: tuple[By, ...],
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
    order = ", ".join(["day", "weekday", "hour", *map(quote, dimensions)])
    alike = _alike(con, held, columns)

    def write(seconds: str) -> None:
        sums = _sums(columns, alike, seconds)
        rows = " UNION ALL BY NAME ".join(
            f"SELECT {', '.join([*by[kind], *sums])} FROM {held} GROUP BY ALL" for kind in cubes
        )
        write_parquet(
            con, f"FROM ({rows}) ORDER BY {order if len(cubes) > 1 else 'ALL'}", path, entries=_ENTRIES
        )

    try:
        write(_SECONDS)
    except duckdb.ConversionException:
        write(_LONG_SECONDS)
    return (*dimensions, "hour") if "hour" in cubes else dimensions


@dataclass(frozen=True, slots=True)
class _Alike:
    """What all rows of a month have in common, so that it need not be summed.

    single   each stands for one contact
    handled  none was abandoned
    timed    each has a handle time
    bases    how handle times are known
    """

    single: bool
    handled: bool
    timed: bool
    bases: frozenset[str]


def _alike(con: duckdb.DuckDBPyConnection, held: str, columns: list[str]) -> _Alike:
    untimed = "count(*) - count(handle_s)" if "handle_s" in columns else "count(*)"
    found = con.execute(
        'SELECT handle_basis, bool_and("count" = 1), bool_and(handled IS NOT DISTINCT FROM "count"), '
        f"{untimed} FROM {held} GROUP BY handle_basis"
    ).fetchall()
    return _Alike(
        single=all(one for _, one, _, _ in found),
        handled=all(every for _, _, every, _ in found),
        timed=not any(without for *_, without in found),
        bases=frozenset(str(basis) for basis, *_ in found),
    )


def _sums(columns: list[str], alike: _Alike, seconds: str) -> list[str]:
    """SQL of the sums of a month's contacts.

    n        rows;  count, handled, abandoned = count - handled
    handle_s, wait_s, talk_s, hold_s, wrap_s    of type `seconds`, NULL where none is known;  messages  BIGINT
    measured, reported, derived, standard       handled contacts whose handle time is known that way
    unmeasured                                  handled contacts without a handle time
    anchor   smallest row_id
    """
    count = "count(*)" if alike.single else 'sum("count")'
    handled = count if alike.handled else "sum(handled)"
    sums = [
        "count(*) AS n",
        _whole(count, "count"),
        _whole(handled, "handled"),
        _whole("0" if alike.handled else f"{count} - {handled}", "abandoned"),
    ]
    for name in DURATIONS:
        value = f"CAST(sum({name}) AS {seconds})" if name in columns else f"NULL::{seconds}"
        sums.append(f"{value} AS {name}")
    sums.append(_whole("sum(messages)" if "messages" in columns else "NULL", "messages"))
    known = "handle_s IS NOT NULL" if "handle_s" in columns else "false"
    for basis in ("measured", "reported", "derived", "standard"):
        so_known = f"coalesce(sum(handled) FILTER ({known} AND handle_basis = '{basis}'), 0)"
        if basis not in alike.bases:
            so_known = "0"
        elif alike.timed and len(alike.bases) == 1:
            so_known = handled
        sums.append(_whole(so_known, basis))
    unmeasured = "0" if alike.timed else f"coalesce(sum(handled) FILTER (NOT ({known})), 0)"
    sums.append(_whole(unmeasured, "unmeasured"))
    return [*sums, "min(row_id) AS anchor"]


def _whole(of: str, name: str) -> str:
    """A whole sum that stays whole: a HUGEINT would turn into a DOUBLE in Parquet."""
    return f"CAST({of} AS BIGINT) AS {name}"
