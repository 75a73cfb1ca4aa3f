# SPDX-License-Identifier: Apache-2.0
"""Moments and days in cells: what a text says, where it stands in time, and what clocks made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from percontact.ingest.cell_lengths import duration
from percontact.ingest.cell_numbers import number
from percontact.ingest.cell_text import Cell, not_null
from percontact.ingest.mapping import Origin
from percontact.ingest.plan import Target
from percontact.records.dialect import in_list, literal

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_NAIVE = rf"{_DAY}({_CLOCK})?"
_AWARE = rf"{_DAY}{_CLOCK} ?(Z|z|UTC|[+-]\d{{2}}(:?\d{{2}})?)"

_DAY_ZERO = {"excel_day": "25569", "julian_day": "2440587.5"}
"""What counts of days say at the beginning of 1970: Excel's, in local time, and Julian days, in UTC."""

_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""Microseconds since 1970 of the first and last moment of the years 1 to 9999."""

_TURN_DAYS: dict[str, tuple[str, ...]] = {}
"""Time zone -> its turn days: three centuries of days are gone through once, not once a file."""


def write_instant(made: Cell, origin: Origin, k: int | str, turns: Sequence[str]) -> None:
    """UTC. A local time that came twice is the earlier moment; one that never was is a fault (gap)."""
    _when(made, origin, k)
    zone, moment = literal(origin.timezone), f"coalesce(u{k}, a{k})"
    if origin.timezone == "UTC":
        # The same, but the engine is not sent through its calendar for every row.
        made.value = f"coalesce(n{k}, CAST(a{k} AS TIMESTAMP))"
        return
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


def write_later(made: Cell, target: Target, k: int | str, turns: Sequence[str]) -> None:
    """A moment and the lengths of time that passed from it: UTC, and unknown where one of them is empty."""
    origin = target.origin
    write_instant(made, replace(origin, unit=None), k, turns)
    moment, said, lengths = made.value, f"r{k}", list[str]()
    for n, place in enumerate(target.plus):
        text, length = f"o{k}_{n}", f"m{k}_{n}"
        made.texts.append((text, not_null(f"c{place}", origin.nulls)))
        made.parsed.append((length, duration(text, replace(origin, unit=origin.unit or "s"), "s")))
        said += f" || ' plus ' || {text}"
        # Of more than some centuries nothing could be added.
        lengths.append(
            f"to_microseconds(CASE WHEN abs({length}) < 1e10 THEN CAST({length} * 1000000 AS BIGINT) END)"
        )
    made.said = said
    made.value = f"CAST({' + '.join([f'({moment})', *lengths])} AS TIMESTAMP)"
    if made.again:
        made.again = made.again.replace(f"v{k} <>", f"({moment}) <>")


def write_date(made: Cell, target: Target, k: int | str) -> None:
    """A local day; of a time with an offset, the day it falls on in the zone of the column."""
    _when(made, target.origin, k)
    moment = f"coalesce(n{k}, timezone({literal(target.origin.timezone)}, a{k}))"
    day = f"CAST({moment} AS DATE)"
    if target.share == "next_day":
        made.value = f"{day} + 1"
        return
    if target.share == "whole":
        # A span that ends within a day reaches into it, so the first day after it is the next.
        into = f"CASE WHEN {moment} > {day} THEN 1 ELSE 0 END"
        made.value = f"{day} + {into}" if target.column.name == "period_end" else day
        return
    month = f"CASE WHEN regexp_full_match(r{k}, '\\d{{4}}-\\d{{2}}') THEN TRY_CAST(r{k} || '-01' AS DATE) END"
    first = f"date_trunc('month', coalesce({day}, {month}))"
    made.value = (
        f"CAST({first} AS DATE)"
        if target.share == "month_start"
        else f"CAST({first} + INTERVAL 1 MONTH AS DATE)"
    )


def _when(made: Cell, origin: Origin, k: int | str) -> None:
    """n = the local time the text says, a = the instant where it says its offset; NULL = not readable."""
    r, formats = f"r{k}", origin.formats or ()
    if origin.unit in ("epoch_s", "epoch_ms"):
        unit_us = 1_000_000 if origin.unit == "epoch_s" else 1_000
        us = f"TRY_CAST({number(r, origin, 'DECIMAL(20,6)')} * {unit_us} AS BIGINT)"
        moment = f"CASE WHEN {us} BETWEEN {_FIRST_US} AND {_LAST_US} THEN make_timestamp({us}) END"
        made.parsed.append((f"n{k}", "NULL::TIMESTAMP"))
        made.placed.append((f"a{k}", f"timezone('UTC', {moment})"))
        return
    if origin.unit in _DAY_ZERO:
        # To the millisecond: a day counted in a float is no more exact.
        days = f"({number(r, origin, 'DECIMAL(22,12)')} - {_DAY_ZERO[origin.unit]})"
        us = f"TRY_CAST(round(CAST({days} AS DOUBLE) * 86400000) * 1000 AS BIGINT)"
        moment = f"CASE WHEN {us} BETWEEN {_FIRST_US} AND {_LAST_US} THEN make_timestamp({us}) END"
        local = origin.unit == "excel_day"
        made.parsed.append((f"n{k}", moment if local else "NULL::TIMESTAMP"))
        made.placed.append((f"a{k}", "NULL::TIMESTAMPTZ" if local else f"timezone('UTC', {moment})"))
        return
    naive = [_local_time(r, f, origin) for f in formats if not _has_offset(f)]
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


def _local_time(text: str, form: str, origin: Origin) -> str:
    """A local time in one format; without a year in it, the first such day from `since` on."""
    if origin.since is None or "%Y" in form or "%y" in form:
        return f"try_strptime({text}, {literal(form)})"
    year = int(str(origin.since)[:4])
    this, following = (
        f"try_strptime({text} || ' {y:04d}', {literal(form + ' %Y')})" for y in (year, year + 1)
    )
    return f"CASE WHEN {this} >= DATE {literal(str(origin.since))} THEN {this} ELSE {following} END"


def _has_offset(form: str) -> bool:
    return "%z" in form or "%Z" in form


def turn_days(con: duckdb.DuckDBPyConnection, zone: str) -> tuple[str, ...]:
    """The local days of 1900 to 2199 on which clocks are changed in a zone, as ISO dates."""
    if zone not in _TURN_DAYS:
        _TURN_DAYS[zone] = _turn_days(con, zone)
    return _TURN_DAYS[zone]


def _turn_days(con: duckdb.DuckDBPyConnection, zone: str) -> tuple[str, ...]:
    days = "unnest(generate_series(TIMESTAMP '1900-01-01', TIMESTAMP '2199-12-31', INTERVAL 1 DAY))"
    start, end = (f"epoch(timezone({literal(zone)}, {at}))" for at in ("day", "day + INTERVAL 1 DAY"))
    rows = con.execute(
        f"SELECT CAST(CAST(day AS DATE) AS VARCHAR) FROM (SELECT {days} AS day) "
        f"WHERE {end} - {start} <> 86400 ORDER BY day"
    ).fetchall()
    return tuple(str(day) for (day,) in rows)
