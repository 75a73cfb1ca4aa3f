# SPDX-License-Identifier: Apache-2.0
"""A costed Book: the Book, and every cent of its ledger assigned, unused or unassigned.

Costing happens once, on whole months and before any question is asked. A question (`slice.Slice`) can
only choose rows of the answer; it cannot change how cost was assigned, so no view changes a total.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from percontact.costing import lines
from percontact.costing.allocate import Prices, allocate
from percontact.costing.capacity import Capacity, read_capacity
from percontact.costing.policy import OUTSIDE, SHARED_DRIVERS, Policy, Pool
from percontact.costing.rate import (
    Basis,
    Combos,
    Rate,
    Scopes,
    Usage,
    loose_quantities,
    make_rates,
    used_quantities,
)
from percontact.costing.reconcile import (
    LeftOver,
    Reconciliation,
    check_answer,
    check_rates,
    left_over,
    reconciled,
)
from percontact.costing.shared import Shared, check_ways_out, give
from percontact.costing.slice import Slice, is_single
from percontact.costing.work import Part, Work
from percontact.records.book import Book
from percontact.records.dialect import connect, quote
from percontact.values.money import Money
from percontact.values.period import Period, add_months, periods

NUMBERS = ("n", "handled", "effort", "measured", "derived")
"""Sums that every answer carries beside its cost: offered, handled, seconds, handled by how time is known."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of an answer.

    period    first day of the period
    values    one value a dimension asked for; None = unknown
    pico      cost
    offered   contacts, abandoned ones too
    handled   contacts handled
    handle_s  seconds of work, as costed (measured, split or estimated)
    measured  handled contacts whose time is measured or reported
    derived   handled contacts whose time comes from other times; that of the rest is estimated
    """

    period: date
    values: tuple[object, ...]
    pico: int
    offered: int
    handled: int
    handle_s: Decimal
    measured: int
    derived: int


class CostedBook:
    """A Book with its cost assigned under a policy.

    book     the tables
    policy   the rules
    amounts  effective (spread over the days an amount is for) or billed (when it was booked)
    cubes    answer from coarser sources than the rows where they can (same integers, faster)
    summary  file of `Work.write_summary` for this Book and policy, or None
    """

    def __init__(
        self,
        book: Book,
        policy: Policy,
        *,
        amounts: lines.Amounts = "effective",
        cubes: bool = True,
        summary: Path | None = None,
    ) -> None:
        self.book, self.policy, self.amounts = book, policy, amounts
        self.con = connect()
        lines.spread_lines(self.con, book, policy, amounts)
        self.capacity: Capacity = read_capacity(self.con, book, policy)
        self.work = Work(self.con, book, policy, cubes=cubes, summary=summary)
        self.scopes = Scopes(policy.work_pools)
        self._prices: dict[tuple[Period, Basis], Prices] = {}
        self._rates: dict[Period, list[Rate]] = {}
        self._combos: dict[Period, Combos] = {}
        self._kept: Period | None = None
        self.shared: dict[date, Shared] = {}
        self._shared_weights: dict[date, dict[str, dict[str, int]]] = {}

    # -- what was paid ------------------------------------------------------------------------------

    @cached_property
    def pool_costs(self) -> dict[tuple[str | None, date], tuple[int, int]]:
        """(pool, month) -> (cost, variable cost) in pico, before shared cost is given."""
        return lines.pool_costs(self.con)

    @cached_property
    def ledger_months(self) -> list[date]:
        """Months that any ledger line is for, in order."""
        return sorted({month for _, month in self.pool_costs})

    @property
    def currency(self) -> str:
        """Reporting currency."""
        return self.book.settings.currency

    # -- how it was assigned ------------------------------------------------------------------------

    @cached_property
    def parts(self) -> dict[str, tuple[Part, ...]]:
        """Driver -> its whole-number parts, for every driver the policy uses."""
        drivers = {p.driver for p in self.policy.work_pools}
        drivers |= {p.driver for p in self.policy.shared_pools if p.driver not in SHARED_DRIVERS}
        return {d: self.work.parts(d) for d in sorted(drivers)}

    def combos(self, months: Period) -> Combos:
        """Driver quantities of some whole months by combination of pool keys."""
        wider = next((m for m in self._combos if m.start <= months.start and months.end <= m.end), None)
        if wider and wider != months:
            return {(m, key): usage for (m, key), usage in self._combos[wider].items() if m in months}
        if months not in self._combos:
            rows = self.work.rows(list(self.scopes.keys), months, drivers=self.parts)
            self._combos[months] = self._read_combos(rows, months)
        return self._combos[months]

    def _read_combos(self, rows: str, months: Period) -> Combos:
        """Add work up by month and pool keys into the table `work_by_keys`, and read its driver quantities.

        The table stays: a question along nothing but pool keys is answered from it.
        """
        fields = ", ".join(["month", *map(quote, self.scopes.keys)])
        names = [p.name for p in self._flat_parts()]
        sums = ", ".join(f"sum({x}) AS {x}" for x in [*NUMBERS, *map(quote, names)])
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE work_by_keys AS
            SELECT {fields}, {sums}, min(anchor) AS anchor FROM {rows} GROUP BY {fields}
        """)
        self._kept = months
        read = ", ".join([fields, *map(quote, names), "anchor"])
        found = self.con.execute(f"SELECT {read} FROM work_by_keys").fetchall()
        n = len(self.scopes.keys) + 1
        return {
            (row[0], tuple(None if v is None else str(v) for v in row[1:n])): Usage(
                {p: int(v or 0) for p, v in zip(names, row[n:-1], strict=True)}, row[-1]
            )
            for row in found
        }

    def _flat_parts(self) -> list[Part]:
        return list({p.name: p for driver in self.parts.values() for p in driver}.values())

    def rates(self, months: Period) -> list[Rate]:
        """The rate of each pool in each of some whole months; checked against the ledger to the pico.

        Raises FaultOfOurs E-REC-01 when a pool's cost is not assigned + unused + unassigned, PercontactError
        E-POL-03 when the cost of a shared pool goes round in a circle.
        """
        wider = next((m for m in self._rates if m.start <= months.start and months.end <= m.end), None)
        if months not in self._rates and wider:
            self._rates[months] = [r for r in self._rates[wider] if months.start <= r.month < months.end]
        if months not in self._rates:
            combos = self.combos(months)
            starts = [p.start for p in periods(months, "month")]
            used = used_quantities(self.scopes, combos, self.parts)
            costs: dict[tuple[str, date], tuple[int, int]] = {}
            for month in starts:
                own = {p: self.pool_costs.get((p, month), (0, 0)) for p in self.policy.pools}
                weights = {g.name: self._weights(g, month, combos, own) for g in self.policy.shared_pools}
                self._shared_weights[month] = weights
                whole = self.give(month, {p: c for p, (c, _) in own.items()})
                check_ways_out(whole, weights, self.policy, month)
                variable = self.give(month, {p: v for p, (_, v) in own.items()})
                self.shared[month] = whole
                costs |= {(p, month): (whole.costs[p], variable.costs[p]) for p in own}
            loose = loose_quantities(
                self.policy.work_pools, used, combos, self.parts, self.work.loose_use(months)
            )
            self._rates[months] = make_rates(self.policy, costs, used, self.capacity, starts, loose)
            check_rates(
                self._rates[months], self.pool_costs, {m: self.shared[m] for m in starts}, self.policy
            )
        return self._rates[months]

    def give(self, month: date, costs: dict[str, int]) -> Shared:
        """Give shared cost by the weights of a month.

        It is linear in `costs`, so any part of the cost can be followed.
        """
        return give(
            costs, self._shared_weights[month], [g.name for g in self.policy.shared_pools], self.policy.method
        )

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
        units: dict[str, int] = {r.name: 0 for r in receivers}
        for (m, key), usage in combos.items():
            if m == month:
                for pool in scopes.claims(tuple(key[i] for i in place)):
                    units[pool.name] += sum(
                        p.weight * usage.quantity[p.name] for p in self.parts[giver.driver]
                    )
        return units

    def prices(self, months: Period, basis: Basis) -> Prices:
        """Tables that price the work of some whole months on a basis."""
        if (months, basis) not in self._prices:
            pools = {p.name: p for p in self.policy.work_pools}
            # The tables are named by basis, so one span a basis is kept.
            self._prices = {k: v for k, v in self._prices.items() if k[1] != basis}
            self._prices[months, basis] = allocate(
                self.con,
                self.rates(months),
                self.scopes,
                self.combos(months),
                {p.driver: self.parts[p.driver] for p in pools.values()},
                pools,
                basis,
            )
        return self._prices[months, basis]

    # -- answers ------------------------------------------------------------------------------------

    def answer(self, question: Slice, *, name: str = "answer") -> str:
        """Answer into the table `name`: inside, period, the dimensions asked (d0, d1, ...), NUMBERS, pico.

        Rows with inside = false hold, in one sum a month, what the question leaves out, so that the whole
        can be checked. With the dimension `pool` the numbers are of the cell without it.
        """
        dims = [d for d in question.by if d != "pool"]
        single = is_single(dims)
        if not single or "pool" in question.by:
            self._sum_work(question, dims, name)
        prices = self.prices(question.months, question.basis)
        if single:
            self._price_rows(question, dims, prices, name)
        else:
            self._price_sums(dims, prices, name)
        if "pool" in question.by:
            self._make_pool_answer(question, dims, prices, name)
        self.con.execute(f"DROP TABLE IF EXISTS {name}_work")
        return name

    def cells(self, question: Slice) -> tuple[list[Cell], list[Cell]]:
        """(cells inside the question, sums of what it leaves out), in order of period and value.

        Raises FaultOfOurs E-REC-01 when both together are not the amount assigned, to the pico.
        """
        table = self.answer(question)
        place = ", ".join(["period", *[f"d{i}" for i in range(len(question.by))]])
        rows = self.con.execute(
            f"SELECT inside, {place}, {', '.join(NUMBERS)}, pico FROM {table} ORDER BY {place}"
        ).fetchall()
        found: tuple[list[Cell], list[Cell]] = ([], [])
        for inside, period, *rest in rows:
            values, (n, handled, effort, measured, derived, pico) = tuple(rest[:-6]), rest[-6:]
            cell = Cell(
                period,
                values,
                pico=int(pico),
                offered=int(n),
                handled=int(handled),
                handle_s=effort or Decimal(0),
                measured=int(measured),
                derived=int(derived),
            )
            found[0 if inside else 1].append(cell)
        check_answer(question, self.rates(question.months), sum(c.pico for side in found for c in side))
        return found

    def _work_rows(self, question: Slice) -> str:
        columns = [c for c in dict.fromkeys([*self.scopes.keys, *question.columns()]) if c != "pool"]
        months = question.months
        if (
            self._kept
            and self._kept.start <= months.start
            and months.end <= self._kept.end
            and set(columns) <= set(self.scopes.keys)
        ):
            within = f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"
            return f"(SELECT * FROM work_by_keys WHERE {within})"
        return self.work.rows(columns, months, drivers=self.parts)

    def _sum_work(self, question: Slice, dims: list[str], name: str) -> None:
        """Add the drivers up in one pass, into NAME_work, by what is asked and the pool keys.

        Where the span's combinations are not known yet they come from these sums, not from a second pass.
        `anchor` is the first row of each sum, so the sum that holds a pool's anchor row is known without a
        look at rows.
        """
        keys = ", ".join(["month", *map(quote, self.scopes.keys)])
        sums = ", ".join(f"sum({x}) AS {x}" for x in NUMBERS)
        parts = self._flat_parts()
        # A driver that is one of NUMBERS is summed once: the engine does not see that the two are one.
        drivers = "".join(f", sum({quote(p.name)}) AS {quote(p.name)}" for p in parts if p.sql not in NUMBERS)
        made, chosen = self._grouped(question, dims)
        summed = [f"{p.sql} AS {quote(p.name)}" if p.sql in NUMBERS else quote(p.name) for p in parts]
        known = ", ".join([keys, *NUMBERS, *summed, "anchor"])
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name}_work AS
            SELECT {chosen}, {known}
            FROM (
                SELECT {made}, {sums}{drivers}, min(anchor) AS anchor
                FROM {self._work_rows(question)} GROUP BY ALL
            )
        """)
        if not any(m.start <= question.months.start and question.months.end <= m.end for m in self._combos):
            self._combos[question.months] = self._read_combos(f"{name}_work", question.months)

    def _price_sums(self, dims: list[str], prices: Prices, name: str) -> None:
        group = ", ".join(["inside", "period", *[f"d{i}" for i in range(len(dims))]])
        sums = ", ".join(f"sum({x}) AS {x}" for x in NUMBERS)
        pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT {group}, {sums}, CAST(sum({pico}) AS HUGEINT) AS pico
            FROM {name}_work x
            LEFT JOIN {prices.weights} r ON {prices.join("x", "r")}
            {prices.join_residual("x", "z")}
            GROUP BY {group}
        """)

    def _price_rows(self, question: Slice, dims: list[str], prices: Prices, name: str) -> None:
        """Price each row of work before it is added up: for answers of about as many groups as rows."""
        keys = ", ".join(["month", *map(quote, prices.keys)])
        places = ["period", *[f"d{i}" for i in range(len(dims))]]
        if question.inside() != "true":
            places.insert(0, "inside")
        group = ", ".join(places)
        sums = ", ".join(f"sum({x}) AS {x}" for x in NUMBERS)
        drivers = "".join(f", {quote(p.name)}" for p in prices.parts)
        rows, chosen = self._work_rows(question), self._chosen(question, dims)
        inside = "" if "inside" in places else "true AS inside, "
        pico = f"coalesce({prices.amount('x', 'r')}, 0)"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT {inside}{group}, {sums}, CAST(sum({pico}) AS HUGEINT) AS pico
            FROM (SELECT {chosen}, {keys}, {", ".join(NUMBERS)}{drivers} FROM {rows}) x
            LEFT JOIN {prices.weights} r ON {prices.join("x", "r")}
            GROUP BY {group}
        """)
        near = prices.near_anchors()
        if near:
            same = " AND ".join(f"a.{p} IS NOT DISTINCT FROM z.{p}" for p in places)
            self.con.execute(f"""
                UPDATE {name} a SET pico = a.pico + z.pico
                FROM (
                    SELECT {group}, CAST(sum(pico) AS HUGEINT) AS pico
                    FROM (SELECT {chosen}, anchor FROM (SELECT * FROM {rows} WHERE {near})) x
                    JOIN {prices.residual} z ON z.row_id = x.anchor
                    GROUP BY {group}
                ) z
                WHERE {same}
            """)

    def _grouped(self, question: Slice, dims: list[str]) -> tuple[str, str]:
        """(SQL fields to group work by, SQL fields inside, period, d0, ... over those groups).

        Without conditions each column is grouped by once, under its own name: every further one costs a
        tenth.
        """
        keys = ["month", *map(quote, self.scopes.keys)]
        if question.inside() != "true":
            names = ["inside", "period", *[f"d{i}" for i in range(len(dims))]]
            return ", ".join([self._chosen(question, dims), *keys]), ", ".join(names)
        period = question.period(self.book.settings.fiscal_start_month)
        made = [f"{period} AS __period"] if question.by_day else []
        fields = [
            "true AS inside",
            f"{'__period' if made else period} AS period",
            *[f"{quote(d)} AS d{i}" for i, d in enumerate(dims)],
        ]
        return ", ".join(dict.fromkeys([*keys, *map(quote, dims), *made])), ", ".join(fields)

    def _chosen(self, question: Slice, dims: list[str]) -> str:
        """SQL fields inside, period, d0, d1, ... of a work row; what lies outside keeps its month only."""
        inside = question.inside()
        period = question.period(self.book.settings.fiscal_start_month)
        if inside == "true":
            fields = [
                "true AS inside",
                f"{period} AS period",
                *[f"{quote(d)} AS d{i}" for i, d in enumerate(dims)],
            ]
        else:
            fields = [f"{inside} AS inside", f"CASE WHEN {inside} THEN {period} ELSE month END AS period"]
            fields += [f"CASE WHEN {inside} THEN {quote(d)} END AS d{i}" for i, d in enumerate(dims)]
        return ", ".join(fields)

    def _make_pool_answer(self, question: Slice, dims: list[str], prices: Prices, name: str) -> None:
        """Widen the answer by the dimension `pool`, in its place among the dimensions."""
        group = ", ".join(["inside", "period", *[f"d{i}" for i in range(len(dims))]])
        by_pool, residual = prices.by_pool(self.con)
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name}_pool AS
            SELECT {group}, pool, sum(pico) AS pico
            FROM (
                SELECT {group}, pool, {prices.amount("x", "r")} AS pico
                FROM {name}_work x JOIN {by_pool} r ON {prices.join("x", "r")}
                UNION ALL
                SELECT {group}, z.pool, z.pico
                FROM {name}_work x JOIN {residual} z ON z.row_id = x.anchor
            )
            GROUP BY ALL
        """)
        at = question.by.index("pool")
        places = iter(range(len(dims)))
        outer = ", ".join(
            f"p.pool AS d{i}" if i == at else f"a.d{next(places)} AS d{i}" for i in range(len(question.by))
        )
        numbers = ", ".join(f"a.{x}" for x in NUMBERS)
        same = " AND ".join(
            f"p.{c} IS NOT DISTINCT FROM a.{c}"
            for c in ["inside", "period", *[f"d{i}" for i in range(len(dims))]]
        )
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT a.inside, a.period, {outer}, {numbers}, CAST(coalesce(p.pico, 0) AS HUGEINT) AS pico
            FROM {name} a LEFT JOIN {name}_pool p ON {same}
        """)

    def left_over(self, span: Period) -> LeftOver:
        """What no contact bears of a span's cost: unused, unassigned, outside."""
        rates = self.rates(Slice(span).months)
        return left_over(span, rates, self.pool_costs, self.shared, self.policy)

    def reconciliation(self, span: Period) -> Reconciliation:
        """Ledger = assigned + unused + unassigned of a span, and what lies outside customer service."""
        months = Slice(span).months
        rates, rest = self.rates(months), self.left_over(span)
        if months != span:
            # The span cuts a month: unused cost follows the work as assigned cost does, so that on basis full
            # its contacts bear what the span's ledger says.
            used = sum(c.pico for c in self.cells(Slice(span, "whole"))[0])
            full = sum(c.pico for c in self.cells(Slice(span, "whole", basis="full"))[0])
            return reconciled(span, None, used, replace(rest, unused=full - used + rest.idle))
        ledger = sum(c for (p, m), (c, _) in self.pool_costs.items() if p != OUTSIDE and m in months)
        return reconciled(span, ledger, sum(r.assigned for r in rates), rest)

    @property
    def assigned(self) -> Money:
        """Cost assigned to work over all months the ledger speaks of."""
        return self._total("assigned")

    @property
    def unused(self) -> Money:
        """Cost of capacity supplied and not used, over all months."""
        return self._total("unused")

    @property
    def unassigned(self) -> Money:
        """Ledger amounts that no rule claims or no work used, over all months."""
        return self._total("unassigned")

    def _total(self, part: str) -> Money:
        months = self.ledger_months
        if not months:
            return Money(0, self.currency)
        whole = self.reconciliation(Period(months[0], add_months(months[-1], 1)))
        return Money(getattr(whole, part), self.currency)


def cost(
    book: Book, policy: Policy, *, amounts: lines.Amounts = "effective", cubes: bool = True
) -> CostedBook:
    """Assign every cent of a Book's ledger to the work that used it."""
    return CostedBook(book, policy, amounts=amounts, cubes=cubes)
