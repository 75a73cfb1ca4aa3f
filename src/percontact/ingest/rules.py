# SPDX-License-Identifier: Apache-2.0
"""The rules a row is held to, and the words for a row that breaks one.

The first rule a row breaks, in the order of the columns, is the one it is set aside for. A rule is an SQL
condition over the values (v0, v1, ...) and texts (q0, r0, ...) of `cells`; its words are made in Python,
for the bad rows only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from percontact.ingest.cell_text import Cell
from percontact.ingest.condition import holds
from percontact.ingest.plan import Placed, Plan, Target
from percontact.records.column import Order, Table
from percontact.records.dialect import in_list
from percontact.records.landing import Aside
from percontact.values.codes import CODES
from percontact.values.problem import Problem

Words = Callable[[str, str, int], tuple[str, str]]
"""From (value found, other value, distance in microseconds or days) to (what is wrong, what follows)."""

ASIDE = "so the row is set aside"
FIRST_DAY, LAST_DAY = "1900-01-01", "2200-01-01"
"""Days outside [FIRST_DAY, LAST_DAY) are taken for errors: 0026 for 2026, 9999 for "never"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way a row can be bad.

    when   SQL condition that the row is bad
    found  SQL text of the value at fault; other: SQL text of the value it is held against
    gap    SQL whole number between the two: microseconds or days
    words  what is said
    fine   SQL condition, quicker than `when`, that this rule is not broken; "" = that of another rule of its
           column says so for both; None = only `when` tells
    """

    column: str
    code: str
    when: str
    words: Words
    found: str = "NULL"
    other: str = "NULL"
    gap: str = "0"
    fine: str | None = None


def rules(plan: Plan, table: Table, cells: Sequence[Cell]) -> list[Rule]:
    """Every rule of a table that the planned columns can break, in the order they are asked."""
    found = left_out(plan.where)
    for k, (target, cell_sql) in enumerate(zip(plan.targets, cells, strict=True)):
        found += _of_column(target, cell_sql, k, table)
    places = {t.column.name: k for k, t in enumerate(plan.targets)}
    for order in table.orders:
        if order.earlier in places and order.later in places:
            found.append(_of_order(order, table, places[order.earlier], places[order.later]))
    return found + list(_of_table(table, places))


def left_out(where: Sequence[Placed]) -> list[Rule]:
    """The rules of the rows that a mapping leaves out on purpose."""
    return [_left_out(c.column[0], f"NOT {holds(place, c)}", f"c{place}") for place, c in where]


def _left_out(name: str, when: str, cell: str) -> Rule:
    def words(value: str, _other: str, _gap: int) -> tuple[str, str]:
        what = f"Left out by the mapping: `{name}` is {_shown(value)}"
        return what, "The row is counted here and nowhere else."

    return Rule(name, "E-SKIP-01", when, words, found=f"coalesce({cell}, '')")


_NOT_READ = {
    "instant": ("E-TIME-01", "no date or time", "Read as another one it would count in the wrong period"),
    "date": ("E-TIME-01", "no date", "Read as another one it would count in the wrong period"),
    "seconds": ("E-TYPE-01", "no number of seconds", "A wrong length would change every cost built on it"),
    "hours": ("E-TYPE-01", "no number of hours", "A wrong length would change every cost built on it"),
    "money": ("E-TYPE-01", "no amount", "A wrong amount would change every cost built on it"),
    "whole": ("E-TYPE-01", "no whole number", "A wrong count would change every figure built on it"),
    "flag": (
        "E-TYPE-02",
        "none of true, false, yes, no, y, n, 1, 0",
        "Neither answer can be taken for granted",
    ),
    "currency": (
        "E-TYPE-03",
        "no currency code of ISO 4217",
        "An amount without a known currency cannot be added to others",
    ),
}


def _of_column(target: Target, cell: Cell, k: int, table: Table) -> Iterator[Rule]:
    column, name = target.column, target.column.name
    r, v = cell.said, f"v{k}"
    fine = _fine(target, cell, v)
    origins = (
        ((target, f"{k}"),) if target.instead is None else ((target, f"{k}a"), (target.instead, f"{k}b"))
    )
    for one, n in origins:
        if one.origin.otherwise == "aside":
            known = in_list(f"q{n}", one.origin.values, negate=True)
            yield Rule(name, "E-TYPE-02", f"(q{n} IS NOT NULL AND {known})", _not_translated(one), f"q{n}")
        if one.times is not None:
            why = "The total cannot be told"
            said = r if target.instead is None else f"r{n}"
            bad = f"({said} IS NOT NULL AND t{n} IS NULL{f' AND v{k} IS NULL' if target.instead else ''})"
            what = "no number with up to three decimals" if column.kind == "money" else "no whole number"
            yield Rule(name, "E-TYPE-01", bad, _not_read("times", what, why), f"c{one.times}")
    if column.one_of:
        allowed = f"not one of {', '.join(column.one_of)}"
        yield Rule(
            name,
            "E-TYPE-02",
            f"({r} IS NOT NULL AND v{k} IS NULL)",
            _not_read(name, allowed, "Another value would stand outside every rule"),
            r,
            fine=fine,
        )
    elif column.kind not in ("id", "code", "text", "person"):
        why = "A wrong number would change every figure built on it"
        code, what, why = _NOT_READ.get(column.kind, ("E-TYPE-01", "no number", why))
        unread = f"({r} IS NOT NULL AND v{k} IS NULL)"
        yield Rule(name, code, unread, _not_read(name, what, why), r, fine=fine)
    if cell.gap:
        yield Rule(name, "E-TIME-03", cell.gap, _never_was(name, str(target.origin.timezone)), r)
    if column.kind in ("instant", "date"):
        beyond = f"(v{k} < DATE '{FIRST_DAY}' OR v{k} >= DATE '{LAST_DAY}')"
        yield Rule(name, "E-RANGE-01", beyond, _no_such_time(name), r, fine="")
    if column.at_least is not None:
        least = column.at_least
        yield Rule(name, "E-RANGE-01", f"{v} < {least}", _too_small(name, least), r, fine="")
    if column.required and not column.default:
        yield Rule(name, "E-ROW-02", f"v{k} IS NULL", _empty(name, table), f"v{k}", fine=f"{v} IS NOT NULL")


def _fine(target: Target, cell: Cell, v: str) -> str:
    """SQL condition that a value was read and is within its bounds, or that there was none to read."""
    bounds = []
    if target.column.kind in ("instant", "date"):
        bounds = [f"{v} >= DATE '{FIRST_DAY}' AND {v} < DATE '{LAST_DAY}'"]
    if target.column.at_least is not None:
        bounds.append(f"{v} >= {target.column.at_least}")
    return f"({' AND '.join(bounds) or f'{v} IS NOT NULL'} OR {v} IS NULL AND {cell.said} IS NULL)"


def _not_read(name: str, what: str, why: str) -> Words:
    return lambda value, _o, _g: (
        f"`{name}` is {_shown(value)}, {what}",
        f"{why}, {ASIDE}: not guessed, not emptied.",
    )


def _not_translated(target: Target) -> Words:
    name = target.column.name
    why = f"The mapping asks for it with `else: aside`, {ASIDE}."
    return lambda value, _o, _g: (f"`{name}` is {_shown(value)}, which `values:` does not name", why)


def _never_was(name: str, zone: str) -> Words:
    why = f"Clocks were set forward over it, {ASIDE}: it could be either of two moments."
    return lambda value, _o, _g: (f"`{name}` {value} never was in {zone}", why)


def _no_such_time(name: str) -> Words:
    why = f"Days from {FIRST_DAY} up to {LAST_DAY} are read; others are slips of a key, {ASIDE}."
    return lambda value, _o, _g: (f"`{name}` is {_shown(value)}, a day out of all bounds", why)


def _too_small(name: str, least: int) -> Words:
    return lambda value, _o, _g: (
        f"`{name}` is {value}, below {least}",
        f"No such value can be, {ASIDE}: not clipped.",
    )


def _empty(name: str, table: Table) -> Words:
    if name == "period_end":
        why = f"A first day alone stands for its month only when it is the first of one, {ASIDE}."
        return lambda _v, _o, _g: (
            "`period_end` is empty and `period_start` is not the first of a month",
            why,
        )
    return lambda _v, _o, _g: (f"`{name}` is empty", f"Every row of {table.name} must have it, {ASIDE}.")


def _of_order(order: Order, table: Table, earlier: int, later: int) -> Rule:
    """Days are told apart in days, moments in seconds."""
    in_days = table.column(order.earlier).stored == "DATE"  # type: ignore[union-attr]
    sign, far = ("<=", "not after") if order.strict else ("<", "before")
    gap = (
        f"date_diff('day', v{earlier}, v{later})" if in_days else f"epoch_us(v{later}) - epoch_us(v{earlier})"
    )
    worked = order.later == "ended_at"

    def words(value: str, other: str, distance: int) -> tuple[str, str]:
        length = f"{distance} days" if in_days else f"{_seconds(distance)} s"
        spans = "Handle time" if worked else "The span" if order.strict else "The time between them"
        what = f"`{order.later}` {value} is {far} `{order.earlier}` {other}"
        return what, f"{spans} would be {length}, {ASIDE}: not dropped, not clipped."

    broken = f"v{later} {sign} v{earlier}"
    fine = f"(NOT ({broken}) OR v{later} IS NULL OR v{earlier} IS NULL)"
    return Rule(order.later, order.code, broken, words, _said(later), _said(earlier), gap, fine)


def _said(k: int) -> str:
    return f"coalesce(r{k}, CAST(v{k} AS VARCHAR))"


def _of_table(table: Table, places: dict[str, int]) -> Iterator[Rule]:
    """MUST lines of the contracts that speak of no single column, or of more than its kind says."""
    v = {name: f"v{k}" for name, k in places.items()}
    if table.name == "surveys" and "score" in v:
        sides = [
            f"{v['score']} {sign} {v[edge]}"
            for sign, edge in (("<", "scale_min"), (">", "scale_max"))
            if edge in v
        ]
        edges = [
            f"coalesce(CAST(CAST({v[e]} AS DOUBLE) AS VARCHAR), '')"
            for e in ("scale_min", "scale_max")
            if e in v
        ]
        if sides:
            yield Rule(
                "score",
                "E-RANGE-01",
                f"({' OR '.join(sides)})",
                _off_scale,
                f"r{places['score']}",
                " || ' to ' || ".join(edges),
            )
    if table.name == "fx" and "rate" in v:
        yield Rule(
            "rate",
            "E-RANGE-01",
            f"{v['rate']} = 0",
            lambda value, _o, _g: (
                f"`rate` is {value}, not above 0",
                f"It would make every amount nothing, {ASIDE}.",
            ),
            f"r{places['rate']}",
        )
    if table.name == "budgets":
        empty = " AND ".join(f"{v[n]} IS NULL" for n in ("amount", "contacts") if n in v) or "true"
        yield Rule(
            "amount",
            "E-ROW-02",
            f"({empty})",
            lambda _v, _o, _g: (
                "`amount` and `contacts` are both empty",
                f"A plan of neither plans nothing, {ASIDE}.",
            ),
        )
    if table.name == "calendar":
        for name in ("opens", "closes"):
            if name in v:
                bad = f"NOT regexp_full_match({v[name]}, '([01]\\d|2[0-3]):[0-5]\\d|24:00')"
                yield Rule(
                    name,
                    "E-TIME-01",
                    bad,
                    _not_read(name, "no time of day HH:MM", "Opening hours would be wrong"),
                    v[name],
                )


def _off_scale(value: str, other: str, _gap: int) -> tuple[str, str]:
    return (
        f"`score` is {value}, outside its scale {other}",
        f"It would pull the average off the scale, {ASIDE}.",
    )


def first_fault(found: Sequence[Rule]) -> str:
    """SQL column _fault: the number in `found`, from 1, of the first rule a row breaks; NULL in good rows."""
    if not found:
        return "NULL::SMALLINT AS _fault"
    # Nearly all rows are good, and most of what makes them so is seen at a glance.
    fine = [f"NOT coalesce({r.when}, false)" if r.fine is None else r.fine for r in found if r.fine != ""]
    broken = " ".join(f"WHEN {rule.when} THEN {n}" for n, rule in enumerate(found, start=1))
    glance = " AND ".join(dict.fromkeys(fine)) or "false"
    return f"CASE WHEN {glance} THEN NULL {broken} END::SMALLINT AS _fault"


def fault_details(found: Sequence[Rule], cells: Sequence[str] = ()) -> str:
    """SQL column _bad: what the words of the first fault need, and some cells; NULL in good rows.

    As one text, for good rows are nearly all, and each column of theirs takes time; `details` parts it again.
    """

    def chosen(texts: Sequence[str]) -> str:
        cases = " ".join(f"WHEN {n} THEN CAST({t} AS VARCHAR)" for n, t in enumerate(texts, 1) if t != "NULL")
        return f"CASE _fault {cases} END" if cases else "NULL::VARCHAR"

    parts = [chosen([getattr(r, part) for r in found]) for part in ("found", "other", "gap")]
    listed = f"CAST(to_json([{', '.join([*parts, *cells])}]) AS VARCHAR)"
    return f"CASE WHEN _fault IS NOT NULL THEN {listed} END AS _bad"


def details(bad: str) -> tuple[str | None, str | None, int, list[str | None]]:
    """The value a fault is about, the other one it is held against, the gap between them; and the cells."""
    value, other, gap, *cells = json.loads(bad)
    return value, other, int(gap or 0), cells


def reason(rule: Rule, value: str | None, other: str | None, gap: int) -> str:
    """What is wrong, and what follows: two sentences, the second without a full stop inside."""
    what, why = rule.words(value or "", other or "", gap)
    return f"{what}. {why}"


def _shown(value: str) -> str:
    """A cell in a sentence: marked, and cut where it would drown it."""
    return f"`{value if len(value) <= 60 else value[:57] + '...'}`" if value else "empty"


def _seconds(micros: int) -> str:
    whole, rest = divmod(abs(micros), 1_000_000)
    sign = "-" if micros < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


def problem_of(aside: Aside, name: str) -> Problem:
    """A row set aside as a Problem in four parts; `name` is that of its file."""
    what, _, why = aside.reason.rpartition(". ")
    what = what[:1].lower() + what[1:]
    return Problem(aside.code, f"{name}:{aside.line}", what, why, CODES[aside.code][2], aside.text)
