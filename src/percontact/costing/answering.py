# SPDX-License-Identifier: Apache-2.0
"""From a question to the relation that answers it: its work, priced after it is added up, or row by row.

Cost is linear in its drivers, so both give the same integers. What is kept with its price is read instead.
"""

from __future__ import annotations

from functools import cached_property

from percontact.costing.allocate import Prices
from percontact.costing.asked_work import AskedWork, chosen
from percontact.costing.assignment import Assignment
from percontact.costing.drivers import ADDED_UP, SUMS
from percontact.costing.kept_rows import KeptRows
from percontact.costing.priced_work import PricedWork
from percontact.costing.reconcile import check_answer
from percontact.costing.slice import Slice, is_single
from percontact.records.dialect import quote


class Answering(Assignment):
    """An assignment that answers questions, as SQL over its work and prices.

    kept_rows  rows kept with their price, or None
    """

    kept_rows: KeptRows | None = None

    def answer(self, question: Slice, *, name: str = "answer") -> str:
        """Answer into the table `name`: inside, period, the dimensions asked (d0, d1, ...), SUMS, pico.

        Rows with inside = false hold, in one sum a month, what the question leaves out, so that the whole
        can be checked. With the dimension `pool` the numbers are of the cell without it.
        """
        found = self._answered(question, name)
        if found != name:
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {found}")
        self.con.execute(f"DROP TABLE IF EXISTS {name}_work")
        return name

    def _answered(self, question: Slice, name: str) -> str:
        """SQL relation of an answer: a query, or the table `name` where it takes more than one."""
        dims = [d for d in question.by if d != "pool"]
        by_pool, single = "pool" in question.by, is_single(dims)
        kept = None if by_pool else self._priced.answer(question)
        if kept:
            return kept
        work = f"{name}_work"
        if by_pool or not single:
            sums = self._asked.summed(question, dims)
            known = self.knows_combos(question.months)
            if by_pool or not known:
                self.con.execute(f"CREATE OR REPLACE TEMP TABLE {work} AS {sums}")
            else:
                work = f"({sums})"
            if not known:
                # The span's combinations come from these sums, not from a second pass.
                self.keep_combos(work, question.months)
        prices = self.prices(question.months, question.basis)
        if not single and not by_pool:
            return f"({self._priced_sums(work, dims, prices)})"
        if single:
            self._price_rows(question, dims, prices, name)
        else:
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS {self._priced_sums(work, dims, prices)}"
            )
        if by_pool:
            self._make_pool_answer(question, dims, prices, name)
        return name

    @cached_property
    def _asked(self) -> AskedWork:
        return AskedWork(self)

    @cached_property
    def _priced(self) -> PricedWork:
        """Priced work kept at hand."""
        return PricedWork(self, self.kept_rows)

    def _priced_sums(self, work: str, dims: list[str], prices: Prices) -> str:
        """SQL of sums of work with their price: cost is linear in its drivers."""
        group = ", ".join(["inside", "period", *[f"d{i}" for i in range(len(dims))]])
        pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
        return (
            f"SELECT {group}, {ADDED_UP}, CAST(sum({pico}) AS HUGEINT) AS pico FROM {work} x "
            f"LEFT JOIN {prices.weights} r ON {prices.join('x', 'r')} {prices.join_residual('x', 'z')} "
            f"GROUP BY {group}"
        )

    def _price_rows(self, question: Slice, dims: list[str], prices: Prices, name: str) -> None:
        """Price each row of work before it is added up: for answers of about as many groups as rows."""
        keys = ", ".join(["month", *map(quote, prices.keys)])
        places = ["period", *[f"d{i}" for i in range(len(dims))]]
        if question.inside() != "true":
            places.insert(0, "inside")
        group = ", ".join(places)
        drivers = "".join(f", {quote(p.name)}" for p in prices.parts)
        rows, fields = self._asked.rows(question, summed=False), chosen(question, dims)
        inside = "" if "inside" in places else "true AS inside, "
        pico = f"coalesce({prices.amount('x', 'r')}, 0)"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT {inside}{group}, {ADDED_UP}, CAST(sum({pico}) AS HUGEINT) AS pico
            FROM (SELECT {fields}, {keys}, {", ".join(SUMS)}{drivers} FROM {rows}) x
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
                    FROM (SELECT {fields}, anchor FROM (SELECT * FROM {rows} WHERE {near})) x
                    JOIN {prices.residual} z ON z.row_id = x.anchor
                    GROUP BY {group}
                ) z
                WHERE {same}
            """)

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
        numbers = ", ".join(f"a.{x}" for x in SUMS)
        same = " AND ".join(
            f"p.{c} IS NOT DISTINCT FROM a.{c}"
            for c in ["inside", "period", *[f"d{i}" for i in range(len(dims))]]
        )
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT a.inside, a.period, {outer}, {numbers}, CAST(coalesce(p.pico, 0) AS HUGEINT) AS pico
            FROM {name} a LEFT JOIN {name}_pool p ON {same}
        """)

    # -- work first, its price after ----------------------------------------------------------------

    def keep_work(self, question: Slice, *, name: str) -> str:
        """Make the table `name` of a question's work, not yet priced.

        Its columns: inside, period, the dimensions asked (d0, d1, ...), month, the pool keys, SUMS, the parts
        of the drivers, anchor.
        """
        sums = self._asked.summed(question, question.by)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sums}")
        if not self.knows_combos(question.months):
            self.keep_combos(name, question.months)
        return name

    def cost_of_work(self, question: Slice, work: str) -> int:
        """Pico that a question's work cost, of the table that `keep_work` made of it.

        Without conditions it is all that is assigned to the question's months.
        Raises FaultOfOurs E-REC-01 when it is not, with what the question leaves out, the amount assigned.
        """
        if question.inside() == "true":
            return self.assigned_on(question.months, question.basis)
        prices = self.prices(question.months, question.basis)
        priced = self._priced_sums(work, [], prices)
        rows = self.con.execute(f"SELECT inside, sum(pico) FROM ({priced}) GROUP BY 1").fetchall()
        check_answer(
            question, self.assigned_on(question.months, question.basis), sum(int(p) for _, p in rows)
        )
        return sum(int(pico) for inside, pico in rows if inside)
