# SPDX-License-Identifier: Apache-2.0
"""Cost per contact in the marketing sense: (marketing + advertising spend) / contacts reached, per campaign.

Another metric of the same name and initials; it never mixes with the cost of customer service. The spend and
the reach of a row belong together: both count whole on the day the row begins, and where one of them is
unknown neither is divided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.records.book import Book
from percontact.values.money import to_pico
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class CampaignCost:
    """Spend and reach of a campaign, in pico of the reporting currency; what no row says is None.

    start  first day of the row, or of the first of several
    rows   how many rows it is the sum of
    """

    campaign: str
    start: date
    marketing: int | None
    advertising: int | None
    reached: int | None
    medium: str | None = None
    rows: int = 1

    @property
    def spend(self) -> int | None:
        """Marketing and advertising together, pico; None where both are unknown."""
        known = [x for x in (self.marketing, self.advertising) if x is not None]
        return sum(known) if known else None

    @property
    def unknown(self) -> str:
        """Which side is unknown: "spend", "reach", both, or "" where it can be divided."""
        sides = {"spend": self.spend, "reach": self.reached}
        return " and ".join(name for name, value in sides.items() if value is None)


def campaign_rows(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> list[CampaignCost]:
    """The rows of campaigns that begin in a span, by campaign and day, in the reporting currency."""
    fields = "campaign, medium, period_start, period_end, currency, marketing, advertising, reached"
    rows = con.execute(
        f"""
        SELECT {fields} FROM {book.relation("campaigns")}
        WHERE period_start >= ? AND period_start < ? ORDER BY campaign, period_start, row_id
        """,
        [span.start, span.end],
    ).fetchall()
    reporting = book.settings.currency
    needed = {
        (c, m.start)
        for _, _, s, e, c, *_ in rows
        for m in periods(Period(s, e), "month")
        if c not in (None, reporting)
    }
    rates = month_rates(fx_rows(con, book), needed, reporting) if needed else {}
    found = []
    for campaign, medium, start, end, currency, *spend, reached in rows:
        marketing, advertising = (_converted(x, Period(start, end), currency, rates) for x in spend)
        found.append(CampaignCost(campaign, start, marketing, advertising, reached, medium))
    return found


def campaign_costs(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> list[CampaignCost]:
    """Each campaign's rows that begin in the span, added up: those that can be divided, then the others."""
    found: dict[tuple[str, str], list[CampaignCost]] = {}
    for row in campaign_rows(con, book, span):
        found.setdefault((row.campaign, row.unknown), []).append(row)
    return [
        CampaignCost(
            name, rows[0].start,
            _sum(r.marketing for r in rows), _sum(r.advertising for r in rows), _sum(r.reached for r in rows),
            rows=len(rows),
        )
        for (name, _), rows in sorted(found.items())
    ]  # fmt: skip


def _sum(values: Iterable[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def _converted(
    amount: Decimal | None, whole: Period, currency: str | None, rates: dict[tuple[str, date], int]
) -> int | None:
    """An amount in the reporting currency: the part of each month's days at that month's rate."""
    if amount is None:
        return None
    pico, found = to_pico(amount), 0
    for month in periods(whole, "month"):
        first, last = max(whole.start, month.start), min(whole.end, month.end)
        days = ((last - whole.start).days, (first - whole.start).days)
        part = pico * days[0] // whole.days - pico * days[1] // whole.days
        found += part * rates.get((currency or "", month.start), RATE_SCALE) // RATE_SCALE
    return found
