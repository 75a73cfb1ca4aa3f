# SPDX-License-Identifier: Apache-2.0
"""Rows of work from the contacts and handlings themselves, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING

from percontact.costing.calendar import make_calendar
from percontact.costing.concurrency import split_concurrent_time
from percontact.costing.policy import Policy
from percontact.costing.scope import actor_sql, scope_sql
from percontact.records.book import Book
from percontact.records.dialect import literal, quote
from percontact.records.tables import TABLES
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    import duckdb

LEG_DRIVERS = ("messages", "talk_s")
"""Drivers that a contact and its handlings may both tell of."""
COLUMN_DRIVERS = frozenset({"messages", "talk_s", "wait_s"})
"""Drivers that a row tells of in a column of that name."""


@dataclass(frozen=True, slots=True)
class _Dimensions:
    """Where a row `c` of work has its dimensions from: from itself, and a handling from its contact `p` too.

    absent   those that only the contact has
    shared   those of both: where the row's own is unknown, the contact's holds
    carried  columns the contact is joined with; none = it is not joined
    """

    absent: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    carried: tuple[str, ...] = ()

    @property
    def contact(self) -> str:
        """Alias of the row that is the contact's own."""
        return "p" if self.carried else "c"

    def value(self, name: str) -> str:
        """SQL of a dimension."""
        if name == "actor":
            if self.carried:
                return actor_sql("coalesce(c.actor, p.actor)", "coalesce(c.channel, p.channel)")
            return actor_sql("c.actor", "c.channel")
        column = quote(name)
        if name in self.absent:
            return f"p.{column}"
        if name in self.shared:
            return f"coalesce(c.{column}, p.{column})"
        return f"c.{column}"


