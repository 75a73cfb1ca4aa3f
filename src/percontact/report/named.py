# SPDX-License-Identifier: Apache-2.0
"""Steps of time, dimensions, values and conditions as people say them: "week of 1 June 2026", "Monday"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from percontact.costing.slice import Condition
from percontact.report.spoken import month_name, spoken
from percontact.values.fiscal import WEEKDAYS, FiscalCalendar
from percontact.values.period import PLAIN, Grain, Period, label

SHORT = {"customer_id": "customer", "case_id": "case", "contact_id": "contact"}
"""Dimensions whose column has a longer name than people give it."""


def step_words(start: date, grain: Grain, calendar: FiscalCalendar = PLAIN) -> str:
    """A step of time: "June 2026", "week of 1 June 2026"; quarters and fiscal steps by their label."""
    day = spoken(Period(start, start + timedelta(days=1)))
    if grain == "month":
        return month_name(start)
    if grain == "day":
        return day
    return f"week of {day}" if grain == "week" else label(start, grain, calendar)


def dimension_words(name: str) -> str:
    """A dimension: "handle basis", "customer"."""
    return SHORT.get(name, name).replace("_", " ")


def value_words(dimension: str, value: str | None) -> str:
    """A value of a dimension: "voice", "reason unknown", "Monday", "10:00"."""
    if value is None:
        return f"{dimension_words(dimension)} unknown"
    if dimension == "weekday" and value in set("1234567"):
        return WEEKDAYS[int(value) - 1].capitalize()
    return f"{value}:00" if dimension == "hour" and value.isdecimal() else value


def where_words(conditions: Sequence[Condition]) -> str:
    """Conditions: "channel voice, team not Billing"; "" = none."""
    return ", ".join(condition_words(c) for c in conditions)


def condition_words(one: Condition) -> str:
    """One condition: "channel voice or chat", "reason unknown", "team not Billing"."""
    values = " or ".join(v or "unknown" for v in one.values)
    return f"{dimension_words(one.dimension)}{' not' if one.negate else ''} {values}"
