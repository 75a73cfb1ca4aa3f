# SPDX-License-Identifier: Apache-2.0
"""Promises held against what was, as a table: target, figure, met or missed, error budget left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from percontact.metrics.interval import six
from percontact.metrics.target import Attainment, Promise
from percontact.report.document import NO_NUMBER, Cell, Table, TableColumn
from percontact.report.measured import value_words
from percontact.values.period import Period

_BOUNDS = {"at_least": "at least", "at_most": "at most"}


def attained_table(found: Sequence[Attainment], currency: str) -> Table:
    """A row a promise and stretch of days."""
    columns = (
        TableColumn("metric", "Metric"),
        TableColumn("slice", "Slice"),
        TableColumn("days", "In force"),
        TableColumn("target", "Target"),
        TableColumn("value", "Was"),
        TableColumn("says", "Says"),
        TableColumn("budget_left", "Error budget left", "share"),
    )
    return Table(
        "Against the target in force",
        columns,
        tuple(_row(a, currency) for a in found),
        note="The error budget is the number of misses a target allows; below zero it is overspent.",
    )


def _row(a: Attainment, currency: str) -> tuple[Cell, ...]:
    left = None if a.budget_left is None else six(a.budget_left)
    return (
        a.card.name,
        slice_words(a.promise) or "all",
        _days(a.span),
        target_words(a, currency),
        NO_NUMBER if a.figure.value is None else value_words(a.card, a.figure.value, currency),
        says(a, currency),
        left,
    )


def says(a: Attainment, currency: str) -> str:
    """met, or missed by how much."""
    if a.met is None or a.gap is None:
        return "unknown"
    if a.met:
        return "met"
    if a.card.unit == "%":
        return f"missed by {float(a.gap) * 100:.1f} points"
    return f"missed by {value_words(a.card, a.gap, currency, scale=a.figure.value)}"


def target_words(a: Attainment, currency: str) -> str:
    """A target in words: "at least 80.0%"."""
    p = a.promise
    words = value_words(a.card, p.target, currency)
    if p.bound != "within":
        return f"{_BOUNDS[p.bound]} {words}"
    slack = p.tolerance or Fraction(0)
    low, high = (value_words(a.card, p.target + s, currency) for s in (-slack, slack))
    return f"{low} to {high}"


def slice_words(promise: Promise) -> str:
    """The slice a target holds for: "channel voice"; "" for all."""
    return ", ".join(f"{c.dimension} {', '.join(c.values)}" for c in promise.where)


def against_target(now: Attainment, then: Attainment, currency: str, month: str) -> str:
    """A sentence on a target missed by more than in the month before."""
    assert now.figure.value is not None
    where = f" ({slice_words(now.promise)})" if now.promise.where else ""
    was = "unknown" if then.figure.value is None else value_words(now.card, then.figure.value, currency)
    is_now = value_words(now.card, now.figure.value, currency)
    return (
        f"{now.card.name}{where} moved against its target of {target_words(now, currency)}: "
        f"{is_now} in {month}, {was} the month before."
    )


def _days(span: Period) -> str:
    """2025-10 to 2026-03 where the span is of whole months, else its first and last day."""
    last = span.end - timedelta(days=1)
    if span.start.day != 1 or span.end.day != 1:
        return f"{span.start} to {last}"
    first = f"{span.start:%Y-%m}"
    return (
        first
        if (span.start.year, span.start.month) == (last.year, last.month)
        else f"{first} to {last:%Y-%m}"
    )
