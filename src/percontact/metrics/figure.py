# SPDX-License-Identifier: Apache-2.0
"""Figures: a metric's value for a slice and period, with what it is made of; a panel of many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.costing.slice import Slice
from percontact.metrics.card import Card

FEW = 30
"""Figures over fewer units than this are marked."""


Place = tuple[date, tuple[object, ...]]
"""(first day of the period, values of the dimensions)"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of one metric.

    metric       its name
    period       first day
    values       one a dimension; None = unknown
    value        exact; None = undefined (nothing to divide by) or unknown (no data says it)
    numerator, denominator  what it is made of; a sum of figures adds these up and divides after
    population   units that would count if all were known; coverage = denominator / population
    interval     (lowest, highest) at 95% where the value is a share of a sample
    marks        what the reader must know: few, provisional, unknown, undefined
    """

    metric: str
    period: date
    values: tuple[object, ...]
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    population: Fraction | None = None
    interval: tuple[Decimal, Decimal] | None = None
    marks: tuple[str, ...] = ()

    @property
    def coverage(self) -> Fraction | None:
        """Share of the population that the value rests on."""
        if not self.population or self.denominator is None:
            return None
        return self.denominator / self.population


Figures = Mapping[Place, Figure]
"""Figures of one metric by place."""
Sums = tuple[Decimal | Fraction | int | None, Decimal | Fraction | int | None]
"""(numerator, denominator) of a figure."""


def sums_of(figures: Figures, place: Place) -> Sums:
    """What the figure of a place is made of; of a `FiguresOnDemand` without its being made where it can."""
    if isinstance(figures, FiguresOnDemand) and figures.sums:
        return figures.sums(place)
    return figures[place].numerator, figures[place].denominator


class FiguresOnDemand(Mapping[Place, Figure]):
    """Figures of one metric by place, each made when it is first looked at: of many, few are.

    places  where there is one; make: the figure of a place
    sums    its numerator and denominator as they were read, where these tell all of it; None = they do not
    """

    def __init__(
        self,
        places: Iterable[Place],
        make: Callable[[Place], Figure],
        sums: Callable[[Place], Sums] | None = None,
    ) -> None:
        self._made: dict[Place, Figure | None] = dict.fromkeys(places)
        self._make = make
        self.sums = sums

    def __getitem__(self, place: Place) -> Figure:
        figure = self._made[place]
        if figure is None:
            figure = self._made[place] = self._make(place)
        return figure

    def __contains__(self, place: object) -> bool:
        return place in self._made

    def __iter__(self) -> Iterator[Place]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of several metrics over the periods and slices of one question.

    cards    in the order asked
    figures  metric -> place -> figure; a place is (first day of the period, values of the dimensions)
    totals   metric -> figure of the whole span, under the same conditions
    notes    what the reader must know, most important first
    """

    question: Slice
    cards: tuple[Card, ...]
    figures: dict[str, Figures]
    totals: dict[str, Figure]
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> list[Place]:
        """Every place that any metric has a figure for, in order."""
        found = {place for figures in self.figures.values() for place in figures}
        return sorted(found, key=lambda p: (p[0], [(v is None, str(v)) for v in p[1]]))
