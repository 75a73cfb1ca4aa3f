# SPDX-License-Identifier: Apache-2.0
"""The work of a Book as rows with driver quantities, and its sums by month and dimension.

Shape 1 of the two query shapes: group rows by month, pool keys and dimensions and add their drivers.
Rows come from the day cubes where these hold every column asked for, else from the contacts themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from percontact.costing.concurrency import split_concurrent_time
from percontact.costing.policy import Policy, Scope
from percontact.costing.repeats import mark_repeats
from percontact.records.book import Book
from percontact.records.contacts import MACHINE_CHANNELS
from percontact.records.dialect import BUCKET_SECONDS, in_list, literal, quote
from percontact.records.tables import TABLES
from percontact.values.period import Period, add_months
from percontact.values.problem import did_you_mean, problem

if TYPE_CHECKING:
    import duckdb

MACHINE_ACTOR = {"ai_agent": "bot"}
CALENDAR_DIMENSIONS = ("day", "weekday", "hour")
JUDGED_DIMENSIONS = {"assisted": "actor", "demand": "reason"}
"""Dimensions made from another: assisted (an agent took part or not), demand (failure or value)."""
LEG_DRIVERS = ("messages", "talk_s")
"""Drivers that a contact and its handlings may both tell of."""
CUBE_SUMS = ("count", "handled", "handle_s", "messages", "measured", "reported", "derived", "unmeasured", "anchor")


@dataclass(frozen=True, slots=True)
class Part:
    """A whole-number share of a driver: `sql` over a work row, worth `weight` of the driver's finest unit."""

    name: str
    sql: str
    weight: int


