# SPDX-License-Identifier: Apache-2.0
"""Those who were there when a period began, and whether the data tells what became of them in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from percontact.costing.slice import Slice
from percontact.records.book import Book
from percontact.records.tables import TABLES
from percontact.values.period import add_months, start_of

if TYPE_CHECKING:
    import duckdb

AT_START, ACTIVE_AT_START = "at_start", "active_at_start"
STOCKS = (AT_START, ACTIVE_AT_START)
"""Times that are no moment of a row: who was there when a period began counts in each such period."""
_LAST = {AT_START: "joined_on first_value_on left_on last_active_on", ACTIVE_AT_START: "last_active_on"}
"""Columns whose latest day is as far as the data tells."""


class StockSpan(NamedTuple):
    """One period, and the part [start, stop) of it that is asked for.

    known  whether the data tells who of those there at its start was gone by its end
    """

    period: date
    start: date
    stop: date
    known: bool


def stock_spans(
    con: duckdb.DuckDBPyConnection, book: Book, question: Slice, when: str, inactive_days: int
) -> list[StockSpan]:
    """The periods of a question, cut to its span.

    What happens after the last day of the data is not known. A period that begins after it tells nothing. Of
    users, who count as gone after some days without a sign, one is unknown where those days end after that
    day and within the period; one unknown user leaves the period without a figure, since to leave out only
    those not known to be gone would make churn of all the others.
    """
    last = last_day(con, book, when)
    found = []
    for step in question.steps:
        first = step.start
        if question.grain != "whole":
            first = start_of(step.start, question.grain, question.calendar)
        known = last is not None and step.start <= last
        if known and last is not None and when == ACTIVE_AT_START:
            known = not _undecided(con, book, step.start, step.end, last, inactive_days)
        found.append(StockSpan(first, step.start, step.end, known))
    return found


def last_day(con: duckdb.DuckDBPyConnection, book: Book, when: str) -> date | None:
    """The last day that the data tells anything of, or None.

    Activity is told as far as anyone was active. Customers are few and rarely leave, so that they stayed is
    told as far as the data of any table goes.
    """
    columns = [c for c in _LAST[when].split() if c in book.columns("customers")]
    latest = ", ".join(f"max({c})" for c in columns)
    row = con.execute(f"SELECT {latest} FROM {book.relation('customers', columns)}").fetchone()
    days = [day for day in row or () if day is not None]
    if when == AT_START:
        days += [add_months(m, 1) - timedelta(days=1) for table in TABLES for m in book.months(table)[-1:]]
    return max(days, default=None)


def _undecided(
    con: duckdb.DuckDBPyConnection, book: Book, start: date, stop: date, last: date, days: int
) -> bool:
    """Whether any user active at the start would be gone by the end if nothing came after the data's end."""
    if stop <= last + timedelta(days=1):
        return False
    rows = book.relation("customers", ["joined_on", "last_active_on"])
    window = timedelta(days=days)
    tests = "joined_on < ? AND last_active_on >= ? AND last_active_on > ? AND last_active_on < ?"
    asked = [start, start - window, last - window, stop - window]
    found = con.execute(f"SELECT 1 FROM {rows} WHERE {tests} LIMIT 1", asked).fetchall()
    return bool(found)
