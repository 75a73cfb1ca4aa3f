# SPDX-License-Identifier: Apache-2.0
"""Metered use in money, and what a verified resolution by each vendor's machine costs, as a document."""

from __future__ import annotations

from decimal import Decimal

from percontact.costing.costed import CostedBook
from percontact.costing.prices import PricedUse, VendorUse, price_usage
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.values.money import cents, from_pico
from percontact.values.period import Period


def usage_document(costed: CostedBook, span: Period) -> Document:
    """Price the use of a span by the policy's price sheet."""
    uses, vendors = price_usage(costed.con, costed.book, costed.policy, span)
    currency = costed.currency
    items, makers = _items(uses, currency), _vendors(vendors, currency)
    days = costed.policy.repeat_days
    notes = [
        f"{u.unpriced:,.0f} {u.item} of {u.vendor} have no price in force: "
        "counted, not priced, never taken as zero."
        for u in uses
        if u.unpriced
    ]
    notes.append(
        f"Verified: resolved, not reopened, and the customer not back about the same within {days} days; "
        f"the last {days} days of a span are provisional."
    )
    notes.append(
        "These are list prices times use, to hold against the vendor's bill in the ledger; "
        "the cost statement uses the ledger."
    )
    known = [v for v in vendors if v.verified and v.pico is not None]
    head = "; ".join(f"a verified resolution by {v.vendor} cost {currency} {_each(v):,.2f}" for v in known)
    return Document(
        title="Metered use",
        headline=f"From {span.start} to {span.end}: {head or 'no price or no verified resolution is known'}.",
        tables=(items, makers),
        notes=tuple(notes),
        data={
            "currency": currency,
            "items": records_of(items),
            "vendors": records_of(makers),
            "notes": notes,
        },
        demo="Demo data: this company is made up." if costed.book.settings.demo else "",
    )


def _each(v: VendorUse) -> Decimal:
    return from_pico(v.pico or 0) / (v.verified or 1)


def _items(uses: list[PricedUse], currency: str) -> Table:
    columns = (
        TableColumn("vendor", "Vendor"),
        TableColumn("item", "Item"),
        TableColumn("quantity", "Quantity", "quantity"),
        TableColumn("unpriced", "Without price", "quantity"),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("verified", "Verified", "count"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            u.vendor,
            u.item,
            u.quantity,
            u.unpriced,
            None if u.pico is None else cents(u.pico, currency),
            u.contacts,
            u.verified,
        )
        for u in uses
    ]
    return Table("By item", columns, tuple(rows))


def _vendors(vendors: list[VendorUse], currency: str) -> Table:
    columns = (
        TableColumn("vendor", "Vendor"),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("verified", "Verified resolutions", "count"),
        TableColumn("value", f"Cost of one, {currency}", "value", currency),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            v.vendor,
            None if v.pico is None else cents(v.pico, currency),
            v.contacts,
            v.verified,
            _each(v) if v.verified and v.pico is not None else None,
        )
        for v in vendors
        if v.contacts
    ]
    return Table("Per verified resolution", columns, tuple(rows))
