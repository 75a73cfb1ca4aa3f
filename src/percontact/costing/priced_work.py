# SPDX-License-Identifier: Apache-2.0
"""Work of coarse sources with its price, kept in memory: what they can tell is then a bare sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from percontact.costing.allocate import Prices
from percontact.costing.drivers import ADDED_UP, SUMS
from percontact.costing.kept_rows import KeptRows
from percontact.costing.priced_rows import price
from percontact.costing.rate import Basis
from percontact.costing.slice import Slice
from percontact.costing.work import Coarse
from percontact.records.dialect import literal, quote
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    from percontact.costing.assignment import Assignment

KEPT_ROWS = 3_000_000
"""So many rows are kept at most, of all sources and bases together: some 250 megabytes."""
CODED_TEXTS = 20_000
"""Up to so many different texts are kept as codes."""
PRICE = "__pico"
"""The column of a row's price."""


@dataclass(slots=True)
class _Kept:
    """What is kept of one source on one basis: a table, filled by the spans that were asked for.

    texts  values of its dimensions; type: the engine's type of them, "" = they stand as texts.
           A code is an eighth of a text, and grouping by it takes half the time.
    """

    name: str
    texts: set[str]
    type: str = ""
    rows: int = 0
    spans: list[Period] = field(default_factory=list)
    months: set[date] = field(default_factory=set)


class PricedWork:
    """Tables of priced work, one a source and basis, filled month by month as questions need them.

    Cost is linear in its drivers and a row of a coarse source lies under one combination of pool keys, so a
    row's price is part of the amount assigned, whatever is asked: rates, prices and rows never change.
    """

    def __init__(self, assignment: Assignment, kept_rows: KeptRows | None = None) -> None:
        self._of, self._kept_rows = assignment, kept_rows
        self._tables: dict[tuple[Coarse, Basis], _Kept] = {}
        self._made = self._rows = 0

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

        Where no coarse source can answer, or it is too long for memory, the rows kept on disk do. None where
        there are none of these months.
        """
        of = self._of
        source = of.work.coarse([*columns, *of.scopes.keys])
        table = self._kept(source, months, basis) if source else None
        if source is None or table is None:
            rows = self._kept_rows.rows(columns, months) if self._kept_rows else None
            return rows and f"(SELECT *, {price(basis)} AS {PRICE} FROM {rows})"
        within = f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"
        return of.work.seen(columns, f"(SELECT * FROM {table} WHERE {within})", source)

    def _kept(self, source: Coarse, months: Period, basis: Basis) -> str | None:
        """Name of the table that keeps a source; months that it lacks are read and priced now."""
        kept = self._tables.get((source, basis))
        if kept and {p.start for p in periods(months, "month")} <= kept.months:
            return kept.name
        texts, spans = self._texts(source, months), [months]
        if kept is None or not texts <= kept.texts:
            # A type of texts cannot grow, so the table is made anew with the months that it had.
            if kept:
                self._of.con.execute(f"DROP TABLE IF EXISTS {kept.name}")
                self._rows -= kept.rows
                texts, spans = texts | kept.texts, [*kept.spans, months]
            kept = self._tables[source, basis] = self._new(texts)
        filled = [self._fill(kept, source, span, basis) for span in spans]
        return kept.name if all(filled) else None

    def _new(self, texts: set[str]) -> _Kept:
        self._made += 1
        kept = _Kept(f"priced_work_{self._made}", texts)
        if 0 < len(texts) <= CODED_TEXTS:
            kept.type = f"{kept.name}_text"
            self._of.con.execute(
                f"CREATE TYPE {kept.type} AS ENUM ({', '.join(map(literal, sorted(texts)))})"
            )
        return kept

    def _texts(self, source: Coarse, months: Period) -> set[str]:
        """Values of a source's dimensions of text, which are the same in its sums by month.

        None for those sums themselves where they lie in a file: they are few, and looking for their values
        takes longer than it saves.
        """
        if not source.calendar and not self._of.work.summary.at_hand:
            return set()
        dims = ", ".join(map(quote, self._of_text(source)))
        if not dims:
            return set()
        rows = self._of.work.rows(source.dimensions, months)
        found = self._of.con.execute(f"SELECT DISTINCT unnest([{dims}]) FROM {rows}").fetchall()
        return {text for (text,) in found if text is not None}

    def _of_text(self, source: Coarse) -> list[str]:
        types = self._of.book.columns("contacts")
        return [d for d in source.dimensions if types.get(d, "VARCHAR") == "VARCHAR"]

    def _fill(self, kept: _Kept, source: Coarse, months: Period, basis: Basis) -> bool:
        """Add the months that a table lacks; False where there would be more rows than are kept."""
        of = self._of
        missing = [p.start for p in periods(months, "month") if p.start not in kept.months]
        rows = of.work.rows([*source.dimensions, *source.calendar, *of.scopes.keys], months, drivers=of.parts)
        only = ", ".join(f"DATE '{month}'" for month in missing)
        rows = f"(SELECT * FROM {rows} WHERE month IN ({only or 'NULL'}))"
        ((count,),) = of.con.execute(f"SELECT count(*) FROM {rows}").fetchall()
        if self._rows + count > KEPT_ROWS:
            return False
        put = f"INSERT INTO {kept.name}" if kept.spans else f"CREATE OR REPLACE TEMP TABLE {kept.name} AS"
        of.con.execute(f"{put} {self._priced(kept, source, rows, of.prices(months, basis))}")
        self._rows += count
        kept.rows += count
        kept.months.update(missing)
        kept.spans.append(months)
        return True

    def _priced(self, kept: _Kept, source: Coarse, rows: str, prices: Prices) -> str:
        """SQL of rows of work with their price, each with what it bears of the residuals."""
        coded = set(self._of_text(source)) if kept.type else set()
        fields = ["x.month"]
        for name in (*source.dimensions, *source.calendar):
            column = f"x.{quote(name)}"
            fields.append(f"CAST({column} AS {kept.type}) AS {quote(name)}" if name in coded else column)
        for name in SUMS:
            fields.append(f"CAST(x.{name} AS {'DECIMAL(18,3)' if name == 'effort' else 'BIGINT'}) AS {name}")
        pico = f"coalesce({prices.amount('x', 'r')}, 0) + coalesce(z.pico, 0)"
        return (
            f"SELECT {', '.join(fields)}, CAST({pico} AS HUGEINT) AS {PRICE} FROM {rows} x "
            f"LEFT JOIN {prices.weights} r ON {prices.join('x', 'r')} {prices.join_residual('x', 'z')}"
        )
