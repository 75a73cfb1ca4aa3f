# SPDX-License-Identifier: Apache-2.0
"""Metered use in money, by a dated price sheet: outcomes, conversations, messages, minutes, tokens, seats.

Every vendor's unit is also brought to the one that can be compared: a *verified* resolution, which is a
contact the machine resolved, not reopened, and not followed by the same customer about the same matter
within the window. A use without a price in force is null and counted, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.policy import Policy, Price
from percontact.costing.repeats import mark_repeats
from percontact.records.book import Book
from percontact.records.dialect import BUCKET, BUCKET_SECONDS
from percontact.values.money import divide, to_pico
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class PricedUse:
    """One vendor's item over a span.

    quantity  units metered; unpriced: the part without a price in force
    pico      money of the priced part in the reporting currency; None where nothing has a price
    contacts  different contacts it served
    verified  of those, resolved for good; None where the data cannot tell
    """

    vendor: str
    item: str
    quantity: Decimal
    unpriced: Decimal
    pico: int | None
    contacts: int
    verified: int | None


@dataclass(frozen=True, slots=True)
class VendorUse:
    """All items of one vendor: what a verified resolution by it costs."""

    vendor: str
    pico: int | None
    complete: bool
    contacts: int
    verified: int | None


def price_usage(
    con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, span: Period
) -> tuple[list[PricedUse], list[VendorUse]]:
    """Price the metered use of a span by the policy's price sheet.

    Raises PercontactError E-FX-01 when a price is in a currency without a rate for its month.
    """
    verified = _verified(con, book, policy)
    zone = ZoneInfo(book.settings.timezone)
    within = [
        datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        for d in (span.start, span.end)
    ]
    usage = book.relation("usage")
    found = con.execute(
        f"""
        SELECT vendor, item, {BUCKET["duckdb"].format(at="used_at")} AS bucket, sum(quantity)
        FROM {usage} WHERE used_at >= ? AND used_at < ? GROUP BY ALL ORDER BY ALL
        """,
        within,
    ).fetchall()
    rows = [
        (v, i, datetime.fromtimestamp(bucket * BUCKET_SECONDS, zone).date(), quantity)
        for v, i, bucket, quantity in found
    ]
    served = {
        (v, i): (n, good)
        for v, i, n, good in con.execute(
            _SERVED.format(usage=usage, good=verified, by="vendor, item"), within
        ).fetchall()
    }
    vendors = {
        v: (n, good)
        for v, n, good in con.execute(
            _SERVED.format(usage=usage, good=verified, by="vendor"), within
        ).fetchall()
    }
    needed = {
        (p.currency, day.replace(day=1))
        for v, i, day, _ in rows
        if (p := price_on(policy, v, i, day)) and p.currency != book.settings.currency
    }
    rates = month_rates(fx_rows(con, book), needed, book.settings.currency) if needed else {}
    sums: dict[tuple[str, str], list[Decimal | int | None]] = {}
    for vendor, item, day, quantity in rows:
        total = sums.setdefault((vendor, item), [Decimal(0), Decimal(0), None])
        total[0] += quantity
        price = price_on(policy, vendor, item, day)
        if price is None:
            total[1] += quantity
            continue
        rate = rates.get((price.currency, day.replace(day=1)), RATE_SCALE)
        total[2] = int(total[2] or 0) + _amount(price, quantity, rate)
    uses = [
        PricedUse(
            v,
            i,
            Decimal(q or 0),
            Decimal(u or 0),
            None if pico is None else int(pico),
            *served.get((v, i), (0, None)),
        )
        for (v, i), (q, u, pico) in sums.items()
    ]
    return uses, [
        _vendor(v, [u for u in uses if u.vendor == v], *vendors.get(v, (0, None))) for v in sorted(vendors)
    ]


_SERVED = (
    "SELECT {by}, count(DISTINCT contact_id), count(DISTINCT contact_id) FILTER ({good}) "
    "FROM {usage} WHERE used_at >= ? AND used_at < ? GROUP BY {by}"
)


def _amount(price: Price, quantity: Decimal, rate: int) -> int:
    """quantity x price / per x exchange rate, in whole pico, rounded half to even once."""
    millionths = int(quantity * 10**6)
    per = int(price.per * 10**6)
    return divide(to_pico(price.price) * millionths * rate, per * RATE_SCALE)


def price_on(policy: Policy, vendor: str, item: str, day: date) -> Price | None:
    """The price in force on a day: the one that began last, or None."""
    found = [
        p
        for p in policy.prices
        if p.vendor.lower() == vendor.lower()
        and p.item.lower() == item.lower()
        and (p.start is None or p.start <= day)
        and (p.end is None or day < p.end)
    ]
    return max(found, key=lambda p: p.start or date.min) if found else None


def _vendor(vendor: str, uses: list[PricedUse], contacts: int, verified: int | None) -> VendorUse:
    priced = [u.pico for u in uses if u.pico is not None]
    return VendorUse(
        vendor, sum(priced) if priced else None, all(not u.unpriced for u in uses), contacts, verified
    )


def _verified(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy) -> str:
    """SQL condition that a contact was resolved for good.

    It goes by outcome, reopening and the customer coming back.
    """
    filled = book.filled("contacts")
    if "outcome" not in filled:
        return "NULL"
    contacts = book.relation("contacts", ["contact_id", "row_id", "outcome", "case_id"])
    tests = ["lower(c.outcome) = 'resolved'"]
    if "customer_id" in filled:
        mark_repeats(con, book, policy)
        tests.append("c.row_id NOT IN (SELECT row_id FROM repeat_contact WHERE followed)")
    if book.has("cases") and "case_id" in filled:
        cases = book.relation("cases", ["case_id", "reopens"])
        reopened = f"SELECT case_id FROM {cases} WHERE reopens > 0 AND case_id IS NOT NULL"
        tests.append(f"coalesce(c.case_id NOT IN ({reopened}), true)")
    return f"contact_id IN (SELECT c.contact_id FROM {contacts} c WHERE {' AND '.join(tests)})"


def last_window(span: Period, policy: Policy) -> Period:
    """The last days of a span, whose contacts may still come back."""
    return Period(span.end - timedelta(days=policy.repeat_days), span.end)
