# SPDX-License-Identifier: Apache-2.0
"""What a pool's cost is made of: its ledger lines by account, category, vendor, ..., shared cost included.

A pool is assigned as one, so a cell's cost divides over the lines of its pool as the pool itself does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from percontact.costing.rate import Basis
from percontact.records.dialect import quote
from percontact.values.money import PICO, split
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

LEDGER_DIMENSIONS = ("account", "cost_centre", "vendor", "category", "nature", "behaviour")
"""Dimensions of cost that every contact has a share of, through its pools."""

Composition = dict[tuple[str, date], dict[tuple[object, ...], int]]
"""(pool, month) -> values of the ledger dimensions -> pico"""


def composition(costed: CostedBook, months: Period, dimensions: Sequence[str], basis: Basis) -> Composition:
    """What each work pool's cost of each month is made of; shared cost is followed to its own lines."""
    fields = ", ".join(map(quote, dimensions))
    only = "WHERE pool IS NOT NULL" + (" AND behaviour = 'variable'" if basis == "marginal" else "")
    rows = costed.con.execute(
        f"SELECT month, pool, {fields}, sum(pico) FROM line_month {only} GROUP BY ALL"
    ).fetchall()
    own: dict[date, dict[tuple[object, ...], dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for month, pool, *values, pico in rows:
        own[month][tuple(values)][pool] = int(pico)  # values: one a dimension
    costed.rates(months)
    found: Composition = defaultdict(dict)
    for month in periods(months, "month"):
        for made_of, by_pool in own.get(month.start, {}).items():
            costs = {p: by_pool.get(p, 0) for p in costed.policy.pools}
            for pool, pico in costed.give(month.start, costs).costs.items():
                if pico:
                    found[pool, month.start][made_of] = pico
            # Lines that cancel exactly are shown with 0.00, in the pools where their cost would have gone.
            if cancelled := {p for p, pico in by_pool.items() if not pico}:
                likely = {p: PICO if p in cancelled else 0 for p in costed.policy.pools}
                for pool, pico in costed.give(month.start, likely).costs.items():
                    if pico:
                        found[pool, month.start].setdefault(made_of, 0)
    return found


def cancelled_pools(costed: CostedBook, months: Period) -> dict[str, list[date]]:
    """Pools whose lines cancel each other exactly in some months: no cost is left to divide over accounts."""
    rows = costed.con.execute(
        """
        SELECT pool, month FROM line_month WHERE pool IS NOT NULL AND month >= ? AND month < ?
        GROUP BY ALL HAVING sum(pico) = 0 AND bool_or(pico <> 0) ORDER BY ALL
        """,
        [months.start, months.end],
    ).fetchall()
    found: dict[str, list[date]] = defaultdict(list)
    for pool, month in rows:
        found[pool].append(month)
    return found


def divide_cell(pico: int, parts: dict[tuple[object, ...], int]) -> dict[tuple[object, ...], int]:
    """Divide a cell's amount of one pool over what the pool is made of; the parts sum to it, exactly.

    Where what it is made of cancels out, each part is zero.
    """
    weights = list(parts.values())
    total = sum(weights)
    if not total:
        return {(): pico} if pico else dict.fromkeys(parts, 0)
    sign = 1 if total > 0 else -1
    return dict(zip(parts, split(pico, [sign * w for w in weights]), strict=True))
