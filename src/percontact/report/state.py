# SPDX-License-Identifier: Apache-2.0
"""Make the cost statement from a costed Book."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

from percontact.costing.costed import CostedBook
from percontact.costing.denominator import Per
from percontact.costing.slice import MONTH, Condition, Slice
from percontact.report.compare import comparisons
from percontact.report.groups import Group, cost_of_one, decimal_of, group_cells, whole_of
from percontact.report.other_forms import add_up, other_forms
from percontact.report.pool_lines import pool_lines, proof_line, shared_lines
from percontact.report.statement import Line, Statement
from percontact.report.words import headline, statement_notes
from percontact.values.money import cents
from percontact.values.period import label, next_start, start_of


def state(costed: CostedBook, question: Slice, per: Per = "contact", *, compare: bool = True) -> Statement:
    """Answer a question with a cost statement.

    Months without any ledger line have unknown cost: their rows say so, and the total leaves them out of both
    its cost and its denominator.
    Raises FaultOfOurs E-REC-01 when the answer and the ledger differ.
    """
    with _no_garbage():
        return _state(costed, question, per, compare=compare)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Look for no cycles meanwhile.

    A statement of thousands of lines makes thousands of tuples and no cycle; looking for one among them and
    all rates of the Book took a third of its time.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def _state(costed: CostedBook, question: Slice, per: Per, *, compare: bool) -> Statement:
    known = costed.with_ledger(question)
    if compare:
        add_up(costed, known)
    groups, total, told = group_cells(costed, known, per)
    if known != question and question.grain in ("day", "week", "month", "fiscal-month"):
        # A period that only months without a ledger touch is shown with its contacts, its cost unknown.
        without, _, told = group_cells(costed, question, per)
        groups += [g for g in without if not _has_ledger(costed, question, g.cell.period)]
        groups.sort(key=lambda g: g.cell.period)
    whole = _whole_line(costed, known, total, _span_label(question))
    proof = proof_line(costed.reconciliation(question.span), costed.currency)
    answer = Statement(
        headline="",
        currency=costed.currency,
        basis=question.basis,
        per=per,
        grain=question.grain,
        span=_span_label(question),
        by=question.shown_by,
        where=tuple(_condition(c) for c in question.where),
        rows=tuple(_lines(costed, question, groups)),
        total=whole,
        pools=tuple(pool_lines(costed, question)),
        proof=proof,
        shared=tuple(shared_lines(costed, question)),
        comparisons=tuple(comparisons(costed, known, per, whole, _only_total)) if compare else (),
        other_forms=tuple(other_forms(costed, known, total.cell)) if compare else (),
        notes=(),
        amounts=costed.amounts,
        policy=costed.policy.digest,
        snapshot=costed.book.snapshot,
        demo=costed.book.settings.demo,
    )
    if proof.assigned == 0 and proof.ledger:
        # Nothing was placed: what a contact costs is unknown, not zero.
        answer = replace(answer, other_forms=tuple(f for f in answer.other_forms if f.value))
        if question.basis != "full":
            rows = tuple(line._replace(value=None) for line in answer.rows)
            answer = replace(answer, rows=rows, total=whole._replace(value=None))
    return replace(
        answer, headline=headline(answer), notes=tuple(statement_notes(costed, question, answer, list(told)))
    )


def _only_total(costed: CostedBook, question: Slice, per: Per) -> Line:
    """The total line of another question, for comparisons."""
    question = replace(
        question, by=(), grain="whole", where=tuple(c for c in question.where if c.dimension != MONTH)
    )
    return _whole_line(costed, question, whole_of(costed, question, per), "")


def _lines(costed: CostedBook, question: Slice, groups: Sequence[Group]) -> list[Line]:
    """Groups as lines, a column at a time: a statement may have thousands."""
    if not groups:
        return []
    cells, quantities, divided, labels = zip(*groups, strict=True)
    start, values, pico, offered, handled, handle_s, measured, derived = zip(*cells, strict=True)
    told = {
        day: (_name(day, question), day.isoformat(), _has_ledger(costed, question, day)) for day in set(start)
    }
    name, text, known = zip(*[told[day] for day in start], strict=True)
    unit = costed.currency
    amounts = [cents(one, unit) for one in pico]
    each = list(zip(known, divided, quantities, pico, strict=True))
    columns = (
        name,
        text,
        _texts(values),
        amounts
        if all(known)
        else [c if is_known else None for is_known, c in zip(known, amounts, strict=True)],
        [None if n is None else decimal_of(n) for n in quantities],
        [cost_of_one(part, n) if is_known else None for is_known, part, n, _ in each],
        handled,
        offered,
        handle_s,
        measured,
        derived,
        labels,
        [cents(part, unit) if part != whole and is_known else None for is_known, part, _, whole in each],
    )
    return list(map(Line._make, zip(*columns, strict=True)))


def _texts(values: Sequence[tuple[object, ...]]) -> list[tuple[str | None, ...]]:
    """Values of the dimensions as texts; most are texts already."""
    return [tuple([v if v is None or v.__class__ is str else str(v) for v in one]) for one in values]


def _name(start: date, question: Slice) -> str:
    if question.grain == "whole":
        return start.isoformat()
    return label(start, question.grain, question.calendar)


def _whole_line(costed: CostedBook, question: Slice, total: Group, period: str) -> Line:
    """The line of a whole span: its cost is known where any ledger line is for it."""
    months = question.months
    known = any(m in months for m in costed.ledger_months)
    cell, quantity, divided, label = total
    return Line(
        period=period,
        start=cell.period.isoformat(),
        values=_texts([cell.values])[0],
        cents=cents(cell.pico, costed.currency) if known else None,
        denominator=None if quantity is None else decimal_of(quantity),
        value=cost_of_one(divided, quantity) if known else None,
        contacts=cell.handled,
        offered=cell.offered,
        handle_s=cell.handle_s,
        measured=cell.measured,
        derived=cell.derived,
        label=label,
        covered=cents(divided, costed.currency) if known and divided != cell.pico else None,
    )


def _has_ledger(costed: CostedBook, question: Slice, start: date) -> bool:
    """Whether any ledger line is for the period: without one its cost is unknown, not zero."""
    span = question.months
    months = [m for m in costed.ledger_months if m in span]
    if question.grain == "whole":
        return bool(months)
    grain, calendar = question.grain, question.calendar
    return any(start_of(m, grain, calendar) == start or start.replace(day=1) == m for m in months)


def _condition(c: Condition) -> str:
    return f"{c.dimension}{'!=' if c.negate else '='}{','.join(v or '(unknown)' for v in c.values)}"


def _span_label(question: Slice) -> str:
    """The span in the grain's own words, or by its days where it does not begin and end with the grain."""
    last_day = question.span.end - timedelta(days=1)
    by_days = str(last_day) if last_day == question.span.start else f"{question.span.start} to {last_day}"
    grain, calendar = question.grain, question.calendar
    if grain == "whole":
        return by_days
    first, last = start_of(question.span.start, grain, calendar), start_of(last_day, grain, calendar)
    if first != question.span.start or next_start(last, grain, calendar) != question.span.end:
        if question.cuts_a_month:
            return by_days
        grain, first, last = "month", question.span.start, last_day.replace(day=1)
    one, other = label(first, grain, calendar), label(last, grain, calendar)
    return one if one == other else f"{one} to {other}"
