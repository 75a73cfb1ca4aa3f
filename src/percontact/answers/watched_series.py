# SPDX-License-Identifier: Apache-2.0
"""The series that are watched: each metric, of everything and of each value of a dimension, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from percontact.answers.measuring import panel_for
from percontact.costing.denominator import ADDITIVE
from percontact.costing.slice import Slice
from percontact.explain.expected import WEEK, Daily
from percontact.metrics.card import Card
from percontact.metrics.figure import Sums, sums_of
from percontact.metrics.row_sql import numbers_of
from percontact.pipeline import OpenBook
from percontact.values.period import Period

LEAST_A_DAY = 10
"""A slice with fewer contacts on its median day is not watched by itself."""

Values = dict[date, Sums]
"""Day -> (numerator, denominator)."""
Name = tuple[str, str | None]
"""(dimension, value); ("", None) = everything."""
Grain = Literal["day", "hour"]
Number = Decimal | Fraction | int | None


@dataclass(frozen=True, slots=True)
class DaySeries:
    """The series that are watched, and what is not.

    found   ((metric, hour), its figures of everything and of each value); hour None = whole days
    small   how many slices have too few contacts to be watched one by one
    silent  metrics that have too few figures
    """

    found: tuple[tuple[tuple[Card, int | None], Daily], ...]
    small: int
    silent: tuple[Card, ...]

    @property
    def nodes(self) -> int:
        """How many series there are."""
        return sum(len(daily.names) for _, daily in self.found)

    @property
    def booked(self) -> set[str]:
        """Metrics whose figures are of what was booked."""
        return {card.metric for (card, _), daily in self.found if daily.booked}


def day_series(book: OpenBook, cards: Sequence[Card], question: Slice, grain: Grain) -> DaySeries:
    """The series of a question's days: of everything, and of each value of each dimension it names."""
    made = _sums_by_day(book, cards, question, grain)
    found: list[tuple[tuple[Card, int | None], Daily]] = []
    small: set[Name] = set()
    watched: set[Name] = set()
    silent = []
    for card in cards:
        before = len(found)
        for hour in sorted({h for metric, h in made if metric == card.metric}, key=lambda h: h or 0):
            every = made[card.metric, hour]
            kept = {name: told for name, told in every.items() if _large(told, question.span)}
            small |= {name for name in every if name[0] and name not in kept}
            if ("", None) in kept:
                watched |= kept.keys()
                found.append(((card, hour), _daily(card, kept, question.span)))
        if len(found) == before:
            silent.append(card)
    return DaySeries(tuple(found), len(small - watched if grain == "hour" else small), tuple(silent))


def _sums_by_day(
    book: OpenBook, cards: Sequence[Card], question: Slice, grain: Grain
) -> dict[tuple[str, int | None], dict[Name, Values]]:
    """(metric, hour) -> the sums of everything and of each value, day by day."""
    dims = question.by
    made: dict[tuple[str, int | None], dict[Name, Values]] = {}
    alone = [card for card in cards if not (dims and _adds_up(card))]
    for dim in ("", *dims) if alone else dims:
        by = (*(("hour",) if grain == "hour" else ()), *((dim,) if dim else ()))
        asked = replace(question, grain="day", by=by, asked=by)
        figures_of = panel_for(book, cards if dim else alone, asked).figures
        # Sums of everything are those of the first dimension's values, added up.
        whole = {card.metric for card in cards if dim and dim == dims[0] and card not in alone}
        for metric, figures in figures_of.items():
            for place in figures:
                day, values = place
                hour = int(str(values[0])) if grain == "hour" else None
                last = values[-1] if dim else None
                node = (dim, None if last is None else str(last))
                nodes = made.setdefault((metric, hour), {})
                told = nodes.setdefault(node, {})[day] = sums_of(figures, place)
                if metric in whole:
                    all_of_it = nodes.setdefault(("", None), {})
                    all_of_it[day] = _added(all_of_it[day], told) if day in all_of_it else told
    return made


def _adds_up(card: Card) -> bool:
    """Whether the sums of everything are the sums of its parts, added up."""
    if card.kind == "cost":
        return not card.per or card.per in ADDITIVE
    return not card.same and all(number.adds_up for number in numbers_of(card))


def _added(one: Sums, other: Sums) -> Sums:
    """Sums of two places, exactly; what is unknown of one adds nothing."""

    def both(a: Number, b: Number) -> Number:
        return b if a is None else a if b is None else Fraction(a) + Fraction(b)

    return both(one[0], other[0]), both(one[1], other[1])


def _large(values: Values, span: Period) -> bool:
    """Whether a slice has contacts enough to be watched by itself: on its median day, and half the time."""
    sizes = sorted(float((top if bottom is None else bottom) or 0) for top, bottom in values.values())
    return len(sizes) * 2 >= span.days and sizes[len(sizes) // 2] >= LEAST_A_DAY


def _daily(card: Card, nodes: dict[Name, Values], span: Period) -> Daily:
    """Figures as arrays, whole weeks; a sum of a day without rows is 0, a ratio unknown."""
    days = -(-span.days // WEEK) * WEEK
    ratio = any(bottom is not None for values in nodes.values() for _, bottom in values.values())
    top = np.full((days, len(nodes)), 0.0)
    bottom = np.zeros((days, len(nodes)))
    # In order of their names: who comes first from the engine says nothing.
    ordered = dict(sorted(nodes.items(), key=lambda n: (n[0][0] != "", str(n[0]))))
    for i, values in enumerate(ordered.values()):
        for day, (above, below) in values.items():
            at = (day - span.start).days
            if 0 <= at < span.days:
                known = above is not None and (below is None or below != 0)
                top[at, i] = float(above or 0) if known or not ratio else np.nan
                bottom[at, i] = float(below or 0) if known else 0.0
    top[span.days :] = np.nan
    booked = card.kind == "cost"
    return Daily(span.start, tuple(ordered), top, bottom if ratio else None, booked)