class Work:
    """Rows of work: contacts with their own handling, and handlings landed apart.

    A contact with handlings landed apart brings its count; its time is that of those handlings, each in
    its own team, agent and day. Times a policy splits or estimates are already in `effort`.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, *, cubes: bool = True) -> None:
        self.con, self.book, self.policy = con, book, policy
        self.legs = book.has("handlings")
        self.split = bool(policy.concurrent_channels) and split_concurrent_time(con, book, policy.concurrent_channels)
        self.whole_seconds = not self.split and all(
            f.whole_seconds for t in ("contacts", "handlings") for f in book.files.get(t, ())
        ) and all(_whole(u.base_s, *u.extra_s.values()) and all(map(_counts, u.extra_s)) for u in policy.unit_times)  # fmt: skip
        self.usage_items = self._usage_items()
        self._cubes = cubes and not self.legs and not self.split and self.whole_seconds and not self.usage_items
        self._calendar: Period | None = None
        self._check_names()

    def _check_names(self) -> None:
        """Raise PercontactError E-POL-02 when the policy speaks of a dimension or column that contacts do not have."""
        columns, dimensions = self.book.columns("contacts"), self.dimensions()
        named = [(f"pool {p.name}", "scope", d, dimensions) for p in self.policy.pools.values() for d, _ in p.scope]
        own = [d for d in dimensions if d in columns]
        for u in self.policy.unit_times:
            named += [("unit_times", "scope", d, own) for d, _ in u.scope] + [("unit_times", "extra", c, list(columns)) for c in u.extra_s]
        named += [("repeat", "same", c, own) for c in self.policy.repeat_same]
        for where, part, name, known in named:
            if name not in known:
                raise problem(
                    "E-POL-02", f"policy.yaml: {where}", f"its {part} names {name!r}, which contacts do not have",
                    did_you_mean(name, known), "Correct the name, or import contacts that have such a column.",
                )  # fmt: skip

    def _usage_items(self) -> tuple[str, ...]:
        items = {p.driver.partition(":")[2] for p in self.policy.work_pools if p.driver.startswith("usage:")}
        return tuple(sorted(items))

    def dimensions(self) -> list[str]:
        """Names that work can be grouped and filtered by."""
        measures = {"row_id", "bucket", "handled", "count", "messages", "started_at", "queued_at", "answered_at", "ended_at"}
        names = [n for n in self.book.columns("contacts") if n not in measures and not n.endswith("_s")]
        return [*names, *CALENDAR_DIMENSIONS, *JUDGED_DIMENSIONS, "repeat"]

    def parts(self, driver: str) -> tuple[Part, ...]:
        """The whole-number parts of a driver: seconds and, where some times are finer, milliseconds."""
        if driver.startswith("usage:"):
            column = quote("usage_" + driver.partition(":")[2])
            return Part(f"{driver}.1", f"CAST(floor({column}) AS BIGINT)", 10**6), Part(
                f"{driver}.6", f"CAST(({column} - floor({column})) * 1000000 AS BIGINT)", 1
            )
        if driver.endswith("_s"):
            column = "effort" if driver == "handle_s" else driver
            if self.whole_seconds:
                return (Part(driver, column, 1000),)
            return Part(driver, f"CAST(floor({column}) AS BIGINT)", 1000), Part(
                f"{driver}.ms", f"CAST(({column} - floor({column})) * 1000 AS BIGINT)", 1
            )
        return (Part(driver, {"contacts": "handled", "offered": "n"}.get(driver, driver), 1),)

    def in_cube(self, columns: Iterable[str], drivers: Iterable[str] = ()) -> bool:
        """Whether the day cubes of all files can answer for these columns and drivers."""
        files = [f for f in self.book.files.get("contacts", ()) if f.rows]
        if not self._cubes or not files or set(drivers) & {"talk_s", "wait_s"}:
            return False
        wanted = {JUDGED_DIMENSIONS.get(c, c) for c in columns} - {"day", "weekday"}
        if wanted & {"hour", "repeat"}:
            return False
        scopes = {d for u in self.policy.unit_times for d, _ in u.scope}
        if any(u.extra_s for u in self.policy.unit_times):
            return False
        filled = self.book.filled("contacts")
        for f in files:
            held = set(f.cube_columns)
            # A dimension that no row of the file has is not in its cube, and needs not be.
            absent = (wanted | scopes) - held - ({"actor", "channel"} if "actor" in wanted else set())
            if f.cube is None or absent & filled & {n for n, _ in f.columns}:
                return False
            if "actor" in wanted and not held >= ({"actor", "channel"} & {n for n, _ in f.columns}):
                return False
        return True

    def rows(self, columns: Sequence[str], months: Period, *, drivers: Iterable[str], cube: bool = False) -> str:
        """SQL relation of work rows: month, the columns, n, handled, effort, coverage counts, anchor, drivers.

        columns  dimensions wanted, among `dimensions()`, and contact_id
        months   whole months
        """
        judged = [c for c in dict.fromkeys(columns) if c in JUDGED_DIMENSIONS]
        if judged:
            plain = [c for c in columns if c not in judged] + [JUDGED_DIMENSIONS[c] for c in judged]
            fields = ", ".join(f"{self._judge(c)} AS {c}" for c in judged)
            return f"(SELECT *, {fields} FROM {self.rows(plain, months, drivers=drivers, cube=cube)})"
        wanted = [c for c in dict.fromkeys(columns) if c not in CALENDAR_DIMENSIONS]
        calendar = [c for c in dict.fromkeys(columns) if c in CALENDAR_DIMENSIONS]
        if cube:
            return self._cube_rows(wanted, calendar, months)
        if "repeat" in wanted:
            mark_repeats(self.con, self.book, self.policy)
        sides = [self._contact_rows(wanted, calendar, months, drivers)]
        if self.legs:
            sides.append(self._leg_rows(wanted, calendar, months, drivers))
        return sides[0] if len(sides) == 1 else f"({' UNION ALL BY NAME '.join('SELECT * FROM ' + s for s in sides)})"

    def _judge(self, dimension: str) -> str:
        if dimension == "assisted":
            return "CASE WHEN actor IN ('agent', 'back_office') THEN 'assisted' ELSE 'unassisted' END"
        if not self.policy.failure_reasons:
            return "CAST(NULL AS VARCHAR)"
        return f"CASE WHEN reason IS NOT NULL THEN CASE WHEN {in_list('reason', self.policy.failure_reasons)} THEN 'failure' ELSE 'value' END END"

    def _contact_rows(self, wanted: list[str], calendar: list[str], months: Period, drivers: Iterable[str]) -> str:
        if self.legs:
            self._mark_contacts_with_legs()
        return self._side("contacts", wanted, calendar, months, drivers, count="c.count", handled="c.handled")

    def _leg_rows(self, wanted: list[str], calendar: list[str], months: Period, drivers: Iterable[str]) -> str:
        return self._side("handlings", wanted, calendar, months, drivers, count="0", handled="0")

    def _side(
        self, table: str, wanted: list[str], calendar: list[str], months: Period, drivers: Iterable[str], *,
        count: str, handled: str,
    ) -> str:  # fmt: skip
        drivers = set(drivers)
        repeat = "repeat" in wanted
        wanted = [c for c in wanted if c != "repeat"]
        here = self.book.columns(table)
        named = list(dict.fromkeys([*wanted, *self._scoped()]))
        from_contact = [c for c in named if c not in here] if table == "handlings" else []
        inherit = [c for c in named if c in here and c in self.book.columns("contacts")] if table == "handlings" else []
        needed = self._needed_columns(wanted, drivers) & set(here) | {"row_id", "count", "handle_s", "handle_basis"}
        if table == "contacts":
            needed |= {"handled"}
        if table == "handlings":
            needed |= {"contact_id"}
        if calendar:
            needed |= {"bucket"}
        relation = self.book.relation(table, ["month", *sorted(needed)], first=months.start, last=add_months(months.end, -1))
        joins, lookup = "", "c"
        if table == "handlings" and (from_contact or inherit or "actor" in named or repeat):
            carried = sorted({"contact_id", "row_id", *from_contact, *inherit} | ({"channel", "actor"} if "actor" in named else set()))
            joins += f" LEFT JOIN {self.book.relation('contacts', carried)} p ON p.contact_id = c.contact_id"
            lookup = "p"

        def value(dimension: str) -> str:
            return self._dimension(dimension, from_contact, inherit, lookup)

        fields = [f"{value(c)} AS {quote(c)}" for c in wanted]
        if calendar:
            self._make_calendar(months)
            joins += " JOIN bucket_day k ON k.bucket = c.bucket"
            fields += [f"k.{quote(c)} AS {quote(c)}" for c in calendar]
        if repeat:
            joins += f" LEFT JOIN repeat_contact t ON t.row_id = {lookup}.row_id"
            fields.append("CASE t.repeat WHEN true THEN 'repeat' WHEN false THEN 'first' END AS repeat")
        effort, tier, more = self._effort(table, here, value)
        joins += more
        for item in self.usage_items:
            if f"usage:{item}" in drivers:
                column = quote("usage_" + item)
                used = f"u.{column}" if table == "contacts" else "0"
                fields.append(f"coalesce({used}, 0) AS {column}")
        if table == "contacts" and any(d.startswith("usage:") for d in drivers):
            joins += f" LEFT JOIN {self._usage_by_contact()} u ON u.contact_id = c.contact_id"
        for name in sorted(drivers & {"messages", "talk_s", "wait_s"}):
            told = f"coalesce({'c.' + name if name in here else '0'}, 0)"
            if table == "contacts" and self.legs and name in LEG_DRIVERS:
                told = f"CASE WHEN w.{name} THEN 0 ELSE {told} END"  # its handlings tell; both would count twice
            fields.append(f"{told} AS {name}")
        fields += [
            "c.month AS month", f"{count} AS n", f"{handled} AS handled", f"{effort} AS effort",
            f"CASE WHEN {tier} = 'measured' THEN {handled} ELSE 0 END AS measured",
            f"CASE WHEN {tier} = 'derived' THEN {handled} ELSE 0 END AS derived",
            "c.row_id AS anchor",
        ]  # fmt: skip
        return f"(SELECT {', '.join(fields)} FROM {relation} c{joins})"

    def _needed_columns(self, wanted: Iterable[str], drivers: Iterable[str]) -> set[str]:
        needed = set(wanted) | (set(drivers) & {"messages", "talk_s", "wait_s"})
        needed |= {d for u in self.policy.unit_times for d, _ in u.scope} | {c for u in self.policy.unit_times for c in u.extra_s}
        if "actor" in needed:
            needed |= {"channel"}
        if any(d.startswith("usage:") for d in drivers):
            needed |= {"contact_id"}
        return needed

    def _dimension(self, name: str, from_contact: list[str], inherit: list[str], lookup: str) -> str:
        if name == "actor":
            if lookup == "p":
                return actor_sql("coalesce(c.actor, p.actor)", "coalesce(c.channel, p.channel)")
            return actor_sql("c.actor", "c.channel")
        column = quote(name)
        if name in from_contact:
            return f"p.{column}"
        if lookup == "p" and name in inherit:
            return f"coalesce(c.{column}, p.{column})"
        return f"c.{column}"

    def _scoped(self) -> list[str]:
        """Dimensions that time equations are scoped by."""
        return list(dict.fromkeys(d for u in self.policy.unit_times for d, _ in u.scope))

    def _effort(self, table: str, here: Iterable[str], value: Callable[[str], str]) -> tuple[str, str, str]:
        """(effort in seconds, coverage tier, further joins) of a row; `value`: SQL of a dimension."""
        known, tier, join = "c.handle_s", _tier("c"), ""
        if self.split:
            known = "coalesce(s.split_s, c.handle_s)"
            tier = f"CASE WHEN s.split_s IS NOT NULL THEN 'derived' ELSE {tier} END"
            join = " LEFT JOIN split_time s ON s.row_id = c.row_id"
        branches = "".join(
            f" WHEN {scope_sql(u.scope, value=value)} THEN {_equation(u.base_s, u.extra_s, here, table)}" for u in self.policy.unit_times
        )
        standard = f"CASE{branches} ELSE 0 END" if branches else "0"
        effort = f"coalesce({known}, {standard})"
        if table == "contacts" and self.legs:
            join += " LEFT JOIN contacts_with_legs w ON w.row_id = c.row_id"
            effort = f"CASE WHEN w.row_id IS NULL THEN {effort} ELSE 0 END"
            tier = f"coalesce(w.tier, {tier})"
        return f"CAST({effort} AS DECIMAL(18,3))", tier, join

    def _mark_contacts_with_legs(self) -> None:
        """Make the table `contacts_with_legs`: the contact's row, the weakest tier of its handlings' times, and what they tell."""
        contacts = self.book.relation("contacts", ["row_id", "contact_id"])
        legs = self.book.relation("handlings", ["row_id", "contact_id", "handle_s", "handle_basis", *LEG_DRIVERS])
        tier, join = _tier("h"), ""
        if self.split:
            tier, join = f"CASE WHEN s.split_s IS NOT NULL THEN 'derived' ELSE {tier} END", " LEFT JOIN split_time s ON s.row_id = h.row_id"
        told = ", ".join(f"bool_or({d} IS NOT NULL) AS {d}" for d in LEG_DRIVERS)
        self.con.execute(
            "CREATE TEMP TABLE IF NOT EXISTS contacts_with_legs AS "
            "SELECT c.row_id, CASE WHEN bool_or(h.tier = 'estimated') THEN 'estimated' WHEN bool_or(h.tier = 'derived') THEN 'derived' ELSE 'measured' END AS tier, "
            f"{told} FROM {contacts} c JOIN (SELECT h.*, {tier} AS tier FROM {legs} h{join}) h ON h.contact_id = c.contact_id GROUP BY 1"
        )

    def _usage_by_contact(self) -> str:
        sums = ", ".join(
            f"sum(quantity) FILTER (item = {literal(i)}) AS {quote('usage_' + i)}" for i in self.usage_items
        )
        return f"(SELECT contact_id, {sums} FROM {self.book.relation('usage', ['contact_id', 'item', 'quantity'])} WHERE contact_id IS NOT NULL GROUP BY 1)"

    def _cube_rows(self, wanted: list[str], calendar: list[str], months: Period) -> str:
        sides = []
        for f in self.book.files.get("contacts", ()):
            if not f.rows or f.month is None or not months.start <= f.month < months.end:
                continue
            held = set(f.cube_columns)
            column = {c: quote(c) if c in held else "NULL::VARCHAR" for c in {*wanted, "actor", "channel"}}
            actor = actor_sql(column["actor"], column["channel"])
            fields = [f"{actor if c == 'actor' else column[c]} AS {quote(c)}" for c in wanted]
            fields += [{"day": "day", "weekday": "isodow(day) AS weekday"}[c] for c in calendar]
            branches = "".join(
                f" WHEN {scope_sql(u.scope, held=held)} THEN {u.base_s:f} * unmeasured" for u in self.policy.unit_times
            )
            standard = f" + CASE{branches} ELSE 0 END" if branches else ""
            fields += [
                f"DATE '{f.month}' AS month", "count AS n", "handled",
                f"CAST(coalesce(handle_s, 0){standard} AS DECIMAL(38,3)) AS effort",
                "coalesce(messages, 0) AS messages", "measured + reported AS measured", "derived", "anchor",
            ]  # fmt: skip
            sides.append(f"SELECT {', '.join(fields)} FROM read_parquet({literal(str(f.cube))}, hive_partitioning = false)")
        return f"({' UNION ALL '.join(sides)})"

    def _make_calendar(self, months: Period) -> None:
        if self._calendar is not None and self._calendar.start <= months.start and months.end <= self._calendar.end:
            return
        rows = bucket_days(months, self.book.settings.timezone)
        self.con.execute("CREATE OR REPLACE TEMP TABLE bucket_day (bucket INTEGER, day DATE, weekday INTEGER, hour INTEGER)")
        self.con.execute(
            "INSERT INTO bucket_day SELECT unnest(?::INTEGER[]), unnest(?::DATE[]), unnest(?::INTEGER[]), unnest(?::INTEGER[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
        self._calendar = months


def bucket_days(months: Period, timezone: str) -> list[tuple[int, date, int, int]]:
    """(UTC quarter hour since 1970, local day, ISO weekday, local hour) of each quarter hour of a span.

    The zone's rules come from zoneinfo and never reach the engine: a bucket has one local day and hour
    because no zone changes its offset off the quarter hour today.
    """
    zone, utc = ZoneInfo(timezone), ZoneInfo("UTC")
    start = datetime(months.start.year, months.start.month, months.start.day, tzinfo=zone)
    end = datetime(months.end.year, months.end.month, months.end.day, tzinfo=zone)
    first, last = int(start.timestamp()) // BUCKET_SECONDS, -(-int(end.timestamp()) // BUCKET_SECONDS)
    rows = []
    epoch = datetime(1970, 1, 1, tzinfo=utc)
    for bucket in range(first, last):
        local = (epoch + timedelta(seconds=bucket * BUCKET_SECONDS)).astimezone(zone)
        rows.append((bucket, local.date(), local.isoweekday(), local.hour))
    return rows


def actor_sql(actor: str, channel: str) -> str:
    """SQL of who worked on a contact: as told, else by its channel (machines in MACHINE_CHANNELS, else an agent)."""
    machines = " ".join(f"WHEN '{c}' THEN '{MACHINE_ACTOR.get(c, c)}'" for c in MACHINE_CHANNELS)
    return f"coalesce({actor}, CASE lower({channel}) {machines} ELSE 'agent' END)"


def _tier(row: str) -> str:
    """SQL of how a row's own handle time is known."""
    return (
        f"CASE WHEN {row}.handle_s IS NULL THEN 'estimated' WHEN {row}.handle_basis IN ('measured', 'reported') THEN 'measured' "
        f"WHEN {row}.handle_basis = 'derived' THEN 'derived' ELSE 'estimated' END"
    )