class WorkRows:
    """SQL of contacts and handlings as rows of work.

    A contact with handlings landed apart brings its count; its time is that of those handlings, each in
    its own team, agent and day.

    usage_items  metered items that drive a pool
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, book: Book, policy: Policy, *, usage_items: tuple[str, ...]
    ) -> None:
        self.con, self.book, self.policy, self.usage_items = con, book, policy, usage_items
        self.legs = book.has("handlings")
        self._calendar: Period | None = None

    @cached_property
    def split(self) -> bool:
        """Whether any time is split among concurrent contacts; the table `split_time` then holds it."""
        channels = self.policy.concurrent_channels
        return bool(channels) and split_concurrent_time(self.con, self.book, channels)

    def rows(
        self,
        wanted: list[str],
        calendar: list[str],
        months: Period,
        drivers: Iterable[str],
        *,
        summed: bool = False,
    ) -> str:
        """A relation of work rows with the dimensions wanted, calendar ones among them.

        summed  they will be added up before anything else, so what is unknown may stay NULL: a tenth quicker
        """
        if calendar:
            self._make_calendar(months)
        side = partial(
            self._side, wanted=wanted, calendar=calendar, months=months, drivers=set(drivers), summed=summed
        )
        if not self.legs:
            return side("contacts", count="c.count", handled="c.handled")
        self._mark_contacts_with_legs()
        own = side("contacts", count="c.count", handled="c.handled")
        legs = side("handlings", count="0", handled="0")
        return f"(SELECT * FROM {own} UNION ALL BY NAME SELECT * FROM {legs})"

    def _make_calendar(self, months: Period) -> None:
        if self._calendar is None or not (
            self._calendar.start <= months.start and months.end <= self._calendar.end
        ):
            make_calendar(self.con, months, self.book.settings.timezone)
            self._calendar = months

    def _side(
        self,
        table: str,
        *,
        wanted: list[str],
        calendar: list[str],
        months: Period,
        drivers: set[str],
        summed: bool,
        count: str,
        handled: str,
    ) -> str:
        """The rows of one table as rows of work.

        count    SQL of how many contacts a row stands for
        handled  SQL of how many of them were handled
        """
        dimensions = self._dimensions(table, wanted)
        effort, tier, effort_joins = self._effort(table, dimensions.value, summed=summed)
        measured, derived = _by_tier(tier, handled)
        fields = [
            *_dimension_fields(dimensions, wanted, calendar),
            *self._driver_fields(table, drivers, summed=summed),
            "c.month AS month",
            f"{count} AS n",
            f"{handled} AS handled",
            f"{effort} AS effort",
            f"{measured} AS measured",
            f"{derived} AS derived",
            "c.row_id AS anchor",
        ]
        joins = [
            *self._dimension_joins(dimensions, wanted, calendar),
            *effort_joins,
            *self._usage_joins(table, drivers),
        ]
        rows = self._own_rows(table, wanted, calendar, months, drivers)
        return f"(SELECT {', '.join(fields)} FROM {' '.join([rows + ' c', *joins])})"

    def _own_rows(
        self, table: str, wanted: list[str], calendar: list[str], months: Period, drivers: set[str]
    ) -> str:
        """The rows of one table itself, with the columns that its work needs."""
        needed = self._needed_columns(set(wanted) - {"repeat"}, drivers) & set(self.book.columns(table))
        needed |= {"row_id", "count", "handle_s", "handle_basis"}
        needed.add("contact_id" if table == "handlings" else "handled")
        if calendar:
            needed.add("bucket")
        return self.book.relation(
            table, ["month", *sorted(needed)], first=months.start, last=add_months(months.end, -1)
        )

    def _dimensions(self, table: str, wanted: list[str]) -> _Dimensions:
        """Where the rows of a table have their dimensions from."""
        if table != "handlings":
            return _Dimensions()
        named = dict.fromkeys([*(c for c in wanted if c != "repeat"), *self._scoped()])
        own, of_contact = self.book.columns("handlings"), self.book.columns("contacts")
        absent = frozenset(c for c in named if c not in own)
        shared = frozenset(c for c in named if c in own and c in of_contact)
        actor = {"channel", "actor"} if "actor" in named else set()
        linked = bool(absent or shared or actor or "repeat" in wanted)
        carried = {"contact_id", "row_id", *absent, *shared, *actor} if linked else set()
        return _Dimensions(absent, shared, tuple(sorted(carried)))

    def _dimension_joins(
        self, dimensions: _Dimensions, wanted: list[str], calendar: list[str]
    ) -> Iterator[str]:
        if dimensions.carried:
            contacts = self.book.relation("contacts", dimensions.carried)
            yield f"LEFT JOIN {contacts} p ON p.contact_id = c.contact_id"
        if calendar:
            yield "JOIN bucket_day k ON k.bucket = c.bucket"
        if "repeat" in wanted:
            yield f"LEFT JOIN repeat_contact t ON t.row_id = {dimensions.contact}.row_id"

    def _driver_fields(self, table: str, drivers: set[str], *, summed: bool) -> Iterator[str]:
        """SQL fields of the drivers that are not time: metered items, then columns of the row."""
        for item in self.usage_items:
            if f"usage:{item}" in drivers:
                column = quote("usage_" + item)
                used = f"u.{column}" if table == "contacts" else "0"
                yield f"coalesce({used}, 0) AS {column}"
        here = self.book.columns(table)
        for name in sorted(drivers & COLUMN_DRIVERS):
            told = f"c.{name}" if name in here else "0"
            if not summed:
                told = f"coalesce({told}, 0)"
            if table == "contacts" and self.legs and name in LEG_DRIVERS:
                # Where its handlings tell, the contact does not: both would count twice.
                told = f"CASE WHEN w.{name} THEN 0 ELSE {told} END"
            yield f"{told} AS {name}"

    def _usage_joins(self, table: str, drivers: set[str]) -> Iterator[str]:
        if table == "contacts" and any(d.startswith("usage:") for d in drivers):
            yield f"LEFT JOIN {self._usage_by_contact()} u ON u.contact_id = c.contact_id"

    def _needed_columns(self, wanted: Iterable[str], drivers: Iterable[str]) -> set[str]:
        needed = set(wanted) | (set(drivers) & COLUMN_DRIVERS)
        for u in self.policy.unit_times:
            needed |= {d for d, _ in u.scope} | set(u.extra_s)
        if "actor" in needed:
            needed |= {"channel"}
        if any(d.startswith("usage:") for d in drivers):
            needed |= {"contact_id"}
        return needed

    def _scoped(self) -> list[str]:
        """Dimensions that time equations are scoped by."""
        return list(dict.fromkeys(d for u in self.policy.unit_times for d, _ in u.scope))

    def _effort(self, table: str, value: Callable[[str], str], *, summed: bool) -> tuple[str, str, list[str]]:
        """(effort in seconds, coverage tier, further joins) of a row; `value`: SQL of a dimension."""
        known, tier, joins = "c.handle_s", _tier("c"), []
        if self.split:
            known = "coalesce(s.split_s, c.handle_s)"
            tier = f"CASE WHEN s.split_s IS NOT NULL THEN 'derived' ELSE {tier} END"
            joins.append("LEFT JOIN split_time s ON s.row_id = c.row_id")
        here = self.book.columns(table)
        branches = "".join(
            f" WHEN {scope_sql(u.scope, value=value)} THEN {_equation(u.base_s, u.extra_s, here, table)}"
            for u in self.policy.unit_times
        )
        standard = f"CASE{branches} ELSE 0 END" if branches else "0"
        effort = known if summed and not branches else f"coalesce({known}, {standard})"
        if table == "contacts" and self.legs:
            joins.append("LEFT JOIN contacts_with_legs w ON w.row_id = c.row_id")
            effort = f"CASE WHEN w.row_id IS NULL THEN {effort} ELSE 0 END"
            tier = f"coalesce(w.tier, {tier})"
        return f"CAST({effort} AS DECIMAL(18,3))", tier, joins

    def _mark_contacts_with_legs(self) -> None:
        """Make the table `contacts_with_legs`, a row a contact with handlings.

        It holds the contact's row_id, the weakest tier of its handlings' times, and which LEG_DRIVERS they
        tell of.
        """
        contacts = self.book.relation("contacts", ["row_id", "contact_id"])
        legs = self.book.relation(
            "handlings", ["row_id", "contact_id", "handle_s", "handle_basis", *LEG_DRIVERS]
        )
        tier, join = _tier("h"), ""
        if self.split:
            tier = f"CASE WHEN s.split_s IS NOT NULL THEN 'derived' ELSE {tier} END"
            join = "LEFT JOIN split_time s ON s.row_id = h.row_id"
        told = ", ".join(f"bool_or({d} IS NOT NULL) AS {d}" for d in LEG_DRIVERS)
        self.con.execute(f"""
            CREATE TEMP TABLE IF NOT EXISTS contacts_with_legs AS
            SELECT c.row_id,
                   CASE WHEN bool_or(h.tier = 'estimated') THEN 'estimated'
                        WHEN bool_or(h.tier = 'derived') THEN 'derived'
                        ELSE 'measured' END AS tier,
                   {told}
            FROM {contacts} c
            JOIN (SELECT h.*, {tier} AS tier FROM {legs} h {join}) h ON h.contact_id = c.contact_id
            GROUP BY 1
        """)

    def _usage_by_contact(self) -> str:
        sums = ", ".join(
            f"sum(quantity) FILTER (item = {literal(i)}) AS {quote('usage_' + i)}" for i in self.usage_items
        )
        usage = self.book.relation("usage", ["contact_id", "item", "quantity"])
        return f"(SELECT contact_id, {sums} FROM {usage} WHERE contact_id IS NOT NULL GROUP BY 1)"


def _dimension_fields(dimensions: _Dimensions, wanted: list[str], calendar: list[str]) -> Iterator[str]:
    """SQL fields of the dimensions wanted, then of the calendar, then whether it is a repeat."""
    for name in wanted:
        if name != "repeat":
            yield f"{dimensions.value(name)} AS {quote(name)}"
    for name in calendar:
        yield f"k.{quote(name)} AS {quote(name)}"
    if "repeat" in wanted:
        yield "CASE t.repeat WHEN true THEN 'repeat' WHEN false THEN 'first' END AS repeat"


def _tier(row: str) -> str:
    """SQL of how a row's own handle time is known."""
    by_basis = (
        f"CASE {row}.handle_basis WHEN 'measured' THEN 'measured' WHEN 'reported' THEN 'measured' "
        "WHEN 'derived' THEN 'derived' ELSE 'estimated' END"
    )
    return f"CASE WHEN {row}.handle_s IS NULL THEN 'estimated' ELSE {by_basis} END"


