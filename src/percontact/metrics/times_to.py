# SPDX-License-Identifier: Apache-2.0
"""Figures of times that some have not reached yet: time to value, by Kaplan-Meier over customers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction

from percontact.costing.slice import Slice
from percontact.metrics.card import Card, Term, Test
from percontact.metrics.figure import FEW, Figure
from percontact.metrics.kept_numbers import read
from percontact.metrics.row_sql import Number
from percontact.metrics.survival import survive
from percontact.metrics.tally import Tally

Figures = dict[tuple[date, tuple[object, ...]], Figure]


def times_to(tally: Tally, card: Card, question: Slice) -> tuple[Figures, Figure]:
    """(figures by place, figure of the whole): medians of the cohorts that began in each period."""
    figures = whole = _cohorts(tally, card, question)
    if question.grain != "whole" or question.by:
        whole = _cohorts(tally, card, replace(question, grain="whole", by=(), asked=()))
    place = (question.span.start, ())
    empty = Figure(card.metric, *place, None, None, None, None, None, ("undefined",))
    return figures, whole.get(place, empty)


def _cohorts(tally: Tally, card: Card, question: Slice) -> Figures:
    """Rows of each cohort by (days seen, whether it happened), and their estimate."""
    assert card.bottom is not None
    count = Number(Term("count", card.table, "", (*card.bottom.where, Test("days_seen", "at_least", ("0",)))))
    asked = replace(question, by=(*question.by, "days_seen", "happened"), asked=())
    seen: dict[tuple[date, tuple[object, ...]], list[tuple[int, bool, int]]] = defaultdict(list)
    for (period, values), numbers in read(tally, asked, [count]).items():
        rows = numbers[0]
        *dims, days, happened = values
        if rows and days is not None:
            seen[period, tuple(dims)].append((int(str(days)), bool(happened), int(rows)))
    figures: Figures = {}
    for place, times in seen.items():
        found = survive(times)
        of = found.happened + found.censored
        few = ("few",) if of < FEW else ()
        marks = few if found.median is not None else (*few, "undefined")
        value = None if found.median is None else Fraction(found.median)
        figures[place] = Figure(
            card.metric, *place, value, Fraction(found.happened), Fraction(of), None, None, marks
        )
    return figures
