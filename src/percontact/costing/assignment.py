# SPDX-License-Identifier: Apache-2.0
"""How every cent of a Book's ledger is assigned: pools and their cost, shared cost given on, rates, prices.

This happens on whole months and before any question is asked; a question cannot change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from percontact.costing import lines
from percontact.costing.allocate import Prices, allocate
from percontact.costing.capacity import Capacity, read_capacity
from percontact.costing.drivers import SUMS, Part, flat_parts
from percontact.costing.policy import SHARED_DRIVERS, Policy, Pool
from percontact.costing.rate import (
    Basis,
    Combos,
    PoolTotal,
    Rate,
    Scopes,
    Usage,
    Use,
    bundle_uses,
    loose_quantities,
    make_rates,
    places_of,
    pool_total,
)
from percontact.costing.reconcile import LeftOver, check_rates, left_over, months_left_over
from percontact.costing.shared import Shared, check_ways_out, give
from percontact.costing.slice import Slice
from percontact.costing.work import Work
from percontact.records.book import Book
from percontact.records.dialect import connect, quote
from percontact.values.period import Period, periods


class Assignment:
    """The assignment of a Book's ledger to its work under a policy.

    book     the tables
    policy   the rules
    amounts  effective (spread over the days an amount is for) or billed (when it was booked)
    cubes    answer from coarser sources than the rows where they can (same integers, faster)
    summary  files of the work's summary for this Book and policy, or None
    """

    def __init__(
        self,
        book: Book,
        policy: Policy,
        *,
        amounts: lines.Amounts = "effective",
        cubes: bool = True,
        summary: Sequence[Path] | None = None,
    ) -> None:
        self.book, self.policy, self.amounts = book, policy, amounts
        self.con = connect()
        lines.spread_lines(self.con, book, policy, amounts)
        self.capacity: Capacity = read_capacity(self.con, book, policy)
        self.work = Work(self.con, book, policy, cubes=cubes, summary=summary)
        self.scopes = Scopes(policy.work_pools)
        self.shared: dict[date, Shared] = {}
        self._shared_weights: dict[date, dict[str, dict[str, int]]] = {}
        self._combos: dict[Period, Combos] = {}
        self._kept: dict[Period, str] = {}
        self._used: dict[Period, dict[tuple[str, date], Use]] = {}
        self._rates: dict[Period, list[Rate]] = {}
        self._pool_totals: dict[Period, dict[str, PoolTotal]] = {}
        self._left_over: dict[date, LeftOver] = {}
        self._assigned: dict[tuple[Period, Basis], int] = {}
        self._prices: dict[tuple[Period, Basis], Prices] = {}

    # -- what was paid ------------------------------------------------------------------------------

    @cached_property
    def month_costs(self) -> dict[date, dict[str | None, tuple[int, int]]]:
        """Month -> pool -> (cost, variable cost) in pico, before shared cost is given."""
        return lines.month_costs(self.con)

    @property
    def pool_costs(self) -> dict[tuple[str | None, date], tuple[int, int]]:
        """(pool, month) -> (cost, variable cost) in pico, before shared cost is given."""
        return {
            (pool, m): cost for m, of_month in self.month_costs.items() for pool, cost in of_month.items()
        }

    @cached_property
    def ledger_months(self) -> list[date]:
        """Months that any ledger line is for, in order."""
        return sorted(self.month_costs)

    @property
    def currency(self) -> str:
        """Reporting currency."""
        return self.book.settings.currency

    # -- the work that used it ----------------------------------------------------------------------

    @cached_property
    def parts(self) -> dict[str, tuple[Part, ...]]:
        """Driver -> its whole-number parts, for every driver the policy uses."""
        drivers = {p.driver for p in self.policy.work_pools}
        drivers |= {p.driver for p in self.policy.shared_pools if p.driver not in SHARED_DRIVERS}
        return {d: self.work.parts(d) for d in sorted(drivers)}

    def combos(self, months: Period) -> Combos:
        """Driver quantities of some whole months by combination of pool keys."""
        wider = _wider(self._combos, months)
        if wider is None:
            rows = self.work.rows(list(self.scopes.keys), months, drivers=self.parts, summed=True)
            self.keep_combos(rows, months)
        elif wider != months:
            return {(m, key): usage for (m, key), usage in self._combos[wider].items() if m in months}
        return self._combos[months]

    def knows_combos(self, months: Period) -> bool:
        """Whether the combinations of some whole months have been read."""
        return _wider(self._combos, months) is not None

    def keep_combos(self, rows: str, months: Period) -> None:
        """Add work up by month and pool keys into a table of its own, and read its driver quantities.

        The table stays: a question along nothing but pool keys is answered from it (`kept_work`).
        """
        fields = ", ".join(["month", *map(quote, self.scopes.keys)])
        names = [quote(p.name) for p in flat_parts(self.parts)]
        sums = ", ".join(f"coalesce(sum({x}), 0) AS {x}" for x in [*SUMS, *names])
        table = f"work_by_keys_{len(self._kept)}"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT {fields}, {sums}, min(anchor) AS anchor FROM {rows} GROUP BY {fields}
        """)
        self._kept[months] = table
        keys = [f"CAST({quote(k)} AS VARCHAR)" for k in self.scopes.keys]
        whole = [f"CAST({x} AS HUGEINT)" for x in names]
        found = self.con.execute(
            f"SELECT {', '.join(['month', *keys, *whole, 'anchor'])} FROM {table}"
        ).fetchall()
        n = len(keys) + 1
        self._combos[months] = {(row[0], row[1:n]): Usage(row[n:-1], row[-1]) for row in found}

    def kept_work(self, columns: list[str], months: Period) -> str | None:
        """SQL relation of work summed by month and pool keys, where these are all that is wanted."""
        wider = _wider(self._kept, months)
        if wider is None or not set(columns) <= set(self.scopes.keys):
            return None
        within = f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"
        return f"(SELECT * FROM {self._kept[wider]} WHERE {within})"

    # -- how it was assigned ------------------------------------------------------------------------

    def rates(self, months: Period) -> list[Rate]:
        """The rate of each pool in each of some whole months; checked against the ledger to the pico.

        Raises FaultOfOurs E-REC-01 when a pool's cost is not assigned + unused + unassigned, PercontactError
        E-POL-03 when the cost of a shared pool goes round in a circle.
        """
        if months not in self._rates:
            wider = _wider(self._rates, months)
            self._rates[months] = (
                [r for r in self._rates[wider] if months.start <= r.month < months.end]
                if wider
                else self._make_rates(months)
            )
        return self._rates[months]

    def pool_totals(self, months: Period) -> dict[str, PoolTotal]:
        """Work pool -> its rates of some whole months, added up."""
        if months not in self._pool_totals:
            rates: dict[str, list[Rate]] = {}
            for rate in self.rates(months):
                rates.setdefault(rate.pool, []).append(rate)
            self._pool_totals[months] = {pool: pool_total(mine) for pool, mine in rates.items()}
        return self._pool_totals[months]

    def _make_rates(self, months: Period) -> list[Rate]:
        combos = self.combos(months)
        starts = [p.start for p in periods(months, "month")]
        givers = self.policy.shared_pools
        order = [g.name for g in givers]
        costs: dict[date, dict[str, tuple[int, int]]] = {}
        for month in starts:
            paid = self.month_costs.get(month, {})
            own = {p: paid.get(p, (0, 0)) for p in self.policy.pools}
            self._shared_weights[month] = {g.name: self._weights(g, month, combos, own) for g in givers}
            whole = self._give(month, {p: c for p, (c, _) in own.items()}, order)
            self.shared[month] = whole
            if order:
                check_ways_out(whole, self._shared_weights[month], self.policy, month)
                variable = self._give(month, {p: v for p, (_, v) in own.items()}, order)
                own = {p: (whole.costs[p], variable.costs[p]) for p in own}
            costs[month] = own
        uses, places = self._uses(months), places_of(self.parts)
        loose = loose_quantities(self.scopes, uses, combos, places, self.work.loose_use(months))
        rates = make_rates(self.policy, costs, self.scopes.bundle, uses, self.capacity, loose)
        shared = {m: self.shared[m] for m in starts}
        check_rates(rates, self.month_costs, shared, self.policy)
        self._left_over |= months_left_over(starts, rates, self.month_costs, shared, self.policy)
        return rates

    def _uses(self, months: Period) -> dict[tuple[str, date], Use]:
        """(first pool of a bundle, month) -> its use of each of some whole months."""
        if months not in self._used:
            self._used[months] = bundle_uses(self.scopes, self.combos(months), places_of(self.parts))
        return self._used[months]

    def give(self, month: date, costs: dict[str, int]) -> Shared:
        """Give shared cost by the weights of a month.

        It is linear in `costs`, so any part of the cost can be followed.
        """
        return self._give(month, costs, [g.name for g in self.policy.shared_pools])

    def _give(self, month: date, costs: dict[str, int], order: list[str]) -> Shared:
        return give(costs, self._shared_weights[month], order, self.policy.method)

    def _weights(
        self, giver: Pool, month: date, combos: Combos, own: dict[str, tuple[int, int]]
    ) -> dict[str, int]:
        """Whole units of a shared pool's driver at each pool it serves."""
        if giver.driver == "weights":
            return {r: int(giver.weights.get(r, Decimal(0)) * 10**6) for r in giver.to}
        if giver.driver == "cost":
            return {r: max(0, own[r][0]) for r in giver.to}
        receivers = [self.policy.pools[r] for r in giver.to]
        if giver.driver in SHARED_DRIVERS:
            found = {
                r.name: self.capacity.measure(r.group, month, giver.driver) if r.group else None
                for r in receivers
            }
            return {r: round(v * 10**6) for r, v in found.items() if v is not None}
        alike = [Pool(r.name, giver.driver, r.scope) for r in receivers if not r.shared]
        # The receivers' scopes speak of the same keys, so their combinations are already there.
        scopes = Scopes(alike)
        place = [self.scopes.keys.index(k) for k in scopes.keys]
        parts = places_of(self.parts)[giver.driver]
        units: dict[str, int] = {r.name: 0 for r in receivers}
        for (m, key), usage in combos.items():
            if m == month:
                for pool in scopes.claims(tuple(key[i] for i in place)):
                    units[pool.name] += sum(weight * usage.quantity[i] for i, weight in parts)
        return units

    def assigned_on(self, months: Period, basis: Basis) -> int:
        """Pico assigned to the work of some whole months on a basis."""
        if (months, basis) not in self._assigned:
            self._assigned[months, basis] = sum([r.amount(basis) for r in self.rates(months)])
        return self._assigned[months, basis]

    def left_over(self, span: Period) -> LeftOver:
        """What no contact bears of a span's cost: unused, unassigned, outside."""
        self.rates(Slice(span).months)
        return left_over(span, self._left_over)

    def prices(self, months: Period, basis: Basis) -> Prices:
        """Tables that price the work of some whole months on a basis."""
        wider = _wider([m for m, b in self._prices if b == basis], months)
        if wider:
            return self._prices[wider, basis]
        self._prices[months, basis] = allocate(
            self.con,
            f"rate_{basis}_{len(self._prices)}",
            self.rates(months),
            self.scopes,
            self.combos(months),
            self._uses(months),
            {d: self.parts[d] for d in dict.fromkeys(p.driver for p in self.policy.work_pools)},
            basis,
        )
        return self._prices[months, basis]


def _wider(known: Iterable[Period], months: Period) -> Period | None:
    """The narrowest span known that holds some months."""
    found = [m for m in known if m.start <= months.start and months.end <= m.end]
    return min(found, key=lambda m: m.days, default=None)