def scope_sql(scope: Scope, *, held: set[str] | None = None, value: Callable[[str], str] = quote) -> str:
    """SQL condition that a row lies in a scope.

    held   columns there are (others are unknown, so never inside)
    value  SQL of a dimension; default its column
    """
    tests = []
    for dimension, values in scope:
        if held is not None and dimension not in held and dimension != "actor":
            return "false"
        column = value(dimension)
        if dimension == "actor" and value is quote:
            column = actor_sql("actor", "channel")
        tests.append(in_list(column, values))
    return "(" + " AND ".join(tests) + ")" if tests else "true"


def _equation(base: Decimal, extra: Mapping[str, Decimal], here: Iterable[str], table: str) -> str:
    """SQL of the seconds of a row by a time equation. An abandoned contact took no work; a handling always did."""
    terms = [f"{base:f} * c.count"] + [f"{seconds:f} * {_feature(name)}" for name, seconds in extra.items() if name in here]
    whole = " + ".join(terms)
    return f"CASE WHEN c.handled = 0 THEN 0 ELSE {whole} END" if table == "contacts" else whole


def _feature(name: str) -> str:
    """SQL of how often a row has a feature: a number, or yes and no as 1 and 0; unknown adds nothing."""
    column = f"c.{quote(name)}"
    if _counts(name):
        return f"coalesce({column}, 0)"
    return f"CASE WHEN lower({column}) IN ('true', 'yes', 'y') THEN 1 ELSE coalesce(TRY_CAST({column} AS DECIMAL(18,3)), 0) END"


def _counts(name: str) -> bool:
    """Whether a column of contacts is a contract's number, so that it is stored as one."""
    column = TABLES["contacts"].column(name)
    return column is not None and column.kind in ("whole", "seconds")


def _whole(*numbers: Decimal) -> bool:
    return all(n == n.to_integral_value() for n in numbers)
