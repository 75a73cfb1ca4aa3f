# SPDX-License-Identifier: Apache-2.0
"""Event logs: the rows that belong together, put in order and made one; or one of them kept for all.

First every row gets its group and its place in it (`line_up`, after it was found); then, where rows are to
become one, each column takes one value of its rows (`merge`, before it is typed). No row is lost on the way:

    rows seen = rows landed + rows merged into them + rows set aside
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from percontact.ingest.cells import Cell, cell, turn_days
from percontact.ingest.found import Found, row_text
from percontact.ingest.mapping import MOMENTS, Mapping, Origin
from percontact.ingest.plan import Plan, Target, plan
from percontact.ingest.rules import Rule, details, fault_details, first_fault, left_out, reason, rules
from percontact.ingest.typed import trimmed
from percontact.records.book import Settings
from percontact.records.column import Column, Kind, Table
from percontact.records.dialect import in_list, literal
from percontact.records.landing import Aside
from percontact.records.tables import PART_BITS
from percontact.values.problem import did_you_mean, problem

SOURCE_LINES = "source_lines"
"""Column that names the source lines of a row made of many: 2-6, 9."""

_ADDED: tuple[Kind, ...] = ("seconds", "hours", "money", "whole", "quantity", "score", "rate")
"""Kinds of column that can be summed."""

_OF_A_CELL = ("E-TYPE-01", "E-TYPE-02", "E-TYPE-03", "E-TIME-01", "E-TIME-03", "E-RANGE-01")
"""What can be wrong with one event. What a whole row needs is asked when the events have become one."""

_PLAIN = Origin(timezone="UTC", formats=(), decimal=".", thousands="", accounting=False)
"""How made rows are written: values in their plainest form, instants in UTC."""


@dataclass(frozen=True, slots=True)
class Lined:
    """Rows that have a group.

    found    the rows, with the columns that `until:` and `since:` add; the others are set aside
    members  SQL relation (line, head, n): head = first line of the row's group, n = its place in it, from 1
    """

    found: Found
    members: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows that belong together, gathered as the mapping asks.

    found, plan  the rows to be typed and how; where they are made of many, one row a group
    members      SQL relation (line, head): which row each line became part of; "" where none did
    """

    found: Found
    plan: Plan
    members: str = ""


def gather(
    con: duckdb.DuckDBPyConnection,
    found: Found,
    table: Table,
    mapping: Mapping,
    settings: Settings,
    *,
    name: str,
    key: bytes,
    folder: Path,
) -> Gathered:
    """Line the rows up, and make one of each group unless the mapping keeps them; `name` is the file's."""
    lined = line_up(con, found, mapping, settings, key=key, folder=folder)
    headers = lined.found.headers
    planned = replace(plan(headers, table, mapping, settings, name, used=found.spent), where=())
    planned = _said_to_be_derived(planned, table, set(range(len(found.headers), len(headers))))
    if mapping.group is None or mapping.group.keep != "one":
        return Gathered(lined.found, planned)
    return merge(con, lined, planned, table, settings, mapping=mapping, key=key, folder=folder)


