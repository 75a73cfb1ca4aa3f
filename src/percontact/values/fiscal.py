# SPDX-License-Identifier: Apache-2.0
"""Fiscal calendars: years of twelve months from any month on, or of 52 and 53 whole weeks (4-4-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, get_args

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
Pattern = Literal["", "4-4-5", "4-5-4", "5-4-4"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
YearEnd = Literal["last", "nearest"]
YEAR_ENDS: tuple[YearEnd, ...] = get_args(YearEnd)
Named = Literal["end", "start"]
NAMED: tuple[Named, ...] = get_args(Named)

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """How a team counts its weeks and fiscal years.

    start_month  first month of the fiscal year, 1 to 12
    pattern      weeks of the three months of each quarter; "" = months are calendar months. The 53rd week of
                 a long year belongs to its last month
    year_ends    the last `end_day` of the month before `start_month`, or the one nearest to that month's end;
                 said with a pattern only
    end_day      the weekday that a fiscal year of weeks ends on
    named        whether a fiscal year bears the calendar year in which its last or its first month lies
    week_starts  the weekday that weeks start on

    Law: the months of all years lie end to end, so every day is in exactly one; quarters and years are made
    of them.
    Source: IRS Publication 538 (52-53-week tax year: last or nearest weekday to a month's end); NRF 4-5-4
    calendar.

    >>> FiscalCalendar(2, "4-5-4", "nearest", "saturday", "start").year_start(2023)
    datetime.date(2023, 1, 29)
    """

    start_month: int = 1
    pattern: Pattern = ""
    year_ends: YearEnd = "last"
    end_day: Weekday = "saturday"
    named: Named = "end"
    week_starts: Weekday = "monday"

    @property
    def by_weeks(self) -> bool:
        """Whether fiscal months are whole weeks, and so cut calendar months."""
        return bool(self.pattern)

    def week_of(self, day: date) -> date:
        """First day of the week that holds a day."""
        return day - timedelta(days=(day.weekday() - WEEKDAYS.index(self.week_starts)) % 7)

    def year_of(self, day: date) -> int:
        """The fiscal year that holds a day."""
        for year in (day.year + 1, day.year, day.year - 1):
            if self.year_start(year) <= day:
                return year
        return day.year - 2

    def year_start(self, year: int) -> date:
        """First day of a fiscal year."""
        first = _month(year - (1 if self.start_month > 1 and self.named == "end" else 0), self.start_month)
        if not self.pattern:
            return first
        last = first - _DAY
        end = last - timedelta(days=(last.weekday() - WEEKDAYS.index(self.end_day)) % 7)
        if self.year_ends == "nearest" and (last - end).days > 3:
            end += _WEEK
        return end + _DAY

    def months(self, year: int) -> tuple[date, ...]:
        """First days of the twelve fiscal months of a year, and of the year after."""
        return _months(self, year)

    def start_of(self, day: date, months: int) -> date:
        """First day of the run of 1, 3 or 12 fiscal months that holds a day."""
        starts = self.months(self.year_of(day))[:12:months]
        return max(s for s in starts if s <= day)

    def next_start(self, start: date, months: int) -> date:
        """First day of the run after the one that holds `start`."""
        starts = self.months(self.year_of(start))[::months]
        return min(s for s in starts if s > start)


@cache
def _months(calendar: FiscalCalendar, year: int) -> tuple[date, ...]:
    first, after = calendar.year_start(year), calendar.year_start(year + 1)
    if not calendar.pattern:
        return (*(_month(first.year, first.month + i) for i in range(12)), after)
    starts = [first]
    for weeks in [int(w) for w in calendar.pattern.split("-")] * 4:
        starts.append(starts[-1] + weeks * _WEEK)
    return (*starts[:12], after)


def _month(year: int, month: int) -> date:
    """The first of a month; months past twelve are of the next year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
