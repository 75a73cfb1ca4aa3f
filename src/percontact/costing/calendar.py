# SPDX-License-Identifier: Apache-2.0
"""The calendar: which local day, weekday and hour each quarter hour of UTC falls in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.records.dialect import BUCKET_SECONDS
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

PER_DAY = 86_400 // BUCKET_SECONDS

CALENDAR_DIMENSIONS = ("day", "weekday", "hour")


def offset_spells(months: Period, timezone: str) -> list[tuple[int, int, int]]:
    """(first UTC quarter hour since 1970, the one after the last, seconds ahead of UTC), one spell an offset.

    The zone's rules come from zoneinfo and never reach the engine: a bucket has one local day and hour
    because no zone changes its offset off the quarter hour today, nor twice in a day.
    """
    zone = ZoneInfo(timezone)
    start = datetime(months.start.year, months.start.month, months.start.day, tzinfo=zone)
    end = datetime(months.end.year, months.end.month, months.end.day, tzinfo=zone)
    first, last = int(start.timestamp()) // BUCKET_SECONDS, -(-int(end.timestamp()) // BUCKET_SECONDS)
    spells: list[tuple[int, int, int]] = []
    at, offset = first, _offset(zone, first)
    for day in range(first + PER_DAY, last + PER_DAY, PER_DAY):
        after = _offset(zone, min(day, last))
        if after != offset:
            changed = next(b for b in range(day - PER_DAY, day + 1) if _offset(zone, b) != offset)
            spells.append((at, changed, offset))
            at, offset = changed, after
    return [*spells, (at, last, offset)]


def _offset(zone: ZoneInfo, bucket: int) -> int:
    at = datetime.fromtimestamp(bucket * BUCKET_SECONDS, zone)
    return int((at.utcoffset() or timedelta()).total_seconds())


def make_calendar(con: duckdb.DuckDBPyConnection, months: Period, timezone: str) -> None:
    """Make the table `bucket_day` (bucket, day, weekday, hour) of some whole months, unless it is theirs."""
    told = f"{months.start} {months.end} {timezone}"
    con.execute("CREATE TEMP TABLE IF NOT EXISTS bucket_span (told VARCHAR)")
    if con.execute("SELECT told FROM bucket_span").fetchall() == [(told,)]:
        return
    con.execute("DELETE FROM bucket_span")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bucket_day (bucket INTEGER, day DATE, weekday INTEGER, hour INTEGER)"
    )
    for first, last, offset in offset_spells(months, timezone):
        # 1 January 1970 was a Thursday; day_no and local_s are whole days and seconds since.
        con.execute(f"""
            INSERT INTO bucket_day
            SELECT bucket, DATE '1970-01-01' + day_no, (day_no + 3) % 7 + 1, (local_s % 86400) // 3600
            FROM (SELECT bucket, local_s, CAST(local_s // 86400 AS INTEGER) AS day_no
                  FROM (SELECT range AS bucket, range * {BUCKET_SECONDS} + ({offset}) AS local_s
                        FROM range({first}, {last})))
        """)
    con.execute("INSERT INTO bucket_span VALUES (?)", [told])
