# SPDX-License-Identifier: Apache-2.0
"""Make the cost statement from a costed Book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.costing.composition import LEDGER_DIMENSIONS, composition, divide_cell
from percontact.costing.costed import Cell, CostedBook
from percontact.costing.denominator import Denominator, Per, denominator
from percontact.costing.rate import Basis
from percontact.costing.reconcile import Reconciliation, left_over
from percontact.costing.slice import Condition, Slice
from percontact.report.compare import comparisons
from percontact.report.statement import Line, OtherForm, PoolLine, Proof, Statement
from percontact.report.words import headline, statement_notes
from percontact.values.money import from_pico, share_cents
from percontact.values.period import Grain, Period, label, periods, start_of

MS_PER_HOUR = 3_600_000
VALUE_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Group:
    """A cell with its denominator; `label` names a row that is no slice of contacts."""

    cell: Cell
    quantity: Fraction | None
    covered: int
    label: str = ""


def state(costed: CostedBook, question: Slice, per: Per = "contact", *, compare: bool = True) -> Statement:
    """Answer a question with a cost statement.

    Raises FaultOfOurs E-REC-01 when the answer and the ledger differ.
    """
    groups, total, told = _groups(costed, question, per)
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
    return replace(answer, headline=headline(answer), notes=tuple(statement_notes(costed, question, answer, told)))


def _only_total(costed: CostedBook, question: Slice, per: Per) -> Line:
    """The total line of another question, for comparisons."""
    _, total, _ = _groups(costed, replace(question, by=(), grain="year"), per)
    return _line(costed, question, total, _cents_of([total], costed.currency)[0], period=_span_label(question, costed))


def _groups(costed: CostedBook, question: Slice, per: Per) -> tuple[list[Group], Group, list[str]]:
    cells = _cells(costed, question)
    plain = replace(question, by=tuple(d for d in question.by if d not in (*LEDGER_DIMENSIONS, "pool")))
    base = cells if plain.by == question.by else costed.cells(plain)[0]
    told = denominator(costed, plain, base, per)
    keep = [i for i, d in enumerate(question.by) if d in plain.by]
    groups = [_group(c, told, tuple(c.values[i] for i in keep), per) for c in cells]
    if question.basis == "full" and not question.where:
        groups += _common_cost(costed, question)
        if not question.by:
            groups = _merged(groups)
    everything = replace(plain, by=(), grain="year")
    whole_told = told if plain.by == () and len(base) == 1 else _merged_told(costed, everything, per)
    return groups, _total(groups, base, whole_told, per), list(told.notes)


def _cells(costed: CostedBook, question: Slice) -> list[Cell]:
    """Cells of a question, with dimensions of the ledger (account, category, ...) divided exactly."""
    ledger_dims = [d for d in question.by if d in LEDGER_DIMENSIONS]
    if not ledger_dims:
        return costed.cells(question)[0]
    plain = tuple(d for d in question.by if d not in (*LEDGER_DIMENSIONS, "pool"))
    inner = replace(question, by=(*plain, "pool"), grain="day" if question.by_day else "month")
    made_of = composition(costed, question.months, ledger_dims, question.basis)
    sums: dict[tuple[date, tuple[object, ...]], int] = defaultdict(int)
    fiscal = costed.book.settings.fiscal_start_month
    for cell in costed.cells(inner)[0]:
        pool = str(cell.values[-1])
        period = start_of(cell.period, question.grain, fiscal)
        for values, pico in divide_cell(cell.pico, made_of.get((pool, cell.period.replace(day=1)), {})).items():
            known = dict(zip(plain, cell.values, strict=False)) | dict(zip(ledger_dims, values, strict=False)) | {"pool": pool}
            sums[period, tuple(known.get(d) for d in question.by)] += pico
    numbers = {(c.period, c.values): c for c in costed.cells(replace(question, by=plain))[0]}
    at = [i for i, d in enumerate(question.by) if d in plain]
    return [
        replace(numbers[period, tuple(values[i] for i in at)], values=values, pico=pico)
        for (period, values), pico in sorted(sums.items(), key=lambda kv: (kv[0][0], tuple(str(v) for v in kv[0][1])))
    ]


def _group(cell: Cell, told: Denominator, values: tuple[object, ...], per: Per) -> Group:
    if not told.known:
        return Group(cell, None, cell.pico)
    place = (cell.period, values)
    left_out = told.left_out.get(place, 0) if values == cell.values else 0
    return Group(cell, told.quantity.get(place, Fraction(0)), cell.pico - left_out)


def _common_cost(costed: CostedBook, question: Slice) -> list[Group]:
    """On basis full without conditions: what no contact can be charged with, as rows of its own."""
    fiscal = costed.book.settings.fiscal_start_month
    found: dict[tuple[date, str], int] = defaultdict(int)
    for period in _steps(question):
        rest = left_over(costed, period)
        start = start_of(period.start, question.grain, fiscal)
        # Unused capacity of pools that somebody used is in the full rate already; of the others it has no taker.
        found[start, "(unused)"] += rest.idle
        found[start, "(unassigned)"] += rest.unassigned
    return [
        Group(Cell(start, tuple(None for _ in question.by), pico, 0, 0, Decimal(0), 0, 0), Fraction(0), pico, name)
        for (start, name), pico in sorted(found.items())
        if pico
    ]


def _steps(question: Slice) -> list[Period]:
    step: Grain = question.grain if question.grain in ("day", "week") else "month"
    whole = periods(question.span, step)
    return [Period(max(p.start, question.span.start), min(p.end, question.span.end)) for p in whole]


def _merged(groups: Sequence[Group]) -> list[Group]:
    """Without dimensions, common cost joins its period's row: all cost / contacts, the textbook formula."""
    by_start: dict[date, Group] = {}
    for g in groups:
        first = by_start.get(g.cell.period)
        if first is None:
            by_start[g.cell.period] = replace(g, label="") if not g.label else g
            continue
        row, other = (first, g) if not first.label else (g, first)
        cell = replace(row.cell, pico=row.cell.pico + other.cell.pico)
        by_start[g.cell.period] = Group(cell, row.quantity, row.covered + other.covered, row.label and other.label)
    return [replace(g, label="") for _, g in sorted(by_start.items())]


