# SPDX-License-Identifier: Apache-2.0
"""From text to value, one column at a time, as SQL: what each kind of column accepts and what it becomes.

A column climbs four steps, each a SELECT over the one before, so nothing is worked out twice:

    q, r   the text of the cell, before and after `values:`      NULL = empty
    n      what the text says: a local time, a number            NULL = not readable
    u, a   a local time as an instant; an instant that says its offset
    v      the value as stored                                   NULL with a text in r = a fault

Names carry the number of the target: r0, v0, r1, ... A column that comes from elsewhere where its first
origin gives nothing climbs twice, as 3a and 3b, and is put together in a fifth step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import replace

from percontact.ingest.cell_lengths import write_hours, write_seconds
from percontact.ingest.cell_numbers import SCALE, number, write_number
from percontact.ingest.cell_text import Cell, write_text
from percontact.ingest.cell_times import write_date, write_instant, write_later
from percontact.ingest.person import person_sql
from percontact.ingest.personal import is_name
from percontact.ingest.plan import Target
from percontact.ingest.quick import quick_name
from percontact.records.dialect import in_list, literal
from percontact.values.currencies import CURRENCIES

_IN_STEPS = ("instant", "date", "seconds", "hours", *SCALE)
"""Kinds whose text is read before it is a value."""


def cell(
    target: Target,
    k: int | str,
    *,
    key: bytes,
    currency: str,
    turns: Pairs[str, Sequence[str]],
    quick: Collection[str] = (),
) -> Cell:
    """The SQL of target number `k`.

    key       hashes persons;  currency  stands for an empty currency cell
    turns     time zone -> its `turn_days`
    quick     columns of `quick.tried` that there are
    """
    if target.instead:
        given = {"key": key, "currency": currency, "turns": turns, "quick": quick}
        first = cell(replace(target, instead=None), f"{k}a", **given)  # type: ignore[arg-type]
        other = cell(target.instead, f"{k}b", **given)  # type: ignore[arg-type]
        return _either(first, other, k)
    made = Cell(said=f"r{k}")
    write_text(made, target, k)
    named = target.column.one_of or target.origin.hashed
    if target.column.kind in _IN_STEPS and not named:
        _write_steps(made, target, k, turns.get(str(target.origin.timezone), ()))
    else:
        made.value = _value(target, f"r{k}", key=key, currency=currency)
    if (known := quick_name(target)) in quick:
        known = known if known[0] == "z" else f"CAST({known} AS DECIMAL(18,6))"
        made.parsed = [(n, f"coalesce({known}, {sql})" if n == f"n{k}" else sql) for n, sql in made.parsed]
    return made


def _write_steps(made: Cell, target: Target, k: int | str, turns: Sequence[str]) -> None:
    """A time, a length of time or a number with decimals: read in steps."""
    match target.column.kind:
        case "instant" if target.plus:
            write_later(made, target, k, turns)
        case "instant":
            write_instant(made, target.origin, k, turns)
        case "date":
            write_date(made, target, k)
        case "seconds":
            write_seconds(made, target, k)
        case "hours":
            write_hours(made, target, k)
        case _:
            write_number(made, target, k)


def _value(target: Target, r: str, *, key: bytes, currency: str) -> str:
    """SQL of the value of a text `r` that is a word, a name, a code or a whole number."""
    column = target.column
    if column.one_of:
        cases = " ".join(f"WHEN {literal(v.lower())} THEN {literal(v)}" for v in column.one_of)
        return f"CASE lower({r}) {cases} END"
    if target.origin.hashed == "names" and column.kind != "person":
        return f"CASE WHEN {is_name(r)} THEN {person_sql(key, r)} ELSE {r} END"
    if column.kind == "person" or target.origin.hashed:
        return f"CASE WHEN {r} IS NOT NULL THEN {person_sql(key, r)} END"
    if column.kind == "whole":
        return number(r, target.origin, "BIGINT", fraction="0*")
    if column.kind == "flag":
        return (
            f"CASE WHEN lower({r}) IN ('true', 'yes', 'y', '1') THEN true "
            f"WHEN lower({r}) IN ('false', 'no', 'n', '0') THEN false END"
        )
    if column.kind == "currency":
        empty = "NULL" if column.required else literal(currency)
        known = in_list(f"upper({r})", sorted(CURRENCIES))
        return f"CASE WHEN {r} IS NULL THEN {empty} WHEN {known} THEN upper({r}) END"
    return r


def _either(first: Cell, other: Cell, k: int | str) -> Cell:
    """The first where it says anything, else the other."""
    made = Cell(said=f"r{k}")
    for step in ("texts", "turned", "parsed", "placed", "valued"):
        getattr(made, step).extend(getattr(first, step) + getattr(other, step))
    made.parsed.append((f"r{k}", f"coalesce({first.said}, {other.said})"))
    made.valued += [(f"v{k}a", first.value), (f"v{k}b", other.value)]

    def of(one: str | None, two: str | None) -> str | None:
        if one is None and two is None:
            return None
        return f"CASE WHEN {first.said} IS NOT NULL THEN {one or 'false'} ELSE {two or 'false'} END"

    made.value = f"CASE WHEN {first.said} IS NOT NULL THEN v{k}a ELSE v{k}b END"
    made.rounded, made.again = of(first.rounded, other.rounded), of(first.again, other.again)
    made.gap = of(first.gap, other.gap)
    return made