def line_up(
    con: duckdb.DuckDBPyConnection,
    found: Found,
    mapping: Mapping,
    settings: Settings,
    *,
    key: bytes,
    folder: Path,
) -> Lined:
    """Give each row its group and its place; with `keep: first` or `last`, set the others of a group aside.

    Rows that `where:` leaves out, that lack a value of `by:`, or whose place cannot be read, are set aside.
    Writes judged.parquet, members.parquet and lined.parquet in `folder`.
    Raises E-MAP-02 when the file has no such header.
    """
    group = mapping.group
    assert group is not None
    by = [_place(found, names, "group", mapping) for names in group.by]
    no_value = [word.strip() for word in mapping.nulls if word.strip()]
    where = [(_place(found, c.column, "where", mapping), c) for c in mapping.where]
    order = _order(found, group.order, mapping, settings) if group.order else None
    cells = [cell(order, 0, key=key, currency="", turns=_turns(con, [order]))] if order else []
    held_to = [*left_out(where), *(_no_group(found.headers[i], i, no_value) for i in by)]
    if order:
        held_to += _no_place(found.headers[order.parts[0]], cells[0], order.column.kind)
    used = {*by, *(i for i, _ in where), *(order.cells if order else ())}
    keys = ", ".join(f"c{i}" for i in by)
    judged = _copy(
        con,
        f"SELECT _line, _fault, {fault_details(held_to)}, {'v0' if order else '_line'} AS _at, {keys} "
        f"FROM (SELECT *, {first_fault(held_to)} FROM ({_valued(found.relation, used, cells)}))",
        folder / "judged.parquet",
    )
    until, since = (_gap(order, step) for step in ("lead", "lag"))
    members = _copy(
        con,
        f"SELECT _line AS line, min(_line) OVER (PARTITION BY {keys}) AS head, row_number() OVER w AS n, "
        f"first(_line) OVER whole AS first, last(_line) OVER whole AS last, {until} AS until_s, "
        f"{since} AS since_s FROM {judged} WHERE _fault IS NULL WINDOW w AS (PARTITION BY {keys} "
        f"ORDER BY _at, _line), whole AS (PARTITION BY {keys} ORDER BY _at, _line "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
        folder / "members.parquet",
    )
    bits = _bits(mapping)
    aside = _set_aside(con, found, judged, held_to, bits)
    kept = ""
    if group.keep in ("first", "last"):
        kept = f"WHERE m.line = m.{group.keep}"
        aside += _superseded(con, found, members, group.keep, bits)
    added = [(name, cell) for name, cell in ((group.until, "until_s"), (group.since, "since_s")) if name]
    width = len(found.headers)
    wanted = [f"r.c{i}" for i in range(width)]
    wanted += [f"CAST(m.{seconds} AS VARCHAR) AS c{width + i}" for i, (_, seconds) in enumerate(added)]
    lined = _copy(
        con,
        f"SELECT r.line, {', '.join(wanted)} FROM {found.relation} r JOIN {members} m ON m.line = r.line "
        f"{kept} ORDER BY r.line",
        folder / "lined.parquet",
    )
    return Lined(
        replace(
            found,
            headers=(*found.headers, *(name for name, _ in added)),
            relation=lined,
            aside=_by_line((*found.aside, *aside)),
            made=found.made + len(added),
        ),
        f"(SELECT line, head, n FROM {members})",
    )


def merge(
    con: duckdb.DuckDBPyConnection,
    lined: Lined,
    planned: Plan,
    table: Table,
    settings: Settings,
    *,
    mapping: Mapping,
    key: bytes,
    folder: Path,
) -> Gathered:
    """Make one row of each group: every column takes one value of its rows.

    An event with a cell that cannot be read is set aside by itself, and its group is made of the others.
    Writes events.parquet and groups.parquet in `folder`.
    Raises E-MAP-01 when a column that has no sum is to be summed.
    """
    targets = [_as_event(t) for t in planned.targets]
    turns = _turns(con, targets)
    cells = [cell(t, k, key=key, currency=settings.currency, turns=turns) for k, t in enumerate(targets)]
    all_rules = rules(replace(planned, targets=tuple(targets), where=()), table, cells)
    held_to = [rule for rule in all_rules if rule.code in _OF_A_CELL]
    values = [
        f"{c.said} AS s{k}, {_plain(t, c, k)} AS x{k}, v{k}"
        for k, (t, c) in enumerate(zip(targets, cells, strict=True))
    ]
    used = {i for t in targets for i in t.cells}
    events = _copy(
        con,
        f"SELECT _line, _fault, {', '.join([fault_details(held_to), *values])} "
        f"FROM (SELECT *, {first_fault(held_to)} FROM ({_valued(lined.found.relation, used, cells)}))",
        folder / "events.parquet",
    )
    bits = _bits(mapping)
    aside = _set_aside(con, lined.found, events, held_to, bits)
    good = (
        f"(SELECT e.*, m.head AS _head, m.n AS _n FROM {events} e JOIN {lined.members} m "
        "ON m.line = e._line WHERE e._fault IS NULL)"
    )
    taken = [
        _taken(t, before, k, mapping)
        for k, (t, before) in enumerate(zip(targets, planned.targets, strict=True))
    ]
    groups = _copy(
        con,
        f"WITH good AS {good}, lines AS ({_lines('good', bits)}) "
        f"SELECT g.*, lines.said AS c{len(taken)} FROM "
        f"(SELECT min(_line) AS line, _head, {', '.join(f'{sql} AS c{k}' for k, sql in enumerate(taken))} "
        "FROM good GROUP BY _head) g JOIN lines USING (_head) ORDER BY line",
        folder / "groups.parquet",
    )
    made = tuple(
        Target(t.column, replace(_PLAIN, hashed=t.origin.hashed), (k,), extra=t.extra)
        for k, t in enumerate(planned.targets)
    )
    lines = Target(Column(SOURCE_LINES, "code", "MAY be any code", ""), _PLAIN, (len(made),), extra=True)
    ((rows, count),) = con.execute(
        f"SELECT (SELECT count(*) FROM {good}), (SELECT count(*) FROM {groups})"
    ).fetchall()
    notes = [
        f"{rows:,} rows became {count:,} rows of {table.name}; `{SOURCE_LINES}` names the lines of each.",
        *_differing(con, good, planned),
    ]
    return Gathered(
        replace(
            lined.found,
            headers=tuple(t.column.name for t in (*made, lines)),
            relation=groups,
            aside=_by_line((*lined.found.aside, *aside)),
            notes=(*lined.found.notes, *notes),
        ),
        replace(planned, targets=(*made, lines), where=()),
        f"(SELECT _line AS line, min(_line) OVER (PARTITION BY _head) AS head FROM {good})",
    )


