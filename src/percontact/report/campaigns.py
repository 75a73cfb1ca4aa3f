# SPDX-License-Identifier: Apache-2.0
"""Cost per contact in the marketing sense, as a document of its own namespace."""

from __future__ import annotations

from decimal import Decimal

from percontact.costing.marketing import CampaignCost
from percontact.report.document import Cell, Document, Formula, Table, TableColumn
from percontact.report.records import records_of
from percontact.values.money import cents, from_pico
from percontact.values.period import Period


def marketing_document(found: list[CampaignCost], span: Period, currency: str, *, demo: bool) -> Document:
    """(marketing + advertising) / contacts reached, a campaign a row; undefined where a part is unknown."""
    rows: list[tuple[Cell, ...]] = [
        (
            c.campaign,
            _cents(c.marketing, currency),
            _cents(c.advertising, currency),
            _cents(c.spend, currency),
            c.reached,
            _value(c),
        )
        for c in found
    ]
    columns = (
        TableColumn("campaign", "Campaign"),
        TableColumn("marketing", f"Marketing, {currency}", "money", currency),
        TableColumn("advertising", f"Advertising, {currency}", "money", currency),
        TableColumn("spend", f"Spend, {currency}", "money", currency),
        TableColumn("reached", "Contacts reached", "count"),
        TableColumn(
            "value",
            f"Cost per contact, {currency}",
            "value",
            currency,
            Formula("quotient", ("spend", "reached")),
        ),
    )
    table = Table("Campaigns", columns, tuple(rows))
    notes = (
        "This is the marketing metric of the same name: spend / contacts reached. "
        "It has no part in the cost of customer service.",
        "Reach must count each contact once; it is counted where the campaign's row begins.",
    )
    return Document(
        title="Marketing cost per contact",
        headline=f"{len(found)} campaign{'s' * (len(found) != 1)} from {span.start} to {span.end}, "
        "each with spend / contacts reached.",
        tables=(table,),
        notes=notes,
        data={
            "marketing": {"currency": currency, "cost_per_contact": records_of(table)},
            "notes": list(notes),
        },
        demo="Demo data: this company is made up." if demo else "",
    )


def _cents(pico: int | None, currency: str) -> int | None:
    return None if pico is None else cents(pico, currency)


def _value(c: CampaignCost) -> Decimal | None:
    return None if c.spend is None or not c.reached else from_pico(c.spend) / c.reached
