# SPDX-License-Identifier: Apache-2.0
"""What a card speaks of, as SQL over one row: columns, features, conditions, and sums over rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.customers import customer_attributes, names_customer
from percontact.costing.kept_sums import holds
from percontact.costing.policy import Policy
from percontact.costing.scope import actor_sql
from percontact.costing.slice import MONTH
from percontact.metrics.card import Card, Term, Test
from percontact.metrics.clock import passed_ms
from percontact.metrics.facts import Facts, Feature
from percontact.metrics.grouped import Looked, Sum
from percontact.metrics.stocks import STOCKS
from percontact.records.book import Book
from percontact.records.dialect import in_list, quote
from percontact.records.tables import TABLES

_JOINED = {"case": ("cases", "k"), "legs": ("handlings", "h")}
"""Join -> the table whose flags it brings, and its alias."""
_COMPARE = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
_MANY = ("known", "unknown", *_COMPARE)
"""Conditions on what may have many different values."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number wanted of each group: SQL over the columns of `Tally.rows`, or a term.

    quantile     for the value that this part of the rows of `term` does not pass
    unknown_too  whether unknown is one of the different values counted
    """

    term: Term
    quantile: Decimal | None = None
    unknown_too: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the number of a whole is the sum of its parts' numbers."""
        return self.quantile is None and self.term.how != "distinct"