def _said_to_be_derived(planned: Plan, table: Table, intervals: set[int]) -> Plan:
    """Work told by the time between two events is derived, not measured, unless the mapping says more.

    intervals  numbers of the cells that `until:` and `since:` add
    """
    basis = table.column("handle_basis")
    work = [planned.target(n) for n in ("handle_s", "talk_s", "hold_s", "wrap_s")]
    if basis is None or planned.target(basis.name) or not any(t and t.cells & intervals for t in work):
        return planned
    said = Target(basis, replace(_PLAIN, constant="derived"), ())
    note = "Work time is the time between two events, so its basis is derived."
    return replace(planned, targets=(*planned.targets, said), notes=(*planned.notes, note))


# -- the place of a row --------------------------------------------------------------------------------------


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


def _gap(order: Target | None, step: str) -> str:
    """SQL of the seconds between a row and the one after (lead) or before (lag) it."""
    if order is None:
        return "NULL::DECIMAL(18,3)"
    other = f"{step}(_at) OVER w"
    later, earlier = (other, "_at") if step == "lead" else ("_at", other)
    if order.column.kind == "seconds":
        return f"CAST({later} - {earlier} AS DECIMAL(18,3))"
    return f"CAST((epoch_us({later}) - epoch_us({earlier})) / 1000000 AS DECIMAL(18,3))"


# -- the value of a column -----------------------------------------------------------------------------------


def _as_event(target: Target) -> Target:
    """The target as one event is read for it: what is only counted is text, whatever the column holds."""
    if target.origin.take in ("count", "distinct", "any"):
        column = replace(target.column, kind="code", one_of=(), at_least=None)
        return replace(target, column=column, share="whole")
    return target


def _plain(target: Target, made: Cell, k: int) -> str:
    """SQL of a value as the plain text that reads as the same value; of a person the text itself."""
    kind = target.column.kind
    if (
        kind == "person"
        or target.origin.hashed
        or (kind in ("id", "code", "text") and not target.column.one_of)
    ):
        return made.said
    return _written(f"v{k}", kind)


def _written(value: str, kind: Kind) -> str:
    if kind == "instant":
        return f"strftime({value}, '%Y-%m-%d %H:%M:%S.%fZ')"
    return f"CAST({value} AS VARCHAR)"


def _taken(event: Target, target: Target, k: int, mapping: Mapping) -> str:
    """SQL of the one value that a column takes from the rows of its group."""
    take, kind = target.origin.take or "last", event.column.kind
    there = f"FILTER (s{k} IS NOT NULL)"
    if take in ("first", "last"):
        return f"{'arg_min' if take == 'first' else 'arg_max'}(x{k}, _n) {there}"
    if take in ("min", "max"):
        text = kind in ("person", "id", "code", "text") or target.origin.hashed
        return f"{take}(s{k})" if text else _written(f"{take}(v{k})", kind)
    if take == "sum":
        if kind not in _ADDED:
            what = f"`{target.column.name}` cannot have `take: sum`"
            why = f"It holds a {kind}, which has no sum."
            raise problem("E-MAP-01", mapping.name, what, why, "See docs/reference/mapping.md.")
        return f"CAST(sum(v{k}) AS VARCHAR)"
    if take == "any":
        return f"CASE WHEN count(*) {there} > 0 THEN 'true' ELSE 'false' END"
    return f"CAST(count({'DISTINCT ' if take == 'distinct' else ''}s{k}) AS VARCHAR)"


