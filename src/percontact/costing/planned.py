# SPDX-License-Identifier: Apache-2.0
"""What the budgets plan for a span: cost and handled contacts, by channel and team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.fx import RATE_SCALE, month_rates
from percontact.costing.lines import fx_rows
from percontact.costing.slice import Condition, Slice
from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.values.money import to_pico
from percontact.values.period import Period, add_months, periods

if TYPE_CHECKING:
    import duckdb

    from percontact.costing.costed import CostedBook

PLANNED_BY = ("channel", "team")
"""Dimensions of the contacts that a budget can plan for."""

_Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Planned cost in pico and planned handled contacts; None = not planned, and `missing` says why."""

    pico: int | None = None
    contacts: Fraction | None = None
    missing: str = ""


def planned(
    costed: CostedBook, question: Slice, by: Sequence[str] = ()
) -> dict[_Values, tuple[int, Fraction]]:
    """Values of `by` -> (pico of the reporting currency, handled contacts) planned for a question's span.

    A plan for a longer span counts by its days, month by month; other currencies at the rate of their month.
    {} where nothing is planned, or the same days twice. Its conditions MUST be on PLANNED_BY. Raises E-FX-01
    without a rate.
    """
    if _rivals(costed.con, costed.book, question.span):
        return {}
    found = _sums(costed.con, costed.book, question.span, question.where, by)
    return {values: (pico or 0, contacts or Fraction(0)) for values, (pico, contacts) in found.items()}


def planned_by(costed: CostedBook, question: Slice) -> tuple[str, ...]:
    """The dimensions that the budgets of a question's span plan by; () where they tell none apart."""
    if not costed.book.has("budgets"):
        return ()
    span = question.span
    named = {d for place in _sums(costed.con, costed.book, span, (), PLANNED_BY)
             for d, value in zip(PLANNED_BY, place, strict=True) if value is not None}  # fmt: skip
    return tuple(d for d in PLANNED_BY if d in named)


def plan_of(
    con: duckdb.DuckDBPyConnection, book: Book, span: Period, where: Sequence[Condition] = ()
) -> Plan:
    """The plan of a span as one, under conditions on channel and team; needs no ledger and no contacts.

    Two plans for the same thing and days are not added up: then none is in force.
    """
    if not book.has("budgets"):
        return Plan(missing="no budget imported")
    if any(c.dimension not in PLANNED_BY or c.negate for c in where):
        return Plan(missing="budgets are by channel and team only")
    if rivals := _rivals(con, book, span):
        return Plan(missing=f"{rivals} plan the same days twice; undo the import of one")
    pico, contacts = _sums(con, book, span, where, ()).get((), (None, None))
    missing = "" if pico is not None or contacts is not None else "no budget for this span"
    return Plan(pico, contacts, missing)


def planned_months(
    con: duckdb.DuckDBPyConnection, book: Book, span: Period, where: Sequence[Condition] = ()
) -> dict[date, tuple[int, Fraction]]:
    """Month -> (pico, handled contacts) planned for each month of a span that has both in its plan.

    Conditions on anything but PLANNED_BY leave nothing, as do months whose days are planned twice.
    """
    if not book.has("budgets") or any(c.dimension not in PLANNED_BY or c.negate for c in where):
        return {}
    twice = _planned_twice(con, book, span)
    found: dict[date, tuple[int, Fraction]] = {}
    for month, _, pico, count in _parts(con, book, span, where, ()):
        if not any(p.start < add_months(month, 1) and month < p.end for p in twice):
            before = found.get(month, (0, Fraction(0)))
            found[month] = (before[0] + (pico or 0), before[1] + (count or 0))
    return {month: plan for month, plan in sorted(found.items()) if plan[0] and plan[1]}


def _sums(
    con: duckdb.DuckDBPyConnection, book: Book, span: Period, where: Sequence[Condition], by: Sequence[str]
) -> dict[_Values, tuple[int | None, Fraction | None]]:
    """Values of `by` -> (pico, contacts), None where no row plans it."""
    found: dict[_Values, tuple[int | None, Fraction | None]] = {}
    for _, values, pico, count in _parts(con, book, span, where, by):
        cost, contacts = found.get(values, (None, None))
        found[values] = (
            cost if pico is None else (cost or 0) + pico,
            contacts if count is None else (contacts or 0) + count,
        )
    return found


def _parts(
    con: duckdb.DuckDBPyConnection, book: Book, span: Period, where: Sequence[Condition], by: Sequence[str]
) -> Iterator[tuple[date, _Values, int | None, Fraction | None]]:
    """(month, values of `by`, pico, contacts) of each row's part of each month, by the days in the span."""
    tests = " AND ".join(["period_start < ?", "period_end > ?", *(c.sql() for c in where)])
    fields = "".join(f", {quote(d)}" for d in by)
    rows = con.execute(
        f"SELECT period_start, period_end, currency, amount, contacts{fields} "
        f"FROM {book.relation('budgets')} WHERE {tests}",
        [span.end, span.start],
    ).fetchall()
    rates: dict[tuple[str | None, date], int] = {}
    for start, end, currency, amount, count, *values in rows:
        for month in periods(Period(start, end), "month"):
            days = (min(end, month.end, span.end) - max(start, month.start, span.start)).days
            if days <= 0:
                continue
            share, pico = Fraction(days, (end - start).days), None
            if amount is not None:
                place = (currency, month.start)
                if place not in rates:
                    rates[place] = _rate(con, book, *place)
                pico = int(share * to_pico(amount)) * rates[place] // RATE_SCALE
            yield month.start, tuple(values), pico, None if count is None else share * count


def _rivals(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> str:
    """Two plans that speak of the same thing on the same days of a span, by name and version, or ""."""
    found = con.execute(
        f"SELECT a.name, b.name {_twice(book)} ORDER BY 1, 2 LIMIT 1", [span.end, span.start] * 2
    ).fetchone()
    return " and ".join(found) if found else ""


def _planned_twice(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> list[Period]:
    """The days of a span that two plans speak of."""
    days = "greatest(a.period_start, b.period_start), least(a.period_end, b.period_end)"
    found = con.execute(f"SELECT DISTINCT {days} {_twice(book)}", [span.end, span.start] * 2).fetchall()
    return [Period(start, end) for start, end in found]


def _twice(book: Book) -> str:
    """SQL of pairs of plans for the same thing on the same days; its parameters: span end, start, twice."""
    same = " AND ".join(
        f"a.{c} IS NOT DISTINCT FROM b.{c}" for c in ("account", "cost_centre", "channel", "team")
    )
    rows = (
        f"(SELECT *, concat_ws(' ', budget, version) AS name FROM {book.relation('budgets')} "
        "WHERE period_start < ? AND period_end > ?)"
    )
    return (
        f"FROM {rows} a JOIN {rows} b ON a.name < b.name AND {same} "
        "AND a.period_start < b.period_end AND b.period_start < a.period_end"
    )


def _rate(con: duckdb.DuckDBPyConnection, book: Book, currency: str | None, month: date) -> int:
    reporting = book.settings.currency
    if currency in (None, reporting):
        return RATE_SCALE
    return month_rates(fx_rows(con, book), [(str(currency), month)], reporting)[str(currency), month]
