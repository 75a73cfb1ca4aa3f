# SPDX-License-Identifier: Apache-2.0
"""The calendar: which local day, weekday and hour each quarter hour of UTC falls in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.records.dialect import BUCKET_SECONDS
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

CALENDAR_DIMENSIONS = ("day", "weekday", "hour")


def bucket_days(months: Period, timezone: str) -> list[tuple[int, date, int, int]]:
    """(UTC quarter hour since 1970, local day, ISO weekday, local hour) of each quarter hour of a span.

    The zone's rules come from zoneinfo and never reach the engine: a bucket has one local day and hour
    because no zone changes its offset off the quarter hour today.
    """
    zone, utc = ZoneInfo(timezone), ZoneInfo("UTC")
    start = datetime(months.start.year, months.start.month, months.start.day, tzinfo=zone)
    end = datetime(months.end.year, months.end.month, months.end.day, tzinfo=zone)
    first, last = int(start.timestamp()) // BUCKET_SECONDS, -(-int(end.timestamp()) // BUCKET_SECONDS)
    rows = []
    epoch = datetime(1970, 1, 1, tzinfo=utc)
    for bucket in range(first, last):
        local = (epoch + timedelta(seconds=bucket * BUCKET_SECONDS)).astimezone(zone)
        rows.append((bucket, local.date(), local.isoweekday(), local.hour))
    return rows


def make_calendar(con: duckdb.DuckDBPyConnection, months: Period, timezone: str) -> None:
    """Make the table `bucket_day` (bucket, day, weekday, hour) of some whole months, unless it is theirs."""
    told = f"{months.start} {months.end} {timezone}"
    con.execute("CREATE TEMP TABLE IF NOT EXISTS bucket_span (told VARCHAR)")
    if con.execute("SELECT told FROM bucket_span").fetchall() == [(told,)]:
        return
    con.execute("DELETE FROM bucket_span")
    rows = bucket_days(months, timezone)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bucket_day (bucket INTEGER, day DATE, weekday INTEGER, hour INTEGER)"
    )
    con.execute(
        """
        INSERT INTO bucket_day
        SELECT unnest(?::INTEGER[]), unnest(?::DATE[]), unnest(?::INTEGER[]), unnest(?::INTEGER[])
        """,
        [list(column) for column in zip(*rows, strict=True)],
    )
    con.execute("INSERT INTO bucket_span VALUES (?)", [told])
