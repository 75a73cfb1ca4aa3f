# SPDX-License-Identifier: Apache-2.0
"""Rows that belong together, made one: each column takes one value of the rows of its group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from percontact.ingest.aside import by_line, faulty
from percontact.ingest.cell_text import Cell
from percontact.ingest.cells import cell
from percontact.ingest.found import Found
from percontact.ingest.lined import Lined
from percontact.ingest.mapping import Mapping, Origin
from percontact.ingest.plan import Plan, Target
from percontact.ingest.reading import Reading
from percontact.ingest.rules import Rule, fault_details, first_fault, rules
from percontact.ingest.valued import part_bits, to_parquet, turns_of, valued
from percontact.records.column import Column, Kind
from percontact.values.problem import problem

SOURCE_LINES = "source_lines"
"""Column that names the source lines of a row made of many: 2-6, 9."""

_ADDED: tuple[Kind, ...] = ("seconds", "hours", "money", "whole", "quantity", "score", "rate")
"""Kinds of column that can be summed."""

_OF_A_CELL = ("E-TYPE-01", "E-TYPE-02", "E-TYPE-03", "E-TIME-01", "E-TIME-03", "E-RANGE-01")
"""What can be wrong with one event. What a whole row needs is asked when the events have become one."""


PLAIN = Origin(timezone="UTC", formats=(), decimal=".", thousands="", accounting=False)
"""How made rows are written: values in their plainest form, instants in UTC."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows that belong together, gathered as the mapping asks.

    found, plan  the rows to be typed and how; where they are made of many, one row a group
    members      SQL relation (line, head): which row each line became part of; "" where none did
    """

    found: Found
    plan: Plan
    members: str = ""


def merge(reading: Reading, lined: Lined, planned: Plan) -> Gathered:
    """Make one row of each group: every column takes one value of its rows.

    An event with a cell that cannot be read is set aside by itself, and its group is made of the others.
    Writes events.parquet and groups.parquet in the scratch folder.
    Raises E-MAP-01 when a column that has no sum is to be summed.
    """
    con, found = reading.con, lined.found
    targets = [_as_event(t) for t in planned.targets]
    events, held_to = _events(reading, found, targets, planned)
    aside = faulty(con, found, events, held_to, part_bits(reading.mapping))
    good = (
        f"(SELECT e.*, m.head AS _head, m.n AS _n FROM {events} e JOIN {lined.members} m "
        "ON m.line = e._line WHERE e._fault IS NULL)"
    )
    groups = _groups(reading, good, targets, planned)
    made = tuple(
        Target(t.column, replace(PLAIN, hashed=t.origin.hashed), (k,), extra=t.extra)
        for k, t in enumerate(planned.targets)
    )
    lines = Target(Column(SOURCE_LINES, "code", "MAY be any code", ""), PLAIN, (len(made),), extra=True)
    ((rows, count),) = con.execute(
        f"SELECT (SELECT count(*) FROM {good}), (SELECT count(*) FROM {groups})"
    ).fetchall()
    became = f"{rows:,} rows became {count:,} rows of {reading.table.name}"
    whole = replace(
        found,
        headers=tuple(t.column.name for t in (*made, lines)),
        relation=groups,
        aside=by_line((*found.aside, *aside)),
        notes=(
            *found.notes,
            f"{became}; `{SOURCE_LINES}` names the lines of each.",
            *_differing(con, good, planned),
        ),
    )
    members = f"(SELECT _line AS line, min(_line) OVER (PARTITION BY _head) AS head FROM {good})"
    return Gathered(whole, replace(planned, targets=(*made, lines), where=()), members)


def _events(
    reading: Reading, found: Found, targets: Sequence[Target], planned: Plan
) -> tuple[str, list[Rule]]:
    """SQL relation of single events with the values of their cells and their fault; and the rules.

    s, x, v  the text said, the plain text that reads as the same value, the value; of each target
    """
    turns = turns_of(reading.con, targets)
    currency = reading.settings.currency
    cells = [cell(t, k, key=reading.key, currency=currency, turns=turns) for k, t in enumerate(targets)]
    all_rules = rules(replace(planned, targets=tuple(targets), where=()), reading.table, cells)
    held_to = [rule for rule in all_rules if rule.code in _OF_A_CELL]
    values = [
        f"{c.said} AS s{k}, {_plain(t, c, k)} AS x{k}, v{k}"
        for k, (t, c) in enumerate(zip(targets, cells, strict=True))
    ]
    used = {i for t in targets for i in t.cells}
    events = to_parquet(
        reading.con,
        f"SELECT _line, _fault, {', '.join([fault_details(held_to), *values])} "
        f"FROM (SELECT *, {first_fault(held_to)} FROM ({valued(found.relation, used, cells)}))",
        reading.scratch / "events.parquet",
    )
    return events, held_to


def _groups(reading: Reading, good: str, targets: Sequence[Target], planned: Plan) -> str:
    """SQL relation of one row a group: the value that each column takes, and the lines it is made of."""
    taken = [
        _taken(t, before, k, reading.mapping)
        for k, (t, before) in enumerate(zip(targets, planned.targets, strict=True))
    ]
    return to_parquet(
        reading.con,
        f"WITH good AS {good}, lines AS ({_lines('good', part_bits(reading.mapping))}) "
        f"SELECT g.*, lines.said AS c{len(taken)} FROM "
        f"(SELECT min(_line) AS line, _head, {', '.join(f'{sql} AS c{k}' for k, sql in enumerate(taken))} "
        "FROM good GROUP BY _head) g JOIN lines USING (_head) ORDER BY line",
        reading.scratch / "groups.parquet",
    )


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
