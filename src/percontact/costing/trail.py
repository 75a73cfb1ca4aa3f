# SPDX-License-Identifier: Apache-2.0
"""Trails: from a figure down to its pools, the ledger lines behind them, and the contacts it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from percontact.costing.composition import composition, divide_cell
from percontact.costing.contact_cost import local_text, priced_contacts
from percontact.costing.scope import scope_sql
from percontact.costing.slice import Condition, Slice
from percontact.records.dialect import in_folded, quote
from percontact.values.period import Period, add_months
from percontact.values.problem import did_you_mean, problem

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook


@dataclass(frozen=True, slots=True)
class PoolShare:
    """What one pool brings to a figure: quantity of driver x rate = pico.

    quantity  units of the driver used by the figure's work (time: milliseconds); None over several months
    rate      pico for one whole unit (time: one second), rounded toward zero; None over several months
    """

    pool: str
    driver: str
    pico: int
    quantity: Decimal | None = None
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class LineShare:
    """What one ledger line brings to a figure."""

    row_id: int
    line_id: str
    account: str
    text: str
    pool: str
    month_pico: int
    pico: int


@dataclass(frozen=True, slots=True)
class ContactShare:
    """What one contact brings to a figure."""

    row_id: int
    contact_id: str
    started_at: str
    channel: str | None
    team: str | None
    reason: str | None
    pico: int


@dataclass(frozen=True, slots=True)
class Trail:
    """The path from a figure to its rows; each list sums to the figure or says how many it leaves out."""

    pico: int
    pools: tuple[PoolShare, ...]
    lines: tuple[LineShare, ...]
    lines_in_all: int
    contacts: tuple[ContactShare, ...]
    contacts_in_all: int


def trail(costed: CostedBook, question: Slice, *, pool: str | None = None, top: int = 10) -> Trail:
    """Open a figure: the pools it is made of, the ledger lines behind them, the contacts with most cost.

    pool  only what this pool brings; of one that serves other pools: by way of those
    top   at most this many lines and contacts, largest first
    Raises PercontactError E-ARG-01 for an unknown pool.
    """
    if pool is not None and pool not in costed.policy.pools:
        raise problem(
            "E-ARG-01",
            "--pool",
            f"there is no pool {pool!r}",
            did_you_mean(pool, costed.policy.pools),
            "percontact policy check lists the pools.",
        )
    serves = pool is not None and costed.policy.pools[pool].shared
    cells = costed.cells(replace(question, by=("pool",), grain="month"))[0]
    by_pool: dict[tuple[str, date], int] = defaultdict(int)
    for cell in cells:
        name = str(cell.values[0])
        if cell.pico and (pool is None or serves or pool == name):
            by_pool[name, cell.period.replace(day=1)] += cell.pico
    sums: dict[str, int] = defaultdict(int)
    for (name, _), pico in by_pool.items():
        sums[name] += pico
    lines = lines_behind(costed, question, by_pool)
    contacts, in_all = _contacts(costed, question, top)
    if serves and pool is not None:
        lines = [line for line in lines if line.pool == pool]
        sums = {pool: sum(line.pico for line in lines)}
    drivers = {p.name: p.driver for p in costed.policy.pools.values()}
    pools = [
        _pool_share(costed, question, n, drivers[n], pico)
        for n, pico in sorted(sums.items(), key=lambda kv: -abs(kv[1]))
    ]
    return Trail(sum(sums.values()), tuple(pools), tuple(lines[:top]), len(lines), tuple(contacts), in_all)


def contact_trail(costed: CostedBook, contact_id: str, question: Slice) -> Trail:
    """One contact, priced pool by pool and line by line.

    Raises PercontactError E-ARG-01 for an unknown contact.
    """
    seen = _months_of(costed, contact_id)
    if not seen:
        raise problem(
            "E-ARG-01",
            f"trace {contact_id}",
            "there is no such contact",
            "The id is read as it stands.",
            "percontact contacts lists ids.",
        )
    # Only the months it was worked on: then each pool has one rate, and quantity x rate can be shown.
    span = (
        Period(max(question.span.start, seen[0]), min(question.span.end, add_months(seen[-1], 1)))
        if seen[-1] in question.months
        else question.span
    )
    return trail(
        costed, replace(question, span=span, where=(*question.where, Condition("contact_id", (contact_id,))))
    )


def _months_of(costed: CostedBook, contact_id: str) -> list[date]:
    sides = [
        costed.book.relation(t, ["month", "contact_id"])
        for t in ("contacts", "handlings")
        if costed.book.has(t)
    ]
    query = " UNION ".join(f"SELECT month FROM {side} WHERE contact_id = $id" for side in sides)
    return [m for (m,) in costed.con.execute(f"{query} ORDER BY 1", {"id": contact_id}).fetchall()]


def _pool_share(costed: CostedBook, question: Slice, name: str, driver: str, pico: int) -> PoolShare:
    rates = [r for r in costed.rates(question.months) if r.pool == name and r.quantity]
    if len(rates) != 1:
        return PoolShare(name, driver, pico)
    pool = costed.policy.pools[name]
    parts = costed.parts[driver]
    columns = [*dict.fromkeys([*(d for d, _ in pool.scope), *question.columns()])]
    rows = costed.work.rows([c for c in columns if c != "pool"], question.months, drivers=costed.parts)
    units = " + ".join(f"{p.weight} * sum({quote(p.name)})" for p in parts)
    known = scope_sql(tuple((d, v) for d, v in pool.scope if d != "actor"))
    actor = next((v for d, v in pool.scope if d == "actor"), None)
    if actor:
        known += f" AND {in_folded('actor', actor)}"
    found = costed.con.execute(f"SELECT {units} FROM {rows} WHERE {question.inside()} AND {known}").fetchone()
    quantity = Decimal(found[0] or 0) / max(p.weight for p in parts) if found else Decimal(0)
    return PoolShare(
        name, driver, pico, quantity, rates[0].per_unit(question.basis, max(p.weight for p in parts))
    )


def lines_behind(
    costed: CostedBook, question: Slice, by_pool: Mapping[tuple[str, date], int]
) -> list[LineShare]:
    """The ledger lines behind some cost of pools, largest first; their shares sum to it.

    by_pool  (pool, month) -> pico
    """
    made_of = composition(costed, question.months, ["row_id"], question.basis)
    sums: dict[int, int] = defaultdict(int)
    for place, pico in by_pool.items():
        for values, part in divide_cell(pico, made_of.get(place, {})).items():
            if values:  # lines that cancel exactly leave no share to tell
                sums[int(str(values[0]))] += part
    if not sums:
        return []
    ledger = costed.book.relation("ledger", ["row_id", "account_name", "vendor", "text"])
    rows = costed.con.execute(
        f"""
        SELECT l.row_id, any_value(l.line_id), any_value(l.account), any_value(t.words),
               any_value(l.pool), sum(l.pico)
        FROM line_month l
        JOIN (
            SELECT row_id, concat_ws(', ', account_name, vendor, text) AS words FROM {ledger}
        ) t USING (row_id)
        WHERE l.month >= ? AND l.month < ? GROUP BY 1
        """,
        [question.months.start, question.months.end],
    ).fetchall()
    known = {row_id: told for row_id, *told in rows}
    found = []
    for row_id, pico in sums.items():
        if pico:
            line_id, account, words, pool, month_pico = known[row_id]
            found.append(LineShare(row_id, line_id, account, words or "", pool, int(month_pico), pico))
    return sorted(found, key=lambda line: (-abs(line.pico), line.row_id))


def _contacts(costed: CostedBook, question: Slice, top: int) -> tuple[list[ContactShare], int]:
    columns = ("contact_id", "started_at", "channel", "team", "reason")
    source = priced_contacts(costed, replace(question, by=()), columns)
    fields = ", ".join(quote(c) for c in columns)
    rows = costed.con.execute(f"""
        SELECT row_id, {fields}, CAST(pico AS HUGEINT), count(*) OVER ()
        FROM {source} ORDER BY pico DESC, row_id LIMIT {int(top)}
    """).fetchall()
    found = [
        ContactShare(r[0], r[1], local_text(r[2], costed.book.settings.timezone), r[3], r[4], r[5], int(r[6]))
        for r in rows
    ]
    return found, int(rows[0][7]) if rows else 0
