# SPDX-License-Identifier: Apache-2.0
"""The business clock: time that passed while the service was open, by opening hours, holidays and time zone.

It runs on UTC instants of opening and closing, so that a day on which the clocks change is as long as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from percontact.costing.opening import DAY_MINUTES, Hours, read_hours
from percontact.records.book import Book
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

EVERYWHERE = ""
"""The site of hours that hold where no site is named."""


class Open(NamedTuple):
    """The service is open in [opens, closes), UTC without a mark; `before_ms` is the open time before it."""

    opens: datetime
    closes: datetime
    before_ms: int


class DayRule(NamedTuple):
    """One day that differs from the usual week: closed, or open at hours of its own."""

    site: str | None
    hours: Hours | None


def open_times(
    week: Mapping[int, Hours], days: Mapping[date, Sequence[DayRule]], span: Period, timezone: str, site: str
) -> list[Open]:
    """When a site is open on the days of a span, in order.

    A day's rule for the site stands before one for all sites, and either before the usual week.
    """
    zone = ZoneInfo(timezone)
    found: list[Open] = []
    passed = 0
    day = span.start
    while day < span.end:
        hours = _hours_of(day, week, days, site)
        if hours is not None:
            opens, closes = _instant(day, hours.opens, zone), _instant(day, hours.closes, zone)
            if closes > opens:
                found.append(Open(opens, closes, passed))
                passed += round((closes - opens).total_seconds() * 1000)
        day += timedelta(days=1)
    return found


def _hours_of(
    day: date, week: Mapping[int, Hours], days: Mapping[date, Sequence[DayRule]], site: str
) -> Hours | None:
    rules = days.get(day, ())
    for wanted in (site or None, None):
        for rule in rules:
            if rule.site == wanted:
                return rule.hours
    return week.get(day.isoweekday())


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a local day in UTC. A time that the clocks skip is the moment they skip to."""
    if minute == DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def read_days(
    rows: Iterable[tuple[date, str | None, str, str | None, str | None]],
) -> dict[date, list[DayRule]]:
    """Rows (day, site, kind, opens, closes) of the table calendar by day.

    A holiday or closed day has no hours; an open one has those it names, or the whole day.
    """
    found: dict[date, list[DayRule]] = {}
    for day, site, kind, opens, closes in rows:
        hours = None
        if kind == "open":
            hours = read_hours(f"{opens or '00:00'}-{closes or '24:00'}")
        found.setdefault(day, []).append(DayRule(site, hours))
    return found


def make_open_times(
    con: duckdb.DuckDBPyConnection, book: Book, week: Mapping[int, Hours], span: Period
) -> list[str]:
    """Make the table `open_time` (site, opens, closes, before_ms) over a span; the sites it tells apart."""
    rows = con.execute(f"SELECT day, site, kind, opens, closes FROM {book.relation('calendar')}").fetchall()
    days = read_days(rows)
    sites = [EVERYWHERE, *sorted({site for _, site, *_ in rows if site})]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE open_time "
        "(site VARCHAR, opens TIMESTAMP, closes TIMESTAMP, before_ms BIGINT)"
    )
    for site in sites:
        times = open_times(week, days, span, book.settings.timezone, site)
        columns = [list(column) for column in zip(*times, strict=True)] if times else [[], [], []]
        con.execute(
            "INSERT INTO open_time "
            "SELECT ?, unnest(?::TIMESTAMP[]), unnest(?::TIMESTAMP[]), unnest(?::BIGINT[])",
            [site, *columns],
        )
    return sites


def passed_ms(at: str, alias: str) -> str:
    """SQL of the open milliseconds before an instant, over the ASOF-joined row `alias` of `open_time`."""
    inside = f"date_diff('millisecond', {alias}.opens, least({at}, {alias}.closes))"
    return f"CASE WHEN {at} IS NOT NULL THEN coalesce({alias}.before_ms + {inside}, 0) END"
