# SPDX-License-Identifier: Apache-2.0
"""Spans of days as people say them: "June 2026", "the second quarter of 2026", "3 to 9 June 2026"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from percontact.values.period import Period, add_months

_QUARTERS = ("first", "second", "third", "fourth")


def spoken(span: Period) -> str:
    """A span by its shortest name in words.

    >>> spoken(Period(date(2025, 11, 1), date(2026, 2, 1)))
    'November 2025 to January 2026'
    """
    start, last = span.start, span.end - timedelta(days=1)
    if span.start.day == 1 and span.end.day == 1:
        months = (span.end.year - start.year) * 12 + span.end.month - start.month
        if months == 1:
            return f"{start:%B %Y}"
        if months == 12 and start.month == 1:
            return f"{start.year}"
        if months == 3 and start.month % 3 == 1:
            return f"the {_QUARTERS[start.month // 3]} quarter of {start.year}"
        return f"{start:%B}{'' if start.year == last.year else f' {start.year}'} to {last:%B %Y}"
    if start == last:
        return _day(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day} to {_day(last)}"
    return f"{_day(start) if start.year != last.year else f'{start.day} {start:%B}'} to {_day(last)}"


def when(span: Period) -> str:
    """The same with its preposition: "in June 2026", "on 3 June 2026", "from 3 to 9 June 2026"."""
    name = spoken(span)
    if span.days == 1:
        return f"on {name}"
    whole = span.start.day == 1 and span.end.day == 1
    one = whole and " to " not in name
    return f"{'in' if one else 'from'} {name}"


def heading(span: Period) -> str:
    """A span as it heads a column: "June 2026", "The second quarter of 2026"."""
    return spoken(span)[:1].upper() + spoken(span)[1:]


def month_name(start: date) -> str:
    """A month: "June 2026"."""
    return spoken(Period(start, add_months(start, 1)))


def day_name(day: date) -> str:
    """A day: "3 June 2026"."""
    return _day(day)


def days_name(days: Sequence[date]) -> str:
    """Days in order, each year said once: "27 October, 1 December 2025 and 2 February 2026".

    >>> days_name([date(2025, 10, 27), date(2025, 12, 1), date(2026, 2, 2)])
    '27 October, 1 December 2025 and 2 February 2026'
    """
    told = [
        f"{day.day} {day:%B}" if later is not None and later.year == day.year else _day(day)
        for day, later in zip(days, [*days[1:], None], strict=True)
    ]
    return " and ".join([", ".join(told[:-1]), told[-1]] if told[1:] else told)


def within(name: str) -> str:
    """A metric's name as it stands within a sentence: "average handle time", but "AHT"."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