class RowSql:
    """SQL of what cards say about the rows of one table; notes what it used on the way.

    weight  SQL of how many a row stands for
    used    columns of the row that the SQL speaks of
    clocks  alias of a joined opening hour -> the instant it is joined on
    joined  what it joins, keys of `Feature.join`, and the alias it borrows dimensions from
    theirs  attributes of the customer that it speaks of, of those in `customer`
    near    dimension -> SQL of it, where rows are read that hold those they borrow
    made    features that stand in the rows as columns
    until   table -> SQL of the last moment that it tells, where that is known without a look
    """

    def __init__(
        self, book: Book, policy: Policy, facts: Facts, when: str, parameters: Mapping[str, str]
    ) -> None:
        self.book, self.policy, self.facts, self.when = book, policy, facts, when
        self.parameters = parameters
        self.weight = facts.weight
        self.columns = book.columns(facts.table)
        self.filled = book.filled(facts.table)
        self.used: set[str] = set()
        self.joined: set[str] = set()
        self.clocks: dict[str, str] = {}
        named = names_customer(facts.table)
        self.customer = customer_attributes(book, besides=self.columns) if named else []
        self.theirs: set[str] = set()
        self.near: Mapping[str, str] = {}
        self.made: Collection[str] = ()
        self.until: Mapping[str, str] = {}

    @property
    def inactive_days(self) -> int:
        """Days without a sign after which a user counts as gone."""
        return int(self.parameters.get("inactive_days", "30"))

    def value(self, name: str) -> str:
        """SQL of a column or feature of a row; unknown where no file has it."""
        if name in self.made:
            self.used.add(name)
            return f"c.{quote(name)}"
        feature = self.facts.features.get(name)
        if feature is not None and feature.each and self.weight == "1":
            return self._own(feature.each)
        if feature is not None:
            return self._filled(self._joining(feature))
        if name == "actor" and self.facts.table == "contacts":
            return self._filled("{actor}")
        return self._own(name)

    def _joining(self, feature: Feature) -> str:
        """SQL of a feature, its join noted; what a table without rows would say is unknown."""
        table, alias = _JOINED.get(feature.join, ("", ""))
        if table and not self.book.has(table):
            return re.sub(rf"\b{alias}\.\w+", "NULL::BOOLEAN", feature.sql)
        if feature.join:
            self.joined.add(feature.join)
        return feature.sql

    def _own(self, name: str) -> str:
        if name not in self.columns:
            return "NULL"
        if name not in self.filled and not self.facts.made:
            return f"NULL::{self.columns[name]}"
        self.used.add(name)
        return f"c.{quote(name)}"

    def _filled(self, sql: str) -> str:
        """SQL of a feature with what the policy says put in; notes the columns it speaks of."""
        if "{quiet}" in sql:
            sql = sql.replace("{quiet}", f"c.last_active_on + {self.inactive_days}")
        if "{actor}" in sql:
            sql = sql.replace("{actor}", actor_sql(self._own("actor"), self._own("channel")))
        if "{failure}" in sql:
            known = self.policy.failure_reasons
            test = in_list("c.reason", known) if known else "CAST(NULL AS BOOLEAN)"
            sql = sql.replace("{failure}", test)
        if "{within}" in sql:
            seconds = int(self.parameters.get("within_s", "86400"))
            times = [n for n in ("opened_at", "resolved_at", "closed_at") if n in self.columns]
            latest = ", ".join(f"max({n})" for n in times)
            sql = sql.replace("{within}", f"INTERVAL {seconds} SECOND")
            last = self.until.get("cases")
            last = last or f"(SELECT greatest({latest}) FROM {self.book.relation('cases', times)})"
            sql = sql.replace("{latest}", last)
        if "{start}" in sql:
            places = {"{start}": ("opened_at", "ho"), "{end_resolved}": ("resolved_at", "hr"),
                      "{end_replied}": ("first_reply_at", "hf")}  # fmt: skip
            for place, (column, alias) in places.items():
                if place in sql:
                    self.clocks[alias] = column
                    sql = sql.replace(place, f"CAST({passed_ms(self._own(column), alias)} AS DECIMAL(18,0))")
            if not self.policy.opening_hours:
                return "CAST(NULL AS DECIMAL(18,3))"
        if "{today}" in sql:
            dates = [
                n for n in ("joined_on", "first_value_on", "left_on", "last_active_on") if n in self.columns
            ]
            latest = ", ".join(f"max({n})" for n in dates)
            rows = self.book.relation("customers", dates)
            sql = sql.replace("{today}", f"(SELECT greatest({latest}) FROM {rows})")
        for name in self.columns:
            if f"c.{name}" in sql or f"c.{quote(name)}" in sql:
                self.used.add(name)
        return sql

    def test(self, one: Test) -> str:
        """SQL of a condition; it never holds where the value is unknown, but for `unknown` and `not`."""
        value = self.value(one.column)
        if one.how == "known":
            return f"({value}) IS NOT NULL"
        if one.how == "unknown":
            return f"({value}) IS NULL"
        values = [self.parameters.get(v[1:], v) if v.startswith("$") else v for v in one.values]
        kind = self._kind(one.column)
        if one.how in _COMPARE:
            return f"({value}) {_COMPARE[one.how]} {Decimal(values[0]):f}"
        if kind == "flag":
            asked = values[0].lower() in ("yes", "true", "y", "1")
            test = f"coalesce({value}, false)" if asked else f"coalesce(NOT {value}, false)"
            return f"NOT {test}" if one.how == "not" else test
        if kind == "number":
            test = f"coalesce({value} IN ({', '.join(f'{Decimal(v):f}' for v in values)}), false)"
        else:
            test = f"coalesce({in_list(f'lower({value})', [v.lower() for v in values])}, false)"
        return f"NOT {test}" if one.how == "not" else test

    def _kind(self, name: str) -> str:
        column = TABLES[self.facts.table].column(name)
        if column is not None:
            if column.kind in ("seconds", "hours", "quantity", "money", "whole", "rate", "score"):
                return "number"
            return "flag" if column.kind == "flag" else "text"
        if name in self.facts.features:
            numbers = name.endswith(("_s", "_h")) or name in ("position", "contacts", "days_seen", "spend")
            return "number" if numbers else "flag"
        return "text"

    def part(self, wanted: Number) -> Sum:
        """What is added up, and of which rows, of a number that adds up."""
        term = wanted.term
        tests = dict.fromkeys(Looked(self.test(t), many=t.how in _MANY) for t in _telling(term))
        return Sum(self._counted() if term.how == "count" else self.value(term.column), tuple(tests))

    def _counted(self) -> str:
        """SQL of how many a row stands for."""
        if self.weight != "1":
            self.used.add("count")
        return self.weight

    def number(self, wanted: Number) -> str:
        """SQL of an aggregate over the rows."""
        term = wanted.term
        tests = [self.test(t) for t in term.where]
        column = self.value(term.column) if term.column else ""
        if wanted.quantile is not None:
            tests.append(f"{self._counted()} = 1")
            return f"quantile_disc({column}, {wanted.quantile:f}){_filter(tests)}"
        if term.how == "count":
            return f"coalesce(sum({self._counted()}){_filter(tests)}, 0)"
        if term.how == "distinct":
            if wanted.unknown_too:
                column = f"coalesce(CAST({column} AS VARCHAR), '')"
            return f"count(DISTINCT {column}){_filter(tests)}"
        return f"coalesce(sum({column}){_filter(tests)}, 0)"

    def dimension(self, name: str) -> str:
        """SQL of a dimension: the row's own column, that of the row it borrows from, or a feature."""
        if name in CALENDAR_DIMENSIONS:
            self.used.add(self.when)
            return f"b.{name}"
        if name in self.near:
            return self.near[name]
        own = self.value(name)
        if self.facts.borrowed and name not in TABLES[self.facts.table].names:
            table, alias, _ = self.facts.borrowed
            if name in self.book.columns(table):
                self.joined.add(alias)
                theirs = f"{alias}.{quote(name)}"
                return theirs if own == "NULL" else f"coalesce({own}, {theirs})"
        if own == "NULL" and name in self.customer:
            self.theirs.add(name)
            return f"u.{quote(name)}"
        return own

    def knows(self, name: str) -> bool:
        """Whether any row can have a value of this dimension."""
        if self.when in STOCKS and name in CALENDAR_DIMENSIONS:
            return False
        if (
            name in CALENDAR_DIMENSIONS
            or name in self.facts.features
            or name in self.filled
            or name == "actor"
            or name in self.customer
        ):
            return True
        return self.facts.borrowed is not None and name in self.book.filled(self.facts.borrowed[0])

    def condition(self, dimension: str, values: Iterable[str], *, negate: bool) -> str:
        if dimension == MONTH:
            # Those who were there when a period began have its first month.
            month = "CAST(date_trunc('month', span.start) AS DATE)" if self.when in STOCKS else "month"
            column = f"CAST({month} AS VARCHAR)"
        else:
            column = f"CAST({self.dimension(dimension)} AS VARCHAR)"
        return holds(column, list(values), negate=negate)


