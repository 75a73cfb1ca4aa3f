# SPDX-License-Identifier: Apache-2.0
"""Text for a terminal: the headline first, then tables with hairlines, aligned, in the width there is.

A figure is never cut: where a table needs more room than there is, its texts wrap; then the line is longer.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TextIO

from percontact.report.cells import shown, visible
from percontact.report.document import Cell, Document, Table, TableColumn

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH = 80
WIDEST = 120
"""Columns beyond which lines are hard to follow; a wider terminal keeps its space."""
GAPS = (3, 2)
"""Spaces between two columns: as many as there is room for."""
SHORT = 9
"""Columns up to which a header stays in one line: "Cost, EUR"."""
FLOORS = (24, 12, 8)
"""Columns to which a word may be broken, tried in turn."""


@dataclass(frozen=True, slots=True)
class Page:
    """What text is written on: columns wide, with or without colour."""

    width: int = WIDTH
    colour: bool = False


def page_of(stream: TextIO | None = None) -> Page:
    """The page that a stream is: colour only on a terminal, and not where NO_COLOR is set (no-color.org)."""
    out = stream or sys.stdout
    if not out.isatty():
        return Page()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Page(min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST), colour)


def render(document: Document, page: Page = Page()) -> str:
    """The document as text; blocks stand apart by an empty line."""
    return "\n\n".join(block for block in _blocks(document, page) if block) + "\n"


def _blocks(document: Document, page: Page) -> Iterator[str]:
    yield _styled(_wrapped(document.headline, page), "1", page)
    if document.demo:
        yield _wrapped(document.demo, page)
    for number, table in enumerate(document.tables):
        if table.sentence:
            yield _wrapped(table.sentence, page)
        else:
            yield _table(table.shown(), page) if number == 0 else _titled(table.shown(), page)
        if table.note:
            yield _styled(_wrapped(table.note, page), "2", page)
    if document.notes:
        yield _styled("\n".join(_wrapped(n, page, bullet="- ") for n in document.notes), "2", page)
    if document.facts:
        facts = "; ".join(f"{name}: {fact}" for name, fact in document.facts)
        yield _styled(_wrapped(f"{facts}.", page), "2", page)


def _styled(text: str, code: str, page: Page) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if page.colour and text else text


def _wrapped(text: str, page: Page, *, bullet: str = "") -> str:
    indent = " " * len(bullet)
    return textwrap.fill(
        visible(text), page.width, initial_indent=bullet, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


# -- tables -------------------------------------------------------------------------------------------------


def _titled(table: Table, page: Page) -> str:
    """A table under its title; where its first header is but a word of it, the title stands there."""
    first = table.columns[0]
    if table.rows and first.kind == "text" and first.header.lower() in table.title.lower():
        return _table(replace(table, columns=(replace(first, header=table.title), *table.columns[1:])), page)
    return _styled(_wrapped(table.title, page), "1", page) + "\n" + _table(table, page)


def _table(table: Table, page: Page) -> str:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    if not table.rows:
        return "(none)"
    rows = [_written(table, row) for row in table.rows]
    total = _written(table, table.total, total=True) if table.total else []
    columns = [
        _measured(column, list(cells))
        for column, cells in zip(
            table.columns, zip(*rows, *([total] if total else []), strict=True), strict=True
        )
    ]
    least, gap, fits = _room(columns, page.width)
    if not fits and any(c.kind == "share" for c in table.columns):
        # The notes say what the shares say, and the other forms have them.
        return _table(table.without("share"), page)
    padding = (0, gap - 1, 0, 0)
    grid = Grid(box=box.SIMPLE, show_edge=False, pad_edge=False, padding=padding, show_footer=bool(total))
    for i, c in enumerate(columns):
        grid.add_column(
            Text(c.header), Text(total[i]) if total else "", no_wrap=c.number, overflow="fold",
            min_width=least[i], justify="right" if c.number else "left",
        )  # fmt: skip
    for row in _grouped(table, rows):
        grid.add_row(*[Text(cell) for cell in row])
    return _printed(grid, max(page.width, sum(least) + gap * (len(least) - 1)))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a grid: its header as broken, its widest cell, its longest word; a number cannot be narrower."""

    header: str
    number: bool
    widest: int
    word: int


def _measured(column: TableColumn, cells: list[str]) -> _Column:
    from rich.cells import cell_len

    widest = max(map(cell_len, cells))
    header = column.header
    if column.is_number:
        # A figure's header is broken where it is wider than the figures; a text wraps by itself.
        wide = max(widest, SHORT, *map(len, header.split()))
        header = textwrap.fill(header, wide, break_long_words=False, break_on_hyphens=False)
    widest = max(widest, *map(cell_len, header.split("\n")))
    return _Column(
        header,
        column.is_number,
        widest,
        max(cell_len(w) for text in (*cells, header) for w in text.split(" ")),
    )


def _room(columns: Sequence[_Column], width: int) -> tuple[list[int], int, bool]:
    """(least width of each column, gap, whether they fit): names stay whole where they can, then gaps shrink."""
    for floor in FLOORS:
        least = [
            c.widest if c.number else min(c.widest, max(FLOORS[-1], min(c.word, floor))) for c in columns
        ]
        for gap in GAPS:
            if sum(least) + gap * (len(least) - 1) <= width:
                return least, gap, True
    return least, gap, False


def _written(table: Table, row: Sequence[Cell], *, total: bool = False) -> list[str]:
    return [visible(shown(cell, c, total=total)) for cell, c in zip(row, table.columns, strict=True)]


def _grouped(table: Table, rows: list[list[str]]) -> Iterator[list[str]]:
    """Rows with a period named once, where it begins, and a line left free before the next one."""
    if not table.columns or table.columns[0].name != "period":
        yield from rows
        return
    before: str | None = None
    several = any(a[0] == b[0] for a, b in pairwise(rows))
    for row in rows:
        if several and before is not None and row[0] != before:
            yield ["" for _ in row]
        yield row if row[0] != before else ["", *row[1:]]
        before = row[0]


def _printed(grid: RenderableType, width: int) -> str:
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, width=width, color_system=None, force_terminal=False, legacy_windows=False).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
