# SPDX-License-Identifier: Apache-2.0
"""One contact priced line by line: each stretch of its work, by each pool it used, at the pool's rate.

PricedLine    one stretch x one pool: quantity x rate, and what it bears of the division's rest
Stretch       the stretch itself: who worked on it, when, how long; or the contact's own row
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from percontact.costing.priced_rows import CONTACT
from percontact.costing.rate import Basis, Rate
from percontact.records.dialect import literal, quote
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

_WORK = ("channel", "team", "agent", "actor", "talk_s", "hold_s", "wrap_s", "handle_s", "handle_basis")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A row of work of a contact.

    row_id  where it was read
    own     whether it is the contact's own row, not a handling landed apart
    said    what the row says, by column; None = unknown
    """

    row_id: int
    own: bool
    started_at: datetime | None
    said: dict[str, object]


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What one stretch of work cost in one pool.

    quantity  units of the driver (time: seconds)
    rate      pico for one whole unit (time: one second), rounded toward zero
    pico      quantity x rate, plus the rest of the pool's division where this is the row that bears it
    rest      that rest; 0 for nearly all
    """

    row_id: int
    month: date
    pool: str
    driver: str
    quantity: Decimal
    rate: int
    pico: int
    rest: int


@dataclass(frozen=True, slots=True)
class ContactLines:
    """One contact, priced.

    contact    columns of its own row; rows: more than one where several rows have its id
    stretches  by row_id
    rates      (pool, month) -> how the rate came about
    """

    contact_id: str
    contact: dict[str, object]
    months: Period
    lines: tuple[PricedLine, ...]
    stretches: dict[int, Stretch]
    rates: dict[tuple[str, date], Rate]

    @property
    def pico(self) -> int:
        """What it cost."""
        return sum(line.pico for line in self.lines)


def contact_lines(costed: CostedBook, contact_id: str, basis: Basis = "used") -> ContactLines | None:
    """One contact, line by line; None where there is no such contact.

    Law: the lines sum to the contact's cost in any list, to the pico.
    """
    seen = sorted(months_of_contact(costed, contact_id))
    if not seen:
        return None
    # Only files of its months are looked through for all that its rows say.
    stretches, contact = _stretches(costed, contact_id, seen[0], seen[-1])
    if contact is None:
        return None
    months = Period(seen[0], add_months(seen[-1], 1))
    rates = {(r.pool, r.month): r for r in costed.rates(months)}
    lines = _lines(costed, contact, months, basis, rates)
    return ContactLines(contact_id, contact, months, tuple(lines), stretches, rates)


def months_of_contact(costed: CostedBook, contact_id: str) -> set[date]:
    """The months that a contact was worked on or came in; none where there is no such contact."""
    sides = [
        f"SELECT month FROM {rows} WHERE contact_id = $id"
        for table in ("contacts", "handlings") if costed.book.has(table)
        for rows in _looked_through(costed, table, ["month", "contact_id"], contact_id)
    ]  # fmt: skip
    if not sides:
        return set()
    return {m for (m,) in costed.con.execute(" UNION ".join(sides), {"id": contact_id}).fetchall()}


def _looked_through(costed: CostedBook, table: str, columns: list[str], one: str) -> list[str]:
    """SQL relations among whose rows those of an id are: of its months alone, where marks are kept."""
    marked = costed.kept_rows.months_marked(table, [one]) if costed.kept_rows else None
    if marked is None:
        return [costed.book.relation(table, columns)]
    return [costed.book.relation(table, columns, first=month, last=month) for month in marked]


def _stretches(
    costed: CostedBook, contact_id: str, first: date, last: date
) -> tuple[dict[int, Stretch], dict[str, object] | None]:
    """(stretches by row, the contact's own columns) in its months; (…, None) = no such contact."""
    found: dict[int, Stretch] = {}
    contact: dict[str, object] | None = None
    for table in ("contacts", "handlings"):
        if not costed.book.has(table):
            continue
        columns = costed.book.columns(table)
        asked = columns if table == "contacts" else ("started_at", *_WORK)
        wanted = list(dict.fromkeys(["row_id", "contact_id", *(c for c in asked if c in columns)]))
        rows = costed.con.execute(
            f"SELECT {', '.join(map(quote, wanted))} "
            f"FROM {costed.book.relation(table, wanted, first=first, last=last)} "
            "WHERE contact_id = $id ORDER BY row_id",
            {"id": contact_id},
        ).fetchall()
        for row in rows:
            said = dict(zip(wanted, row, strict=True))
            started = said.get("started_at")
            own = table == "contacts"
            contact = said if own and contact is None else contact
            found[int(said["row_id"])] = Stretch(
                int(said["row_id"]), own, started if isinstance(started, datetime) else None,
                {c: said.get(c) for c in _WORK},
            )  # fmt: skip
    return found, contact


def _lines(
    costed: CostedBook,
    contact: dict[str, object],
    months: Period,
    basis: Basis,
    rates: dict[tuple[str, date], Rate],
) -> list[PricedLine]:
    prices = costed.prices(months, basis)
    weights, residual = prices.by_pool(costed.con)
    work = _work(costed, contact, months, prices.keys)
    parts = [quote(p.name) for p in prices.parts]
    fields = ", ".join(f"x.{p}" for p in parts)
    found = costed.con.execute(f"""
        SELECT x.anchor, x.month, r.pool, CAST({prices.amount("x", "r")} AS HUGEINT), coalesce(z.pico, 0)
               {", " if fields else ""}{fields}
        FROM {work} x JOIN {weights} r ON {prices.join("x", "r")}
        LEFT JOIN {residual} z ON z.row_id = x.anchor AND z.month = x.month AND z.pool = r.pool
        ORDER BY x.month, x.anchor, r.pool
    """).fetchall()
    drivers = {p.name: p.driver for p in costed.policy.work_pools}
    names = [p.name for p in prices.parts]
    made = []
    for anchor, month, pool, pico, rest, *quantities in found:
        own = costed.parts[drivers[pool]]
        finest = max(p.weight for p in own)
        units = sum(int(quantities[names.index(p.name)]) * p.weight for p in own)
        rate = rates.get((pool, month))
        if not units and not pico and not rest:
            continue
        made.append(PricedLine(
            int(anchor), month, pool, drivers[pool], Decimal(units) / finest,
            rate.per_unit(basis, finest) if rate else 0, int(pico) + int(rest), int(rest),
        ))  # fmt: skip
    return made


def _work(costed: CostedBook, contact: dict[str, object], months: Period, keys: tuple[str, ...]) -> str:
    """SQL relation of a contact's rows of work: those kept, where its months are."""
    kept = costed.kept_rows.rows(keys, months) if costed.kept_rows else None
    if kept is not None:
        return f"(SELECT * FROM {kept} WHERE {CONTACT} = {int(str(contact['row_id']))})"
    rows = costed.work.rows(list(dict.fromkeys([*keys, "contact_id"])), months, drivers=costed.parts)
    return f"(SELECT * FROM {rows} WHERE contact_id = {literal(str(contact['contact_id']))})"


def others_of_case(
    costed: CostedBook, case_id: str, contact_id: str, most: int = 50
) -> list[tuple[object, ...]]:
    """(contact, started, channel, reason, outcome) of the other contacts of a case, in order of time."""
    columns = ["contact_id", "started_at", "channel", "reason", "outcome"]
    here = [c for c in columns if c in costed.book.columns("contacts")]
    fields = ", ".join(quote(c) if c in here else f"NULL AS {quote(c)}" for c in columns)
    sides = _looked_through(costed, "contacts", list(dict.fromkeys(["case_id", *here])), case_id)
    if not sides:
        return []
    rows = " UNION ALL ".join(f"FROM {side}" for side in sides)
    return costed.con.execute(
        f"SELECT {fields} FROM ({rows}) WHERE case_id = $case AND contact_id IS DISTINCT FROM $own "
        f"ORDER BY started_at LIMIT {int(most)}",
        {"case": case_id, "own": contact_id},
    ).fetchall()
