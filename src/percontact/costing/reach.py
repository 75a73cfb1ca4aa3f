# SPDX-License-Identifier: Apache-2.0
"""How far the sums of one month reach: which months of which tables can change them, and no others.

A repeat looks a window of days beyond the month's edge, a contact's case may lie in any month. Which months
share ids, or times at which work was open, is looked at once for each pair of months and then known for ever:
the files of a month never change, and a month that gets more files is another month.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from percontact.costing.concurrency import open_spans_sql
from percontact.costing.policy import Policy
from percontact.records.book import Book, BookPart
from percontact.records.dialect import connect, quote
from percontact.values.period import add_months

Month = date | None
"""First day; None = a table whose rows belong to no month."""
_ALONE = {"contact_id": "contacts", "case_id": "cases"}
"""Id -> the table in which no two rows have the same."""
MOST_MONTHS = 120
"""Of so many months it is looked at which share ids; of more, all are taken to."""
_A_DAY = timedelta(days=1)
"""A local day lies at most so far beside that of UTC."""


class Known(Protocol):
    """What was found about months before, by what was asked."""

    def get(self, asked: str) -> object | None: ...

    def add(self, found: Mapping[str, object]) -> None: ...


class Reach:
    """How far months of a Book reach under a policy.

    known  what was found about months before
    """

    def __init__(self, book: Book, policy: Policy, known: Known) -> None:
        self.book, self.policy, self._known = book, policy, known
        self._pairs: dict[tuple[str, str, str], dict[Month, set[Month]]] = {}

    def digest(self, part: BookPart) -> str:
        """What names a part: its files, and the shape of the tables that sums are made of."""
        told = f"{self.book.within(part)} {self._shape} {self.book.settings.timezone}"
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    @cached_property
    def _shape(self) -> str:
        """Columns that any month has: what the SQL of one speaks of depends on them."""
        tables = ("contacts", "handlings", "cases", "surveys", "customers", "usage")
        known = [(t, sorted(self.book.columns(t).items()), sorted(self.book.filled(t))) for t in tables]
        whole = [all(f.whole_seconds for f in self.book.files.get(t, ())) for t in ("contacts", "handlings")]
        return hashlib.sha256(f"{known} {whole}".encode()).hexdigest()

    def months(self, table: str) -> list[Month]:
        """Months that a table has rows in."""
        found = {f.month for f in self.book.files.get(table, ()) if f.rows}
        return sorted(found, key=lambda m: m or date.min)

    # -- neighbours ----------------------------------------------------------------------------------------

    def near(self, month: date, days: int) -> set[Month]:
        """Months of contacts that lie within some days of a month."""
        first = month - timedelta(days=days) - _A_DAY
        last = add_months(month, 1) + timedelta(days=days) + _A_DAY
        return {m for m in self.months("contacts") if m and add_months(m, 1) > first and m < last}

    def linked(self, table: str, months: Iterable[Month], other: str, column: str) -> set[Month]:
        """Months of another table with a row that has the same id as a row of some months."""
        if not (self.book.has(table) and self.book.has(other)):
            return set()
        if column not in self.book.filled(table) & self.book.filled(other):
            return set()
        a, b = sorted((table, other))
        if (a, b, column) not in self._pairs:
            self._pairs[a, b, column] = self._linked(a, b, column)
        pairs, found = self._pairs[a, b, column], set[Month]()
        for month in months:
            if a == table:
                found |= pairs.get(month, set())
            if b == table:
                found |= {m for m, others in pairs.items() if month in others}
        return found

    def _linked(self, a: str, b: str, column: str) -> dict[Month, set[Month]]:
        """Month of one table -> months of the other that share an id with it."""
        if len(self.months(a)) > MOST_MONTHS or len(self.months(b)) > MOST_MONTHS:
            return {m: set(self.months(b)) for m in self.months(a)}
        asked = {
            (m, n): f"{column} {a} {self._unit(a, m)} {b} {self._unit(b, n)}"
            for m in self.months(a) for n in self.months(b)
        }  # fmt: skip
        told = {pair: self._known.get(key) for pair, key in asked.items()}
        missing: dict[Month, set[Month]] = defaultdict(set)
        for (m, n), found in told.items():
            if found is None:
                missing[m].add(n)
        alike: dict[frozenset[Month], set[Month]] = defaultdict(set)
        for m, others in missing.items():
            alike[frozenset(others)].add(m)
        for alone, months in alike.items():
            shared = self._shared(a, months, b, alone, column)
            told |= {(m, n): (m, n) in shared for m in months for n in alone}
        new = {asked[m, n]: bool(told[m, n]) for m, others in missing.items() for n in others}
        if new:
            self._known.add(new)
        pairs: dict[Month, set[Month]] = defaultdict(set)
        for (m, n), found in told.items():
            if found:
                pairs[m].add(n)
        return pairs

    def _shared(
        self, a: str, months: Collection[Month], b: str, others: Collection[Month], column: str
    ) -> set[tuple[Month, Month]]:
        """Pairs of months that share an id, read from the rows."""
        left = self.book.only({a: months}).relation(a, [column, "month"])
        right = self.book.only({b: others}).relation(b, [column, "month"])
        if _ALONE.get(column) in (a, b):
            sql = f"SELECT DISTINCT l.month, r.month FROM {left} l JOIN {right} r USING ({quote(column)})"
            with connect() as con:
                return set(con.execute(sql).fetchall())
        # Many rows of both may have one id: each id says once in which months it stands.
        listed = sorted({*months, *others}, key=lambda m: m or date.min)
        mask = f"CASE{''.join(f' WHEN {_is(m)} THEN {1 << i}::HUGEINT' for i, m in enumerate(listed))} END"
        sides = [
            f"SELECT {quote(column)} AS id, {of_l} AS l, {of_r} AS r FROM {rows}"
            for rows, of_l, of_r in ((left, mask, "0::HUGEINT"), (right, "0::HUGEINT", mask))
        ]
        fewer = min((self._rows(a, months), left), (self._rows(b, others), right))[1]
        sql = (
            f"SELECT DISTINCT l, r FROM (SELECT bit_or(l) AS l, bit_or(r) AS r "
            f"FROM ({' UNION ALL '.join(sides)}) "
            f"WHERE id IN (SELECT {quote(column)} FROM {fewer}) GROUP BY id) WHERE l <> 0 AND r <> 0"
        )
        with connect() as con:
            masks = con.execute(sql).fetchall()
        bits = [(_bits(left_, listed), _bits(right_, listed)) for left_, right_ in masks]
        return {(m, n) for ms, ns in bits for m in ms for n in ns}

    def _rows(self, table: str, months: Collection[Month]) -> int:
        return sum(f.rows for f in self.book.files[table] if f.month in months)

    # -- times ---------------------------------------------------------------------------------------------

    def spread(self, table: str, column: str) -> dict[date, set[Month]]:
        """Month of a time -> months of the table that may have rows of which the time lies in it."""

        def look(months: Collection[Month]) -> dict[Month, object]:
            rows = self.book.only({table: months}).relation(table, [column, "month"])
            edges = [f"CAST(date_trunc('month', {quote(column)} {s} INTERVAL 1 DAY) AS DATE)" for s in "-+"]
            known = f"FROM {rows} WHERE {quote(column)} IS NOT NULL"
            sql = " UNION ".join(f"SELECT month, CAST({edge} AS VARCHAR) {known}" for edge in edges)
            found: dict[Month, list[str]] = {m: [] for m in months}
            with connect() as con:
                for month, at in con.execute(sql).fetchall():
                    found[month].append(at)
            return dict(found)

        spread: dict[date, set[Month]] = defaultdict(set)
        for month, told in self._each(table, f"spread {column}", look).items():
            assert isinstance(told, list)
            for at in told:
                spread[date.fromisoformat(at)].add(month)
        return dict(sorted(spread.items()))

    def latest(self, table: str, columns: Collection[str]) -> datetime | None:
        """The last of all moments that some columns of a table tell."""
        listed = sorted(columns)

        def look(months: Collection[Month]) -> dict[Month, object]:
            rows = self.book.only({table: months}).relation(table, [*listed, "month"])
            ends = ", ".join(f"max({quote(c)})" for c in listed)
            sql = f"SELECT month, CAST(greatest({ends}) AS VARCHAR) FROM {rows} GROUP BY 1"
            with connect() as con:
                return {m: at or "" for m, at in con.execute(sql).fetchall()}

        told = [str(at) for at in self._each(table, f"latest {listed}", look).values() if at]
        return datetime.fromisoformat(max(told)) if told else None

    def open_beside(self, contacts: Collection[Month], handlings: Collection[Month]) -> dict[str, set[Month]]:
        """Months of contacts and handlings with work of concurrent channels open while that of these was."""
        spans = {t: self._open_spans(t) for t in ("contacts", "handlings") if self.book.has(t)}
        own = [spans[t][m] for t, months in (("contacts", contacts), ("handlings", handlings))
               for m in months if t in spans and m in spans[t]]  # fmt: skip
        return {
            t: {m for m, (s, e) in mine.items() if any(s <= b and a <= e for a, b in own)}
            for t, mine in spans.items()
        }

    def _open_spans(self, table: str) -> dict[Month, tuple[str, str]]:
        channels = self.policy.concurrent_channels

        def look(months: Collection[Month]) -> dict[Month, object]:
            sql = open_spans_sql(self.book.only({table: months}), table, channels)
            with connect() as con:
                return {m: [s, e] if s and e else [] for m, s, e in con.execute(sql).fetchall()}

        told = self._each(table, f"open {sorted(channels)}", look)
        return {m: (span[0], span[1]) for m, span in told.items() if isinstance(span, list) and span}

    # -- what is known -------------------------------------------------------------------------------------

    def _each(
        self, table: str, asked: str, look: Callable[[Collection[Month]], dict[Month, object]]
    ) -> dict[Month, object]:
        """What is to be known of each month of a table: that of months not looked at before is looked at."""
        keys = {m: f"{asked} {table} {self._unit(table, m)}" for m in self.months(table)}
        told = {m: self._known.get(key) for m, key in keys.items()}
        missing = [m for m, found in told.items() if found is None]
        if missing:
            told |= dict.fromkeys(missing, "") | look(missing)
            self._known.add({keys[m]: told[m] for m in missing})
        return told

    def _unit(self, table: str, month: Month) -> str:
        """What names the files of a month of a table."""
        if (table, month) not in self._units:
            names = sorted(f.path.name for f in self.book.files[table] if f.rows and f.month == month)
            self._units[table, month] = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
        return self._units[table, month]

    @cached_property
    def _units(self) -> dict[tuple[str, Month], str]:
        return {}


def together(parts: Iterable[BookPart]) -> BookPart:
    """All that any of some parts holds."""
    whole: dict[str, set[Month] | None] = {}
    for part in parts:
        for table, months in part.items():
            held = whole.setdefault(table, set())
            if months is None or held is None:
                whole[table] = None
            else:
                held |= set(months)
    return whole


def _is(month: Month) -> str:
    return f"month = DATE '{month}'" if month else "month IS NULL"


def _mask(mask: str, mine: bool) -> str:
    return f"CASE{mask} END" if mine else "0::HUGEINT"


def _bits(mask: int, listed: list[Month]) -> list[Month]:
    return [m for i, m in enumerate(listed) if mask >> i & 1]
