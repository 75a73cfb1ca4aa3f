# SPDX-License-Identifier: Apache-2.0
"""Names as people write them, made into what a question consists of: dimensions, conditions, spans, choices.

What is not known is never guessed: each error says what was likely meant.
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import TypeVar

from percontact.costing.composition import LEDGER_DIMENSIONS
from percontact.costing.slice import Condition, full_name
from percontact.values.fiscal import FiscalCalendar
from percontact.values.period import GRAINS, Period, add_months, parse_period
from percontact.values.problem import PercontactError, did_you_mean, problem

COST_DIMENSIONS = (*LEDGER_DIMENSIONS, "pool")
"""Dimensions of the cost: a contact bears parts of several."""

Choice = TypeVar("Choice", bound=str)


# -- dimensions and conditions -----------------------------------------------------------------------------


def dimensions_asked(by: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Column -> the asker's word, of dimensions written one by one or with commas. Raises E-ARG-01."""
    return {_dimension(d, known): d.strip() for one in by for d in one.split(",") if d.strip()}


def condition_asked(
    text: str, known: Collection[str], of_work: Collection[str], stored: Callable[[str, list[str]], list[str]]
) -> Condition:
    """The condition that a text writes: team=Billing, team!=Billing,Sales, team= for unknown.

    known    dimensions there are; of_work: those among them that contacts have
    stored   (dimension, values) -> the values as the Book holds them
    Raises E-ARG-01 with what was likely meant.
    """
    name, negated, values = _split_condition(text)
    if full_name(name) in set(COST_DIMENSIONS) - set(of_work):
        raise _no_condition(full_name(name), values[0])
    dimension = _dimension(name, set(known) - set(COST_DIMENSIONS), "--from and --to")
    return Condition(dimension, tuple(stored(dimension, values)), negated)


def _dimension(name: str, known: Iterable[str], time: str = "--grain") -> str:
    """The column a dimension is stored in; `time`: the options by which steps of time are asked for."""
    full = full_name(name)
    known = set(known)
    if full not in known and full.replace("_", "-") in GRAINS:
        step = full.replace("_", "-")
        raise problem(
            "E-ARG-01",
            f"dimension {name.strip()}",
            "no contact has such a column",
            f"A {step.replace('-', ' ')} is a step of time.",
            f"Ask with --grain {step}." if time == "--grain" else f"Choose the span with {time}.",
        )
    if full not in known:
        raise problem(
            "E-ARG-01",
            f"dimension {name.strip()}",
            "no contact has such a column",
            did_you_mean(full, known),
            "Use a column of the contacts"
            + (", a column of the ledger or pool." if "pool" in known else "."),
        )
    return full


def _split_condition(text: str) -> tuple[str, bool, list[str]]:
    name, sign, values = text.partition("=")
    if not sign or not name.rstrip("!").strip():
        raise problem(
            "E-ARG-01",
            f"--where {text}",
            "it is no condition",
            "A condition names a dimension and its values.",
            "Write team=Billing, team=Billing,Sales or team!=Billing; team= means unknown; "
            "a value with a comma stands in double quotes.",
        )
    try:
        listed = next(csv.reader([values], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise problem(
            "E-ARG-01",
            f"--where {text}",
            "its quotes do not close",
            "A value that has a comma stands in double quotes; a double quote in it is doubled.",
            """Write --where 'team="Sales, north"' or --where 'team="Sales, north",Billing'.""",
        ) from error
    return name.rstrip("!").strip(), name.endswith("!"), [v.strip() for v in listed] or [""]


def _no_condition(name: str, value: str) -> PercontactError:
    """A condition on cost: it chooses contacts, and each contact bears cost of many pools and accounts."""
    how = f"percontact trace --pool {shlex.quote(value or 'POOL')} opens one pool; " if name == "pool" else ""
    return problem(
        "E-ARG-01",
        f"--where {name}={value}",
        f"{name} is of the cost, not of the contacts",
        "A condition chooses contacts, and each of them bears cost of several pools and accounts.",
        f"{how}--by {name} shows each part of the cost.",
    )


# -- spans -------------------------------------------------------------------------------------------------


def named_period(text: str, option: str, calendar: FiscalCalendar) -> Period:
    """The days of a period by its name. Raises E-ARG-02."""
    try:
        return parse_period(text, calendar)[0]
    except ValueError as error:
        raise problem(
            "E-ARG-02",
            option,
            f"{text!r} names no period",
            "A span is one day, week, month, quarter or year by its name, and is never guessed.",
            "Write 2026-03-09, 2026-W11, 2026-03, 2026-Q1, 2026, FY2026-P03, FY2026-Q1 or FY2026.",
        ) from error


def named_span(
    start: str | None, end: str | None, calendar: FiscalCalendar, months: Callable[[], Sequence[date]]
) -> Period:
    """The days from the start of one named period to the end of another. Raises E-ARG-02.

    months  the months of the data, in order: an open end reaches as far as they do
    """
    first = named_period(start, "--from", calendar).start if start else None
    last = named_period(end, "--to", calendar).end if end else None
    there = months()
    first = first or min(there[0], last or there[0])
    last = last or max(add_months(there[-1], 1), add_months(first, 1))
    if last <= first:
        raise problem(
            "E-ARG-02",
            f"--from {start} --to {end}",
            "the span ends before it begins",
            "--to is inclusive of the period it names.",
            "Swap them.",
        )
    return Period(first, last)


# -- choices -----------------------------------------------------------------------------------------------


def one_of(value: str, allowed: Sequence[Choice], option: str) -> Choice:
    """A value of a closed set. Raises E-ARG-01."""
    for one in allowed:
        if one == value:
            return one
    raise problem(
        "E-ARG-01",
        option,
        f"{value!r} is not one of its values",
        did_you_mean(value, allowed),
        f"Its values are {', '.join(allowed)}.",
    )