def _filter(tests: Sequence[str]) -> str:
    told = [t for t in tests if t]
    return f" FILTER ({' AND '.join(told)})" if told else ""


def _telling(term: Term) -> Iterator[Test]:
    """The conditions of a term, less those that something is known where another holds of the known only."""
    for test in term.where:
        others = (t.how for t in term.where if t.column == test.column)
        summed = term.how == "sum" and term.column == test.column
        if test.how != "known" or not (summed or any(h == "is" or h in _COMPARE for h in others)):
            yield test


def numbers_of(card: Card) -> list[Number]:
    """What is read for a card: its terms, then its population."""
    terms = [t for t in (card.top, card.minus, card.bottom) if t is not None]
    numbers = [Number(t) for t in terms]
    if card.kind == "percentile":
        assert card.bottom is not None
        numbers.insert(0, Number(replace(card.bottom, how="sum", column=card.of), card.quantile))
    if card.bottom is not None:
        numbers.append(Number(without_known(card.bottom)))
        if card.same:
            column = card.same.partition(".")[2]
            numbers.append(Number(replace(card.bottom, how="distinct", column=column), unknown_too=True))
    return numbers


def without_known(term: Term) -> Term:
    """The term without its conditions that something is known: the population of its coverage."""
    return replace(term, where=tuple(t for t in term.where if t.how != "known"))
