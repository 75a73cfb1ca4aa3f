# SPDX-License-Identifier: Apache-2.0
"""Capacity: what each resource group supplies in each month, spread by days, in whole milliseconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.policy import Policy
from percontact.records.book import Book
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    import duckdb

MS_PER_HOUR = 3_600_000
MEASURES = ("paid_h", "scheduled_h", "available_h", "practical_h", "fte", "heads", "seats", "leavers")


class Capacity:
    """Supply of resource groups.

    measure  (group, month, name of a MEASURE) -> exact amount in the measure's own unit
    A group's month that no row speaks of is unknown, not zero.
    """

    def __init__(self, amounts: dict[tuple[str, date, str], Fraction]) -> None:
        self._amounts = amounts
        self.groups = {group for group, _, _ in amounts}

    def measure(self, group: str, month: date, name: str) -> Fraction | None:
        """Amount of one measure, or None where it is unknown."""
        return self._amounts.get((group, month, name))

    def practical_ms(self, group: str, month: date) -> int | None:
        """Practical capacity in milliseconds, or None where it is unknown."""
        hours = self.measure(group, month, "practical_h")
        return None if hours is None else round(hours * MS_PER_HOUR)


def read_capacity(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy) -> Capacity:
    """Capacity by group and month.

    Hours of a span are spread over its days; heads, seats and FTE are averages.
    Where a row has no practical_h it is paid_h x (1 - shrinkage) by the policy in force at its start;
    with no shrinkage for the group it stays unknown.
    """
    amounts: dict[tuple[str, date, str], Fraction] = {}
    if not book.has("capacity"):
        return Capacity(amounts)
    fields = ", ".join(MEASURES)
    rows = con.execute(
        f'SELECT "group", period_start, period_end, {fields} FROM {book.relation("capacity")}'
    ).fetchall()
    for group, start, end, *values in rows:
        span = Period(start, end)
        measured = dict(zip(MEASURES, values, strict=True))
        if measured["practical_h"] is None and measured["paid_h"] is not None:
            share = shrinkage_of(policy, group, start)
            if share is not None:
                measured["practical_h"] = measured["paid_h"] * (1 - share)
        for name, value in measured.items():
            if value is not None:
                _spread(amounts, group, span, name, value)
    return Capacity(amounts)


def _spread(
    amounts: dict[tuple[str, date, str], Fraction], group: str, span: Period, name: str, value: Decimal
) -> None:
    for month in periods(span, "month"):
        days = (min(span.end, month.end) - max(span.start, month.start)).days
        # Hours and leavers are a flow and divide over the span's days; heads and seats are a stock and weigh
        # the month's days.
        whole = span.days if name.endswith("_h") or name == "leavers" else month.days
        key = (group, month.start, name)
        amounts[key] = amounts.get(key, Fraction(0)) + Fraction(value) * days / whole


def shrinkage_of(policy: Policy, group: str, day: date) -> Decimal | None:
    """Shrinkage in force for a group on a day: its own, else the default, else None."""
    for wanted in (group, None):
        dated = [s for s in policy.shrinkage if s.group == wanted and (s.start is None or s.start <= day)]
        if dated:
            return max(dated, key=lambda s: s.start or date.min).share
    return None
