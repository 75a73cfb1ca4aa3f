# SPDX-License-Identifier: Apache-2.0
"""Suspicion: what looks wrong in rows that each keep the contract. Reported with the import, never mended.

A suspicion is a Problem with a W- code: where, what, why we think so, what to do. It sets no row aside and
changes no figure. Each look is a few sums over the rows as they will be landed, and stands in a file of
its own:

    suspect_values   a constant that fills gaps; units that change inside a column
    suspect_days     days missing, made from their neighbours, or cut off at the end
    suspect_names    a team or cost centre that vanishes or appears, and its likely successor
    suspect_rows     rows that repeat; an id that is no key; ends before beginnings
    suspect_sums     identities that do not hold; total rows
    suspect_channels one channel under several names
    suspect_twice    the same contacts as a list and as totals
    suspect_words    lines that say contact centre and are something else
    suspect_accounts postings of no account in a file that seems to say it
    suspect_persons  columns kept by name that look personal
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import duckdb

from percontact.ingest.found import Found
from percontact.ingest.landed import Landed, landed_book
from percontact.ingest.suspect_accounts import accounts
from percontact.ingest.suspect_channels import channels
from percontact.ingest.suspect_days import days
from percontact.ingest.suspect_names import names
from percontact.ingest.suspect_persons import persons
from percontact.ingest.suspect_rows import rows
from percontact.ingest.suspect_sums import sums
from percontact.ingest.suspect_twice import twice, twice_in_book
from percontact.ingest.suspect_values import values
from percontact.ingest.suspect_words import words
from percontact.records.book import Book
from percontact.records.landing import Aside
from percontact.values.problem import Problem

WORST_FIRST = (
    "W-TWICE-01", "W-BAL-01", "W-SUM-02", "W-BAL-02", "W-UNIT-01", "W-ROW-01", "W-ID-01", "W-DAY-03",
    "W-DAY-01", "W-ACCOUNT-01", "W-SUM-01", "W-TIME-01", "W-PERSON-01", "W-CONST-01", "W-NAME-03", "W-DAY-02",
    "W-NAME-01", "W-TEXT-01", "W-NAME-02",
)  # fmt: skip
"""What counts money or contacts twice comes first, what only may mislead a reader last."""


def suspicions(
    landed: Landed,
    found: Found,
    aside: tuple[Aside, ...],
    book: Book | None,
    *,
    named: Sequence[str],
    ignore_imports: Collection[int] = (),
) -> tuple[Problem, ...]:
    """What looks wrong in the rows of one file, worst first.

    found  its rows as text, for identities between columns that are not landed
    book   what is there already: its calendar says which days are free
    named  columns kept as found because somebody named them
    ignore_imports  imports that the file replaces
    """

    def looks() -> Iterator[Problem]:
        yield from rows(landed, aside)
        if landed.rows:
            yield from accounts(landed, aside)
            yield from twice(landed, book, ignore_imports)
            yield from sums(landed, found)
            yield from values(landed)
            yield from days(landed, free_days(landed.con, book))
            yield from names(landed)
            yield from channels(landed, book)
            yield from words(landed)
            yield from persons(landed, named)

    return in_order(looks())


def suspicions_of_book(con: duckdb.DuckDBPyConnection, book: Book) -> tuple[Problem, ...]:
    """What looks wrong only when all files are seen together: gaps between them, names that change."""

    def looks() -> Iterator[Problem]:
        yield from twice_in_book(con, book)
        for table in ("contacts", "ledger"):
            if book.has(table):
                landed = landed_book(con, book, table)
                yield from days(landed, free_days(con, book))
                yield from names(landed)
                yield from channels(landed, None)

    return in_order(looks())


def in_order(found: Iterator[Problem]) -> tuple[Problem, ...]:
    """Suspicions, worst first, and as found among equals."""
    return tuple(sorted(found, key=lambda p: WORST_FIRST.index(p.code)))


def free_days(con: duckdb.DuckDBPyConnection, book: Book | None) -> Collection[date]:
    """Days that the calendar of a Book calls holidays or closed."""
    if book is None or not book.has("calendar"):
        return ()
    calendar = landed_book(con, book, "calendar")
    everywhere = " AND site IS NULL" if calendar.has("site") else ""
    query = "SELECT DISTINCT day FROM {rows} WHERE kind IN ('holiday', 'closed')"
    return {day for (day,) in calendar.ask(query + everywhere)}
