# SPDX-License-Identifier: Apache-2.0
"""What the budgets plan for a span: cost and handled contacts, by channel and team."""

from __future__ import annotations

from collections.abc import Sequence
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
from percontact.values.period import Period, periods

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


def _sums(
    con: duckdb.DuckDBPyConnection, book: Book, span: Period, where: Sequence[Condition], by: Sequence[str]
) -> dict[_Values, tuple[int | None, Fraction | None]]:
    """Values of `by` -> (pico, contacts), None where no row plans it."""
    tests = " AND ".join(["period_start < ?", "period_end > ?", *(c.sql() for c in where)])
    fields = "".join(f", {quote(d)}" for d in by)
    rows = con.execute(
        f"SELECT period_start, period_end, currency, amount, contacts{fields} "
        f"FROM {book.relation('budgets')} WHERE {tests}",
        [span.end, span.start],
    ).fetchall()
    found: dict[_Values, tuple[int | None, Fraction | None]] = {}
    for start, end, currency, amount, count, *values in rows:
        pico, contacts = found.get(tuple(values), (None, None))
        for month in periods(Period(start, end), "month"):
            days = (min(end, month.end, span.end) - max(start, month.start, span.start)).days
            if days <= 0:
                continue
            share = Fraction(days, (end - start).days)
            if count is not None:
                contacts = (contacts or 0) + share * count
            if amount is not None:
                rate = _rate(con, book, currency, month.start)
                pico = (pico or 0) + int(share * to_pico(amount)) * rate // RATE_SCALE
        found[tuple(values)] = (pico, contacts)
    return found


def _rivals(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> str:
    """Two plans that speak of the same thing on the same days of a span, by name and version, or ""."""
    same = " AND ".join(
        f"a.{c} IS NOT DISTINCT FROM b.{c}" for c in ("account", "cost_centre", "channel", "team")
    )
    rows = (
        f"(SELECT *, concat_ws(' ', budget, version) AS name FROM {book.relation('budgets')} "
        "WHERE period_start < ? AND period_end > ?)"
    )
    found = con.execute(
        f"SELECT a.name, b.name FROM {rows} a JOIN {rows} b ON a.name < b.name AND {same} "
        "AND a.period_start < b.period_end AND b.period_start < a.period_end ORDER BY 1, 2 LIMIT 1",
        [span.end, span.start] * 2,
    ).fetchone()
    return " and ".join(found) if found else ""


def _rate(con: duckdb.DuckDBPyConnection, book: Book, currency: str | None, month: date) -> int:
    reporting = book.settings.currency
    if currency in (None, reporting):
        return RATE_SCALE
    return month_rates(fx_rows(con, book), [(str(currency), month)], reporting)[str(currency), month]
