# SPDX-License-Identifier: Apache-2.0
"""One contact priced line by line, as a document: its work, its pools, each rate opened, its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from percontact.costing.contact_cost import local_text
from percontact.costing.contact_lines import ContactLines, PricedLine, Stretch
from percontact.costing.rate import Basis, Rate
from percontact.report.document import Cell, Document, Table, TableColumn
from percontact.report.records import records_of
from percontact.report.rounding import with_rounding
from percontact.report.spoken import when
from percontact.report.words import DEMO_NOTE, money
from percontact.values.money import cents, from_pico
from percontact.values.period import Period

SAID = (
    ("started_at", "Started"), ("answered_at", "Answered"), ("ended_at", "Ended"), ("channel", "Channel"),
    ("direction", "Direction"), ("reason", "Reason"), ("team", "Team"), ("agent", "Agent"),
    ("actor", "Served by"), ("queue", "Queue"), ("site", "Site"), ("product", "Product"),
    ("language", "Language"), ("outcome", "Outcome"), ("case_id", "Case"), ("wait_s", "Wait, s"),
    ("handle_s", "Handle time, s"), ("handle_basis", "Handle time is"),
)  # fmt: skip
"""What a contact's row says, in the order people ask; what it does not say is left out and counted."""

UNITS = {"contacts": "contact", "messages": "message"}
"""driver -> one unit of it; time is read in minutes"""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where a row was read: what it is, its file and line, its import, and its text where it may be shown."""

    what: str
    place: str
    number: int
    text: str | None


@dataclass(frozen=True, slots=True)
class OneContact:
    """One contact, priced, as the asker may see it.

    agents   real name -> name shown
    sources  of the contact's row and of its handlings
    others   (contact, started, channel, reason, outcome) of the other contacts of its case
    """

    priced: ContactLines
    basis: Basis
    currency: str
    timezone: str
    agents: dict[str, str]
    sources: tuple[SourceRow, ...]
    others: tuple[tuple[object, ...], ...]
    demo: bool = False


def one_contact_document(one: OneContact) -> Document:
    """The contact for people and machines."""
    tables = [lines_table(one), _rates(one), _said(one), _sources(one)]
    if one.others:
        tables.append(others_table(one))
    return Document(
        title=f"Contact {one.priced.contact_id}",
        headline=_headline(one),
        tables=tuple(tables),
        notes=tuple(_notes(one)),
        data={
            "contact_id": one.priced.contact_id,
            "currency": one.currency,
            "basis": one.basis,
            "cost": str(from_pico(one.priced.pico)),
            "lines": records_of(_records(one)),
            "contact": {str(what): said for what, said in _said(one).rows},
            "sources": [{"what": s.what, "place": s.place, "import": s.number} for s in one.sources],
            "others_of_case": [str(o[0]) for o in one.others],
        },
        records=_records(one),
        facts=(("Basis of costs", one.basis),),
        demo=DEMO_NOTE if one.demo else "",
    )


def _headline(one: OneContact) -> str:
    said = one.priced.contact
    parts = [str(said[c]) for c in ("channel", "reason") if said.get(c)]
    started = said.get("started_at")
    on = f" {when(_local_day(started, one.timezone))}" if isinstance(started, datetime) else ""
    pools = len({line.pool for line in one.priced.lines})
    cost = money(cents(one.priced.pico, one.currency), one.currency)
    made = f"from {pools} pool{'s' * (pools != 1)}" if pools else "no pool was used by it"
    about = f" ({', '.join(parts)})" if parts else ""
    return f"It cost {cost}{on}{about}: {made}."


def _local_day(at: datetime, timezone: str) -> Period:
    day = date.fromisoformat(local_text(at, timezone)[:10])
    return Period(day, day + timedelta(days=1))


def _notes(one: OneContact) -> list[str]:
    told = []
    if not one.priced.lines:
        told.append(
            "No ledger line is for its month, or no pool of the policy claims its work: see the cost map."
        )
    if any(line.rest for line in one.priced.lines):
        told.append(
            "It bears what the division of a pool left over, less than a cent for each unit of work: "
            "one contact of each pool and month does, so that all amounts add up to the ledger."
        )
    return told


# -- line by line --------------------------------------------------------------------------------------------


def lines_table(one: OneContact) -> Table:
    """A row a stretch of work and pool: quantity x rate = amount, to the cent, with the sum."""
    columns = (
        TableColumn("work", "Work"),
        TableColumn("pool", "Pool"),
        TableColumn("how", "Quantity x rate"),
        TableColumn("amount", f"Amount, {one.currency}", "money", one.currency),
    )
    rows = tuple(
        (_work(one, line), line.pool, _how(line, one.currency), cents(line.pico, one.currency))
        for line in one.priced.lines
    )
    total = ("Cost of the contact", None, None, cents(one.priced.pico, one.currency))
    return with_rounding(Table("Line by line", columns, rows, total))


def _work(one: OneContact, line: PricedLine) -> str:
    return _named(one, one.priced.stretches[line.row_id])


def _named(one: OneContact, stretch: Stretch) -> str:
    """A stretch in words: "the contact itself, Billing, agent A1"; "handling at 09:21, Billing"."""
    who = [str(stretch.said[c]) for c in ("team",) if stretch.said.get(c)]
    agent = stretch.said.get("agent")
    if agent:
        who.append(one.agents.get(str(agent), str(agent)))
    at = local_text(stretch.started_at, one.timezone)[11:16]
    what = "the contact itself" if stretch.own else f"handling{f' at {at}' if at else ''}"
    return ", ".join([what, *who])


def _how(line: PricedLine, currency: str) -> str:
    """Quantity x rate as people read it: time in seconds at a rate by the minute."""
    if line.driver.endswith("_s"):
        return f"{_plain(line.quantity)} s x {currency} {from_pico(line.rate) * 60:.4f} a minute"
    unit = _unit(line.driver)
    return (
        f"{_plain(line.quantity)} {unit}{'s' * (line.quantity != 1)} x {currency} {from_pico(line.rate):.4f}"
    )


def _unit(driver: str) -> str:
    return UNITS.get(driver, driver.removeprefix("usage:").replace("_", " "))


def _plain(quantity: Decimal) -> str:
    return f"{quantity:,f}".rstrip("0").rstrip(".") if "." in f"{quantity:f}" else f"{quantity:,f}"


def _records(one: OneContact) -> Table:
    """The lines for machines: all digits."""
    columns = (
        TableColumn("work", "Work"), TableColumn("month", "Month", "date"), TableColumn("pool", "Pool"),
        TableColumn("driver", "Driver"), TableColumn("quantity", "Quantity", "quantity"),
        TableColumn("rate", f"Rate, {one.currency} per unit", "value", one.currency),
        TableColumn("rest", f"Rest of the division, {one.currency}", "value", one.currency),
        TableColumn("amount", f"Amount, {one.currency}", "value", one.currency),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _work(one, x),
            x.month,
            x.pool,
            x.driver,
            x.quantity,
            from_pico(x.rate),
            from_pico(x.rest),
            from_pico(x.pico),
        )
        for x in one.priced.lines
    )
    return Table("Lines", columns, rows)


# -- how each rate came about --------------------------------------------------------------------------------


def _rates(one: OneContact) -> Table:
    columns = (
        TableColumn("pool", "Pool"),
        TableColumn("month", "Month"),
        TableColumn("cost", f"Its cost, {one.currency}", "money", one.currency),
        TableColumn("over", "Divided by"),
        TableColumn("rate", "Rate"),
    )
    rows = []
    for pool, month, driver, per_unit in _used(one):
        rate = one.priced.rates[pool, month]
        cost = rate.variable if one.basis == "marginal" else rate.cost
        rows.append((
            pool, f"{month:%B %Y}", cents(cost, one.currency), _over(rate, driver, one.basis),
            _rate_words(per_unit, driver, one.currency),
        ))  # fmt: skip
    return Table(RATES, columns, tuple(rows))


def _used(one: OneContact) -> list[tuple[str, date, str, int]]:
    """(pool, month, driver, rate a unit) of each rate that priced a line."""
    used = dict.fromkeys((line.pool, line.month, line.driver, line.rate) for line in one.priced.lines)
    return [found for found in used if found[:2] in one.priced.rates]


def rates_of(one: OneContact) -> list[tuple[str, date]]:
    """(pool, month) of each row of the table of rates."""
    return [(pool, month) for pool, month, *_ in _used(one)]


def _rate_words(pico: int, driver: str, currency: str) -> str:
    if driver.endswith("_s"):
        return f"{currency} {from_pico(pico) * 60:.4f} a minute"
    return f"{currency} {from_pico(pico):.4f} a {_unit(driver)}"


def _over(rate: Rate, driver: str, basis: Basis) -> str:
    """What a pool's cost is divided by: its practical capacity, or all that was used of it."""
    by_capacity = rate.capacity is not None and basis != "full"
    units = Decimal(rate.capacity or 0) if by_capacity else Decimal(str(float(rate.quantity + rate.loose)))
    if driver.endswith("_s"):
        amount = f"{units / 60_000:,.0f} minutes"
    else:
        amount = f"{units:,.0f} {_unit(driver)}s"
    return f"{amount} of practical capacity" if by_capacity else f"{amount} used"


