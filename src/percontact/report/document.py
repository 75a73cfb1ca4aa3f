# SPDX-License-Identifier: Apache-2.0
"""Any answer as a document: a headline, tables of typed cells, notes. Every form is made from this.

    Document
      Table           rows under typed columns, and their total
        TableColumn   a name for machines, a header for people, what kind of cell stands in it
          Formula     which columns of the row a cell is made of, for forms that can compute

A cell is exact and not yet written: `cells` writes it, in one way for people and one for machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import compress
from typing import Literal

Kind = Literal["text", "money", "value", "count", "quantity", "share", "seconds", "date"]
"""text      what the data says, or our words; None = unknown
money     whole minor units of the column's currency (int)
value     a cost of one, or a rate: a decimal in the column's currency
count     a whole number
quantity  a measured amount: hours, minutes, tokens
share     part of one: 0.98 is 98%
seconds   a length of time
date      a calendar day"""

Cell = str | int | Decimal | date | None


class Worded(str):
    """A number as words in a column of words: "EUR 3.57", "+0.06 (+1.6%) against May 2026".

    For people and machines it is its text; a workbook holds the number, so that it can be added up.

    number         None = there is none: "-"
    digits         decimals that are shown; of a percentage, of the percent
    before, after  its unit: "EUR"; "%", "points", "min"
    signed         it is a change
    more           the text says more than the number and its unit
    """

    __slots__ = ("after", "before", "digits", "more", "number", "signed")

    def __new__(
        cls,
        text: str,
        number: Decimal | None = None,
        *,
        digits: int = 0,
        before: str = "",
        after: str = "",
        signed: bool = False,
        more: bool = False,
    ) -> Worded:
        made = super().__new__(cls, text)
        made.number, made.digits, made.before, made.after = number, digits, before, after
        made.signed, made.more = signed, more
        return made

    number: Decimal | None
    digits: int
    before: str
    after: str
    signed: bool
    more: bool

    def said(self, text: str) -> Worded:
        """The same number in a text that says more of it."""
        return Worded(
            text, self.number, digits=self.digits, before=self.before, after=self.after,
            signed=self.signed, more=True,
        )  # fmt: skip


NO_NUMBER = Worded("-")
"""A figure that is unknown or undefined, among figures in words."""


@dataclass(frozen=True, slots=True)
class Formula:
    """How a cell is made of others in its row: `quotient` a / b, or `difference` a - b - c - ..."""

    how: Literal["quotient", "difference"]
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table.

    name      in CSV, Parquet and frames: period, cost
    header    what a person reads, unit and currency in it: "Cost, EUR"
    currency  of money and values
    formula   what the cells are made of; written only where it gives the figure shown
    detail    left out where room is narrow: terminal, page, Markdown
    digits    decimals shown of a value; None = the currency's, or two more below ten cents
    signed    it is a change, so a person reads its sign above zero too
    prose     its texts are sentences of ours, in which code stands between backticks
    command   its texts are commands to type; a workbook leaves them out
    """

    name: str
    header: str
    kind: Kind = "text"
    currency: str = ""
    formula: Formula | None = None
    detail: bool = False
    digits: int | None = None
    signed: bool = False
    prose: bool = False
    command: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it stands to the right, and may be added up or averaged by a reader."""
        return self.kind not in ("text", "date")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under typed columns.

    total     a row of its own, in the same columns, or None
    note      what to know about the table, below it
    sentence  the whole table in one sentence; a page and a terminal show it instead of the table
    links     where the first cell of each row leads in the app, "" = nowhere; () = no row leads anywhere
    """

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""
    sentence: str = ""
    links: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.links and len(self.links) != len(self.rows):
            raise ValueError(f"{self.title}: {len(self.links)} links for {len(self.rows)} rows")
        for row in (*self.rows, *((self.total,) if self.total else ())):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"{self.title}: a row has {len(row)} cells, the table {len(self.columns)} columns"
                )

    def column(self, name: str) -> list[Cell]:
        """The cells of a column, without the total."""
        at = [c.name for c in self.columns].index(name)
        return [row[at] for row in self.rows]

    def shown(self) -> Table:
        """What a page or a terminal shows: no detail columns, and no total that repeats a single row."""
        whole = replace(self, total=None) if len(self.rows) == 1 else self
        return whole._with([not c.detail for c in self.columns])

    def without(self, kind: Kind) -> Table:
        """The table without the columns of a kind."""
        return self._with([c.kind != kind for c in self.columns])

    def without_commands(self) -> Table:
        """The table without what is to be typed."""
        return self._with([not c.command for c in self.columns])

    def _with(self, keep: list[bool]) -> Table:
        rows = tuple(tuple(compress(row, keep)) for row in self.rows)
        total = None if self.total is None else tuple(compress(self.total, keep))
        return replace(self, columns=tuple(compress(self.columns, keep)), rows=rows, total=total)


@dataclass(frozen=True, slots=True)
class Document:
    """An answer, ready for any form.

    title        a few words: "Cost per contact, 2026-06"
    headline     the answer in a sentence
    tables       for people, the main one first
    notes        what the reader must know, most important first
    data         the JSON object
    records      the table for machines (CSV, Parquet, frames); None = the first of `tables`
    facts        what it was made of: question, filters, policy, snapshot
    definitions  words used in it, and what they mean
    demo         what it says when the company is made up, else ""
    """

    title: str
    headline: str
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    records: Table | None = None
    facts: tuple[tuple[str, str], ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    demo: str = ""

    @property
    def for_machines(self) -> Table:
        """The table that CSV, Parquet and frames hold."""
        if self.records is not None:
            return self.records
        if self.tables:
            return self.tables[0]
        return Table(self.title, (TableColumn("says", "What it says"),), ((self.headline,),))
