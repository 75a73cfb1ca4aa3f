# SPDX-License-Identifier: Apache-2.0
"""What a unit of a pool's driver costs in a month, in steps from the ledger to the rate.

Each component of a pool's cost climbs four steps, and each step is the one before times a factor:

    paid     own currency for a paid hour; of fixed and shared cost, the amount of the month
    supplied own currency for a unit of practical capacity (or of all use, where no capacity is known)
    priced   the same in the reporting currency
    charged  reporting currency for a unit as contacts bear it: on basis full, a unit used

so a factor is the next step / the last: paid time not worked or volume, the exchange rate, idle time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from percontact.costing.capacity import MS_PER_HOUR
from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.rate import Basis, Rate
from percontact.explain.tree import Ints, Numbers
from percontact.values.money import PICO
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

Kind = Literal["pay", "price", "fixed", "shared", "one-off"]
"""pay      own lines of a pool whose practical capacity is known: they buy time
price    own variable lines of another pool: they buy each unit
fixed    own fixed and step lines of another pool: they are paid whatever the volume
shared   what shared pools gave
one-off  corrections, and lines of an account, cost centre and vendor that one month alone knows"""

ALONE = """
    SELECT account, cost_centre, vendor, pico < 0 AS credit
    FROM line_month, (SELECT min(month) AS first, max(month) AS last FROM line_month)
    GROUP BY ALL
    HAVING min(month) = max(month) AND min(month) > any_value(first) AND max(month) < any_value(last)
"""
"""SQL of what one month alone knows. Of the first and the last month of a ledger nobody can tell yet."""


class Component(NamedTuple):
    """A part of the cost of pools that claim the same work by the same driver.

    pool   the first of those pools; they share a scope, a driver and a group
    pools  how many they are
    """

    pool: str
    group: str | None
    kind: Kind
    currency: str
    driver: str
    pools: int = 1


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of components in the months of two spans.

    components  in order
    of_pool     first pool of a bundle -> numbers of its components
    steps       of each span: (four steps, components, months), in the reporting currency or a line's own
    """

    components: tuple[Component, ...]
    of_pool: dict[str, list[int]]
    steps: tuple[Numbers, Numbers]


Cost = tuple[str, Kind, str, date, float]
"""(pool, kind, currency, month, reporting currency); a pool may have several of a kind in a month."""
AccountCosts = dict[int, dict[str | None, float]]
"""Number of a component -> account -> its cost in a span, in the reporting currency."""
LineSum = tuple[date, str, bool, bool, str, float, str | None]
"""(month, pool, whether one-off, whether variable, currency, pico, what tells it further apart)"""
Rates = dict[date, dict[str, Rate]]
"""Month -> pool -> its rate."""


def prices(costed: CostedBook, spans: Sequence[Period], basis: Basis) -> Prices:
    """The prices of all components in the months of two spans; their rates must be known by now."""
    months = [[p.start for p in periods(span, "month")] for span in spans]
    wanted = {m for of in months for m in of}
    rates = _rates(costed, spans, wanted)
    costs = _costs_of(costed, _line_sums(costed, wanted, basis), rates)
    order, of_cost = _components(costed, costs)
    exchange = _exchange(costed, {(currency, month) for _, _, currency, month, _ in costs})
    paid = {c.group: _paid_ms(costed, c.group, wanted) or {} for c in order if c.group and c.kind == "pay"}
    priced = [n for n, (pool, _, _, month, _) in enumerate(costs) if _is_used(rates[month].get(pool))]
    costs, at = [costs[n] for n in priced], of_cost[priced]
    step = _steps(costs, [order[n] for n in at], rates, exchange, paid, basis)
    steps = []
    for of in months:
        place = {month: n for n, month in enumerate(of)}
        month_of = np.array([place.get(month, -1) for _, _, _, month, _ in costs], dtype=np.int64)
        inside = month_of >= 0
        cell, size = at[inside] * len(of) + month_of[inside], len(order) * len(of)
        sums = [np.bincount(cell, weights=one[inside], minlength=size) for one in step]
        steps.append(np.array(sums).reshape(4, len(order), len(of)))
    of_pool: dict[str, list[int]] = defaultdict(list)
    for n, component in enumerate(order):
        of_pool[component.pool].append(n)
    return Prices(order, of_pool, (steps[0], steps[1]))