def _by_tier(tier: str, handled: str) -> tuple[str, str]:
    """SQL of what a row handled with measured time, and with derived time; `tier`: SQL of its tier."""
    if tier == _tier("c"):
        # The same without a text for each row, the basis before the time: a fifth of a month's whole scan.
        known = f"CASE WHEN c.handle_s IS NULL THEN 0 ELSE {handled} END"
        return (
            f"CASE c.handle_basis WHEN 'measured' THEN {known} WHEN 'reported' THEN {known} ELSE 0 END",
            f"CASE c.handle_basis WHEN 'derived' THEN {known} ELSE 0 END",
        )
    return (
        f"CASE WHEN {tier} = 'measured' THEN {handled} ELSE 0 END",
        f"CASE WHEN {tier} = 'derived' THEN {handled} ELSE 0 END",
    )


def _equation(base: Decimal, extra: Mapping[str, Decimal], here: Iterable[str], table: str) -> str:
    """SQL of the seconds of a row by a time equation.

    An abandoned contact took no work; a handling always did.
    """
    terms = [f"{base:f} * c.count"]
    terms += [f"{seconds:f} * {_feature(name)}" for name, seconds in extra.items() if name in here]
    whole = " + ".join(terms)
    return f"CASE WHEN c.handled = 0 THEN 0 ELSE {whole} END" if table == "contacts" else whole


def _feature(name: str) -> str:
    """SQL of how often a row has a feature: a number, or yes and no as 1 and 0; unknown adds nothing."""
    column = f"c.{quote(name)}"
    if is_number(name):
        return f"coalesce({column}, 0)"
    number = f"coalesce(TRY_CAST({column} AS DECIMAL(18,3)), 0)"
    return f"CASE WHEN lower({column}) IN ('true', 'yes', 'y') THEN 1 ELSE {number} END"


def is_number(name: str) -> bool:
    """Whether a column of contacts is a contract's number, so that it is stored as one."""
    column = TABLES["contacts"].column(name)
    return column is not None and column.kind in ("whole", "seconds")
