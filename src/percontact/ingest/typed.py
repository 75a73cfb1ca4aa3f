# SPDX-License-Identifier: Apache-2.0
"""Every row of a file, understood and judged: one pass from text to a table of values and faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import duckdb

from percontact.ingest.cell_text import Cell
from percontact.ingest.cell_times import turn_days
from percontact.ingest.cells import cell
from percontact.ingest.derive import Written, month, month_end, written
from percontact.ingest.found import BLANKS, Found
from percontact.ingest.plan import Plan, Target
from percontact.ingest.quick import held, quick_names, tried
from percontact.ingest.rules import Rule, fault_details, first_fault, rules
from percontact.records.book import Settings
from percontact.records.column import Table
from percontact.records.dialect import literal, quote
from percontact.records.tables import PART_BITS
from percontact.values.problem import problem

_CELLS_KEPT = 2
"""Cells in all for each used one, up to which all are kept of bad rows, rather than read once more."""

_MANY_ROWS = 20_000
"""From here on it is asked whether persons come back so often that each is hashed once."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Rows of a file as values, in file order, in a table of the connection (it spills when it must).

    relation  SQL of all rows, ready after FROM: _line, _fault (number of the rule broken, NULL = good), _bad
              (see `rules.details`), _rounded (cells that lost decimals), _again (local times that came
              twice), _month, and `columns`
    landing   the same, quicker where hashes of persons are wanted of most rows
    columns   what is to be landed
    rules     by their number in _fault, from 1
    rows      how many
    bits      of _line that tell apart rows made of one line
    texts     whether _bad has all cells of a bad row, as found
    """

    relation: str
    landing: str
    columns: tuple[Written, ...]
    rules: tuple[Rule, ...]
    rows: int
    bits: int = 0
    texts: bool = False


def write_typed(
    con: duckdb.DuckDBPyConnection,
    found: Found,
    plan: Plan,
    table: Table,
    settings: Settings,
    *,
    key: bytes,
    number: int,
    made_id: Callable[[], str],
) -> Typed:
    """Read every row of `found` into values and hold it to the rules; makes the temporary table `typed`.

    made_id  gives the start of the ids of rows that have none; asked only where there are such rows
    Raises E-MAP-01 when a `format:` is none that strptime knows.
    """
    _try_formats(con, plan)
    quick = quick_names(plan.targets)
    cells = _cells(con, plan, settings, quick, key=key)
    held_to = rules(plan, table, cells)
    columns = written(plan, table, settings, key=key, number=number, made_id="")
    # A look at the rows above needs their lines from the start, and may change their order.
    looks_up = any(t.origin.fill for t in _each(plan))
    bare = found.bare is not None and not looks_up
    used = sorted({i for t in plan.targets for i in t.cells} | {i for i, _ in plan.where})
    texts = bare and len(found.headers) <= _CELLS_KEPT * len(used)
    query = _texts(found, used, quick, bare=bare, texts=texts)
    query = _step(_valued(query, plan, cells), [first_fault(held_to)])
    rounded, again = ([getattr(c, name) for c in cells] for name in ("rounded", "again"))
    marks = [
        "_fault",
        fault_details(held_to, [f"f{i}" for i in range(len(found.headers))] if texts else []),
        *_count(rounded, "_rounded"),
        *_count(again, "_again"),
        f"{month(plan, table, settings)} AS _month",
    ]
    landed = [f"CAST({c.sql} AS {c.sql_type}) AS {quote(c.name)}" for c in columns if c.sql]
    counted = {"_rounded": any(rounded), "_again": any(again)}
    columns_made = ", ".join([*([] if bare else ["_line"]), *marks, *landed])
    order = " ORDER BY _line" if looks_up else ""
    ((rows,),) = con.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS SELECT {columns_made} FROM ({query}){order}"
    ).fetchall()
    columns = _with_ids(con, columns, plan, table, settings, key=key, number=number, made_id=made_id)
    # Rows of a table made at once are numbered from 0 in the order they came in.
    numbered = f"(SELECT rowid + {found.first_line} AS _line, * FROM typed)" if bare else "typed"
    return Typed(
        _whole(numbered, columns, {}, counted),
        _whole(numbered, columns, _persons(con, plan, columns, rows), counted),
        tuple(columns),
        tuple(held_to),
        int(rows),
        PART_BITS if plan.parted else 0,
        texts,
    )


def _each(plan: Plan) -> list[Target]:
    """The targets, and those that stand in for them one by one."""
    return [one for t in plan.targets for one in (t, t.instead) if one]


def _cells(
    con: duckdb.DuckDBPyConnection, plan: Plan, settings: Settings, quick: list[str], *, key: bytes
) -> list[Cell]:
    """How each target's text becomes its value."""
    zones = {str(t.origin.timezone) for t in _each(plan) if t.column.kind == "instant"} - {"UTC"}
    turns = {zone: turn_days(con, zone) for zone in zones}
    return [
        cell(t, k, key=key, currency=settings.currency, turns=turns, quick=quick)
        for k, t in enumerate(plan.targets)
    ]


def _valued(texts: str, plan: Plan, cells: Sequence[Cell]) -> str:
    """SQL of rows of texts with the values of their targets, step by step: v0, v1, ..."""
    query = texts
    for step in ("texts", "turned", "parsed", "placed", "valued"):
        query = _step(query, [f"{sql} AS {name}" for c in cells for name, sql in getattr(c, step)])
    query = _step(query, [f"{c.value} AS v{k}" for k, c in enumerate(cells)])
    places = {t.column.name: k for k, t in enumerate(plan.targets)}
    if "period_start" in places:
        start, end = (f"v{places[name]}" for name in ("period_start", "period_end"))
        query = f"SELECT * REPLACE ({month_end(start, end)} AS {end}) FROM ({query})"
    return query


