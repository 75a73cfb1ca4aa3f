# SPDX-License-Identifier: Apache-2.0
"""What stands in each column of a file, counted over all of its rows: shapes, values, how many are empty.

A shape is a text with each digit written 9 and each run of letters written a: `03/04/2026` is `99/99/9999`.
Nothing here depends on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import duckdb

from percontact.ingest.found import BLANKS, Found
from percontact.ingest.intervals import intervals, starts_and_ends
from percontact.ingest.totals import set_apart
from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

SHAPES = 400
VALUES = 60
"""How many shapes and values of a column are looked at one by one, the most frequent first."""


@cache
def null_words() -> frozenset[str]:
    """Cells that people and programs write where there is nothing, in small letters."""
    return frozenset(words()["nothing"])


SURE_NULLS = frozenset({"?", "n/a", "#n/a", "null", "(null)", "\\n", "#value!", "#ref!", "nan"})
"""Those of them that mean nothing in any column."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One column.

    place     number of the cell, from 0
    header    as in the file
    filled    rows that hold something, words for nothing left out
    distinct  different texts among those
    shapes    (shape, rows), most frequent first
    values    (text, rows), most frequent first
    nulls     words for nothing that stand in it, as written
    longest   signs of the longest text
    """

    place: int
    header: str
    filled: int
    distinct: int
    shapes: tuple[tuple[str, int], ...]
    values: tuple[tuple[str, int], ...]
    nulls: tuple[str, ...]
    longest: int

    @property
    def samples(self) -> tuple[str, ...]:
        """A few values to show."""
        return tuple(value for value, _ in self.values[:3])


class Profile:
    """The rows of a file as a table `seen` of trimmed texts, and the facts of each column.

    totals     the rows that are called totals, by the column that says so; `seen` is without them
    intervals  the columns that hold two times a cell; `seen` has the start, and the end as e0, e1, ...
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, found: Found) -> None:
        self.con, self.found = con, found
        cells = ", ".join(
            f"nullif(trim(c{i}, {literal(BLANKS)}), '') AS c{i}" for i in range(len(found.headers))
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT line, {cells} FROM {found.relation}")
        self.intervals = intervals(con, "seen", len(found.headers))
        if self.intervals:
            parted = starts_and_ends(self.intervals, len(found.headers))
            con.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT line, {parted} FROM seen")
        self.totals = set_apart(con, len(found.headers))
        self.rows = self.counts(["count(*)"])[0]
        self.columns = tuple(
            self._facts(place, header) for place, header in enumerate(found.headers) if header
        )

    def counts(self, expressions: Sequence[str], *, totals: bool = False) -> list[int]:
        """The value of each counting expression over all rows; `totals`: also over those."""
        if not expressions:
            return []
        rows = "(FROM seen UNION ALL FROM totalled)" if totals and self.totals else "seen"
        ((*values,),) = self.con.execute(f"SELECT {', '.join(expressions)} FROM {rows}").fetchall()
        return [int(v or 0) for v in values]

    def by_shape(self, place: int, expressions: Sequence[str]) -> dict[str, list[int]]:
        """The same for each shape of one column."""
        more = "".join(f", {e}" for e in expressions)
        rows = self.con.execute(
            f"SELECT {shape(place)} AS shape{more} FROM seen WHERE c{place} IS NOT NULL GROUP BY 1"
        ).fetchall()
        return {str(one): [int(v or 0) for v in values] for one, *values in rows}

    def with_totals(self, facts: Facts) -> tuple[tuple[str, int], ...]:
        """The shapes of a column, those in the rows that are totals too."""
        if not self.totals:
            return facts.shapes
        cell = f"c{facts.place}"
        query = f"SELECT {shape(facts.place)}, count(*) FROM totalled WHERE {cell} IS NOT NULL GROUP BY 1"
        found = dict(facts.shapes)
        for text, rows in self.con.execute(f"{query} ORDER BY 1 LIMIT {SHAPES}").fetchall():
            found[str(text)] = found.get(str(text), 0) + int(rows)
        return tuple(found.items())

    def _facts(self, place: int, header: str) -> Facts:
        cell = f"c{place}"
        values = [
            (str(v), int(n))
            for v, n in self.con.execute(
                f"SELECT {cell}, count(*) FROM seen WHERE {cell} IS NOT NULL GROUP BY 1 "
                f"ORDER BY 2 DESC, 1 LIMIT {VALUES}"
            ).fetchall()
        ]
        shapes = [
            (str(v), int(n))
            for v, n in self.con.execute(
                f"SELECT {shape(place)}, count(*) FROM seen WHERE {cell} IS NOT NULL GROUP BY 1 "
                f"ORDER BY 2 DESC, 1 LIMIT {SHAPES}"
            ).fetchall()
        ]
        filled, distinct, longest = self.counts(
            [f"count({cell})", f"count(DISTINCT {cell})", f"max(length({cell}))"]
        )
        words = ", ".join(literal(w) for w in sorted(null_words()))
        nulls = self.con.execute(
            f"SELECT {cell}, count(*) FROM seen WHERE lower({cell}) IN ({words}) GROUP BY 1 ORDER BY 1"
        ).fetchall()
        nothing = {str(word): int(n) for word, n in nulls}
        return Facts(
            place=place,
            header=header,
            filled=filled - sum(nothing.values()),
            distinct=distinct - len(nothing),
            shapes=_without(shapes, nothing),
            values=tuple((v, n) for v, n in values if v not in nothing),
            nulls=tuple(nothing),
            longest=longest,
        )


def shape(place: int) -> str:
    """SQL of the shape of a cell."""
    return f"regexp_replace(regexp_replace(c{place}, '\\p{{L}}+', 'a', 'g'), '[0-9]', '9', 'g')"


def shape_of(text: str) -> str:
    """The shape of a text.

    >>> shape_of("03/04/2026 9:05 PM"), shape_of("1E5")
    ('99/99/9999 9:99 a', '9a9')
    """
    made: list[str] = []
    for sign in text:
        kind = "9" if sign in "0123456789" else "a" if sign.isalpha() else sign
        if not (kind == "a" and made[-1:] == ["a"]):
            made.append(kind)
    return "".join(made)


def _without(shapes: Sequence[tuple[str, int]], nothing: dict[str, int]) -> tuple[tuple[str, int], ...]:
    """The shapes less the rows that hold a word for nothing."""
    less: dict[str, int] = {}
    for word, rows in nothing.items():
        less[shape_of(word)] = less.get(shape_of(word), 0) + rows
    return tuple((s, n - less.get(s, 0)) for s, n in shapes if n > less.get(s, 0))
