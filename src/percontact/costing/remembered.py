# SPDX-License-Identifier: Apache-2.0
"""Earlier answers, remembered: given again, or added up where they were told finer than is asked now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from percontact.costing.cells import Cell, Cells, whole_cell
from percontact.costing.slice import Slice

REMEMBERED_CELLS = 50_000
"""So many cells are kept at most: some ten megabytes."""


class Remembered:
    """The answers given on one Book and policy, the oldest first, forgotten first."""

    def __init__(self) -> None:
        self._found: dict[Slice, Cells] = {}

    def same(self, question: Slice) -> Cells | None:
        """The answer to this very question, if it is remembered."""
        return self._found.get(question)

    def finer(self, question: Slice) -> Cells | None:
        """The answer as the sum of an earlier one's cells, where that one was told finer."""
        for asked, (inside, outside) in self._found.items():
            if asked.where == question.where and asked.basis == question.basis and _is_finer(asked, question):
                months, nothing = question.months, (None,) * len(question.by)
                left_out = [c._replace(values=nothing) for c in outside if c.period in months]
                return _gathered(asked, inside, question), left_out
        return None

    def keep(self, question: Slice, cells: Cells) -> None:
        """Remember an answer."""
        self._found[question] = cells
        held = sum(len(inside) + len(outside) for inside, outside in self._found.values())
        while held > REMEMBERED_CELLS:
            inside, outside = self._found.pop(next(iter(self._found)))
            held -= len(inside) + len(outside)

    def forget(self) -> None:
        """Forget all of them."""
        self._found.clear()


def _is_finer(asked: Slice, question: Slice) -> bool:
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
