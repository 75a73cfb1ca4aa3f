# SPDX-License-Identifier: Apache-2.0
"""The work of a Book as rows with driver quantities, from the coarsest source that can answer.

Shape 1 of the two query shapes: group rows by month, pool keys and dimensions and add their drivers.
The sources, from coarse to fine: the day cubes landed with each import; a summary of the work under one
policy by month (times split, estimated and metered included); the contacts and handlings themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customer_attributes, customers_sql
from percontact.costing.policy import Policy, place
from percontact.costing.reach import Month, Reach
from percontact.costing.repeats import mark_repeats
from percontact.costing.work_cubes import BY_DAY, BY_HOUR, WorkCubes
from percontact.costing.work_rows import WorkRows, is_number
from percontact.records.book import Book, BookPart
from percontact.records.dialect import in_folded, in_list, literal, quote
from percontact.values.period import Period, add_months
from percontact.values.problem import did_you_mean, problem

if TYPE_CHECKING:
    import duckdb

JUDGED_DIMENSIONS = {"assisted": "actor", "demand": "reason"}
"""Dimensions made from another: assisted (an agent took part or not), demand (failure or value)."""
SUMMED_DIMENSIONS = (
    "channel",
    "direction",
    "actor",
    "team",
    "queue",
    "site",
    "reason",
    "language",
    "product",
    "outcome",
)
"""Dimensions that a summary keeps, where contacts have them; the keys of the pools come with them."""
SUMMARY_FILE = "work.parquet"
LOOSE_FILE = "loose.parquet"
"""Beside a summary: metered use that names no contact."""
SUMMARY_FORMAT = 4
"""Counts up when the columns of a summary change."""
SUMMARY_FROM_ROWS = 50_000
"""Below this many contacts the rows themselves are quick enough."""
SUMS = ("n", "handled", "effort", "measured", "derived")
ADDED_UP = ", ".join(
    "sum(effort) AS effort" if x == "effort" else f"CAST(sum({x}) AS HUGEINT) AS {x}" for x in SUMS
)
"""SQL of SUMS over several rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """A whole-number share of a driver: a column `name` of work rows, made by `sql` of a single row, worth
    `weight` of the driver's finest unit."""

    name: str
    sql: str
    weight: int


@dataclass(frozen=True, slots=True)
class Coarse:
    """A source of work that is coarser than its rows: sums by month, by day, or by weekday and hour.

    dimensions  columns of work that it holds; calendar: those it has of the calendar
    """

    name: Literal["month", "day", "hour"]
    dimensions: tuple[str, ...]
    calendar: tuple[str, ...] = ()


def flat_parts(parts: Mapping[str, Sequence[Part]]) -> tuple[Part, ...]:
    """The parts of several drivers, each once, in order."""
    return tuple({p.name: p for driver in parts.values() for p in driver}.values())


