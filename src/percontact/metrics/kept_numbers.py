# SPDX-License-Identifier: Apache-2.0
"""Numbers of metrics from sums kept by month and dimension, where those can tell them; else from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from percontact.costing.kept_sums import DIMENSIONS, KeptSums, answerable, inside
from percontact.costing.slice import Slice
from percontact.metrics.catalogue import shipped
from percontact.metrics.grouped import Sum
from percontact.metrics.near_rows import read_near
from percontact.metrics.row_sql import Number, numbers_of
from percontact.metrics.tally import Places, Tally, cover_of, side_by_side
from percontact.records.dialect import quote


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
    found = read_near(tally, question, numbers)
    return tally.read(question, numbers) if found is None else found


def _sums(kept: KeptSums, tally: Tally, question: Slice, numbers: Sequence[Number]) -> Places | None:
    """Numbers that add up; None where kept sums cannot tell them."""
    facts = tally.facts
    if facts.made or not tally.parts_add_up or not numbers or not answerable(question, DIMENSIONS):
        return None
    cover = kept.once(("cover", facts.table, tally.when), lambda: cover_of(tally))
    if cover is None:
        return None
    sums = kept.once(("sums", facts.table, tally.when), lambda: _speak(tally, cover)[1])
    known = {d for d in DIMENSIONS if tally.row.knows(d)}
    key = f"{facts.table} {tally.when} {list(sums)}"
    table = kept.table(key, known, tally.book.rows(facts.table), lambda dims: _made(tally, cover, dims))
    tally.begin(cover)
    column = {text: f"x{i}" for i, text in enumerate(sums)}
    asked = [column.get(repr(tally.row.part(n))) for n in numbers]
    if table is None or None in asked or not answerable(question, table[1]):
        return None
    dims = [f"{quote(d)} AS d{i}" for i, d in enumerate(question.by)]
    added = [f"sum({name}) AS s{i}" for i, name in enumerate(asked)]
    by = ", ".join(["period", *(f"d{i}" for i in range(len(dims)))])
    fields = ", ".join([f"{question.period()} AS period", *dims, *added])
    return tally.places(f"SELECT {fields} FROM {table[0]} WHERE {inside(question)} GROUP BY {by}", len(dims))


def _speak(tally: Tally, cover: Slice) -> tuple[Tally, dict[str, Sum]]:
    """(tally with the columns and joins noted that every shipped metric needs, text of a sum -> the sum).

    The metrics are those that count rows of the tally's table by its time.
    """
    own = Tally(tally.con, tally.book, tally.policy, tally.facts.table, tally.when)
    own.begin(cover)
    found: dict[str, Sum] = {}
    for card in shipped():
        if card.counted_on != f"{own.facts.table}.{own.when}" or card.kind in ("survival", "index"):
            continue
        own.row.parameters = card.parameters
        for number in numbers_of(card):
            if number.adds_up:
                one = own.row.part(number)
                found.setdefault(repr(one), one)
    return own, found


def _made(tally: Tally, cover: Slice, dims: Sequence[str]) -> str:
    """SQL of all sums by month and dimensions, over every row: month, the dimensions, x0, x1, ..."""
    own, sums = _speak(tally, cover)
    sql = own.sums_sql(replace(cover, by=tuple(dims)), list(sums.values()))
    fields = ["period AS month", *(f"d{i} AS {quote(d)}" for i, d in enumerate(dims))]
    fields += [f"x{i}" for i in range(len(sums))]
    return f"SELECT {', '.join(fields)} FROM ({sql})"
