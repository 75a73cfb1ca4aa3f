# SPDX-License-Identifier: Apache-2.0
"""Work of coarse sources with its price, kept in memory: what they can tell is then a bare sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from percontact.costing.allocate import Prices
from percontact.costing.rate import Basis
from percontact.costing.slice import Slice
from percontact.costing.work import ADDED_UP, SUMS, Coarse
from percontact.records.dialect import quote
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from percontact.costing.assignment import Assignment

KEPT_ROWS = 3_000_000
"""So many rows are kept at most, of all sources and bases together: some 400 megabytes."""
PRICE = "__pico"
"""The column of a row's price."""


class PricedWork:
    """Tables of priced work, one a source and basis, filled month by month as questions need them.

    Cost is linear in its drivers and a row of a coarse source lies under one combination of pool keys, so a
    row's price is part of the amount assigned, whatever is asked: rates, prices and rows never change.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._of = assignment
        self._tables: dict[tuple[Coarse, Basis], str] = {}
        self._held: dict[str, set[date]] = {}
        self._rows = 0

    def answer(self, question: Slice) -> str | None:
        """SQL relation inside, period, d0, ..., SUMS, pico of a question; None = it has to be priced anew."""
        chosen = self.rows(question.columns(), question.months, question.basis)
        if chosen is None:
            return None
        sums = f"{ADDED_UP}, CAST(sum({PRICE}) AS HUGEINT) AS pico"
        inside = question.inside()
        dims = "".join(f", {quote(d)} AS d{i}" for i, d in enumerate(question.by))
        places = "".join(f", d{i}" for i in range(len(question.by)))
        found = (
            f"SELECT true AS inside, {question.period()} AS period{dims}, {sums} "
            f"FROM {chosen} WHERE {inside} GROUP BY period{places}"
        )
        if inside == "true":
            return f"({found})"
        # What is left out is told by month only: where a coarser source knows of it, that one is shorter.
        told = replace(question, by=(), grain="month").columns()
        outside = self.rows(told, question.months, question.basis) or chosen
        nothing = "".join(f", NULL AS d{i}" for i in range(len(question.by)))
        left_out = f"SELECT false, month{nothing}, {sums} FROM {outside} WHERE NOT ({inside}) GROUP BY month"
        return f"({found} UNION ALL {left_out})"

    def rows(self, columns: Sequence[str], months: Period, basis: Basis) -> str | None:
        """SQL relation of priced work of some whole months: month, the columns, SUMS, PRICE.

        None where only the rows themselves can answer, or where the source is too long to be kept.
        """
        of = self._of
        source = of.work.coarse([*columns, *of.scopes.keys])
        table = self._kept(source, months, basis) if source else None
        if source is None or table is None:
            return None
        within = f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"
        return of.work.seen(columns, f"(SELECT * FROM {table} WHERE {within})", source)

    def _kept(self, source: Coarse, months: Period, basis: Basis) -> str | None:
        """Name of the table that keeps a source; months that it lacks are read and priced now."""
        of = self._of
        table = self._tables.setdefault((source, basis), f"priced_{source.name}_{len(self._tables)}")
        held = self._held.setdefault(table, set())
        missing = [p.start for p in periods(months, "month") if p.start not in held]
        if not missing:
            return table
        columns = [*source.dimensions, *source.calendar]
        rows = of.work.rows([*columns, *of.scopes.keys], months, drivers=of.parts)
        only = ", ".join(f"DATE '{month}'" for month in missing)
        rows = f"(SELECT * FROM {rows} WHERE month IN ({only}))"
        ((count,),) = of.con.execute(f"SELECT count(*) FROM {rows}").fetchall()
        if self._rows + count > KEPT_ROWS:
            return None
        put = f"INSERT INTO {table}" if held else f"CREATE OR REPLACE TEMP TABLE {table} AS"
        of.con.execute(f"{put} {self._priced(columns, rows, of.prices(months, basis))}")
        self._rows += count
        held.update(missing)
        return table

    def _priced(self, columns: Sequence[str], rows: str, prices: Prices) -> str:
        """SQL of rows of work with their price, each with what it bears of the residuals."""
        fields = ", ".join(["x.month", *(f"x.{quote(c)}" for c in columns)])
        sums = ", ".join(
            f"CAST(x.{s} AS {'DECIMAL(18,3)' if s == 'effort' else 'BIGINT'}) AS {s}" for s in SUMS
        )
        pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
        return (
            f"SELECT {fields}, {sums}, CAST({pico} AS HUGEINT) AS {PRICE} FROM {rows} x "
            f"LEFT JOIN {prices.weights} r ON {prices.join('x', 'r')} {prices.join_residual('x', 'z')}"
        )
