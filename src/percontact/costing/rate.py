# SPDX-License-Identifier: Apache-2.0
"""Rates: what one unit of a pool's driver costs in a month, and what is left unused or unassigned.

rate = cost / capacity, in whole pico per whole unit. The division leaves a residual; it goes to one
anchor row of the pool's work (the first), so that amounts add up to the pool exactly.
Source: Kaplan & Anderson, "Time-Driven Activity-Based Costing", HBR 82(11), 2004.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

from percontact.costing.capacity import Capacity
from percontact.costing.policy import Policy, Pool
from percontact.costing.work import Part
from percontact.records.dialect import fold
from percontact.values.money import divide

Basis = Literal["used", "full", "marginal"]
BASES: tuple[Basis, ...] = get_args(Basis)

Key = tuple[str | None, ...]
"""Values of the pool keys (the dimensions that scopes speak of), in their order."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Work of one month under one combination of pool keys: part -> whole quantity, and its first row."""

    quantity: Mapping[str, int]
    anchor: int


Combos = Mapping[tuple[date, Key], Usage]


@dataclass(frozen=True, slots=True)
class Rate:
    """One pool in one month.

    cost        pico, after shared cost has been given and taken
    variable    the part of it that is variable cost
    quantity    units of driver used by the work in scope (time: milliseconds)
    capacity    practical capacity in the same unit, or None where the pool has none or it is unknown
    assigned    pico assigned to work on basis `used`
    unused      pico of capacity supplied and not used; below zero = over-used; 0 without capacity
    unassigned  pico that no work used because there was none, or that metered use without a contact took
    anchor      row that bears the residual
    loose       units of metered use that name no contact; they take their share, and no contact bears it
    """

    pool: str
    month: date
    cost: int
    variable: int
    quantity: int
    capacity: int | None
    assigned: int
    unused: int
    unassigned: int
    anchor: int | None
    loose: Fraction | int = 0

    def amount(self, basis: Basis) -> int:
        """Pico assigned to work on a basis: used, full (with unused), or marginal (variable cost only)."""
        if self.quantity == 0:
            return 0
        if basis == "full":
            return self.cost - self.unassigned
        if basis == "used":
            return self.assigned
        return _share(self.variable, self.quantity, self.capacity or self.quantity + self.loose)

    def per_unit(self, basis: Basis, weight: int) -> int:
        """Whole pico for a part that is worth `weight` of the driver's finest unit."""
        if self.quantity == 0:
            return 0
        cost = self.variable if basis == "marginal" else self.cost
        taken = self.quantity + self.loose
        over = taken if basis == "full" else (self.capacity or taken)
        # Toward zero, so that the residual has the sign of the cost.
        return abs(cost) * weight // over * (1 if cost >= 0 else -1)


