# SPDX-License-Identifier: Apache-2.0
"""Cost to serve as a document: concentration, segments, the dearest customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from percontact.metrics.served import Served, ServedGroup
from percontact.report.document import Document, Formula, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.words import DEMO_NOTE, money, value_text
from percontact.values.money import cents, from_pico
from percontact.values.period import Period


def served_document(
    found: Served, span: Period, currency: str, *, basis: str, by: str | None, demo: bool
) -> Document:
    """Concentration first, then segments where asked, then the dearest customers by their hash."""
    when = f"{span.start} to {span.end - timedelta(days=1)}"
    spread = _concentration(found, currency)
    tables = [spread]
    if by:
        tables.append(_groups(found.groups, by, currency))
    tables.append(_top(found.top, currency))
    notes = tuple(_notes(found, currency))
    return Document(
        title=f"Cost to serve, {when}",
        headline=_headline(found, currency, when, basis),
        tables=tuple(tables),
        notes=notes,
        data={
            "currency": currency,
            "basis": basis,
            "customers": found.customers,
            "cost": str(from_pico(found.pico)),
            "concentration": records_of(spread),
            "groups": records_of(tables[1]) if by else [],
            "top": records_of(tables[-1]),
            "notes": list(notes),
        },
        facts=(("Span", when), ("Basis", basis)),
        demo=DEMO_NOTE if demo else "",
    )


def _headline(found: Served, currency: str, when: str, basis: str) -> str:
    if not found.customers:
        return f"No contact from {when} names a customer, so cost to serve is unknown."
    each = from_pico(found.pico) / found.customers
    part, _, cost = found.dearest[-1]
    share = f"{_share(cost, found.pico):.0%}" if found.pico else "an undefined part"
    return (
        f"Serving one of {found.customers:,} customers cost {currency} {value_text(each, currency)} "
        f"from {when}, basis {basis}; the dearest {float(part):.0%} of them caused {share} of it."
    )


def _share(cost: int, whole: int) -> Decimal:
    return Decimal(cost) / Decimal(whole) if whole else Decimal(0)


def _concentration(found: Served, currency: str) -> Table:
    columns = (
        TableColumn("dearest", "Dearest"),
        TableColumn("customers", "Customers", "count"),
        TableColumn("cost", f"Cost, {currency}", "money", currency),
        TableColumn("share", "Share of cost", "share"),
    )
    rows = tuple(
        (f"{float(part):.0%}", count, cents(cost, currency), round(_share(cost, found.pico), 6))
        for part, count, cost in found.dearest
    )
    total = ("all", found.customers, cents(found.pico, currency), Decimal(1) if found.pico else None)
    return Table("Concentration", columns, rows, total)


def _groups(groups: tuple[ServedGroup, ...], by: str, currency: str) -> Table:
    of_customers = any(g.known is not None for g in groups)
    columns = (
        TableColumn(by, by.capitalize()),
        TableColumn("customers", "Served", "count"),
        *((TableColumn("known", "Known", "count"),) if of_customers else ()),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("cost", f"Cost, {currency}", "money", currency),
        TableColumn(
            "value",
            f"{currency} per customer served",
            "value",
            currency,
            Formula("quotient", ("cost", "customers")),
        ),
        TableColumn("dearest", "Of dearest 20%", "share"),
    )
    rows = tuple(
        (g.name, g.customers, *((g.known,) if of_customers else ()), g.contacts, cents(g.pico, currency),
         from_pico(g.pico) / g.customers if g.customers else None,
         round(_share(g.dearest, g.pico), 6) if g.pico else None)
        for g in groups
    )  # fmt: skip
    note = "Of dearest 20%: the share of the group's cost that the dearest fifth of its customers causes."
    if of_customers:
        note = f"Known: customers of the table customers, in touch or not. {note}"
    else:
        note = f"One customer may stand in several lines. {note}"
    return Table(f"By {by}", columns, rows, note=note)


def _top(top: tuple[ServedGroup, ...], currency: str) -> Table:
    columns = (
        TableColumn("customer_id", "Customer (hash)"),
        TableColumn("contacts", "Contacts", "count"),
        TableColumn("cost", f"Cost, {currency}", "money", currency),
    )
    rows = tuple((g.name, g.contacts, cents(g.pico, currency)) for g in top)
    return Table("Dearest customers", columns, rows)


def _notes(found: Served, currency: str) -> Iterator[str]:
    if found.nameless_contacts:
        yield (
            f"{found.nameless_contacts:,} contacts name no customer; their "
            f"{money(cents(found.nameless, currency), currency)} is left out."
        )
    yield "A dear customer may be a good one: hold the cost against what they bring before you act on it."
