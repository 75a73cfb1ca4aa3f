# SPDX-License-Identifier: Apache-2.0
"""Working days of a span: Monday to Friday, less the holidays of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.records.book import Book
from percontact.records.dialect import connect
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.costed import CostedBook

SATURDAY = 6
"""ISO weekday from which on a week is over."""


def working_days(costed: CostedBook, span: Period) -> Fraction:
    """Working days of a span; a holiday at some sites counts for the part of the sites that work."""
    rows = costed.once("days off", lambda: _off_rows(costed.book, costed.con))
    return _working(span, _off(rows, span, None))


def working_days_of(book: Book, span: Period, site: str | None = None) -> Fraction:
    """The same of any book; of one site: less the days that it does not work."""
    with closing(connect()) as con:
        return _working(span, _off(_off_rows(book, con), span, site))


def _working(span: Period, off: dict[date, Fraction]) -> Fraction:
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    return sum((1 - off.get(d, Fraction(0)) for d in days if d.isoweekday() < SATURDAY), Fraction(0))


def _off_rows(book: Book, con: duckdb.DuckDBPyConnection) -> Sequence[tuple[date, str | None]]:
    """(day, the site that does not work on it), None = all of them."""
    if not book.has("calendar"):
        return ()
    return con.execute(
        f"SELECT day, site FROM {book.relation('calendar', ['day', 'site', 'kind'])} "
        "WHERE kind IN ('holiday', 'closed')"
    ).fetchall()


def _off(rows: Sequence[tuple[date, str | None]], span: Period, site: str | None) -> dict[date, Fraction]:
    """Day -> part of the sites that do not work on it."""
    if site is not None:
        return {day: Fraction(1) for day, at in rows if at in (None, site) and day in span}
    sites = {at for _, at in rows if at is not None}
    found: dict[date, set[str | None]] = {}
    for day, at in rows:
        if day in span:
            found.setdefault(day, set()).add(at)
    return {day: Fraction(1) if None in of else Fraction(len(of), len(sites)) for day, of in found.items()}


def days_of_some(costed: CostedBook, spans: Sequence[Period]) -> tuple[list[date], list[str]]:
    """Working weekdays that only some sites have off, and all sites that the calendar names, in order."""
    rows = costed.once("days off", lambda: _off_rows(costed.book, costed.con))
    sites = sorted({at for _, at in rows if at is not None})
    days = {d for span in spans for d, part in _off(rows, span, None).items() if part < 1}
    return sorted(d for d in days if d.isoweekday() < SATURDAY), sites
