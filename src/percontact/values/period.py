# SPDX-License-Identifier: Apache-2.0
"""Periods: half-open spans of calendar days, and the grains a person names them by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from percontact.values.fiscal import FiscalCalendar

Grain = Literal["day", "week", "month", "quarter", "year", "fiscal-month", "fiscal-quarter", "fiscal-year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

PLAIN = FiscalCalendar()
"""Weeks of ISO 8601 and fiscal years that are calendar years."""

_DAY = timedelta(days=1)
_MONTHS = {
    "month": 1, "quarter": 3, "year": 12, "fiscal-month": 1, "fiscal-quarter": 3, "fiscal-year": 12,
}  # fmt: skip
"""Calendar or fiscal months in a period of a grain."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span of local calendar days, [start, end).

    >>> Period(date(2026, 2, 1), date(2026, 3, 1)).days
    28
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    @property
    def days(self) -> int:
        """Calendar days in the period."""
        return (self.end - self.start).days

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end


def add_months(day: date, months: int) -> date:
    """The first of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def start_of(day: date, grain: Grain, calendar: FiscalCalendar = PLAIN) -> date:
    """First day of the period of this grain that holds `day`."""
    if grain == "day":
        return day
    if grain == "week":
        return calendar.week_of(day)
    if grain.startswith("fiscal"):
        return calendar.start_of(day, _MONTHS[grain])
    return add_months(day, -((day.month - 1) % _MONTHS[grain]))


def next_start(start: date, grain: Grain, calendar: FiscalCalendar = PLAIN) -> date:
    """First day of the period after the one that starts at `start`."""
    if grain == "day":
        return start + _DAY
    if grain == "week":
        return start + 7 * _DAY
    if grain.startswith("fiscal"):
        return calendar.next_start(start, _MONTHS[grain])
    return add_months(start, _MONTHS[grain])


def label(start: date, grain: Grain, calendar: FiscalCalendar = PLAIN) -> str:
    """The name of a period, sortable within its grain.

    A week belongs to the year that holds most of its days, as in ISO 8601, whatever day it starts on.

    >>> label(date(2026, 4, 1), "quarter"), label(date(2025, 10, 1), "fiscal-year", FiscalCalendar(10))
    ('2026-Q2', 'FY2026')
    """
    if grain == "day":
        return start.isoformat()
    if grain == "week":
        middle = start + 3 * _DAY
        return f"{middle.year}-W{(middle.timetuple().tm_yday - 1) // 7 + 1:02d}"
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
    if grain == "year":
        return f"{start.year}"
    year = calendar.year_of(start)
    if grain == "fiscal-year":
        return f"FY{year}"
    month = sum(first <= start for first in calendar.months(year)[:12])
    return f"FY{year}-P{month:02d}" if grain == "fiscal-month" else f"FY{year}-Q{(month - 1) // 3 + 1}"


def periods(span: Period, grain: Grain, calendar: FiscalCalendar = PLAIN) -> Iterator[Period]:
    """The periods of a grain that touch `span`, whole (not cut to it), in order."""
    start = start_of(span.start, grain, calendar)
    while start < span.end:
        end = next_start(start, grain, calendar)
        yield Period(start, end)
        start = end


def before(span: Period, calendar: FiscalCalendar = PLAIN, grain: str = "month") -> Period:
    """The span before a span: as many whole months, as many fiscal months, or as many days.

    grain  what is asked by; where days are whole months of both kinds, a fiscal grain makes them fiscal ones
    """
    fiscal = _fiscal_months(span, calendar)
    if _is_months(span) and not (fiscal and grain.startswith("fiscal")):
        return _months_back(span, _months_between(span.start, span.end))
    if fiscal:
        return Period(_fiscal_back(span.start, fiscal, calendar), span.start)
    return Period(span.start - timedelta(days=span.days), span.start)


def last_year(span: Period, calendar: FiscalCalendar = PLAIN, grain: str = "month") -> Period:
    """The same span a year before: the same months or fiscal months, or the same weekdays 52 weeks before."""
    fiscal = _fiscal_months(span, calendar)
    if _is_months(span) and not (fiscal and grain.startswith("fiscal")):
        return _months_back(span, 12)
    if fiscal:
        return Period(_fiscal_back(span.start, 12, calendar), _fiscal_back(span.end, 12, calendar))
    # 52 weeks: the same weekdays, which matter more to a contact centre than the same dates.
    return Period(span.start - timedelta(days=364), span.end - timedelta(days=364))


def _is_months(span: Period) -> bool:
    return span.start.day == 1 and span.end.day == 1


def _months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _months_back(span: Period, months: int) -> Period:
    return Period(add_months(span.start, -months), add_months(span.end, -months))


def _fiscal_months(span: Period, calendar: FiscalCalendar) -> int:
    """How many whole fiscal months of weeks a span is made of; 0 = it is not."""
    if not calendar.by_weeks:
        return 0
    found = list(periods(span, "fiscal-month", calendar))
    return len(found) if (found[0].start, found[-1].end) == (span.start, span.end) else 0


def _fiscal_back(start: date, months: int, calendar: FiscalCalendar) -> date:
    """The start of the fiscal month that lies `months` before the one that starts at `start`."""
    for _ in range(months):
        start = calendar.start_of(start - _DAY, 1)
    return start


_FORMS: tuple[tuple[str, Grain], ...] = (
    (r"(\d{4})-(\d{2})-(\d{2})", "day"),
    (r"(\d{4})-W(\d{2})", "week"),
    (r"(\d{4})-(\d{2})", "month"),
    (r"(\d{4})-Q([1-4])", "quarter"),
    (r"(\d{4})", "year"),
    (r"FY(\d{4})-P(0[1-9]|1[0-2])", "fiscal-month"),
    (r"FY(\d{4})-Q([1-4])", "fiscal-quarter"),
    (r"FY(\d{4})", "fiscal-year"),
)


def parse_period(text: str, calendar: FiscalCalendar = PLAIN) -> tuple[Period, Grain]:
    """Read the name of a period: 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03, FY2026-Q1, FY2026.

    Raises ValueError for any other text and for days that do not exist.

    >>> parse_period("2026-Q1")[0]
    Period(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 4, 1))
    """
    for pattern, grain in _FORMS:
        match = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
        if match:
            start = _start(grain, [int(g) for g in match.groups()], calendar)
            if grain == "week" and label(start, grain, calendar) != text.strip().upper():
                break  # a 53rd week of a year that has 52
            return Period(start, next_start(start, grain, calendar)), grain
    raise ValueError(f"not a period: {text!r}")


def _start(grain: Grain, numbers: list[int], calendar: FiscalCalendar) -> date:
    year = numbers[0]
    if grain == "day":
        return date(year, numbers[1], numbers[2])
    if grain == "week":
        # 4 January is always in week 1, the first that has most of its days in the year.
        return calendar.week_of(date(year, 1, 4)) + 7 * (numbers[1] - 1) * _DAY
    if grain == "month":
        return date(year, numbers[1], 1)
    if grain in ("quarter", "year"):
        return date(year, 1 if grain == "year" else numbers[1] * 3 - 2, 1)
    if grain == "fiscal-year":
        return calendar.year_start(year)
    return calendar.months(year)[(numbers[1] - 1) * _MONTHS[grain]]