def _merged_told(costed: CostedBook, question: Slice, per: Per) -> Denominator:
    cells = costed.cells(question)[0]
    return denominator(costed, question, cells, per)


def _total(groups: Sequence[Group], base: Sequence[Cell], told: Denominator, per: Per) -> Group:
    cell = Cell(
        min((g.cell.period for g in groups), default=date.min), (), sum(g.cell.pico for g in groups),
        sum(c.offered for c in base), sum(c.handled for c in base), sum((c.handle_s for c in base), Decimal(0)),
        sum(c.measured for c in base), sum(c.derived for c in base),
    )  # fmt: skip
    if not told.known:
        return Group(cell, None, cell.pico)
    # A distinct count does not add up over periods that share a case, so the whole is counted anew.
    quantity = sum(told.quantity.values(), Fraction(0))
    return Group(cell, quantity, cell.pico - sum(told.left_out.values()))


def _lines(costed: CostedBook, question: Slice, groups: Sequence[Group]) -> list[Line]:
    cents = _cents_of(groups, costed.currency)
    fiscal = costed.book.settings.fiscal_start_month
    return [
        _line(costed, question, g, c, period=label(g.cell.period, question.grain, fiscal))
        for g, c in zip(groups, cents, strict=True)
    ]


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
    fiscal = costed.book.settings.fiscal_start_month
    months = [m for m in costed.ledger_months if m in question.months]
    return bool(months) if whole else any(start_of(m, question.grain, fiscal) == start or start.replace(day=1) == m for m in months)


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
    whole = replace(question, by=(), grain="year")
    forms = []
    both: tuple[tuple[Basis, str], ...] = (("full", "with unused and unassigned cost: all cost / contacts"), ("used", "work done only"))
    for basis, says in both:
        _, total, _ = _groups(costed, replace(whole, basis=basis), "contact")
        forms.append(_form(costed, f"cost per contact, {basis}", total, "contact", says))
        if basis == question.basis:
            assisted = replace(whole, basis=basis, where=(*whole.where, Condition("assisted", ("assisted",))))
            _, part, _ = _groups(costed, assisted, "contact")
            forms.append(_form(costed, "cost per agent-assisted contact", part, "contact", f"bot, IVR and self-service left out, basis {basis}"))
            _, minutes, _ = _groups(costed, replace(whole, basis=basis), "handle-minute")
            forms.append(_form(costed, "cost per handle minute", minutes, "minute", f"basis {basis}; rises when contacts get shorter"))
    return forms


def _form(costed: CostedBook, name: str, group: Group, unit: str, says: str) -> OtherForm:
    value = None
    if group.quantity:
        value = from_fraction(Fraction(group.covered, 10**12) / group.quantity).quantize(VALUE_DIGITS)
    return OtherForm(name, value, _cents_of([group], costed.currency)[0], from_fraction(group.quantity or Fraction(0)), unit, says)


def _condition(c: Condition) -> str:
    return f"{c.dimension}{'!=' if c.negate else '='}{','.join(v or '(unknown)' for v in c.values)}"


def _span_label(question: Slice, costed: CostedBook) -> str:
    fiscal = costed.book.settings.fiscal_start_month
    first = label(start_of(question.span.start, question.grain, fiscal), question.grain, fiscal)
    last_day = date.fromordinal(question.span.end.toordinal() - 1)
    last = label(start_of(last_day, question.grain, fiscal), question.grain, fiscal)
    return first if first == last else f"{first} to {last}"

