# SPDX-License-Identifier: Apache-2.0
"""Rows kept where questions look for them: in the month they count in, with the dimensions they borrow.

A survey has its channel from the contact it asks about, which may lie in any file; a case resolved in June
may lie in the file of any month before. What must be read row by row (a percentile, different values, answers
by question) is read from a copy of the few columns that metrics speak of, each row in its month. What counts
customers who were there when a month began is read from customers alike, counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from percontact.costing.calendar import CALENDAR_DIMENSIONS
from percontact.costing.kept_sums import DIMENSIONS
from percontact.costing.slice import MONTH, Slice
from percontact.metrics.card import Card
from percontact.metrics.catalogue import shipped
from percontact.metrics.row_sql import Number, numbers_of
from percontact.metrics.stocks import AT_START
from percontact.metrics.tally import Places, Tally, cover_of
from percontact.records.dialect import literal, quote
from percontact.records.tables import TABLES
from percontact.values.period import Period

_PREFIX = "of "
"""Of the fields of dimensions that a row borrows: none of its own columns is called so."""


def read_near(tally: Tally, question: Slice, numbers: Sequence[Number]) -> Places | None:
    """Numbers of a question from rows kept near; None where these cannot tell them."""
    if tally.kept is None or not tally.book.has(tally.facts.table):
        return None
    key = ("near rows", tally.facts.table, tally.when)
    near = tally.kept.once(key, lambda: NearRows.of(tally))
    if near is None:
        return None
    mine = near.asked_by(tally)
    return mine.read(question, numbers) if mine.tells(question, numbers) else None


class NearRows(Tally):
    """A tally over kept rows of its table.

    source   SQL relation of the kept rows
    columns  of the table, and features, that they hold
    dims     dimensions that they hold, their own or borrowed
    """

    def __init__(self, tally: Tally, source: str, columns: frozenset[str], dims: frozenset[str]) -> None:
        super().__init__(
            tally.con, tally.book, tally.policy, tally.facts.table, tally.when,
            parameters=tally.row.parameters, kept=tally.kept,
        )  # fmt: skip
        self._source, self._columns, self._dims = source, columns, dims
        self.row.near = {d: f"c.{quote(_PREFIX + d)}" for d in dims}
        self.row.made = columns & set(self.facts.features)

    @classmethod
    def of(cls, tally: Tally) -> NearRows | None:
        """The rows kept of a tally's table by its time; None where they are read as quickly as they lie."""
        kept, facts = tally.kept, tally.facts
        if kept is None or facts.made or facts.weight != "1":
            return None
        counted = tally.parts_add_up
        if counted and TABLES[facts.table].when == tally.when and not facts.borrowed:
            return None
        cards = [c for c in shipped() if c.counted_on == f"{facts.table}.{tally.when}"]
        if counted and not any(_needs_rows(c) for c in cards):
            return None
        dims = [d for d in DIMENSIONS if tally.row.knows(d)]
        sql, columns = _rows_sql(tally, cards, dims) if counted else _stock_sql(tally, cards, dims)
        file = kept.file(f"near rows {facts.table} {tally.when} {sql}", lambda: sql)
        if file is None:
            return None
        return cls(tally, f"read_parquet({literal(str(file))})", frozenset(columns), frozenset(dims))

    def asked_by(self, tally: Tally) -> NearRows:
        """The same rows under the parameters of another tally."""
        return NearRows(tally, self._source, self._columns, self._dims)

    def tells(self, question: Slice, numbers: Sequence[Number]) -> bool:
        """Whether the rows kept hold all that is asked of them."""
        if not self.parts_add_up and question.by_day:
            return False  # customers alike are told apart by month
        self.begin(question.months)
        for number in numbers:
            self.row.part(number) if number.adds_up else self.row.number(number)
        for name in (*question.by, *(c.dimension for c in question.where if c.dimension != MONTH)):
            self.row.dimension(name)
        row = self.row
        return row.used <= self._columns and not row.joined and not row.theirs and not row.clocks

    def _weight(self, months: Period) -> str:
        return super()._weight(months) if self.parts_add_up else 'c."count"'

    def _by_file(self, question: Slice) -> bool:
        calendar = {*question.by, *(c.dimension for c in question.where)} & set(CALENDAR_DIMENSIONS)
        return self.parts_add_up and not question.by_day and not calendar

    def _rows(self, question: Slice) -> tuple[str, str, list[str]]:
        placed, period, inside = self._placed(question)
        if not self.parts_add_up:
            return f"{self._source} c{placed}", period, inside
        span = question.months
        within = f"month >= DATE '{span.start}' AND month < DATE '{span.end}'"
        # A calendar that is joined brings the month itself.
        fields = "* EXCLUDE (month)" if placed else "*"
        return f"(SELECT {fields} FROM {self._source} WHERE {within}) c{placed}", period, inside


