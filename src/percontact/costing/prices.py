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


Metered = list[tuple[str, str, date, Decimal]]
"""(vendor, item, local day, quantity), in order of time."""


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
    zone = ZoneInfo(book.settings.timezone)
    within = [
        datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        for d in (span.start, span.end)
    ]
    verified = _verified(con, book, policy)
    served = _served(con, book, verified, "vendor, item", within)
    by_vendor = _served(con, book, verified, "vendor", within)
    metered = _metered(con, book, within, zone)
    rates = _rates(con, book, policy, metered)
    uses = [
        PricedUse(vendor, item, use.quantity, use.unpriced, use.pico, *served.get((vendor, item), (0, None)))
        for (vendor, item), use in _priced(metered, policy, rates).items()
    ]
    vendors = [
        _vendor(vendor, [u for u in uses if u.vendor == vendor], *by_vendor[vendor,])
        for (vendor,) in sorted(by_vendor)
    ]
    return uses, vendors


def _metered(con: duckdb.DuckDBPyConnection, book: Book, within: list[datetime], zone: ZoneInfo) -> Metered:
    """What was used within two moments, by the day it was in the workspace's time zone."""
    found = con.execute(
        f"""
        SELECT vendor, item, {BUCKET["duckdb"].format(at="used_at")} AS bucket, sum(quantity)
        FROM {book.relation("usage")} WHERE used_at >= ? AND used_at < ? GROUP BY ALL ORDER BY ALL
        """,
        within,
    ).fetchall()
    return [
        (vendor, item, datetime.fromtimestamp(bucket * BUCKET_SECONDS, zone).date(), quantity)
        for vendor, item, bucket, quantity in found
    ]


def _served(
    con: duckdb.DuckDBPyConnection, book: Book, verified: str, by: str, within: list[datetime]
) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """Who served -> different contacts, and those of them that were resolved for good."""
    query = _SERVED.format(usage=book.relation("usage"), good=verified, by=by)
    return {tuple(who): (n, good) for *who, n, good in con.execute(query, within).fetchall()}


_SERVED = (
    "SELECT {by}, count(DISTINCT contact_id), count(DISTINCT contact_id) FILTER ({good}) "
    "FROM {usage} WHERE used_at >= ? AND used_at < ? GROUP BY {by}"
)


def _rates(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    policy: Policy,
    metered: Metered,
) -> dict[tuple[str, date], int]:
    """Rates of exchange of the prices in force, by currency and month."""
    needed = {
        (p.currency, day.replace(day=1))
        for vendor, item, day, _ in metered
        if (p := price_on(policy, vendor, item, day)) and p.currency != book.settings.currency
    }
    return month_rates(fx_rows(con, book), needed, book.settings.currency) if needed else {}


@dataclass(slots=True)
class _Use:
    """What an item's uses add up to; pico None = none of them has a price."""

    quantity: Decimal = Decimal(0)
    unpriced: Decimal = Decimal(0)
    pico: int | None = None


def _priced(
    metered: Metered, policy: Policy, rates: dict[tuple[str, date], int]
) -> dict[tuple[str, str], _Use]:
    """(vendor, item) -> its uses, each at the price of its day."""
    sums: dict[tuple[str, str], _Use] = {}
    for vendor, item, day, quantity in metered:
        use = sums.setdefault((vendor, item), _Use())
        use.quantity += quantity
        price = price_on(policy, vendor, item, day)
        if price is None:
            use.unpriced += quantity
            continue
        rate = rates.get((price.currency, day.replace(day=1)), RATE_SCALE)
        use.pico = (use.pico or 0) + _amount(price, quantity, rate)
    return sums


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
