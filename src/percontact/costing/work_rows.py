# SPDX-License-Identifier: Apache-2.0
"""Rows of work from the contacts and handlings themselves, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
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

    def rows(self, wanted: list[str], calendar: list[str], months: Period, drivers: Iterable[str]) -> str:
        """A relation of work rows with the dimensions wanted, calendar ones among them."""
        if calendar:
            self._make_calendar(months)
        if not self.legs:
            return self._side(
                "contacts", wanted, calendar, months, drivers, count="c.count", handled="c.handled"
            )
        self._mark_contacts_with_legs()
        own = self._side("contacts", wanted, calendar, months, drivers, count="c.count", handled="c.handled")
        legs = self._side("handlings", wanted, calendar, months, drivers, count="0", handled="0")
        return f"(SELECT * FROM {own} UNION ALL BY NAME SELECT * FROM {legs})"

    def _make_calendar(self, months: Period) -> None:
        if self._calendar is None or not (
            self._calendar.start <= months.start and months.end <= self._calendar.end
        ):
            make_calendar(self.con, months, self.book.settings.timezone)
            self._calendar = months

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
        inherit = (
            [c for c in named if c in here and c in self.book.columns("contacts")]
            if table == "handlings"
            else []
        )
        needed = self._needed_columns(wanted, drivers) & set(here) | {
            "row_id",
            "count",
            "handle_s",
            "handle_basis",
        }
        if table == "contacts":
            needed |= {"handled"}
        if table == "handlings":
            needed |= {"contact_id"}
        if calendar:
            needed |= {"bucket"}
        relation = self.book.relation(
            table, ["month", *sorted(needed)], first=months.start, last=add_months(months.end, -1)
        )
        joins, lookup = "", "c"
        if table == "handlings" and (from_contact or inherit or "actor" in named or repeat):
            carried = sorted(
                {"contact_id", "row_id", *from_contact, *inherit}
                | ({"channel", "actor"} if "actor" in named else set())
            )
            joins += f" LEFT JOIN {self.book.relation('contacts', carried)} p ON p.contact_id = c.contact_id"
            lookup = "p"

        def value(dimension: str) -> str:
            return self._dimension(dimension, from_contact, inherit, lookup)

        fields = [f"{value(c)} AS {quote(c)}" for c in wanted]
        if calendar:
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
                told = (
                    f"CASE WHEN w.{name} THEN 0 ELSE {told} END"  # its handlings tell; both would count twice
                )
            fields.append(f"{told} AS {name}")
        measured, derived = (
            f"CASE WHEN {tier} = '{name}' THEN {handled} ELSE 0 END" for name in ("measured", "derived")
        )
        if tier == _tier("c"):  # the same without a text made for each row: a sixth of a month's whole scan
            measured, derived = _tier("c", handled, "0", "0"), _tier("c", "0", handled, "0")
        fields += [
            "c.month AS month", f"{count} AS n", f"{handled} AS handled", f"{effort} AS effort",
            f"{measured} AS measured", f"{derived} AS derived",
            "c.row_id AS anchor",
        ]  # fmt: skip
        return f"(SELECT {', '.join(fields)} FROM {relation} c{joins})"

    def _needed_columns(self, wanted: Iterable[str], drivers: Iterable[str]) -> set[str]:
        needed = set(wanted) | (set(drivers) & {"messages", "talk_s", "wait_s"})
        needed |= {d for u in self.policy.unit_times for d, _ in u.scope} | {
            c for u in self.policy.unit_times for c in u.extra_s
        }
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
            f" WHEN {scope_sql(u.scope, value=value)} THEN {_equation(u.base_s, u.extra_s, here, table)}"
            for u in self.policy.unit_times
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
        legs = self.book.relation(
            "handlings", ["row_id", "contact_id", "handle_s", "handle_basis", *LEG_DRIVERS]
        )
        tier, join = _tier("h"), ""
        if self.split:
            tier, join = (
                f"CASE WHEN s.split_s IS NOT NULL THEN 'derived' ELSE {tier} END",
                " LEFT JOIN split_time s ON s.row_id = h.row_id",
            )
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


def _tier(
    row: str, measured: str = "'measured'", derived: str = "'derived'", other: str = "'estimated'"
) -> str:
    """SQL of how a row's own handle time is known, or of what stands for each way."""
    told = {"measured": measured, "reported": measured, "derived": derived}
    branches = " ".join(f"WHEN '{basis}' THEN {value}" for basis, value in told.items() if value != other)
    return (
        f"CASE WHEN {row}.handle_s IS NULL THEN {other} ELSE CASE {row}.handle_basis {branches} ELSE {other} END END"
        if branches
        else other
    )


def _equation(base: Decimal, extra: Mapping[str, Decimal], here: Iterable[str], table: str) -> str:
    """SQL of the seconds of a row by a time equation. An abandoned contact took no work; a handling always did."""
    terms = [f"{base:f} * c.count"] + [
        f"{seconds:f} * {_feature(name)}" for name, seconds in extra.items() if name in here
    ]
    whole = " + ".join(terms)
    return f"CASE WHEN c.handled = 0 THEN 0 ELSE {whole} END" if table == "contacts" else whole


def _feature(name: str) -> str:
    """SQL of how often a row has a feature: a number, or yes and no as 1 and 0; unknown adds nothing."""
    column = f"c.{quote(name)}"
    if is_number(name):
        return f"coalesce({column}, 0)"
    return f"CASE WHEN lower({column}) IN ('true', 'yes', 'y') THEN 1 ELSE coalesce(TRY_CAST({column} AS DECIMAL(18,3)), 0) END"


def is_number(name: str) -> bool:
    """Whether a column of contacts is a contract's number, so that it is stored as one."""
    column = TABLES["contacts"].column(name)
    return column is not None and column.kind in ("whole", "seconds")


def _whole(*numbers: Decimal) -> bool:
    return all(n == n.to_integral_value() for n in numbers)
