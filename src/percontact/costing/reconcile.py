# SPDX-License-Identifier: Apache-2.0
"""The law of the house: assigned + unused + unassigned = ledger, for each pool and month.

Where it does not hold, no figure is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from percontact.costing.policy import OUTSIDE, Policy
from percontact.costing.rate import Rate
from percontact.costing.shared import Shared
from percontact.costing.slice import Slice
from percontact.values.money import from_pico, plain
from percontact.values.period import Period, periods
from percontact.values.problem import FaultOfOurs, Problem


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Where the ledger of a span went, in pico.

    ledger      all cost lines of customer service in the span
    assigned    to contacts
    unused      capacity supplied and not used (below zero: over-used)
    unassigned  no rule claims it, or no work was there to use it
    unclaimed   the part of unassigned that no rule claims
    outside     lines a rule puts outside customer service; not in ledger
    whole       the span is whole months; else assigned follows the work and the rest is spread by days
    """

    ledger: int
    assigned: int
    unused: int
    unassigned: int
    unclaimed: int
    outside: int
    whole: bool = True

    @property
    def difference(self) -> int:
        """Zero, or no figure is shown."""
        return self.ledger - self.assigned - self.unused - self.unassigned


PoolCosts = Mapping[tuple[str | None, date], tuple[int, int]]
"""(pool, month) -> (cost, variable cost) of the ledger lines sent to it; pool None: no rule claims them"""


def check_rates(
    rates: Sequence[Rate], costs: PoolCosts, shared: Mapping[date, Shared], policy: Policy
) -> None:
    """Compare the pools with the ledger, per pool and month. Raises FaultOfOurs E-REC-01."""
    for rate in rates:
        if rate.assigned + rate.unused + rate.unassigned != rate.cost:
            raise _fault(
                f"pool {rate.pool} in {rate.month:%Y-%m}",
                rate.cost,
                rate.assigned + rate.unused + rate.unassigned,
            )
    for month, given in shared.items():
        ledger = sum(c for (p, m), (c, _) in costs.items() if m == month and p in policy.pools)
        placed = sum(r.cost for r in rates if r.month == month)
        placed += sum(given.costs[p.name] for p in policy.shared_pools)
        if ledger != placed:
            raise _fault(f"all pools in {month:%Y-%m}", ledger, placed)


def check_answer(question: Slice, rates: Sequence[Rate], answered: int) -> None:
    """Compare an answer, with what it leaves out, with the amount assigned. Raises FaultOfOurs E-REC-01."""
    assigned = sum(r.amount(question.basis) for r in rates)
    if assigned != answered:
        raise _fault(f"by {', '.join(question.by) or 'period'}, basis {question.basis}", assigned, answered)


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Cost of a span that no contact bears, in pico, spread over the days of its month.

    unused     of all pools; idle: the part of it in pools that nobody used, so that no contact can absorb it
    unassigned no rule claims it, or no work was there; unclaimed: the first part alone
    outside    put outside customer service by a rule
    """

    unused: int
    idle: int
    unassigned: int
    unclaimed: int
    outside: int


def left_over(
    span: Period, rates: Sequence[Rate], costs: PoolCosts, shared: Mapping[date, Shared], policy: Policy
) -> LeftOver:
    """What no contact bears of a span's cost."""
    sums = [0, 0, 0, 0, 0]
    for month in periods(span, "month"):
        here = [r for r in rates if r.month == month.start]
        stuck = sum(shared[month.start].costs[p.name] for p in policy.shared_pools)
        no_rule = costs.get((None, month.start), (0, 0))[0]
        parts = (
            sum(r.unused for r in here),
            sum(r.unused for r in here if r.quantity == 0),
            no_rule + stuck + sum(r.unassigned for r in here),
            no_rule,
            costs.get((OUTSIDE, month.start), (0, 0))[0],
        )
        sums = [total + _share(part, month, span) for total, part in zip(sums, parts, strict=True)]
    return LeftOver(*sums)


def reconciled(span: Period, ledger: int | None, assigned: int, rest: LeftOver) -> Reconciliation:
    """Where the ledger of a span went. Raises FaultOfOurs E-REC-01 when it does not add up.

    ledger  pico of the span's lines; None where the span cuts a month: assigned cost then follows its work,
            the rest is spread over the days of its month, and the ledger's part is their sum
    """
    whole = assigned + rest.unused + rest.unassigned if ledger is None else ledger
    found = Reconciliation(
        whole, assigned, rest.unused, rest.unassigned, rest.unclaimed, rest.outside, ledger is not None
    )
    if found.difference:
        raise _fault(
            f"{span.start} to {span.end - timedelta(days=1)}", found.ledger, found.ledger - found.difference
        )
    return found


def _share(pico: int, month: Period, span: Period) -> int:
    """The part of a month's amount that falls on the days of a span; exact: parts of a month sum to it."""
    first = (max(span.start, month.start) - month.start).days
    last = (min(span.end, month.end) - month.start).days
    return pico * last // month.days - pico * first // month.days


def _fault(where: str, ledger: int, placed: int) -> FaultOfOurs:
    return FaultOfOurs(
        Problem(
            "E-REC-01",
            where,
            f"assigned + unused + unassigned is {plain(from_pico(placed))}, "
            f"the cost is {plain(from_pico(ledger))}",
            "Cost would be lost or counted twice, so no figure is shown. This is a fault of ours.",
            "Please report it with the output of `percontact check --json`.",
        )
    )
