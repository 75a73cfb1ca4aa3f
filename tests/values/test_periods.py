# SPDX-License-Identifier: Apache-2.0
"""Periods of every grain under every calendar lie end to end, and each has one name."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percontact.values.fiscal import NAMED, PATTERNS, WEEKDAYS, YEAR_ENDS, FiscalCalendar
from percontact.values.period import (
    GRAINS,
    Grain,
    Period,
    before,
    label,
    last_year,
    next_start,
    parse_period,
    periods,
    start_of,
)

CALENDARS = st.builds(
    FiscalCalendar,
    st.integers(1, 12),
    st.sampled_from(PATTERNS),
    st.sampled_from(YEAR_ENDS),
    st.sampled_from(WEEKDAYS),
    st.sampled_from(NAMED),
    st.sampled_from(WEEKDAYS),
)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(CALENDARS, DAYS, st.sampled_from(GRAINS))
def test_every_day_is_in_exactly_one_period(calendar: FiscalCalendar, day: date, grain: Grain) -> None:
    """Any calendar, day and grain: the period that starts before it and ends after it, and its neighbours."""
    span = Period(day - timedelta(days=400), day + timedelta(days=400))
    found = list(periods(span, grain, calendar))
    assert all(one.end == other.start for one, other in pairwise(found))
    assert found[0].start <= span.start
    assert found[-1].end >= span.end
    holding = [p for p in found if day in p]
    assert [p.start for p in holding] == [start_of(day, grain, calendar)]


@given(CALENDARS, DAYS, st.sampled_from(GRAINS))
def test_a_name_reads_back_to_its_period(calendar: FiscalCalendar, day: date, grain: Grain) -> None:
    """The name of any period names that period; names sort as time does."""
    start = start_of(day, grain, calendar)
    after = next_start(start, grain, calendar)
    assert parse_period(label(start, grain, calendar), calendar) == (Period(start, after), grain)
    assert label(start, grain, calendar) < label(after, grain, calendar)


@given(CALENDARS, DAYS)
def test_a_fiscal_year_is_four_quarters_of_three_months(calendar: FiscalCalendar, day: date) -> None:
    """A year has 12 months and 4 quarters; one of weeks has 52 or 53, the 53rd in its last month."""
    start = start_of(day, "fiscal-year", calendar)
    year = Period(start, next_start(start, "fiscal-year", calendar))
    months = list(periods(year, "fiscal-month", calendar))
    quarters = [p.start for p in periods(year, "fiscal-quarter", calendar)]
    assert [m.start for m in months][::3] == quarters
    assert len(months) == 12
    if calendar.pattern:
        weeks = [m.days / 7 for m in months]
        pattern = [int(w) for w in calendar.pattern.split("-")] * 4
        assert weeks in (pattern, [*pattern[:-1], pattern[-1] + 1])
        last = year.end - timedelta(days=1)
        assert WEEKDAYS[last.weekday()] == calendar.end_day
    else:
        assert all(m.start.day == 1 for m in months)
        assert year.start.month == calendar.start_month


@given(CALENDARS, DAYS)
def test_a_year_of_weeks_ends_last_in_its_month_or_nearest_to_its_end(
    calendar: FiscalCalendar, day: date
) -> None:
    """The last one lies in the month, up to 6 days before its end; the nearest within 3 days of it."""
    if not calendar.pattern:
        return
    year = calendar.year_of(day)
    end = calendar.year_start(year + 1) - timedelta(days=1)
    month = calendar.start_month
    next_year = month == 1 or calendar.named == "start"
    last_day = date(year + next_year, month, 1) - timedelta(days=1)
    short = (last_day - end).days
    assert 0 <= short <= 6 if calendar.year_ends == "last" else -3 <= short <= 3


@given(CALENDARS, DAYS)
def test_the_fiscal_month_before_and_the_one_a_year_before(calendar: FiscalCalendar, day: date) -> None:
    """Beside P05 stand P04 and the P05 of the year before, whatever their number of weeks."""
    start = start_of(day, "fiscal-month", calendar)
    month = Period(start, next_start(start, "fiscal-month", calendar))
    year, _, number = label(start, "fiscal-month", calendar).partition("-")
    earlier = before(month, calendar, "fiscal-month")
    assert earlier == Period(start_of(start - timedelta(days=1), "fiscal-month", calendar), start)
    then = last_year(month, calendar, "fiscal-month")
    assert label(then.start, "fiscal-month", calendar) == f"FY{int(year[2:]) - 1}-{number}"
    assert then.end == next_start(then.start, "fiscal-month", calendar)


@pytest.mark.parametrize("name", ["2025-W53", "2026-W54", "FY2026-P00", "FY2026-P13", "FY2026-Q5", "2026-13"])
def test_a_period_that_is_not_there_is_refused(name: str) -> None:
    """2025 has 52 weeks by ISO 8601, a fiscal year 12 months and 4 quarters."""
    with pytest.raises(ValueError):
        parse_period(name)


@given(DAYS)
def test_weeks_from_monday_are_those_of_iso_8601(day: date) -> None:
    """The standard library's own ISO week of any day."""
    year, week, _ = day.isocalendar()
    assert label(start_of(day, "week"), "week") == f"{year}-W{week:02d}"