def account_costs(
    costed: CostedBook, spans: Sequence[Period], basis: Basis, components: Sequence[Component]
) -> list[AccountCosts]:
    """What each component of `prices` is made of, by account, in each of two spans."""
    wanted = {p.start for span in spans for p in periods(span, "month")}
    rates = _rates(costed, spans, wanted)
    named: list[tuple[str | None, Cost]] = []
    for account, rows in _by_account(_line_sums(costed, wanted, basis, "account")).items():
        named += [(account, cost) for cost in _costs_of(costed, rows, rates)]
    costs = [cost for _, cost in named]
    # Accounts that cancel each other may make components of their own, which have no price: they are no part.
    place = {component._replace(pools=1): n for n, component in enumerate(components)}
    order, of_cost = _components(costed, costs)
    number = [place.get(component._replace(pools=1), -1) for component in order]
    found: list[AccountCosts] = [{} for _ in spans]
    for n, span in enumerate(spans):
        for (account, (_, _, _, month, amount)), which in zip(named, of_cost.tolist(), strict=True):
            at = number[which]
            if month in span and at >= 0:
                accounts = found[n].setdefault(at, {})
                accounts[account] = accounts.get(account, 0.0) + amount
    return found


def _by_account(rows: Sequence[LineSum]) -> dict[str | None, list[LineSum]]:
    found: dict[str | None, list[LineSum]] = defaultdict(list)
    for row in rows:
        found[row[-1]].append(row)
    return found


def _rates(costed: CostedBook, spans: Sequence[Period], months: set[date]) -> Rates:
    rates: Rates = {m: {} for m in months}
    for rate in (r for span in spans for r in costed.rates(span)):
        rates[rate.month][rate.pool] = rate
    return rates


def _is_used(rate: Rate | None) -> bool:
    return rate is not None and bool(rate.quantity)


def _components(costed: CostedBook, costs: Sequence[Cost]) -> tuple[tuple[Component, ...], Ints]:
    """The components in order, and the number of each cost's."""
    scopes, pools = costed.scopes, costed.policy.pools
    made: dict[tuple[str, Kind, str], Component] = {}
    many: dict[Component, int] = defaultdict(int)
    keys = [(pool, kind, currency) for pool, kind, currency, _, _ in costs]
    for key in dict.fromkeys(keys):
        pool, kind, currency = key
        first = scopes.bundle[pool]
        made[key] = Component(first, pools[pool].group, kind, currency, scopes.driver[first])
        many[made[key]] += 1
    order = sorted(many, key=lambda c: (c.pool, c.kind, c.currency, c.group or ""))
    place = {component: n for n, component in enumerate(order)}
    of_key = {key: place[component] for key, component in made.items()}
    of_cost = np.array([of_key[key] for key in keys], dtype=np.int64)
    return tuple(c._replace(pools=many[c]) for c in order), of_cost


