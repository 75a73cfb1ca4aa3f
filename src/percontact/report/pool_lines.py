# SPDX-License-Identifier: Apache-2.0
"""The pools and the reconciliation of a statement, in cents that add up to each other and to the ledger."""

from __future__ import annotations

from decimal import Decimal

from percontact.costing.costed import CostedBook
from percontact.costing.policy import Pool
from percontact.costing.rate import PoolTotal
from percontact.costing.reconcile import Reconciliation
from percontact.costing.slice import Slice
from percontact.report.groups import value_of
from percontact.report.statement import PoolLine, Proof, SharedLine
from percontact.values.money import cents, share_cents
from percontact.values.period import periods

MS_PER_HOUR = 3_600_000
UNITS = {"contacts": "contact", "messages": "message", "offered": "contact"}
"""Driver -> one unit of it, in words."""


def proof_line(found: Reconciliation, currency: str) -> Proof:
    """The reconciliation in cents.

    Assigned is as the lines' total shows it, the rest so that the ledger comes out.
    """
    ledger, assigned = cents(found.ledger, currency), cents(found.assigned, currency)
    unused, unassigned = share_cents([found.unused, found.unassigned], currency, total=ledger - assigned)
    unclaimed = unassigned if found.unclaimed == found.unassigned else cents(found.unclaimed, currency)
    return Proof(ledger, assigned, unused, unassigned, unclaimed, cents(found.outside, currency), found.whole)


def pool_lines(costed: CostedBook, question: Slice, proof: Proof) -> list[PoolLine]:
    """The pools over the whole months a question touches, largest first.

    Where the question is of whole months, they sum to the proof.
    """
    sums = costed.pool_totals(question.months)
    found = [p for p in costed.policy.work_pools if p.name in sums]
    pools = [(p, sums[p.name]) for p in found]

    def column(amounts: list[int], total: int | None = None) -> list[int]:
        return share_cents(amounts, costed.currency, total=total)

    stuck = column([x.unassigned for _, x in pools])
    assigned = column([x.assigned for _, x in pools], proof.assigned if proof.whole else None)
    # A pool with nothing unused shows nothing unused; among the others unused is what is left of their cost,
    # so that each row and each column adds up as printed.
    idle = [p.name for p, x in pools if x.any_unused]
    rest = {p.name: a + x for p, a, x in zip(found, assigned, stuck, strict=True)}
    total = proof.unused + sum(rest[name] for name in idle) if proof.whole else None
    costs = column([sums[name].cost for name in idle], total)
    unused_of = {name: c - rest[name] for name, c in zip(idle, costs, strict=True)}
    unused = [unused_of.get(p.name, 0) for p in found]
    parts = zip(pools, assigned, unused, stuck, strict=True)
    lines = [_pool_line(p, x, *amounts) for (p, x), *amounts in parts]
    return sorted(lines, key=lambda p: -abs(p.cost))


def shared_lines(costed: CostedBook, question: Slice) -> list[SharedLine]:
    """What pools that serve others gave to each over the whole months of a question, in order of giving."""
    costed.rates(question.months)
    given: dict[tuple[str, str], int] = {}
    for month in periods(question.months, "month"):
        for flow, pico in costed.shared[month.start].flows.items():
            given[flow] = given.get(flow, 0) + pico
    amounts = dict(zip(given, share_cents(list(given.values()), costed.currency), strict=True))
    pools = costed.policy.shared_pools
    return [
        SharedLine(p.name, p.driver, to, amount, p.because)
        for p in pools
        for (giver, to), amount in amounts.items()
        if giver == p.name
    ]


def _pool_line(pool: Pool, sums: PoolTotal, assigned: int, unused: int, stuck: int) -> PoolLine:
    timed = pool.driver.endswith("_s")
    scale = MS_PER_HOUR if timed else (10**6 if pool.driver.startswith("usage:") else 1)
    over = sums.capacity if sums.known == sums.months else sums.quantity + round(sums.loose or 0)
    return PoolLine(
        pool.name,
        pool.driver,
        assigned + unused + stuck,
        assigned,
        unused,
        stuck,
        Decimal(sums.quantity) / scale,
        Decimal(sums.capacity) / scale if sums.known else None,
        "hour" if timed else UNITS.get(pool.driver, pool.driver.partition(":")[2]),
        value_of(sums.cost * scale, over) if over else None,
        pool.because,
    )
