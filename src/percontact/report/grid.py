# SPDX-License-Identifier: Apache-2.0
"""A table as lines of text: aligned columns between hairlines, in the width there is.

A figure is never cut: where a table needs more room than there is, its texts wrap; then the line is longer.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from percontact.report.cells import shown, visible
from percontact.report.document import Cell, Table, TableColumn

GAPS = (3, 2)
"""Spaces between two columns: as many as there is room for."""
SHORT = 9
"""Columns up to which a header stays in one line: "Cost, EUR"."""
LEAST = 8
"""Columns that any text gets."""
FLOORS = (40, 24)
"""Columns below which no text is squeezed for the sake of others; a longer word is broken. Tried in turn.
An id or a pool's name must be fit to be copied, so a line would rather be too long than break one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A column with its cells written: how wide it would like to be, and its longest word."""

    header: str
    cells: list[str]
    number: bool
    widest: int
    word: int

    def least(self, floor: int) -> int:
        """The narrowest it may be: a number as it is; a text by its longest word, up to the floor."""
        return self.widest if self.number else min(self.widest, max(LEAST, min(self.word, floor)))


def grid(table: Table, width: int) -> str:
    """The rows of a table, and its total below a line."""
    if not table.rows:
        return "(none)"
    columns = [_measured(column, table, i) for i, column in enumerate(table.columns)]
    gap, widths, whole = _widths(columns, width)
    if not whole and any(c.kind == "share" for c in table.columns):
        # The notes say what the shares say, and every other form has them.
        return grid(table.without("share"), width)
    totals, grouped = 1 if table.total else 0, table.columns[0].name == "period"
    return _printed(columns, widths, gap, totals=totals, grouped=grouped)


def _measured(column: TableColumn, table: Table, i: int) -> Measured:
    from rich.cells import cell_len

    cells = [_written(row[i], column) for row in table.rows]
    cells += [_written(table.total[i], column, total=True)] if table.total else []
    widest = max(map(cell_len, cells))
    header = column.header
    if column.is_number:
        # A figure's header is broken where it is wider than the figures; a text wraps by itself.
        wide = max(widest, SHORT, *map(len, header.split()))
        header = textwrap.fill(header, wide, break_long_words=False, break_on_hyphens=False)
    widest = max(widest, *map(cell_len, header.split("\n")))
    word = max(cell_len(word) for text in (*cells, header) for word in text.split(" "))
    return Measured(header, cells, column.is_number, widest, word)


def _written(cell: Cell, column: TableColumn, *, total: bool = False) -> str:
    return visible(shown(cell, column, total=total))


def _widths(columns: Sequence[Measured], width: int) -> tuple[int, list[int], bool]:
    """(gap, width of each column, whether short words stay whole): gaps shrink first, then words break."""
    gaps = len(columns) - 1
    for floor in FLOORS:
        least = [c.least(floor) for c in columns]
        for gap in GAPS:
            room = width - sum(least) - gap * gaps
            if room >= 0:
                return gap, _shared(columns, least, room), floor != FLOORS[-1]
    # The line is too long in any case: then words had better stay whole.
    return GAPS[-1], [c.least(FLOORS[1]) for c in columns], False


def _shared(columns: Sequence[Measured], least: list[int], room: int) -> list[int]:
    """Room left over goes to the texts that wrap, those that need the least first."""
    widths = list(least)
    needy = sorted(
        (i for i, c in enumerate(columns) if c.widest > least[i]), key=lambda i: columns[i].widest - least[i]
    )
    for left, i in zip(range(len(needy), 0, -1), needy, strict=True):
        given = min(columns[i].widest - least[i], room // left)
        widths[i] += given
        room -= given
    return widths


def _printed(columns: Sequence[Measured], widths: list[int], gap: int, *, totals: int, grouped: bool) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    padding = (0, gap - 1, 0, 0)
    lines = Grid(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=padding, show_footer=bool(totals))
    for c, width in zip(columns, widths, strict=True):
        side: Literal["right", "left"] = "right" if c.number else "left"
        total = Text(c.cells[-1]) if totals else ""
        lines.add_column(Text(c.header), total, width=width, justify=side, no_wrap=c.number, overflow="fold")
    rows = [list(row) for row in zip(*(c.cells[: len(c.cells) - totals] for c in columns), strict=True)]
    for row in _grouped(rows) if grouped else rows:
        lines.add_row(*[Text(cell) for cell in row])
    out = io.StringIO()
    # One more than the lines need: rich counts the last column's padding, which is cut off again below.
    whole = sum(widths) + gap * len(widths)
    Console(file=out, width=whole, color_system=None, force_terminal=False, legacy_windows=False).print(lines)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _grouped(rows: list[list[str]]) -> Iterator[list[str]]:
    """Rows with a period named once, where it begins, and a line left free before the next one."""
    before: str | None = None
    several = any(a[0] == b[0] for a, b in pairwise(rows))
    for row in rows:
        if several and before is not None and row[0] != before:
            yield ["" for _ in row]
        yield row if row[0] != before else ["", *row[1:]]
        before = row[0]