# -- what it says, and where it was read ---------------------------------------------------------------------


def _said(one: OneContact) -> Table:
    said = one.priced.contact
    rows = []
    for column, header in SAID:
        value = said.get(column)
        if value is None:
            continue
        if isinstance(value, datetime):
            value = local_text(value, one.timezone)
        if column == "agent":
            value = one.agents.get(str(value), str(value))
        if isinstance(value, Decimal):
            value = _plain(value)
        rows.append((header, str(value)))
    columns = (TableColumn("what", "What"), TableColumn("said", "As the data says"))
    return Table("The contact", columns, tuple(rows), note=f"Times are local to {one.timezone}.")


def _sources(one: OneContact) -> Table:
    columns = [
        TableColumn("what", "Row"),
        TableColumn("place", "File and line"),
        TableColumn("number", "Import", "count"),
    ]
    with_text = any(s.text is not None for s in one.sources)
    if with_text:
        columns.append(TableColumn("text", "Its text"))
    rows = tuple((s.what, s.place, s.number, *([s.text] if with_text else [])) for s in one.sources)
    return Table("Where it was read", tuple(columns), rows)


def others_table(one: OneContact, links: Sequence[str] = ()) -> Table:
    """The other contacts of its case."""
    columns = tuple(
        TableColumn(n, h)
        for n, h in (("contact_id", "Contact"), ("started_at", "Started"), ("channel", "Channel"),
                     ("reason", "Reason"), ("outcome", "Outcome"))
    )  # fmt: skip
    rows = tuple(
        tuple(
            local_text(v, one.timezone) if isinstance(v, datetime) else None if v is None else str(v)
            for v in row
        )
        for row in one.others
    )
    return Table(OTHERS, columns, rows, links=tuple(links))


OTHERS, RATES = "Other contacts of its case", "How each rate came about"
