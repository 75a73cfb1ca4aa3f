# SPDX-License-Identifier: Apache-2.0
"""What a receipt says besides its counts: what was rounded, what was left out, what cannot be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import duckdb

from percontact.ingest.found import Found
from percontact.ingest.plan import Plan
from percontact.ingest.typed import Typed
from percontact.records.column import Table
from percontact.records.lacks import LACKS
from percontact.records.landing import Aside


def receipt_notes(
    con: duckdb.DuckDBPyConnection,
    typed: Typed,
    found: Found,
    planned: Plan,
    table: Table,
    aside: tuple[Aside, ...],
    lacks: Sequence[str],
    gone: Collection[int],
) -> tuple[str, ...]:
    """What the receipt should say besides its counts; `gone` are good rows that were there already."""
    lands = "_fault IS NULL"
    if gone:
        lands += f" AND _line NOT IN ({', '.join(str(int(line)) for line in gone)})"
    ((rounded, again),) = con.execute(
        f"SELECT coalesce(sum(_rounded), 0)::BIGINT, coalesce(sum(_again), 0)::BIGINT FROM {typed.relation} "
        f"WHERE {lands}"
    ).fetchall()
    notes = [*found.notes, *planned.notes]
    if known := [lack for lack in lacks if lack in LACKS]:
        notes.append(f"Not in this source, so unknown and never zero: {'; '.join(known)}.")
    notes += [f"To know of this source: {lack}." for lack in lacks if lack not in LACKS]
    if rounded:
        notes.append(f"Numbers rounded because they had more decimals than their column keeps: {rounded}.")
    if again:
        notes.append(f"Local times that came twice, clocks being set back; the earlier was taken: {again}.")
    if left := Counter(a.code for a in aside)["E-SKIP-01"]:
        notes.append(f"Rows left out by the mapping, which stand among those set aside: {left}.")
    if left and left == found.seen:
        notes.append("`where:` left out every row, so nothing landed: check its words against the file's.")
    if table.name in ("contacts", "handlings"):
        bases = con.execute(
            f"SELECT handle_basis, count(*) FROM {typed.relation} WHERE {lands} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        told = ", ".join(f"{basis} {count}" for basis, count in bases)
        notes += [f"Rows by how their handle time is known: {told}."] if told else []
    return tuple(notes)
