# SPDX-License-Identifier: Apache-2.0
"""The pools and the reconciliation of a statement, each amount in cents by itself."""

from __future__ import annotations

from decimal import Decimal

from percontact.costing.costed import CostedBook
from percontact.costing.policy import Pool
from percontact.costing.rate import PoolTotal
from percontact.costing.reconcile import Reconciliation
from percontact.costing.slice import Slice
from percontact.report.groups import value_of
from percontact.report.statement import PoolLine, Proof, SharedLine
from percontact.values.money import cents
from percontact.values.period import periods

MS_PER_HOUR = 3_600_000
UNITS = {"contacts": "contact", "messages": "message", "offered": "contact"}
"""Driver -> one unit of it, in words."""


def proof_line(found: Reconciliation, currency: str) -> Proof:
    """The reconciliation, each amount in cents by itself, and what their cents leave of the ledger's."""
    ledger, assigned, unused, unassigned, unclaimed, outside, difference = (
        cents(pico, currency)
        for pico in (
            found.ledger, found.assigned, found.unused, found.unassigned, found.unclaimed, found.outside,
            found.difference,
        )
    )  # fmt: skip
    rounding = ledger - assigned - unused - unassigned - difference
    return Proof(ledger, assigned, unused, unassigned, unclaimed, outside, found.whole, rounding)


def pool_lines(costed: CostedBook, question: Slice) -> list[PoolLine]:
    """The pools over the whole months a question touches, largest first."""
    sums = costed.pool_totals(question.months)
    lines = [_pool_line(p, sums[p.name], costed.currency) for p in costed.policy.work_pools if p.name in sums]
    return sorted(lines, key=lambda p: -abs(p.exact[0]))


def shared_lines(costed: CostedBook, question: Slice) -> list[SharedLine]:
    """What pools that serve others gave to each over the whole months of a question, in order of giving."""
    costed.rates(question.months)
    given: dict[tuple[str, str], int] = {}
    for month in periods(question.months, "month"):
        for flow, pico in costed.shared[month.start].flows.items():
            given[flow] = given.get(flow, 0) + pico
    pools = costed.policy.shared_pools
    return [
        SharedLine(p.name, p.driver, to, cents(pico, costed.currency), p.because, pico)
        for p in pools
        for (giver, to), pico in given.items()
        if giver == p.name
    ]


def _pool_line(pool: Pool, sums: PoolTotal, currency: str) -> PoolLine:
    exact = (sums.cost, sums.assigned, sums.cost - sums.assigned - sums.unassigned, sums.unassigned)
    timed = pool.driver.endswith("_s")
    scale = MS_PER_HOUR if timed else (10**6 if pool.driver.startswith("usage:") else 1)
    over = sums.capacity if sums.known == sums.months else sums.quantity + round(sums.loose or 0)
    cost, assigned, unused, unassigned = (cents(pico, currency) for pico in exact)
    return PoolLine(
        pool.name,
        pool.driver,
        cost,
        assigned,
        unused,
        unassigned,
        Decimal(sums.quantity) / scale,
        Decimal(sums.capacity) / scale if sums.known else None,
        "hour" if timed else UNITS.get(pool.driver, pool.driver.partition(":")[2]),
        value_of(sums.cost * scale, over) if over else None,
        pool.because,
        exact,
    )
