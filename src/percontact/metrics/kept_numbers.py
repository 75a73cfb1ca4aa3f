# SPDX-License-Identifier: Apache-2.0
"""Numbers of metrics from sums kept by month and dimension, where those can tell them; else from the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from percontact.costing.kept_sums import DIMENSIONS, KeptSums, Monthly, answerable, inside
from percontact.costing.policy import Policy
from percontact.costing.reach import Month, Reach, together
from percontact.costing.slice import Slice
from percontact.metrics.catalogue import shipped
from percontact.metrics.grouped import Sum
from percontact.metrics.near_rows import read_near
from percontact.metrics.row_sql import Number, numbers_of
from percontact.metrics.tally import Places, Tally, side_by_side
from percontact.records.book import BookPart
from percontact.records.dialect import quote
from percontact.records.tables import TABLES
from percontact.values.period import Period, add_months

if TYPE_CHECKING:
    import duckdb


def read(tally: Tally, question: Slice, numbers: Sequence[Number]) -> Places:
    """Every number at every place of a question."""
    adding = [i for i, n in enumerate(numbers) if n.adds_up]
    if tally.kept is None:
        return tally.read(question, numbers)
    kept = _sums(tally.kept, tally, question, [numbers[i] for i in adding])
    if kept is None:
        return _from_rows(tally, question, numbers)
    others = [i for i, n in enumerate(numbers) if not n.adds_up]
    found = [(adding, kept)]
    if others:
        found.append((others, _from_rows(tally, question, [numbers[i] for i in others])))
    return side_by_side(found, len(numbers))


def _from_rows(tally: Tally, question: Slice, numbers: Sequence[Number]) -> Places:
    """Numbers from rows, those kept near where they can tell them."""
    if tally.kept is not None and tally.book.has(tally.facts.table) and not tally.facts.made:
        # Known once of a state of the files, so that no question reads every month for its last moment.
        tally.row.until = _until(tally, tally.kept.reach, None)
    found = read_near(tally, question, numbers)
    return tally.read(question, numbers) if found is None else found


def _sums(kept: KeptSums, tally: Tally, question: Slice, numbers: Sequence[Number]) -> Places | None:
    """Numbers that add up; None where kept sums cannot tell them."""
    facts = tally.facts
    if facts.made or not tally.parts_add_up or not numbers or not answerable(question, DIMENSIONS):
        return None
    if not tally.book.has(facts.table):
        return None
    sums = kept.once(("sums", facts.table, tally.when), lambda: list(_speak(tally, None)[1]))
    tally.begin(None)
    column = {text: f"x{i}" for i, text in enumerate(sums)}
    asked = [column.get(repr(tally.row.part(n))) for n in numbers]
    if None in asked:
        return None
    known = {d for d in DIMENSIONS if tally.row.knows(d)}
    table = kept.table(f"{facts.table} {tally.when}", known, lambda: _monthly(tally, kept.reach, known))
    if table is None or not answerable(question, table[1]):
        return None
    dims = [f"{quote(d)} AS d{i}" for i, d in enumerate(question.by)]
    added = [f"sum({name}) AS s{i}" for i, name in enumerate(asked)]
    by = ", ".join(["period", *(f"d{i}" for i in range(len(dims)))])
    fields = ", ".join([f"{question.period()} AS period", *dims, *added])
    return tally.places(f"SELECT {fields} FROM {table[0]} WHERE {inside(question)} GROUP BY {by}", len(dims))


def _speak(tally: Tally, months: Period | None) -> tuple[Tally, dict[str, Sum]]:
    """(tally with the columns and joins noted that every shipped metric needs, name of a sum -> the sum).

    The metrics are those that count rows of the tally's table by its time. A sum is named by its text where a
    row may stand for many; months: what the sums themselves are made for, None = any.
    """
    own = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    named = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    own.row.until = tally.row.until
    own.begin(months)
    named.begin(None)
    found: dict[str, Sum] = {}
    for card in shipped():
        if card.counted_on != f"{own.facts.table}.{own.when}" or card.kind in ("survival", "index"):
            continue
        own.row.parameters = named.row.parameters = card.parameters
        for number in numbers_of(card):
            if number.adds_up:
                found.setdefault(repr(named.row.part(number)), own.row.part(number))
    return own, found


# -- month by month ----------------------------------------------------------------------------------------


def _monthly(tally: Tally, reach: Reach, dims: Collection[str]) -> Monthly:
    """How the sums of a table are made month by month, and what each month's depend on."""
    table, when = tally.facts.table, tally.when
    if TABLES[table].when == when:
        spread: dict[date, set[Month]] = {m: {m} for m in reach.months(table) if m is not None}
    else:
        spread = reach.spread(table, when)
    parts = {m: _part(tally, reach, m, own, dims) for m, own in spread.items()}
    rows = {m: sum(f.rows for f in tally.book.files[table] if f.month in own) for m, own in spread.items()}

    def make(con: duckdb.DuckDBPyConnection, months: Collection[date], chosen: Sequence[str]) -> str:
        part = together(parts[m] for m in months)
        mine = Tally(con, tally.book.only(part), tally.policy, table, when)
        mine.row.until = _until(tally, reach, None)
        return _made(mine, months, chosen)

    return Monthly(
        {m: f"{_text(tally, reach, m)} {reach.digest(part)}" for m, part in parts.items()},
        rows.__getitem__,
        make,
    )


