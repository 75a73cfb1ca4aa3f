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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from percontact.costing.capacity import MS_PER_HOUR
from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.rate import Basis, Rate
from percontact.explain.tree import Numbers
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


Costs = dict[tuple[str, Kind, str], dict[date, float]]
"""(pool, kind, currency) -> month -> reporting currency"""


def prices(costed: CostedBook, spans: Sequence[Period], basis: Basis) -> Prices:
    """The prices of all components in the months of two spans; their rates must be known by now."""
    months = [[p.start for p in periods(span, "month")] for span in spans]
    wanted = {m for of in months for m in of}
    rates = {(r.pool, r.month): r for span in spans for r in costed.rates(span)}
    costs = _costs(costed, wanted, basis, rates)
    pools = costed.policy.pools
    of_key, many = {}, dict[Component, set[str]]()
    for pool, kind, currency in costs:
        first, group = costed.scopes.bundle[pool], pools[pool].group
        component = Component(first, group, kind, currency, costed.scopes.driver[first])
        of_key[pool, kind, currency] = component
        many.setdefault(component, set()).add(pool)
    order = sorted(many, key=lambda c: (c.pool, c.kind, c.currency, c.group or ""))
    place = {component: at for at, component in enumerate(order)}
    paid = {c.group: _paid_ms(costed, c.group, wanted) for c in order if c.group and c.kind == "pay"}
    exchange = _exchange(costed, {(currency, m) for (_, _, currency), of in costs.items() for m in of})
    steps = []
    for of in months:
        found = np.zeros((4, len(order), len(of)))
        of_month = {month: n for n, month in enumerate(of)}
        for key, component in of_key.items():
            at, paid_ms = place[component], paid.get(component.group or "") or {}
            for month, amount in costs[key].items():
                one = rates.get((key[0], month))
                if month in of_month and one is not None and one.quantity:
                    rate = exchange[component.currency, month]
                    step = _steps(component.kind, amount, one, rate, paid_ms.get(month), basis)
                    found[:, at, of_month[month]] += step
        steps.append(found)
    of_pool: dict[str, list[int]] = defaultdict(list)
    for at, component in enumerate(order):
        of_pool[component.pool].append(at)
    named = tuple(c._replace(pools=len(many[c])) for c in order)
    return Prices(named, of_pool, (steps[0], steps[1]))


def _steps(
    kind: Kind, amount: float, rate: Rate, exchange: float, paid_ms: float | None, basis: Basis
) -> tuple[float, float, float, float]:
    """The four steps of an amount of one month."""
    taken = float(rate.quantity + rate.loose)
    supplied = float(rate.capacity or taken)
    own = amount / exchange
    if kind == "pay":
        first = own / (paid_ms or supplied)
    elif kind == "price":
        first = own / supplied
    else:
        first = own
    return first, own / supplied, amount / supplied, amount / (taken if basis == "full" else supplied)


def _costs(costed: CostedBook, months: set[date], basis: Basis, rates: dict[tuple[str, date], Rate]) -> Costs:
    """Cost of work pools by kind and currency; shared cost is followed to the currency it was paid in."""
    policy = costed.policy
    shared = {p.name for p in policy.shared_pools}
    only = "AND behaviour = 'variable'" if basis == "marginal" else ""
    costed.con.execute(f"CREATE OR REPLACE TEMP TABLE explain_alone AS {ALONE}")
    alone = "false"
    if costed.con.execute("SELECT 1 FROM explain_alone LIMIT 1").fetchall():
        same = " AND ".join(f"a.{c} IS NOT DISTINCT FROM l.{c}" for c in ("account", "cost_centre", "vendor"))
        alone = f"EXISTS (SELECT 1 FROM explain_alone a WHERE {same} AND a.credit = (l.pico < 0))"
    rows = costed.con.execute(
        f"""
        SELECT month, pool, correction OR {alone} AS one_off, behaviour = 'variable' AS variable, currency,
               CAST(sum(pico) AS DOUBLE)
        FROM line_month l WHERE pool IS NOT NULL {only} GROUP BY ALL
        """
    ).fetchall()
    found: Costs = defaultdict(lambda: defaultdict(float))
    given: dict[tuple[date, bool, str], dict[str, int]] = defaultdict(dict)
    for month, pool, one_off, variable, currency, pico in rows:
        if month not in months or pool not in policy.pools:
            continue
        if pool in shared:
            place = given[month, one_off, currency]
            place[pool] = place.get(pool, 0) + int(pico)
            continue
        rate = rates.get((pool, month))
        own: Kind = "pay" if rate is not None and rate.capacity else "price" if variable else "fixed"
        found[pool, "one-off" if one_off else own, currency][month] += pico / PICO
    for (month, one_off, currency), amounts in given.items():
        costs = {p: amounts.get(p, 0) for p in policy.pools}
        for pool, pico in costed.give(month, costs).costs.items():
            if pico and pool not in shared:
                kind: Kind = "one-off" if one_off else "shared"
                found[pool, kind, currency][month] += pico / PICO
    return found


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
