# SPDX-License-Identifier: Apache-2.0
"""Rates: what one unit of a pool's driver costs in a month, and what is left unused or unassigned.

rate = cost / capacity, in whole pico per whole unit. The division leaves a residual; it goes to one
anchor row of the pool's work (the first), so that amounts add up to the pool exactly.
Source: Kaplan & Anderson, "Time-Driven Activity-Based Costing", HBR 82(11), 2004.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from percontact.costing.capacity import Capacity
from percontact.costing.drivers import Part, flat_parts
from percontact.costing.policy import Policy, Pool
from percontact.records.dialect import fold
from percontact.values.money import divide

Basis = Literal["used", "full", "marginal"]
BASES: tuple[Basis, ...] = get_args(Basis)

Key = tuple[str | None, ...]
"""Values of the pool keys (the dimensions that scopes speak of), in their order."""


class Usage(NamedTuple):
    """Work of one month under one combination of pool keys.

    quantity  whole quantities, one a part, in the order of `Places`
    anchor    its first row
    """

    quantity: tuple[int, ...]
    anchor: int


Combos = Mapping[tuple[date, Key], Usage]
Places = Mapping[str, tuple[tuple[int, int], ...]]
"""driver -> (place in a row of quantities, weight) of each of its parts"""


class Use(NamedTuple):
    """What a bundle of pools claims of one month's work.

    quantity  whole quantities, one a part of their driver
    units     the same in the driver's finest unit
    anchor    first row with any; None = there is none
    """

    quantity: tuple[int, ...]
    units: int
    anchor: int | None


NO_USE = Use((), 0, None)


class Rate(NamedTuple):
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
        return self.per_units(basis, [weight])[0]

    def per_units(self, basis: Basis, weights: Sequence[int]) -> list[int]:
        """Whole pico for parts that are worth so much of the driver's finest unit."""
        if self.quantity == 0:
            return [0] * len(weights)
        cost = self.variable if basis == "marginal" else self.cost
        taken = self.quantity + self.loose
        over = taken if basis == "full" else (self.capacity or taken)
        # Toward zero, so that the residual has the sign of the cost.
        if cost < 0:
            return [-(-cost * weight // over) for weight in weights]
        return [cost * weight // over for weight in weights]


class PoolTotal(NamedTuple):
    """One pool over some months: its rates added up.

    stuck     the part of unassigned of months in which no work used the pool
    capacity  of the months in which it is known; known: how many of them these are
    loose     None = none in any month
    """

    months: int
    cost: int
    assigned: int
    unassigned: int
    stuck: int
    quantity: int
    capacity: int
    known: int
    loose: Fraction | int | None
    any_unused: bool


def pool_total(rates: Sequence[Rate]) -> PoolTotal:
    """The rates of one pool, added up."""
    _, _, cost, _, quantity, capacity, assigned, unused, unassigned, _, loose = zip(*rates, strict=True)
    known = [c for c in capacity if c is not None]
    return PoolTotal(
        months=len(rates),
        cost=sum(cost),
        assigned=sum(assigned),
        unassigned=sum(unassigned),
        stuck=sum([r.unassigned for r in rates if not r.quantity]) if any(unassigned) else 0,
        quantity=sum(quantity),
        capacity=sum(known),
        known=len(known),
        loose=sum(loose) if any(loose) else None,
        any_unused=any(unused),
    )


class Scopes:
    """Which pools claim which combination of pool keys, without comparing each pool with each combination.

    Upper and lower case are one.

    keys     dimensions that any scope speaks of
    bundle   pool -> the first pool of its bundle: pools of one scope and one driver claim the same work
    driver   the first pool of a bundle -> its driver
    """

    def __init__(self, pools: Sequence[Pool]) -> None:
        self.keys: tuple[str, ...] = tuple(sorted({d for p in pools for d, _ in p.scope}))
        self.bundle: dict[str, str] = {}
        self.driver: dict[str, str] = {}
        self._known: dict[Key, list[list[Pool]]] = {}
        self._by_shape: dict[tuple[str, ...], dict[Key, list[list[Pool]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        alike: dict[tuple[object, str], list[Pool]] = defaultdict(list)
        for pool in pools:
            alike[pool.scope, pool.driver].append(pool)
        for bundle in alike.values():
            self.driver[bundle[0].name] = bundle[0].driver
            self.bundle |= {pool.name: bundle[0].name for pool in bundle}
            shape = tuple(d for d, _ in bundle[0].scope)
            for values in _product([v for _, v in bundle[0].scope]):
                self._by_shape[shape][values].append(bundle)

    def bundles(self, key: Key) -> list[list[Pool]]:
        """Pools whose scope holds a combination, those of one bundle together."""
        if key not in self._known:
            value = {k: None if v is None else fold(v) for k, v in zip(self.keys, key, strict=True)}
            self._known[key] = [
                bundle
                for shape, table in self._by_shape.items()
                for bundle in table.get(tuple(value[d] for d in shape), ())
            ]
        return self._known[key]

    def claims(self, key: Key) -> list[Pool]:
        """Pools whose scope holds a combination."""
        return [pool for bundle in self.bundles(key) for pool in bundle]


def _product(lists: Sequence[Sequence[str]]) -> list[Key]:
    found: list[Key] = [()]
    for values in lists:
        found = [(*head, v) for head in found for v in dict.fromkeys(map(fold, values))]
    return found


def places_of(parts: Mapping[str, Sequence[Part]]) -> Places:
    """Where each driver's parts stand when the parts of all drivers stand in one row, each once."""
    flat = flat_parts(parts)
    return {d: tuple((flat.index(p), p.weight) for p in driver) for d, driver in parts.items()}


def bundle_uses(scopes: Scopes, combos: Combos, places: Places) -> dict[tuple[str, date], Use]:
    """(first pool of a bundle, month) -> its use, over the combinations in its scope."""
    claims: dict[Key, list[tuple[str, tuple[tuple[int, int], ...]]]] = {}
    sums: dict[tuple[str, date], list[int]] = {}
    anchors: dict[tuple[str, date], int] = {}
    for (month, key), (quantity, anchor) in combos.items():
        here = claims.get(key)
        if here is None:
            here = [(bundle[0].name, places[bundle[0].driver]) for bundle in scopes.bundles(key)]
            claims[key] = here
        for name, at in here:
            place = (name, month)
            so_far = sums.get(place)
            if so_far is None:
                so_far = sums[place] = [0] * (len(at) + 1)
            units = 0
            for part, (i, weight) in enumerate(at):
                amount = quantity[i]
                so_far[part] += amount
                units += weight * amount
            if units:
                so_far[-1] += units
                if anchor < anchors.get(place, anchor + 1):
                    anchors[place] = anchor
    return {place: Use(tuple(row[:-1]), row[-1], anchors.get(place)) for place, row in sums.items()}


def make_rates(
    policy: Policy,
    costs: Mapping[date, Mapping[str, tuple[int, int]]],
    bundle: Mapping[str, str],
    uses: Mapping[tuple[str, date], Use],
    capacity: Capacity,
    loose: Mapping[tuple[str, date], Fraction],
) -> list[Rate]:
    """A rate for each work pool and month that has cost, capacity or use.

    costs   month -> pool -> (cost, variable cost), pico, after shared cost
    bundle  pool -> first pool of its bundle; `uses` and `loose` are by that pool
    loose   (pool, month) -> units of its driver that name no contact
    Law: assigned + unused + unassigned == cost, for each rate.
    """
    rates = []
    by_bundle = {
        first: [(month, uses.get((first, month), NO_USE)) for month in costs]
        for first in set(bundle.values())
    }
    for pool in policy.work_pools:
        name, first = pool.name, bundle[pool.name]
        for month, (_, quantity, anchor) in by_bundle[first]:
            cost, variable = costs[month].get(name, (0, 0))
            if not (cost or variable or quantity):
                continue
            supply = capacity.practical_ms(pool.group, month) if pool.group else None
            supply = supply or None  # zero hours give no rate: the pool is then priced by what was used
            if quantity == 0:
                unused, stuck = (cost, 0) if supply else (0, cost)
                rates.append(Rate(name, month, cost, variable, 0, supply, 0, unused, stuck, None))
                continue
            free = loose.get((first, month), 0) if loose else 0
            if not (supply or free):  # all of it is assigned, and nothing needs to be divided
                rates.append(Rate(name, month, cost, variable, quantity, None, cost, 0, 0, anchor))
                continue
            assigned = _share(cost, quantity, supply or quantity + free)
            unused, stuck = (0, cost - assigned) if free else (cost - assigned, 0)
            rates.append(
                Rate(name, month, cost, variable, quantity, supply, assigned, unused, stuck, anchor, free)
            )
    return rates


def _share(cost: int, quantity: int, over: Fraction | int) -> int:
    """cost x quantity / over, rounded half to even."""
    if isinstance(over, int):
        return divide(cost * quantity, over)
    return divide(cost * quantity * over.denominator, over.numerator)


def loose_quantities(
    scopes: Scopes,
    uses: Mapping[tuple[str, date], Use],
    combos: Combos,
    places: Places,
    loose: Mapping[tuple[str, date], int],
) -> dict[tuple[str, date], Fraction]:
    """(first pool of a bundle, month) -> units of its driver that name no contact.

    loose  (driver, month) -> units of all metered use that names none
    Nobody knows which scope such use lies in, so pools of one item share it as they share the known use.
    """
    known: dict[tuple[str, date], int] = defaultdict(int)
    for (month, _), usage in combos.items() if loose else ():
        for driver in {driver for driver, _ in loose}:
            known[driver, month] += sum(weight * usage.quantity[i] for i, weight in places[driver])
    found = {}
    for (first, month), use in uses.items() if loose else ():
        driver = scopes.driver[first]
        units, whole = loose.get((driver, month), 0), known[driver, month]
        # Where reversals outweigh the use there is nothing to share by.
        if units and use.units and whole and (whole + units) * whole > 0:
            found[first, month] = Fraction(use.units * units, whole)
    return found
