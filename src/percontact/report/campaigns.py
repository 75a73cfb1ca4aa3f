# SPDX-License-Identifier: Apache-2.0
"""Cost per contact in the marketing sense, as a document of its own namespace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
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
            c.unknown,
            _value(c),
        )
        for c in found
    ]
    last, names = span.end - timedelta(days=1), len({c.campaign for c in found})
    columns = (
        TableColumn("campaign", "Campaign"),
        TableColumn("marketing", f"Marketing, {currency}", "money", currency),
        TableColumn("advertising", f"Advertising, {currency}", "money", currency),
        TableColumn("spend", f"Spend, {currency}", "money", currency),
        TableColumn("reached", "Contacts reached", "count"),
        TableColumn("unknown", "Unknown"),
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
        "Reach must count each contact once. A row's spend and reach count whole on the day it begins.",
        *_left_out(found),
    )
    return Document(
        title="Marketing cost per contact",
        headline=f"{names} campaign{'s' * (names != 1)} from {span.start} to {last}, "
        "each with spend / contacts reached.",
        tables=(table if any(c.unknown for c in found) else _without(table, "unknown"),),
        notes=notes,
        data={
            "marketing": {"currency": currency, "cost_per_contact": records_of(table)},
            "notes": list(notes),
        },
        demo="Demo data: this company is made up." if demo else "",
    )


def _without(table: Table, name: str) -> Table:
    at = [c.name for c in table.columns].index(name)
    rows = tuple(row[:at] + row[at + 1 :] for row in table.rows)
    return replace(table, columns=table.columns[:at] + table.columns[at + 1 :], rows=rows)


def _left_out(found: list[CampaignCost]) -> Iterator[str]:
    rows = sum(c.rows for c in found if c.unknown)
    if rows:
        yield (
            f"Rows of campaigns without spend or without reach: {rows}. They stand on lines of their own, "
            "and no cost per contact is made of them."
        )


def _cents(pico: int | None, currency: str) -> int | None:
    return None if pico is None else cents(pico, currency)


def _value(c: CampaignCost) -> Decimal | None:
    return None if c.spend is None or not c.reached else from_pico(c.spend) / c.reached