def _lines(good: str, bits: int) -> str:
    """SQL of (_head, said): the lines of each group, neighbours as one stretch."""
    apart = f"SELECT DISTINCT _head, _line >> {bits} AS line FROM {good}"
    island = "line - row_number() OVER (PARTITION BY _head ORDER BY line) AS island"
    marked = f"SELECT _head, line, {island} FROM ({apart})"
    stretch = "CASE WHEN min(line) = max(line) THEN min(line) || '' ELSE min(line) || '-' || max(line) END"
    runs = f"SELECT _head, min(line) AS start, {stretch} AS run FROM ({marked}) GROUP BY _head, island"
    return f"SELECT _head, string_agg(run, ', ' ORDER BY start) AS said FROM ({runs}) GROUP BY _head"


def _differing(con: duckdb.DuckDBPyConnection, good: str, planned: Plan) -> Iterator[str]:
    """Where the rows of a group say different things and the mapping does not say which counts."""
    silent = [
        (k, t)
        for k, t in enumerate(planned.targets)
        if t.origin.take is None and (t.parts or t.when or t.instead)
    ]
    if not silent:
        return
    differ = ", ".join(f"count(*) FILTER (lo{k} <> hi{k})" for k, _ in silent)
    ends = ", ".join(f"min(s{k}) AS lo{k}, max(s{k}) AS hi{k}" for k, _ in silent)
    (counts,) = con.execute(f"SELECT {differ} FROM (SELECT {ends} FROM {good} GROUP BY _head)").fetchall()
    told = [f"{t.column.name} ({n:,})" for (_, t), n in zip(silent, counts, strict=True) if n]
    if told:
        yield (
            f"Rows of one group differ in these, and the last one counts: {', '.join(told)}. "
            "`take:` in the mapping says which should."
        )


# -- rows as they pass ---------------------------------------------------------------------------------------


def _valued(relation: str, used: Collection[int], cells: Sequence[Cell]) -> str:
    """SQL of rows with the values v0, v1, ... of their cells."""
    clean = [f"nullif({trimmed(f'c{i}')}, '') AS c{i}" for i in sorted(used)]
    query = f"SELECT {', '.join(['line AS _line', *clean])} FROM {relation}"
    for step in ("texts", "turned", "parsed", "placed", "valued"):
        if columns := [f"{sql} AS {name}" for c in cells for name, sql in getattr(c, step)]:
            query = f"SELECT *, {', '.join(columns)} FROM ({query})"
    values = [f"{c.value} AS v{k}" for k, c in enumerate(cells)]
    return f"SELECT *, {', '.join(values)} FROM ({query})" if values else query


def _turns(con: duckdb.DuckDBPyConnection, targets: Sequence[Target]) -> dict[str, tuple[str, ...]]:
    each = [o for t in targets for o in (t, t.instead) if o and o.column.kind == "instant"]
    return {zone: turn_days(con, zone) for zone in {str(o.origin.timezone) for o in each}}


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> str:
    """Write a query as Parquet; SQL of what was written."""
    con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


def _set_aside(
    con: duckdb.DuckDBPyConnection, found: Found, judged: str, held_to: Sequence[Rule], bits: int
) -> list[Aside]:
    """The rows with a fault, with their texts."""
    faults = con.execute(f"SELECT _line, _fault, _bad FROM {judged} WHERE _fault IS NOT NULL").fetchall()
    told = {}
    for line, fault, bad in faults:
        rule, (value, other, gap, _) = held_to[fault - 1], details(bad)
        told[line] = (rule.column, rule.code, reason(rule, value, other, gap))
    return texts_of(con, found, told, bits=bits)


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


def _bits(mapping: Mapping) -> int:
    """Bits of a line number that tell apart the rows made of one line."""
    return PART_BITS if mapping.unpivot or mapping.explode else 0


def _by_line(aside: Collection[Aside]) -> tuple[Aside, ...]:
    return tuple(sorted(aside, key=lambda a: a.line))
