# SPDX-License-Identifier: Apache-2.0
"""A trail as a document: figure, pools, ledger lines and contacts, each with its file and line."""

from __future__ import annotations

from collections.abc import Callable

from percontact.costing.trail import Trail
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.words import money
from percontact.values.money import cents, from_pico

Origin = Callable[[int], str]
"""row_id -> "file:line" of its source."""


def trail_document(found: Trail, *, title: str, currency: str, origin: Origin, demo: bool) -> Document:
    """Lay out a trail. Amounts are exact to 1e-12 in JSON and shown in minor units."""
    pools = _pools(found, currency)
    lines = _lines(found, currency, origin)
    contacts = _contacts(found, currency, origin)
    total = cents(found.pico, currency)
    return Document(
        title=title,
        headline=f"{title}: {money(total, currency)} "
        f"from {len(found.pools)} pool{'s' * (len(found.pools) != 1)}, "
        f"{found.lines_in_all:,} ledger line{'s' * (found.lines_in_all != 1)} "
        f"and {found.contacts_in_all:,} contact{'s' * (found.contacts_in_all != 1)}.",
        tables=(pools, lines, contacts),
        notes=(
            "A pool is assigned as one, so each of its ledger lines brings the same share of itself.",
            "quantity x rate is the amount, but for the one contact of each pool and month "
            "that bears what the division leaves.",
        ),
        data={
            "title": title,
            "currency": currency,
            "amount": str(from_pico(found.pico)),
            "pools": records_of(pools),
            "ledger_lines": records_of(lines),
            "ledger_lines_in_all": found.lines_in_all,
            "contacts": records_of(contacts),
            "contacts_in_all": found.contacts_in_all,
        },
        records=contacts,
        demo="Demo data: this company is made up." if demo else "",
    )


def _pools(found: Trail, currency: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for p in found.pools:
        unit = 60 if p.driver.endswith("_s") else 1  # time is read in minutes
        rate = None if p.rate is None else from_pico(p.rate) * unit
        quantity = None if p.quantity is None else p.quantity / unit
        rows.append((p.pool, p.driver, quantity, rate, cents(p.pico, currency)))
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("driver", "Driver"),
        TableColumn("quantity", "Quantity (time: min)", "quantity"),
        TableColumn("rate", f"Rate, {currency} per unit", "value", currency),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
    )
    total = (*["Total", None, None, None], cents(found.pico, currency))
    return with_rounding(Table("Pools: quantity x rate", columns, tuple(rows), total))


def _lines(found: Trail, currency: str, origin: Origin) -> Table:
    columns = (
        TableColumn("line", "Line", detail=True),
        TableColumn("account", "Account"),
        TableColumn("text", "Text", detail=True),
        TableColumn("pool", "Pool"),
        TableColumn("of", f"Of, {currency}", "money", currency),
        TableColumn("amount", f"Amount, {currency}", "money", currency),
        TableColumn("source", "Source"),
    )
    rows = tuple(
        (
            x.line_id,
            x.account,
            x.text,
            x.pool,
            cents(x.month_pico, currency),
            cents(x.pico, currency),
            origin(x.row_id),
        )
        for x in found.lines
    )
    return Table("Ledger lines behind it", columns, rows, note=_more(len(rows), found.lines_in_all))


def _contacts(found: Trail, currency: str, origin: Origin) -> Table:
    columns = (
        TableColumn("contact_id", "Id"),
        TableColumn("started_at", "Started"),
        TableColumn("channel", "Channel"),
        TableColumn("team", "Team"),
        TableColumn("reason", "Reason"),
        TableColumn("cost", f"Cost, {currency}", "value", currency),
        TableColumn("source", "Source"),
    )
    rows = tuple(
        (c.contact_id, c.started_at, c.channel, c.team, c.reason, from_pico(c.pico), origin(c.row_id))
        for c in found.contacts
    )
    return Table("Contacts it is about", columns, rows, note=_more(len(rows), found.contacts_in_all))


def _more(shown: int, in_all: int) -> str:
    return f"The {shown:,} largest of {in_all:,}; --top N shows more." if shown < in_all else ""
