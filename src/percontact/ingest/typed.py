# SPDX-License-Identifier: Apache-2.0
"""Every row of a file, understood and judged: one pass from text to a Parquet file of values and faults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from percontact.ingest.cells import cell, turn_days
from percontact.ingest.derive import Written, month, month_end, written
from percontact.ingest.found import BLANKS, Found
from percontact.ingest.plan import Plan
from percontact.ingest.rules import Rule, fault_details, first_fault, rules
from percontact.records.book import Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote
from percontact.records.tables import PART_BITS
from percontact.values.problem import problem

ROW_GROUP_ROWS = 122_880
"""Rows in a row group: the size DuckDB reads in parallel."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Rows of a file as values, in file order.

    path     Parquet: _line, _fault (number of the rule broken, NULL = good), _found, _other, _gap,
             _rounded (cells that lost decimals), _again (local times that came twice), _month, and `columns`
    columns  what is to be landed
    rules    by their number in _fault, from 1
    bits     of _line that tell apart rows made of one line
    """

    path: Path
    columns: tuple[Written, ...]
    rules: tuple[Rule, ...]
    bits: int = 0

    @property
    def relation(self) -> str:
        """SQL of all rows, ready after FROM."""
        return f"read_parquet({literal(str(self.path))}, hive_partitioning = false)"


def write_typed(
    con: duckdb.DuckDBPyConnection,
    found: Found,
    plan: Plan,
    table: Table,
    settings: Settings,
    *,
    key: bytes,
    number: int,
    made_id: str,
    folder: Path,
) -> Typed:
    """Read every row of `found` into values and hold it to the rules; writes typed.parquet in `folder`.

    Raises E-MAP-01 when a `format:` is none that strptime knows.
    """
    _try_formats(con, plan)
    one_by_one = [o for t in plan.targets for o in (t, t.instead) if o]
    zones = {str(t.origin.timezone) for t in one_by_one if t.column.kind == "instant"}
    turns = {zone: turn_days(con, zone) for zone in zones}
    cells = [cell(t, k, key=key, currency=settings.currency, turns=turns) for k, t in enumerate(plan.targets)]
    held_to = rules(plan, table, cells)
    columns = written(plan, table, settings, number=number, made_id=made_id)
    used = {i for t in plan.targets for i in t.cells} | {i for i, _ in plan.where}
    clean = [f"nullif({trimmed(f'c{i}')}, '') AS c{i}" for i in sorted(used)]
    query = f"SELECT {', '.join(['line AS _line', *clean])} FROM {found.relation}"
    for step in ("texts", "turned", "parsed", "placed", "valued"):
        query = _step(query, [f"{sql} AS {name}" for c in cells for name, sql in getattr(c, step)])
    query = _step(query, [f"{c.value} AS v{k}" for k, c in enumerate(cells)])
    places = {t.column.name: k for k, t in enumerate(plan.targets)}
    if "period_start" in places:
        start, end = (f"v{places[name]}" for name in ("period_start", "period_end"))
        query = f"SELECT * REPLACE ({month_end(start, end)} AS {end}) FROM ({query})"
    query = _step(query, [first_fault(held_to)])
    counted = [_count([c.rounded for c in cells], "_rounded"), _count([c.again for c in cells], "_again")]
    landed = [f"CAST({c.sql} AS {c.sql_type}) AS {quote(c.name)}" for c in columns]
    parts = [
        "_line",
        "_fault",
        fault_details(held_to),
        *counted,
        f"{month(plan, table, settings)} AS _month",
        *landed,
    ]
    # Only a look at the rows above can have changed their order.
    order = " ORDER BY _line" if any(t.origin.fill for t in one_by_one) else ""
    path = folder / "typed.parquet"
    con.execute(
        f"COPY (SELECT {', '.join(parts)} FROM ({query}){order}) TO {literal(str(path))} "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
    )
    return Typed(path, tuple(columns), tuple(held_to), PART_BITS if plan.parted else 0)


def trimmed(text: str) -> str:
    """SQL of a cell without the blanks at its ends."""
    # Trimming by a set of signs costs ten times this look at the two ends.
    plain = f"{text}[1] BETWEEN '!' AND '~' AND {text}[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {plain} THEN {text} ELSE trim({text}, {literal(BLANKS)}) END"


def _step(query: str, columns: list[str]) -> str:
    return f"SELECT *, {', '.join(columns)} FROM ({query})" if columns else query


def _count(conditions: list[str | None], name: str) -> str:
    counts = [f"CASE WHEN {c} THEN 1 ELSE 0 END" for c in conditions if c]
    return f"CAST({' + '.join(counts) or '0'} AS SMALLINT) AS {name}"


def _try_formats(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    for target in (o for t in plan.targets for o in (t, t.instead) if o):
        for form in target.origin.formats or ():
            try:
                con.execute(f"SELECT try_strptime('', {literal(form)})").fetchall()
            except duckdb.Error as error:
                what = f"`format: {form}` of `{target.column.name}` is no strptime format"
                do = "Write it as in docs/reference/mapping.md, e.g. '%d/%m/%Y %H:%M'."
                raise problem("E-MAP-01", "mapping", what, str(error).splitlines()[0], do) from error
