# SPDX-License-Identifier: Apache-2.0
"""Working days of a span: Monday to Friday, less the holidays of the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.values.period import Period

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

SATURDAY = 6
"""ISO weekday from which on a week is over."""


def working_days(costed: CostedBook, span: Period) -> Fraction:
    """Working days of a span; a holiday at some sites counts for the part of the sites that work."""
    off = _off(costed, span)
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    return sum((1 - off.get(d, Fraction(0)) for d in days if d.isoweekday() < SATURDAY), Fraction(0))


def _off(costed: CostedBook, span: Period) -> dict[date, Fraction]:
    """Day -> part of the sites that do not work on it."""
    if not costed.book.has("calendar"):
        return {}
    rows = costed.con.execute(
        f"SELECT day, site FROM {costed.book.relation('calendar')} WHERE kind IN ('holiday', 'closed')"
    ).fetchall()
    sites = {site for _, site in rows if site is not None}
    found: dict[date, set[str | None]] = {}
    for day, site in rows:
        if day in span:
            found.setdefault(day, set()).add(site)
    return {day: Fraction(1) if None in of else Fraction(len(of), len(sites)) for day, of in found.items()}
