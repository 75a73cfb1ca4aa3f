# SPDX-License-Identifier: Apache-2.0
"""Make the cost statement from a costed Book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from percontact.costing.costed import CostedBook
from percontact.costing.denominator import Per
from percontact.costing.rate import Basis
from percontact.costing.reconcile import Reconciliation
from percontact.costing.slice import Condition, Slice
from percontact.report.compare import comparisons
from percontact.report.groups import Group, group_cells, whole_of
from percontact.report.statement import Line, OtherForm, PoolLine, Proof, Statement
from percontact.report.words import headline, statement_notes
from percontact.values.money import from_pico, share_cents
from percontact.values.period import GRAINS, label, start_of

MS_PER_HOUR = 3_600_000
VALUE_DIGITS = Decimal("0.000001")


def state(costed: CostedBook, question: Slice, per: Per = "contact", *, compare: bool = True) -> Statement:
    """Answer a question with a cost statement.

    Raises FaultOfOurs E-REC-01 when the answer and the ledger differ.
    """
    groups, total, told = group_cells(costed, question, per)
    rows = _lines(costed, question, groups)
    whole = _line(costed, question, total, _cents_of([total], costed.currency)[0], period=_span_label(question, costed))
    proof = _proof(costed.reconciliation(question.span), costed.currency)
    answer = Statement(
        headline="", currency=costed.currency, basis=question.basis, per=per, grain=question.grain,
        span=_span_label(question, costed), by=question.by, where=tuple(_condition(c) for c in question.where),
        rows=tuple(rows), total=whole, pools=tuple(_pools(costed, question)), proof=proof,
        comparisons=tuple(comparisons(costed, question, per, whole, _only_total)) if compare else (),
        other_forms=tuple(_other_forms(costed, question)) if compare else (),
        notes=(), amounts=costed.amounts, policy=costed.policy.digest, snapshot=costed.book.snapshot, demo=costed.book.settings.demo,
    )  # fmt: skip
    return replace(answer, headline=headline(answer), notes=tuple(statement_notes(costed, question, answer, list(told))))


def _only_total(costed: CostedBook, question: Slice, per: Per) -> Line:
    """The total line of another question, for comparisons."""
    question = replace(question, by=(), grain="whole")
    total = whole_of(costed, question, per)
    return _line(costed, question, total, _cents_of([total], costed.currency)[0], period="")


def _lines(costed: CostedBook, question: Slice, groups: Sequence[Group]) -> list[Line]:
    cents = _cents_of(groups, costed.currency)
    fiscal = costed.book.settings.fiscal_start_month
    return [
        _line(costed, question, g, c, period=_name(g.cell.period, question.grain, fiscal))
        for g, c in zip(groups, cents, strict=True)
    ]


def _name(start: date, grain: str, fiscal: int) -> str:
    return next((label(start, g, fiscal) for g in GRAINS if g == grain), start.isoformat())


def _line(costed: CostedBook, question: Slice, group: Group, cents: int, *, period: str) -> Line:
    cell = group.cell
    priced = _has_ledger(costed, question, cell.period, whole=not cell.values and not question.by)
    value = None
    if group.quantity and priced:
        value = (from_fraction(Fraction(group.covered, 10**12) / group.quantity)).quantize(VALUE_DIGITS)
    return Line(
        period=period, start=cell.period.isoformat(), values=tuple(None if v is None else str(v) for v in cell.values),
        cents=cents if priced else None, denominator=None if group.quantity is None else from_fraction(group.quantity), value=value,
        contacts=cell.handled, offered=cell.offered, handle_s=cell.handle_s, measured=cell.measured, derived=cell.derived,
        label=group.label,
    )  # fmt: skip


def _has_ledger(costed: CostedBook, question: Slice, start: date, *, whole: bool) -> bool:
    """Whether any ledger line is for the period: without one its cost is unknown, not zero."""
    months = [m for m in costed.ledger_months if m in question.months]
    if whole or question.grain == "whole":
        return bool(months)
    fiscal = costed.book.settings.fiscal_start_month
    return any(start_of(m, question.grain, fiscal) == start or start.replace(day=1) == m for m in months)


def from_fraction(number: Fraction) -> Decimal:
    """A fraction as a decimal of 28 significant digits."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def _cents_of(groups: Sequence[Group], currency: str) -> list[int]:
    return share_cents([g.cell.pico for g in groups], currency)


def _proof(found: Reconciliation, currency: str) -> Proof:
    assigned, unused, unassigned = share_cents([found.assigned, found.unused, found.unassigned], currency)
    unclaimed, outside = share_cents([found.unclaimed], currency)[0], share_cents([found.outside], currency)[0]
    ledger = share_cents([found.ledger], currency)[0]
    return Proof(ledger, assigned, unused, unassigned, unclaimed, outside, found.whole)


