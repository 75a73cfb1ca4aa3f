# SPDX-License-Identifier: Apache-2.0
"""Numbers in cells: read as strictly as they are written, and reckoned with others of their row, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable

from percontact.ingest.cell_text import Cell, not_null
from percontact.ingest.condition import holds
from percontact.ingest.mapping import Origin
from percontact.ingest.plan import Target
from percontact.records.dialect import literal

_TINY = r"|[eE]-(1[3-9]|[2-9]\d|\d{3})"
"""An exponent that may reach beyond twelve decimals."""

_CURRENCY_BESIDE = "[ \u00a0\u202f]*([€£$¥₹₺]|zł|\\b[A-Z]{3}\\b)[ \u00a0\u202f]*"
"""A currency sign or code beside a number. One is passed over; a cell with two of them is no number."""

SCALE = {"money": 12, "rate": 12, "quantity": 6, "score": 6}
"""Kinds that are numbers with decimals -> how many are kept (records.column.STORED)."""


def write_number(made: Cell, target: Target, k: int | str) -> None:
    """A number with decimals, and whether some of them are more than its kind keeps."""
    kind, stored = target.column.kind, target.column.stored
    lost = rf"{re.escape(target.origin.decimal or '.')}\d{{{SCALE[kind]}}}\d*[1-9]{_TINY}"
    made.rounded = f"regexp_matches(r{k}, {literal(lost)})"
    made.value = reckoned(made, target, k, lambda text: number(text, target.origin, stored), stored)


def number(text: str, origin: Origin, sql_type: str, *, fraction: str = r"\d*") -> str:
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


def reckoned(made: Cell, target: Target, k: int | str, read: Callable[[str], str], sql_type: str) -> str:
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
        made.texts.append((text, not_null(f"c{place}", target.origin.nulls)))
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


def _times(made: Cell, target: Target, k: int | str, value: str, sql_type: str) -> str:
    """The value, or where it is an average the total: value x t, the number of another cell."""
    if target.times is None:
        return value
    money = target.column.kind == "money"
    # People are paid by halves of an hour too; but nothing else is counted in parts.
    kind, fraction = ("DECIMAL(12,3)", r"\d{0,3}0*") if money else ("BIGINT", "0*")
    written = target.times_as or target.origin
    made.parsed.append((f"t{k}", number(f"c{target.times}", written, kind, fraction=fraction)))
    # Both are bounded first: a product too long for its type would stop the whole file.
    if money:
        made.placed.append((f"y{k}", f"TRY_CAST({value} AS DECIMAL(26,12)) * t{k}"))
        product = f"TRY_CAST(y{k} AS {sql_type})"
        made.rounded = " OR ".join(filter(None, [made.rounded, f"y{k} <> {product}"]))
        return product
    product = f"TRY_CAST({value} AS DECIMAL(28,9)) * CAST(t{k} AS DECIMAL(9,0))"
    return f"TRY_CAST(CASE WHEN abs(t{k}) < 1000000000 THEN {product} END AS {sql_type})"


def _exact(number: str) -> str:
    """A decimal number as SQL that no engine takes for a float."""
    whole, _, part = number.lstrip("+-").partition(".")
    digits = len(whole.lstrip("0")) + len(part)
    return f"CAST({literal(number)} AS DECIMAL({max(digits, 1)},{len(part)}))"
