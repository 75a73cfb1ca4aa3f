# SPDX-License-Identifier: Apache-2.0
"""Rows that must be spread over time before they can be counted: staff by month, campaigns by period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.capacity import MEASURES, read_capacity
from percontact.costing.marketing import campaign_costs
from percontact.costing.policy import TIME_DRIVERS, Policy
from percontact.costing.scope import scope_sql
from percontact.costing.slice import Slice
from percontact.costing.work import Work
from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.values.money import from_pico
from percontact.values.period import Period, periods

if TYPE_CHECKING:
    import duckdb

_TWELVE = Decimal("0.000000000001")


def make_rows(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, table: str, question: Slice) -> str:
    """Make one of the two tables for a question; its name."""
    if table == "staff_month":
        _staff(con, book, policy, question.months)
    else:
        _campaigns(con, book, question)
    return table


def _staff(con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, months: Period) -> None:
    """staff_month: month_start, group, hours and heads of the month, handle_h = hours that contacts used."""
    capacity = read_capacity(con, book, policy)
    used = _handle_hours(con, book, policy, months)
    columns = [*MEASURES, "handle_h"]
    rows: list[list[object]] = []
    for group in sorted(capacity.groups):
        for month in (p.start for p in periods(months, "month")):
            values = [capacity.measure(group, month, name) for name in MEASURES]
            if any(v is not None for v in values):
                rows.append([month, group, *values, used.get((group, month))])
    fields = ", ".join(f"{quote(c)} DECIMAL(38,12)" for c in columns)
    _fill(con, "staff_month", f'month_start DATE, "group" VARCHAR, {fields}', rows)


def _handle_hours(
    con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, months: Period
) -> dict[tuple[str, date], Fraction]:
    """Hours of work in the scope of any pool that a group's time pays for, by group and month."""
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
    rows = Work(con, book, policy).rows(sorted(keys), months)
    groups = sorted(scopes)
    sums = ", ".join(f"sum(effort) FILTER ({' OR '.join(scopes[g])})" for g in groups)
    found = con.execute(f"SELECT month, {sums} FROM {rows} GROUP BY month").fetchall()
    return {
        (g, month): Fraction(s or 0) / 3600
        for month, *many in found
        for g, s in zip(groups, many, strict=True)
    }


def _campaigns(con: duckdb.DuckDBPyConnection, book: Book, question: Slice) -> None:
    """campaign_period: period_start, campaign, spend in the currency's unit, reached."""
    rows: list[list[object]] = [
        [span.start, c.campaign, None if c.spend is None else from_pico(c.spend), c.reached]
        for span in question.steps
        for c in campaign_costs(con, book, span)
    ]
    columns = "period_start DATE, campaign VARCHAR, spend DECIMAL(38,12), reached BIGINT"
    _fill(con, "campaign_period", columns, rows)


def _fill(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"INSERT INTO {table} VALUES ({marks})", [[_plain(v) for v in row] for row in rows])


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_TWELVE)
    return value
