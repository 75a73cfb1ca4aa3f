# SPDX-License-Identifier: Apache-2.0
"""Targets: what was promised for which days and slice, whether it was kept, what is left of the error budget.

A promise holds on its own days: over a span in which it changed, each stretch is held against the one in
force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.slice import Condition, Slice
from percontact.metrics.card import Card
from percontact.metrics.catalogue import known_as
from percontact.metrics.figure import Figure, Panel
from percontact.records.book import Book
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

SLICED_BY = ("channel", "team", "reason")


@dataclass(frozen=True, slots=True)
class Promise:
    """One dated target.

    metric     as the row names it
    start, end  days it is in force, [start, end); end None = still
    bound      at_least, at_most, or within `tolerance` of it
    where      the slice it holds for; () = all
    row_id     its row, for the trail
    """

    metric: str
    start: date
    end: date | None
    target: Fraction
    bound: str
    tolerance: Fraction | None
    where: tuple[Condition, ...]
    because: str
    row_id: int


@dataclass(frozen=True, slots=True)
class Attainment:
    """A promise held against what was.

    span         the days of the question on which it was in force
    met          None where the figure is unknown or undefined
    gap          how far the figure lies on the wrong side; 0 where it was met
    budget_left  of a share: 1 - misses / misses allowed; below zero it is overspent; None = no such budget
    """

    promise: Promise
    card: Card
    span: Period
    figure: Figure
    met: bool | None
    gap: Fraction | None
    budget_left: Fraction | None


def read_promises(con: duckdb.DuckDBPyConnection, book: Book) -> list[Promise]:
    """Every target, each ending where a later one of the same metric and slice begins."""
    if not book.has("targets"):
        return []
    rows = con.execute(
        "SELECT metric, valid_from, valid_until, target, bound, tolerance, "
        f"{', '.join(SLICED_BY)}, because, row_id "
        f"FROM {book.relation('targets')} ORDER BY valid_from, row_id"
    ).fetchall()
    found: list[Promise] = []
    for metric, start, end, target, bound, tolerance, *slices, because, row_id in rows:
        where = tuple(Condition(d, (v,)) for d, v in zip(SLICED_BY, slices, strict=True) if v is not None)
        found.append(Promise(
            metric, start, end, Fraction(target), bound,
            None if tolerance is None else Fraction(tolerance), where, because or "", row_id,
        ))  # fmt: skip
    return [_until_next(p, found) for p in found]


def _until_next(promise: Promise, others: Sequence[Promise]) -> Promise:
    later = [
        o.start
        for o in others
        if (o.metric, o.where) == (promise.metric, promise.where)
        and (o.start, o.row_id) > (promise.start, promise.row_id)
    ]
    ends = [e for e in (promise.end, *later) if e is not None]
    return replace(promise, end=min(ends) if ends else None)


def attain(
    promises: Sequence[Promise],
    cards: Sequence[Card],
    question: Slice,
    measure: Callable[[Sequence[Card], Slice], Panel],
) -> list[Attainment]:
    """Hold the promises about some metrics against the figures of a question's days and conditions.

    measure  measures cards over a slice
    Promises of a slice are read in that slice and under the question's conditions.
    """
    stretches: dict[tuple[Period, tuple[Condition, ...]], list[tuple[Promise, Card]]] = defaultdict(list)
    for promise in promises:
        card = next((c for c in cards if known_as(c, promise.metric)), None)
        span = _overlap(promise, question.span)
        if card is not None and span is not None:
            stretches[span, promise.where].append((promise, card))
    found: list[Attainment] = []
    for (span, where), held in stretches.items():
        asked = replace(question, span=span, grain="whole", by=(), asked=(), where=(*question.where, *where))
        panel = measure(list({c.metric: c for _, c in held}.values()), asked)
        found += [_held(p, c, span, panel.totals[c.metric]) for p, c in held]
    order = [c.metric for c in cards]
    return sorted(found, key=lambda a: (order.index(a.card.metric), a.span.start, a.promise.row_id))


def _overlap(promise: Promise, span: Period) -> Period | None:
    start = max(promise.start, span.start)
    end = min(promise.end or span.end, span.end)
    return Period(start, end) if start < end else None


def _held(promise: Promise, card: Card, span: Period, figure: Figure) -> Attainment:
    if figure.value is None:
        return Attainment(promise, card, span, figure, None, None, None)
    gap = gap_to(promise, figure.value)
    return Attainment(promise, card, span, figure, gap == 0, gap, _budget_left(promise, card, figure))


def gap_to(promise: Promise, value: Fraction) -> Fraction:
    """How far a value lies on the wrong side of a promise, 0 where it keeps it."""
    slack = promise.tolerance or Fraction(0)
    below, above = promise.target - slack - value, value - promise.target - slack
    if promise.bound == "within":
        return max(below, above, Fraction(0))
    return max(below if promise.bound == "at_least" else above, Fraction(0))


def _budget_left(promise: Promise, card: Card, figure: Figure) -> Fraction | None:
    """What is left of the misses that a share's promise allows, as a part of them.

    Source: Beyer et al., Site Reliability Engineering, 2016, chapter 3: error budget = 1 - objective.
    """
    if card.kind != "share" or promise.bound == "within" or not figure.denominator:
        return None
    hits, of = figure.numerator or Fraction(0), figure.denominator
    least = promise.bound == "at_least"
    allowed = (1 - promise.target if least else promise.target) * of
    missed = of - hits if least else hits
    return 1 - missed / allowed if allowed > 0 else None
