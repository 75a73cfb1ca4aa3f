# SPDX-License-Identifier: Apache-2.0
"""From text to value, one column at a time, as SQL: what each kind of column accepts and what it becomes.

A column climbs four steps, each a SELECT over the one before, so nothing is worked out twice:

    q, r   the text of the cell, before and after `values:`      NULL = empty
    n      what the text says: a local time, a number            NULL = not readable
    u, a   a local time as an instant; an instant that says its offset
    v      the value as stored                                   NULL with a text in r = a fault

Names carry the number of the target: r0, v0, r1, ...
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from percontact.ingest.mapping import Origin
from percontact.ingest.person import person_sql
from percontact.ingest.plan import Target
from percontact.records.column import STORED
from percontact.records.dialect import in_list, literal

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_NAIVE = rf"{_DAY}({_CLOCK})?"
_AWARE = rf"{_DAY}{_CLOCK} ?(Z|z|UTC|[+-]\d{{2}}(:?\d{{2}})?)"
_HMS = r"[+-]?\d{1,9}:[0-5]\d:[0-5]\d([.,]\d+)?"
_PAIR = r"[+-]?\d{1,9}:[0-5]\d([.,]\d+)?"

_SECONDS = {"s": "1", "ms": "0.001", "min": "60", "h": "3600", "day": "86400"}
"""Seconds in one of the unit."""

_SCALE = {"money": 12, "rate": 12, "quantity": 6, "score": 6}
"""Decimals kept (records.column.STORED)."""


_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""Microseconds since 1970 of the first and last moment of the years 1 to 9999."""


@dataclass(slots=True)
class Cell:
    """The SQL of one target, step by step: (name, expression) pairs over the step before.

    rounded  condition that decimals were lost; again: that a local time came twice and the earlier was taken
    gap      condition that a local time never was
    """

    texts: list[tuple[str, str]] = field(default_factory=list)
    turned: list[tuple[str, str]] = field(default_factory=list)
    parsed: list[tuple[str, str]] = field(default_factory=list)
    placed: list[tuple[str, str]] = field(default_factory=list)
    value: str = ""
    rounded: str | None = None
    again: str | None = None
    gap: str | None = None


def cell(target: Target, k: int, *, key: bytes, currency: str, turns: Pairs[str, Sequence[str]]) -> Cell:
    """The SQL of target number `k`.

    key       hashes persons;  currency  stands for an empty currency cell
    turns     time zone -> its `turn_days`
    """
    made, column, r = Cell(), target.column, f"r{k}"
    _text(made, target, k)
    if column.one_of:
        cases = " ".join(f"WHEN {literal(v.lower())} THEN {literal(v)}" for v in column.one_of)
        made.value = f"CASE lower({r}) {cases} END"
    elif column.kind == "person" or target.origin.hashed:
        made.value = f"CASE WHEN {r} IS NOT NULL THEN {person_sql(key, r)} END"
    elif column.kind == "instant":
        _instant(made, target.origin, k, turns.get(str(target.origin.timezone), ()))
    elif column.kind == "date":
        _date(made, target, k)
    elif column.kind == "seconds":
        _seconds(made, target, k)
    elif column.kind == "hours":
        _hours(made, target, k)
    elif column.kind == "whole":
        made.value = _number(r, target.origin, "BIGINT", fraction="0*")
    elif column.kind in _SCALE:
        made.value = _times(made, target, k, _number(r, target.origin, column.stored), column.stored)
        lost = rf"{re.escape(target.origin.decimal or '.')}\d{{{_SCALE[column.kind]}}}\d*[1-9]"
        made.rounded = f"regexp_matches({r}, {literal(lost)})"
    elif column.kind == "flag":
        made.value = (
            f"CASE WHEN lower({r}) IN ('true', 'yes', 'y', '1') THEN true "
            f"WHEN lower({r}) IN ('false', 'no', 'n', '0') THEN false END"
        )
    elif column.kind == "currency":
        empty = "NULL" if column.required else literal(currency)
        known = f"regexp_full_match(upper({r}), '[A-Z]{{3}}')"
        made.value = f"CASE WHEN {r} IS NULL THEN {empty} WHEN {known} THEN upper({r}) END"
    else:
        made.value = r
    return made


def _text(made: Cell, target: Target, k: int) -> None:
    origin = target.origin
    if target.parts:
        parts = [_not_null(f"c{i}", origin.nulls) for i in target.parts]
        text = f" || {literal(origin.join)} || ".join(parts)
    else:
        text = literal(origin.constant or None)
        text = f"{text}::VARCHAR"
    made.texts.append((f"q{k}", text))
    if not origin.values:
        made.turned.append((f"r{k}", f"q{k}"))
        return
    cases = " ".join(f"WHEN {literal(a)} THEN {literal(b or None)}" for a, b in origin.values.items())
    other = f"q{k}" if origin.otherwise == "keep" else "NULL"
    made.turned.append((f"r{k}", f"CASE q{k} {cases} ELSE {other} END"))


