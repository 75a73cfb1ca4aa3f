# SPDX-License-Identifier: Apache-2.0
"""Figures: a metric's value for a slice and period, with what it is made of; a panel of many of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from percontact.costing.slice import Slice
from percontact.metrics.card import Card

FEW = 30
"""Figures over fewer units than this are marked."""


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
    figures: dict[str, dict[tuple[date, tuple[object, ...]], Figure]]
    totals: dict[str, Figure]
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> list[tuple[date, tuple[object, ...]]]:
        """Every place that any metric has a figure for, in order."""
        found = {place for figures in self.figures.values() for place in figures}
        return sorted(found, key=lambda p: (p[0], [(v is None, str(v)) for v in p[1]]))
