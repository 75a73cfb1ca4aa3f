# SPDX-License-Identifier: Apache-2.0
"""A costed Book: the Book, and every cent of its ledger assigned, unused or unassigned.

Costing happens once, on whole months and before any question is asked (`assignment.Assignment`). A question
(`slice.Slice`) can only choose rows of the answer; it cannot change how cost was assigned, so no view changes
a total.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import repeat
from typing import NamedTuple, TypeVar

from percontact.costing import lines
from percontact.costing.allocate import Prices
from percontact.costing.assignment import Assignment
from percontact.costing.kept_rows import KeptRows
from percontact.costing.kept_sums import KeptSums
from percontact.costing.policy import OUTSIDE, Policy
from percontact.costing.priced_work import PricedWork
from percontact.costing.reconcile import Reconciliation, check_answer, reconciled
from percontact.costing.slice import MONTH, Condition, Slice, is_single
from percontact.costing.work import ADDED_UP, SUMS, flat_parts
from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.values.money import Money
from percontact.values.period import Period, add_months, periods

T = TypeVar("T")

_COUNTS = ("n", "handled", "coalesce(effort, 0) * 1000", "measured", "derived")
"""SUMS as whole numbers; effort in milliseconds."""
REMEMBERED_CELLS = 50_000
"""So many cells of earlier answers are kept at most: some ten megabytes."""


class Cell(NamedTuple):
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


Cells = tuple[list[Cell], list[Cell]]
"""(cells inside a question, sums of what it leaves out)"""


class CostedBook(Assignment):
    """A Book with its cost assigned under a policy, ready to be asked.

    kept       sums kept of what its cost is divided by, or None
    kept_rows  rows kept with their price, or None
    """

    kept: KeptSums | None = None
    kept_rows: KeptRows | None = None

    @cached_property
    def _remembered(self) -> dict[Slice, Cells]:
        """Earlier answers, the oldest first."""
        return {}

    def cells(self, question: Slice) -> Cells:
        """(cells inside the question, sums of what it leaves out), in order of period and value.

        What was asked before is not worked out again: neither the Book nor its policy ever changes.
        Raises FaultOfOurs E-REC-01 when both together are not the amount assigned, to the pico.
        """
        question = replace(question, asked=())
        found = self._remembered.get(question) or self._summed_up(question)
        if found is None:
            found = self._asked(question)
            self._remember(question, found)
        return found

    def with_ledger(self, question: Slice) -> Slice:
        """The question, without months that no ledger line is for; unchanged where none of them has any."""
        months = [p.start for p in periods(question.months, "month")]
        known = [m for m in months if m in self.ledger_months]
        if len(known) == len(months) or not known:
            return question
        only = Condition(MONTH, tuple(m.isoformat() for m in known))
        return replace(question, where=(*question.where, only))

    def forget(self) -> None:
        """Forget earlier answers: the next question is worked out anew."""
        self._remembered.clear()

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, worked out the first time a key is asked for: Book and policy never change.

        For what is short and belongs to some months rather than to a question.
        """
        if key not in self._once:
            self._once[key] = make()
        return self._once[key]  # type: ignore[return-value]

    @cached_property
    def _once(self) -> dict[Hashable, object]:
        return {}

    def _remember(self, question: Slice, found: Cells) -> None:
        self._remembered[question] = found
        held = sum(len(inside) + len(outside) for inside, outside in self._remembered.values())
        while held > REMEMBERED_CELLS:
            inside, outside = self._remembered.pop(next(iter(self._remembered)))
            held -= len(inside) + len(outside)

    def _summed_up(self, question: Slice) -> Cells | None:
        """The sum of an earlier answer's cells, which were checked then, where that one was told finer."""
        for asked, (inside, outside) in self._remembered.items():
            if asked.where == question.where and asked.basis == question.basis and is_finer(asked, question):
                months, nothing = question.months, (None,) * len(question.by)
                left_out = [c._replace(values=nothing) for c in outside if c.period in months]
                found = _gathered(asked, inside, question), left_out
                whole = sum([cell.pico for cells in found for cell in cells])
                check_answer(question, self.assigned_on(months, question.basis), whole)
                return found
        return None

    def _asked(self, question: Slice) -> Cells:
        place = [f"d{i}" for i in range(len(question.by))]
        # A wide integer takes five times as long to fetch as a short one or a text, a decimal ten times.
        short = ["CAST(pico AS VARCHAR)", *(f"CAST({x} AS BIGINT)" for x in _COUNTS)]
        columns = [*place, "inside", "period", *short]
        rows = self.con.execute(
            f"SELECT {', '.join(columns)} FROM {self._answered(question, 'answer')} "
            f"ORDER BY {', '.join(['inside', 'period', *place])}"
        ).fetchall()
        if not rows:
            check_answer(question, self.assigned_on(question.months, question.basis), 0)
            return [], []
        *values, inside, period, pico, n, handled, effort_ms, measured, derived = zip(*rows, strict=True)
        places = zip(*values, strict=True) if values else repeat((), len(rows))
        seconds = map(_seconds, effort_ms)
        amounts = list(map(int, pico))
        numbers = zip(period, places, amounts, n, handled, seconds, measured, derived, strict=True)
        cells = list(map(Cell._make, numbers))
        check_answer(question, self.assigned_on(question.months, question.basis), sum(amounts))
        outside = inside.count(False)
        return cells[outside:], cells[:outside]

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

    def keep_work(self, question: Slice, *, name: str) -> str:
        """Make the table `name` of a question's work, not yet priced.

        Its columns: inside, period, the dimensions asked (d0, d1, ...), month, the pool keys, SUMS, the parts
        of the drivers, anchor.
        """
        sums = self._summed_work(question, list(question.by))
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

    def _answered(self, question: Slice, name: str) -> str:
        """SQL relation of an answer: a query, or the table `name` where it takes more than one."""
        dims = [d for d in question.by if d != "pool"]
        by_pool, single = "pool" in question.by, is_single(dims)
        kept = None if by_pool else self._priced.answer(question)
        if kept:
            return kept
        work = f"{name}_work"
        if by_pool or not single:
            sums = self._summed_work(question, dims)
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
    def _priced(self) -> PricedWork:
        """Priced work kept at hand."""
        return PricedWork(self, self.kept_rows)

    def _work_rows(self, question: Slice, *, summed: bool) -> str:
        columns = [c for c in dict.fromkeys([*self.scopes.keys, *question.columns()]) if c != "pool"]
        kept = self.kept_work(columns, question.months)
        return kept or self.work.rows(columns, question.months, drivers=self.parts, summed=summed)

    def _summed_work(self, question: Slice, dims: list[str]) -> str:
        """SQL of the drivers added up by what is asked and the pool keys.

        `anchor` is the first row of each sum, so the sum that holds a pool's anchor row is known without a
        look at rows.
        """
        rows = self._work_rows(question, summed=True)
        outside = self._outside_rows(question)
        if outside is None:
            return self._sums(rows, *self._grouped(question, dims))
        rows = f"(SELECT * FROM {rows} WHERE {question.inside()})"
        inside = self._sums(rows, *self._grouped(replace(question, where=()), dims))
        keys = ", ".join(["month", *map(quote, self.scopes.keys)])
        nothing = ", ".join(["false", "month", *["NULL"] * len(dims)])
        return f"{inside} UNION ALL {self._sums(outside, keys, nothing)}"

    def _outside_rows(self, question: Slice) -> str | None:
        """Work that a question by day leaves out, where a coarser source than its days can tell.

        The days then need to be grouped only inside the question.
        """
        if not question.where or question.cuts_a_month or not question.by_day:
            return None
        told = (c.dimension for c in question.where if c.dimension != MONTH)
        columns = list(dict.fromkeys([*self.scopes.keys, *told]))
        if not self.work.from_months(columns):
            return None
        rows = self.work.rows(columns, question.months, drivers=self.parts, summed=True)
        return f"(SELECT * FROM {rows} WHERE NOT ({question.inside()}))"

    def _sums(self, rows: str, made: str, chosen: str) -> str:
        """SQL of `rows` added up; `made`: fields to group by, `chosen`: fields over those groups."""
        sums = ", ".join(f"sum({x}) AS {x}" for x in SUMS)
        parts = flat_parts(self.parts)
        # A driver that is one of SUMS is summed once: the engine does not see that the two are one.
        drivers = "".join(f", sum({quote(p.name)}) AS {quote(p.name)}" for p in parts if p.sql not in SUMS)
        keys = ["month", *map(quote, self.scopes.keys)]
        summed = [
            f"coalesce({p.sql if p.sql in SUMS else quote(p.name)}, 0) AS {quote(p.name)}" for p in parts
        ]
        known = ", ".join([*keys, *(f"coalesce({x}, 0) AS {x}" for x in SUMS), *summed, "anchor"])
        return (
            f"SELECT {chosen}, {known} FROM "
            f"(SELECT {made}, {sums}{drivers}, min(anchor) AS anchor FROM {rows} GROUP BY ALL)"
        )

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
        rows, chosen = self._work_rows(question, summed=False), self._chosen(question, dims)
        inside = "" if "inside" in places else "true AS inside, "
        pico = f"coalesce({prices.amount('x', 'r')}, 0)"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            SELECT {inside}{group}, {ADDED_UP}, CAST(sum({pico}) AS HUGEINT) AS pico
            FROM (SELECT {chosen}, {keys}, {", ".join(SUMS)}{drivers} FROM {rows}) x
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
        period = question.period()
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
        period = question.period()
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

    def reconciliation(self, span: Period) -> Reconciliation:
        """Ledger = assigned + unused + unassigned of a span, and what lies outside customer service."""
        months = Slice(span).months
        rest = self.left_over(span)
        if months != span:
            # The span cuts a month: unused cost follows the work as assigned cost does, so that on basis full
            # its contacts bear what the span's ledger says.
            used = sum(c.pico for c in self.cells(Slice(span, "whole"))[0])
            full = sum(c.pico for c in self.cells(Slice(span, "whole", basis="full"))[0])
            return reconciled(span, None, used, replace(rest, unused=full - used + rest.idle))
        ledger = sum(self._month_ledger.get(month.start, 0) for month in periods(months, "month"))
        return reconciled(span, ledger, self.assigned_on(months, "used"), rest)

    @cached_property
    def _month_ledger(self) -> dict[date, int]:
        """Month -> pico of its lines, but for those outside customer service."""
        return {
            month: sum(cost for pool, (cost, _) in costs.items() if pool != OUTSIDE)
            for month, costs in self.month_costs.items()
        }

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


