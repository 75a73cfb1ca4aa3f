# SPDX-License-Identifier: Apache-2.0
"""The law of the house: assigned + unused + unassigned = ledger, for each pool and month.

Where it does not hold, no figure is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


MonthCosts = Mapping[date, Mapping[str | None, tuple[int, int]]]
"""month -> pool -> (cost, variable cost) of the ledger lines sent to it; pool None: no rule claims them"""


def check_rates(
    rates: Sequence[Rate], costs: MonthCosts, shared: Mapping[date, Shared], policy: Policy
) -> None:
    """Compare the pools with the ledger, per pool and month. Raises FaultOfOurs E-REC-01."""
    placed: dict[date, int] = defaultdict(int)
    for rate in rates:
        found = rate.assigned + rate.unused + rate.unassigned
        if found != rate.cost:
            raise _fault(f"pool {rate.pool} in {rate.month:%Y-%m}", rate.cost, found)
        placed[rate.month] += rate.cost
    givers = [p.name for p in policy.shared_pools]
    for month, given in shared.items():
        ledger = sum(c for p, (c, _) in costs.get(month, {}).items() if p in policy.pools)
        kept = placed[month] + sum(given.costs[name] for name in givers)
        if ledger != kept:
            raise _fault(f"all pools in {month:%Y-%m}", ledger, kept)


def check_answer(question: Slice, assigned: int, answered: int) -> None:
    """Compare an answer, with what it leaves out, with the amount assigned. Raises FaultOfOurs E-REC-01.

    assigned  pico that the rates of the question's months assign on its basis
    """
    if assigned != answered:
        raise _fault(f"by {', '.join(question.by) or 'period'}, basis {question.basis}", assigned, answered)


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Cost of a span that no contact bears, in pico.

    unused     of all pools; idle: the part of it in pools that nobody used, so that no contact can absorb it
    unassigned no rule claims it, or no work was there; unclaimed: the first part alone
    outside    put outside customer service by a rule
    """

    unused: int
    idle: int
    unassigned: int
    unclaimed: int
    outside: int


def months_left_over(
    months: Iterable[date],
    rates: Sequence[Rate],
    costs: MonthCosts,
    shared: Mapping[date, Shared],
    policy: Policy,
) -> dict[date, LeftOver]:
    """What no contact bears of each month's cost."""
    unused: dict[date, int] = defaultdict(int)
    idle: dict[date, int] = defaultdict(int)
    stuck: dict[date, int] = defaultdict(int)
    for rate in rates:
        unused[rate.month] += rate.unused
        stuck[rate.month] += rate.unassigned
        if rate.quantity == 0:
            idle[rate.month] += rate.unused
    givers = [p.name for p in policy.shared_pools]
    found = {}
    for month in months:
        here = costs.get(month, {})
        no_rule, outside = here.get(None, (0, 0))[0], here.get(OUTSIDE, (0, 0))[0]
        kept = sum(shared[month].costs[name] for name in givers)
        found[month] = LeftOver(unused[month], idle[month], no_rule + kept + stuck[month], no_rule, outside)
    return found


def left_over(span: Period, months: Mapping[date, LeftOver]) -> LeftOver:
    """What no contact bears of a span's cost: that of its months, spread over their days."""
    sums = [0, 0, 0, 0, 0]
    for month in periods(span, "month"):
        of = months[month.start]
        parts = (of.unused, of.idle, of.unassigned, of.unclaimed, of.outside)
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
