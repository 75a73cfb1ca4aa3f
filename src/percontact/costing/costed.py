# SPDX-License-Identifier: Apache-2.0
"""A costed Book: the Book, and every cent of its ledger assigned, unused or unassigned.

Costing happens once, on whole months and before any question is asked (`assignment.Assignment`). A question
(`slice.Slice`) can only choose rows of the answer; it cannot change how cost was assigned, so no view changes
a total.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from percontact.costing import lines
from percontact.costing.answering import Answering
from percontact.costing.cells import Cells, read_cells
from percontact.costing.kept_sums import KeptSums
from percontact.costing.policy import OUTSIDE, Policy
from percontact.costing.reconcile import Reconciliation, check_answer, reconciled
from percontact.costing.remembered import Remembered
from percontact.costing.slice import MONTH, Condition, Slice
from percontact.records.book import Book
from percontact.values.money import Money
from percontact.values.period import Period, add_months, periods

T = TypeVar("T")


class CostedBook(Answering):
    """A Book with its cost assigned under a policy, ready to be asked.

    kept  sums kept of what its cost is divided by, or None
    """

    kept: KeptSums | None = None

    # -- asking it ----------------------------------------------------------------------------------

    def cells(self, question: Slice) -> Cells:
        """(cells inside the question, sums of what it leaves out), in order of period and value.

        What was asked before is not worked out again: neither the Book nor its policy ever changes.
        Raises FaultOfOurs E-REC-01 when both together are not the amount assigned, to the pico.
        """
        question = replace(question, asked=())
        found = self._remembered.same(question)
        if found is None:
            finer = self._remembered.finer(question)
            found = finer or read_cells(self.con, question, self._answered(question, "answer"))
            whole = sum([cell.pico for cells in found for cell in cells])
            check_answer(question, self.assigned_on(question.months, question.basis), whole)
            if finer is None:
                self._remembered.keep(question, found)
        return found

    @cached_property
    def _remembered(self) -> Remembered:
        return Remembered()

    def forget(self) -> None:
        """Forget earlier answers: the next question is worked out anew."""
        self._remembered.forget()

    def with_ledger(self, question: Slice) -> Slice:
        """The question, without months that no ledger line is for; unchanged where none of them has any."""
        months = [p.start for p in periods(question.months, "month")]
        known = [m for m in months if m in self.ledger_months]
        if len(known) == len(months) or not known:
            return question
        only = Condition(MONTH, tuple(m.isoformat() for m in known))
        return replace(question, where=(*question.where, only))

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

    # -- what it comes to ---------------------------------------------------------------------------

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


def cost(
    book: Book, policy: Policy, *, amounts: lines.Amounts = "effective", cubes: bool = True
) -> CostedBook:
    """Assign every cent of a Book's ledger to the work that used it."""
    return CostedBook(book, policy, amounts=amounts, cubes=cubes)