class Scopes:
    """Which pools claim which combination of pool keys, without comparing each pool with each combination.

    Upper and lower case are one.
    """

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.keys: tuple[str, ...] = tuple(sorted({d for p in pools for d, _ in p.scope}))
        self._by_shape: dict[tuple[str, ...], dict[Key, list[list[Pool]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        alike: dict[tuple[object, str], list[Pool]] = defaultdict(list)
        for pool in pools:
            alike[pool.scope, pool.driver].append(pool)
        for bundle in alike.values():
            shape = tuple(d for d, _ in bundle[0].scope)
            for values in _product([v for _, v in bundle[0].scope]):
                self._by_shape[shape][values].append(bundle)

    def bundles(self, key: Key) -> list[list[Pool]]:
        """Pools whose scope holds a combination.

        Those of one scope and one driver stand together, for they claim the same work.
        """
        value = {k: None if v is None else fold(v) for k, v in zip(self.keys, key, strict=True)}
        return [
            bundle
            for shape, table in self._by_shape.items()
            for bundle in table.get(tuple(value[d] for d in shape), ())
        ]

    def claims(self, key: Key) -> list[Pool]:
        """Pools whose scope holds a combination."""
        return [pool for bundle in self.bundles(key) for pool in bundle]


def _product(lists: Sequence[Sequence[str]]) -> list[Key]:
    found: list[Key] = [()]
    for values in lists:
        found = [(*head, v) for head in found for v in dict.fromkeys(map(fold, values))]
    return found


def used_quantities(
    scopes: Scopes, combos: Combos, parts: Mapping[str, Sequence[Part]]
) -> dict[tuple[str, date], tuple[int, int | None]]:
    """(pool, month) -> (units used, first row), over the combinations in the pool's scope with any use."""
    found: dict[tuple[str, date], tuple[int, int | None]] = {}
    alike: dict[str, list[Pool]] = {}
    claimed: dict[Key, list[list[Pool]]] = {}
    for (month, key), usage in combos.items():
        if key not in claimed:
            claimed[key] = scopes.bundles(key)
        for bundle in claimed[key]:
            first = bundle[0]
            units = sum(p.weight * usage.quantity[p.name] for p in parts[first.driver])
            if units == 0:
                continue
            alike[first.name] = bundle
            total, anchor = found.get((first.name, month), (0, None))
            found[first.name, month] = (
                total + units,
                usage.anchor if anchor is None else min(anchor, usage.anchor),
            )
    return {
        (pool.name, month): used for (first_name, month), used in found.items() for pool in alike[first_name]
    }


def make_rates(
    policy: Policy,
    costs: Mapping[tuple[str, date], tuple[int, int]],
    used: Mapping[tuple[str, date], tuple[int, int | None]],
    capacity: Capacity,
    months: Sequence[date],
    loose: Mapping[tuple[str, date], Fraction] | None = None,
) -> list[Rate]:
    """A rate for each work pool and month that has cost, capacity or use.

    costs  (pool, month) -> (cost, variable cost), pico, after shared cost
    loose  (pool, month) -> units of its driver that name no contact
    Law: assigned + unused + unassigned == cost, for each rate.
    """
    rates = []
    for pool in policy.work_pools:
        for month in months:
            cost, variable = costs.get((pool.name, month), (0, 0))
            quantity, anchor = used.get((pool.name, month), (0, None))
            if not (cost or variable or quantity):
                continue
            supply = capacity.practical_ms(pool.group, month) if pool.group else None
            supply = supply or None  # zero hours give no rate: the pool is then priced by what was used
            if quantity == 0:
                unused, stuck = (cost, 0) if supply else (0, cost)
                rates.append(Rate(pool.name, month, cost, variable, 0, supply, 0, unused, stuck, None))
                continue
            free = (loose or {}).get((pool.name, month), 0)
            assigned = _share(cost, quantity, supply or quantity + free)
            rest = cost - assigned
            unused, stuck = (0, rest) if free else (rest, 0)
            rates.append(
                Rate(
                    pool.name,
                    month,
                    cost,
                    variable,
                    quantity,
                    supply,
                    assigned,
                    unused,
                    stuck,
                    anchor,
                    free,
                )
            )
    return rates


def _share(cost: int, quantity: int, over: Fraction | int) -> int:
    """cost x quantity / over, rounded half to even."""
    if isinstance(over, int):
        return divide(cost * quantity, over)
    return divide(cost * quantity * over.denominator, over.numerator)


def loose_quantities(
    pools: Sequence[Pool],
    used: Mapping[tuple[str, date], tuple[int, int | None]],
    combos: Combos,
    parts: Mapping[str, Sequence[Part]],
    loose: Mapping[tuple[str, date], int],
) -> dict[tuple[str, date], Fraction]:
    """(pool, month) -> units of its driver that name no contact.

    loose  (driver, month) -> units of all metered use that names none
    Nobody knows which scope such use lies in, so pools of one item share it as they share the known use.
    """
    if not loose:
        return {}
    known: dict[tuple[str, date], int] = defaultdict(int)
    for (month, _), usage in combos.items():
        for driver in {driver for driver, _ in loose}:
            known[driver, month] += sum(p.weight * usage.quantity[p.name] for p in parts[driver])
    found = {}
    for pool in pools:
        for (driver, month), units in loose.items():
            quantity, _ = used.get((pool.name, month), (0, None))
            whole = known[driver, month]
            # Where reversals outweigh the use there is nothing to share by.
            if driver == pool.driver and quantity and whole and (whole + units) * whole > 0:
                found[pool.name, month] = Fraction(quantity * units, whole)
    return found
