# SPDX-License-Identifier: Apache-2.0
"""The columns that `keep: all` keeps, less those whose values turn out to be personal."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from percontact.ingest.found import Found
from percontact.ingest.mapping import Mapping
from percontact.ingest.personal import (
    NO_PEOPLE,
    SAMPLE_ROWS,
    TOLD,
    Kind,
    by_header,
    by_values,
    is_name,
    of_staff,
)
from percontact.ingest.plan import Plan, clean_name
from percontact.ingest.typed import Typed
from percontact.records.column import Table


def without_personal(
    con: duckdb.DuckDBPyConnection, typed: Typed, planned: Plan, table: Table, headers: tuple[str, ...]
) -> tuple[Typed, tuple[str, ...]]:
    """Take columns that look personal out of what is written; gives what is left, and what the receipt says.

    Only columns that nobody named are looked at: what a mapping names is kept as it says.
    """
    hashed = [n for n in planned.kept if planned.target(n).origin.hashed]  # type: ignore[union-attr]
    open_ = [n for n in planned.kept if n not in hashed]
    good = f"(SELECT * FROM {typed.relation} WHERE _fault IS NULL)"
    ledger = table.name == "ledger" or table.name in NO_PEOPLE
    header = {n: _header(planned, n, headers) for n in planned.kept}
    words = {n for n in open_ if not ledger and by_header(clean_name(header[n]), table.name) == "words"}
    found = by_values(con, good, open_, words=words, ledger=ledger)
    left = [n for n in planned.kept if n not in found]
    columns = tuple(c for c in typed.columns if c.name not in found)
    withheld = (*planned.withheld, *((header[n], kind) for n, kind in found.items()))
    return replace(typed, columns=columns), tuple(_notes(left, hashed, withheld))


def names_hashed(
    con: duckdb.DuckDBPyConnection, found: Found, planned: Plan, mapping: Mapping
) -> tuple[Plan, tuple[str, ...]]:
    """The plan with keyed hashes for names in columns of staff; and what the receipt says of it.

    Codes of staff stay readable, beside names too: which is which is told of each value by itself, so one
    agent is one in all files. A column that the mapping names is kept as it says.
    """
    targets, hashed = [], []
    for target in planned.targets:
        name, place = target.column.name, target.parts[0] if len(target.parts) == 1 else None
        free = target.column.kind == "code" and not target.origin.hashed and name not in mapping.columns
        if place is not None and free and of_staff(name) and _names(con, found.relation, place):
            hashed.append(name)
            target = replace(target, origin=replace(target.origin, hashed="names"))
        targets.append(target)
    if not hashed:
        return planned, ()
    note = f"Names of people are stored as keyed hashes, codes as they are: {', '.join(hashed)}."
    return replace(planned, targets=tuple(targets)), (note,)


def _names(con: duckdb.DuckDBPyConnection, relation: str, place: int) -> bool:
    """Whether any cell is a name, as far as a sample tells."""
    name = is_name(f"trim(c{place})")
    cells = f"SELECT c{place} FROM {relation} WHERE c{place} IS NOT NULL LIMIT {SAMPLE_ROWS}"
    ((named,),) = con.execute(f"SELECT count(*) FILTER ({name}) FROM ({cells})").fetchall()
    return bool(named)


def _header(planned: Plan, name: str, headers: tuple[str, ...]) -> str:
    target = planned.target(name)
    return headers[target.parts[0]] if target and target.parts else name


def _notes(left: list[str], hashed: list[str], withheld: tuple[tuple[str, Kind], ...]) -> list[str]:
    notes = []
    if left:
        notes.append(f"Kept as dimensions: {', '.join(left)}.")
    if hashed := [n for n in hashed if not of_staff(n)]:
        notes.append(f"Stored as keyed hashes, for they name customers: {', '.join(hashed)}.")
    if withheld:
        told = ", ".join(f"{header} ({TOLD[kind]})" for header, kind in withheld)
        first = withheld[0][0]
        notes.append(
            f"Left out as personal: {told}. To keep one all the same, name it in a mapping file: columns: "
            f"{{{clean_name(first)}: {{column: {_yaml(first)}, hash: true}}}} keeps a keyed hash; without "
            "`hash: true` it is kept as found."
        )
    return notes


def _yaml(text: str) -> str:
    return text if text.replace(" ", "").replace("_", "").isalnum() else "'" + text.replace("'", "''") + "'"
