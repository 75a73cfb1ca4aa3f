# SPDX-License-Identifier: Apache-2.0
"""What only ledgers and their like have: the period an amount is for, two sides, signs, currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from percontact.ingest.meaning import CURRENCIES, value_map
from percontact.ingest.meaning_columns import Seen, currency_of
from percontact.ingest.meaning_numbers import CURRENCY_SIGNS
from percontact.ingest.meaning_values import Part, Written
from percontact.ingest.proposal import Line
from percontact.ingest.propose_costs import ask_costs
from percontact.ingest.question import Option, Question
from percontact.ingest.understanding import Understanding
from percontact.records.column import Column
from percontact.records.dialect import literal
from percontact.values.period import parse_period

_DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN")


def ledger_lines(columns: Understanding, column: Column) -> Iterator[Line]:
    """The line of one of period_start, posted_on, amount, currency; or none."""
    match column.name:
        case "period_start":
            yield from _period(columns, column)
        case "posted_on":
            yield from _posted(columns, column)
        case "amount":
            yield from _amount(columns, column)
        case "currency":
            yield from _currency(columns)


# -- the period ----------------------------------------------------------------------------------------------


def _period(columns: Understanding, column: Column) -> Iterator[Line]:
    taken = columns.taken
    if "period" in columns.constant:
        yield from _constant_period(columns)
    elif "period_start" in taken:
        seen = taken["period_start"].seen
        yield columns.line("period_start", (seen,), columns.orders.written(seen), "date")
    elif "period" in taken or "posted_on" in taken:
        match = taken.get("period") or taken["posted_on"]
        seen = match.seen
        if seen.is_dates:
            made = columns.orders.written(seen)
            made.why.append("the month each day lies in")
        else:
            made = Written()
            formats = list(seen.months or ())
            if formats:
                made.part["format"] = formats[0] if len(formats) == 1 else formats
            made.why.append("months")
        line = columns.line("period", (seen,), made, "date")
        yield replace(line, why="; ".join([match.why, *made.why]), kind="month")


def _constant_period(columns: Understanding) -> Iterator[Line]:
    text, why = columns.constant["period"]
    try:
        span = parse_period(text, columns.settings.calendar)[0]
    except ValueError:
        key = "period_start"
        columns.asked.wrong.append(
            (Question(key, columns.name, f"{text!r} names no period", (), "2026-06, 2026-Q2, 2026"), text)
        )
        columns.asked.note(
            Question(key, columns.name, "For which period are these rows?", (), "2026-06, 2026-Q2, 2026")
        )
        return
    for name, day in (("period_start", span.start), ("period_end", span.end)):
        yield Line(name, {"constant": day.isoformat()}, (), "day", (day.isoformat(),), why)


def _posted(columns: Understanding, column: Column) -> Iterator[Line]:
    match = columns.taken.get("posted_on") or columns.taken.get("period")
    if match is None or not match.seen.is_dates or columns.table.column("posted_on") is None:
        return
    line = columns.line("posted_on", (match.seen,), columns.orders.written(match.seen), "date")
    yield replace(line, why="the same column") if "posted_on" not in columns.taken else line


# -- the amount ----------------------------------------------------------------------------------------------


def _amount(columns: Understanding, column: Column) -> Iterator[Line]:
    taken = columns.taken
    if "amount" in taken:
        seen = taken["amount"].seen
        made = columns.decimals.written("amount", seen, seen.numbers)
        if seen.numbers.signs:
            made.part["accounting"] = True
        signed = number_sql(seen, made.part)
        if "+side" in taken:
            credits = _side(columns, made)
            side = f"c{taken['+side'].seen.facts.place}"
            inside = ", ".join(map(literal, credits))
            signed = f"CASE WHEN {side} IN ({inside}) THEN -{signed} ELSE {signed} END" if credits else signed
        elif columns.table.name == "ledger":
            _sign(columns, seen, made)
        ask_costs(columns, seen, signed)
        yield columns.line("amount", (seen,), made, "money")
    elif "+debit" in taken or "+credit" in taken:
        yield from _two_sides(columns)


def _two_sides(columns: Understanding) -> Iterator[Line]:
    debit, credit = columns.taken.get("+debit"), columns.taken.get("+credit")
    first = debit or credit
    assert first is not None
    made = columns.decimals.written("amount", first.seen, first.seen.numbers)
    made.unread = 0
    if debit and credit:
        columns.used.add(credit.seen.facts.place)
        made.part = {"minus": credit.seen.header} | made.part
        made.why.append("debit less credit")
        given = {k: v for k, v in made.part.items() if k != "minus"}
        sides = [f"coalesce({number_sql(m.seen, given)}, 0)" for m in (debit, credit)]
        ask_costs(columns, debit.seen, f"({sides[0]} - {sides[1]})")
    elif credit:
        made.part["factor"] = "-1"
        made.why.append("credits are negative")
    yield columns.line("amount", (first.seen,), made, "money")


def _side(columns: Understanding, made: Written) -> list[str]:
    """A column says which side an amount stands on; the words for credit."""
    seen = columns.taken["+side"].seen
    credits = [v for v, _ in seen.facts.values if value_map("side", v) == "credit"]
    columns.used.add(seen.facts.place)
    if credits:
        made.part["negative"] = {"column": seen.header, "is": credits}
        made.why.append(f"negative where {seen.header} is {', '.join(credits)}")
    return credits


def _sign(columns: Understanding, seen: Seen, made: Written) -> None:
    """Ask when most amounts are negative: they may be costs written with a minus, or revenue."""
    value = number_sql(seen, made.part)
    above, below, more, less = seen.profile.counts(
        [
            f"count(*) FILTER ({value} > 0)",
            f"count(*) FILTER ({value} < 0)",
            f"sum(CASE WHEN {value} > 0 THEN {value} END)",
            f"sum(CASE WHEN {value} < 0 THEN {value} END)",
        ]
    )
    if below <= above:
        return
    options = (
        Option(
            "costs negative",
            "costs are written with a minus: turn the sign",
            f"{below:,} of {above + below:,} rows, {less:,}",
        ),
        Option(
            "costs positive",
            "costs are written without a sign: keep it",
            f"{above:,} of {above + below:,} rows, {more:,}",
        ),
    )
    text = "Most amounts are below nought. In percontact costs are positive, credits and reversals negative."
    answer = columns.asked.ask(Question("amount.sign", seen.header, text, options))
    if answer == "costs negative":
        made.part["factor"] = "-1"
        made.why.append("the sign is turned, as you answered")


def number_sql(seen: Seen, part: Part) -> str:
    """SQL of a cell as a number, roughly: enough to count signs and to sum."""
    cell, decimal = f"c{seen.facts.place}", str(part.get("decimal", "."))
    drop = "." if decimal == "," else ","
    text = f"replace(replace(replace({cell}, {literal(drop)}, ''), ' ', ''), '\u2212', '-')"
    text = f"replace({text}, {literal(decimal)}, '.')"
    text = f"regexp_replace({text}, '^\\((.*)\\)$|^(.*)-$', '-\\1\\2')"
    return f"TRY_CAST(regexp_replace({text}, '[^0-9.+-]', '', 'g') AS DOUBLE)"


# -- the currency --------------------------------------------------------------------------------------------


def _currency(columns: Understanding) -> Iterator[Line]:
    home = columns.settings.currency
    if "currency" in columns.taken:
        seen = columns.taken["currency"].seen
        made = Written()
        named = {v: currency_of(v) for v, _ in seen.facts.values}
        if any(v.upper() != code for v, code in named.items()):
            made.part["values"] = {v: code for v, code in named.items() if code}
        yield columns.line("currency", (seen,), made, "currency")
        return
    money = [
        m.seen
        for r, m in columns.taken.items()
        if r in ("amount", "+debit", "+credit", "marketing", "advertising")
    ]
    if not money:
        return
    signs = {sign for seen in money for sign in seen.numbers.signs}
    said = {seen.head.currency for seen in money if seen.head.currency} | {
        CURRENCY_SIGNS[s] for s in signs if s in CURRENCY_SIGNS
    }
    if "a" in signs:
        said |= {code for seen in money for code in _codes(seen)}
    if "$" in signs or any("$" in seen.header for seen in money):
        dollars = home if home in _DOLLARS else _which_dollar(columns, money[0])
        if dollars is None:
            return
        said = {dollars if code == "USD" else code for code in said}
    if len(said) == 1:
        code = str(said.pop())
        yield Line(
            "currency",
            {"constant": code},
            (),
            "currency",
            (code,),
            "named in the header or beside the amounts",
        )
    elif said:
        options = tuple(Option(str(c), str(c), "") for c in sorted(map(str, said)))
        text = "Different currencies are named. Rows in different ones need a column that says which."
        answer = columns.asked.ask(Question("currency", money[0].header, text, options))
        if answer:
            yield Line("currency", {"constant": answer}, (), "currency", (answer,), "as you answered")
    else:
        columns.facts.append(("Currency", f"{home}, the workspace's; the file names none"))


def _which_dollar(columns: Understanding, seen: Seen) -> str | None:
    """Which country's dollar a dollar sign means."""
    options = tuple(Option(code, code, "") for code in _DOLLARS)
    text = "The dollar sign is the sign of several currencies. Which one is it?"
    return columns.asked.ask(Question("currency", seen.header, text, options, "a currency code"))


def _codes(seen: Seen) -> set[str]:
    """Currency codes that stand beside the numbers of a column."""
    found = set()
    for value, _ in seen.facts.values:
        found |= {"".join(c for c in word if c.isalpha()).upper() for word in value.split()} & CURRENCIES
    return found
