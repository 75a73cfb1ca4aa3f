# SPDX-License-Identifier: Apache-2.0
"""Rows that belong together, lined up: each gets its group and its place in it; or one is kept for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from percontact.ingest.aside import by_line, faulty, texts_of
from percontact.ingest.cell_text import Cell
from percontact.ingest.cells import cell
from percontact.ingest.found import Found
from percontact.ingest.mapping import MOMENTS, Mapping, Origin
from percontact.ingest.plan import Target
from percontact.ingest.reading import Reading
from percontact.ingest.rules import Rule, fault_details, first_fault, left_out
from percontact.ingest.valued import part_bits, to_parquet, turns_of, valued
from percontact.records.book import Settings
from percontact.records.column import Column, Kind
from percontact.records.dialect import in_list
from percontact.records.landing import Aside
from percontact.values.problem import did_you_mean, problem


@dataclass(frozen=True, slots=True)
class Lined:
    """Rows that have a group.

    found    the rows, with the columns that `until:` and `since:` add; the others are set aside
    members  SQL relation (line, head, n): head = first line of the row's group, n = its place in it, from 1
    """

    found: Found
    members: str


def line_up(reading: Reading, found: Found) -> Lined:
    """Give each row its group and its place; with `keep: first` or `last`, set the others of a group aside.

    Rows that `where:` leaves out, that lack a value of `by:`, or whose place cannot be read, are set aside.
    Writes judged.parquet, members.parquet and lined.parquet in the scratch folder.
    Raises E-MAP-02 when the file has no such header.
    """
    con, mapping = reading.con, reading.mapping
    group = mapping.group
    assert group is not None
    by = [_place(found, names, "group", mapping) for names in group.by]
    order = _order(found, group.order, mapping, reading.settings) if group.order else None
    judged, held_to = _judged(reading, found, by, order)
    members = _members(reading, judged, by, order)
    bits = part_bits(mapping)
    aside = faulty(con, found, judged, held_to, bits)
    kept = ""
    if group.keep in ("first", "last"):
        kept = f"WHERE m.line = m.{group.keep}"
        aside += _superseded(con, found, members, group.keep, bits)
    added = [(name, cell) for name, cell in ((group.until, "until_s"), (group.since, "since_s")) if name]
    width = len(found.headers)
    wanted = [f"r.c{i}" for i in range(width)]
    wanted += [f"CAST(m.{seconds} AS VARCHAR) AS c{width + i}" for i, (_, seconds) in enumerate(added)]
    lined = to_parquet(
        con,
        f"SELECT r.line, {', '.join(wanted)} FROM {found.relation} r JOIN {members} m ON m.line = r.line "
        f"{kept} ORDER BY r.line",
        reading.scratch / "lined.parquet",
    )
    whole = replace(
        found,
        headers=(*found.headers, *(name for name, _ in added)),
        relation=lined,
        aside=by_line((*found.aside, *aside)),
        made=found.made + len(added),
    )
    return Lined(whole, f"(SELECT line, head, n FROM {members})")


def _judged(
    reading: Reading, found: Found, by: Sequence[int], order: Target | None
) -> tuple[str, list[Rule]]:
    """SQL relation of all rows with what they are grouped by, their place and their fault; and the rules."""
    con, mapping = reading.con, reading.mapping
    no_value = [word.strip() for word in mapping.nulls if word.strip()]
    where = [(_place(found, c.column, "where", mapping), c) for c in mapping.where]
    turns = turns_of(con, [order]) if order else {}
    cells = [cell(order, 0, key=reading.key, currency="", turns=turns)] if order else []
    held_to = [*left_out(where), *(_no_group(found.headers[i], i, no_value) for i in by)]
    if order:
        held_to += _no_place(found.headers[order.parts[0]], cells[0], order.column.kind)
    used = {*by, *(i for i, _ in where), *(order.cells if order else ())}
    keys = ", ".join(f"c{i}" for i in by)
    judged = to_parquet(
        con,
        f"SELECT _line, _fault, {fault_details(held_to)}, {'v0' if order else '_line'} AS _at, {keys} "
        f"FROM (SELECT *, {first_fault(held_to)} FROM ({valued(found.relation, used, cells)}))",
        reading.scratch / "judged.parquet",
    )
    return judged, held_to


def _members(reading: Reading, judged: str, by: Sequence[int], order: Target | None) -> str:
    """SQL relation of the good rows: group, place in it, first and last line, seconds to their neighbours."""
    keys = ", ".join(f"c{i}" for i in by)
    until, since = (_gap(order, step) for step in ("lead", "lag"))
    return to_parquet(
        reading.con,
        f"SELECT _line AS line, min(_line) OVER (PARTITION BY {keys}) AS head, row_number() OVER w AS n, "
        f"first(_line) OVER whole AS first, last(_line) OVER whole AS last, {until} AS until_s, "
        f"{since} AS since_s FROM {judged} WHERE _fault IS NULL WINDOW w AS (PARTITION BY {keys} "
        f"ORDER BY _at, _line), whole AS (PARTITION BY {keys} ORDER BY _at, _line "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        reading.scratch / "members.parquet",
    )


def _superseded(
    con: duckdb.DuckDBPyConnection, found: Found, members: str, keep: str, bits: int
) -> list[Aside]:
    rows = con.execute(f"SELECT line, {keep} FROM {members} WHERE line <> {keep}").fetchall()
    which = "newest" if keep == "last" else "first"
    why = "Counting both would count one record twice, so the row is set aside."
    told = {
        line: ("", "E-SKIP-02", f"The {which} copy of this record is on line {other >> bits}. {why}")
        for line, other in rows
    }
    return texts_of(con, found, told, bits=bits)


def _gap(order: Target | None, step: str) -> str:
    """SQL of the seconds between a row and the one after (lead) or before (lag) it."""
    if order is None:
        return "NULL::DECIMAL(18,3)"
    other = f"{step}(_at) OVER w"
    later, earlier = (other, "_at") if step == "lead" else ("_at", other)
    if order.column.kind == "seconds":
        return f"CAST({later} - {earlier} AS DECIMAL(18,3))"
    return f"CAST((epoch_us({later}) - epoch_us({earlier})) / 1000000 AS DECIMAL(18,3))"


# -- what a row is grouped and ordered by -----------------------------------------------------------------


def _place(found: Found, names: tuple[str, ...], of: str, mapping: Mapping) -> int:
    places = {h.strip().lower(): i for i, h in reversed(list(enumerate(found.headers))) if h}
    for name in names:
        if (place := places.get(name.strip().lower())) is not None:
            return place
    what = f"`{of}:` names {' or '.join(f'`{n}`' for n in names)}, and the file has no such column"
    do = did_you_mean(names[0], filter(None, found.headers))
    raise problem("E-MAP-02", mapping.name, what, "What it asks for cannot be done.", do)


def _order(found: Found, origin: Origin, mapping: Mapping, settings: Settings) -> Target:
    """What the rows are put in order by: a moment, or with `unit: s` and such a number."""
    number = origin.unit is not None and origin.unit not in MOMENTS
    column = Column("order", "seconds" if number else "instant", "", "")
    filled = replace(
        origin,
        formats=mapping.formats if origin.formats is None else origin.formats,
        timezone=origin.timezone or mapping.timezone or settings.timezone,
        nulls=(*mapping.nulls, *origin.nulls),
        decimal=origin.decimal or mapping.decimal,
        thousands=mapping.thousands if origin.thousands is None else origin.thousands,
        accounting=bool(origin.accounting),
    )
    parts = tuple(_place(found, names, "order", mapping) for names in origin.columns)
    return Target(column, filled, parts)


def _no_group(header: str, place: int, nulls: Sequence[str]) -> Rule:
    why = "It cannot be told which rows it belongs to, so the row is set aside."
    empty = f"(c{place} IS NULL OR {in_list(f'c{place}', nulls)})" if nulls else f"c{place} IS NULL"
    return Rule(header, "E-ROW-02", empty, lambda _v, _o, _g: (f"`{header}` is empty", why))


def _no_place(header: str, made: Cell, kind: Kind) -> Iterator[Rule]:
    why = "It cannot be told where in its group it stands, so the row is set aside."
    code, what = ("E-TIME-01", "no date or time") if kind == "instant" else ("E-TYPE-01", "no number")
    yield Rule(
        header,
        code,
        f"({made.said} IS NOT NULL AND v0 IS NULL)",
        lambda value, _o, _g: (f"`{header}` is `{value}`, {what}", why),
        made.said,
    )
    if made.gap:
        yield Rule(
            header, "E-TIME-03", made.gap, lambda v, _o, _g: (f"`{header}` {v} never was", why), made.said
        )
    yield Rule(header, "E-ROW-02", "v0 IS NULL", lambda _v, _o, _g: (f"`{header}` is empty", why))
