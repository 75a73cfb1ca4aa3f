# SPDX-License-Identifier: Apache-2.0
"""Figures of cost: the costing's own answers, so that a metric and a statement can never differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from percontact.costing.denominator import Per, denominator
from percontact.costing.rate import Basis
from percontact.costing.slice import MONTH, Condition, Slice
from percontact.metrics.card import Card
from percontact.metrics.figure import FEW, Figure
from percontact.values.money import PICO
from percontact.values.period import periods, start_of

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

Figures = dict[tuple[date, tuple[object, ...]], Figure]


def cost_figures(costed: CostedBook, card: Card, question: Slice) -> tuple[Figures, Figure, tuple[str, ...]]:
    """(figures by place, figure of the whole, notes) of a card of kind `cost`, in units of the currency."""
    if card.cost in ("unused", "unassigned"):
        return _left_over(costed, card, question)
    asked = replace(question, basis=_basis(card, question), where=(*question.where, *_conditions(card)))
    place = (question.span.start, ())
    months = [m.start for m in periods(asked.months, "month")]
    without = [m for m in months if m not in costed.ledger_months]
    if len(without) == len(months):
        return {}, _unknown(card, place), ("No ledger line is for this span, so its cost is unknown.",)
    known = costed.with_ledger(asked)
    figures, notes = _priced(costed, card, known)
    whole, _ = _priced(costed, card, replace(known, grain="whole", by=(), asked=()))
    if without:
        # What no ledger line is for costs nobody knows what: not nothing.
        cells, _ = costed.cells(asked)
        places = [(c.period, c.values) for c in cells]
        figures |= {p: _unknown(card, p) for p in places if p not in figures}
        told = ", ".join(f"{m:%Y-%m}" for m in without[:6]) + (", ..." if without[6:] else "")
        notes = (
            f"No ledger line is for {told}: the cost of contacts there is unknown and in no figure.",
            *notes,
        )
    return figures, whole.get(place) or _nothing(costed, card, place), notes


def _nothing(costed: CostedBook, card: Card, place: tuple[date, tuple[object, ...]]) -> Figure:
    """The figure of no contact at all: no cost, where the data can tell that there is none."""
    if card.per:
        return Figure(card.metric, *place, None, None, None, None, None, ("undefined",))
    filled, policy = costed.book.filled("contacts"), costed.policy
    needed = {"repeat": set(policy.repeat_same), "demand": {"reason"}, "assisted": set[str]()}
    told = all(needed.get(t.column, {t.column}) <= filled for t in card.where)
    if not told or (any(t.column == "demand" for t in card.where) and not policy.failure_reasons):
        return _unknown(card, place)
    return _amount(card, *place, 0)


def _unknown(card: Card, place: tuple[date, tuple[object, ...]]) -> Figure:
    return Figure(card.metric, *place, None, None, None, None, None, ("unknown",))


def _priced(costed: CostedBook, card: Card, question: Slice) -> tuple[Figures, tuple[str, ...]]:
    cells, _ = costed.cells(question)
    picos = {(c.period, c.values): c.pico for c in cells}
    notes: tuple[str, ...] = ()
    common = _common_cost(costed, question)
    if question.by and any(common.values()):
        notes = (f"{card.name}: cost that no contact can be charged with is in the total and in no slice.",)
    elif not question.by:
        for start, pico in common.items():
            picos[start, ()] = picos.get((start, ()), 0) + pico
    if not card.per:
        return {place: _amount(card, *place, pico) for place, pico in picos.items()}, notes
    below = denominator(costed, question, cells, cast(Per, card.per))
    figures: Figures = {}
    for place, pico in picos.items():
        cost = Fraction(pico - below.left_out.get(place, 0), PICO)
        of = Fraction(below.quantity.get(place, 0)) if below.known else None
        marks = ("unknown",) if of is None else ("undefined",) if not of else ("few",) if of < FEW else ()
        value = cost / of if of else None
        figures[place] = Figure(card.metric, *place, value, cost, of, None, None, marks)
    return figures, (*notes, *below.notes)


def _common_cost(costed: CostedBook, question: Slice) -> dict[date, int]:
    """Period -> pico that only basis full of the whole service bears: of pools nobody used, and unassigned.

    What is unused of pools that somebody used is in the full rate already, as in a statement.
    """
    if question.basis != "full" or any(c.dimension != MONTH for c in question.where):
        return {}
    found = {}
    for step in question.steps:
        rest = costed.left_over(step)
        if rest.idle or rest.unassigned:
            found[_period(question, step.start)] = rest.idle + rest.unassigned
    return found


def _period(question: Slice, day: date) -> date:
    """First day of the period that holds a day."""
    grain = question.grain
    return question.span.start if grain == "whole" else start_of(day, grain, question.calendar)


def _left_over(costed: CostedBook, card: Card, question: Slice) -> tuple[Figures, Figure, tuple[str, ...]]:
    """What no contact bears, as the reconciliation of a statement of each period says it."""
    place = question.span.start
    whole = getattr(costed.reconciliation(question.span), card.cost)
    if question.by or question.where:
        notes = (f"{card.name} belongs to no contact, so it is told for the whole service only.",)
        return {}, _amount(card, place, (), whole), notes
    found = _left_over_steps(costed, card.cost, question)
    figures: Figures = {(start, ()): _amount(card, start, (), pico) for start, pico in found.items()}
    return figures, _amount(card, place, (), whole), ()


def _left_over_steps(costed: CostedBook, name: str, question: Slice) -> dict[date, int]:
    """Period -> pico; where periods cut months unused cost follows the work, as in `reconciliation`."""
    rest = {_period(question, p.start): costed.left_over(p) for p in question.steps}
    if name == "unassigned" or not question.by_day:
        return {start: getattr(r, name) for start, r in rest.items()}
    found = {start: r.idle for start, r in rest.items()}
    for basis, sign in (("full", 1), ("used", -1)):
        for cell in costed.cells(replace(question, basis=cast(Basis, basis)))[0]:
            found[cell.period] += sign * cell.pico
    return found


def _amount(card: Card, period: date, values: tuple[object, ...], pico: int) -> Figure:
    money = Fraction(pico, PICO)
    return Figure(card.metric, period, values, money, money, None)


def _basis(card: Card, question: Slice) -> Basis:
    return question.basis if card.cost == "basis" else cast(Basis, card.cost)


def _conditions(card: Card) -> tuple[Condition, ...]:
    return tuple(Condition(t.column, t.values, t.how == "not") for t in card.where)
