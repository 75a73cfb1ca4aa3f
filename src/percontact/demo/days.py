# SPDX-License-Identifier: Apache-2.0
"""The days of the company: seasons, holidays, sale weeks, and how many contacts arrive by each channel."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import exp
from zoneinfo import ZoneInfo

from percontact.demo.draws import ROOM_BITS, normal
from percontact.demo.workshop import Cell, Facts, Workshop

DAY_ROOM = 12 << ROOM_BITS

_DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).

    >>> easter(2025), easter(2026)
    (datetime.date(2025, 4, 20), datetime.date(2026, 4, 5))
    """
    century, of_century = divmod(year, 100)
    golden = year % 19
    shift = (century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 19 * golden + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - shift - of_century % 4) % 7
    late = (golden + 11 * shift + 22 * weekday) // 451
    month, day = divmod(shift + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def holidays(company: Facts, year: int) -> list[tuple[date, str, str]]:
    """(day, site, name) of the public holidays of a year, in order."""
    found = []
    for rule in company["holidays"]:
        if year < rule.get("since", year):
            continue
        if "easter" in rule:
            day = easter(year) + rule["easter"] * _DAY
        elif "wednesday_before" in rule:
            month, of_month = map(int, rule["wednesday_before"].split("-"))
            before = date(year, month, of_month) - _DAY
            day = before - (before.weekday() - 2) % 7 * _DAY
        else:
            day = date(year, rule["month"], rule["day"])
        found.append((day, rule["site"], rule["name"]))
    return sorted(found)


def make_days(shop: Workshop) -> None:
    """Table `day`, a row a local day: factor on demand, pressure on queues, and its midnight in UTC."""
    company, zone = shop.company, ZoneInfo(shop.company["timezone"])
    closed: dict[date, set[str]] = {}
    for year in range(shop.first.year, shop.end.year + 1):
        for day, site, _ in holidays(company, year):
            closed.setdefault(day, set()).add(site)
    rows: list[tuple[Cell, ...]] = []
    for number in range(shop.days):
        day = shop.first + number * _DAY
        month = (day.year - shop.first.year) * 12 + day.month - shop.first.month
        # The offset at noon serves the whole day: two nights a year are an hour off, and nobody calls then.
        offset = datetime.combine(day, time(12), zone).utcoffset() or timedelta()
        midnight = (day - date(1970, 1, 1)).days * 86400 - int(offset.total_seconds())
        pressure = company["pressure"]["by_month"][day.month - 1]
        if day.weekday() == 0:
            pressure *= company["pressure"]["monday"]
        factor = demand_of(company, day, closed.get(day, set()))
        factor *= exp(company["growth"]["per_year"] * number / 365)
        factor *= exp(company["day_noise"]["sigma"] * normal(shop.seed, "day", day))
        rows.append((number, day, month, day.month, day.weekday(), factor, pressure, midnight))
    columns = "day INTEGER, date DATE, month INTEGER, of_year INTEGER, weekday INTEGER"
    shop.table("day", f"{columns}, factor DOUBLE, pressure DOUBLE, midnight BIGINT", rows)


def demand_of(company: Facts, day: date, closed: set[str]) -> float:
    """Factor of a day on contacts: season, sale weeks, holidays at the sites in `closed`."""
    factor: float = company["seasons"]["total"][day.month - 1]
    for peak in company["peaks"]:
        if peak["from"] <= day < peak["until"]:
            factor *= peak["factor"]
    if closed:
        factor *= company["holiday_demand"]["both" if len(closed) > 1 else min(closed)]
    return factor


def make_cells(shop: Workshop) -> None:
    """Table `cell`, a row a day and channel: first contacts `expected`, the `n` that came, their first key.

    Counts scatter as counts do (variance = mean) and add up to the first contacts wanted, exactly.
    """
    channels = shop.company["channels"]
    weeks = [
        (place, channel, weekday, float(weight), float(facts["share"]), float(facts["trend"]))
        for place, (channel, facts) in enumerate(channels.items())
        for weekday, weight in enumerate(facts["week"])
    ]
    columns = "place INTEGER, channel VARCHAR, weekday INTEGER, weight DOUBLE, share DOUBLE, trend DOUBLE"
    shop.table("week", columns, weeks)
    wanted = round(shop.contacts * shop.company["first_contacts"]["share"])
    shop.con.execute(f"""
        CREATE TABLE cell AS
        WITH weighed AS (
            SELECT day, month, place, channel, weight * share * exp(trend * day / 365.0) * factor AS w
            FROM day JOIN week USING (weekday)),
        planned AS (SELECT *, w * {wanted} / sum(w) OVER () AS expected FROM weighed),
        noisy AS (
            SELECT *, greatest(0, expected + sqrt(expected) * z(luck({DAY_ROOM} + day * 16 + place), 1))
                   AS came
            FROM planned),
        run AS (
            SELECT *, sum(came) OVER (ORDER BY day, channel ROWS UNBOUNDED PRECEDING) AS upto,
                   sum(came) OVER () AS whole
            FROM noisy),
        counted AS (SELECT *, round({wanted} * upto / whole)::BIGINT AS last FROM run)
        SELECT day, month, channel, expected, w > 0 AS open, coalesce(lag(last) OVER (ORDER BY day,
               channel), 0) AS first,
               last - coalesce(lag(last) OVER (ORDER BY day, channel), 0) AS n
        FROM counted
    """)
