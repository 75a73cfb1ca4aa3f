# SPDX-License-Identifier: Apache-2.0
"""Figures over time as charts take them: moments with their ranges, series, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from percontact.report.document import Cell

Role = Literal["series", "forecast", "comparison", "budget"]
"""series      what was, in a colour of its own
forecast    what is expected, in the colour of the first series, with its ranges
comparison  what it is held against (last year), thin and grey
budget      what was planned, dashed in ink"""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure is expected to lie, with this level of certainty: 0.5 or 0.8."""

    level: float
    low: Cell
    high: Cell


@dataclass(frozen=True, slots=True)
class Moment:
    """A figure of one period.

    start   first day of the period
    label   how the period is named: "2026-09"; "" = its first day
    ranges  of a forecast
    few     whether so few contacts stand behind it that it is greyed (`chart.FEW`)
    """

    start: date
    value: Cell
    label: str = ""
    href: str = ""
    ranges: tuple[Range, ...] = ()
    few: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Figures over time under one name; a period without a figure breaks the line.

    at_end  what its last figure is called at the end of its line, where that is not the name
    """

    label: str
    moments: tuple[Moment, ...]
    role: Role = "series"
    at_end: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: a release, a price rise, an outage. Noted once, drawn on every chart."""

    on: date
    label: str
    href: str = ""


def period_name(moment: Moment) -> str:
    """How the period of a moment is named."""
    return moment.label or moment.start.isoformat()