def _not_null(text: str, nulls: tuple[str, ...]) -> str:
    words = [n.strip() for n in nulls if n.strip()]
    return f"CASE WHEN {in_list(text, words)} THEN NULL ELSE {text} END" if words else text


# -- times ---------------------------------------------------------------------------------------------------


def _when(made: Cell, origin: Origin, k: int) -> None:
    """n = the local time the text says, a = the instant where it says its offset; NULL = not readable."""
    r, formats = f"r{k}", origin.formats or ()
    if origin.unit in ("epoch_s", "epoch_ms"):
        unit_us = 1_000_000 if origin.unit == "epoch_s" else 1_000
        us = f"TRY_CAST({_number(r, origin, 'DECIMAL(20,6)')} * {unit_us} AS BIGINT)"
        moment = f"CASE WHEN {us} BETWEEN {_FIRST_US} AND {_LAST_US} THEN make_timestamp({us}) END"
        made.parsed.append((f"n{k}", "NULL::TIMESTAMP"))
        made.placed.append((f"a{k}", f"timezone('UTC', {moment})"))
        return
    naive = [f"try_strptime({r}, {literal(f)})" for f in formats if not _has_offset(f)]
    aware = [f"try_strptime({r}, {literal(f)})" for f in formats if _has_offset(f)]
    # A year-first format may mean year-day-month: then ISO would be a second guess at the same text.
    if not any(f.startswith("%Y") for f in formats):
        iso = f"regexp_replace(replace(replace(upper({r}), 'UTC', 'Z'), ' Z', 'Z'), ' ([+-])', '\\1')"
        iso = f"regexp_replace({iso}, '^(.{{16}})([Z+-])', '\\1:00\\2')"
        naive.append(
            f"CASE WHEN regexp_full_match({r}, {literal(_NAIVE)}) THEN TRY_CAST({r} AS TIMESTAMP) END"
        )
        aware.append(
            f"CASE WHEN regexp_full_match({r}, {literal(_AWARE)}) THEN TRY_CAST({iso} AS TIMESTAMPTZ) END"
        )
    made.parsed.append((f"n{k}", f"coalesce({', '.join(['NULL::TIMESTAMP', *naive])})"))
    offset = f"coalesce({', '.join(['NULL::TIMESTAMPTZ', *aware])})"
    made.placed.append((f"a{k}", f"CASE WHEN n{k} IS NULL THEN {offset} END"))


def _has_offset(form: str) -> bool:
    return "%z" in form or "%Z" in form


def turn_days(con: duckdb.DuckDBPyConnection, zone: str) -> tuple[str, ...]:
    """The local days of 1900 to 2199 on which clocks are changed in a zone, as ISO dates."""
    days = "unnest(generate_series(TIMESTAMP '1900-01-01', TIMESTAMP '2199-12-31', INTERVAL 1 DAY))"
    start, end = (f"epoch(timezone({literal(zone)}, {at}))" for at in ("day", "day + INTERVAL 1 DAY"))
    rows = con.execute(
        f"SELECT CAST(CAST(day AS DATE) AS VARCHAR) FROM (SELECT {days} AS day) "
        f"WHERE {end} - {start} <> 86400 ORDER BY day"
    ).fetchall()
    return tuple(str(day) for (day,) in rows)


def _instant(made: Cell, origin: Origin, k: int, turns: Sequence[str]) -> None:
    """UTC. A local time that came twice is the earlier moment; one that never was is a fault (gap)."""
    _when(made, origin, k)
    zone, moment = literal(origin.timezone), f"coalesce(u{k}, a{k})"
    made.placed.append((f"u{k}", f"timezone({zone}, n{k})"))
    made.value = f"CAST({moment} AS TIMESTAMP)"
    if not turns:
        return
    turn = in_list(f"CAST(n{k} AS DATE)", turns)
    # DuckDB takes the later of two equal local times. Clocks are set back by an hour, or by half of one.
    hour, half = (f"u{k} - INTERVAL {minutes} MINUTE" for minutes in (60, 30))
    twice = (
        f"WHEN timezone({zone}, {hour}) = n{k} THEN {hour} WHEN timezone({zone}, {half}) = n{k} THEN {half}"
    )
    made.value = f"CAST(CASE WHEN {turn} THEN CASE {twice} ELSE u{k} END ELSE {moment} END AS TIMESTAMP)"
    made.gap = f"CASE WHEN {turn} THEN timezone({zone}, u{k}) <> n{k} ELSE false END"
    made.again = f"CASE WHEN {turn} THEN v{k} <> CAST(u{k} AS TIMESTAMP) ELSE false END"


def _date(made: Cell, target: Target, k: int) -> None:
    """A local day; of a time with an offset, the day it falls on in the zone of the column."""
    _when(made, target.origin, k)
    day = f"CAST(coalesce(n{k}, timezone({literal(target.origin.timezone)}, a{k})) AS DATE)"
    if target.share == "whole":
        made.value = day
        return
    month = f"CASE WHEN regexp_full_match(r{k}, '\\d{{4}}-\\d{{2}}') THEN TRY_CAST(r{k} || '-01' AS DATE) END"
    first = f"date_trunc('month', coalesce({day}, {month}))"
    made.value = (
        f"CAST({first} AS DATE)"
        if target.share == "month_start"
        else f"CAST({first} + INTERVAL 1 MONTH AS DATE)"
    )


