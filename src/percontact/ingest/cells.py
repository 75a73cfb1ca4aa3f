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

import re
from collections.abc import Callable, Collection, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field, replace

import duckdb

from percontact.ingest.condition import all_hold, holds
from percontact.ingest.mapping import Origin
from percontact.ingest.person import person_sql
from percontact.ingest.personal import is_name
from percontact.ingest.plan import Target
from percontact.ingest.quick import quick_name
from percontact.records.column import STORED
from percontact.records.dialect import in_list, literal
from percontact.records.tables import PART_BITS
from percontact.values.currencies import CURRENCIES

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_NAIVE = rf"{_DAY}({_CLOCK})?"
_AWARE = rf"{_DAY}{_CLOCK} ?(Z|z|UTC|[+-]\d{{2}}(:?\d{{2}})?)"
_HMS = r"[+-]?\d{1,9}:[0-5]\d:[0-5]\d([.,]\d+)?"
_PAIR = r"[+-]?\d{1,9}:[0-5]\d([.,]\d+)?"

_SECONDS = {"s": "1", "ms": "0.001", "min": "60", "h": "3600", "day": "86400"}
"""Seconds in one of the unit."""

_TINY = r"|[eE]-(1[3-9]|[2-9]\d|\d{3})"
"""An exponent that may reach beyond twelve decimals."""

_CURRENCY_BESIDE = "[ \u00a0\u202f]*([€£$¥₹₺]|zł|\\b[A-Z]{3}\\b)[ \u00a0\u202f]*"
"""A currency sign or code beside a number. One is passed over; a cell with two of them is no number."""

_DAY_ZERO = {"excel_day": "25569", "julian_day": "2440587.5"}
"""What counts of days say at the beginning of 1970: Excel's, in local time, and Julian days, in UTC."""

_SCALE = {"money": 12, "rate": 12, "quantity": 6, "score": 6}
"""Decimals kept (records.column.STORED)."""


