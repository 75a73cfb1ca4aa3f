# SPDX-License-Identifier: Apache-2.0
"""Working days of a span: Monday to Friday, less the holidays of the calendar."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.values.period import Period

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

SATURDAY = 6
"""ISO weekday from which on a week is over."""


def working_days(costed: CostedBook, span: Period) -> Fraction:
    """Working days of a span; a holiday at some sites counts for the part of the sites that work."""
    return working_days_of(costed.book, span)


def working_days_of(book: Book, span: Period, site: str | None = None) -> Fraction:
    """The same of any book; of one site: less the days that it does not work."""
    off = _off(book, span, site)
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    return sum((1 - off.get(d, Fraction(0)) for d in days if d.isoweekday() < SATURDAY), Fraction(0))


def _off(book: Book, span: Period, site: str | None) -> dict[date, Fraction]:
    """Day -> part of the sites that do not work on it."""
    if not book.has("calendar"):
        return {}
    with closing(connect()) as con:
        rows = con.execute(
            f"SELECT day, site FROM {book.relation('calendar', ['day', 'site', 'kind'])} "
            "WHERE kind IN ('holiday', 'closed')"
        ).fetchall()
    if site is not None:
        return {day: Fraction(1) for day, at in rows if at in (None, site) and day in span}
    sites = {at for _, at in rows if at is not None}
    found: dict[date, set[str | None]] = {}
    for day, at in rows:
        if day in span:
            found.setdefault(day, set()).add(at)
    return {day: Fraction(1) if None in of else Fraction(len(of), len(sites)) for day, of in found.items()}
