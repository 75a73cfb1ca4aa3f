# SPDX-License-Identifier: Apache-2.0
"""The business clock, around weekends, holidays, short days and the two nights the clocks change."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.costing.costed import CostedBook
from percontact.costing.opening import Hours, read_week
from percontact.costing.policy import Policy
from percontact.costing.slice import Slice
from percontact.metrics import catalogue, measure
from percontact.metrics.clock import open_times, read_days
from percontact.records.books import make_book
from percontact.records.dialect import connect
from percontact.values.period import Period

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = read_week({"mon-fri": "08:00-18:00"})
ALWAYS = read_week({"mon-sun": "00:00-24:00"})


def utc(text: str) -> str:
    """A local time of Berlin as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def open_time(
    opened: str,
    resolved: str,
    week: Mapping[int, Hours] = WEEK,
    calendar: list[dict[str, object]] | None = None,
    **case: object,
) -> Fraction | None:
    """Seconds of open time between two UTC instants, as the metric says."""
    tables = {
        "cases": [{"case_id": "a", "opened_at": opened, "resolved_at": resolved, **case}],
        "calendar": calendar or [],
    }
    book = make_book(tables, timezone="Europe/Berlin")
    policy = Policy({}, (), opening_hours=week)
    span = Period(date(2026, 1, 1), date(2027, 1, 1))
    panel = measure(
        [catalogue()["resolution_time_business"]],
        Slice(span, "whole"),
        con=connect(),
        book=book,
        policy=policy,
        costed=lambda: CostedBook(book, policy),
    )
    return panel.totals["resolution_time_business"].value


def test_a_night_does_not_count() -> None:
    assert open_time(utc("2026-06-02 17:00"), utc("2026-06-03 09:30")) == 2.5 * 3600


def test_a_weekend_does_not_count() -> None:
    assert open_time(utc("2026-06-06 10:00"), utc("2026-06-08 09:00")) == 3600


def test_a_holiday_does_not_count_and_a_short_day_counts_its_hours() -> None:
    calendar: list[dict[str, object]] = [
        {"day": "2026-06-02", "kind": "holiday"},
        {"day": "2026-06-03", "kind": "open", "opens": "09:00", "closes": "12:00"},
    ]
    assert open_time(utc("2026-06-01 17:00"), utc("2026-06-04 09:00"), calendar=calendar) == 5 * 3600


def test_a_holiday_of_one_site_is_a_working_day_of_the_other() -> None:
    calendar: list[dict[str, object]] = [{"day": "2026-06-02", "kind": "holiday", "site": "Leipzig"}]
    span = utc("2026-06-02 08:00"), utc("2026-06-02 18:00")
    assert open_time(*span, calendar=calendar, site="Leipzig") == 0
    assert open_time(*span, calendar=calendar, site="Krakow") == 36000


def test_round_the_clock_is_as_long_as_the_night_was() -> None:
    """Clocks go forward on 29 March 2026 (23 h) and back on 25 October (25 h)."""
    assert open_time(utc("2026-03-29 00:00"), utc("2026-03-30 00:00"), ALWAYS) == 23 * 3600
    assert open_time(utc("2026-10-25 00:00"), utc("2026-10-26 00:00"), ALWAYS) == 25 * 3600


def test_without_opening_hours_the_business_clock_is_unknown() -> None:
    assert open_time(utc("2026-06-02 17:00"), utc("2026-06-03 09:30"), {}) is None


@pytest.mark.slow
@given(
    st.datetimes(datetime(2026, 3, 25), datetime(2026, 4, 3)),
    st.integers(0, 8 * 24 * 3600),
    st.sampled_from(["01:00-04:00", "02:00-03:00", "02:30-24:00", "08:00-18:00", "00:00-24:00"]),
)
def test_the_clock_is_the_sum_of_the_openings_it_passes(start: datetime, seconds: int, hours: str) -> None:
    """Oracle: minute by minute would be slow, so opening by opening, in plain Python."""
    week = read_week({"mon-sun": hours})
    start = start.replace(microsecond=0)
    end = start + timedelta(seconds=seconds)
    times = open_times(week, {}, Period(date(2026, 3, 20), date(2026, 4, 20)), "Europe/Berlin", "")
    expected = sum(max(0.0, (min(end, t.closes) - max(start, t.opens)).total_seconds()) for t in times)
    assert open_time(f"{start}", f"{end}", week) == expected


def test_openings_follow_each_other_and_their_sums_grow() -> None:
    times = open_times(WEEK, {}, Period(date(2026, 3, 1), date(2026, 11, 30)), "Europe/Berlin", "")
    for a, b in pairwise(times):
        assert a.closes <= b.opens
        assert b.before_ms - a.before_ms == (a.closes - a.opens).total_seconds() * 1000


@pytest.mark.parametrize(
    "told",
    [
        {"mon-fri": "18:00-08:00"},
        {"fry": "08:00-18:00"},
        {"mon": "8-18"},
        {"fri-mon": "08:00-18:00"},
        {"mon-fri": "08:00-18:00", "wed": "09:00-10:00"},
    ],
)
def test_hours_that_make_no_sense_are_refused(told: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_week(told)


def test_an_open_day_without_hours_is_open_all_day() -> None:
    ((rule,),) = read_days([(date(2026, 6, 6), None, "open", None, None)]).values()
    assert rule.hours == Hours(0, 1440)
