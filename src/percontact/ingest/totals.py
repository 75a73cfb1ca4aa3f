# SPDX-License-Identifier: Apache-2.0
"""Rows that a word calls a total, and nothing else: they are no rows of a file, whatever else they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import duckdb

from percontact.ingest.vocabulary import words
from percontact.records.dialect import literal

MOST = 0.5
"""Share of the rows up to which they are totals; a column in which most cells say so says something else."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The rows that one column calls totals: the labels as written, and how many there are."""

    labels: tuple[str, ...]
    rows: int


def set_apart(con: duckdb.DuckDBPyConnection, width: int) -> dict[int, Totals]:
    """Take the totals out of the table `seen`, into the table `totalled`; by the number of the column.

    So no column is judged by them: the word in a column of dates is no unreadable date, and the account they
    lack is no account that a posting lacks.
    """
    ((rows,),) = con.execute("SELECT count(*) FROM seen").fetchall()
    says = {place: f"regexp_full_match(c{place}, {literal(exact_total())})" for place in range(width)}
    counts = ", ".join(f"count(*) FILTER ({said})" for said in says.values())
    (many,) = con.execute(f"SELECT {counts} FROM seen").fetchall() if says else ((),)
    found = {}
    for (place, said), count in zip(says.items(), many, strict=True):
        if 0 < count <= MOST * rows:
            labels = con.execute(f"SELECT DISTINCT c{place} FROM seen WHERE {said} ORDER BY 1").fetchall()
            found[place] = Totals(tuple(str(label) for (label,) in labels), int(count))
    if found:
        any_of_them = f"coalesce({' OR '.join(says[place] for place in found)}, false)"
        con.execute(f"CREATE OR REPLACE TEMP TABLE totalled AS FROM seen WHERE {any_of_them}")
        con.execute(f"DELETE FROM seen WHERE {any_of_them}")
    return found


@cache
def exact_total() -> str:
    """RE2 pattern of a cell that is a word for total."""
    return rf"(?i)^({known('totals')})[ :.]*$"


def known(kind: str) -> str:
    """The words of a kind as alternatives of a pattern, the longer first."""
    return "|".join(map(escaped, sorted({str(w).lower() for w in words()[kind]}, key=len, reverse=True)))


def escaped(word: str) -> str:
    """A word as a pattern."""
    return re.escape(word).replace("\\ ", " ")
