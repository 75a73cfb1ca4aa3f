# SPDX-License-Identifier: Apache-2.0
"""Rows that must be made before they can be counted: staff by period, campaigns in one currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from percontact.costing.capacity import MEASURES, Capacity, read_capacity
from percontact.costing.kept_sums import KeptSums
from percontact.costing.marketing import campaign_rows
from percontact.costing.policy import TIME_DRIVERS, Policy
from percontact.costing.scope import scope_sql
from percontact.costing.slice import Slice
from percontact.costing.work import Work
from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.values.money import from_pico
from percontact.values.period import Period, add_months, periods, start_of

if TYPE_CHECKING:
    import duckdb

_TWELVE = Decimal("0.000000000001")
_HOURS = tuple(name for name in MEASURES if name.endswith("_h"))
_Hours = dict[tuple[str, date], dict[str, Fraction | None]]


def make_rows(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    policy: Policy,
    table: str,
    question: Slice,
    kept: KeptSums | None = None,
) -> str:
    """Make one of the two tables for a question; its name."""
    if table == "staff_period":
        _staff(con, book, policy, question, kept)
    else:
        _campaigns(con, book, question.span)
    return table


def _staff(
    con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, question: Slice, kept: KeptSums | None
) -> None:
    """staff_period: month_start (of the month, or of the period where periods cut months), group, hours and
    heads of it, handle_h = hours that handled contacts used."""
    if kept is None or question.by_day or not book.has("contacts"):
        used = _handle_hours(con, book, policy, question)
    else:
        months = book.months("contacts")
        every = replace(question, span=Period(months[0], add_months(months[-1], 1)), where=(), grain="month")
        used = kept.once("handle hours", lambda: _handle_hours(con, book, policy, every, kept.work))
    if question.by_day:
        found = _by_period(con, book, question)
    else:
        look = partial(read_capacity, con, book, policy)
        found = _by_month(kept.once("capacity", look) if kept else look(), question)
    columns = [*MEASURES, "handle_h"]
    rows: list[list[object]] = [
        [start, group, *(amounts.get(name) for name in MEASURES), used.get((group, start))]
        for (group, start), amounts in sorted(found.items())
    ]
    fields = ", ".join(f"{quote(c)} DECIMAL(38,12)" for c in columns)
    _fill(con, "staff_period", f'month_start DATE, "group" VARCHAR, {fields}', rows)


def _by_month(capacity: Capacity, question: Slice) -> _Hours:
    """What each group supplied in each month, as costing takes it."""
    found: _Hours = {}
    for group in capacity.groups:
        for month in (p.start for p in periods(question.months, "month")):
            amounts = {name: capacity.measure(group, month, name) for name in MEASURES}
            if any(v is not None for v in amounts.values()):
                found[group, month] = amounts
    return found


def _by_period(con: duckdb.DuckDBPyConnection, book: Book, question: Slice) -> _Hours:
    """Hours of each group in each period, of the rows that lie in it whole.

    Hours of a row that lies across a bound are not known by period: they leave it without hours. Heads and
    leavers are told by month.
    """
    fields = ", ".join(_HOURS)
    rows = con.execute(
        f'SELECT "group", period_start, period_end, {fields} FROM {book.relation("capacity")}'
    ).fetchall()
    found: _Hours = {}
    cut: set[tuple[str, date]] = set()
    for step in question.steps:
        for group, start, end, *values in rows:
            if end <= step.start or start >= step.end:
                continue
            if start < step.start or end > step.end:
                cut.add((group, step.start))
                continue
            amounts = found.setdefault((group, step.start), {})
            for name, value in zip(_HOURS, values, strict=True):
                if value is not None:
                    amounts[name] = (amounts.get(name) or Fraction(0)) + Fraction(value)
    return {place: amounts for place, amounts in found.items() if place not in cut}


def staff_cut(con: duckdb.DuckDBPyConnection, book: Book, question: Slice) -> tuple[int, int]:
    """(periods whose bounds a row of capacity lies across, periods with any row) of a question."""
    rows = con.execute(f"SELECT period_start, period_end FROM {book.relation('capacity')}").fetchall()
    told = [(step, [(s, e) for s, e in rows if s < step.end and e > step.start]) for step in question.steps]
    cut = [1 for step, mine in told if any(s < step.start or e > step.end for s, e in mine)]
    return len(cut), sum(bool(mine) for _, mine in told)


def _handle_hours(
    con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, question: Slice, work: Work | None = None
) -> dict[tuple[str, date], Fraction]:
    """Hours of handled contacts in the scope of any pool that a group's time pays for.

    work  the work of the costed Book, which has its sums at hand
    """
    scopes: dict[str, list[str]] = {}
    keys: set[str] = set()
    for pool in policy.work_pools:
        if pool.group and pool.driver in TIME_DRIVERS:
            scopes.setdefault(pool.group, []).append(scope_sql(pool.scope))
            keys |= {d for d, _ in pool.scope} | (
                {"channel"} if any(d == "actor" for d, _ in pool.scope) else set()
            )
    if not scopes or not book.has("contacts"):
        return {}
    tests = [] if question.by_day else ["true"]
    if question.by_day:
        keys.add("day")
        tests.append(f"day >= DATE '{question.span.start}' AND day < DATE '{question.span.end}'")
    if "outcome" in book.filled("contacts"):
        # What a file gives as the time of an abandoned contact is a wait, and nobody worked on it.
        keys.add("outcome")
        tests.append("lower(outcome) IS DISTINCT FROM 'abandoned'")
    work = work or Work(con, book, policy)
    rows = work.rows(sorted(keys), question.months)
    groups = sorted(scopes)
    sums = ", ".join(f"sum(effort) FILTER ({' OR '.join(scopes[g])})" for g in groups)
    start = question.period() if question.by_day else "month"
    found = work.con.execute(
        f"SELECT {start} AS start, {sums} FROM {rows} WHERE {' AND '.join(tests)} GROUP BY 1"
    ).fetchall()
    starts = _cut_starts(question)
    return {
        (g, starts.get(start, start)): Fraction(s or 0) / 3600
        for start, *many in found
        for g, s in zip(groups, many, strict=True)
    }


def _cut_starts(question: Slice) -> dict[date, date]:
    """First day of a period -> first day of the part of it in the span, where periods cut months."""
    if not question.by_day or question.grain == "whole":
        return {}
    return {start_of(s.start, question.grain, question.calendar): s.start for s in question.steps}


def _campaigns(con: duckdb.DuckDBPyConnection, book: Book, span: Period) -> None:
    """campaign_row: the rows of campaigns, spend in the reporting currency's unit."""
    rows: list[list[object]] = [
        [c.start, c.campaign, c.medium, None if c.spend is None else from_pico(c.spend), c.reached]
        for c in campaign_rows(con, book, span)
    ]
    columns = "period_start DATE, campaign VARCHAR, medium VARCHAR, spend DECIMAL(38,12), reached BIGINT"
    _fill(con, "campaign_row", columns, rows)


def _fill(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"INSERT INTO {table} VALUES ({marks})", [[_plain(v) for v in row] for row in rows])


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_TWELVE)
    return value
