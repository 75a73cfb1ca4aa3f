# SPDX-License-Identifier: Apache-2.0
"""The cells of a question with what each is divided by, and the whole.

These are the numbers behind the statement's lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from percontact.costing.cells import Cell, whole_cell
from percontact.costing.composition import LEDGER_DIMENSIONS, composition, divide_cell
from percontact.costing.costed import CostedBook
from percontact.costing.denominator import ADDITIVE, Denominator, Per, denominator, own_quantity
from percontact.costing.slice import MONTH, Slice
from percontact.values.money import divide
from percontact.values.period import Period, start_of

VALUE_DIGITS = 6
VALUE_PICO = 10 ** (12 - VALUE_DIGITS)
"""Pico in the last decimal of a value."""


class Group(NamedTuple):
    """A cell with its denominator; `label` names a row that is no slice of contacts."""

    cell: Cell
    quantity: Fraction | int | None
    covered: int
    label: str = ""


def cost_of_one(pico: int, quantity: Fraction | int | None) -> Decimal | None:
    """What is divided / the denominator, to six decimals; None = undefined."""
    if not quantity:
        return None
    if quantity.__class__ is int:
        return value_of(pico, quantity)
    return value_of(pico * quantity.denominator, quantity.numerator)


def value_of(pico: int, quantity: int) -> Decimal:
    """Money / a whole quantity, to six decimals, half to even."""
    return Decimal(divide(pico, quantity * VALUE_PICO)).scaleb(-VALUE_DIGITS)


def decimal_of(number: Fraction | int) -> Decimal:
    """A fraction as a decimal of 28 significant digits."""
    if number.__class__ is int or number.denominator == 1:
        return Decimal(number.numerator)
    return Decimal(number.numerator) / Decimal(number.denominator)


def group_cells(costed: CostedBook, question: Slice, per: Per) -> tuple[list[Group], Group, tuple[str, ...]]:
    """(groups in order of period and value, the whole, what the reader must know) of a question."""
    cells = _cells(costed, question)
    plain = replace(question, by=tuple(d for d in question.by if d not in (*LEDGER_DIMENSIONS, "pool")))
    base = cells if plain.by == question.by else costed.cells(plain)[0]
    told = None if per in ADDITIVE else denominator(costed, plain, base, per)
    if told is None:
        groups = [Group(c, own_quantity(c, per), c.pico) for c in cells]
    else:
        keep = [i for i, d in enumerate(question.by) if d in plain.by]
        groups = [_group(c, told, tuple(c.values[i] for i in keep)) for c in cells]
    if question.basis == "full" and all(c.dimension == MONTH for c in question.where):
        groups += _common_cost(costed, question)
        if not question.by:
            groups = _merged(groups)
        groups.sort(key=lambda g: g.cell.period)
    return groups, _whole(costed, plain, groups, base, told, per), told.notes if told else ()


def whole_of(costed: CostedBook, question: Slice, per: Per) -> Group:
    """Only the whole of a question."""
    return group_cells(costed, replace(question, by=(), grain="whole"), per)[1]


def _cells(costed: CostedBook, question: Slice) -> list[Cell]:
    """Cells of a question, with dimensions of the ledger (account, category, ...) divided exactly."""
    ledger_dims = [d for d in question.by if d in LEDGER_DIMENSIONS]
    if not ledger_dims:
        return costed.cells(question)[0]
    plain = tuple(d for d in question.by if d not in (*LEDGER_DIMENSIONS, "pool"))
    inner = replace(question, by=(*plain, "pool"), grain="day" if question.by_day else "month")
    made_of = composition(costed, question.months, ledger_dims, question.basis)
    sums: dict[tuple[date, tuple[object, ...]], int] = defaultdict(int)
    for cell in costed.cells(inner)[0]:
        pool = str(cell.values[-1])
        period = (
            question.span.start
            if question.grain == "whole"
            else start_of(cell.period, question.grain, question.calendar)
        )
        made = made_of.get((pool, cell.period.replace(day=1)), {})
        for values, pico in divide_cell(cell.pico, made).items():
            known = dict(zip(plain, cell.values, strict=False))
            known |= dict(zip(ledger_dims, values, strict=False)) | {"pool": pool}
            sums[period, tuple(known.get(d) for d in question.by)] += pico
    numbers = {(c.period, c.values): c for c in costed.cells(replace(question, by=plain))[0]}
    at = [i for i, d in enumerate(question.by) if d in plain]
    return [
        numbers[period, tuple(values[i] for i in at)]._replace(values=values, pico=pico)
        for (period, values), pico in sorted(
            sums.items(), key=lambda kv: (kv[0][0], tuple(str(v) for v in kv[0][1]))
        )
    ]


def _group(cell: Cell, told: Denominator, values: tuple[object, ...]) -> Group:
    if not told.known:
        return Group(cell, None, cell.pico)
    place = (cell.period, values)
    left_out = told.left_out.get(place, 0) if values == cell.values else 0
    return Group(cell, told.quantity.get(place, 0), cell.pico - left_out)


def _common_cost(costed: CostedBook, question: Slice) -> list[Group]:
    """On basis full without conditions: what no contact can be charged with, as rows of its own."""
    found: dict[tuple[date, str], int] = defaultdict(int)
    for period in _steps(question):
        rest = costed.left_over(period)
        start = (
            question.span.start
            if question.grain == "whole"
            else start_of(period.start, question.grain, question.calendar)
        )
        # Unused capacity of pools that somebody used is in the full rate already; of the others it has no
        # taker.
        found[start, "(unused)"] += rest.idle
        found[start, "(unassigned)"] += rest.unassigned
    return [
        Group(
            Cell(start, tuple(None for _ in question.by), pico, 0, 0, Decimal(0), 0, 0),
            Fraction(0),
            pico,
            name,
        )
        for (start, name), pico in sorted(found.items())
        if pico
    ]


def _steps(question: Slice) -> list[Period]:
    """The periods asked for, or the months they are made of, cut to the span."""
    return question.steps if question.steps_cut_months else replace(question, grain="month").steps


def _merged(groups: Sequence[Group]) -> list[Group]:
    """Without dimensions, common cost joins its period's row: all cost / contacts, the textbook formula."""
    by_start: dict[date, Group] = {}
    for g in groups:
        first = by_start.get(g.cell.period)
        if first is None:
            by_start[g.cell.period] = g._replace(label="") if not g.label else g
            continue
        row, other = (first, g) if not first.label else (g, first)
        cell = row.cell._replace(pico=row.cell.pico + other.cell.pico)
        by_start[g.cell.period] = Group(
            cell, row.quantity, row.covered + other.covered, row.label and other.label
        )
    return [g._replace(label="") for _, g in sorted(by_start.items())]


def _whole(
    costed: CostedBook,
    plain: Slice,
    groups: Sequence[Group],
    base: Sequence[Cell],
    told: Denominator | None,
    per: Per,
) -> Group:
    """The whole; `told`: denominators of its cells, None where each tells its own."""
    cell = whole_cell(plain.span.start, base)._replace(pico=sum([g.cell.pico for g in groups]))
    if told is None:
        return Group(cell, own_quantity(cell, per), cell.pico)
    if not told.known:
        return Group(cell, None, cell.pico)
    if not (plain.by == () and plain.grain == "whole"):
        # A distinct count does not add up over periods that share a case, so the whole is counted anew.
        everything = replace(plain, by=(), grain="whole")
        told = denominator(costed, everything, costed.cells(everything)[0], per)
    return Group(cell, sum(told.quantity.values()), cell.pico - sum(told.left_out.values()))
