# SPDX-License-Identifier: Apache-2.0
"""Columns that become rows: months side by side, currencies side by side, the two accounts of a posting."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from percontact.ingest.found import BLANKS, Found
from percontact.ingest.mapping import Mapping, Unpivot
from percontact.records.dialect import in_list, literal
from percontact.records.tables import PART_BITS, ROW_BITS
from percontact.values.problem import PercontactError, did_you_mean, problem

MOST_COLUMNS = 1 << PART_BITS
"""Rows of one line are told apart by so many bits of their id."""


def unpivoted(con: duckdb.DuckDBPyConnection, found: Found, mapping: Mapping, name: str) -> Found:
    """One row for each listed column of each row that has a value there.

    result  the cells of the file, then the header of the column and its cell; line x 2^PART_BITS + part

    Law: rows x columns = cells with a value + empty cells; the first are the rows now seen. They are counted
    by a query of its own, not by the one that makes the rows.
    Raises E-MAP-02 when a column is not there, when none is, or when a new name is taken.
    """
    assert mapping.unpivot
    asked, width = mapping.unpivot, len(found.headers)
    places = _places(con, found, asked, mapping.name or name)
    nulls = {word.strip() for word in mapping.nulls}
    for origin in mapping.columns.values():
        for one in (origin, origin.instead):
            if one and (asked.value,) in [tuple(h.strip() for h in part) for part in one.columns]:
                nulls |= {word.strip() for word in one.nulls}
    filled = [_filled(f"c{i}", nulls - {""}) for i in places]
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in filled)
    ((rows, longest, *values),) = con.execute(
        f"SELECT count(*), coalesce(max(line), 0), {counts} FROM {found.relation}"
    ).fetchall()
    if longest >> (ROW_BITS - PART_BITS):
        raise _refused(name, f"it has more than {1 << (ROW_BITS - PART_BITS):,} lines", "Part the file.")
    names = ", ".join(literal(found.headers[i]) for i in places)
    cells = ", ".join(
        f"CASE WHEN {condition} THEN c{i} END" for i, condition in zip(places, filled, strict=True)
    )
    own = ", ".join(f"c{i}" for i in range(width))
    relation = (
        f"(SELECT (line << {PART_BITS}) + part AS line, {own}, [{names}][part + 1] AS c{width}, "
        f"[{cells}][part + 1] AS c{width + 1} FROM (SELECT *, unnest(range({len(places)})) AS part "
        f"FROM {found.relation}) WHERE c{width + 1} IS NOT NULL)"
    )
    seen, all_cells = sum(values), rows * len(places)
    note = (
        f"Columns became rows: {rows:,} rows x {len(places)} columns = {all_cells:,} cells, of which "
        f"{seen:,} hold a value and {all_cells - seen:,} are empty. Rows seen counts those with a value."
    )
    return replace(
        found,
        headers=(*found.headers, asked.name, asked.value),
        relation=relation,
        seen=seen + len(found.aside),
        notes=(*found.notes, note),
        made=2,
        spent=tuple(places),
    )


def _places(con: duckdb.DuckDBPyConnection, found: Found, asked: Unpivot, name: str) -> list[int]:
    lower = [header.lower() for header in found.headers]
    for new in (asked.name, asked.value):
        if new.lower() in lower or asked.name.lower() == asked.value.lower():
            what = f"`unpivot:` calls a new column `{new}`, and that name is taken"
            raise _refused(name, what, "Choose another name.")
    if asked.pattern:
        fits = con.execute(
            "SELECT list(regexp_matches(h, $2)) FROM (SELECT unnest($1::VARCHAR[]) AS h)",
            [list(found.headers), asked.pattern],
        ).fetchall()[0][0]
        places = [
            i for i, (header, fit) in enumerate(zip(found.headers, fits, strict=True)) if header and fit
        ]
    else:
        for header in asked.columns:
            if header.strip().lower() not in lower:
                what = f"`unpivot:` names `{header}`, and the file has no such column"
                raise _refused(name, what, did_you_mean(header, filter(None, found.headers)))
        places = [lower.index(header.strip().lower()) for header in asked.columns]
    if not places:
        told = ", ".join(f"`{h}`" for h in found.headers if h)
        raise _refused(name, f"`unpivot:` finds no header like {asked.pattern}", f"The file has {told}.")
    if len(places) > MOST_COLUMNS:
        raise _refused(name, f"`unpivot:` names {len(places)} columns", f"It takes up to {MOST_COLUMNS}.")
    return places


def _filled(cell: str, nulls: set[str]) -> str:
    text = f"trim({cell}, {literal(BLANKS)})"
    known = f" AND {in_list(text, sorted(nulls), negate=True)}" if nulls else ""
    return f"coalesce({text} <> ''{known}, false)"


def _refused(name: str, what: str, do: str) -> PercontactError:
    return problem("E-MAP-02", name, what, "What it asks for cannot be done, so nothing was imported.", do)