def _seconds(milliseconds: int) -> Decimal:
    return Decimal(milliseconds).scaleb(-3) if milliseconds else Decimal(0)


def is_finer(asked: Slice, question: Slice) -> bool:
    """Whether the cells of one question add up to those of another with its conditions and basis.

    A span of whole months is told by any that has its months one by one. A pool is none of the work's own
    dimensions: its cells repeat the work.
    """
    if "pool" in asked.by or not set(question.by) <= set(asked.by):
        return False
    if asked.span == question.span and question.grain in ("whole", asked.grain):
        return asked.calendar == question.calendar or question.grain == "whole"
    within = asked.span.start <= question.span.start and question.span.end <= asked.span.end
    by_month = asked.grain == "month" and question.grain in ("whole", "month")
    return within and by_month and not asked.cuts_a_month and not question.cuts_a_month


def _gathered(asked: Slice, cells: Sequence[Cell], question: Slice) -> list[Cell]:
    """Cells of a finer question as those of another, in order of period and value."""
    at = [asked.by.index(d) for d in question.by]
    groups: dict[tuple[date, tuple[object, ...]], list[Cell]] = {}
    for cell in cells:
        if cell.period in question.span or asked.span == question.span:
            period = question.span.start if question.grain == "whole" else cell.period
            groups.setdefault((period, tuple([cell.values[i] for i in at])), []).append(cell)
    found = [whole_cell(period, some)._replace(values=v) for (period, v), some in groups.items()]
    return sorted(found, key=lambda c: (c.period, [(v is None, v) for v in c.values]))


def whole_cell(period: date, cells: Sequence[Cell]) -> Cell:
    """Cells as one, without dimensions."""
    if not cells:
        return Cell(period, (), 0, 0, 0, Decimal(0), 0, 0)
    _, _, pico, offered, handled, seconds, measured, derived = zip(*cells, strict=True)
    time_s = sum(seconds, Decimal(0))
    return Cell(period, (), sum(pico), sum(offered), sum(handled), time_s, sum(measured), sum(derived))


def cost(
    book: Book, policy: Policy, *, amounts: lines.Amounts = "effective", cubes: bool = True
) -> CostedBook:
    """Assign every cent of a Book's ledger to the work that used it."""
    return CostedBook(book, policy, amounts=amounts, cubes=cubes)
