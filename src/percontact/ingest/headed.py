# SPDX-License-Identifier: Apache-2.0
"""Rows that are headings of the rows below them: an account on a line of its own, its postings underneath."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from percontact.ingest.condition import all_hold
from percontact.ingest.found import Found, marked, row_text
from percontact.ingest.mapping import Condition, Mapping
from percontact.ingest.typed import trimmed
from percontact.records.dialect import literal
from percontact.records.landing import Aside
from percontact.values.problem import did_you_mean, problem

_OPEN, _CLOSED = "o", "c"
"""What stands before a heading, and for the end of one, while headings are carried down."""


def headed(con: duckdb.DuckDBPyConnection, found: Found, mapping: Mapping, name: str) -> Found:
    """The rows with the heading each stands under, as one more cell; the headings are set aside.

    Makes the temporary table `headed`. Rows set aside before bear their heading already, so a file of them
    is given back as it is.
    Law: rows = rows given back + headings; each is set aside with its text (E-SKIP-01).
    Raises E-MAP-02 when a header is not there or the new name is taken.
    """
    asked = mapping.headings
    assert asked
    places = {h.lower(): i for i, h in reversed(list(enumerate(found.headers))) if h}
    if asked.name.lower() in places:
        if marked(found.headers) is not None:
            return found
        what = f"`headings:` calls its column `{asked.name}`, and that name is taken"
        raise _refused(mapping.name or name, what, "Choose another name.")

    def place(options: tuple[str, ...]) -> int:
        for header in options:
            if (at := places.get(header.strip().lower())) is not None:
                return at
        what = f"`headings:` names `{options[0]}`, and the file has no such column"
        raise _refused(mapping.name or name, what, did_you_mean(options[0], filter(None, found.headers)))

    def all_of(conditions: tuple[Condition, ...]) -> str:
        return all_hold((place(c.column), c) for c in conditions)

    text = f"concat_ws(' ', {', '.join(f'c{place(one)}' for one in asked.columns)})"
    is_one = f"({text} <> '' AND {all_of(asked.when)})"
    ends = all_of(asked.until) if asked.until else "false"
    _carry_down(con, found, text, is_one, ends)
    headings = _headings(con, found, asked.name)
    told = "1 row is a heading" if len(headings) == 1 else f"{len(headings):,} rows are headings"
    return replace(
        found,
        headers=(*found.headers, asked.name),
        relation=f"(SELECT line, {_own(found)}, c{len(found.headers)} FROM headed WHERE NOT is_one)",
        aside=tuple(sorted((*found.aside, *headings), key=lambda a: a.line)),
        notes=(*found.notes, f"{told} of the rows below, where `{asked.name}` holds what they say."),
    )


def _carry_down(con: duckdb.DuckDBPyConnection, found: Found, text: str, is_one: str, ends: str) -> None:
    """Make the table `headed`: each row with the heading it stands under, and whether it is one itself.

    SQL over cells: `text` of a heading, `is_one`: whether a row is one, `ends`: whether it ends the last one.
    """
    clean = ", ".join(f"{trimmed(f'c{i}')} AS c{i}" for i in range(len(found.headers)))
    mark = f"CASE WHEN {is_one} THEN {literal(_OPEN)} || {text} WHEN {ends} THEN {literal(_CLOSED)} END"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE headed AS SELECT r.*, heading AS c{len(found.headers)}, is_one FROM "
        f"{found.relation} r JOIN (SELECT line, {is_one} AS is_one, "
        f"substr(nullif(last_value({mark} IGNORE NULLS) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING), "
        f"{literal(_CLOSED)}), 2) AS heading FROM (SELECT line, {clean} FROM {found.relation})) h "
        "ON h.line = r.line"
    )


def _headings(con: duckdb.DuckDBPyConnection, found: Found, name: str) -> list[Aside]:
    """The rows that are headings, each set aside with its text."""
    rows = con.execute(
        f"SELECT line, c{len(found.headers)}, {_own(found)} FROM headed WHERE is_one ORDER BY line"
    ).fetchall()
    why = "It stands in the rows below it, and is counted here and nowhere else."
    return [
        Aside(
            line,
            name,
            "E-SKIP-01",
            f"Left out by the mapping: it is the heading `{said}`. {why}",
            row_text(row),
        )
        for line, said, *row in rows
    ]


def _own(found: Found) -> str:
    return ", ".join(f"c{i}" for i in range(len(found.headers)))


def _refused(name: str, what: str, do: str) -> Exception:
    return problem("E-MAP-02", name, what, "What it asks for cannot be done, so nothing was imported.", do)
