# SPDX-License-Identifier: Apache-2.0
"""Rows that do not land: those with a fault, those there already, and those of a row that is bad."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Pairs

import duckdb

from percontact.ingest.found import Found, row_text
from percontact.ingest.rules import Rule, details, reason
from percontact.ingest.typed import Typed
from percontact.records.column import Table
from percontact.records.landing import Aside


def set_aside(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    found: Found,
    table: Table,
    again: dict[int, str],
    members: str,
) -> tuple[tuple[Aside, ...], int]:
    """Every row that will not be landed, by line, with its text as found; and how many became part of others.

    again    line -> why, of good rows whose id is in the Book already
    members  SQL relation (line, head) of the rows that each landed row is made of, or ""
    """
    told, known = _faulty(con, typed)
    told |= {line: (str(table.key), "E-ID-01", why) for line, why in again.items()}
    merged = _with_members(con, told, members, typed.bits) if members else 0
    aside = [*found.aside, *texts_of(con, found, told, known, bits=typed.bits)]
    return by_line(aside), merged


def _faulty(
    con: duckdb.DuckDBPyConnection, typed: Typed
) -> tuple[dict[int, tuple[str, str, str]], dict[int, Sequence[str | None]]]:
    """Line -> (column, code, reason) of rows with a fault; line -> its cells, where they were kept."""
    faults = con.execute(
        f"SELECT _line, _fault, _bad FROM {typed.relation} WHERE _fault IS NOT NULL"
    ).fetchall()
    told: dict[int, tuple[str, str, str]] = {}
    known: dict[int, Sequence[str | None]] = {}
    for line, fault, bad in faults:
        rule, (value, other, gap, cells) = typed.rules[fault - 1], details(bad)
        told[line] = (rule.column, rule.code, reason(rule, value, other, gap))
        if typed.texts:
            known[line] = cells
    return told, known


def _with_members(
    con: duckdb.DuckDBPyConnection, told: dict[int, tuple[str, str, str]], members: str, bits: int
) -> int:
    """Add the members of bad rows to those told; gives how many rows became part of good ones."""
    con.execute("CREATE OR REPLACE TEMP TABLE bad AS SELECT unnest($1::BIGINT[]) AS head", [list(told)])
    of_bad = f"SELECT line, head FROM {members} SEMI JOIN bad USING (head) WHERE line <> head"
    for line, head in con.execute(of_bad).fetchall():
        why = "It is set aside with that row: not counted by itself."
        part = f"It is part of the row of line {head >> bits}, which is bad. {why}"
        told[line] = ("", told[head][1], part)
    counts = f"SELECT count(*) - count(DISTINCT head) FROM {members} ANTI JOIN bad USING (head)"
    ((merged,),) = con.execute(counts).fetchall()
    return int(merged)


def faulty(
    con: duckdb.DuckDBPyConnection, found: Found, judged: str, held_to: Sequence[Rule], bits: int
) -> list[Aside]:
    """The rows with a fault, with their texts."""
    faults = con.execute(f"SELECT _line, _fault, _bad FROM {judged} WHERE _fault IS NOT NULL").fetchall()
    told = {}
    for line, fault, bad in faults:
        rule, (value, other, gap, _) = held_to[fault - 1], details(bad)
        told[line] = (rule.column, rule.code, reason(rule, value, other, gap))
    return texts_of(con, found, told, bits=bits)


def texts_of(
    con: duckdb.DuckDBPyConnection,
    found: Found,
    told: dict[int, tuple[str, str, str]],
    known: Pairs[int, Sequence[str | None]] | None = None,
    *,
    bits: int = 0,
) -> list[Aside]:
    """Rows set aside with their text as found.

    told   line -> (column, code, reason);  bits: of a line that tell apart rows made of one
    known  line -> cells, of those that need not be read again
    """
    rows = dict(known or {})
    if missing := [line for line in told if line not in rows]:
        con.execute("CREATE OR REPLACE TEMP TABLE bad AS SELECT unnest($1::BIGINT[]) AS line", [missing])
        cells = ", ".join(f"c{i}" for i in range(len(found.headers) - found.made))
        query = f"SELECT line, {cells} FROM {found.relation} SEMI JOIN bad USING (line)"
        rows |= {line: texts for line, *texts in con.execute(query).fetchall()}
    return [Aside(line >> bits, *told[line], row_text(texts)) for line, texts in rows.items()]


def by_line(aside: Iterable[Aside]) -> tuple[Aside, ...]:
    """Rows set aside, in the order of the file."""
    return tuple(sorted(aside, key=lambda a: a.line))
