# SPDX-License-Identifier: Apache-2.0
"""Dimensions of work: a contact's own, the calendar's, those judged from another, and its customer's."""

from __future__ import annotations

from collections.abc import Iterable

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customer_attributes
from percontact.costing.policy import Policy, place
from percontact.records.book import Book
from percontact.records.dialect import in_folded
from percontact.values.problem import did_you_mean, problem

JUDGED_DIMENSIONS = {"assisted": "actor", "demand": "reason"}
"""Dimensions made from another: assisted (an agent took part or not), demand (failure or value)."""
_MEASURES = frozenset({
    "row_id", "bucket", "handled", "count", "messages", "started_at", "queued_at", "answered_at", "ended_at",
})  # fmt: skip
"""Columns of contacts that measure rather than tell apart, beside those in seconds."""


def work_dimensions(book: Book) -> list[str]:
    """Names that the work of a Book can be grouped and filtered by."""
    own = [n for n in book.columns("contacts") if n not in _MEASURES and not n.endswith("_s")]
    return [*own, *CALENDAR_DIMENSIONS, *JUDGED_DIMENSIONS, "repeat", *customer_dimensions(book)]


def customer_dimensions(book: Book) -> list[str]:
    """What is known of a contact's customer, from the table of customers."""
    return customer_attributes(book, besides=[*CALENDAR_DIMENSIONS, *JUDGED_DIMENSIONS, "repeat"])


def with_judged(rows: str, columns: Iterable[str], policy: Policy) -> str:
    """SQL relation of rows and those of some columns that are judged; the rows as they are where none is."""
    made = [f"{_judge(c, policy)} AS {c}" for c in dict.fromkeys(columns) if c in JUDGED_DIMENSIONS]
    return f"(SELECT *, {', '.join(made)} FROM {rows})" if made else rows


def _judge(dimension: str, policy: Policy) -> str:
    """SQL of a judged dimension over the column it is made from."""
    if dimension == "assisted":
        agents = "CAST(actor AS VARCHAR) IN ('agent', 'back_office')"
        return f"CASE WHEN {agents} THEN 'assisted' ELSE 'unassisted' END"
    if not policy.failure_reasons:
        return "CAST(NULL AS VARCHAR)"
    failure = in_folded("reason", policy.failure_reasons)
    return f"CASE WHEN reason IS NOT NULL THEN CASE WHEN {failure} THEN 'failure' ELSE 'value' END END"


def check_names(book: Book, policy: Policy) -> None:
    """Raise PercontactError E-POL-02 when the policy speaks of a column that contacts do not have."""
    columns, dimensions = book.columns("contacts"), work_dimensions(book)
    named = [
        (f"pool {p.name}", p.line, "scope", d, dimensions) for p in policy.pools.values() for d, _ in p.scope
    ]
    own = [d for d in dimensions if d in columns]
    for u in policy.unit_times:
        named += [("unit_times", None, "scope", d, own) for d, _ in u.scope]
        named += [("unit_times", None, "extra", c, list(columns)) for c in u.extra_s]
    named += [("repeat", None, "same", c, own) for c in policy.repeat_same]
    for where, line, part, name, known in named:
        if name not in known:
            raise problem(
                "E-POL-02",
                place("policy.yaml", line, where),
                f"its {part} names {name!r}, which contacts do not have",
                did_you_mean(name, known),
                "Correct the name, or import contacts that have such a column.",
            )
