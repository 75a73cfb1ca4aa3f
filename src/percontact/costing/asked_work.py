# SPDX-License-Identifier: Apache-2.0
"""The work that a question asks for: its rows, told inside from outside and added up, not yet priced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from percontact.costing.drivers import SUMS, flat_parts
from percontact.costing.slice import MONTH, Slice
from percontact.records.dialect import quote

if TYPE_CHECKING:
    from percontact.costing.assignment import Assignment


class AskedWork:
    """SQL of the work of questions, by what is asked and the pool keys that price it."""

    def __init__(self, of: Assignment) -> None:
        self._of = of

    def rows(self, question: Slice, *, summed: bool) -> str:
        """SQL relation of the rows of work that a question needs, inside and outside.

        summed  they will be added up before anything else
        """
        of, months = self._of, question.months
        columns = [c for c in dict.fromkeys([*of.scopes.keys, *question.columns()]) if c != "pool"]
        kept = of.kept_work(columns, months)
        return kept or of.work.rows(columns, months, drivers=of.parts, summed=summed)

    def summed(self, question: Slice, dims: Sequence[str]) -> str:
        """SQL of the drivers added up by what is asked and the pool keys.

        `anchor` is the first row of each sum, so the sum that holds a pool's anchor row is known without a
        look at rows.
        """
        rows = self.rows(question, summed=True)
        outside = self._outside_rows(question)
        if outside is None:
            return self._sums(rows, *self._grouped(question, dims))
        rows = f"(SELECT * FROM {rows} WHERE {question.inside()})"
        inside = self._sums(rows, *self._grouped(replace(question, where=()), dims))
        keys = ", ".join(["month", *map(quote, self._of.scopes.keys)])
        nothing = ", ".join(["false", "month", *["NULL"] * len(dims)])
        return f"{inside} UNION ALL {self._sums(outside, keys, nothing)}"

    def _outside_rows(self, question: Slice) -> str | None:
        """Work that a question by day leaves out, where a coarser source than its days can tell.

        The days then need to be grouped only inside the question.
        """
        if not question.where or question.cuts_a_month or not question.by_day:
            return None
        told = (c.dimension for c in question.where if c.dimension != MONTH)
        of = self._of
        columns = list(dict.fromkeys([*of.scopes.keys, *told]))
        if not of.work.from_months(columns):
            return None
        rows = of.work.rows(columns, question.months, drivers=of.parts, summed=True)
        return f"(SELECT * FROM {rows} WHERE NOT ({question.inside()}))"

    def _sums(self, rows: str, made: str, told: str) -> str:
        """SQL of `rows` added up; `made`: fields to group by, `told`: fields over those groups."""
        sums = ", ".join(f"sum({x}) AS {x}" for x in SUMS)
        parts = flat_parts(self._of.parts)
        # A driver that is one of SUMS is summed once: the engine does not see that the two are one.
        drivers = "".join(f", sum({quote(p.name)}) AS {quote(p.name)}" for p in parts if p.sql not in SUMS)
        keys = ["month", *map(quote, self._of.scopes.keys)]
        summed = [
            f"coalesce({p.sql if p.sql in SUMS else quote(p.name)}, 0) AS {quote(p.name)}" for p in parts
        ]
        known = ", ".join([*keys, *(f"coalesce({x}, 0) AS {x}" for x in SUMS), *summed, "anchor"])
        return (
            f"SELECT {told}, {known} FROM "
            f"(SELECT {made}, {sums}{drivers}, min(anchor) AS anchor FROM {rows} GROUP BY ALL)"
        )

    def _grouped(self, question: Slice, dims: Sequence[str]) -> tuple[str, str]:
        """(SQL fields to group work by, SQL fields inside, period, d0, ... over those groups).

        Without conditions each column is grouped by once, under its own name: every further one costs a
        tenth.
        """
        keys = ["month", *map(quote, self._of.scopes.keys)]
        if question.inside() != "true":
            names = ["inside", "period", *[f"d{i}" for i in range(len(dims))]]
            return ", ".join([chosen(question, dims), *keys]), ", ".join(names)
        period = question.period()
        made = [f"{period} AS __period"] if question.by_day else []
        fields = [
            "true AS inside",
            f"{'__period' if made else period} AS period",
            *[f"{quote(d)} AS d{i}" for i, d in enumerate(dims)],
        ]
        return ", ".join(dict.fromkeys([*keys, *map(quote, dims), *made])), ", ".join(fields)


def chosen(question: Slice, dims: Sequence[str]) -> str:
    """SQL fields inside, period, d0, d1, ... of a work row; what lies outside keeps its month only."""
    inside, period = question.inside(), question.period()
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
