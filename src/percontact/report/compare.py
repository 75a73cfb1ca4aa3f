# SPDX-License-Identifier: Apache-2.0
"""The statement beside the period before, the same period last year, and the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from percontact.costing.costed import CostedBook
from percontact.costing.denominator import Per
from percontact.costing.planned import plan_of
from percontact.costing.slice import Slice
from percontact.report.statement import Comparison, Line
from percontact.report.words import BUDGET
from percontact.values.money import cents, from_pico
from percontact.values.period import before, last_year, periods

Total = Callable[[CostedBook, Slice, Per], Line]


def comparisons(
    costed: CostedBook, question: Slice, per: Per, whole: Line, total: Total
) -> Iterator[Comparison]:
    """The total of a question beside three others; what is missing is said, never left out.

    A budget plans all cost, so it stands beside the total on basis full.
    """
    for name, span in (
        ("period before", before(question.span, question.calendar, question.grain)),
        ("same period last year", last_year(question.span, question.calendar, question.grain)),
    ):
        yield _compare(name, costed, replace(question, span=span), per, whole, total)
    full = whole if question.basis == "full" else total(costed, replace(question, basis="full"), per)
    yield _budget(costed, question, per, full)


def _compare(name: str, costed: CostedBook, other: Slice, per: Per, whole: Line, total: Total) -> Comparison:
    months = [p.start for p in periods(other.months, "month")]
    lacking = [m for m in months if m not in costed.ledger_months or m not in costed.book.months("contacts")]
    label = f"{other.span.start} to {other.span.end - timedelta(days=1)}"
    if lacking:
        return Comparison(
            name,
            label,
            None,
            None,
            None,
            None,
            f"no data for {lacking[0]:%Y-%m}" + (" and more" if lacking[1:] else ""),
        )
    line = total(costed, other, per)
    return Comparison(name, label, line.cents, line.denominator, line.value, _change(whole.value, line.value))


def _change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return None if now is None or then is None else now - then


def _budget(costed: CostedBook, question: Slice, per: Per, whole: Line) -> Comparison:
    label = f"{question.span.start} to {question.span.end - timedelta(days=1)}"
    if costed.book.has("budgets") and per != "contact":
        return _no_budget(label, "budgets plan contacts only")
    plan = plan_of(costed.con, costed.book, question.span, question.where)
    if plan.pico is None or not plan.contacts:
        return _no_budget(label, plan.missing or "no budget for this span")
    contacts = plan.contacts
    value = (from_pico(plan.pico) * contacts.denominator / contacts.numerator).quantize(Decimal("0.000001"))
    count = Decimal(contacts.numerator) / Decimal(contacts.denominator)
    amount = cents(plan.pico, costed.currency)
    return Comparison(BUDGET, label, amount, count, value, _change(whole.value, value))


def _no_budget(label: str, why: str) -> Comparison:
    return Comparison(BUDGET, label, None, None, None, None, why)
