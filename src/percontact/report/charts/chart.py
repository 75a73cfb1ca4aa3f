# SPDX-License-Identifier: Apache-2.0
"""One picture of an answer: what it says, its numbers as a table, and its drawing as a specification.

    Chart
      table     the same numbers; what "Show the numbers" shows, and the way of the keyboard
      spec      Vega-Lite with its data inline; colours stand as `var(--name)` of `tokens`

`drawing` makes of it what a browser runs, and SVG, PNG and PDF. This file needs no library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from percontact.report.cells import as_number, shown
from percontact.report.document import Cell, Table, TableColumn

FEW = 30
"""Contacts below which a figure is greyed with a note: chance moves it more than anything people do."""

MARKS = 2000
"""Marks a drawing may have: beyond, a browser slows and nobody sees them apart. Sum up first."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of an answer. title says the finding; subtitle the measure, unit and period.

    name      stable within the page: "bridge", "trend"
    kind      bridge, trend, bars, heat, flow, dots, sparkline
    table     the numbers drawn, and what a reader without the picture needs
    spec      Vega-Lite without theme, data inline, JSON-able
    links     per row of the table where a click or its first cell leads; "" = nowhere
    alt       a sentence for those who do not see it
    """

    name: str
    title: str
    subtitle: str
    kind: str
    table: Table
    spec: Mapping[str, object]
    links: tuple[str, ...] = ()
    alt: str = ""

    def __post_init__(self) -> None:
        if self.links and len(self.links) != len(self.table.rows):
            raise ValueError(f"{self.name}: {len(self.links)} links for {len(self.table.rows)} rows")

    @property
    def numbers(self) -> Table:
        """The table with its links: the way of the keyboard to what a mark opens."""
        return replace(self.table, links=self.links) if self.links else self.table

    def _repr_svg_(self) -> str:
        from percontact.report.charts.drawing import svg

        return svg(self)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing with a figure: a part of a bridge, a bar.

    value  as a table holds it: money in minor units, shares and values as decimals; None = unknown
    href   what opens when it is chosen: an address within the app, or "" = nothing
    note   a line more in the tooltip
    """

    label: str
    value: Cell
    href: str = ""
    note: str = ""


def drawn(cell: Cell, column: TableColumn) -> float | None:
    """The number a mark is drawn at: the cell in whole units of its currency, rounded for the eye only."""
    number = as_number(cell, column)
    if number is None:
        return None
    if not isinstance(number, int | Decimal):
        raise ValueError(f"{column.name}: {cell!r} is no number, so it cannot be drawn")
    return float(number)


def written(cell: Cell, column: TableColumn, *, sign: bool = False) -> str:
    """The figure as a reader sees it beside its mark; with its sign where it is a change.

    >>> from percontact.report.document import TableColumn
    >>> written(-1234, TableColumn("cost", "Cost, EUR", "money", "EUR"), sign=True)
    '−12.34'
    """
    text = shown(cell, column)
    if cell is None:
        return text
    number = drawn(cell, column)
    if text.startswith("-"):
        return "−" + text[1:]
    return "+" + text if sign and number and text.strip("0.,%") and not column.signed else text
