# SPDX-License-Identifier: Apache-2.0
"""The work of a Book as rows with driver quantities, from the coarsest source that can answer.

Shape 1 of the two query shapes: group rows by month, pool keys and dimensions and add their drivers.
The sources, from coarse to fine: the day cubes landed with each import (`work_cubes.py`); a summary of the
work under one policy by month (`work_summary.py`); the contacts and handlings themselves (`work_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customers_sql
from percontact.costing.dimensions import (
    JUDGED_DIMENSIONS,
    check_names,
    customer_dimensions,
    with_judged,
    work_dimensions,
)
from percontact.costing.drivers import Part, has_whole_seconds, is_of_work, parts_of
from percontact.costing.loose_use import loose_use_sql
from percontact.costing.policy import Policy
from percontact.costing.repeats import knows_repeats, mark_repeats
from percontact.costing.work_cubes import BY_DAY, BY_HOUR, WorkCubes
from percontact.costing.work_rows import WorkRows
from percontact.costing.work_summary import WorkSummary
from percontact.records.book import Book
from percontact.records.dialect import quote
from percontact.values.period import Period

if TYPE_CHECKING:
    import duckdb

SUMMARY_FROM_ROWS = 50_000
"""Below this many contacts the rows themselves are quick enough."""


@dataclass(frozen=True, slots=True)
class Coarse:
    """A source of work that is coarser than its rows: sums by month, by day, or by weekday and hour.

    dimensions  columns of work that it holds; calendar: those it has of the calendar
    """

    name: Literal["month", "day", "hour"]
    dimensions: tuple[str, ...]
    calendar: tuple[str, ...] = ()


class Work:
    """Rows of work under a policy.

    cubes    whether coarser sources than the rows may answer
    summary  files of the summary of all months of the same Book and policy, or None
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        book: Book,
        policy: Policy,
        *,
        cubes: bool = True,
        summary: Sequence[Path] | None = None,
    ) -> None:
        self.con, self.book, self.policy = con, book, policy
        check_names(book, policy)
        self.legs = book.has("handlings")
        self.whole_seconds = has_whole_seconds(book, policy)
        metered = {p.driver for p in policy.work_pools if p.driver.startswith("usage:")}
        self.usage_items = tuple(sorted(driver.partition(":")[2] for driver in metered))
        used = {p.driver for p in policy.pools.values()}
        self.drivers = tuple(sorted(d for d in used if is_of_work(d)))
        self._fine = WorkRows(con, book, policy, usage_items=self.usage_items)
        self._cube_rows = WorkCubes(con, book, policy)
        self.summary = WorkSummary(con, book, policy, {d: self.parts(d) for d in self.drivers}, summary)
        self._cubes = cubes
        plain = not self.legs and self.whole_seconds and not self.usage_items
        self._day_cubes = (
            cubes
            and plain
            and not set(self.drivers) & {"talk_s", "wait_s"}
            and not any(u.extra_s for u in policy.unit_times)
        )

    def dimensions(self) -> list[str]:
        """Names that work can be grouped and filtered by."""
        return work_dimensions(self.book)

    @cached_property
    def customer_dimensions(self) -> list[str]:
        """What is known of a contact's customer, from the table of customers."""
        return customer_dimensions(self.book)

    def knows_repeats(self) -> bool:
        """Whether contacts name what makes one a repeat of another (the customer, and the reason)."""
        return knows_repeats(self.book, self.policy)

    def parts(self, driver: str) -> tuple[Part, ...]:
        """The whole-number parts of a driver."""
        return parts_of(driver, whole_seconds=self.whole_seconds)

    # -- rows of work -------------------------------------------------------------------------------

    def rows(
        self, columns: Sequence[str], months: Period, *, drivers: Iterable[str] = (), summed: bool = False
    ) -> str:
        """SQL relation of work rows: month, columns, n, handled, effort, measured, derived, anchor, parts.

        columns  dimensions wanted, among `dimensions()`, and contact_id
        months   whole months
        drivers  those whose parts are wanted
        summed   they will be added up before anything else: an unknown effort or part may then be NULL, not 0
        A row may stand for many: sums over rows are the same from every source.
        """
        theirs = [c for c in dict.fromkeys(columns) if c in self.customer_dimensions]
        if theirs:
            plain = [c for c in columns if c not in theirs] + ["customer_id"]
            return self._with_customers(theirs, self.rows(plain, months, drivers=drivers, summed=summed))
        judged = [c for c in dict.fromkeys(columns) if c in JUDGED_DIMENSIONS]
        if judged:
            plain = [c for c in columns if c not in judged] + [JUDGED_DIMENSIONS[c] for c in judged]
            rows = self.rows(plain, months, drivers=drivers, summed=summed)
            return with_judged(rows, judged, self.policy)
        wanted = [c for c in dict.fromkeys(columns) if c not in CALENDAR_DIMENSIONS]
        calendar = [c for c in dict.fromkeys(columns) if c in CALENDAR_DIMENSIONS]
        if self.from_summary(columns, drivers):
            return self.summary.rows(wanted, months)
        found = self._cube_rows.rows(wanted, calendar, months) if self.from_day_cubes(columns) else None
        if found is None:
            if "repeat" in wanted:
                mark_repeats(self.con, self.book, self.policy)
            found = self._fine.rows(wanted, calendar, months, drivers, summed=summed)
        parts = "".join(
            f", {p.sql} AS {quote(p.name)}" for d in dict.fromkeys(drivers) for p in self.parts(d)
        )
        return f"(SELECT *{parts} FROM {found})" if parts else found

    def _with_customers(self, names: Sequence[str], rows: str) -> str:
        """Rows of work with what is known of their customers."""
        fields = ", ".join(f"u.{quote(c)}" for c in names)
        known = customers_sql(self.book, names)
        return f"(SELECT w.*, {fields} FROM {rows} w LEFT JOIN {known} u ON u.customer_id = w.customer_id)"

    # -- the coarsest source ------------------------------------------------------------------------

    def from_summary(self, columns: Iterable[str], drivers: Iterable[str] = ()) -> bool:
        """Whether the summary can answer for these columns and drivers."""
        return self.summary.can_tell(columns, drivers)

    def from_day_cubes(self, columns: Iterable[str]) -> bool:
        """Whether the day cubes of all files can answer for these columns."""
        return self._day_cubes and self._cube_rows.can_tell(JUDGED_DIMENSIONS.get(c, c) for c in columns)

    def from_months(self, columns: Iterable[str]) -> bool:
        """Whether sums of the day cubes by month can answer for these columns."""
        columns = list(columns)
        return self.from_day_cubes(columns) and not set(columns) & set(CALENDAR_DIMENSIONS)

    def coarse(self, columns: Sequence[str]) -> Coarse | None:
        """The coarsest source that can answer for these columns; None = the rows themselves have to."""
        if self.from_summary(columns):
            return Coarse("month", self.summary.dimensions)
        if not self.from_day_cubes(columns):
            return None
        asked = set(columns) & set(CALENDAR_DIMENSIONS)
        if not asked:
            return Coarse("month", self._cube_rows.held(by_hour=False))
        if "hour" in asked:
            return Coarse("hour", self._cube_rows.held(by_hour=True), tuple(BY_HOUR))
        return Coarse("day", self._cube_rows.held(by_hour=False), ("day",))

    def seen(self, columns: Sequence[str], rows: str, source: Coarse) -> str:
        """SQL relation of all columns of `rows`, kept of a coarse source, and of those asked for besides."""
        plain = dict.fromkeys(JUDGED_DIMENSIONS.get(c, c) for c in columns)
        made = [
            f"NULL::VARCHAR AS {quote(c)}" for c in plain if c not in {*source.dimensions, *BY_DAY, *BY_HOUR}
        ]
        if source.name == "day" and "weekday" in plain:
            made.append(f"{BY_DAY['weekday']} AS weekday")
        found = f"(SELECT *, {', '.join(made)} FROM {rows})" if made else rows
        return with_judged(found, columns, self.policy)

    def is_quick(self, dimension: str) -> bool:
        """Whether a question along a dimension needs no long look at single rows."""
        few = self.book.rows("contacts") < SUMMARY_FROM_ROWS
        return few or self.from_summary([dimension], self.drivers) or self.from_day_cubes([dimension])

    def wants_summary(self) -> bool:
        """Whether a summary would save work: many contacts, and day cubes cannot price them."""
        if not self._cubes or self._day_cubes or self.summary.files is not None:
            return False
        return self.book.rows("contacts") >= SUMMARY_FROM_ROWS

    # -- metered use of no contact ---------------------------------------------------------------------

    def loose_use(self, months: Period) -> dict[tuple[str, date], int]:
        """(driver, month) -> millionths of metered use that no contact of the Book is named for.

        The month is that of the use, for there is no contact to have one.
        """
        if not self.usage_items:
            return {}
        source = self.summary.loose_use() or loose_use_sql(self.book, self.usage_items)
        rows = self.con.execute(
            f"SELECT item, month, units FROM {source} WHERE month >= ? AND month < ? AND units <> 0",
            [months.start, months.end],
        ).fetchall()
        return {(f"usage:{item}", month): int(units) for item, month, units in rows}
