# SPDX-License-Identifier: Apache-2.0
"""Cells of an answer: what the work in one period and place came to, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from percontact.costing.slice import Slice

if TYPE_CHECKING:
    import duckdb

_COUNTS = ("n", "handled", "coalesce(effort, 0) * 1000", "measured", "derived")
"""SUMS as whole numbers; effort in milliseconds."""


class Cell(NamedTuple):
    """One cell of an answer.

    period    first day of the period
    values    one value a dimension asked for; None = unknown
    pico      cost
    offered   contacts, abandoned ones too
    handled   contacts handled
    handle_s  seconds of work, as costed (measured, split or estimated)
    measured  handled contacts whose time is measured or reported
    derived   handled contacts whose time comes from other times; that of the rest is estimated
    """

    period: date
    values: tuple[object, ...]
    pico: int
    offered: int
    handled: int
    handle_s: Decimal
    measured: int
    derived: int


Cells = tuple[list[Cell], list[Cell]]
"""(cells inside a question, sums of what it leaves out)"""


def read_cells(con: duckdb.DuckDBPyConnection, question: Slice, answer: str) -> Cells:
    """The cells of an answer, in order of period and value.

    answer  SQL relation inside, period, d0, d1, ..., SUMS, pico
    """
    place = [f"d{i}" for i in range(len(question.by))]
    # A wide integer takes five times as long to fetch as a short one or a text, a decimal ten times.
    short = ["CAST(pico AS VARCHAR)", *(f"CAST({x} AS BIGINT)" for x in _COUNTS)]
    columns = [*place, "inside", "period", *short]
    rows = con.execute(
        f"SELECT {', '.join(columns)} FROM {answer} ORDER BY {', '.join(['inside', 'period', *place])}"
    ).fetchall()
    if not rows:
        return [], []
    *values, inside, period, pico, n, handled, effort_ms, measured, derived = zip(*rows, strict=True)
    places = zip(*values, strict=True) if values else repeat((), len(rows))
    seconds = map(_seconds, effort_ms)
    numbers = zip(period, places, map(int, pico), n, handled, seconds, measured, derived, strict=True)
    cells = list(map(Cell._make, numbers))
    outside = inside.count(False)
    return cells[outside:], cells[:outside]


def _seconds(milliseconds: int) -> Decimal:
    return Decimal(milliseconds).scaleb(-3) if milliseconds else Decimal(0)


def whole_cell(period: date, cells: Sequence[Cell]) -> Cell:
    """Cells as one, without dimensions."""
    if not cells:
        return Cell(period, (), 0, 0, 0, Decimal(0), 0, 0)
    _, _, pico, offered, handled, seconds, measured, derived = zip(*cells, strict=True)
    time_s = sum(seconds, Decimal(0))
    return Cell(period, (), sum(pico), sum(offered), sum(handled), time_s, sum(measured), sum(derived))
