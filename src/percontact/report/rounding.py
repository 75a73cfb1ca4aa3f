# SPDX-License-Identifier: Apache-2.0
"""What cents leave of a column: each amount is rounded by itself, so rows need not add up to their total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from percontact.report.document import Cell, Table, TableColumn
from percontact.values.money import cents_text, minor_digits

CENTS = (
    "Each amount is rounded by itself, so that it is the same wherever it stands; where the rows shown do "
    "not add up to their total, a note says by how much."
)
"""What an answer says of its cents."""


def with_rounding(table: Table, *names: str) -> Table:
    """The table with a note where rounding keeps the rows of a column from adding up to its total.

    names  the columns whose total is their sum; none named = all of money
    """
    told = [
        (column.header.partition(",")[0], f"{column.currency} {text}")
        for i, column in enumerate(table.columns)
        if (column.name in names if names else column.kind == "money")
        if (text := _left(table, i, column))
    ]
    if not told:
        return table
    if len(told) == 1:
        said = f"the rows of {told[0][0]} add up to {told[0][1]} than their total"
    else:
        said = f"the rows do not add up to their totals: {', '.join(' '.join(one) for one in told)}"
    note = f"Each amount is rounded by itself: as shown, {said}."
    return replace(table, note=f"{table.note} {note}".strip())


def _left(table: Table, i: int, column: TableColumn) -> str:
    """ "0.01 less": how far the shown rows are from the shown total, where only rounding can have made it."""
    shown = [_cents(row[i], column) for row in table.rows]
    total = None if table.total is None else _cents(table.total[i], column)
    if total is None or len(shown) < 2:
        return ""
    left = total - sum(n for n in shown if n is not None)
    # Half a cent a row, and half of the total's own.
    if not left or 2 * abs(left) > len(shown) + 1:
        return ""
    return f"{cents_text(abs(left), column.currency)} {'less' if left > 0 else 'more'}"


def _cents(cell: Cell, column: TableColumn) -> int | None:
    if cell is None or isinstance(cell, str) or not isinstance(cell, int | Decimal):
        return None
    digits = minor_digits(column.currency)
    return int(cell) if column.kind == "money" else int(round(Decimal(cell), digits).scaleb(digits))
