# SPDX-License-Identifier: Apache-2.0
"""Suspicious pairs: the same contacts once as a list and once as totals, each file sound by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import duckdb

from percontact.ingest.derive import local
from percontact.ingest.landed import Landed, label
from percontact.records.book import Book, BookFile
from percontact.records.dialect import literal
from percontact.records.tables import ROW_BITS
from percontact.values.problem import Problem

ALIKE = 0.2
"""How far a list and totals may differ where nothing but the day says that they are of the same contacts."""

_DIMENSIONS = ("channel", "site", "queue", "team")


def twice(landed: Landed, book: Book | None, ignore_imports: Collection[int]) -> Iterator[Problem]:
    """Contacts of one file that seem to be in the Book already in the other form.

    landed          the file's rows;  book  what is there already
    ignore_imports  imports that the file replaces
    """
    if landed.table.name != "contacts" or not landed.rows or book is None or not book.has("contacts"):
        return
    ((first, last),) = landed.ask("SELECT min(bucket), max(bucket) FROM {rows}")
    if first is None:
        return
    # A local month may begin a day before the UTC one.
    months = [date.fromtimestamp(bucket * 900).replace(day=1) for bucket in (first - 96, last + 96)]
    theirs = _of_book(
        book, [f for f in book.files["contacts"] if f.month is None or f.month in _from(*months)]
    )
    if not theirs:
        return
    gone = ", ".join(str(int(n)) for n in ignore_imports)
    kept = f" WHERE number NOT IN ({gone})" if gone else ""
    mine = _of_rows(landed.relation, set(landed.columns), landed.settings.timezone)
    ((number,),) = landed.ask(f"SELECT min(row_id) >> {ROW_BITS} FROM {{rows}}")
    names = {n: s.name for n, s in book.sources.items()} | {int(number): landed.name}
    yield from _twice(landed.con, f"({mine} UNION ALL FROM {theirs}{kept})", names, landed.where)


def twice_in_book(con: duckdb.DuckDBPyConnection, book: Book) -> Iterator[Problem]:
    """Contacts of a Book that seem to be in it in both forms."""
    if book.has("contacts"):
        names = {n: s.name for n, s in book.sources.items()}
        yield from _twice(con, _of_book(book, book.files["contacts"]), names, "contacts")


def _from(first: date, last: date) -> set[date]:
    """The months from one to another, by their first days."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return {date(month // 12, month % 12 + 1, 1) for month in months}


def _of_book(book: Book, files: Sequence[BookFile]) -> str:
    """SQL relation of contacts by import, local day and dimension; "" where there are none.

    From the sums by day that stand beside the rows, wherever they do: a year is then told by a few thousand
    of them. Each of them is of one import, that of its anchor.
    """
    groups: dict[tuple[bool, frozenset[str]], list[str]] = {}
    for f in files:
        if f.rows:
            held = frozenset(_DIMENSIONS) & {name for name, _ in f.columns}
            summed = f.cube is not None and held <= set(f.cube_columns)
            groups.setdefault((summed, held), []).append(str(f.cube if summed else f.path))
    parts = []
    for (summed, held), paths in groups.items():
        rows = f"read_parquet([{', '.join(map(literal, paths))}], hive_partitioning = false)"
        parts.append(_of_cubes(rows, held) if summed else _of_rows(rows, held, book.settings.timezone))
    return f"({' UNION ALL '.join(parts)})" if parts else ""


def _of_cubes(cubes: str, held: Collection[str]) -> str:
    return (
        f"SELECT anchor >> {ROW_BITS} AS number, day, {_dimensions(held)}, n, count FROM {cubes} "
        "WHERE day IS NOT NULL"
    )


def _of_rows(rows: str, held: Collection[str], timezone: str) -> str:
    day = f"CAST({local('make_timestamp(bucket::BIGINT * 900000000)', timezone)} AS DATE)"
    return (
        f"SELECT row_id >> {ROW_BITS} AS number, {day} AS day, {_dimensions(held)}, count(*) AS n, "
        f'sum("count")::BIGINT AS count FROM {rows} GROUP BY ALL'
    )


def _dimensions(held: Collection[str]) -> str:
    return ", ".join(label(name) if name in held else f"NULL::VARCHAR AS {name}" for name in _DIMENSIONS)


def _twice(con: duckdb.DuckDBPyConnection, rows: str, names: dict[int, str], where: str) -> Iterator[Problem]:
    """The days (and channels, queues, ... as far as both forms name them) that stand in both forms.

    A file whose rows stand for several contacts holds totals; of one where each stands for one, it is a list.
    """
    filled = ", ".join(f"count({d}) > 0" for d in _DIMENSIONS)
    kinds = con.execute(
        f"SELECT number, bool_or(count > n), {filled} FROM {rows} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    # What was abandoned is a reading of its own of the same report, and often one contact a row.
    reports = {names.get(k[0], str(k[0])) for k in kinds if k[1]}
    totals = [k for k in kinds if names.get(k[0], str(k[0])) in reports]
    lists = [k for k in kinds if k not in totals]
    if not totals or not lists:
        return
    named = [
        d
        for i, d in enumerate(_DIMENSIONS, start=2)
        if any(k[i] for k in totals) and any(k[i] for k in lists)
    ]
    many = f"number IN ({', '.join(str(k[0]) for k in totals)})"
    by = "".join(f", lower({d}) AS {d}" for d in named)
    keys = ", ".join(["day", *named])
    ((days, first, listed, summed, a, b),) = con.execute(
        "SELECT count(DISTINCT day), min(day), sum(listed), sum(summed), min(a), min(b) FROM ("
        "SELECT day, sum(c) FILTER (NOT many) AS listed, sum(c) FILTER (many) AS summed, "
        "min(n) FILTER (NOT many) AS a, min(n) FILTER (many) AS b FROM ("
        f"SELECT day{by}, {many} AS many, count AS c, number AS n "
        f"FROM {rows} WHERE day IS NOT NULL) GROUP BY {keys} HAVING listed > 0 AND summed > 0)"
    ).fetchall()
    if not days or ("channel" not in named and abs(listed - summed) > ALIKE * max(listed, summed)):
        return
    like = f" of the same {' and '.join(named)}" if named else ""
    one, other = (names.get(n, f"import {n}") for n in (a, b))
    of = f"on {days:,} days (from {first})" if days > 1 else f"on {first}"
    yield Problem(
        "W-TWICE-01",
        where,
        f"{of} contacts{like} are in the Book both one by one, {int(listed):,} in {one}, and as totals, "
        f"{int(summed):,} in {other}",
        "A report sums the contacts that a list holds one by one: they are then counted twice, and each "
        "seems to cost half.",
        f"Take one of the two out: percontact imports --undo {b} leaves the list, --undo {a} the totals. "
        "If they are of other contacts, map in both a column that says so: channel, queue, team or site.",
    )