def _with_ids(
    con: duckdb.DuckDBPyConnection,
    columns: list[Written],
    plan: Plan,
    table: Table,
    settings: Settings,
    *,
    key: bytes,
    number: int,
    made_id: Callable[[], str],
) -> list[Written]:
    """The columns with the ids that are made for rows that have none, as far as there are such rows."""
    named = table.column(str(table.key))
    # A needed id is never made; nor is that of a person, of whom only a hash is kept.
    if named is None or named.required or named.kind == "person":
        return columns
    ((missing,),) = con.execute(f"SELECT count(*) - count({quote(named.name)}) FROM typed").fetchall()
    if missing:
        return written(plan, table, settings, key=key, number=number, made_id=made_id())
    return [replace(c, later="") if c.name == named.name else c for c in columns]


def _texts(found: Found, used: list[int], quick: list[str], *, bare: bool, texts: bool) -> str:
    """The cells that are used, without blanks at their ends, and the quick values of some.

    texts  also all cells as found: f0, f1, ...
    """
    line = [] if bare else ["_line"]
    source = found.bare if bare else f"(SELECT line AS _line, * FROM {found.relation})"
    query = f"SELECT *, {', '.join(map(tried, quick))} FROM {source}" if quick else f"SELECT * FROM {source}"
    if quick:
        query = f"SELECT * REPLACE ({', '.join(map(held, quick))}) FROM ({query})"
    clean = [f"c{i}" for i in used]
    if found.padded or not bare:
        quick_of = {i: [name for name in quick if name[1:] == str(i)] for i in used}
        clean = [f"{trimmed(c, quick_of[i])} AS {c}" for i, c in zip(used, clean, strict=True)]
    raw = [f"c{i} AS f{i}" for i in range(len(found.headers))] if texts else []
    return f"SELECT {', '.join([*line, *clean, *quick, *raw]) or '1'} FROM ({query})"


def trimmed(text: str, quick: Sequence[str] = ()) -> str:
    """SQL of a cell without the blanks at its ends; NULL where nothing is left.

    quick  its quick values: where there is one, there are no blanks
    """
    if quick:
        there = " OR ".join(f"{name} IS NOT NULL" for name in quick)
        return f"CASE WHEN {there} THEN {text} ELSE {trimmed(text)} END"
    # Trimming by a set of signs costs ten times this look at the two ends.
    plain = f"{text} >= '!' AND {text} < '\x7f' AND {text}[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {plain} THEN {text} ELSE nullif(trim({text}, {literal(BLANKS)}), '') END"


def _whole(numbered: str, columns: list[Written], persons: dict[str, str], counted: dict[str, bool]) -> str:
    """All columns, with those that are made later.

    persons  column -> table (person, hash) to take its hashes from
    counted  mark -> whether the table has it; else it is 0
    """
    made, joins = [f"t.{mark}" for mark in ("_line", "_fault", "_bad", "_month")], []
    made += [f"t.{mark}" if there else f"0 AS {mark}" for mark, there in counted.items()]
    for n, column in enumerate(columns):
        name = quote(column.name)
        if column.name in persons:
            made.append(f"p{n}.hash AS {name}")
            joins.append(f" LEFT JOIN {persons[column.name]} p{n} ON t.{name} = p{n}.person")
        elif column.later:
            made.append(f"CAST({column.later} AS {column.sql_type}) AS {name}")
        else:
            made.append(f"t.{name}")
    return f"(SELECT {', '.join(made)} FROM {numbered} t{''.join(joins)})"


def _persons(con: duckdb.DuckDBPyConnection, plan: Plan, columns: list[Written], rows: int) -> dict[str, str]:
    """Tables of the hashes of persons who come more than twice, on average; by column."""
    hashed = {t.column.name for t in plan.targets if t.column.kind == "person" and t.instead is None}
    tables: dict[str, str] = {}
    for column in columns:
        if column.name not in hashed or rows < _MANY_ROWS:
            continue
        name = quote(column.name)
        # Who comes often in the first quarter of the rows comes often in all of them.
        if _come_often(con, name, rows // 4) or _come_often(con, name, rows):
            tables[column.name] = made = f"person_{len(tables)}"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {made} AS SELECT {name} AS person, {column.later} AS hash "
                f"FROM (SELECT DISTINCT {name} FROM typed WHERE _fault IS NULL AND {name} IS NOT NULL)"
            )
    return tables


def _come_often(con: duckdb.DuckDBPyConnection, name: str, rows: int) -> bool:
    """Whether those named in the first rows come more than twice in them, on average."""
    about = f"SELECT approx_count_distinct({name}) FROM typed WHERE rowid < {rows}"
    ((persons,),) = con.execute(about).fetchall()
    return int(persons) * 2 < rows


def _step(query: str, columns: list[str]) -> str:
    return f"SELECT *, {', '.join(columns)} FROM ({query})" if columns else query


def _count(conditions: list[str | None], name: str) -> list[str]:
    counts = [f"CASE WHEN {c} THEN 1 ELSE 0 END" for c in conditions if c]
    return [f"CAST({' + '.join(counts)} AS SMALLINT) AS {name}"] if counts else []


def _try_formats(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    for target in (o for t in plan.targets for o in (t, t.instead) if o):
        for form in target.origin.formats or ():
            try:
                con.execute(f"SELECT try_strptime('', {literal(form)})").fetchall()
            except duckdb.Error as error:
                what = f"`format: {form}` of `{target.column.name}` is no strptime format"
                do = "Write it as in docs/reference/mapping.md, e.g. '%d/%m/%Y %H:%M'."
                raise problem("E-MAP-01", "mapping", what, str(error).splitlines()[0], do) from error
