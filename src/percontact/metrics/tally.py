# SPDX-License-Identifier: Apache-2.0
"""Numbers over the rows of a table, any number of them in one pass, by period and dimension, as SQL.

Shape 1 of the two query shapes again: group rows, add conditional sums. A ratio is divided after, in Python,
from exact sums; nothing here divides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from percontact.costing.calendar import CALENDAR_DIMENSIONS, make_calendar
from percontact.costing.customers import customers_sql
from percontact.costing.kept_sums import KeptSums
from percontact.costing.policy import Policy
from percontact.costing.repeats import mark_repeats
from percontact.costing.scope import actor_sql
from percontact.costing.slice import Slice
from percontact.metrics.clock import make_open_times
from percontact.metrics.facts import FACTS
from percontact.metrics.figure import Place
from percontact.metrics.grouped import Sum, grouped_sums
from percontact.metrics.made_rows import make_rows
from percontact.metrics.row_sql import Number, RowSql
from percontact.metrics.stocks import ACTIVE_AT_START, STOCKS, stock_spans
from percontact.records.book import Book
from percontact.records.dialect import BUCKET, in_list, quote
from percontact.records.tables import TABLES
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    import duckdb


Found = Decimal | int | None
Places = Mapping[Place, tuple[Found, ...]]
"""The numbers found at each place, in the order asked; None = nothing there to find it from."""


def add(numbers: Iterable[Found]) -> Fraction:
    """The exact sum of numbers found; unknown adds nothing.

    >>> add([1, Decimal("0.001"), None])
    Fraction(1001, 1000)
    """
    # A sum of the engine has at most 38 digits, so that no digit of theirs is lost in 76.
    with localcontext(prec=76) as exact:
        exact.traps[Inexact] = True
        return Fraction(sum(n for n in numbers if n is not None))


class Tally:
    """Numbers of one table of a Book, counted on one of its times.

    when        the time (a column) that says which period a row belongs to
    parameters  what $names in conditions stand for
    kept        sums kept of the same Book, made with the same connection, or None
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        book: Book,
        policy: Policy,
        table: str,
        when: str,
        *,
        parameters: Mapping[str, str] | None = None,
        kept: KeptSums | None = None,
    ) -> None:
        self.con, self.book, self.policy, self.when, self.kept = con, book, policy, when, kept
        self.facts = FACTS[table]
        self.row = RowSql(book, policy, self.facts, when, parameters or {})
        self._single: dict[Period, bool] = {}

    @property
    def parts_add_up(self) -> bool:
        """Whether a row lies in one period only."""
        return self.when not in STOCKS

    # -- rows ----------------------------------------------------------------------------------------------

    def read(self, question: Slice, numbers: Sequence[Number]) -> Places:
        """Every number at every place of a question.

        Those that add up are found in one pass over the table, the others in one more.
        """
        self.begin(question.months)
        adding = [i for i, n in enumerate(numbers) if n.adds_up]
        others = [i for i, n in enumerate(numbers) if not n.adds_up]
        sums = [self.row.part(numbers[i]) for i in adding]
        fields = [self.row.number(numbers[i]) for i in others]
        dims = [self.row.dimension(d) for d in question.by]
        where = [self.row.condition(c.dimension, c.values, negate=c.negate) for c in question.where]
        rows, period, inside = self._rows(question)
        source = f"FROM {rows} WHERE {' AND '.join([*inside, *where]) or 'true'}"
        found: list[tuple[list[int], Places]] = []
        if sums or not numbers:
            sql = grouped_sums(period, dims, source, sums, self._few(question))
            found.append((adding, self.places(sql, len(dims))))
        if fields:
            places = ", ".join([f"{period} AS period", *(f"{d} AS d{i}" for i, d in enumerate(dims))])
            sql = f"SELECT {places}, {', '.join(fields)} {source} GROUP BY ALL"
            found.append((others, self.places(sql, len(dims))))
        return side_by_side(found, len(numbers))

    def begin(self, months: Period | None) -> None:
        """Forget what the last question used; see how many a row of some months (None = any) stands for."""
        self.row.used, self.row.joined, self.row.theirs = set(), set(), set()
        self.row.weight = self.facts.weight if months is None else self._weight(months)

    def sums_sql(self, question: Slice, sums: Sequence[Sum]) -> str:
        """SQL of sums over all rows of a question's span: fields period, d0, d1, ..., x0, x1, ..."""
        dims = [self.row.dimension(d) for d in question.by]
        rows, period, inside = self._rows(question)
        source = f"FROM {rows} WHERE {' AND '.join(inside) or 'true'}"
        return grouped_sums(period, dims, source, sums, self._few(question))

    def _few(self, question: Slice) -> set[str]:
        """Columns with few different values."""
        return {*self.facts.few, *question.by, *(["handled"] if self.row.weight == "1" else [])}

    def places(self, sql: str, dims: int) -> Places:
        """The numbers of a query by place."""
        after = dims + 1
        return {(row[0], row[1:after]): row[after:] for row in self.con.execute(sql).fetchall()}

    def _weight(self, months: Period) -> str:
        """SQL of how many a row stands for: 1 where the files' own statistics say that every row does."""
        weight = self.facts.weight
        if weight == "1":
            return weight
        if months not in self._single:
            if self.kept:
                key = ("single", self.facts.table, self.when, months)
                self._single[months] = self.kept.once(key, lambda: self._stands_for_one(months))
            else:
                self._single[months] = self._stands_for_one(months)
        return "1" if self._single[months] else weight

    def _stands_for_one(self, months: Period) -> bool:
        """Whether each row of some months stands for one, as the files' own statistics say."""
        rows = self.book.relation(self.facts.table, ["count"], **self._only(months))
        ends = self.con.execute(f'SELECT min("count"), max("count") FROM {rows}').fetchall()
        return ends[0] in ((1, 1), (None, None))

    def _only(self, months: Period) -> dict[str, date]:
        """Which files of the table can hold rows of some months."""
        parted = TABLES[self.facts.table].when == self.when
        return {"first": months.start, "last": add_months(months.end, -1)} if parted else {}

    def _rows(self, question: Slice) -> tuple[str, str, list[str]]:
        """(relation with its joins, SQL of the period, conditions that a row lies in the span)."""
        placed, period, inside = self._placed(question)
        if self.facts.borrowed:
            self.row.used.add(self.facts.borrowed[2])
        self.note_joins()
        wanted = sorted(self.row.used & set(self.row.columns)) + (
            ["month"] if self._by_file(question) else []
        )
        if self.facts.made:
            rows = make_rows(self.con, self.book, self.policy, self.facts.made, question, self.kept)
        else:
            rows = self.book.relation(self.facts.table, wanted, **self._only(question.months))
        return f"{rows} c{placed}{self._join_sql()}", period, inside

    def _by_file(self, question: Slice) -> bool:
        """Whether the month a file is parted by is all that is asked of time, so that no row is looked up."""
        calendar = {*question.by, *(c.dimension for c in question.where)} & set(CALENDAR_DIMENSIONS)
        return TABLES[self.facts.table].when == self.when and not question.by_day and not calendar

    def _placed(self, question: Slice) -> tuple[str, str, list[str]]:
        """(SQL that joins a row with its day, SQL of the period, conditions that it lies in the span)."""
        settings, months, span = self.book.settings, question.months, question.span
        period = question.period()
        if self.when in STOCKS:
            return self._at_start(question)
        if self._by_file(question):
            return "", period, [f"month >= DATE '{months.start}' AND month < DATE '{months.end}'"]
        self.row.used.add(self.when)
        column = TABLES[self.facts.table].column(self.when)
        if column is not None and column.kind == "instant" and not self.facts.made:
            make_calendar(self.con, months, settings.timezone)
            day = "SELECT bucket, day, weekday, hour FROM bucket_day"
            at = f"b.bucket = {BUCKET['duckdb'].format(at=f'c.{quote(self.when)}')}"
        else:
            series = f"generate_series(DATE '{months.start}', DATE '{months.end}' - 1, INTERVAL 1 DAY)"
            days = f"SELECT CAST(unnest({series}) AS DATE) AS day"
            day, at = (
                f"SELECT day, isodow(day) AS weekday, NULL::INTEGER AS hour FROM ({days})",
                f"b.day = c.{quote(self.when)}",
            )
        placed = f" JOIN (SELECT *, CAST(date_trunc('month', day) AS DATE) AS month FROM ({day})) b ON {at}"
        return placed, period, [f"b.day >= DATE '{span.start}' AND b.day < DATE '{span.end}'"]

    def _at_start(self, question: Slice) -> tuple[str, str, list[str]]:
        """Customers who were there when a period began: a stock, so each counts in every such period."""
        days = self.row.inactive_days
        spans = stock_spans(self.con, self.book, question, self.when, days)
        values = ", ".join(
            f"(DATE '{s.period}', DATE '{s.start}', DATE '{s.stop}', {s.known})" for s in spans
        )
        self.row.used |= {"joined_on", "left_on"}
        there = "c.joined_on < span.start AND (c.left_on IS NULL OR c.left_on >= span.start)"
        if self.when == ACTIVE_AT_START:
            self.row.used.add("last_active_on")
            there = f"c.joined_on < span.start AND c.last_active_on >= span.start - {days}"
        joined = f" JOIN (VALUES {values}) AS span(period, start, stop, known) ON {there}"
        return joined, "span.period", []

    def note_joins(self) -> None:
        """Columns that the joins need of the row."""
        needs = {
            "case": "case_id",
            "repeat": "row_id",
            "legs": "contact_id",
            "contacts": "case_id",
            "hours": "site",
        }
        self.row.used |= {needs[j] for j in self.row.joined if j in needs}
        if "repeat" in self.row.joined:
            self.row.used.add("started_at")
        if self.row.theirs:
            self.row.used.add("customer_id")
            if self.facts.borrowed:
                self.row.joined.add(self.facts.borrowed[1])

    def _join_hours(self) -> str:
        """SQL that joins each instant of the business clock with the opening at or before it, by site."""
        instants = [n for n in ("opened_at", "resolved_at", "first_reply_at") if n in self.row.columns]
        ends = ", ".join(f"min({n}), max({n})" for n in instants)
        rows = self.book.relation("cases", instants)
        known = [t for t in self.con.execute(f"SELECT {ends} FROM {rows}").fetchall()[0] if t is not None]
        day = timedelta(days=1)
        span = Period(min(known).date() - day, max(known).date() + 2 * day)
        sites = make_open_times(self.con, self.book, self.policy.opening_hours, span)
        site = "''"
        if len(sites) > 1 and "site" in self.row.columns:
            site = f"CASE WHEN {in_list('c.site', sites[1:])} THEN c.site ELSE '' END"
        return "".join(
            f" ASOF LEFT JOIN open_time {alias} ON {alias}.site = {site} AND c.{column} >= {alias}.opens"
            for alias, column in self.row.clocks.items()
        )

    def _join_sql(self) -> str:
        """SQL of the joins in use; each is many-to-one, so that no row comes twice."""
        book, sql = self.book, ""
        if "case" in self.row.joined:
            sql += f" LEFT JOIN {book.relation('cases', ['case_id', 'escalated'])} k ON k.case_id = c.case_id"
        if "hours" in self.row.joined and self.policy.opening_hours:
            sql += self._join_hours()
        if "contacts" in self.row.joined:
            rows = book.relation("contacts", ["case_id", "count"])
            counted = f'SELECT case_id, sum("count") AS contacts FROM {rows} GROUP BY case_id'
            sql += f" LEFT JOIN ({counted}) n ON n.case_id = c.case_id"
        if "legs" in self.row.joined:
            legs = book.relation("handlings", ["contact_id", "actor", "channel"])
            actor = actor_sql("actor", "channel")
            kinds = {
                "agent": ("agent", "back_office"),
                "bot": ("bot",),
                "machine": ("bot", "ivr", "self_service"),
            }
            fields = ", ".join(f"bool_or({in_list(actor, who)}) AS {name}" for name, who in kinds.items())
            sql += (
                f" LEFT JOIN (SELECT contact_id, {fields} FROM {legs} GROUP BY contact_id) h"
                " ON h.contact_id = c.contact_id"
            )
        if "repeat" in self.row.joined:
            mark_repeats(self.con, book, self.policy)
            last = self.row.until.get("contacts")
            last = last or f"(SELECT max(started_at) FROM {book.relation('contacts', ['started_at'])})"
            days = f"INTERVAL {int(self.policy.repeat_days)} DAY"
            sql += (
                f" LEFT JOIN (SELECT r.*, {last} - {days} AS settled_until FROM repeat_contact r) t"
                " ON t.row_id = c.row_id"
            )
        if self.facts.borrowed and self.facts.borrowed[1] in self.row.joined:
            table, alias, key = self.facts.borrowed
            sql += f" LEFT JOIN {book.relation(table)} {alias} ON {alias}.{key} = c.{key}"
        if self.row.theirs:
            known = customers_sql(book, sorted(self.row.theirs))
            sql += f" LEFT JOIN {known} u ON u.customer_id = {self._whose()}"
        return sql

    def _whose(self) -> str:
        """SQL of a row's customer: its own, or that of the contact it asks about."""
        if self.facts.borrowed and self.facts.borrowed[1] in self.row.joined:
            return f"coalesce(c.customer_id, {self.facts.borrowed[1]}.customer_id)"
        return "c.customer_id"


def side_by_side(found: Sequence[tuple[list[int], Places]], width: int) -> Places:
    """The numbers of several queries at each place, each query's at the positions named beside it."""
    if len(found) == 1:
        return found[0][1]
    rows: dict[Place, list[Found]] = {}
    for positions, places in found:
        for place, numbers in places.items():
            row = rows.setdefault(place, [None] * width)
            for i, number in zip(positions, numbers, strict=True):
                row[i] = number
    return {place: tuple(row) for place, row in rows.items()}


def cover_of(tally: Tally) -> Slice | None:
    """A question by month over every row of a table; None where it has none."""
    column = quote(tally.when)
    rows = tally.book.relation(tally.facts.table, [tally.when])
    ((first, last),) = tally.con.execute(f"SELECT min({column}), max({column}) FROM {rows}").fetchall()
    if first is None:
        return None
    # A local day lies at most a day beside that of UTC, and may lie in another month.
    begin, end = date(first.year, first.month, 1), date(last.year, last.month, 1)
    return Slice(Period(add_months(begin, -1), add_months(end, 2)), "month")