_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""Microseconds since 1970 of the first and last moment of the years 1 to 9999."""


_ESCAPED = re.compile(r"\\.|\[[^\]]*\]")
_GROUP = re.compile(r"\((?!\?)|\(\?P<")
"""Whether an RE2 pattern has a group to take: an open bracket that is neither escaped nor a mere (?:...)."""


@dataclass(slots=True)
class Cell:
    """The SQL of one target, step by step: (name, expression) pairs over the step before.

    said     the text the value comes from, NULL where nothing is said
    rounded  condition that decimals were lost; again: that a local time came twice and the earlier was taken
    gap      condition that a local time never was
    """

    texts: list[tuple[str, str]] = field(default_factory=list)
    turned: list[tuple[str, str]] = field(default_factory=list)
    parsed: list[tuple[str, str]] = field(default_factory=list)
    placed: list[tuple[str, str]] = field(default_factory=list)
    valued: list[tuple[str, str]] = field(default_factory=list)
    value: str = ""
    said: str = ""
    rounded: str | None = None
    again: str | None = None
    gap: str | None = None


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
    made, column, r = Cell(said=f"r{k}"), target.column, f"r{k}"
    _text(made, target, k)
    if column.one_of:
        cases = " ".join(f"WHEN {literal(v.lower())} THEN {literal(v)}" for v in column.one_of)
        made.value = f"CASE lower({r}) {cases} END"
    elif target.origin.hashed == "names" and column.kind != "person":
        made.value = f"CASE WHEN {is_name(r)} THEN {person_sql(key, r)} ELSE {r} END"
    elif column.kind == "person" or target.origin.hashed:
        made.value = f"CASE WHEN {r} IS NOT NULL THEN {person_sql(key, r)} END"
    elif column.kind == "instant":
        zone_turns = turns.get(str(target.origin.timezone), ())
        if target.plus:
            _later(made, target, k, zone_turns)
        else:
            _instant(made, target.origin, k, zone_turns)
    elif column.kind == "date":
        _date(made, target, k)
    elif column.kind == "seconds":
        _seconds(made, target, k)
    elif column.kind == "hours":
        _hours(made, target, k)
    elif column.kind == "whole":
        made.value = _number(r, target.origin, "BIGINT", fraction="0*")
    elif column.kind in _SCALE:
        lost = rf"{re.escape(target.origin.decimal or '.')}\d{{{_SCALE[column.kind]}}}\d*[1-9]{_TINY}"
        made.rounded = f"regexp_matches({r}, {literal(lost)})"
        made.value = _reckoned(
            made, target, k, lambda text: _number(text, target.origin, column.stored), column.stored
        )
    elif column.kind == "flag":
        made.value = (
            f"CASE WHEN lower({r}) IN ('true', 'yes', 'y', '1') THEN true "
            f"WHEN lower({r}) IN ('false', 'no', 'n', '0') THEN false END"
        )
    elif column.kind == "currency":
        empty = "NULL" if column.required else literal(currency)
        known = in_list(f"upper({r})", sorted(CURRENCIES))
        made.value = f"CASE WHEN {r} IS NULL THEN {empty} WHEN {known} THEN upper({r}) END"
    else:
        made.value = r
    if (known := quick_name(target)) in quick:
        known = known if known[0] == "z" else f"CAST({known} AS DECIMAL(18,6))"
        made.parsed = [(n, f"coalesce({known}, {sql})" if n == f"n{k}" else sql) for n, sql in made.parsed]
    return made


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


def _text(made: Cell, target: Target, k: int | str) -> None:
    origin = target.origin
    if target.parts:
        parts = [_not_null(f"c{i}", origin.nulls) for i in target.parts]
        text = f" || {literal(origin.join)} || ".join(parts)
    else:
        text = literal(origin.constant or None)
        text = f"{text}::VARCHAR"
    if origin.digits:
        short = f"regexp_full_match({text}, '\\d{{1,{origin.digits}}}')"
        text = f"CASE WHEN {short} THEN lpad({text}, {origin.digits}, '0') ELSE {text} END"
    if origin.match:
        text = _matched(text, origin)
    if target.when:
        text = f"CASE WHEN {all_hold(target.when)} THEN {text} END"
    if origin.fill:
        # Rows made of one line are told apart by their last bits; each is filled from its own kind.
        above = f"PARTITION BY _line & {(1 << PART_BITS) - 1} " if target.parted else ""
        text = f"last_value({text} IGNORE NULLS) OVER ({above}ORDER BY _line ROWS UNBOUNDED PRECEDING)"
    made.texts.append((f"q{k}", text))
    if not origin.values:
        made.turned.append((f"r{k}", f"q{k}"))
        return
    cases = " ".join(f"WHEN {literal(a)} THEN {literal(b or None)}" for a, b in origin.values.items())
    other = f"q{k}" if origin.otherwise == "keep" else "NULL"
    made.turned.append((f"r{k}", f"CASE q{k} {cases} ELSE {other} END"))


def _matched(text: str, origin: Origin) -> str:
    """The groups of the pattern, joined; without a group all that it matches. No match is NULL."""
    groups = len(_GROUP.findall(_ESCAPED.sub("", origin.match)))
    parts = [f"regexp_extract({text}, {literal(origin.match)}, {n})" for n in range(1, groups + 1)]
    if len(parts) < 2:
        return f"nullif({parts[0] if parts else f'regexp_extract({text}, {literal(origin.match)}, 0)'}, '')"
    joined = f" || {literal(origin.join)} || ".join(parts)
    return f"CASE WHEN regexp_matches({text}, {literal(origin.match)}) THEN {joined} END"


def _not_null(text: str, nulls: tuple[str, ...]) -> str:
    words = [n.strip() for n in nulls if n.strip()]
    return f"CASE WHEN {in_list(text, words)} THEN NULL ELSE {text} END" if words else text


# -- times ---------------------------------------------------------------------------------------------------


def _when(made: Cell, origin: Origin, k: int | str) -> None:
    """n = the local time the text says, a = the instant where it says its offset; NULL = not readable."""
    r, formats = f"r{k}", origin.formats or ()
    if origin.unit in ("epoch_s", "epoch_ms"):
        unit_us = 1_000_000 if origin.unit == "epoch_s" else 1_000
        us = f"TRY_CAST({_number(r, origin, 'DECIMAL(20,6)')} * {unit_us} AS BIGINT)"
        moment = f"CASE WHEN {us} BETWEEN {_FIRST_US} AND {_LAST_US} THEN make_timestamp({us}) END"
        made.parsed.append((f"n{k}", "NULL::TIMESTAMP"))
        made.placed.append((f"a{k}", f"timezone('UTC', {moment})"))
        return
    if origin.unit in _DAY_ZERO:
        # To the millisecond: a day counted in a float is no more exact.
        days = f"({_number(r, origin, 'DECIMAL(22,12)')} - {_DAY_ZERO[origin.unit]})"
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


_TURN_DAYS: dict[str, tuple[str, ...]] = {}
"""Time zone -> its turn days: three centuries of days are gone through once, not once a file."""


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


def _instant(made: Cell, origin: Origin, k: int | str, turns: Sequence[str]) -> None:
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


def _later(made: Cell, target: Target, k: int | str, turns: Sequence[str]) -> None:
    """A moment and the lengths of time that passed from it: UTC, and unknown where one of them is empty."""
    origin = target.origin
    _instant(made, replace(origin, unit=None), k, turns)
    moment, said, lengths = made.value, f"r{k}", list[str]()
    for n, place in enumerate(target.plus):
        text, length = f"o{k}_{n}", f"m{k}_{n}"
        made.texts.append((text, _not_null(f"c{place}", origin.nulls)))
        made.parsed.append((length, _duration(text, replace(origin, unit=origin.unit or "s"), "s")))
        said += f" || ' plus ' || {text}"
        # Of more than some centuries nothing could be added.
        lengths.append(
            f"to_microseconds(CASE WHEN abs({length}) < 1e10 THEN CAST({length} * 1000000 AS BIGINT) END)"
        )
    made.said = said
    made.value = f"CAST({' + '.join([f'({moment})', *lengths])} AS TIMESTAMP)"
    if made.again:
        made.again = made.again.replace(f"v{k} <>", f"({moment}) <>")


def _date(made: Cell, target: Target, k: int | str) -> None:
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


# -- numbers -------------------------------------------------------------------------------------------------


def _number(text: str, origin: Origin, sql_type: str, *, fraction: str = r"\d*") -> str:
    """A number as written in the file: strict, so that 1,5 is 1.5 or a fault, never 15.

    fraction  pattern of what may follow the decimal sign; whole numbers take zeros only, and no exponent
    """
    decimal, thousands = origin.decimal or ".", origin.thousands or ""
    plain = f"replace({text}, '\u2212', '-')"
    if origin.accounting:
        plain = f"regexp_replace({plain}, {literal(_CURRENCY_BESIDE)}, '')"
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


def _duration(text: str, origin: Origin, own_unit: str) -> str:
    """A duration in seconds with six decimals, NULL where there is none or where it has no end."""
    unit = origin.unit or own_unit
    pair = {"hms": "1", "hm": "60"}.get(unit)
    factor = _SECONDS.get(unit, "1")
    # Eighteen digits fit a machine word. A fraction of a day needs more of them before it is multiplied.
    number = _number(text, origin, "DECIMAL(18,6)" if factor == "1" else "DECIMAL(28,12)")
    number = number if factor == "1" else f"{number} * {factor}"
    return f"TRY_CAST(CASE {_clock(text, pair_unit=pair)} ELSE {number} END AS DECIMAL(18,6))"


def _reckoned(made: Cell, target: Target, k: int | str, read: Callable[[str], str], sql_type: str) -> str:
    """The number of a cell, with others, less another, times one more, times a constant, its sign turned.

    read  text -> SQL number of `sql_type`, NULL where it is none
    Exact, or NULL where it is too large for that.
    """
    value, origin = read(f"r{k}"), target.origin
    if target.plus or target.minus is not None:
        value = _summed(made, target, k, value, read)
    value = _times(made, target, k, value, sql_type)
    if origin.factor:
        made.valued.append((f"p{k}", f"TRY_CAST({value} AS DECIMAL(26,12)) * {_exact(origin.factor)}"))
        value = f"TRY_CAST(p{k} AS {sql_type})"
        made.rounded = " OR ".join(filter(None, [made.rounded, f"p{k} <> {value}"]))
    if target.negative:
        turns = [f"CASE WHEN {holds(place, c)} THEN -1 ELSE 1 END" for place, c in target.negative]
        value = f"CASE WHEN {' * '.join(turns)} < 0 THEN -({value}) ELSE {value} END"
    return value


def _summed(made: Cell, target: Target, k: int | str, value: str, read: Callable[[str], str]) -> str:
    """The value with the numbers of other cells, less that of one; of all these, an empty one counts as 0."""
    sides = [("+", place) for place in target.plus]
    sides += [("-", target.minus)] if target.minus is not None else []
    # So many digits fewer than a decimal can have that the sum fits: one for ten numbers.
    fits = f"DECIMAL({38 - len(str(len(sides)))},12)"
    made.parsed.append((f"x{k}", f"TRY_CAST({value} AS {fits})"))
    texts, numbers, said = [f"r{k}"], [f"x{k}"], f"coalesce(r{k}, '0')"
    total = f"coalesce(x{k}, 0)"
    for n, (sign, place) in enumerate(sides):
        text, number = f"o{k}_{n}", f"m{k}_{n}"
        made.texts.append((text, _not_null(f"c{place}", target.origin.nulls)))
        made.parsed.append((number, f"TRY_CAST({read(text)} AS {fits})"))
        said += f" || coalesce({literal(' plus ' if sign == '+' else ' less ')} || {text}, '')"
        total += f" {sign} coalesce({number}, 0)"
        texts.append(text)
        numbers.append(number)
    nothing = " AND ".join(f"{text} IS NULL" for text in texts)
    unread = " OR ".join(
        f"({text} IS NOT NULL AND {number} IS NULL)" for text, number in zip(texts, numbers, strict=True)
    )
    made.said = f"CASE WHEN {nothing} THEN NULL ELSE {said} END"
    return f"CASE WHEN ({unread}) OR ({nothing}) THEN NULL ELSE CAST({total} AS DECIMAL(38,12)) END"


def _exact(number: str) -> str:
    """A decimal number as SQL that no engine takes for a float."""
    whole, _, part = number.lstrip("+-").partition(".")
    digits = len(whole.lstrip("0")) + len(part)
    return f"CAST({literal(number)} AS DECIMAL({max(digits, 1)},{len(part)}))"


def _times(made: Cell, target: Target, k: int | str, value: str, sql_type: str) -> str:
    """The value, or where it is an average the total: value x t, the number of another cell."""
    if target.times is None:
        return value
    money = target.column.kind == "money"
    # People are paid by halves of an hour too; but nothing else is counted in parts.
    kind, fraction = ("DECIMAL(12,3)", r"\d{0,3}0*") if money else ("BIGINT", "0*")
    written = target.times_as or target.origin
    made.parsed.append((f"t{k}", _number(f"c{target.times}", written, kind, fraction=fraction)))
    # Both are bounded first: a product too long for its type would stop the whole file.
    if money:
        made.placed.append((f"y{k}", f"TRY_CAST({value} AS DECIMAL(26,12)) * t{k}"))
        product = f"TRY_CAST(y{k} AS {sql_type})"
        made.rounded = " OR ".join(filter(None, [made.rounded, f"y{k} <> {product}"]))
        return product
    product = f"TRY_CAST({value} AS DECIMAL(28,9)) * CAST(t{k} AS DECIMAL(9,0))"
    return f"TRY_CAST(CASE WHEN abs(t{k}) < 1000000000 THEN {product} END AS {sql_type})"


def _seconds(made: Cell, target: Target, k: int | str) -> None:
    origin = target.origin

    def read(text: str) -> str:
        return _duration(text, origin, "s")

    if origin.times or origin.plus or origin.minus or origin.factor or origin.negative:
        made.valued.append((f"n{k}", _reckoned(made, target, k, read, "DECIMAL(18,6)")))
    else:
        made.parsed.append((f"n{k}", read(f"r{k}")))
    made.value = f"TRY_CAST(n{k} AS {STORED['seconds']})"
    # A fraction of a day never comes out even in decimals; that is no loss worth a word.
    made.rounded = None if origin.unit == "day" else f"n{k} <> v{k}"


def _hours(made: Cell, target: Target, k: int | str) -> None:
    def read(text: str) -> str:
        seconds = _duration(text, target.origin, "h")
        return f"TRY_CAST(round(CAST({seconds} AS DOUBLE) / 3600, 6) AS {STORED['hours']})"

    made.value = _reckoned(made, target, k, read, STORED["hours"])
