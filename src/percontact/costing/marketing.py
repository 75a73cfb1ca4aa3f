# SPDX-License-Identifier: Apache-2.0
"""Cost per contact in the marketing sense: (marketing + advertising spend) / contacts reached, per campaign.

Another metric of the same name and initials; it never mixes with the cost of customer service.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """One campaign over a span; unknown spend or reach is None and makes its cost per contact undefined."""

    campaign: str
    marketing: int | None
    advertising: int | None
    reached: int | None

    @property
    def spend(self) -> int | None:
        """Marketing and advertising together, pico; None where both are unknown."""
        known = [x for x in (self.marketing, self.advertising) if x is not None]
        return sum(known) if known else None


def campaign_costs(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> list[CampaignCost]:
    """Spend and reach of each campaign, the part that falls in the span by days, in the reporting currency.

    Reach is counted where the campaign's row begins: contacts reached do not divide by days.
    """
    fields = "campaign, period_start, period_end, currency, marketing, advertising, reached"
    rows = con.execute(
        f"""
        SELECT {fields} FROM {book.relation("campaigns")}
        WHERE period_start < ? AND period_end > ? ORDER BY campaign, period_start
        """,
        [span.end, span.start],
    ).fetchall()
    reporting = book.settings.currency
    needed = {
        (c, m.start)
        for _, s, e, c, *_ in rows
        for m in periods(Period(s, e), "month")
        if c not in (None, reporting)
    }
    rates = month_rates(fx_rows(con, book), needed, reporting) if needed else {}
    found: dict[str, list[int | None]] = {}
    for campaign, start, end, currency, marketing, advertising, reached in rows:
        sums = found.setdefault(campaign, [None, None, None])
        whole = Period(start, end)
        for month in periods(whole, "month"):
            for i, amount in enumerate((marketing, advertising)):
                if amount is not None:
                    part = _part(to_pico(amount), whole, month, span)
                    rate = rates.get((currency, month.start), RATE_SCALE)
                    sums[i] = (sums[i] or 0) + part * rate // RATE_SCALE
        if reached is not None and start in span:
            sums[2] = (sums[2] or 0) + reached
    return [CampaignCost(name, *sums) for name, sums in found.items()]


def _part(pico: int, whole: Period, month: Period, span: Period) -> int:
    first = max(whole.start, month.start, span.start)
    last = min(whole.end, month.end, span.end)
    if last <= first:
        return 0
    return pico * (last - whole.start).days // whole.days - pico * (first - whole.start).days // whole.days