def _needs_rows(card: Card) -> bool:
    """Whether a metric reads more of rows than sums."""
    return card.kind in ("index", "survival") or not all(n.adds_up for n in numbers_of(card))


def _spoken(tally: Tally, cards: Sequence[Card]) -> set[str]:
    """Columns of the table, and features made of them, that metrics speak of."""
    row = tally.row
    row.made = _made(tally, cards)
    row.used = set()
    for card in cards:
        row.parameters = card.parameters
        for number in numbers_of(card):
            row.part(number) if number.adds_up else row.number(number)
        for name in filter(None, (card.of, card.over.partition(".")[2])):
            row.value(name)
        if card.kind == "survival":
            row.value("happened")
    row.made = ()
    return row.used


def _made(tally: Tally, cards: Sequence[Card]) -> set[str]:
    """Features that numbers are read of: worked out once, where that takes the row alone."""
    terms = [t for c in cards for t in (c.top, c.minus, c.bottom) if t is not None]
    named = {t.column for t in terms} | {x for c in cards for x in (c.of, c.same.partition(".")[2])}
    features = tally.facts.features
    return {n for n in named & set(features) if not features[n].join and not _by_question(features[n].sql)}


def _by_question(sql: str) -> bool:
    """Whether what a feature says depends on the question: on its periods or parameters."""
    return "span." in sql or "{quiet}" in sql or "{within}" in sql


def _rows_sql(tally: Tally, cards: Sequence[Card], dims: Sequence[str]) -> tuple[str, set[str]]:
    """(SQL of every row's month, dimensions, columns and features that metrics speak of, those two)."""
    cover = cover_of(tally)
    assert cover is not None
    own = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    own.begin(cover.months)
    columns = {*_spoken(own, cards), own.when}
    own.begin(cover.months)
    fields = [f"{own.row.dimension(d)} AS {quote(_PREFIX + d)}" for d in dims]
    fields += [f"{_short(own, c)} AS {quote(c)}" for c in sorted(columns)]
    rows, month, inside = own._rows(cover)
    # In the order of time a question of some months reads only theirs, and times take less room.
    chosen = f"SELECT {month} AS month, {', '.join(fields)} FROM {rows}"
    return f"{chosen} WHERE {' AND '.join(inside) or 'true'} ORDER BY 1, c.{quote(own.when)}", columns


def _short(tally: Tally, name: str) -> str:
    """SQL of a column or feature; seconds worked out are held in 64 bits, or are an error."""
    sql = tally.row.value(name)
    return f"CAST({sql} AS DECIMAL(18,6))" if name.endswith("_s") and name in tally.facts.features else sql


def _stock_sql(tally: Tally, cards: Sequence[Card], dims: Sequence[str]) -> tuple[str, set[str]]:
    """(SQL of customers counted by what tells whether they are there at the start of a month, those columns).

    Whether a day lies before the first of a month is told by its month as well. Activity is held against a
    number of days, so that its day stays.
    """
    own = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    days = {"joined_on", "left_on", *(() if own.when == AT_START else ("last_active_on",))}
    columns = (_spoken(own, cards) | days) & own.row.filled
    own.row.used = set()
    fields = [f"{own.row.dimension(d)} AS {quote(_PREFIX + d)}" for d in dims]
    by_month = columns & {"joined_on", "left_on"}
    fields += [f"CAST(date_trunc('month', c.{c}) AS DATE) AS {c}" for c in sorted(by_month)]
    fields += [f"c.{quote(c)}" for c in sorted(columns - by_month)]
    rows = own.book.relation(own.facts.table, sorted(columns | (own.row.used & set(own.row.columns))))
    return f'SELECT {", ".join(fields)}, count(*) AS "count" FROM {rows} c GROUP BY ALL', {*columns, "count"}
