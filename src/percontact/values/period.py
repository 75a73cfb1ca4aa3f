# SPDX-License-Identifier: Apache-2.0
"""Periods: half-open spans of calendar days, and the grains a person names them by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Grain = Literal["day", "week", "month", "quarter", "year", "fiscal-quarter", "fiscal-year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)

_DAY = timedelta(days=1)


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


def start_of(day: date, grain: Grain, fiscal_start_month: int = 1) -> date:
    """First day of the period of this grain that holds `day`; weeks start on Monday (ISO 8601)."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    first = day.replace(day=1)
    if grain == "month":
        return first
    anchor = fiscal_start_month if grain.startswith("fiscal") else 1
    span = 12 if grain.endswith("year") else 3
    return add_months(first, -((day.month - anchor) % 12 % span))


def next_start(start: date, grain: Grain) -> date:
    """First day of the period after the one that starts at `start`."""
    if grain == "day":
        return start + _DAY
    if grain == "week":
        return start + 7 * _DAY
    return add_months(start, {"month": 1, "quarter": 3, "fiscal-quarter": 3}.get(grain, 12))


def label(start: date, grain: Grain, fiscal_start_month: int = 1) -> str:
    """The name of a period, sortable within its grain.

    A fiscal year bears the calendar year it ends in, as most finance teams name it.

    >>> label(date(2026, 4, 1), "quarter"), label(date(2025, 10, 1), "fiscal-year", 10)
    ('2026-Q2', 'FY2026')
    """
    if grain == "day":
        return start.isoformat()
    if grain == "week":
        iso = start.isocalendar()
        return f"{iso.year}-W{iso.week:02d}"
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
    if grain == "year":
        return f"{start.year}"
    year_start = start_of(start, "fiscal-year", fiscal_start_month)
    fiscal_year = add_months(year_start, 11).year
    if grain == "fiscal-year":
        return f"FY{fiscal_year}"
    quarter = ((start.year - year_start.year) * 12 + start.month - year_start.month) // 3 + 1
    return f"FY{fiscal_year}-Q{quarter}"


def periods(span: Period, grain: Grain, fiscal_start_month: int = 1) -> Iterator[Period]:
    """The periods of a grain that touch `span`, whole (not cut to it), in order."""
    start = start_of(span.start, grain, fiscal_start_month)
    while start < span.end:
        end = next_start(start, grain)
        yield Period(start, end)
        start = end


def before(span: Period) -> Period:
    """The span before a span: as many whole months, or as many days."""
    if span.start.day == 1 and span.end.day == 1:
        months = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month
        return Period(add_months(span.start, -months), span.start)
    return Period(span.start - timedelta(days=span.days), span.start)


def last_year(span: Period) -> Period:
    """The same span a year before: the same months, or the same weekdays 52 weeks before."""
    if span.start.day == 1 and span.end.day == 1:
        return Period(add_months(span.start, -12), add_months(span.end, -12))
    # 52 weeks: the same weekdays, which matter more to a contact centre than the same dates.
    return Period(span.start - timedelta(days=364), span.end - timedelta(days=364))


_FORMS: tuple[tuple[str, Grain], ...] = (
    (r"(\d{4})-(\d{2})-(\d{2})", "day"),
    (r"(\d{4})-W(\d{2})", "week"),
    (r"(\d{4})-(\d{2})", "month"),
    (r"(\d{4})-Q([1-4])", "quarter"),
    (r"(\d{4})", "year"),
    (r"FY(\d{4})-Q([1-4])", "fiscal-quarter"),
    (r"FY(\d{4})", "fiscal-year"),
)


def parse_period(text: str, fiscal_start_month: int = 1) -> tuple[Period, Grain]:
    """Read the name of a period: 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-Q1, FY2026.

    Raises ValueError for any other text and for days that do not exist.

    >>> parse_period("2026-Q1")[0]
    Period(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 4, 1))
    """
    for pattern, grain in _FORMS:
        match = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
        if match:
            start = _start(grain, [int(g) for g in match.groups()], fiscal_start_month)
            return Period(start, next_start(start, grain)), grain
    raise ValueError(f"not a period: {text!r}")


def _start(grain: Grain, numbers: list[int], fiscal_start_month: int) -> date:
    year = numbers[0]
    if grain == "day":
        return date(year, numbers[1], numbers[2])
    if grain == "week":
        return date.fromisocalendar(year, numbers[1], 1)
    if grain == "month":
        return date(year, numbers[1], 1)
    if grain in ("quarter", "year"):
        return date(year, 1 if grain == "year" else numbers[1] * 3 - 2, 1)
    fiscal_year_start = add_months(date(year, fiscal_start_month, 1), 0 if fiscal_start_month == 1 else -12)
    return fiscal_year_start if grain == "fiscal-year" else add_months(fiscal_year_start, numbers[1] * 3 - 3)