# -- numbers -------------------------------------------------------------------------------------------------


def _number(text: str, origin: Origin, sql_type: str, *, fraction: str = r"\d*") -> str:
    """A number as written in the file: strict, so that 1,5 is 1.5 or a fault, never 15.

    fraction  pattern of what may follow the decimal sign; whole numbers take zeros only, and no exponent
    """
    decimal, thousands = origin.decimal or ".", origin.thousands or ""
    plain = f"replace({text}, '\u2212', '-')"
    if origin.accounting:
        plain = f"regexp_replace({plain}, '^\\(([^()+-]+)\\)$|^([^()+-]+)-$', '-\\1\\2')"
    point, part = re.escape(decimal), re.escape(thousands)
    if thousands == " ":
        # Spreadsheets write the narrow and the unbreakable blank, people the plain one.
        part = "[ \u00a0\u202f]"
    whole = rf"(\d{{1,3}}({part}\d{{3}})+|\d+)" if thousands else r"\d+"
    form = rf"[+-]?{whole}({point}{fraction})?"
    if fraction == r"\d*":
        form = rf"[+-]?({whole}({point}\d*)?|{point}\d+)([eE][+-]?\d+)?"
    bare = f"regexp_replace({plain}, {literal(part)}, '', 'g')" if thousands else plain
    bare = f"replace({bare}, {literal(decimal)}, '.')" if decimal != "." else bare
    return f"CASE WHEN regexp_full_match({plain}, {literal(form)}) THEN TRY_CAST({bare} AS {sql_type}) END"


def _clock(text: str, *, pair_unit: str | None) -> str:
    """Seconds of h:mm:ss, and with a unit for pairs also of mm:ss (s) or h:mm (min)."""
    size = f"(CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END)"
    part = [
        f"TRY_CAST(replace(ltrim(split_part({text}, ':', {i}), '+-'), ',', '.') AS DECIMAL(15,6))"
        for i in (1, 2, 3)
    ]
    whole = f"{size} * ({part[0]} * 3600 + {part[1]} * 60 + {part[2]})"
    cases = f"WHEN regexp_full_match({text}, {literal(_HMS)}) THEN {whole} "
    if pair_unit:
        pair = f"{size} * ({part[0]} * 60 + {part[1]}) * {pair_unit}"
        cases += f"WHEN regexp_full_match({text}, {literal(_PAIR)}) THEN {pair} "
    return cases


def _duration(origin: Origin, k: int, own_unit: str) -> str:
    """A duration in seconds with six decimals, NULL where there is none or where it has no end."""
    unit = origin.unit or own_unit
    pair = {"hms": "1", "hm": "60"}.get(unit)
    factor = _SECONDS.get(unit, "1")
    # Eighteen digits fit a machine word. A fraction of a day needs more of them before it is multiplied.
    number = _number(f"r{k}", origin, "DECIMAL(18,6)" if factor == "1" else "DECIMAL(28,12)")
    number = number if factor == "1" else f"{number} * {factor}"
    return f"TRY_CAST(CASE {_clock(f'r{k}', pair_unit=pair)} ELSE {number} END AS DECIMAL(18,6))"


def _times(made: Cell, target: Target, k: int, value: str, sql_type: str) -> str:
    """The value, or where it is an average the total: value x t, the number of another cell."""
    if target.times is None:
        return value
    made.parsed.append((f"t{k}", _number(f"c{target.times}", target.origin, "BIGINT", fraction="0*")))
    # Both are bounded first: a product too long for its type would stop the whole file.
    product = f"TRY_CAST({value} AS DECIMAL(28,9)) * CAST(t{k} AS DECIMAL(9,0))"
    return f"TRY_CAST(CASE WHEN abs(t{k}) < 1000000000 THEN {product} END AS {sql_type})"


def _seconds(made: Cell, target: Target, k: int) -> None:
    origin = target.origin
    made.parsed.append((f"d{k}" if origin.times else f"n{k}", _duration(origin, k, "s")))
    if origin.times:
        made.placed.append((f"n{k}", _times(made, target, k, f"d{k}", "DECIMAL(18,6)")))
    made.value = f"TRY_CAST(n{k} AS {STORED['seconds']})"
    # A fraction of a day never comes out even in decimals; that is no loss worth a word.
    made.rounded = None if origin.unit == "day" else f"n{k} <> v{k}"


def _hours(made: Cell, target: Target, k: int) -> None:
    made.parsed.append((f"n{k}", _duration(target.origin, k, "h")))
    hours = f"TRY_CAST(round(CAST(n{k} AS DOUBLE) / 3600, 6) AS {STORED['hours']})"
    made.value = _times(made, target, k, hours, STORED["hours"])