def _steps(
    costs: Sequence[Cost],
    components: Sequence[Component],
    rates: Rates,
    exchange: Mapping[tuple[str, date], float],
    paid: Mapping[str, Mapping[date, float]],
    basis: Basis,
) -> Numbers:
    """The four steps of each cost, in columns."""
    of = [rates[month][pool] for pool, _, _, month, _ in costs]
    taken = np.array([float(r.quantity + r.loose) for r in of])
    supplied = np.array([float(r.capacity or r.quantity + r.loose) for r in of])
    hours = [paid[c.group or ""].get(m) if c.group in paid else None
             for c, (_, _, _, m, _) in zip(components, costs, strict=True)]  # fmt: skip
    kinds = np.array([kind for _, kind, _, _, _ in costs], dtype=object)
    bought = np.where(kinds == "price", supplied, 1.0)
    pay = kinds == "pay"
    bought[pay] = np.where([h is None for h in hours], supplied, [h or 1.0 for h in hours])[pay]
    amount = np.array([amount for _, _, _, _, amount in costs])
    own = amount / np.array([exchange[currency, month] for _, _, currency, month, _ in costs])
    return np.array(
        [own / bought, own / supplied, amount / supplied, amount / (taken if basis == "full" else supplied)]
    ).reshape(4, len(costs))


def _costs_of(costed: CostedBook, rows: Sequence[LineSum], rates: Rates) -> list[Cost]:
    """Cost of work pools by kind and currency; shared cost is followed to the currency it was paid in."""
    pools, shared = costed.policy.pools, {p.name for p in costed.policy.shared_pools}
    found: list[Cost] = []
    given: dict[tuple[date, bool, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for month, pool, one_off, variable, currency, pico, _ in rows:
        if pool in shared:
            given[month, one_off, currency][pool] += int(pico)
        elif pool in pools:
            rate = rates[month].get(pool)
            own: Kind = "pay" if rate is not None and rate.capacity else "price" if variable else "fixed"
            found.append((pool, "one-off" if one_off else own, currency, month, pico / PICO))
    for (month, one_off, currency), amounts in given.items():
        costs = {p: amounts.get(p, 0) for p in pools}
        for pool, pico in costed.give(month, costs).costs.items():
            if pico and pool not in shared:
                found.append((pool, "one-off" if one_off else "shared", currency, month, pico / PICO))
    return found


def _line_sums(
    costed: CostedBook, months: set[date], basis: Basis, also: str = "CAST(NULL AS VARCHAR)"
) -> list[LineSum]:
    """The ledger added up. also: a column that tells lines further apart."""
    only = "AND behaviour = 'variable'" if basis == "marginal" else ""
    costed.con.execute(f"CREATE OR REPLACE TEMP TABLE explain_alone AS {ALONE}")
    alone = "false"
    if costed.con.execute("SELECT 1 FROM explain_alone LIMIT 1").fetchall():
        same = " AND ".join(f"a.{c} IS NOT DISTINCT FROM l.{c}" for c in ("account", "cost_centre", "vendor"))
        alone = f"EXISTS (SELECT 1 FROM explain_alone a WHERE {same} AND a.credit = (l.pico < 0))"
    return costed.con.execute(
        f"""
        SELECT month, pool, correction OR {alone} AS one_off, behaviour = 'variable' AS variable, currency,
               CAST(sum(pico) AS DOUBLE), {also} AS further
        FROM line_month l
        WHERE pool IS NOT NULL AND month IN (SELECT unnest(CAST(? AS DATE[]))) {only} GROUP BY ALL
        """,
        [sorted(months)],
    ).fetchall()


def _paid_ms(costed: CostedBook, group: str, months: set[date]) -> dict[date, float] | None:
    """Paid milliseconds of a group by month; None unless they are known for every month."""
    found = {m: costed.capacity.measure(group, m, "paid_h") for m in months}
    return {m: float(h) * MS_PER_HOUR for m, h in found.items() if h} if all(found.values()) else None


def _exchange(costed: CostedBook, needed: set[tuple[str, date]]) -> dict[tuple[str, date], float]:
    """(currency, month) -> units of the reporting currency for one."""
    own = costed.currency
    foreign = sorted(place for place in needed if place[0] != own)
    known = month_rates(fx_rows(costed.con, costed.book), foreign, own) if foreign else {}
    return dict.fromkeys(needed, 1.0) | {place: rate / RATE_SCALE for place, rate in known.items()}
