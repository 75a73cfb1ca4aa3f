# SPDX-License-Identifier: Apache-2.0
"""What the budgets plan for a span: cost and handled contacts, by channel and team."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.slice import Slice
from percontact.records.dialect import quote
from percontact.values.money import to_pico
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from datetime import date

    from percontact.costing.costed import CostedBook

PLANNED_BY = ("channel", "team")
"""Dimensions of the contacts that a budget can plan for."""


def planned(
    costed: CostedBook, question: Slice, by: Sequence[str] = ()
) -> dict[tuple[str | None, ...], tuple[int, Fraction]]:
    """Values of `by` -> (pico of the reporting currency, handled contacts) planned for a question's span.

    A plan for a longer span counts by its days, month by month; other currencies at the rate of their month.
    {} where nothing is planned. Its conditions MUST be on PLANNED_BY. Raises E-FX-01 without a rate.
    """
    tests = ["period_start < ?", "period_end > ?"] + [c.sql() for c in question.where]
    fields = "".join(f", {quote(d)}" for d in by)
    rows = costed.con.execute(
        f"""
        SELECT period_start, period_end, currency, amount, contacts{fields}
        FROM {costed.book.relation("budgets")} WHERE {" AND ".join(tests)}
        """,
        [question.span.end, question.span.start],
    ).fetchall()
    found: dict[tuple[str | None, ...], tuple[int, Fraction]] = {}
    for start, end, currency, amount, count, *values in rows:
        pico, contacts = found.get(tuple(values), (0, Fraction(0)))
        for month in periods(Period(start, end), "month"):
            days = (
                min(end, month.end, question.span.end) - max(start, month.start, question.span.start)
            ).days
            if days <= 0:
                continue
            share = Fraction(days, (end - start).days)
            contacts += share * (count or 0)
            pico += int(share * to_pico(amount or 0)) * _rate(costed, currency, month.start) // RATE_SCALE
        found[tuple(values)] = (pico, contacts)
    return found


def _rate(costed: CostedBook, currency: str | None, month: date) -> int:
    if currency in (None, costed.currency):
        return RATE_SCALE
    return month_rates(fx_rows(costed.con, costed.book), [(str(currency), month)], costed.currency)[
        str(currency), month
    ]
