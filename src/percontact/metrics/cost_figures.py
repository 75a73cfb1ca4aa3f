# SPDX-License-Identifier: Apache-2.0
"""Figures of cost: the costing's own answers, so that a metric and a statement can never differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from percontact.costing.denominator import Per, denominator
from percontact.costing.rate import Basis
from percontact.costing.slice import Condition, Slice
from percontact.metrics.card import Card
from percontact.metrics.figure import FEW, Figure
from percontact.values.money import PICO
from percontact.values.period import start_of

if TYPE_CHECKING:
    from percontact.costing.costed import CostedBook

Figures = dict[tuple[date, tuple[object, ...]], Figure]


def cost_figures(costed: CostedBook, card: Card, question: Slice) -> tuple[Figures, Figure, tuple[str, ...]]:
    """(figures by place, figure of the whole, notes) of a card of kind `cost`, in units of the currency."""
    if card.cost in ("unused", "unassigned"):
        return _left_over(costed, card, question)
    asked = replace(question, basis=_basis(card, question), where=(*question.where, *_conditions(card)))
    figures, notes = _priced(costed, card, asked)
    whole, _ = _priced(costed, card, replace(asked, grain="whole", by=(), asked=()))
    place = (question.span.start, ())
    empty = Figure(card.metric, *place, None, None, None, None, None, ("undefined",))
    return figures, whole.get(place, empty), notes


def _priced(costed: CostedBook, card: Card, question: Slice) -> tuple[Figures, tuple[str, ...]]:
    cells, _ = costed.cells(question)
    if not card.per:
        return {(c.period, c.values): _amount(card, c.period, c.values, c.pico) for c in cells}, ()
    below = denominator(costed, question, cells, cast(Per, card.per))
    figures: Figures = {}
    for c in cells:
        place = (c.period, c.values)
        cost = Fraction(c.pico - below.left_out.get(place, 0), PICO)
        of = Fraction(below.quantity.get(place, 0)) if below.known else None
        marks = ("unknown",) if of is None else ("undefined",) if not of else ("few",) if of < FEW else ()
        value = cost / of if of else None
        figures[place] = Figure(card.metric, c.period, c.values, value, cost, of, None, None, marks)
    return figures, below.notes


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

    def period(day: date) -> date:
        grain = question.grain
        return question.span.start if grain == "whole" else start_of(day, grain, question.calendar)

    rest = {period(p.start): costed.left_over(p) for p in question.steps}
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