class Work:
    """Rows of work under a policy.

    cubes    whether coarser sources than the rows may answer
    at_hand  whether the summary is read into memory once, because many questions will be asked of it
    summary  files that `write_summaries` wrote of all months of the same Book and policy, or None
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
        self.con, self.book, self.policy, self.summary = con, book, policy, summary
        self.at_hand = False
        self._held: Sequence[Path] | None = None
        self._check_names()
        self.legs = book.has("handlings")
        self.whole_seconds = _has_whole_seconds(book, policy)
        metered = {p.driver for p in policy.work_pools if p.driver.startswith("usage:")}
        self.usage_items = tuple(sorted(driver.partition(":")[2] for driver in metered))
        used = {p.driver for p in policy.pools.values()}
        self.drivers = tuple(sorted(d for d in used if d in DRIVER_COLUMNS or d.startswith("usage:")))
        self._fine = WorkRows(con, book, policy, usage_items=self.usage_items)
        self._cube_rows = WorkCubes(con, book, policy)
        self._cubes = cubes
        plain = not self.legs and self.whole_seconds and not self.usage_items
        self._day_cubes = (
            cubes
            and plain
            and not set(self.drivers) & {"talk_s", "wait_s"}
            and not any(u.extra_s for u in policy.unit_times)
        )

    def _check_names(self) -> None:
        """Raise PercontactError E-POL-02 when the policy speaks of a column that contacts do not have."""
        columns, dimensions = self.book.columns("contacts"), self.dimensions()
        named = [
            (f"pool {p.name}", p.line, "scope", d, dimensions)
            for p in self.policy.pools.values()
            for d, _ in p.scope
        ]
        own = [d for d in dimensions if d in columns]
        for u in self.policy.unit_times:
            named += [("unit_times", None, "scope", d, own) for d, _ in u.scope]
            named += [("unit_times", None, "extra", c, list(columns)) for c in u.extra_s]
        named += [("repeat", None, "same", c, own) for c in self.policy.repeat_same]
        for where, line, part, name, known in named:
            if name not in known:
                raise problem(
                    "E-POL-02",
                    place("policy.yaml", line, where),
                    f"its {part} names {name!r}, which contacts do not have",
                    did_you_mean(name, known),
                    "Correct the name, or import contacts that have such a column.",
                )

    def dimensions(self) -> list[str]:
        """Names that work can be grouped and filtered by."""
        measures = {
            "row_id",
            "bucket",
            "handled",
            "count",
            "messages",
            "started_at",
            "queued_at",
            "answered_at",
            "ended_at",
        }
        names = [n for n in self.book.columns("contacts") if n not in measures and not n.endswith("_s")]
        return [*names, *CALENDAR_DIMENSIONS, *JUDGED_DIMENSIONS, "repeat", *self.customer_dimensions]

    @cached_property
    def customer_dimensions(self) -> list[str]:
        """What is known of a contact's customer, from the table of customers."""
        return customer_attributes(self.book, besides=[*CALENDAR_DIMENSIONS, *JUDGED_DIMENSIONS, "repeat"])

    def parts(self, driver: str) -> tuple[Part, ...]:
        """The whole-number parts of a driver: seconds and, where some times are finer, milliseconds."""
        if driver.startswith("usage:"):
            column = quote("usage_" + driver.partition(":")[2])
            return _parts(f"q_{driver}", column, 10**6)
        if driver.endswith("_s"):
            column = DRIVER_COLUMNS[driver]
            return (
                (Part(f"q_{driver}", column, 1000),)
                if self.whole_seconds
                else _parts(f"q_{driver}", column, 1000)
            )
        return (Part(f"q_{driver}", DRIVER_COLUMNS[driver], 1),)

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
            rows = self.rows(plain, months, drivers=drivers, summed=summed)
            fields = ", ".join(f"u.{quote(c)}" for c in theirs)
            known = customers_sql(self.book, theirs)
            return (
                f"(SELECT w.*, {fields} FROM {rows} w LEFT JOIN {known} u ON u.customer_id = w.customer_id)"
            )
        judged = [c for c in dict.fromkeys(columns) if c in JUDGED_DIMENSIONS]
        if judged:
            plain = [c for c in columns if c not in judged] + [JUDGED_DIMENSIONS[c] for c in judged]
            fields = ", ".join(f"{self.judge(c)} AS {c}" for c in judged)
            return f"(SELECT *, {fields} FROM {self.rows(plain, months, drivers=drivers, summed=summed)})"
        wanted = [c for c in dict.fromkeys(columns) if c not in CALENDAR_DIMENSIONS]
        calendar = [c for c in dict.fromkeys(columns) if c in CALENDAR_DIMENSIONS]
        if self.from_summary(columns, drivers):
            return self._summary_rows(wanted, months)
        found = self._cube_rows.rows(wanted, calendar, months) if self.from_day_cubes(columns) else None
        if found is None:
            if "repeat" in wanted:
                mark_repeats(self.con, self.book, self.policy)
            found = self._fine.rows(wanted, calendar, months, drivers, summed=summed)
        parts = "".join(
            f", {p.sql} AS {quote(p.name)}" for d in dict.fromkeys(drivers) for p in self.parts(d)
        )
        return f"(SELECT *{parts} FROM {found})" if parts else found

    def judge(self, dimension: str) -> str:
        """SQL of a judged dimension over the column it is made from."""
        if dimension == "assisted":
            agents = "CAST(actor AS VARCHAR) IN ('agent', 'back_office')"
            return f"CASE WHEN {agents} THEN 'assisted' ELSE 'unassisted' END"
        if not self.policy.failure_reasons:
            return "CAST(NULL AS VARCHAR)"
        failure = in_folded("reason", self.policy.failure_reasons)
        return f"CASE WHEN reason IS NOT NULL THEN CASE WHEN {failure} THEN 'failure' ELSE 'value' END END"

    def coarse(self, columns: Sequence[str]) -> Coarse | None:
        """The coarsest source that can answer for these columns; None = the rows themselves have to."""
        if self.from_summary(columns):
            return Coarse("month", tuple(self._summary_dimensions()))
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
        judged = [f"{self.judge(c)} AS {c}" for c in dict.fromkeys(columns) if c in JUDGED_DIMENSIONS]
        return f"(SELECT *, {', '.join(judged)} FROM {found})" if judged else found

    # -- day cubes ----------------------------------------------------------------------------------

    def from_day_cubes(self, columns: Iterable[str]) -> bool:
        """Whether the day cubes of all files can answer for these columns."""
        return self._day_cubes and self._cube_rows.can_tell(JUDGED_DIMENSIONS.get(c, c) for c in columns)

    def from_months(self, columns: Iterable[str]) -> bool:
        """Whether sums of the day cubes by month can answer for these columns."""
        columns = list(columns)
        return self.from_day_cubes(columns) and not set(columns) & set(CALENDAR_DIMENSIONS)

    # -- the summary of the work under this policy --------------------------------------------------

    def wants_summary(self) -> bool:
        """Whether a summary would save work: many contacts, and day cubes cannot price them."""
        contacts = self.book.rows("contacts")
        return self._cubes and self.summary is None and not self._day_cubes and contacts >= SUMMARY_FROM_ROWS

    def write_summaries(self, folders: Mapping[date, Path]) -> bool:
        """Write the sums of all work by dimension, a month a folder, as SUMMARY_FILE and LOOSE_FILE.

        Returns False (and writes nothing) where they would not be smaller than the rows.
        """
        dims = self._summary_dimensions()
        span = Period(min(folders), add_months(max(folders), 1))
        rows = self.rows(dims, span, drivers=self.drivers)
        parts = "".join(
            f", CAST(sum({quote(p.name)}) AS DECIMAL(38,0)) AS {quote(p.name)}"
            for d in self.drivers
            for p in self.parts(d)
        )
        sums = ", ".join(f"CAST(sum({s}) AS DECIMAL(38,{3 if s == 'effort' else 0})) AS {s}" for s in SUMS)
        fields = ", ".join(["month", *map(quote, dims)])
        listed = ", ".join(f"DATE '{m}'" for m in sorted(folders))
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE summed_work AS "
            f"SELECT {fields}, {sums}, min(anchor) AS anchor{parts} "
            f"FROM {rows} WHERE month IN ({listed}) GROUP BY {fields}"
        )
        ((found,),) = self.con.execute("SELECT count(*) FROM summed_work").fetchall()
        whole = sum(f.rows for f in self.book.files.get("contacts", ()) if f.month in folders)
        if found * 2 > whole:
            return False
        if self.usage_items:
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE summed_loose AS SELECT * FROM {self._loose_use()}"
            )
        for month, folder in folders.items():
            self._write_month("summed_work", month, folder / SUMMARY_FILE)
            if self.usage_items:
                self._write_month("summed_loose", month, folder / LOOSE_FILE)
        return True

    def _write_month(self, table: str, month: date, file: Path) -> None:
        self.con.execute(
            f"COPY (SELECT * FROM {table} WHERE month = DATE '{month}') "
            f"TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)"
        )

    def summary_months(self) -> list[date]:
        """Months that have a summary: those of contacts, of handlings, of metered use that drives cost."""
        tables = ["contacts", *(["handlings"] if self.legs else []), *(["usage"] if self.usage_items else [])]
        return sorted({m for t in tables for m in self.book.months(t)})

    def summary_part(self, reach: Reach, month: date) -> BookPart:
        """What of the Book the summary of a month reads: its rows, and those that say more about them.

        A contact and its handlings may lie in two months, as may metered use; a repeat looks back some days;
        time is split among all that was open beside it.
        """
        contacts: set[Month] = {month}
        legs: set[Month] = {month}
        of_legs = reach.linked("handlings", [month], "contacts", "contact_id")
        legs |= reach.linked("contacts", [month], "handlings", "contact_id")
        contacts |= of_legs
        if self.policy.concurrent_channels:
            beside = reach.open_beside([month], legs)
            legs |= beside.get("handlings", set())
            contacts |= beside.get("contacts", set())
            # A contact with handlings takes no part itself; a handling's agent may be its contact's.
            legs |= reach.linked("contacts", contacts, "handlings", "contact_id")
            contacts |= reach.linked("handlings", legs, "contacts", "contact_id")
        if self.knows_repeats():
            days = self.policy.repeat_days
            contacts |= {n for m in (month, *of_legs) if m for n in reach.near(m, days)}
        part: dict[str, set[Month] | None] = {"contacts": contacts, "handlings": legs}
        if self.usage_items:
            part["usage"] = reach.linked("contacts", [month], "usage", "contact_id") | {month}
            contacts |= reach.linked("usage", [month], "contacts", "contact_id")
        if set(self.customer_dimensions) & set(self._summary_dimensions()):
            part["customers"] = None
        return part

    def loose_use(self, months: Period) -> dict[tuple[str, date], int]:
        """(driver, month) -> millionths of metered use that no contact of the Book is named for.

        The month is that of the use, for there is no contact to have one.
        """
        if not self.usage_items:
            return {}
        source = self._loose_use()
        if self.summary is not None:
            source = f"read_parquet({_listed(f.with_name(LOOSE_FILE) for f in self.summary)})"
        rows = self.con.execute(
            f"SELECT item, month, units FROM {source} WHERE month >= ? AND month < ? AND units <> 0",
            [months.start, months.end],
        ).fetchall()
        return {(f"usage:{item}", month): int(units) for item, month, units in rows}

    def _loose_use(self) -> str:
        usage = self.book.relation("usage", ["contact_id", "item", "quantity", "month"])
        contacts = self.book.relation("contacts", ["contact_id"])
        metered = in_list("item", self.usage_items)
        # The few ids that are named are looked for among the many contacts, not the other way round.
        return f"""(
            SELECT item, month, CAST(sum(quantity) * 1000000 AS HUGEINT) AS units
            FROM {usage}
            WHERE {metered} AND (contact_id IS NULL OR contact_id NOT IN (
                SELECT contact_id FROM {contacts}
                WHERE contact_id IN (SELECT contact_id FROM {usage} WHERE contact_id IS NOT NULL)
            ))
            GROUP BY item, month
        )"""

    def _summary_dimensions(self) -> list[str]:
        keys = (
            {JUDGED_DIMENSIONS.get(d, d) for p in self.policy.work_pools for d, _ in p.scope}
            - set(CALENDAR_DIMENSIONS)
            - {"repeat"}
        )
        filled = self.book.filled("contacts") | (self.book.filled("handlings") if self.legs else set())
        dims = [d for d in dict.fromkeys([*SUMMED_DIMENSIONS, *sorted(keys)]) if d in filled or d == "actor"]
        return [*dims, "repeat"] if self.knows_repeats() else dims

    def knows_repeats(self) -> bool:
        """Whether contacts name what makes one a repeat of another (the customer, and the reason)."""
        return set(self.policy.repeat_same) <= self.book.filled("contacts")

    def is_quick(self, dimension: str) -> bool:
        """Whether a question along a dimension needs no long look at single rows."""
        few = self.book.rows("contacts") < SUMMARY_FROM_ROWS
        return few or self.from_summary([dimension], self.drivers) or self.from_day_cubes([dimension])

    def from_summary(self, columns: Iterable[str], drivers: Iterable[str] = ()) -> bool:
        """Whether the summary can answer for these columns and drivers."""
        if self.summary is None or not set(drivers) <= set(self.drivers):
            return False
        wanted = {JUDGED_DIMENSIONS.get(c, c) for c in columns}
        absent = set(self.book.columns("contacts")) - self.book.filled("contacts")
        return wanted <= {*self._summary_dimensions(), *absent}

    def _summary_rows(self, wanted: list[str], months: Period) -> str:
        held = set(self._summary_dimensions())
        fields = [quote(c) if c in held else f"NULL::VARCHAR AS {quote(c)}" for c in wanted]
        parts = [quote(p.name) for d in self.drivers for p in self.parts(d)]
        return (
            f"(SELECT {', '.join(['month', *fields, *SUMS, 'anchor', *parts])} "
            f"FROM {self._summary_source()} "
            f"WHERE month >= DATE '{months.start}' AND month < DATE '{months.end}')"
        )

    def _summary_source(self) -> str:
        """SQL relation of the summary: its file, or the table that holds it in memory.

        There a month's sums lie together as short integers, so a question of one month takes a tenth of the
        time; a sum too large for them is an error of the engine, never another number.
        """
        file = f"read_parquet({_listed(self.summary or ())}, hive_partitioning = false)"
        if not self.at_hand:
            return file
        if self._held != self.summary:
            wide = [s for s in SUMS if s != "effort"] + [p.name for d in self.drivers for p in self.parts(d)]
            short = [f"CAST({quote(x)} AS BIGINT) AS {quote(x)}" for x in dict.fromkeys(wide)]
            short.append("CAST(effort AS DECIMAL(18,3)) AS effort")
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE work_summary AS "
                f"SELECT * REPLACE ({', '.join(short)}) FROM {file} ORDER BY month"
            )
            self._held = self.summary
        return "work_summary"


DRIVER_COLUMNS = {
    "handle_s": "effort",
    "contacts": "handled",
    "offered": "n",
    "messages": "messages",
    "talk_s": "talk_s",
    "wait_s": "wait_s",
}
"""Driver -> the column of a work row that measures it."""


def _listed(files: Iterable[Path]) -> str:
    return f"[{', '.join(literal(str(file)) for file in files)}]"


def _parts(name: str, column: str, unit: int) -> tuple[Part, Part]:
    return (
        Part(name, f"CAST(floor({column}) AS BIGINT)", unit),
        Part(f"{name}_rest", f"CAST(({column} - floor({column})) * {unit} AS BIGINT)", 1),
    )


def _has_whole_seconds(book: Book, policy: Policy) -> bool:
    """Whether every time of work is a number of whole seconds."""
    if policy.concurrent_channels:
        return False
    if not all(f.whole_seconds for t in ("contacts", "handlings") for f in book.files.get(t, ())):
        return False
    return all(
        _whole(u.base_s, *u.extra_s.values()) and all(map(is_number, u.extra_s)) for u in policy.unit_times
    )


def _whole(*numbers: Decimal) -> bool:
    return all(n == n.to_integral_value() for n in numbers)
