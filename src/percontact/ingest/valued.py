# SPDX-License-Identifier: Apache-2.0
"""Rows with the values of some cells, as SQL, and what is written of them on the way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from percontact.ingest.cell_text import Cell
from percontact.ingest.cell_times import turn_days
from percontact.ingest.mapping import Mapping
from percontact.ingest.plan import Target
from percontact.ingest.typed import trimmed
from percontact.records.dialect import literal
from percontact.records.tables import PART_BITS


def valued(relation: str, used: Collection[int], cells: Sequence[Cell]) -> str:
    """SQL of rows with the values v0, v1, ... of their cells."""
    clean = [f"nullif({trimmed(f'c{i}')}, '') AS c{i}" for i in sorted(used)]
    query = f"SELECT {', '.join(['line AS _line', *clean])} FROM {relation}"
    for step in ("texts", "turned", "parsed", "placed", "valued"):
        if columns := [f"{sql} AS {name}" for c in cells for name, sql in getattr(c, step)]:
            query = f"SELECT *, {', '.join(columns)} FROM ({query})"
    values = [f"{c.value} AS v{k}" for k, c in enumerate(cells)]
    return f"SELECT *, {', '.join(values)} FROM ({query})" if values else query


def turns_of(con: duckdb.DuckDBPyConnection, targets: Sequence[Target]) -> dict[str, tuple[str, ...]]:
    """Time zone -> the days on which clocks are changed in it, of the moments among some targets."""
    each = [o for t in targets for o in (t, t.instead) if o and o.column.kind == "instant"]
    return {zone: turn_days(con, zone) for zone in {str(o.origin.timezone) for o in each}}


def to_parquet(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> str:
    """Write a query as Parquet; SQL of what was written."""
    con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


def part_bits(mapping: Mapping) -> int:
    """Bits of a line number that tell apart the rows made of one line."""
    return PART_BITS if mapping.unpivot or mapping.explode else 0