def _made(tally: Tally, months: Collection[date], dims: Sequence[str]) -> str:
    """SQL of all sums by month and dimensions: month, the dimensions, x0, x1, ..."""
    span = Period(min(months), add_months(max(months), 1))
    own, sums = _speak(tally, span)
    sql = own.sums_sql(Slice(span, "month", by=tuple(dims)), list(sums.values()))
    fields = ["period AS month", *(f"d{i} AS {quote(d)}" for i, d in enumerate(dims))]
    fields += [f"x{i}" for i in range(len(sums))]
    listed = ", ".join(f"DATE '{m}'" for m in sorted(months))
    return f"SELECT {', '.join(fields)} FROM ({sql}) WHERE period IN ({listed})"


def _text(tally: Tally, reach: Reach, month: date) -> str:
    """What the sums of a month depend on besides rows: the cards' SQL, and what the policy says to it.

    How long a window stays open after the last row is told as far as it can move anything in the month.
    """
    mine = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    mine.row.until = _until(tally, reach, month)
    own, sums = _speak(mine, None)
    policy = tally.policy
    rules: list[object] = [policy.opening_hours] if "hours" in own.row.joined else []
    if "repeat" in own.row.joined:
        rules += [policy.repeat_days, policy.repeat_same, own.row.until]
    told = hashlib.sha256(f"{list(sums.values())} {rules}".encode()).hexdigest()[:24]
    return f"{tally.facts.table} {tally.when} {told}"


def _part(tally: Tally, reach: Reach, month: date, own: set[Month], dims: Collection[str]) -> BookPart:
    """What of the Book the sums of a month read.

    own  months of the tally's table that its rows lie in
    """
    table = tally.facts.table
    mine, _ = _speak(tally, None)
    for name in dims:
        mine.row.dimension(name)
    mine.note_joins()
    joined, found = mine.row.joined, dict[str, set[Month] | None]()
    found[table] = set(own)
    if mine.facts.borrowed and mine.facts.borrowed[1] in joined:
        other, _, column = mine.facts.borrowed
        found[other] = reach.linked(table, own, other, column)
    if "case" in joined:
        found["cases"] = reach.linked(table, own, "cases", "case_id")
    if "legs" in joined:
        found["handlings"] = reach.linked(table, own, "handlings", "contact_id")
    if "contacts" in joined:
        found["contacts"] = reach.linked(table, own, "contacts", "case_id")
    if "hours" in joined:
        found["calendar"] = None
    if "repeat" in joined:
        found["contacts"] = (found.get("contacts") or set()) | reach.near(month, tally.policy.repeat_days)
    if mine.row.theirs:
        found["customers"] = None
    return found


_ENDS = {"contacts": ("started_at",), "cases": ("opened_at", "resolved_at", "closed_at")}
"""Table -> columns whose latest moment closes windows."""


def _until(tally: Tally, reach: Reach, month: date | None) -> dict[str, str]:
    """SQL of the last moment that a table tells; of a month, no later than its windows are all closed."""
    found = {}
    for table, names in _ENDS.items():
        columns = [n for n in names if n in tally.book.filled(table)]
        if table not in (tally.facts.table,) or not columns:
            continue
        last = reach.latest(table, columns)
        if last is None:
            continue
        if month is not None:
            last = min(last, datetime.combine(add_months(month, 1), time()) + _longest(tally.policy))
        found[table] = f"TIMESTAMP '{last}'"
    return found


def _longest(policy: Policy) -> timedelta:
    """The longest window that any shipped metric leaves open after a row, and a day for the time zone."""
    within = max(int(card.parameters.get("within_s", "86400")) for card in shipped())
    return max(timedelta(days=policy.repeat_days), timedelta(seconds=within)) + timedelta(days=1)