def _pools(costed: CostedBook, question: Slice) -> list[PoolLine]:
    rates = costed.rates(question.months)
    found = []
    for pool in costed.policy.work_pools:
        mine = [r for r in rates if r.pool == pool.name]
        if not mine:
            continue
        timed = pool.driver.endswith("_s")
        scale = MS_PER_HOUR if timed else (10**6 if pool.driver.startswith("usage:") else 1)
        cost, used = sum(r.cost for r in mine), sum(r.quantity for r in mine)
        known = [r.capacity for r in mine if r.capacity is not None]
        assigned, unused, stuck = share_cents([sum(r.assigned for r in mine), sum(r.unused for r in mine), sum(r.unassigned for r in mine)], costed.currency)
        over = sum(known) if len(known) == len(mine) else used
        found.append(PoolLine(
            pool.name, pool.driver, assigned + unused + stuck, assigned, unused, stuck, Decimal(used) / scale,
            Decimal(sum(known)) / scale if known else None, "hour" if timed else {"contacts": "contact", "messages": "message", "offered": "contact"}.get(pool.driver, pool.driver.partition(":")[2]),
            (from_pico(cost) * scale / over).quantize(VALUE_DIGITS) if over else None, pool.because,
        ))  # fmt: skip
    return sorted(found, key=lambda p: -abs(p.cost))


def _other_forms(costed: CostedBook, question: Slice) -> list[OtherForm]:
    """The same span divided other ways, those that need no further look at single rows."""
    whole = replace(question, by=(), grain="whole")
    forms = []
    both: tuple[tuple[Basis, str], ...] = (("full", "with unused and unassigned cost: all cost / contacts"), ("used", "work done only"))
    for basis, says in both:
        total = whole_of(costed, replace(whole, basis=basis), "contact")
        forms.append(_form(costed, f"cost per contact, {basis}", total, "contact", says))
        if basis == question.basis:
            cells = costed.cells(replace(whole, basis=basis, by=("assisted",)))[0]
            for cell in (c for c in cells if c.values == ("assisted",)):
                part = Group(cell, Fraction(cell.handled), cell.pico)
                forms.append(_form(costed, "cost per agent-assisted contact", part, "contact", f"bot, IVR and self-service left out, basis {basis}"))
            minutes = replace(total, quantity=Fraction(total.cell.handle_s) / 60)
            forms.append(_form(costed, "cost per handle minute", minutes, "minute", f"basis {basis}; rises when contacts get shorter"))
            forms += _avoidable(costed, replace(whole, basis=basis))
    return forms


def _avoidable(costed: CostedBook, whole: Slice) -> Iterator[OtherForm]:
    """Repeat contacts and failure demand as lines of their own, where the data and the policy can tell them."""
    told = []
    if costed.policy.failure_reasons:
        told.append(("demand", "failure", "failure demand", "contacts for reasons the policy calls failure"))
    if costed.work.knows_repeats():
        told.append(("repeat", "repeat", "repeat contacts", f"the same customer about the same within {costed.policy.repeat_days} days"))
    for dimension, value, name, says in told:
        if costed.work.is_quick(dimension):
            for cell in costed.cells(replace(whole, by=(dimension,)))[0]:
                if cell.values == (value,):
                    share = f"{Decimal(cell.handled) / max(1, sum(c.handled for c in costed.cells(whole)[0])):.0%} of contacts"
                    yield _form(costed, name, Group(cell, Fraction(cell.handled), cell.pico), "contact", f"{says}; {share}")




def _form(costed: CostedBook, name: str, group: Group, unit: str, says: str) -> OtherForm:
    value = None
    if group.quantity:
        value = from_fraction(Fraction(group.covered, 10**12) / group.quantity).quantize(VALUE_DIGITS)
    return OtherForm(name, value, _cents_of([group], costed.currency)[0], from_fraction(group.quantity or Fraction(0)), unit, says)


def _condition(c: Condition) -> str:
    return f"{c.dimension}{'!=' if c.negate else '='}{','.join(v or '(unknown)' for v in c.values)}"


def _span_label(question: Slice, costed: CostedBook) -> str:
    fiscal = costed.book.settings.fiscal_start_month
    last_day = question.span.end - timedelta(days=1)
    if question.grain == "whole":
        return f"{question.span.start} to {last_day}"
    first = label(start_of(question.span.start, question.grain, fiscal), question.grain, fiscal)
    last = label(start_of(last_day, question.grain, fiscal), question.grain, fiscal)
    return first if first == last else f"{first} to {last}"
