# SPDX-License-Identifier: Apache-2.0
"""Exchange rates: one rate a currency and month, from dated rates; never carried forward.

Flows are translated at the average rate of the month they belong to (IAS 21 allows a weighted average;
the closing rate would be wrong for flows). A dated rate weighs as many days of the month as it holds for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from percontact.values.period import add_months
from percontact.values.problem import PercontactError, problem

RATE_SCALE = 10**12
"""Rates are whole units of 1e-12."""

RateRow = tuple[date, date, str, str, Decimal]
"""(first day, day after the last, from currency, to currency, rate)"""


def month_rates(
    rows: Iterable[RateRow], needed: Iterable[tuple[str, date]], reporting: str
) -> dict[tuple[str, date], int]:
    """The rate of each needed (currency, month) into the reporting currency, in 1e-12.

    A rate quoted the other way round is inverted. Raises PercontactError E-FX-01 naming every pair and
    month that has no rate.
    """
    quotes: dict[str, list[tuple[date, date, Fraction]]] = defaultdict(list)
    for start, end, source, target, rate in rows:
        if target == reporting:
            quotes[source].append((start, end, Fraction(rate)))
        elif source == reporting and rate:
            quotes[target].append((start, end, 1 / Fraction(rate)))
    found: dict[tuple[str, date], int] = {}
    missing = []
    for currency, month in sorted(set(needed)):
        _check_one_rate(currency, month, quotes.get(currency, []))
        average = _average(quotes.get(currency, []), month)
        if average is None:
            missing.append(f"{currency} in {month:%Y-%m}")
        else:
            found[currency, month] = round(average * RATE_SCALE)
    if missing:
        shown = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
        raise problem(
            "E-FX-01",
            "fx",
            f"no rate into {reporting} for {shown}",
            "Amounts of those months are in that currency. "
            "A rate is never carried forward from another month.",
            "Import the rates: percontact import fx FILE (date, from_currency, to_currency, rate).",
        )
    return found


def year_rate(rows: Iterable[RateRow], currency: str, year: int, reporting: str) -> Fraction | None:
    """The mean of a year's twelve month rates into the reporting currency; None where one is missing."""
    months = [date(year, m, 1) for m in range(1, 13)]
    try:
        found = month_rates(rows, [(currency, m) for m in months], reporting)
    except PercontactError:
        return None
    return Fraction(sum(found.values()), 12 * RATE_SCALE)


def _check_one_rate(currency: str, month: date, quotes: list[tuple[date, date, Fraction]]) -> None:
    """Raise PercontactError E-FX-02 when two different rates hold on the same day of a month."""
    end = add_months(month, 1)
    here = sorted(q for q in quotes if q[0] < end and q[1] > month)
    for (_, stop, rate), (start, _, other) in pairwise(here):
        if start < stop and rate != other:
            raise problem(
                "E-FX-02",
                "fx",
                f"two rates of {currency} hold on {start}: {float(rate):g} and {float(other):g}",
                "Taking either, or the mean of both, would be a guess.",
                "Keep one: take the other's import out (percontact imports --undo N) or correct the file.",
            )


def _average(quotes: list[tuple[date, date, Fraction]], month: date) -> Fraction | None:
    end = add_months(month, 1)
    weighted, days = Fraction(0), 0
    for start, stop, rate in quotes:
        overlap = (min(stop, end) - max(start, month)).days
        if overlap > 0:
            weighted += rate * overlap
            days += overlap
    return weighted / days if days else None
